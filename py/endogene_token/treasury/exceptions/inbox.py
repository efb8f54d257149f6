"""The inbox: what was found is kept open until it vanishes, or until a person says how it ended.

Warning: to close an entry whose cause stands ends nothing; the next examination opens another one.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from endogene_token.errors import ExceptionClosedError, ReportCountError, UnknownExceptionError
from endogene_token.office.trail import Change
from endogene_token.treasury.exceptions.models import TreasuryException

DAY_SECONDS: Final = 86_400
RESOLVED: Final = "resolved"
RULE: Final = "rule:gone"
TREASURER: Final = "treasurer"
REGISTRAR: Final = "registrar"
MOST_REPORTS: Final = 10  # of one person that are open at a time


class Kind(StrEnum):
    """What an exception is about. The first four: what a reconciliation left unexplained."""

    LINE = "line"
    MOVEMENT = "movement"
    OPENING = "opening"
    BOOKS = "books"
    RETURN = "return"
    """Something that came back, of which a file of the bank tells what we cannot follow."""
    UNANSWERED = "unanswered"
    """A debit or a payment whose day has long passed, and of which the bank has told nothing."""
    EXPOSURE = "exposure"
    """A merchant that soon cannot record any more: what it owes comes near its limit."""
    ARREARS = "arrears"
    DECISION = "decision"
    """A suspension, or its end, that the registrar must decide."""
    MISSING = "missing"
    """A purchase that a member made and does not find."""
    KEY = "key"
    """A change of a member's key that the member says is not its own."""


OF_MEMBERS: Final = frozenset({Kind.MISSING, Kind.KEY})
"""What members report of themselves: the registrar's, and told to nobody who does not read members.

The trail, which many read and nothing erases, has of one its kind and its number.
"""
OF_MONEY: Final = frozenset(Kind) - OF_MEMBERS


class Terms(NamedTuple):
    """Whose an exception is until somebody takes it, and in how many days it should have ended."""

    owner: str
    days: int


TERMS: Final[Mapping[Kind, Terms]] = {
    Kind.LINE: Terms(TREASURER, 5),
    Kind.MOVEMENT: Terms(TREASURER, 5),
    Kind.OPENING: Terms(TREASURER, 10),
    Kind.BOOKS: Terms(TREASURER, 1),
    Kind.RETURN: Terms(TREASURER, 2),
    Kind.UNANSWERED: Terms(TREASURER, 5),
    Kind.EXPOSURE: Terms(TREASURER, 3),
    Kind.ARREARS: Terms(TREASURER, 10),
    Kind.DECISION: Terms(REGISTRAR, 5),
    Kind.MISSING: Terms(REGISTRAR, 5),
    Kind.KEY: Terms(REGISTRAR, 1),
}


class Finding(NamedTuple):
    """What an examination found: one exception; `amount` in minor units, with its sign."""

    kind: Kind
    subject: str
    amount: int


def follow(change: Change, kinds: Collection[Kind], found: Iterable[Finding], now: int) -> None:
    """Make the open entries of these kinds those that were found: new ones open, vanished ones close."""
    left = {(one.kind, one.subject): one for one in _open(change.session, kinds)}
    for finding in found:
        row = left.pop((finding.kind, finding.subject), None)
        if row is None:
            _add(change, finding, now)
        elif row.amount != finding.amount:
            row.amount = finding.amount
            change.session.add(row)
            change.note("exception.changed", subject_of(row), amount=str(row.amount))
    for row in left.values():
        _end(change, row, RULE, RESOLVED, now)


def tell(change: Change, found: Iterable[Finding], now: int) -> None:
    """Open an entry for each that was never told of before; a person closes it, no examination does."""
    for one in found:
        told = select(TreasuryException.number).where(TreasuryException.kind == one.kind)
        if change.session.exec(told.where(TreasuryException.subject == one.subject)).first() is None:
            _add(change, one, now)


def report(change: Change, found: Finding, now: int) -> None:
    """Open an entry for what somebody reports; when it is open already, the trail has that it was repeated.

    Raises ReportCountError when too many of the same kind and person are open: `subject` begins with whose.
    """
    rows = open_reports_of(change.session, found.kind, found.subject.partition("/")[0])
    for row in rows:
        if row.subject == found.subject:
            change.note("exception.repeated", subject_of(row))
            return
    if len(rows) >= MOST_REPORTS:
        raise ReportCountError(actual=len(rows), limit=MOST_REPORTS)
    _add(change, found, now)


def reports_of(session: Session, kind: Kind, whose: str) -> list[TreasuryException]:
    """Return what somebody reported, the latest first."""
    own = col(TreasuryException.subject).startswith(f"{whose}/", autoescape=True)
    query = select(TreasuryException).where(TreasuryException.kind == kind, own)
    return list(session.exec(query.order_by(col(TreasuryException.number).desc())))


def open_reports_of(session: Session, kind: Kind, whose: str) -> list[TreasuryException]:
    """Return what somebody reported and nobody has answered yet, the latest first."""
    return [one for one in reports_of(session, kind, whose) if not one.closed_at]


def take(change: Change, number: int, among: Collection[Kind]) -> TreasuryException:
    """Make who asks the owner of an open entry of these kinds, whoever had it. Raises as `close`."""
    row = _find_open(change.session, number, among)
    if row.owner != change.actor.who:
        row.owner = change.actor.who
        change.session.add(row)
    change.note("exception.taken", subject_of(row))
    return row


def close(change: Change, number: int, how: str, now: int, among: Collection[Kind]) -> TreasuryException:
    """End an entry of these kinds, and say how. Raises UnknownExceptionError, ExceptionClosedError."""
    row = _find_open(change.session, number, among)
    _end(change, row, change.actor.who, how, now)
    return row


def page(
    session: Session,
    after: int,
    limit: int,
    *,
    among: Collection[Kind],
    is_open: bool | None = None,
) -> list[TreasuryException]:
    """Return `limit` entries after a number, of these kinds; only the open (or the closed), if so asked."""
    query = select(TreasuryException).where(col(TreasuryException.number) > after, of_kinds(among))
    if is_open is not None:
        query = query.where((TreasuryException.closed_at == 0) == is_open)
    return list(session.exec(query.order_by(col(TreasuryException.number)).limit(limit)))


def of_kinds(among: Collection[Kind]) -> ColumnElement[bool]:
    """Return what is true of the entries of these kinds."""
    return col(TreasuryException.kind).in_([str(one) for one in among])


def subject_of(row: TreasuryException) -> str:
    """Return how the trail names an entry."""
    return f"exception:{row.number}"


def _open(session: Session, kinds: Collection[Kind]) -> list[TreasuryException]:
    query = select(TreasuryException).where(TreasuryException.closed_at == 0)
    return list(session.exec(query.where(of_kinds(kinds)).order_by(col(TreasuryException.number))))


def _find_open(session: Session, number: int, among: Collection[Kind]) -> TreasuryException:
    row = session.get(TreasuryException, number)
    if row is None or row.kind not in among:
        raise UnknownExceptionError(actual=number)
    if row.closed_at:
        raise ExceptionClosedError(actual=number, limit=row.closed_by)
    return row


def _add(change: Change, finding: Finding, now: int) -> None:
    terms = TERMS[finding.kind]
    row = TreasuryException(
        kind=finding.kind,
        subject=finding.subject,
        amount=finding.amount,
        owner=terms.owner,
        opened_at=now,
        due_at=now + terms.days * DAY_SECONDS,
        closed_at=0,
        closed_by="",
        how="",
    )
    change.session.add(row)
    change.session.flush()
    what = {"about": finding.subject, "amount": str(finding.amount)} if finding.kind in OF_MONEY else {}
    change.note("exception.opened", subject_of(row), kind=str(finding.kind), **what)


def _end(change: Change, row: TreasuryException, by: str, how: str, now: int) -> None:
    """Close an entry; what a person wrote stays here, in the trail stands its hash."""
    row.closed_at, row.closed_by, row.how = now, by, how
    change.session.add(row)
    change.session.flush()
    told = how if by == RULE else hashlib.sha256(how.encode()).hexdigest()
    change.note("exception.closed", subject_of(row), by=by, how=told)
