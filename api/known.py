"""Whether an address is anybody's: a member's, a till's, an officer's who has an account or a key."""

import threading
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member, Till
from endogene_token.office.models import OfficeApiKey
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.store import reading

FRESH: Final = 30.0  # seconds that an answer of the database is used again
MOST: Final = 10_000  # addresses kept in memory


class KnownAddresses:
    """Answers from memory for some seconds, else from the database; never from the chain.

    For limits alone: it opens nothing. An officer of the chain who has neither account nor key counts for
    the network. Safe for several threads.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, bool]] = {}

    def __contains__(self, address: str) -> bool:
        now = self._clock()
        with self._lock:
            at, is_known = self._found.get(address, (now - FRESH, False))
        if now - at < FRESH:
            return is_known
        is_known = self._is_kept(from_hex(address))
        with self._lock:
            if len(self._found) >= MOST:
                self._found.clear()
            self._found[address] = (now, is_known)
        return is_known

    def _is_kept(self, address: bytes) -> bool:
        queries = (
            select(Till.number).where(Till.key == address, col(Till.revoked) == 0),
            select(Member.number).where(Member.key == address),
            select(OfficeAccount.id).where(
                OfficeAccount.officer == address, col(OfficeAccount.ended_at).is_(None)
            ),
            select(OfficeApiKey.id).where(OfficeApiKey.officer == address),
        )
        with reading(self._engine) as connection, Session(connection) as session:
            return any(session.exec(query.limit(1)).first() is not None for query in queries)
