"""What the fund has to pay out: cash that merchants asked for, redemptions that were approved."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, select

from endogene_token.errors import InstalmentError
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_models import CashRequest, Redemption
from endogene_token.indexer.projections.conversions import OPEN
from endogene_token.projects import RedemptionState
from endogene_token.treasury.collect.models import BankItem, BankPayee
from endogene_token.treasury.collect.states import LIVE, UNDER_WAY, Kind, Left
from endogene_token.treasury.statements.document import read_document
from endogene_token.treasury.statements.models import IssuedStatement
from endogene_token.treasury.statements.months import Month

CASH, REDEMPTIONS = table_of(CashRequest), table_of(Redemption)
ITEMS, PAYEES, STATEMENTS = table_of(BankItem), table_of(BankPayee), table_of(IssuedStatement)
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


def _cash(connection: Connection, day: date, zone: ZoneInfo, payees: Payees) -> Iterator[Payable]:
    asked = set(_objects(connection, Kind.CASH_REQUEST, LIVE))
    begin = int(datetime.combine(day, time(), zone).timestamp())
    set_off = _set_off(connection, zone)
    query = select(CASH).where(CASH.c.state == OPEN).order_by(CASH.c.number)
    for row in connection.execute(query):
        payee, why = payees.get(("merchant", row.merchant)), None
        if row.number in asked:
            why = Left.ASKED
        elif row.requested_at < set_off[row.merchant].end and row.amount <= set_off[row.merchant].left:
            set_off[row.merchant].left -= row.amount
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

    end: int = 0
    left: int = 0


def _set_off(connection: Connection, zone: ZoneInfo) -> defaultdict[int, _SetOff]:
    found: defaultdict[int, _SetOff] = defaultdict(_SetOff)
    newest = select(func.max(STATEMENTS.c.month)).scalar_subquery()
    query = select(STATEMENTS.c.merchant, STATEMENTS.c.month, STATEMENTS.c.payable, STATEMENTS.c.content)
    for row in connection.execute(query.where(STATEMENTS.c.month == newest)):
        awaiting = read_document(row.content).figures.project_currency.awaiting.amount
        found[row.merchant] = _SetOff(Month.parse(row.month).period(zone).end, awaiting - row.payable)
    return found


def _objects(connection: Connection, kind: Kind, states: tuple[str, ...]) -> list[int]:
    query = select(ITEMS.c.object).where(ITEMS.c.kind == kind, ITEMS.c.state.in_(states))
    return list(connection.execute(query).scalars())
