"""`endogene collect mandate` and `endogene collect payee`: accounts kept, without a node."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from sqlmodel import Session

from endogene_token.cli.console import answering, out, tell
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.errors import SettingError
from endogene_token.hexes import from_hex
from endogene_token.i18n import mark, tr
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.store import reading
from endogene_token.treasury.collect import mandates
from endogene_token.treasury.collect.accounts import HeldAccount, read_account
from endogene_token.treasury.collect.drafting import read_day
from endogene_token.treasury.collect.mandates import NewMandate, NewPayee
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.collect.told import mandate_json, payee_json
from endogene_token.treasury.statements.months import local_day

ONE_OF: Final = "--merchant | --member"
HEADS: Final = {
    "merchant": mark("Merchant"),
    "party_number": mark("For"),
    "reference": mark("Reference"),
    "signed": mark("Signed"),
    "name": mark("Holder"),
    "tail": mark("Account"),
    "state": mark("State"),
}
WORDS: Final = {
    "active": mark("active"),
    "ended": mark("ended"),
    "merchant": mark("merchant"),
    "member": mark("member"),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """What `mandate add` was given."""

    merchant: int
    reference: str
    signed: str
    name: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What `payee add` was given."""

    merchant: int | None
    member: int | None
    name: str
    commitment: str | None


def run_add_mandate(
    given: Signed, account: str | None, bic: str, *, data: Path | None, as_json: bool
) -> None:
    """Keep a mandate, of the scheme that bank.toml names."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        scheme = BankProfile.load(found.data_dir.absolute()).scheme
        signed = read_day("signed", given.signed)
        held = _account(account, bic)
        today = local_day(int(time.time()), ZoneInfo(found.timezone))
        wanted = NewMandate(given.merchant, scheme, given.reference, signed, given.name, held)
        with changing(engine, COMMAND_LINE) as change:
            row = mandates.give(change, OfficeSecret.load(found), wanted, today)
        answer.update(mandate_json(row))
        if not as_json:
            tell(tr("Mandate {number} is kept: account …{tail}.", LANG, number=row.number, tail=row.tail))


def run_end_mandate(number: int, why: str, *, data: Path | None, as_json: bool) -> None:
    """End a mandate."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with changing(engine, COMMAND_LINE) as change:
            answer.update(mandate_json(mandates.end(change, number, why)))
        if not as_json:
            tell(tr("Mandate {number} has ended.", LANG, number=number))


def run_mandates(*, data: Path | None, as_json: bool) -> None:
    """List the mandates."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with reading(engine) as connection, Session(connection) as session:
            answer["mandates"] = [mandate_json(row) for row in mandates.mandates_of(session)]
        if not as_json:
            _show(answer["mandates"], ("number", "merchant", "reference", "signed", "name", "tail", "state"))


def run_add_payee(given: Paid, account: str | None, bic: str, *, data: Path | None, as_json: bool) -> None:
    """Keep a payee."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        if (given.merchant is None) == (given.member is None):
            raise SettingError(field=ONE_OF, actual=given.merchant, limit=ONE_OF)
        wanted = _payee(given, _account(account, bic))
        with changing(engine, COMMAND_LINE) as change:
            row = mandates.add_payee(change, OfficeSecret.load(found), wanted)
        answer.update(payee_json(row))
        if not as_json:
            tell(tr("Payee {number} is kept: account …{tail}.", LANG, number=row.number, tail=row.tail))


def run_end_payee(number: int, why: str, *, data: Path | None, as_json: bool) -> None:
    """End a payee."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with changing(engine, COMMAND_LINE) as change:
            answer.update(payee_json(mandates.end_payee(change, number, why)))
        if not as_json:
            tell(tr("Payee {number} has ended.", LANG, number=number))


def run_payees(*, data: Path | None, as_json: bool) -> None:
    """List the payees."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with reading(engine) as connection, Session(connection) as session:
            answer["payees"] = [payee_json(row) for row in mandates.payees_of(session)]
        if not as_json:
            _show(answer["payees"], ("number", "party", "party_number", "name", "tail", "state"))


def _account(text: str | None, bic: str) -> HeldAccount:
    """Return the account, typed or piped in where it is not an option: no history of a shell keeps it."""
    if text is None:
        text = typer.prompt(tr("The account", LANG), hide_input=True, err=True, prompt_suffix=": ")
    return read_account(text, bic)


def _payee(given: Paid, account: HeldAccount) -> NewPayee:
    if given.merchant is not None:
        return NewPayee("merchant", given.merchant, given.name, account)
    try:
        commitment = from_hex(given.commitment or "")
    except ValueError:
        raise SettingError(field="--commitment", actual=given.commitment, limit="0x…") from None
    return NewPayee("member", given.member or 0, given.name, account, commitment)


def _show(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    table = Table(*(tr(HEADS[name], LANG) if name in HEADS else "" for name in names))
    for row in rows:
        table.add_row(*(tr(WORDS.get(row[name], str(row[name])), LANG) for name in names))
    out.print(table)
