"""The day on which a member agreed that something of its own be kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from endogene_token.errors import ConsentError

_EASTERNMOST: Final = timedelta(hours=14)  # it is tomorrow there already


def require_given(consented: date, now: int) -> None:
    """Raise ConsentError for a day that has begun nowhere at `now`, seconds UTC."""
    latest = (datetime.fromtimestamp(now, UTC) + _EASTERNMOST).date()
    if consented > latest:
        raise ConsentError(actual=consented, limit=latest)
