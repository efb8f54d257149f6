"""What a line may confirm, and what becomes of it then: each item once, each cent of the line in one part."""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session

from endogene_token.errors import PartError, PartSumError, UnknownMerchantError
from endogene_token.indexer.models import Merchant
from endogene_token.office.trail import Change
from endogene_token.treasury.collect.debts import is_paid
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch
from endogene_token.treasury.collect.states import Direction, ItemState, Kind, RunState
from endogene_token.treasury.confirm import returns, rows
from endogene_token.treasury.confirm.rows import Part
from endogene_token.treasury.confirm.states import LineState, MatchState

COMES_IN: Final = "amount > 0"
PAID_ALREADY: Final = "paid"
TAKEN: Final = "confirmed"
WHOLE: Final = frozenset({Kind.DEBT, Kind.CASH_REQUEST})
"""The kinds that are paid in one: the chain pays the whole request, a debt is owed or it is not."""


def is_return(line: BankLine, item: BankItem) -> bool:
    """Return whether the line moves the other way than the item: its money came back."""
    return (line.amount > 0) != (item.direction == Direction.DEBIT)


def check(session: Session, line: BankLine, parts: Sequence[Part]) -> None:
    """Raise unless the parts are all of the line, and each may be confirmed by it now.

    Raises PartSumError, PartError, UnknownMerchantError.
    """
    total = sum(part.amount for part in parts)
    if total != abs(line.amount) or any(part.amount <= 0 for part in parts):
        raise PartSumError(actual=total, limit=abs(line.amount))
    names = [part.item for part in parts if part.item]
    for name in names:
        if names.count(name) > 1:
            raise PartError(actual=name, limit="× 1")
    for part in parts:
        _check(session, line, part)


def _check(session: Session, line: BankLine, part: Part) -> None:
    if not part.item:
        if part.merchant:
            _check_transfer(session, line, part)
        elif part.premiums or part.tax:
            raise PartError(actual=part.premiums + part.tax, limit=0)
        return
    item = session.get(BankItem, part.item)
    if item is None:
        raise PartError(actual=part.item, limit="?")
    if not rows.is_awaited(session, item):
        raise PartError(actual=part.item, limit=RunState.HANDED_IN)
    if part.merchant != (item.party_number if item.party == "merchant" else 0):
        raise PartError(actual=part.item, limit=item.party_number)
    if is_return(line, item):
        _check_return(session, line, item, part)
    elif item.state == ItemState.RETURNED and not _came_first(session, item):
        _check_debt(session, line, item, part)
    else:
        _check_item(session, item, part)


def _check_transfer(session: Session, line: BankLine, part: Part) -> None:
    if line.amount < 0:
        raise PartError(actual=part.merchant, limit=COMES_IN)
    if session.get(Merchant, part.merchant) is None:
        raise UnknownMerchantError(actual=part.merchant)
    _check_shares(part, part.amount, str(part.merchant))


def _check_shares(part: Part, whole: int, name: str) -> None:
    if part.premiums + part.tax != whole or min(part.premiums, part.tax) < 0:
        raise PartError(actual=name, limit=f"{part.premiums} + {part.tax} = {whole}")


def _check_return(session: Session, line: BankLine, item: BankItem, part: Part) -> None:
    """A return gives back what was taken, whole; what the bank took beside it is a part kept aside."""
    asked = rows.brought(session, item) or item.amount
    if part.amount != asked or part.premiums or part.tax:
        raise PartError(actual=item.reference, limit=asked)
    if item.state in {ItemState.CANCELLED, ItemState.REJECTED}:
        raise PartError(actual=item.reference, limit=item.state)
    if rows.confirming(session, item.reference, incoming=line.amount > 0):
        raise PartError(actual=item.reference, limit=TAKEN)
    if item.direction == Direction.CREDIT and rows.is_booked(session, item):  # for a person
        raise PartError(actual=item.reference, limit=LineState.SET_ASIDE)


def _came_first(session: Session, item: BankItem) -> bool:
    """Return whether the news of a return came before the line of its collection."""
    return not item.line and rows.debt_of(session, None, item.reference) is None


def _check_debt(session: Session, line: BankLine, item: BankItem, part: Part) -> None:
    debt = rows.debt_of(session, None, item.reference)
    if debt is None or line.amount < 0 or is_paid(session.connection(), debt):
        raise PartError(actual=item.reference, limit=item.state if debt is None else PAID_ALREADY)
    if part.amount != debt.amount or part.premiums or part.tax:
        raise PartError(actual=item.reference, limit=debt.amount)


def _check_item(session: Session, item: BankItem, part: Part) -> None:
    if item.state not in {ItemState.FILED, ItemState.RETURNED} or item.line:
        raise PartError(actual=item.reference, limit=item.state)
    if item.kind in WHOLE and part.amount != item.amount:
        raise PartError(actual=item.reference, limit=item.amount)
    if item.kind == Kind.REDEMPTION and part.amount > item.amount:
        raise PartError(actual=item.reference, limit=item.amount)
    if item.kind == Kind.DEBT:
        debt = rows.debt_of(session, item, item.reference)
        if debt is None or is_paid(session.connection(), debt, but=item.reference):
            raise PartError(actual=item.reference, limit=PAID_ALREADY)
    _check_shares(part, part.amount if item.kind == Kind.PREMIUMS else 0, item.reference)


def stand(change: Change, line: BankLine, matches: Sequence[BankMatch], by: str) -> None:
    """Have the matches of a line stand, which `check` let pass in this transaction."""
    for match in matches:
        match.decided_by = by
        rows.move(match, _stood(change, line, match))
        change.session.add(match)
    line.state, line.why = LineState.MATCHED, ""
    change.session.add(line)
    rows.close(change.session, line)


def _stood(change: Change, line: BankLine, match: BankMatch) -> MatchState:
    """Carry out what one match says, and return its state."""
    session = change.session
    item = session.get(BankItem, match.item) if match.item else None
    if item is None:
        return MatchState.APPROVED if match.merchant else MatchState.DONE
    if is_return(line, item):
        returns.take_back(change, item, line.return_code, line.identity)
        return MatchState.DONE
    if item.state == ItemState.FILED:
        rows.move(item, ItemState.COLLECTED)
        item.line = line.identity
        session.add(item)
        return MatchState.APPROVED
    if _came_first(session, item):
        item.line = line.identity
        session.add(item)
        return MatchState.REFUSED
    return MatchState.APPROVED  # of a debt
