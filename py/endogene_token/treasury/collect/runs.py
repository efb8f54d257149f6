"""The life of a run: approved by another officer than drafted it, handed in, or cancelled before that."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256

from sqlmodel import Session, col, select

from endogene_token.errors import (
    CutOffError,
    DrafterApprovesError,
    FileOrderError,
    NotAwaitedError,
    RunStateError,
    UnknownRunError,
)
from endogene_token.indexer.money_models import CashRequest, Redemption
from endogene_token.indexer.projections.conversions import OPEN
from endogene_token.office.persons import is_same_person
from endogene_token.office.sealed import seal, unseal
from endogene_token.office.secret import Purpose
from endogene_token.office.trail import Change
from endogene_token.projects import RedemptionState
from endogene_token.treasury.bankfiles.notice import last_handing_in
from endogene_token.treasury.collect import files
from endogene_token.treasury.collect.dues import still_due
from endogene_token.treasury.collect.files import Office
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankRun
from endogene_token.treasury.collect.payables import set_off
from endogene_token.treasury.collect.states import Direction, ItemState, Kind, RunState
from endogene_token.treasury.statements.months import Month


def approve(change: Change, office: Office, number: int, who: str, now: int) -> BankRun:
    """Approve a run, and make its file: once, for good. `who` is not who drafted it.

    Raises UnknownRunError, RunStateError, DrafterApprovesError, CutOffError, MandateEndedError,
    PayeeEndedError, NotAwaitedError, and what the file raises.
    """
    session = change.session
    run = _in_state(session, number, RunState.DRAFTED)
    if is_same_person(session, who, run.drafted_by):
        raise DrafterApprovesError(actual=who, limit=number)
    items = items_of(session, number)
    _check_ready(session, office, run, items, now)
    made = _numbers(session, run, RunState.APPROVED, RunState.HANDED_IN)
    file_number = max(made, default=0) + 1
    content = files.write(session, office, run, items, number=file_number, now=now)
    run.file_number, run.sha256 = file_number, sha256(content).digest()
    run.content = seal(office.secret, Purpose.BANK, _place(number), content)
    run.state, run.approved_by = RunState.APPROVED, who
    session.add(run)
    change.note("run.approved", f"run:{number}", file=file_number, sha256=run.sha256.hex())
    return run


def hand_in(change: Change, office: Office, number: int, now: int) -> BankRun:
    """Mark a run's file as given to the bank; from now on its items are awaited.

    Raises UnknownRunError, RunStateError, CutOffError, FileOrderError, MandateEndedError, PayeeEndedError,
    NotAwaitedError.
    """
    session = change.session
    run = _in_state(session, number, RunState.APPROVED)
    items = items_of(session, number)
    _check_ready(session, office, run, items, now)
    waiting = _numbers(session, run, RunState.APPROVED)
    if min(waiting) != run.file_number:
        raise FileOrderError(actual=run.file_number, limit=min(waiting))
    run.state, run.handed_in_at = RunState.HANDED_IN, now
    session.add(run)
    if run.direction == Direction.DEBIT:
        for mandate in {one.account: session.get_one(BankMandate, one.account) for one in items}.values():
            mandate.first_used = 1
            session.add(mandate)
    change.note("run.handed-in", f"run:{number}", file=run.file_number)
    return run


def cancel(change: Change, number: int, now: int) -> BankRun:
    """Cancel a run that the bank has not got; what it asked for may be drafted again.

    Raises UnknownRunError, RunStateError, FileOrderError when a later file of its kind is made.
    """
    session = change.session
    run = _in_state(session, number, RunState.DRAFTED, RunState.APPROVED)
    made = _numbers(session, run, RunState.APPROVED, RunState.HANDED_IN)
    if run.file_number and max(made) != run.file_number:
        raise FileOrderError(actual=run.file_number, limit=max(made))
    run.state = RunState.CANCELLED
    session.add(run)
    for item in items_of(session, number):
        item.state, item.changed_at = ItemState.CANCELLED, now
        session.add(item)
    change.note("run.cancelled", f"run:{number}")
    return run


def content_of(session: Session, office: Office, number: int) -> bytes:
    """Return the file of a run, byte for byte as it was made. Raises UnknownRunError, RunStateError."""
    run = _in_state(session, number, RunState.APPROVED, RunState.HANDED_IN)
    return unseal(office.secret, Purpose.BANK, _place(number), run.content)


def run_of(session: Session, number: int) -> BankRun:
    """Return a run. Raises UnknownRunError."""
    run = session.get(BankRun, number)
    if run is None:
        raise UnknownRunError(actual=number)
    return run


def runs_of(session: Session, month: str | None = None) -> list[BankRun]:
    """Return the runs, the newest first; of one month's statements, or all."""
    query = select(BankRun).order_by(col(BankRun.number).desc())
    return list(session.exec(query if month is None else query.where(BankRun.month == month)))


def items_of(session: Session, number: int) -> list[BankItem]:
    """Return the items of a run, in the order of their references."""
    return list(
        session.exec(select(BankItem).where(BankItem.run == number).order_by(col(BankItem.reference)))
    )


def total_of(items: Sequence[BankItem]) -> int:
    """Return what the items bring or cost together (minor units)."""
    return sum(one.amount for one in items)


def _in_state(session: Session, number: int, *states: RunState) -> BankRun:
    run = run_of(session, number)
    if run.state not in states:
        raise RunStateError(number=number, actual=run.state, limit=", ".join(states))
    return run


def _numbers(session: Session, run: BankRun, *states: RunState) -> list[int]:
    """Return the numbers of the files of a run's kind that are in these states."""
    query = select(BankRun.file_number).where(BankRun.file_kind == run.file_kind)
    return list(session.exec(query.where(col(BankRun.state).in_(states))))


def _check_ready(session: Session, office: Office, run: BankRun, items: Sequence[BankItem], now: int) -> None:
    """Raise unless the bank still takes the file in time, and every item still has its ground."""
    until = last_handing_in(office.profile.terms, date.fromisoformat(run.day))
    if datetime.fromtimestamp(now, UTC) > until:
        raise CutOffError(actual=run.day, limit=until.isoformat(" ", "minutes"))
    is_awaited = _owed if run.direction == Direction.DEBIT else _payable
    awaited = is_awaited(session, office, run)
    for item in items:
        files.holder_of(session, item)
        if not awaited(item):
            actual = f"{item.kind} {item.statement or item.object}"
            raise NotAwaitedError(actual=actual, limit=item.reference)


def _owed(session: Session, office: Office, run: BankRun) -> Callable[[BankItem], bool]:
    """Return what says whether all that a debit asks for is still owed: it may have been paid meanwhile."""
    left = still_due(session.connection(), Month.parse(run.month), office.zone, run.number or 0)

    def is_owed(item: BankItem) -> bool:
        premiums, tax = left[item.kind, item.statement]
        asked = (item.amount, 0) if item.kind == Kind.DEBT else (item.premiums, item.tax)
        return asked[0] <= premiums and asked[1] <= tax

    return is_owed


def _payable(session: Session, office: Office, _run: BankRun) -> Callable[[BankItem], bool]:
    """Return what says whether a payment is still awaited: a statement may have set it off meanwhile."""
    without = set_off(session.connection(), office.zone)

    def is_payable(item: BankItem) -> bool:
        is_set_off = item.kind == Kind.CASH_REQUEST and item.object in without
        return not is_set_off and _is_awaited(session, item)

    return is_payable


def _is_awaited(session: Session, item: BankItem) -> bool:
    """Return whether the chain still awaits what a payment pays."""
    if item.kind == Kind.CASH_REQUEST:
        request = session.get(CashRequest, item.object)
        return request is not None and request.state == OPEN
    if item.kind == Kind.REDEMPTION:
        found = session.get(Redemption, item.object)
        is_open = found is not None and found.state == RedemptionState.APPROVED
        return is_open and found is not None and item.amount <= found.amount - found.paid
    return True


def _place(number: int) -> bytes:
    return f"run/{number}".encode()
