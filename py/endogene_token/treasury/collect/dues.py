"""What is left of a month's statements to collect.

A statement says what stood at the end of its month. What the merchant paid since, what is under way at the
bank, and what was netted or written off since, is not asked for a second time.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, exists, func, or_, select

from endogene_token.errors import MonthUnissuedError
from endogene_token.indexer.models import Settlement, table_of
from endogene_token.treasury.collect.debts import STANDING, is_paid
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankMatch, ReturnedDebt
from endogene_token.treasury.collect.states import LIVE, UNDER_WAY, Kind, Left
from endogene_token.treasury.statements import numbering
from endogene_token.treasury.statements.document import Sums, read_document
from endogene_token.treasury.statements.models import IssuedStatement, StatementMonth, TaxPayment
from endogene_token.treasury.statements.months import Month, Period
from endogene_token.treasury.statements.movements import effects

ITEMS, MATCHES = table_of(BankItem), table_of(BankMatch)
MANDATES = table_of(BankMandate)
DEBTS, SETTLEMENTS, TAXES = table_of(ReturnedDebt), table_of(Settlement), table_of(TaxPayment)
STATEMENTS, MONTHS = table_of(IssuedStatement), table_of(StatementMonth)
FAR: Final = 2**62  # an instant after every block

Amounts = Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Due:
    """What a merchant still owes of a statement, or (`kind` debt) of a debit that came back.

    `reference` is what a transfer names: the statement's number, or that of the item that came back. `why` is
    None when it can be debited under `mandate`.
    """

    merchant: int
    kind: Kind
    reference: str
    premiums: int
    tax: int
    amount: int
    issued_at: int
    mandate: int
    why: Left | None


def dues(connection: Connection, month: Month, zone: ZoneInfo, scheme: str) -> list[Due]:
    """Return what is left of a month's statements and of open debts, in the order of the merchants.

    `scheme` is the one that we debit under. Raises MonthUnissuedError.
    """
    if not connection.execute(select(MONTHS.c.month).where(MONTHS.c.month == str(month))).first():
        raise MonthUnissuedError(actual=month)
    reader = _Reader(connection, month.period(zone).end, scheme)
    query = select(STATEMENTS).where(STATEMENTS.c.month == str(month), STATEMENTS.c.due > 0)
    found = [reader.of(IssuedStatement(**row)) for row in connection.execute(query).mappings()]
    open_debts = select(DEBTS).where(DEBTS.c.state == "open")
    found += [reader.of_debt(ReturnedDebt(**row)) for row in connection.execute(open_debts).mappings()]
    return sorted(found, key=lambda one: (one.merchant, one.kind == Kind.DEBT, one.reference))


def still_due(
    connection: Connection, month: Month, zone: ZoneInfo, run: int
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Return what a run would find now, by kind and reference: premiums and taxes, or a debt's amount.

    Neither the items of that run are taken off nor those of later ones, in which these are.
    """
    reader = _Reader(connection, month.period(zone).end, "", before=run)
    debited = select(ITEMS.c.kind, ITEMS.c.statement).where(ITEMS.c.run == run)
    found = {}
    for kind, reference in connection.execute(debited).all():
        if kind == Kind.DEBT:
            row = connection.execute(select(DEBTS).where(DEBTS.c.item == reference)).mappings().one()
            found[kind, reference] = (reader.of_debt(ReturnedDebt(**row)).amount, 0)
        else:
            year, serial = map(int, reference.split("-"))
            query = select(STATEMENTS).where(STATEMENTS.c.year == year, STATEMENTS.c.serial == serial)
            due = reader.of(IssuedStatement(**connection.execute(query).mappings().one()))
            found[kind, reference] = (due.premiums, due.tax)
    return found


class _Reader:
    """What happened since a month's end, for all merchants by one query a table.

    `before`: of the debits under way, only those of runs before this one count; 0: all.
    """

    def __init__(self, connection: Connection, end: int, scheme: str, before: int = 0) -> None:
        self._connection = connection
        self._scheme = scheme
        self._since = effects(connection, Period(end, FAR), None)
        self._taxes = numbering.taxes_received(connection, end, FAR)
        self._under_way = _under_way(connection, before)
        asked = select(ITEMS.c.kind, ITEMS.c.statement).where(ITEMS.c.state.in_(LIVE))
        self._asked = {(kind, statement) for kind, statement in connection.execute(asked)}
        active = select(MANDATES).where(MANDATES.c.state == "active")
        self._mandates = {row.merchant: row for row in connection.execute(active)}

    def of(self, row: IssuedStatement) -> Due:
        """Return what is left of a statement."""
        document = read_document(row.content)
        tax = min(row.due, max(document.taxes.closing, 0))
        premiums = row.due - tax
        set_off = document.figures.project_currency.awaiting.amount - row.payable
        since = self._since.get(row.merchant, {})
        netted = max(0, _amount(since, "netted") - set_off)  # the statement has counted what it set off
        under_way = self._under_way.get(row.merchant, (0, 0))
        premiums -= _amount(since, "settled") + _amount(since, "written_off") + netted + under_way[0]
        tax -= self._taxes.get(row.merchant, 0) + under_way[1]
        premiums, tax = max(premiums, 0), max(tax, 0)
        return self._due(row.merchant, Kind.PREMIUMS, row.number, (premiums, tax), row.issued_at)

    def of_debt(self, row: ReturnedDebt) -> Due:
        """Return what is left of a debt: all of it, or nothing once something pays it."""
        amount = 0 if is_paid(self._connection, row) else row.amount
        found = self._due(row.merchant, Kind.DEBT, row.item, (amount, 0), row.opened_at)
        return replace(found, premiums=0)  # the chain has counted it

    def _due(self, merchant: int, kind: Kind, reference: str, parts: tuple[int, int], at: int) -> Due:
        mandate, why = self._mandates.get(merchant), None
        if (kind, reference) in self._asked:
            why = Left.ASKED
        elif not any(parts):
            why = Left.NOTHING
        elif mandate is None:
            why = Left.TRANSFER
        elif mandate.scheme != self._scheme:
            why = Left.OTHER_SCHEME
        number = 0 if mandate is None else mandate.number
        return Due(merchant, kind, reference, *parts, sum(parts), at, number, why)


def _under_way(connection: Connection, before: int) -> Amounts:
    """Return the premiums and taxes that debits under way, and transfers not booked yet, bring each merchant.

    What the chain or the tax register holds already is counted there: its item follows a moment later.
    """
    booked = or_(
        exists().where(SETTLEMENTS.c.bank_reference == MATCHES.c.commitment),
        exists().where(TAXES.c.reference == MATCHES.c.commitment),
    )
    counted = exists().where(MATCHES.c.item == ITEMS.c.reference, booked)
    debits = [ITEMS.c.kind == Kind.PREMIUMS, ITEMS.c.state.in_(UNDER_WAY), ~counted]
    if before:
        debits.append(ITEMS.c.run < before)
    transfers = [MATCHES.c.item == "", MATCHES.c.merchant > 0, MATCHES.c.state.in_(STANDING), ~booked]
    found: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for table, merchant, conditions in (
        (ITEMS, ITEMS.c.party_number, debits),
        (MATCHES, MATCHES.c.merchant, transfers),
    ):
        query = select(merchant, func.sum(table.c.premiums), func.sum(table.c.tax)).where(*conditions)
        for number, premiums, tax in connection.execute(query.group_by(merchant)):
            seen = found[number]
            found[number] = (seen[0] + int(premiums), seen[1] + int(tax))
    return found


def _amount(found: Mapping[str, Sums], name: str) -> int:
    return found[name].amount if name in found else 0
