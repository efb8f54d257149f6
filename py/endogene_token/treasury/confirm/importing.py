"""The bank's files into the database: statements (camt.053, CSV) and Canada's files of returned items.

A line is known by its identity: the same statement again, or one that overlaps, adds nothing. One movement
told in two formats has two: the second line is left to a person, who sees that it is the first one.

How a bank writes its CSV stands in `bank-csv.toml` of the data folder, by the fields of {CsvLayout} but for
account and currency:

    date = "Date"
    debit = "Retrait"
    credit = "Dépôt"
    text = ["Description"]
    delimiter = ";"
    date_format = "%Y/%m/%d"
"""

import hashlib
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine
from sqlmodel import col, select

from endogene_token.errors import (
    SettingError,
    StatementAccountError,
    StatementCurrencyError,
    StatementKindError,
    StatementRowError,
    StatementUnsetError,
)
from endogene_token.office.trail import Actor, Change, changing
from endogene_token.treasury.bankfiles.cpa005 import CanadianAccount
from endogene_token.treasury.bankstatements.camt053 import read_camt053
from endogene_token.treasury.bankstatements.cpa005_returns import ReturnedItem, read_returns
from endogene_token.treasury.bankstatements.csv import CsvLayout, read_csv
from endogene_token.treasury.bankstatements.lines import StatementLine
from endogene_token.treasury.collect.models import BankLine
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm import returns, rules
from endogene_token.treasury.confirm.states import LineState

CSV_FILE: Final = "bank-csv.toml"
CAMT053, CSV, RETURNS = "camt053", "csv", "cpa005-returns"
KINDS: Final = (CAMT053, CSV, RETURNS)
_OURS: Final = {"account", "currency"}
_ASKED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Bank:
    """Our account as the bank states it (letters and digits only), its currency, and its CSV."""

    account: str
    currency: str
    layout: Callable[[], CsvLayout]


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: lines or returned items, and the rows of a CSV that cannot be read."""

    kind: str
    sha256: bytes
    lines: tuple[StatementLine, ...] = ()
    returned: tuple[ReturnedItem, ...] = ()
    errors: tuple[StatementRowError, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import added: lines by what became of them, those known from before, items that came back.

    `strange` are the references of returns that are none of ours, or differ from what we sent.
    """

    kind: str
    new: int = 0
    known: int = 0
    matched: int = 0
    proposed: int = 0
    unmatched: int = 0
    returned: int = 0
    strange: tuple[str, ...] = ()
    errors: tuple[StatementRowError, ...] = ()


def bank_of(profile: BankProfile, currency: str, folder: Path) -> Bank:
    """Return what the bank's files must agree with. Raises BankSettingsError."""
    own = profile.own_account
    if isinstance(own, CanadianAccount):
        account = plain(profile.in_canada.account)
    else:
        account, currency = plain(own.iban), "EUR"
    return Bank(account, currency, lambda: layout_of(folder, account, currency))


def layout_of(folder: Path, account: str, currency: str) -> CsvLayout:
    """Return how the bank writes its CSV. Raises StatementUnsetError, SettingError, StatementLayoutError."""
    path = folder.joinpath(CSV_FILE)
    try:
        with path.open("rb") as file:
            told: dict[str, Any] = tomllib.load(file)
    except FileNotFoundError as error:
        raise StatementUnsetError(actual=path, limit=CSV_FILE) from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(field=CSV_FILE, actual=path, limit=error) from error
    known = {one.name: one.default for one in fields(CsvLayout) if one.name not in _OURS}
    for name, value in told.items():
        kind = type(known.get(name, "")) if isinstance(known.get(name), str | int | tuple) else str
        if name not in known or not isinstance(value, list if kind is tuple else kind):
            raise SettingError(field=name, actual=value, limit=CSV_FILE)
    if "date" not in told:
        raise SettingError(field="date", actual="", limit=CSV_FILE)
    text = tuple(map(str, told.get("text", ())))
    return CsvLayout(**{**told, "account": account, "currency": currency, "text": text})


def read(raw: bytes, bank: Bank, kind: str = "") -> Read:
    """Return what a file holds; without `kind`, it shows by its first bytes.

    Raises a StatementError for what cannot be read or is of another account or currency: nothing is kept.
    """
    told = kind or kind_of(raw)
    digest = hashlib.sha256(raw).digest()
    if told == RETURNS:
        return Read(RETURNS, digest, returned=read_returns(raw))
    if told == CAMT053:
        found = read_camt053(raw)
        lines = tuple(line for statement in found for line in statement.lines)
        for statement in found:
            _require_ours(statement.account, statement.currency, bank)
        return Read(CAMT053, digest, lines)
    if told == CSV:
        table = read_csv(raw, bank.layout())
        return Read(CSV, digest, table.lines, errors=table.errors)
    raise StatementKindError(actual=kind, limit=", ".join(KINDS))


def take(change: Change, found: Read) -> Imported:
    """Keep what is new in a file, and match what the rules know; lines that waited are looked at again."""
    if found.kind == RETURNS:
        new, strange = returns.returned_items(change, found.returned)
        known = len(found.returned) - new - len(strange)
        _note(change, found, new=new, known=known, strange=len(strange))
        names = tuple(one.reference for one in strange)
        return Imported(found.kind, known=known, returned=new, strange=names)
    stored = _known(change, found.lines)
    new_lines = [one for one in found.lines if stored.isdisjoint(_names(one))]
    alike = _alike(change, found.lines, new_lines)
    fresh = [_row(one, rules.ALIKE if one in alike else "") for one in new_lines]
    change.session.add_all(fresh)
    change.session.flush()
    waiting = select(BankLine).where(BankLine.state == LineState.UNMATCHED)
    rules.apply(change, list(change.session.exec(waiting)))
    states = [one.state for one in fresh]
    _note(change, found, new=len(fresh), known=len(found.lines) - len(fresh))
    return Imported(
        found.kind,
        new=len(fresh),
        known=len(found.lines) - len(fresh),
        matched=sum(one in {LineState.MATCHED, LineState.SETTLED} for one in states),
        proposed=states.count(LineState.PROPOSED),
        unmatched=states.count(LineState.UNMATCHED),
        returned=_returned(fresh),
        errors=found.errors,
    )


class _ForeseenError(Exception):
    """Takes the answer out of a transaction that comes to nothing."""

    def __init__(self, told: Imported) -> None:
        super().__init__()
        self.told = told


def foresee(engine: Engine, actor: Actor, found: Read) -> Imported:
    """Return what `take` would add, and keep nothing of it."""
    try:
        with changing(engine, actor) as change:
            raise _ForeseenError(take(change, found))
    except _ForeseenError as foreseen:
        return foreseen.told


def plain(account: str) -> str:
    """Return the letters and digits of an account: banks write what is between them each in their way."""
    return "".join(one for one in account.upper() if one.isalnum())


def kind_of(raw: bytes) -> str:
    """Return the kind that a file shows by its first bytes; a CSV, if by none."""
    start = raw.removeprefix(b"\xef\xbb\xbf")[:200].lstrip()
    if start.startswith(b"<"):
        return CAMT053
    return RETURNS if start.startswith(b"A000000001") else CSV


def _require_ours(account: str, currency: str, bank: Bank) -> None:
    """A Canadian bank may state the account's number without its branch and institution."""
    if not plain(account) or not bank.account.endswith(plain(account)):
        raise StatementAccountError(actual=f"…{account[-4:]}", limit=f"…{bank.account[-4:]}")
    if currency != bank.currency:
        raise StatementCurrencyError(actual=currency, limit=bank.currency)


def _names(line: StatementLine) -> tuple[bytes, bytes]:
    """Return the identities under which a line may be kept."""
    return line.identity, line.former_identity


def _known(change: Change, lines: Sequence[StatementLine]) -> set[bytes]:
    """Return the identities of these lines that are kept; a former one only of a line that tells the same."""
    wanted = {name: one for one in lines for name in reversed(_names(one))}
    names, found = list(wanted), set[bytes]()
    for start in range(0, len(names), _ASKED_AT_ONCE):
        part = names[start : start + _ASKED_AT_ONCE]
        for row in change.session.exec(select(BankLine).where(col(BankLine.identity).in_(part))):
            line = wanted[row.identity]
            is_same = (row.bank_reference, row.name, row.text) == (line.entry, line.name, line.text)
            if row.identity == line.identity or is_same:
                found.add(row.identity)
    return found


def _alike(
    change: Change, stated: Sequence[StatementLine], new: Sequence[StatementLine]
) -> set[StatementLine]:
    """Return the new lines that may be kept already under another identity, from a file of another form.

    A line that this file states, too, is another one: the bank itself tells them apart.
    """
    if not new:
        return set()
    names = {name for one in stated for name in _names(one)}
    days = [one.booked.isoformat() for one in new]
    query = select(BankLine).where(BankLine.booked >= min(days), BankLine.booked <= max(days))
    kept: defaultdict[tuple[str, int], list[BankLine]] = defaultdict(list)
    for row in change.session.exec(query):
        if row.identity not in names:
            kept[row.booked, row.amount].append(row)
    return {
        one for one in new if any(_may_be_same(one, row) for row in kept[one.booked.isoformat(), one.amount])
    }


def _may_be_same(line: StatementLine, row: BankLine) -> bool:
    """Return whether two lines of one day and amount may be one; what only one of them tells says nothing."""
    pairs = (
        (line.end_to_end, row.end_to_end),
        (plain(line.other_account), plain(row.other_account)),
        (plain(line.name), plain(row.name)),
    )
    return next((mine == theirs for mine, theirs in pairs if mine and theirs), True)


def _row(line: StatementLine, why: str) -> BankLine:
    return BankLine(
        identity=line.identity,
        account=line.account,
        booked=line.booked.isoformat(),
        amount=line.amount,
        currency=line.currency,
        bank_reference=line.bank_reference,
        end_to_end=line.end_to_end,
        mandate=line.mandate,
        name=line.name,
        other_account=line.other_account,
        text=line.text,
        return_code=line.return_code[:40],
        parts=line.parts,
        imported_at=int(time.time()),
        state=LineState.UNMATCHED,
        why=why,
    )


def _returned(fresh: Sequence[BankLine]) -> int:
    return sum(bool(one.return_code) and one.state == LineState.SETTLED for one in fresh)


def _note(change: Change, found: Read, *, new: int, known: int, strange: int = 0) -> None:
    """Note an import with its counts: `strange` returns, and rows that cannot be read (`wrong`)."""
    counts = {"new": new, "known": known, "strange": strange, "wrong": len(found.errors)}
    change.note("bank.imported", f"bank-file:{found.sha256.hex()}", kind=found.kind, **counts)
