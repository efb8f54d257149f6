"""What the explorer reads all purchases, batches or spendings for, remembered until the next event.

Each is of sums and counts alone, in values of its own: nothing here holds on to the session that read it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.deps import Services
from api.fund import read_fund
from endogene_token.reports.indicators import Indicators, indicators
from endogene_token.reports.masking import Period
from endogene_token.reports.public_figures import PublicFigures, public_figures
from endogene_token.reports.year import Year, premium_periods, read_year, span


def counts(app: Services, session: Session) -> tuple[int, int, int]:
    """Return how many purchases, merchants and members there are: exact, to be told by fives."""

    def compute() -> tuple[int, int, int]:
        found = read_fund(session)
        return found.purchases, found.merchants, found.members

    return app.remembered.of(session, "counts", compute)


def the_year(app: Services, session: Session, year: int, zone: ZoneInfo) -> Year:
    """Return a year of the fund."""
    inside = span(year, zone)
    return app.remembered.of(session, ("year", year), lambda: read_year(session.connection(), inside))


def premiums(app: Services, session: Session, year: int, zone: ZoneInfo, now: int) -> list[Period]:
    """Return a year's premiums in closed periods; a day that ends may close one without any event."""
    inside, today = span(year, zone), datetime.fromtimestamp(now, zone).date()
    return app.remembered.of(
        session, ("premiums", year, today), lambda: premium_periods(session.connection(), inside, zone, now)
    )


def measures(app: Services, session: Session, year: int, zone: ZoneInfo) -> tuple[Indicators, PublicFigures]:
    """Return what the community is judged by; break-even is of the year."""
    connection, inside = session.connection(), span(year, zone)
    return app.remembered.of(
        session, ("measures", year), lambda: (indicators(connection), public_figures(connection, inside))
    )
