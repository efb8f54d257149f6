"""What comes back: a debit or a payment that the other side's bank did not let stand.

A debit that comes back before the chain booked it leaves nothing there: its premium is still owed, and is
asked for again. One that comes back after opens a debt: the chain counted the cash and keeps it counted, so
that the bank holds less than the chain by exactly the sum of the open debts; what pays a debt later is not
settled again. A payment of ours that comes back after the chain booked it is for a person.
"""

import time
from typing import Final

from sqlmodel import Session, select

from endogene_token.office.trail import Change
from endogene_token.treasury.bankfiles.returns import ReturnReason, canadian_reason, sepa_reason
from endogene_token.treasury.bankstatements.cpa005_returns import ReturnedItem
from endogene_token.treasury.collect import mandates
from endogene_token.treasury.collect.models import (
    BankItem,
    BankLine,
    BankMandate,
    BankMatch,
    ReturnedDebt,
)
from endogene_token.treasury.collect.states import Direction, ItemState, Kind
from endogene_token.treasury.confirm import rows
from endogene_token.treasury.confirm.states import DebtState, MatchState
from endogene_token.treasury.exceptions import inbox

LONGEST_CODE: Final = 10


def take_back(change: Change, item: BankItem, code: str, line: bytes = b"") -> bool:
    """Note that an item came back, with the bank's code; `line`: the line that says so, if one does.

    Return False when it was noted before: the bank tells it in a file of returns and in its statement.
    """
    session = change.session
    if item.state in {ItemState.RETURNED, ItemState.REJECTED}:
        debt = session.get(ReturnedDebt, item.reference)
        if debt is not None and line and not any(debt.returned_line):
            debt.returned_line = line
            session.add(debt)
        return False
    was_booked = _refuse_unbooked(session, item)
    rows.move(item, ItemState.RETURNED)
    item.return_code = code[:LONGEST_CODE]
    session.add(item)
    opened = was_booked and item.direction == Direction.DEBIT
    if opened:
        _open_debt(session, item, line)
    ended = end_mandate(change, item, code)
    change.note(
        "bank.returned",
        f"bank-item:{item.reference}",
        code=code[:LONGEST_CODE],
        debt=str(item.amount) if opened else "0",
        mandate_ended=ended,
    )
    return True


def returned_items(change: Change, items: tuple[ReturnedItem, ...]) -> tuple[int, list[ReturnedItem]]:
    """Note the items of a file of returns; return how many are new, and those not understood.

    What names no item of ours, or tells another amount or direction than we asked for, changes nothing; nor
    does a payment of ours that the chain has booked. The inbox tells a person of each.
    """
    new = 0
    strange: list[ReturnedItem] = []
    findings: list[inbox.Finding] = []
    for one in items:
        item = change.session.get(BankItem, one.reference)
        if item is None or not _is_ours(change.session, one, item):
            strange.append(one)
            findings.append(_finding(one, item))
        else:
            new += take_back(change, item, one.code)
    inbox.tell(change, findings, int(time.time()))
    return new, strange


def reason_of(code: str) -> ReturnReason:
    """Return what a code means: Canada's are digits, those of SEPA begin with a letter."""
    return canadian_reason(code) if code.isdigit() else sepa_reason(code)


def end_mandate(change: Change, item: BankItem, code: str) -> bool:
    """End the mandate of a debit whose return says that no other may follow; return whether it stood."""
    reason = reason_of(code)
    is_debit = item.direction == Direction.DEBIT and reason.ends_mandate
    mandate = change.session.get(BankMandate, item.account) if is_debit else None
    if mandate is None or mandate.state == mandates.ENDED:
        return False
    mandates.end(change, item.account, f"{reason} ({code[:LONGEST_CODE]})")
    return True


def _finding(one: ReturnedItem, item: BankItem | None) -> inbox.Finding:
    """Return what the inbox tells of a return; a reference that is not ours may name anybody: left out."""
    name = f"{item.reference}:{one.identity.hex()[:16]}" if item is not None else one.identity.hex()
    came_in = one.kind.name.lower() == Direction.CREDIT
    return inbox.Finding(inbox.Kind.RETURN, f"return:{name}", one.amount if came_in else -one.amount)


def _is_ours(session: Session, one: ReturnedItem, item: BankItem) -> bool:
    """Return whether a return tells of what we asked for, and nobody but the bank has a say in it."""
    is_paid = item.direction == Direction.CREDIT and rows.is_booked(session, item)
    is_same = (one.amount, one.kind.name.lower()) == (item.amount, item.direction)
    return is_same and not is_paid and rows.is_awaited(session, item)


def _refuse_unbooked(session: Session, item: BankItem) -> bool:
    """Refuse the matches of an item that nothing was sent for; return whether its money counts as booked.

    What was sent and not yet noted counts as booked: the chain takes it, whatever the bank says since.
    """
    incoming = item.direction == Direction.DEBIT
    booked = item.state == ItemState.SETTLED
    for match in session.exec(select(BankMatch).where(BankMatch.item == item.reference)):
        line = session.get(BankLine, match.line)
        if line is None or (line.amount > 0) != incoming:
            continue
        if match.state == MatchState.APPROVED:
            rows.move(match, MatchState.REFUSED)
            session.add(match)
            rows.close(session, line)
        elif match.state == MatchState.SENT:
            booked = True
    return booked


def _open_debt(session: Session, item: BankItem, line: bytes) -> None:
    if item.kind == Kind.DEBT:  # the money of an old debt went back again: that one is open once more
        debt = session.get(ReturnedDebt, item.statement)
        if debt is not None:
            debt.state, debt.closed_by_line = DebtState.OPEN, b""
            session.add(debt)
        return
    session.add(
        ReturnedDebt(
            item=item.reference,
            merchant=item.party_number,
            amount=rows.brought(session, item) or item.amount,
            returned_line=line or bytes(32),
            opened_at=int(time.time()),
            state=DebtState.OPEN,
            closed_by_line=b"",
        )
    )
