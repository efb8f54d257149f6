"""What the caster and the opener do alike. See {Desk}."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.chain.calls import Ledger
from endogene_token.chain.sender import Sender
from endogene_token.errors import LedgerRefusal, NodeAnswerError, WrongStateError
from endogene_token.relay.pauses import Pauses
from endogene_token.store import reading

log = structlog.get_logger()
Row = TypeVar("Row")


class Desk(ABC, Generic[Row]):
    """Takes what is queued one call further for each resolution.

    What one resolution meets holds back none of the others.
    """

    queue: ClassVar[str]

    def __init__(
        self, engine: Engine, ledger: Ledger, sender: Sender, pauses: Pauses, clock: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._sender = sender
        self._pauses = pauses
        self._clock = clock

    def step(self) -> bool:
        """Take what is queued one call further for each resolution; return whether anything ended.

        Raises ChainError when no node answers, StoreError; what is queued stays so.
        """
        with reading(self._engine) as connection, Session(connection) as session:
            waiting = self._waiting(session)
        moved = [self._take(number) for number in waiting if self._pauses.is_due((self.queue, number))]
        return any(moved)

    def _take(self, number: int) -> bool:
        with reading(self._engine) as connection, Session(connection) as session:
            rows = self._rows(session, number)
        try:
            moved = self._advance(number, rows)
        except WrongStateError:
            return self._wait_or_refuse(number, rows)
        except (LedgerRefusal, NodeAnswerError) as error:
            log.warning(f"{self.queue} wait", resolution=number, error=str(error))
            self._pauses.hold((self.queue, number))
            return False
        self._pauses.release((self.queue, number))
        return moved

    @abstractmethod
    def _waiting(self, session: Session) -> Sequence[int]:
        """Return the resolutions for which something is queued."""

    @abstractmethod
    def _rows(self, session: Session, number: int) -> Sequence[Row]:
        """Return what is queued for one resolution, as much as one step takes."""

    @abstractmethod
    def _advance(self, number: int, rows: Sequence[Row]) -> bool:
        """Take `rows` one call further; return whether any ended. Raises what the assembly answers."""

    @abstractmethod
    def _wait_or_refuse(self, number: int, rows: Sequence[Row]) -> bool:
        """Refuse what the assembly will never take; hold back what only waits for its time."""
