"""How many unknown cards and telephones a holder may ask for in an hour: no till counts through a town."""

import time
from typing import Final

from sqlalchemy import Engine, case
from sqlmodel import Session, col

from endogene_token.errors import GuessingError
from endogene_token.office.models import OfficeGuesses
from endogene_token.relay.ballots import INSERT
from endogene_token.store import writing

MOST: Final = 50
"""Unknown numbers an hour. A busy till meets a few strangers' cards; to find one telephone number among the
ten million of an area takes years."""
HOUR: Final = 3600


def require_guess(session: Session, holder: str, counted: int = 0) -> None:
    """Raise GuessingError when a holder (`merchant:4`) has spent the unknown numbers of this hour.

    `counted`: what `count_guess` told the caller after its session's moment. Requests at the same moment may
    pass together: as many as the service has threads, not more.
    """
    now = int(time.time())
    found = session.get(OfficeGuesses, holder)
    read = found.failures if found is not None and found.hour == now // HOUR else 0
    if max(read, counted) >= MOST:
        raise GuessingError(actual=HOUR - now % HOUR, limit=MOST)


def count_guess(engine: Engine, holder: str) -> int:
    """Count one unknown number, in a transaction of its own: the request that asked for it fails.

    Return how many it makes in this hour.
    """
    hour = int(time.time()) // HOUR
    same = case((col(OfficeGuesses.hour) == hour, col(OfficeGuesses.failures) + 1), else_=1)
    with writing(engine, apart=True) as connection, Session(connection) as session:
        insert = INSERT[connection.dialect.name](OfficeGuesses).values(holder=holder, hour=hour, failures=1)
        update = {"hour": hour, "failures": same}
        query = insert.on_conflict_do_update(index_elements=["holder"], set_=update)
        return int(session.execute(query.returning(OfficeGuesses.failures)).scalar_one())
