"""The queue of the bank's lines: approved, matched by hand, set aside, undone before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from endogene_token.errors import LineSentError, LineStateError, PartError
from endogene_token.office.trail import Change
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch
from endogene_token.treasury.collect.states import ItemState
from endogene_token.treasury.confirm import parts, rows, rules
from endogene_token.treasury.confirm.rows import Part
from endogene_token.treasury.confirm.states import DebtState, LineState, MatchState

OPEN: Final = (LineState.UNMATCHED, LineState.PROPOSED, LineState.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class Queued:
    """A line, and what it is said to confirm."""

    line: BankLine
    matches: tuple[BankMatch, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A part of a line as a person names it, exactly one of `item`, `debt`, `merchant`, or none: kept aside.

    `item`: an item, or its return when the money moves the other way; `debt`: the reference that came back.
    `amount` None: all that is left of the line, or of the item.
    """

    item: str = ""
    debt: str = ""
    merchant: int = 0
    amount: int | None = None
    tax: int | None = None


def queue(
    session: Session, states: Sequence[str] = OPEN, after: bytes = b"", limit: int = 100
) -> list[Queued]:
    """Return lines in these states in the order of their days, `limit` after the line `after`.

    Raises UnknownBankLineError for a line that there is not: the first page would come again.
    """
    query = select(BankLine).where(col(BankLine.state).in_(states))
    if after:
        before = rows.line_of(session, after.hex())
        later = (col(BankLine.booked) > before.booked) | (
            (col(BankLine.booked) == before.booked) & (col(BankLine.identity) > before.identity)
        )
        query = query.where(later)
    found = session.exec(query.order_by(col(BankLine.booked), col(BankLine.identity)).limit(limit))
    return [queued(session, line) for line in found]


def queued(session: Session, line: BankLine) -> Queued:
    """Return a line with its matches."""
    return Queued(line, tuple(rows.matches_of(session, line.identity)))


def approve(change: Change, line: BankLine) -> Queued:
    """Let what is proposed stand. Raises LineStateError, and what `parts.check` raises."""
    _require(line, LineState.PROPOSED)
    matches = rows.matches_of(change.session, line.identity)
    for one in matches:
        if one.proposed_by in rules.OF_TRANSFERS and one.merchant and not one.item:
            part = rules.transfer_of(change.session, one.merchant, one.amount)
            one.premiums, one.tax = part.premiums, part.tax  # other transfers may have paid the taxes since
    told = [Part(one.amount, one.item, one.merchant, one.premiums, one.tax) for one in matches]
    parts.check(change.session, line, told)
    parts.stand(change, line, matches, change.actor.who)
    change.note("bank.approved", rows.subject(line.identity), rule=matches[0].proposed_by)
    return queued(change.session, line)


def match(change: Change, line: BankLine, wishes: Sequence[Wish]) -> Queued:
    """Match a line by hand. Raises LineStateError, and what `parts.check` raises."""
    _require(line, *OPEN)
    told = _parts(change.session, line, wishes)
    parts.check(change.session, line, told)
    who = change.actor.who
    matches = rows.keep(change, line, told, MatchState.PROPOSED, who)
    parts.stand(change, line, matches, who)
    change.note(
        "bank.matched",
        rows.subject(line.identity),
        items=[part.item for part in told if part.item],
        merchants=[str(part.merchant) for part in told if part.merchant and not part.item],
        aside=str(sum(part.amount for part in told if not part.item and not part.merchant)),
    )
    return queued(change.session, line)


def set_aside(change: Change, line: BankLine, why: str) -> Queued:
    """Take a line out of the queue with a reason: it confirms nothing. Raises LineStateError.

    The reason stays with the line; the trail tells only that there is one, since it may name people.
    """
    _require(line, LineState.UNMATCHED, LineState.PROPOSED)
    for old in rows.matches_of(change.session, line.identity):
        change.session.delete(old)
    line.state, line.why = LineState.SET_ASIDE, why[: rows.LONGEST_WHY]
    change.session.add(line)
    change.note("bank.set-aside", rows.subject(line.identity))
    return queued(change.session, line)


def undo(change: Change, line: BankLine) -> Queued:
    """Take back what was decided about a line; the rules leave it alone from then on.

    Raises LineStateError for a line that nothing was decided about, and LineSentError once a part of it was
    sent to the chain, or was a return: what followed from it stands.
    """
    _require(line, LineState.PROPOSED, LineState.MATCHED, LineState.SET_ASIDE, LineState.SETTLED)
    session = change.session
    matches = rows.matches_of(session, line.identity)
    for one in matches:
        if not _is_undoable(one):
            raise LineSentError(actual=line.identity.hex()[:16])
    for one in matches:
        item = session.get(BankItem, one.item) if one.item else None
        if item is not None and item.line == line.identity:
            rows.move(item, ItemState.FILED)
            item.line = b""
            session.add(item)
        session.delete(one)
    line.state, line.why = LineState.UNMATCHED, rules.UNDONE
    session.add(line)
    change.note("bank.undone", rows.subject(line.identity))
    session.flush()
    return queued(session, line)


def _is_undoable(match: BankMatch) -> bool:
    is_aside = match.state == MatchState.DONE and not match.item and not match.merchant
    return is_aside or match.state in {MatchState.PROPOSED, MatchState.APPROVED}


def _require(line: BankLine, *states: LineState) -> None:
    if line.state not in states:
        raise LineStateError(line=line.identity.hex()[:16], actual=line.state, limit=", ".join(states))


def _parts(session: Session, line: BankLine, wishes: Sequence[Wish]) -> list[Part]:
    left = abs(line.amount)
    told = []
    for wish in wishes:
        part = _part(session, line, wish, left)
        left -= part.amount
        told.append(part)
    return told


def _part(session: Session, line: BankLine, wish: Wish, left: int) -> Part:
    if sum(map(bool, (wish.item, wish.debt, wish.merchant))) > 1:
        raise PartError(actual=wish.item or wish.debt, limit="item | debt | merchant")
    if wish.debt:
        debt = rows.debt_of(session, None, wish.debt)
        if debt is None or debt.state != DebtState.OPEN:
            raise PartError(actual=wish.debt, limit=DebtState.OPEN)
        return rules.debt_part(debt)
    if wish.merchant:
        return rules.transfer_of(
            session, wish.merchant, left if wish.amount is None else wish.amount, wish.tax
        )
    if not wish.item:
        return Part(left if wish.amount is None else wish.amount)
    item = session.get(BankItem, wish.item)
    if item is None:
        raise PartError(actual=wish.item, limit="?")
    if parts.is_return(line, item):
        return rules.return_of(session, item)
    return rules.part_of(item, wish.amount)
