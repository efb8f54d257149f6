"""The numbers of the statements: without a gap and without a twin, by community and year of issue.

A number is allotted in the transaction that stores its statement, by one issuer at a time: what rolls back
has used none, and who comes second counts on from what the first has stored.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from endogene_token.errors import MonthOrderError
from endogene_token.indexer.models import table_of
from endogene_token.treasury.statements.models import (
    IssuedStatement,
    StatementLogo,
    StatementMonth,
    TaxPayment,
)
from endogene_token.treasury.statements.months import Month

ISSUING_LOCK: Final = 0x73746174  # "stat": one issuer at a time
STATEMENTS, MONTHS = table_of(IssuedStatement), table_of(StatementMonth)
LOGOS, TAXES = table_of(StatementLogo), table_of(TaxPayment)


def begin_issuing(connection: Connection) -> None:
    """Wait for whoever issues, and keep others waiting until this transaction ends.

    SQLite has one writer anyway: `store.writing` took its lock.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ISSUING_LOCK})")


def next_serial(connection: Connection, year: int) -> int:
    """Return the number that the next statement of a year gets. Only after `begin_issuing`."""
    last = select(func.max(STATEMENTS.c.serial)).where(STATEMENTS.c.year == year)
    return int(connection.execute(last).scalar_one() or 0) + 1


def is_issued(connection: Connection, month: Month) -> bool:
    """Return whether the statements of a month are issued.

    Raises MonthOrderError when neither this is so nor its turn has come: the month after the last one issued,
    or any month, if it is the first.
    """
    last = connection.execute(select(func.max(MONTHS.c.month))).scalar_one()
    if last is None:
        return False
    newest = Month.parse(last)
    if connection.execute(select(MONTHS.c.month).where(MONTHS.c.month == str(month))).first():
        return True
    if month != newest.next:
        raise MonthOrderError(actual=month, limit=newest.next)
    return False


def taxes_charged(connection: Connection, before: Month) -> Mapping[int, int]:
    """Return what each merchant's statements of the months before charged in taxes."""
    charged = select(STATEMENTS.c.merchant, func.sum(STATEMENTS.c.tax))
    query = charged.where(STATEMENTS.c.month < str(before)).group_by(STATEMENTS.c.merchant)
    return {merchant: int(tax) for merchant, tax in connection.execute(query)}


def taxes_received(connection: Connection, since: int, until: int) -> Mapping[int, int]:
    """Return what each merchant paid in taxes from the instant `since` to just before `until`."""
    paid = select(TAXES.c.merchant, func.sum(TAXES.c.amount))
    within = (TAXES.c.received_at >= since, TAXES.c.received_at < until)
    query = paid.where(*within).group_by(TAXES.c.merchant)
    return {merchant: int(amount) for merchant, amount in connection.execute(query)}


def keep_logo(connection: Connection, sha256: bytes, svg: bytes) -> None:
    """Keep a logo under its SHA-256; one that is kept already is the same."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(LOGOS).values(sha256=sha256, svg=svg).on_conflict_do_nothing())


def keep_month(
    connection: Connection,
    month: Month,
    issued_at: int,
    last_block: int,
    statements: Sequence[Mapping[str, object]],
) -> None:
    """Store the statements of a month: all of them, and that these are all."""
    if statements:
        connection.execute(STATEMENTS.insert(), [dict(one) for one in statements])
    told = {"issued_at": issued_at, "last_block": last_block, "statements": len(statements)}
    connection.execute(MONTHS.insert().values(month=str(month), **told))
