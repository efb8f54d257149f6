"""`endogene card`, `endogene key`, `endogene trail`: the office of the data folder, without its chain."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typer
from rich.table import Table
from sqlmodel import Session

from endogene_token.bounds import address_bytes, check_length
from endogene_token.cli.console import answering, err, out, settings, tell
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.errors import DataFolderError, HolderError, NoCardError, SettingError, TrailBrokenError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.i18n import tr
from endogene_token.office import cards, keys
from endogene_token.office import trail as trails
from endogene_token.office.card_numbers import grouped, payload, read_number
from endogene_token.office.card_prints import TAG_SUFFIX, face, ndef
from endogene_token.office.cards import NewCard
from endogene_token.office.keys import ApiKey, NewKey, Wanted
from endogene_token.office.scopes import Holder, Mode, OfficeRole, Scope
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE, Change, changing
from endogene_token.store import reading

_MOST_LISTED: Final = 10_000
_HASH: Final = 32


@dataclass(frozen=True, slots=True)
class NewKeyJob:
    """What `key create` was given."""

    scopes: Sequence[str]
    merchant: int | None
    role: str | None
    officer: str | None
    is_test: bool
    label: str
    days: int


def run_issue(member: int, *, out: Path | None, data: Path | None, as_json: bool) -> None:
    """Give a member a card."""
    _run_card(cards.issue, member, out, data, as_json)


def run_replace(member: int, *, out: Path | None, data: Path | None, as_json: bool) -> None:
    """End a member's card and give another."""
    _run_card(cards.replace, member, out, data, as_json)


def run_revoke_card(member: int, *, data: Path | None, as_json: bool) -> None:
    """End the card that a member holds."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with changing(engine, COMMAND_LINE) as change:
            held = [one.id for one in cards.cards_of(change.session, member) if one.revoked_at is None]
            if not held or held[0] is None:
                raise NoCardError(actual=member)
            cards.revoke(change, member, held[0])
        answer.update({"member": member, "card": held[0], "reason": str(cards.Ending.LOST)})
        if not as_json:
            tell(tr("Card {card} of member {member} is revoked.", LANG, card=held[0], member=member))


def run_print(file: Path, *, as_json: bool) -> None:
    """Draw a card whose number is typed or piped in: no history of a shell keeps it."""
    with answering(as_json) as answer:
        prompt = tr("The card's number", LANG)
        number = read_number(typer.prompt(prompt, hide_input=True, err=True, prompt_suffix=": "))
        _draw(file, number, settings())
        answer["file"] = str(file)
        if not as_json:
            tell(tr("The card is in {file}.", LANG, file=file))


def run_create(job: NewKeyJob, *, data: Path | None, as_json: bool) -> None:
    """Make a key."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        holder, scopes = _holder(job.merchant, job.role), _scopes(job.scopes)
        if holder.on_chain is not None and job.officer is None:
            raise SettingError(field="--officer", actual="…", limit="0x…")
        officer = None if job.officer is None else address_bytes(job.officer)
        mode = Mode.TEST if job.is_test else Mode.LIVE
        wanted = Wanted(holder, scopes, mode, job.label, job.days, officer)
        with changing(engine, COMMAND_LINE) as change:
            made = keys.make(change, wanted)
        _tell_key(answer, made, as_json)


def run_list(merchant: int | None, role: str | None, *, data: Path | None, as_json: bool) -> None:
    """List keys."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        holder = None if merchant is None and role is None else _holder(merchant, role)
        with reading(engine) as connection, Session(connection) as session:
            found = keys.page(session, holder, "", _MOST_LISTED)
        answer["keys"] = [_told(one) for one in found]
        if as_json:
            return
        table = Table("", tr("Holder", LANG), tr("Mode", LANG), tr("May do", LANG), tr("Until", LANG))
        for one in found:
            table.add_row(one.id, str(one.holder), one.mode, " ".join(sorted(one.scopes)), _day(one.ended_at))
        out.print(table)


def run_rotate(key: str, overlap: int, *, data: Path | None, as_json: bool) -> None:
    """Put a new key in the place of one, which opens for `overlap` seconds more."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with changing(engine, COMMAND_LINE) as change:
            made = keys.rotate(change, key, overlap)
        _tell_key(answer, made, as_json)


def run_revoke_key(key: str, *, data: Path | None, as_json: bool) -> None:
    """End a key."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with changing(engine, COMMAND_LINE) as change:
            answer.update(_told(keys.revoke(change, key)))
        if not as_json:
            tell(tr("The key {key} opens nothing any more.", LANG, key=key))


def run_trail(after: int, limit: int, subject: str | None, *, data: Path | None, as_json: bool) -> None:
    """List entries of the trail."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with reading(engine) as connection, Session(connection) as session:
            rows = trails.page(session, after, limit, subject)
            answer["entries"] = [
                {**row.model_dump(exclude={"params", "previous", "hash"}), "params": json.loads(row.params)}
                | {"previous": to_hex(row.previous), "hash": to_hex(row.hash)}
                for row in rows
            ]
        if as_json:
            return
        table = Table("", tr("When", LANG), tr("Who", LANG), tr("What", LANG), "", tr("From where", LANG))
        for one in answer["entries"]:
            when = datetime.fromtimestamp(one["at"], UTC).isoformat(" ", "seconds")
            table.add_row(str(one["number"]), when, one["who"], one["action"], one["subject"], one["origin"])
        out.print(table)


def run_verify(head: str | None, *, data: Path | None, as_json: bool) -> None:
    """Follow the whole trail. Raises TrailBrokenError, in the command's way."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with reading(engine) as connection, Session(connection) as session:
            found = trails.verify(session, None if head is None else _head(head))
        answer.update({"entries": found.entries, "head": to_hex(found.head), "broken": found.broken})
        if found.broken is not None:
            raise TrailBrokenError(actual=found.broken, limit=found.entries)
        if not as_json:
            tell(tr("The trail is whole. Entries: {count}.", LANG, count=found.entries))
            tell(tr("Its head, to be kept elsewhere: {head}", LANG, head=to_hex(found.head)))


def _run_card(
    act: Callable[[Change, OfficeSecret, int], NewCard],
    member: int,
    file: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    with answering(as_json) as answer, opened(data) as (found, engine):
        secret = OfficeSecret.load(found)
        with changing(engine, COMMAND_LINE) as change:
            made = act(change, secret, member)
            if file is not None:
                _draw(
                    file, made.number, found
                )  # before the commit: a card that cannot be printed is not issued
        number = grouped(made.number)
        answer.update(
            {"member": member, "card": made.card, "number": number, "payload": payload(made.number)}
        )
        if not as_json:
            tell(
                tr(
                    "Card {card} of member {member}: {number}",
                    LANG,
                    card=made.card,
                    member=member,
                    number=number,
                )
            )
            err.print(tr("It is shown once: print it now.", LANG))


def _draw(file: Path, number: str, found: Settings) -> None:
    """Write a card for print, or, under a name that ends in .ndef, what its NFC tag holds."""
    drawn = face(number, found.community, tr("Member's card", LANG)).encode()
    try:
        file.write_bytes(ndef(number) if file.suffix == TAG_SUFFIX else drawn)
    except OSError as error:
        raise DataFolderError(actual=file) from error


def _tell_key(answer: dict[str, Any], made: NewKey, as_json: bool) -> None:
    answer.update({**_told(made.key), "key": made.token})
    if not as_json:
        tell(made.token)
        err.print(tr("It is shown once: keep it where only the program that uses it can read it.", LANG))


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "mode": str(key.mode),
        "holder": str(key.holder),
        "scopes": sorted(key.scopes),
        "label": key.label,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "replaced_by": key.replaced_by,
    }


def _holder(merchant: int | None, role: str | None) -> Holder:
    """Return the holder that the options name. Raises HolderError, SettingError."""
    if role is not None and role not in set(OfficeRole):
        raise SettingError(field="--role", actual=role, limit=" ".join(OfficeRole))
    if merchant is None and role is None:
        raise HolderError(actual=0)
    return Holder(merchant, None if role is None else OfficeRole(role))


def _scopes(words: Sequence[str]) -> frozenset[Scope]:
    for word in words:
        if word not in set(Scope):
            raise SettingError(field="--scope", actual=word, limit=" ".join(Scope))
    return frozenset(map(Scope, words))


def _head(text: str) -> bytes:
    try:
        found = from_hex(text)
    except ValueError as error:
        raise SettingError(field="--head", actual=text, limit="0x…") from error
    check_length("--head", found, _HASH)
    return found


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
