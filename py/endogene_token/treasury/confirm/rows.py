"""The rows of the confirmation, as its parts find and change them, within the caller's transaction."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, func, select

from endogene_token.errors import UnknownBankLineError
from endogene_token.office.trail import Change
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch, BankRun, ReturnedDebt
from endogene_token.treasury.collect.states import Direction, ItemState, Kind, RunState
from endogene_token.treasury.confirm.states import STANDING, LineState, MatchState
from endogene_token.treasury.statements.models import IssuedStatement, TaxPayment

SHORTEST_IDENTITY: Final = 4  # bytes: what a person copies from the queue
LONGEST_WHY: Final = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line, in minor units without sign: an item, a merchant's own transfer, or neither.

    `premiums` and `tax` are what of `amount` is settled on the chain and booked as taxes. A part without
    item and merchant is kept aside: a fee, or what is nobody's. For an item of a debt, or a debt's own
    reference, both are 0.
    """

    amount: int
    item: str = ""
    merchant: int = 0
    premiums: int = 0
    tax: int = 0


def subject(identity: bytes) -> str:
    """Return how the trail names a line."""
    return f"bank-line:{identity.hex()}"


def line_of(session: Session, identity: str) -> BankLine:
    """Return a line by the first digits of its identity, eight or more. Raises UnknownBankLineError."""
    text = identity.removeprefix("0x").lower()
    try:
        first = bytes.fromhex(text[: len(text) // 2 * 2])
    except ValueError:
        raise UnknownBankLineError(actual=identity) from None
    if not SHORTEST_IDENTITY <= len(first) <= len(bytes(32)):
        raise UnknownBankLineError(actual=identity)
    last = first.ljust(32, b"\xff")
    within = (col(BankLine.identity) >= first.ljust(32, b"\x00"), col(BankLine.identity) <= last)
    found = [
        one for one in session.exec(select(BankLine).where(*within)) if one.identity.hex().startswith(text)
    ]
    if len(found) != 1:
        raise UnknownBankLineError(actual=identity)
    return found[0]


def matches_of(session: Session, identity: bytes) -> list[BankMatch]:
    """Return the matches of a line, in order."""
    query = select(BankMatch).where(BankMatch.line == identity).order_by(col(BankMatch.ordinal))
    return list(session.exec(query))


def confirming(session: Session, reference: str, *, incoming: bool) -> list[BankMatch]:
    """Return the matches that name an item, that stand, and whose money came in (or went out)."""
    sign = BankLine.amount > 0 if incoming else BankLine.amount < 0
    query = (
        select(BankMatch)
        .join(BankLine, col(BankLine.identity) == col(BankMatch.line))
        .where(BankMatch.item == reference, col(BankMatch.state).in_(STANDING), sign)
    )
    return list(session.exec(query))


def is_awaited(session: Session, item: BankItem) -> bool:
    """Return whether the bank has got the file of an item: until then nothing can confirm it."""
    run = session.get(BankRun, item.run)
    return run is not None and run.state == RunState.HANDED_IN


def brought(session: Session, item: BankItem) -> int:
    """Return what the line that confirms an item moved for it; 0 when nothing stands.

    A person may have let it stand for another amount than was asked.
    """
    query = select(BankMatch).where(BankMatch.item == item.reference, BankMatch.line == item.line)
    return sum(one.amount for one in session.exec(query) if one.state in STANDING)


def is_booked(session: Session, item: BankItem) -> bool:
    """Return whether the chain counts an item's money, or takes it since it was sent."""
    if item.state == ItemState.SETTLED:
        return True
    stood = confirming(session, item.reference, incoming=item.direction == Direction.DEBIT)
    return any(one.state in {MatchState.SENT, MatchState.DONE} for one in stood)


def debt_of(session: Session, item: BankItem | None, reference: str) -> ReturnedDebt | None:
    """Return the debt that a payment under `reference` pays: a debt's own item, or the one that came back."""
    if item is not None and item.kind == Kind.DEBT:
        return session.get(ReturnedDebt, item.statement)
    return session.get(ReturnedDebt, reference)


def tax_owed(session: Session, merchant: int) -> int:
    """Return what a merchant still owes in taxes, past what is on its way. Not less than 0."""
    charged = select(func.sum(IssuedStatement.tax)).where(IssuedStatement.merchant == merchant)
    paid = select(func.sum(TaxPayment.amount)).where(TaxPayment.merchant == merchant)
    coming = select(func.sum(BankMatch.tax)).where(
        BankMatch.merchant == merchant, col(BankMatch.state).in_((MatchState.APPROVED, MatchState.SENT))
    )
    asked = (
        select(func.sum(BankItem.tax))
        .join(BankRun, col(BankRun.number) == col(BankItem.run))
        .where(
            BankItem.party_number == merchant,
            BankItem.direction == Direction.DEBIT,
            BankItem.state == ItemState.FILED,
            BankRun.state == RunState.HANDED_IN,
        )
    )
    first, *less = (int(session.exec(query).one() or 0) for query in (charged, paid, coming, asked))
    return max(first - sum(less), 0)


def keep(
    change: Change, line: BankLine, parts: Sequence[Part], state: MatchState, by: str
) -> list[BankMatch]:
    """Write the matches of a line in place of those that were only proposed."""
    for old in matches_of(change.session, line.identity):
        change.session.delete(old)
    change.session.flush()
    now = int(time.time())
    rows = [
        BankMatch(
            line=line.identity,
            ordinal=ordinal,
            item=part.item,
            merchant=part.merchant,
            amount=part.amount,
            premiums=part.premiums,
            tax=part.tax,
            state=state,
            proposed_by=by,
            decided_by="",
            commitment=b"",
            changed_at=now,
        )
        for ordinal, part in enumerate(parts)
    ]
    change.session.add_all(rows)
    line.state = LineState.PROPOSED if state == MatchState.PROPOSED else LineState.MATCHED
    line.why = ""
    change.session.flush()
    return rows


def move(row: BankItem | BankMatch, state: str) -> None:
    """Put an item or a match into a state, now."""
    row.state = str(state)
    row.changed_at = int(time.time())


def close(session: Session, line: BankLine) -> None:
    """Call a line settled once nothing of it waits any more."""
    session.flush()
    waiting = {MatchState.PROPOSED, MatchState.APPROVED, MatchState.SENT}
    found = matches_of(session, line.identity)
    if found and not waiting & {MatchState(one.state) for one in found}:
        line.state = LineState.SETTLED
        line.why = ""
        session.add(line)
