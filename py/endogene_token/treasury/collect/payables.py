"""What the fund has to pay out: cash that merchants asked for, redemptions that were approved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, or_, select

from endogene_token.errors import InstalmentError
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_models import CashRequest, Redemption
from endogene_token.indexer.projections.conversions import OPEN
from endogene_token.projects import RedemptionState
from endogene_token.treasury.collect.models import BankItem, BankPayee, BankRun
from endogene_token.treasury.collect.states import LIVE, UNDER_WAY, Kind, Left
from endogene_token.treasury.statements.document import read_document
from endogene_token.treasury.statements.models import IssuedStatement
from endogene_token.treasury.statements.months import Month

CASH, REDEMPTIONS = table_of(CashRequest), table_of(Redemption)
ITEMS, RUNS, PAYEES = table_of(BankItem), table_of(BankRun), table_of(BankPayee)
STATEMENTS = table_of(IssuedStatement)
Payees = Mapping[tuple[str, int], Row[Any]]
NOTHING: Final[Mapping[int, int]] = {}


@dataclass(frozen=True, slots=True)
class Payable:
    """One payment that is awaited: `object` is the number of the cash request or redemption.

    `why` is None when it can be paid on the account of the payee `account`.
    """

    kind: Kind
    object: int
    party: str
    party_number: int
    amount: int
    account: int
    why: Left | None


def payables(
    connection: Connection, day: date, zone: ZoneInfo, instalments: Mapping[int, int] = NOTHING
) -> list[Payable]:
    """Return what is awaited on a day: cash requests, then redemptions, in the order of their numbers.

    `instalments` says how much (minor units) of a redemption is paid; else all that is left of it. Raises
    InstalmentError for more than that, and for a redemption that is not awaited.
    """
    rows = connection.execute(select(PAYEES).where(PAYEES.c.state == "active")).all()
    payees: Payees = {(row.party, row.party_number): row for row in rows}
    cash = list(_cash(connection, day, zone, payees))
    redeemed = list(_redemptions(connection, payees, instalments))
    awaited = {one.object for one in redeemed}
    for number, amount in instalments.items():
        if number not in awaited:
            raise InstalmentError(actual=amount, number=number, limit=0)
    return [*cash, *redeemed]


def set_off(connection: Connection, zone: ZoneInfo) -> set[int]:
    """Return the open cash requests that the newest statements set against premiums: each whole, in order.

    One that was being paid when its statement was issued was left out of it.
    """
    newest = _newest(connection, zone)
    found = set()
    for row in connection.execute(select(CASH).where(CASH.c.state == OPEN).order_by(CASH.c.number)):
        statement = newest.get(row.merchant)
        if statement is None or row.requested_at >= statement.end or row.amount > statement.left:
            continue
        if not _was_being_paid(connection, row.number, statement.issued_at):
            statement.left -= row.amount
            found.add(row.number)
    return found


def _cash(connection: Connection, day: date, zone: ZoneInfo, payees: Payees) -> Iterator[Payable]:
    asked = set(_objects(connection, Kind.CASH_REQUEST, LIVE))
    begin = int(datetime.combine(day, time(), zone).timestamp())
    without = set_off(connection, zone)
    query = select(CASH).where(CASH.c.state == OPEN).order_by(CASH.c.number)
    for row in connection.execute(query):
        payee, why = payees.get(("merchant", row.merchant)), None
        if row.number in asked:
            why = Left.ASKED
        elif row.number in without:
            why = Left.SET_OFF
        elif row.payable_from > begin:
            why = Left.NOT_YET
        elif payee is None:
            why = Left.NO_PAYEE
        account = 0 if payee is None else payee.number or 0
        yield Payable(Kind.CASH_REQUEST, row.number, "merchant", row.merchant, row.amount, account, why)


def _redemptions(connection: Connection, payees: Payees, instalments: Mapping[int, int]) -> Iterator[Payable]:
    asked = set(_objects(connection, Kind.REDEMPTION, UNDER_WAY))
    query = select(REDEMPTIONS).where(REDEMPTIONS.c.state == RedemptionState.APPROVED)
    for row in connection.execute(query.order_by(REDEMPTIONS.c.number)):
        left = row.amount - row.paid
        amount = instalments.get(row.number, left)
        if not 1 <= amount <= left:
            raise InstalmentError(actual=amount, number=row.number, limit=left)
        payee, why = payees.get(("member", row.member)), None
        if row.number in asked:
            why = Left.ASKED
        elif payee is None:
            why = Left.NO_PAYEE
        elif payee.commitment != row.payee:  # of heirs, or of an account that has changed since
            why = Left.OTHER_PAYEE
        account = 0 if payee is None else payee.number or 0
        yield Payable(Kind.REDEMPTION, row.number, "member", row.member, amount, account, why)


@dataclass(slots=True)
class _SetOff:
    """What a merchant's last statement set against premiums, of cash asked for before the instant `end`."""

    end: int
    left: int
    issued_at: int


def _newest(connection: Connection, zone: ZoneInfo) -> dict[int, _SetOff]:
    newest = select(func.max(STATEMENTS.c.month)).scalar_subquery()
    found = {}
    for row in connection.execute(select(STATEMENTS).where(STATEMENTS.c.month == newest)):
        awaiting = read_document(row.content).figures.project_currency.awaiting.amount
        end = Month.parse(row.month).period(zone).end
        found[row.merchant] = _SetOff(end, awaiting - row.payable, row.issued_at)
    return found


def _was_being_paid(connection: Connection, number: int, instant: int) -> bool:
    """Return whether a payment of a cash request was drafted by an instant, and stood then."""
    stood = or_(ITEMS.c.state.in_(LIVE), ITEMS.c.changed_at > instant)
    query = select(ITEMS.c.reference).join(RUNS, RUNS.c.number == ITEMS.c.run)
    query = query.where(ITEMS.c.kind == Kind.CASH_REQUEST, ITEMS.c.object == number, stood)
    return connection.execute(query.where(RUNS.c.created_at <= instant)).first() is not None


def _objects(connection: Connection, kind: Kind, states: tuple[str, ...]) -> list[int]:
    query = select(ITEMS.c.object).where(ITEMS.c.kind == kind, ITEMS.c.state.in_(states))
    return list(connection.execute(query).scalars())
