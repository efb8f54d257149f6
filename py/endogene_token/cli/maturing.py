"""When what is owed to members falls due, for those who hold the data folder: as the office tells it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.table import Table
from sqlmodel import Session

from endogene_token.cli.console import amount
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.i18n import tr
from endogene_token.office import retirements
from endogene_token.reports import maturity
from endogene_token.reports.maturity import Row
from endogene_token.store import reading


class Maturity(NamedTuple):
    """The rows of years, none while too few members named one; all that is owed (minor units)."""

    rows: list[Row]
    set_aside: int
    credits: int
    this_year: int


def read(data: Path | None) -> Maturity:
    """Return the table from the office of the data folder. Raises NotDeployedError, StoreError."""
    with opened(data) as (found, engine), reading(engine) as connection, Session(connection) as session:
        owed = retirements.owed_by_year(session)
        year = datetime.now(UTC).astimezone(ZoneInfo(found.timezone)).year
    rows = maturity.rows(owed.years, year)
    return Maturity(rows, owed.set_aside, owed.set_aside + sum(one.owed for one in owed.years), year)


def as_json(told: Maturity) -> dict[str, Any]:
    """Return the table for machines; `first` null: all years before, `last` null: no year is known."""
    shown = zip(told.rows, maturity.so_far(told.rows), strict=True)
    return {
        "rows": [
            {
                "first": row.first,
                "last": row.last,
                "with_unknown": row.with_unknown,
                "members": row.members,
                "owed": str(row.owed),
                "so_far": str(so_far),
            }
            for row, so_far in shown
        ],
        "set_aside": str(told.set_aside),
        "credits": str(told.credits),
    }


def table(told: Maturity, found: Settings) -> Table:
    """Return the table for people."""
    shown = Table(tr("Year", LANG), tr("Members", LANG), tr("Owed", LANG), tr("Owed so far", LANG))
    shown.title, shown.title_justify = tr("When it falls due", LANG), "left"
    for column in shown.columns[1:]:
        column.justify = "right"
    for row, so_far in zip(told.rows, maturity.so_far(told.rows), strict=True):
        sums = (amount(one, found) for one in (row.owed, so_far))
        shown.add_row(maturity.label(row, told.this_year, LANG), str(row.members), *sums)
    if told.set_aside:
        shown.add_row(tr("Payout approved, its cash set aside", LANG), "", amount(told.set_aside, found), "")
    shown.add_row(tr("Together", LANG), "", amount(told.credits, found), "")
    return shown
