"""`endogene reconcile`, `endogene exception`, `endogene dunning`: the treasurer's inbox at a terminal."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from sqlmodel import Session

from endogene_token.chain.sender import Sender
from endogene_token.chain.views import Role
from endogene_token.cli.checks import catch_up
from endogene_token.cli.console import amount, answering, out, settings, tell
from endogene_token.cli.officer import acting
from endogene_token.cli.options import LANG
from endogene_token.errors import BooksDateError
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.i18n import mark, tr
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND, COMMAND_LINE, Actor, changing
from endogene_token.store import reading
from endogene_token.treasury.desk import Desk
from endogene_token.treasury.dunning import carrying, proposals
from endogene_token.treasury.dunning.proposals import Act, State
from endogene_token.treasury.dunning.standing import Standing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.models import DunningProposal, TreasuryException
from endogene_token.treasury.reconcile.differences import UNEXPLAINED, Found, Why
from endogene_token.treasury.reconcile.keeping import as_json as reconciliation_json

MOST: Final = 10_000
DAY_EXAMPLE: Final = "2026-11-22"
WORDS: Final = {
    Why.IN_TRANSIT: mark("Confirmed by the bank, not yet on the chain"),
    Why.TAX: mark("Taxes, which the chain does not know"),
    Why.RETURNED: mark("Debits that came back before the chain counted them"),
    Why.RETURNED_DEBT: mark("Debits that came back after the chain had counted them"),
    Why.DEBT_PAID: mark("Such debits, paid since"),
    Why.SET_ASIDE: mark("Lines set aside, bank fees among them"),
    Why.LINE: mark("Unexplained: lines of the bank"),
    Why.MOVEMENT: mark("Unexplained: movements of the chain"),
    Why.OPENING: mark("Unexplained: the opening balance"),
    Why.BOOKS: mark("Unexplained: the books"),
}


@dataclass(frozen=True, slots=True)
class _Place:
    """The desk of the data folder's community, its read model at the chain's head."""

    ground: Ground
    desk: Desk
    now: int


def run_reconcile(day: str | None, *, data: Path | None, as_json: bool) -> None:
    """Compare now and keep it; at the end of a day, compare and keep nothing."""
    with answering(as_json) as answer:
        wanted = None if day is None else _day(day)
        with _desk(data) as place:
            if wanted is None:
                found = place.desk.reconcile(COMMAND_LINE, place.now)
            else:
                found = place.desk.look(wanted, place.now)
            answer.update(reconciliation_json(found))
            if not as_json:
                _show(found, place)


def run_exceptions(state: str, *, data: Path | None, as_json: bool) -> None:
    """List the exceptions."""
    with answering(as_json) as answer, _desk(data) as place:
        is_open = None if state == "all" else state == "open"
        with reading(place.ground.engine) as connection, Session(connection) as session:
            rows = inbox.page(session, 0, MOST, among=inbox.OF_MONEY, is_open=is_open)
            answer["exceptions"] = [_exception_json(row) for row in rows]
        if not as_json:
            _show_exceptions(rows, place)


def run_take(number: int, key: Path | None, *, data: Path | None, as_json: bool) -> None:
    """Take an exception."""
    with answering(as_json) as answer, _desk(data) as place:
        actor = acting(place.ground, Role.TREASURER, key)
        with changing(place.ground.engine, actor) as change:
            answer.update(_exception_json(inbox.take(change, number, inbox.OF_MONEY)))
        if not as_json:
            tell(tr("Exception {number} is now of {owner}.", LANG, number=number, owner=actor.who))


def run_close(number: int, how: str, key: Path | None, *, data: Path | None, as_json: bool) -> None:
    """Close an exception."""
    with answering(as_json) as answer, _desk(data) as place:
        with changing(place.ground.engine, acting(place.ground, Role.TREASURER, key)) as change:
            row = inbox.close(change, number, how, place.now, inbox.OF_MONEY)
            answer.update(_exception_json(row))
        if not as_json:
            tell(tr("Exception {number} is closed.", LANG, number=number))


def run_dunning(*, data: Path | None, as_json: bool) -> None:
    """List who is late or near its limit now, and the proposals that wait. It changes nothing."""
    with answering(as_json) as answer, _desk(data) as place:
        found = [one for one in place.desk.standings(place.now) if one.late.amount or one.warned]
        with reading(place.ground.engine) as connection, Session(connection) as session:
            waiting = [
                row
                for state in (State.OPEN, State.APPROVED)
                for row in proposals.page(session, 0, MOST, state)
            ]
            answer["merchants"] = [_standing_json(row) for row in found]
            answer["proposals"] = [_proposal_json(row) for row in waiting]
        if not as_json:
            _show_dunning(found, waiting, place)


def run_propose(merchant: int, act: str, key: Path | None, *, data: Path | None, as_json: bool) -> None:
    """Propose a suspension or its end."""
    with answering(as_json) as answer, _desk(data) as place:
        with changing(place.ground.engine, acting(place.ground, Role.TREASURER, key)) as change:
            answer.update(_proposal_json(place.desk.propose(change, merchant, Act(act), place.now)))
        if not as_json:
            tell(tr("Proposal {number} waits for the registrar.", LANG, number=answer["number"]))


def run_decide(number: int, is_approved: bool, why: str, *, data: Path | None, as_json: bool) -> None:
    """Decide a proposal with the registrar's key, and carry it out."""
    with answering(as_json) as answer, _desk(data) as place:
        registrar = Sender(place.ground.ledger, place.ground.folder.account("registrar"))
        actor = Actor(f"officer:{registrar.address.lower()}", COMMAND)
        with changing(place.ground.engine, actor) as change:
            row = place.desk.decide(change, number, is_approved, why, place.now)
        carrying.carry_out(place.ground.engine, registrar, actor)
        with reading(place.ground.engine) as connection, Session(connection) as session:
            kept = session.get_one(DunningProposal, row.number)
            answer.update(_proposal_json(kept))
        if not as_json:
            tell(tr("Proposal {number}: {state}.", LANG, number=number, state=kept.state))


@contextmanager
def _desk(data: Path | None) -> Iterator[_Place]:
    found = settings(data_dir=data)
    with Ground(found, node_port=FREE_PORT) as ground:
        catch_up(ground)
        desk = Desk(ground.engine, ground.community, found, lambda: OfficeSecret.load(found))
        yield _Place(ground, desk, int(time.time()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BooksDateError(actual=text, limit=DAY_EXAMPLE) from error


def _show(found: Found, place: _Place) -> None:
    table = Table(title=found.cut.day.isoformat(), show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for label, value in (
        (mark("Bank"), found.bank),
        (mark("Books"), found.books),
        (mark("Chain"), found.chain),
    ):
        table.add_row(tr(label, LANG), amount(value, place.ground.settings))
    table.add_row(tr("Bank less chain", LANG), amount(found.bank - found.chain, place.ground.settings))
    table.add_section()
    for why, value in found.totals().items():
        style = "bold" if why in UNEXPLAINED else None
        table.add_row(tr(WORDS[why], LANG), amount(value, place.ground.settings), style=style)
    out.print(table)
    for one in found.open:
        tell(f"{one.subject} {amount(one.amount, place.ground.settings)}")


def _show_exceptions(rows: Sequence[TreasuryException], place: _Place) -> None:
    heads = (mark("Kind"), mark("About"), mark("Amount"), mark("Owner"), mark("Due"), mark("How"))
    table = Table("", *(tr(head, LANG) for head in heads))
    for row in rows:
        value = amount(row.amount, place.ground.settings)
        due = datetime.fromtimestamp(row.due_at, UTC).date().isoformat()
        table.add_row(str(row.number), row.kind, row.subject[:40], value, row.owner, due, row.how)
    out.print(table)


def _show_dunning(found: Sequence[Standing], waiting: Sequence[DunningProposal], place: _Place) -> None:
    heads = (mark("Merchant"), mark("Level"), mark("Late"), mark("Since"), mark("Near its limit"))
    table = Table(*(tr(head, LANG) for head in heads))
    for row in found:
        late = amount(row.late.amount, place.ground.settings) if row.late.amount else ""
        near = tr("Yes", LANG) if row.warned else ""
        table.add_row(str(row.merchant), str(row.level), late, str(row.late.since or ""), near)
    out.print(table)
    for one in waiting:
        told = {"number": one.number, "act": one.act, "merchant": one.merchant, "by": one.proposed_by}
        tell(tr("Proposal {number}: {act} merchant {merchant}, by {by}.", LANG, **told))


def _exception_json(row: TreasuryException) -> dict[str, Any]:
    return {**row.model_dump(), "amount": str(row.amount), "closed_at": row.closed_at or None}


def _standing_json(one: Standing) -> dict[str, Any]:
    return {
        "merchant": one.merchant,
        "level": one.level,
        "arrears": str(one.late.amount),
        "since": None if one.late.since is None else one.late.since.isoformat(),
        "owed": str(one.owed),
        "exposure_limit": str(one.limit),
        "warned": one.warned,
    }


def _proposal_json(row: DunningProposal) -> dict[str, Any]:
    told = {"arrears": str(row.arrears), "since": row.since or None, "decided_at": row.decided_at or None}
    return row.model_dump() | told
