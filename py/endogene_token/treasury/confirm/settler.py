"""The worker between what the bank confirms and the chain. See {Settler}."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token import crash
from endogene_token.errors import BankReferenceUsedError, CashAmountError, EndogeneError, LedgerRefusal
from endogene_token.office import trail
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import Actor, Change, Public
from endogene_token.store import reading, writing
from endogene_token.treasury.bankfiles.bankdays import shift_bank_days
from endogene_token.treasury.bankfiles.notice import Regime
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch
from endogene_token.treasury.collect.states import Direction, ItemState
from endogene_token.treasury.confirm import rows
from endogene_token.treasury.confirm.bookings import Bookings
from endogene_token.treasury.confirm.commitments import commitment, line_key
from endogene_token.treasury.confirm.states import DebtState, MatchState
from endogene_token.treasury.statements.models import TaxPayment

AT_ONCE: Final = 100
IDLE_SECONDS: Final = 2.0
LONGEST_PAUSE_SECONDS: Final = 60.0
HELD_SECONDS: Final = 60
LOST_SECONDS: Final = 3600
"""After this, what was marked as sent and is refused is no longer on its way: it never left, or fell."""
SERVICE: Final = Actor("service", "settler")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a collected debit waits: bank days of the regime, by its clock."""

    regime: Regime
    hold_days: int

    def is_due(self, booked: str, now: int) -> bool:
        """Return whether a debit booked on a day (ISO) has waited long enough at an instant."""
        today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.regime.zone)).date()
        return self.due_day(booked) <= today

    def due_day(self, booked: str) -> date:
        """Return the day from which a debit booked on a day may be settled."""
        first = date.fromisoformat(booked)
        return shift_bank_days(first, self.hold_days, self.regime.calendar, self.regime.also_closed)


@dataclass(frozen=True, slots=True)
class Task:
    """A match to be booked, with its line, its item if it has one, and what stands for it on the chain."""

    match: BankMatch
    line: BankLine
    item: BankItem | None
    reference: bytes

    @property
    def is_for_chain(self) -> bool:
        """Whether the chain books it: taxes and old debts are the office's alone."""
        return self.match.premiums > 0 or self.line.amount < 0


class Settler:
    """Books on the chain what the bank has confirmed, each once, under the commitment to its line.

    A debit waits its days, since it may come back. What is to be sent is noted first, with its commitment,
    which the chain takes once: killed anywhere, the next start asks the chain and goes on; two settlers only
    do each other's work. What the chain would refuse is not sent; it waits with its reason.
    """

    def __init__(
        self,
        engine: Engine,
        bookings: Bookings,
        secret: Callable[[], OfficeSecret],
        terms: Callable[[], Terms],
        *,
        clock: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        """Book by `bookings`; `secret` and `terms` are asked at each step that finds something."""
        self._engine = engine
        self._bookings = bookings
        self._secret = secret
        self._terms = terms
        self._clock = clock
        self._held: dict[bytes, int] = {}

    def run(self, stop: threading.Event) -> None:
        """Step until `stop` is set; a chain, a database or a setting that stands in the way is waited for."""
        failures = 0
        while not stop.is_set():
            try:
                moved = self.step() > 0
                failures = 0
            except EndogeneError as error:
                moved = False
                failures += 1
                log.warning("settler waits", error=str(error), failures=failures)
            if not moved:
                stop.wait(min(IDLE_SECONDS * 2 ** min(failures, 5), LONGEST_PAUSE_SECONDS))

    def step(self) -> int:
        """Take what is due further; return how many matches were booked. Raises ChainError, StoreError."""
        tasks = self._due()
        if not tasks:
            return 0
        off_chain = [one for one in tasks if not one.is_for_chain]
        done = sum(self._finish(one) for one in off_chain)
        return done + self._settle([one for one in tasks if one.is_for_chain])

    def _settle(self, tasks: Sequence[Task]) -> int:
        booked = self._booked(tasks)
        done = sum(self._finish(one) for one in booked)
        names = {one.reference for one in booked}
        ready = [one for one in tasks if one.reference not in names and self._admit(one)]
        if not ready:
            return done
        self._bookings.book([self._bookings.call(one.match, one.item, one.reference) for one in ready])
        crash.point("settler.mined")
        return done + sum(self._finish(one) for one in self._booked(ready))

    def _due(self) -> list[Task]:
        """Return what may be booked now; what was sent before comes first."""
        states = (MatchState.SENT, MatchState.APPROVED)
        found: list[Task] = []
        with reading(self._engine) as connection, Session(connection, expire_on_commit=False) as session:
            query = (
                select(BankMatch, BankLine)
                .join(BankLine, col(BankLine.identity) == col(BankMatch.line))
                .where(col(BankMatch.state).in_(states))
                .order_by(col(BankMatch.state).desc(), col(BankLine.booked), col(BankLine.identity))
            )
            pairs = list(session.exec(query))
            if not pairs:
                return []
            terms, key, now = self._terms(), line_key(self._secret()), self._clock()
            for match, line in pairs:
                item = session.get(BankItem, match.item) if match.item else None
                task = Task(match, line, item, _reference(session, match, key))
                is_due = match.state == MatchState.SENT or not _waits(item, line, terms, now)
                if is_due and self._held.get(task.reference, now) <= now:
                    found.append(task)
                if len(found) == AT_ONCE:
                    break
            session.expunge_all()
        return found

    def _booked(self, tasks: Sequence[Task]) -> list[Task]:
        told = self._bookings.are_booked([one.reference for one in tasks])
        return [one for one, is_booked in zip(tasks, told, strict=True) if is_booked]

    def _admit(self, task: Task) -> bool:
        """Note that a match is about to be sent, unless the chain would refuse it; return if it may be."""
        try:
            self._bookings.rehearse(self._bookings.call(task.match, task.item, task.reference))
        except BankReferenceUsedError:  # booked a moment ago, or in the next block: the next step sees it
            return False
        except (LedgerRefusal, CashAmountError) as refusal:
            self._hold(task, refusal)
            return False
        if task.match.state == MatchState.SENT:
            return True
        with self._changing() as change:
            row = _row(change, task)  # another settler may have sent it; it may be undone, or have come back
            if row is not None and row.state == MatchState.APPROVED:
                row.commitment = task.reference
                rows.move(row, MatchState.SENT)
                change.session.add(row)
                _note(change, "bank.sent", task)
            may_go = row is not None and row.state == MatchState.SENT
            crash.point("settler.marked")
        crash.point("settler.sending")
        return may_go

    def _hold(self, task: Task, refusal: EndogeneError) -> None:
        """Say in the queue why the chain does not take a match now, once; it is tried again later.

        What was marked as sent long ago, is not on the chain and is refused by it, never arrived: one may
        undo it again.
        """
        now = self._clock()
        self._held[task.reference] = now + HELD_SECONDS
        is_lost = task.match.state == MatchState.SENT and task.match.changed_at <= now - LOST_SECONDS
        if task.line.why == refusal.code and not is_lost:
            return
        with self._changing() as change:
            line, row = change.session.get(BankLine, task.line.identity), _row(change, task)
            if line is not None:
                line.why = refusal.code
                change.session.add(line)
            if is_lost and row is not None and row.state == MatchState.SENT:
                rows.move(row, MatchState.APPROVED)  # under the same commitment, which the chain takes once
                change.session.add(row)
            _note(change, "bank.held", task, reason=refusal.code)
        log.warning("settlement held", match=task.match.item, error=str(refusal))

    def _finish(self, task: Task) -> int:
        """Note that a match is booked, with the taxes or the debt that it pays; return 1 if nobody had."""
        with self._changing() as change:
            row = _row(change, task)
            # Approved and on the chain: the database is older than the chain, from a copy.
            awaited = {MatchState.APPROVED, *([MatchState.SENT] if task.is_for_chain else [])}
            if row is None or row.state not in awaited:  # another settler noted it, or it came back meanwhile
                return 0
            row.commitment = task.reference
            rows.move(row, MatchState.DONE)
            change.session.add(row)
            _pay(change.session, row, task, self._clock())
            _note(change, "bank.settled", task, amount=str(row.amount), tax=str(row.tax))
            line = change.session.get(BankLine, row.line)
            if line is not None:
                line.why = ""
                rows.close(change.session, line)
            crash.point("settler.finishing")
        crash.point("settler.finished")
        return 1

    @contextmanager
    def _changing(self) -> Iterator[Change]:
        """Open a transaction as `trail.changing` does; it may turn out that nothing is left to change."""
        with writing(self._engine) as connection, Session(connection, expire_on_commit=False) as session:
            trail.lock(session)
            yield Change(session, SERVICE)
            session.flush()


def _waits(item: BankItem | None, line: BankLine, terms: Terms, now: int) -> bool:
    """Only a debit waits: a merchant's own transfer is final, and what we paid has left."""
    return item is not None and item.direction == Direction.DEBIT and not terms.is_due(line.booked, now)


def _reference(session: Session, match: BankMatch, key: bytes) -> bytes:
    if match.commitment:
        return match.commitment
    is_alone = len(rows.matches_of(session, match.line)) == 1
    return commitment(key, match.line, match.item or str(match.ordinal), is_alone=is_alone)


def _row(change: Change, task: Task) -> BankMatch | None:
    """Return the match as it is now, if it is still the one that was read."""
    row = change.session.get(BankMatch, (task.match.line, task.match.ordinal))
    seen = (task.match.item, task.match.merchant, task.match.amount, task.match.premiums, task.match.tax)
    if row is None or (row.item, row.merchant, row.amount, row.premiums, row.tax) != seen:
        return None
    return row


def _pay(session: Session, match: BankMatch, task: Task, now: int) -> None:
    """Book what the chain does not: the item's end, the taxes, the debt."""
    item = session.get(BankItem, match.item) if match.item else None
    if item is not None and item.state == ItemState.COLLECTED and item.line == match.line:
        rows.move(item, ItemState.SETTLED)
        session.add(item)
    if match.tax:
        session.add(
            TaxPayment(reference=task.reference, merchant=match.merchant, amount=match.tax, received_at=now)
        )
    debt = rows.debt_of(session, item, match.item) if match.premiums == match.tax == 0 else None
    if debt is not None and task.line.amount > 0:
        debt.state, debt.closed_by_line = DebtState.COLLECTED, match.line
        session.add(debt)


def _note(change: Change, action: str, task: Task, **params: str) -> None:
    told: dict[str, Public] = {"item": task.match.item, "merchant": task.match.merchant, **params}
    change.note(action, rows.subject(task.line.identity), reference=task.reference.hex(), **told)
