"""What the bank never carried out: a file or an item refused before it was booked, of which no line tells.

The approver says so, not who drafted the run: the two persons of a run stand behind its undoing, too. What
was asked is owed or awaited again, and nothing is booked. A line that comes after all is for a person.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlmodel import Session, col, select

from endogene_token.errors import DrafterApprovesError, ItemDayError, ItemStateError, RunStateError
from endogene_token.office.persons import is_same_person
from endogene_token.office.trail import Change
from endogene_token.treasury.collect import runs
from endogene_token.treasury.collect.models import BankItem, BankRun
from endogene_token.treasury.collect.states import ItemState, RunState
from endogene_token.treasury.confirm import returns, rows
from endogene_token.treasury.exceptions.inbox import Finding, Kind

UNKNOWN: Final = "?"


def reject(change: Change, number: int, references: Sequence[str], code: str, today: date) -> BankRun:
    """Note that the bank refused items of a run, with its code; what they asked for may be drafted again.

    Raises UnknownRunError, RunStateError, DrafterApprovesError, ItemStateError, ItemDayError.
    """
    session = change.session
    run = runs.run_of(session, number)
    if run.state != RunState.HANDED_IN:
        raise RunStateError(number=number, actual=run.state, limit=RunState.HANDED_IN)
    if is_same_person(session, change.actor.who, run.drafted_by):
        raise DrafterApprovesError(actual=change.actor.who, limit=number)
    for reference in dict.fromkeys(references):
        item = session.get(BankItem, reference)
        if item is None or item.run != number or item.state != ItemState.FILED:
            actual = item.state if item is not None and item.run == number else UNKNOWN
            raise ItemStateError(reference=reference, actual=actual, limit=ItemState.FILED)
        if today.isoformat() <= item.day:  # the bank may still carry it out
            raise ItemDayError(reference=reference, actual=today, limit=item.day)
        rows.move(item, ItemState.REJECTED)
        item.return_code = code
        session.add(item)
        ended = returns.end_mandate(change, item, code)
        change.note("bank.rejected", f"bank-item:{reference}", run=number, code=code, mandate_ended=ended)
    session.flush()
    return run


def unanswered(session: Session, before: date) -> list[Finding]:
    """Return what the bank was to carry out before a day, and never told of."""
    query = (
        select(BankItem)
        .join(BankRun, col(BankRun.number) == col(BankItem.run))
        .where(BankRun.state == RunState.HANDED_IN, BankItem.state == ItemState.FILED)
        .where(BankItem.day < before.isoformat())
    )
    found = session.exec(query.order_by(col(BankItem.reference)))
    return [Finding(Kind.UNANSWERED, f"item:{one.reference}", one.amount) for one in found]
