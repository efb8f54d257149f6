"""What will be debited from a merchant's account, and what it has to pay by itself."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from endogene_token.indexer.models import table_of
from endogene_token.treasury.collect.dues import Due, dues
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankRun
from endogene_token.treasury.collect.states import Direction, ItemState, RunState
from endogene_token.treasury.statements.models import StatementMonth
from endogene_token.treasury.statements.months import Month

ITEMS, RUNS, MANDATES = table_of(BankItem), table_of(BankRun), table_of(BankMandate)
MONTHS = table_of(StatementMonth)


@dataclass(frozen=True, slots=True)
class Debit:
    """A debit on its way: its bank day (ISO) and its amount in minor units."""

    day: str
    amount: int


@dataclass(frozen=True, slots=True)
class Coming:
    """The debits on their way, the earliest first; what else is due; the account that is debited.

    `tail`: the last characters of its number, empty without a mandate.
    """

    debits: tuple[Debit, ...]
    dues: tuple[Due, ...]
    tail: str


def coming(connection: Connection, merchant: int, zone: ZoneInfo) -> Coming:
    """Return what a merchant has to expect at its bank."""
    under_way = (
        ITEMS.c.party == "merchant",
        ITEMS.c.party_number == merchant,
        ITEMS.c.direction == Direction.DEBIT,
        ITEMS.c.state == ItemState.FILED,
        RUNS.c.state != RunState.CANCELLED,
    )
    query = select(ITEMS.c.day, func.sum(ITEMS.c.amount)).join(RUNS, RUNS.c.number == ITEMS.c.run)
    rows = connection.execute(query.where(*under_way).group_by(ITEMS.c.day).order_by(ITEMS.c.day))
    debits = tuple(Debit(day, int(amount)) for day, amount in rows)
    active = (MANDATES.c.merchant == merchant, MANDATES.c.state == "active")
    mandate = connection.execute(select(MANDATES.c.scheme, MANDATES.c.tail).where(*active)).first()
    month = connection.execute(select(func.max(MONTHS.c.month))).scalar()
    scheme = "" if mandate is None else mandate.scheme
    found = [] if month is None else dues(connection, Month.parse(month), zone, scheme)
    left = tuple(one for one in found if one.merchant == merchant and one.amount > 0)
    return Coming(debits, left, "" if mandate is None else mandate.tail)
