"""`endogene bank`: the bank's files imported, its lines matched by a person; no node is needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.table import Table
from sqlmodel import Session

from endogene_token.cli.console import amount, answering, out, tell, waiting
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.errors import SettingError
from endogene_token.i18n import mark, tr
from endogene_token.office.trail import COMMAND_LINE, Change, changing
from endogene_token.store import reading
from endogene_token.treasury.bankstatements.lines import LARGEST_FILE
from endogene_token.treasury.collect.models import BankLine
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm import importing, matching, rows
from endogene_token.treasury.confirm.matching import OPEN, Queued, Wish
from endogene_token.treasury.confirm.standing import standing
from endogene_token.treasury.confirm.states import LineState
from endogene_token.treasury.confirm.told import imported_json, queued_json

SHOWN: Final = 8  # digits of an identity: enough to name it
STATES: Final = {
    LineState.UNMATCHED: mark("not matched"),
    LineState.PROPOSED: mark("proposed"),
    LineState.MATCHED: mark("matched"),
    LineState.SETTLED: mark("settled"),
    LineState.SET_ASIDE: mark("set aside"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What `bank match` was given."""

    items: Sequence[str]
    debts: Sequence[str]
    merchants: Sequence[str]
    tax: int | None
    aside: int | None

    def wishes(self) -> list[Wish]:
        """Return the parts. Raises SettingError."""
        found = [Wish(item=name, amount=cents) for name, cents in map(_named, self.items)]
        found += [Wish(debt=name) for name in self.debts]
        if self.tax is not None and len(self.merchants) != 1:
            raise SettingError(field="--tax", actual=self.tax, limit="--merchant × 1")
        for name, cents in map(_named, self.merchants):
            if not name.isascii() or not name.isdigit() or not 0 < int(name) < 2**32:
                raise SettingError(field="--merchant", actual=name, limit="4")
            found.append(Wish(merchant=int(name), amount=cents, tax=self.tax))
        # What has its own amount comes first: the rest takes what is left.
        ordered = [*([Wish(amount=self.aside)] if self.aside else []), *found]
        if not ordered:
            raise SettingError(field="--item", actual="", limit="--item, --debt, --merchant, --aside")
        return sorted(ordered, key=lambda one: bool(one.merchant) and one.amount is None)


def run_import(file: Path, kind: str, *, data: Path | None, as_json: bool) -> None:
    """Import a file of the bank."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        folder = found.data_dir.absolute()
        bank = importing.bank_of(BankProfile.load(folder), found.currency, folder)
        told = importing.read(_bytes(file), bank, kind)
        with waiting(quiet=as_json), changing(engine, COMMAND_LINE) as change:
            done = importing.take(change, told)
        answer.update(imported_json(done))
        if as_json:
            return
        tell(tr("Lines: {new} new, {known} known before.", LANG, new=done.new, known=done.known))
        tell(
            tr(
                "Matched: {matched}; proposed: {proposed}; for you: {unmatched}; come back: {returned}.",
                LANG,
                matched=done.matched,
                proposed=done.proposed,
                unmatched=done.unmatched,
                returned=done.returned,
            )
        )
        for error in done.errors:
            tell(error.render(LANG))
        if done.strange:
            tell(tr("Returns that are none of ours: {names}", LANG, names=", ".join(done.strange)))


def run_queue(states: Sequence[str], limit: int, *, data: Path | None, as_json: bool) -> None:
    """List lines in these states; none: those that a person must look at."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        for one in states:
            if one not in list(LineState):
                raise SettingError(field="--state", actual=one, limit=", ".join(LineState))
        with reading(engine) as connection, Session(connection) as session:
            queued = matching.queue(session, states or OPEN, limit=limit)
            answer["lines"] = [queued_json(one) for one in queued]
            if not as_json:
                out.print(_table(queued, found))
                tell(tr("Lines: {count}", LANG, count=len(queued)))


def run_match(line: str, given: Given, *, data: Path | None, as_json: bool) -> None:
    """Match a line by hand."""
    wishes = given.wishes
    _decide(line, lambda change, row: matching.match(change, row, wishes()), data, as_json)


def run_approve(line: str, *, data: Path | None, as_json: bool) -> None:
    """Approve what is proposed of a line."""
    _decide(line, matching.approve, data, as_json)


def run_set_aside(line: str, why: str, *, data: Path | None, as_json: bool) -> None:
    """Set a line aside."""
    _decide(line, lambda change, row: matching.set_aside(change, row, why), data, as_json)


def run_undo(line: str, *, data: Path | None, as_json: bool) -> None:
    """Undo what was decided about a line."""
    _decide(line, matching.undo, data, as_json)


def run_status(*, data: Path | None, as_json: bool) -> None:
    """Show how the bank's lines stand."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        with reading(engine) as connection, Session(connection) as session:
            now = standing(session)
        answer["lines"] = dict(now.counts)
        answer["sums"] = {name: str(value) for name, value in now.sums.items()}
        answer |= {"in_transit": str(now.in_transit), "held": now.held, "debts": str(now.debts)}
        answer["last_day"] = now.last_day
        if as_json:
            return
        table = Table("", tr("Lines", LANG), tr("Sum", LANG))
        for state in LineState:
            table.add_row(tr(STATES[state], LANG), str(now.counts[state]), amount(now.sums[state], found))
        out.print(table)
        transit = amount(now.in_transit, found)
        tell(tr("On the way to the chain: {amount}; held: {count}", LANG, amount=transit, count=now.held))
        tell(tr("Debits that came back and are owed: {amount}", LANG, amount=amount(now.debts, found)))


def _decide(line: str, act: Callable[[Change, BankLine], Queued], data: Path | None, as_json: bool) -> None:
    with answering(as_json) as answer, opened(data) as (found, engine):
        with changing(engine, COMMAND_LINE) as change:
            done = act(change, rows.line_of(change.session, line))
            answer.update(queued_json(done))
        if not as_json:
            out.print(_table([done], found))


def _table(queued: Sequence[Queued], found: Settings) -> Table:
    heads = (mark("Line"), mark("Day"), mark("Amount"), mark("From or to"), mark("State"), mark("Confirms"))
    table = Table(*(tr(head, LANG) for head in heads))
    table.columns[2].justify = "right"
    for one in queued:
        line = one.line
        state = tr(STATES[LineState(line.state)], LANG) + (f" ({line.why})" if line.why else "")
        confirms = ", ".join(
            each.item or (tr("Merchant {number}", LANG, number=each.merchant) if each.merchant else "–")
            for each in one.matches
        )
        who = line.name or line.text
        money = amount(line.amount, found)
        table.add_row(line.identity.hex()[:SHOWN], line.booked, money, who, state, confirms)
    return table


def _named(text: str) -> tuple[str, int | None]:
    name, has_amount, cents = text.partition("=")
    if has_amount and not (cents.isascii() and cents.isdigit()):
        raise SettingError(field=name, actual=cents, limit="4275")
    return name, int(cents) if has_amount else None


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SettingError(field="FILE", actual=file, limit=error.strerror) from error
