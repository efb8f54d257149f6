"""Where each merchant stands on a day: what is late of its statements, how near its limit is.

Late is only what nothing is under way for: what the bank has confirmed and the chain not yet booked, and
what a debit handed in will bring, count as paid until the bank says otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, select

from endogene_token.chain.views import MerchantStatus
from endogene_token.indexer.models import Merchant, table_of
from endogene_token.treasury.collect.models import BankItem, BankMatch, BankRun, ReturnedDebt
from endogene_token.treasury.collect.states import UNDER_WAY, Direction, ItemState, Kind, RunState
from endogene_token.treasury.dunning.rules import Arrears, Claim, Rules, arrears, is_near, level
from endogene_token.treasury.statements import numbering
from endogene_token.treasury.statements.document import StatementDocument, Sums, read_document
from endogene_token.treasury.statements.models import IssuedStatement, TaxPayment
from endogene_token.treasury.statements.months import Month, Period, local_day
from endogene_token.treasury.statements.movements import cash_to_set_off, effects, refunded_since

MERCHANTS, STATEMENTS, TAXES = table_of(Merchant), table_of(IssuedStatement), table_of(TaxPayment)
ITEMS, RUNS, MATCHES = table_of(BankItem), table_of(BankRun), table_of(BankMatch)
DEBTS = table_of(ReturnedDebt)
ITEMS_OF_RUNS: Final = ITEMS.join(RUNS, RUNS.c.number == ITEMS.c.run)
HANDED_IN: Final = RUNS.c.state == RunState.HANDED_IN  # before that, the bank knows nothing of it
EVER: Final = 2**62
ANSWER_DAYS: Final = 15  # after the day of a debit: by then the bank has stated it, or never will
RELIEF: Final = ("settled", "netted", "written_off")
"""What takes off what a merchant owes, beside refunds (see `movements.SOURCES`)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A merchant on a day; amounts in minor units."""

    merchant: int
    is_active: bool
    owed: int
    limit: int
    late: Arrears
    level: int
    warned: bool


@dataclass(frozen=True, slots=True)
class _Money:
    """What is known of each merchant's payments, beside the chain."""

    coming: Mapping[int, int]
    debts: Mapping[int, list[tuple[date, int]]]
    taxes_owed: Mapping[int, int]


def standings(connection: Connection, rules: Rules, zone: ZoneInfo, today: date) -> list[Standing]:
    """Return where each merchant stands on a day, in the order of their numbers."""
    money = _Money(_coming(connection, today), _debts(connection, zone), _taxes_owed(connection))
    claims = _claims(connection, zone, money)
    rows = connection.execute(select(MERCHANTS).order_by(MERCHANTS.c.number)).mappings()
    found = []
    for row in rows:
        number, owed = row["number"], row["owed"]
        total = owed + money.taxes_owed.get(number, 0)
        late = arrears(claims[number], money.debts.get(number, []), total, today)
        found.append(
            Standing(
                merchant=number,
                is_active=row["status"] == MerchantStatus.ACTIVE,
                owed=owed,
                limit=row["exposure_limit"],
                late=late,
                level=level(late, rules, today),
                warned=is_near(owed, row["exposure_limit"], rules),
            )
        )
    return found


def _claims(connection: Connection, zone: ZoneInfo, money: _Money) -> defaultdict[int, list[Claim]]:
    """Return what the statements asked for, and what has come since the end of each one's month."""
    found: defaultdict[int, list[Claim]] = defaultdict(list)
    months = connection.execute(select(STATEMENTS.c.month).distinct()).scalars()
    for month in map(Month.parse, sorted(months)):
        period = Period(month.period(zone).end, EVER)
        moved = effects(connection, period, None)
        taxes = numbering.taxes_received(connection, *period)
        asked = cash_to_set_off(connection, period)
        refunded = refunded_since(connection, period.begin)
        query = select(STATEMENTS.c.content).where(STATEMENTS.c.month == str(month))
        for content in connection.execute(query).scalars():
            document = read_document(content)
            number = document.figures.merchant
            paid = _relief(moved.get(number, {})) + taxes.get(number, 0) + money.coming.get(number, 0)
            paid += refunded.get(number, 0)
            paid += asked[number].amount if number in asked else 0  # it will be set off, too
            found[number].append(_claim(document, paid))
    return found


def _claim(document: StatementDocument, paid: int) -> Claim:
    return Claim(date.fromisoformat(document.due_on), document.net.due, paid)


def _relief(moved: Mapping[str, Sums]) -> int:
    return sum(moved[name].amount for name in RELIEF if name in moved)


def _coming(connection: Connection, today: date) -> dict[int, int]:
    """Return what is on its way from each merchant: debits handed in, and what the bank has confirmed.

    A debit that the bank has not answered long after its day is on its way no more.
    """
    oldest = (today - timedelta(days=ANSWER_DAYS)).isoformat()
    found: defaultdict[int, int] = defaultdict(int)
    filed = select(ITEMS.c.party_number, ITEMS.c.premiums, ITEMS.c.tax).select_from(ITEMS_OF_RUNS)
    is_filed = and_(ITEMS.c.direction == Direction.DEBIT, ITEMS.c.state == ItemState.FILED)
    filed = filed.where(is_filed, ITEMS.c.day >= oldest, HANDED_IN)
    pending = select(MATCHES.c.merchant, MATCHES.c.premiums, MATCHES.c.tax).where(
        MATCHES.c.merchant > 0, MATCHES.c.state.in_(("approved", "sent"))
    )
    for query in (filed, pending):
        for merchant, premiums, tax in connection.execute(query):
            found[merchant] += premiums + tax
    return found


def _debts(connection: Connection, zone: ZoneInfo) -> dict[int, list[tuple[date, int]]]:
    """Return the debits that came back and nothing is under way for, by merchant."""
    filed = select(ITEMS.c.statement).select_from(ITEMS_OF_RUNS)
    filed = filed.where(ITEMS.c.kind == Kind.DEBT, ITEMS.c.state.in_(UNDER_WAY), HANDED_IN)
    asked = set(connection.execute(filed).scalars())
    found: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    for row in connection.execute(select(DEBTS).where(DEBTS.c.state == "open")).mappings():
        if row["item"] not in asked:
            found[row["merchant"]].append((local_day(row["opened_at"], zone), row["amount"]))
    return found


def _taxes_owed(connection: Connection) -> dict[int, int]:
    found: defaultdict[int, int] = defaultdict(int)
    sides: Iterable[tuple[int, Mapping[int, int]]] = (
        (1, numbering.taxes_charged(connection, Month(9_998, 12))),
        (-1, numbering.taxes_received(connection, 0, EVER)),
    )
    for sign, amounts in sides:
        for merchant, amount in amounts.items():
            found[merchant] += sign * amount
    return found
