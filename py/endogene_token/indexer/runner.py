"""The indexer: from the chain into the tables, range by range, each range whole or not at all."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from endogene_token import crash
from endogene_token.chain.calls import Ledger
from endogene_token.chain.deployment import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import (
    DatabaseUnavailableError,
    DiskFullError,
    EndogeneError,
    NodeAnswerError,
    NodeUnavailableError,
    WrongLedgerError,
)
from endogene_token.hexes import from_hex
from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Decoder, Log
from endogene_token.indexer.models import READ_MODEL, Cursor, Event, Pockets, table_of
from endogene_token.indexer.pace import MOST_BLOCKS, Pace
from endogene_token.indexer.projections import project
from endogene_token.indexer.source import Position, Range, Source, block_hash, start
from endogene_token.indexer.vote_models import Governance
from endogene_token.store import is_sqlite, reading, writing

CURSOR: Final = table_of(Cursor)
EVENTS: Final = table_of(Event)
POCKETS: Final = table_of(Pockets)
GOVERNANCE: Final = table_of(Governance)
SECONDARY_INDEXES: Final = [
    index for model in READ_MODEL for index in sorted(table_of(model).indexes, key=lambda one: str(one.name))
]
ONLY_ROW: Final = 1
INTERVAL_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 30
TEMPORARY: Final = (NodeUnavailableError, NodeAnswerError, DatabaseUnavailableError, DiskFullError)
"""What may be over in a moment; every other error stops the indexer."""

Progress = Callable[[int, int], None]
"""Told the last block indexed and the last final one, after each range."""


class Indexer:
    """Follows one community's chain into one migrated database.

    Rows, pockets and cursor of a range are one transaction: killed anywhere, it goes on where it was. Two
    indexers of one database do no harm: the second finds the cursor moved and comes again.
    """

    def __init__(
        self,
        engine: Engine,
        rpc: Rpc,
        community: Community,
        *,
        confirmations: int = 0,
        most_blocks: int = MOST_BLOCKS,
    ) -> None:
        """Stay `confirmations` blocks behind the head; ask for at most `most_blocks` at once."""
        self._engine = engine
        self._rpc = rpc
        self._community = community
        self._decoder = Decoder(community)
        self._source = Source(rpc, self._decoder.addresses, confirmations, Pace(most_blocks))
        self._recognised = False
        self._indexed = False

    def step(self, until: int | None = None) -> bool:
        """Index the next range, not past block `until`; return whether there was one.

        Raises WrongLedgerError, WrongChainError, BrokenParentHashError, UnknownEventError and
        LedgerMismatchError, which leave the rows as they were, and the errors of `TEMPORARY`.
        """
        self.recognise()
        position = self.position()
        found = self._source.read(position, until)
        if found is None:
            self._index_tables()
            return False
        crash.point("indexer.range-read")
        self._write(position, found)
        crash.point("indexer.range-committed")
        return True

    def catch_up(self, progress: Progress | None = None, until: int | None = None) -> int:
        """Index up to the last final block, or to `until`; return the last block indexed."""
        while self.step(until):
            if progress is not None:
                progress(self.position().number, self._source.final)
        return self.position().number

    def run(self, stop: threading.Event, interval_seconds: float = INTERVAL_SECONDS) -> None:
        """Follow the chain until `stop` is set; wait out what is temporary. Raises what else stops it."""
        log = structlog.get_logger()
        wait_seconds = interval_seconds
        while not stop.is_set():
            try:
                if self.step():
                    wait_seconds = interval_seconds
                    continue
                wait_seconds = interval_seconds
            except TEMPORARY as error:
                log.warning("indexer.waits", code=error.code, error=str(error), seconds=wait_seconds)
                wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)
            except EndogeneError as error:
                log.error("indexer.stopped", code=error.code, error=str(error))
                raise
            stop.wait(wait_seconds)

    def position(self) -> Position:
        """Return the last block that the read model holds; at first, the one before the founding."""
        with reading(self._engine) as connection:
            return _position(cursor_of(connection))

    def recognise(self) -> None:
        """Raise WrongLedgerError, WrongChainError unless node, database and community are of one ledger.

        A new database is given to this ledger. Asked once: later, each range is bound to the one before it.
        """
        if self._recognised:
            return
        with reading(self._engine) as connection:
            cursor = connection.execute(select(CURSOR)).one_or_none()
        if cursor is None:
            self._loosen_tables()
            Ledger(self._rpc, self._community).check()
            self._found(start(self._rpc, self._community))
        else:
            expected = (cursor.chain_id, cursor.founding_hash, cursor.fund)
            served = (
                int(self._rpc.request("eth_chainId"), 16),
                block_hash(self._rpc, cursor.founding_block),
                from_hex(self._community.fund),
            )
            if served != expected:
                raise WrongLedgerError(actual=_ledger(*served), limit=_ledger(*expected))
        self._recognised = True

    def _found(self, position: Position) -> None:
        community = self._community
        pockets = {column.name: 0 for column in POCKETS.columns} | {"only_row": ONLY_ROW}
        governance: dict[str, object] = {column.name: 0 for column in GOVERNANCE.columns}
        governance |= {"only_row": ONLY_ROW, "governor": bytes(20)}
        cursor = {
            "only_row": ONLY_ROW,
            "chain_id": community.chain_id,
            "founding_block": community.founding_block,
            "founding_hash": from_hex(community.founding_hash),
            "fund": from_hex(community.fund),
            "block_number": position.number,
            "block_hash": position.hash,
        }
        dialect = sqlite if is_sqlite(self._engine) else postgresql
        with writing(self._engine) as connection:
            # Another indexer may have begun at the same moment.
            connection.execute(dialect.insert(POCKETS).values(pockets).on_conflict_do_nothing())
            connection.execute(dialect.insert(GOVERNANCE).values(governance).on_conflict_do_nothing())
            connection.execute(dialect.insert(CURSOR).values(cursor).on_conflict_do_nothing())
            crash.point("indexer.founding-written")

    def _loosen_tables(self) -> None:
        """Drop the indexes of empty tables: made at the end of the first catching up, they cost a fifth."""
        with writing(self._engine) as connection:
            for index in SECONDARY_INDEXES:
                index.drop(connection, checkfirst=True)

    def _index_tables(self) -> None:
        """Make the indexes that are missing, be it this indexer's doing or that of one that was killed."""
        if self._indexed:
            return
        with writing(self._engine) as connection:
            for index in SECONDARY_INDEXES:
                index.create(connection, checkfirst=True)
            crash.point("indexer.tables-indexed")
        self._indexed = True

    def _write(self, position: Position, found: Range) -> None:
        located = [(log.place, self._decoder.decode(log)) for log in found.logs]
        events = [(place, event) for place, event in located if event is not None]
        with writing(self._engine) as connection:
            cursor = connection.execute(select(CURSOR).with_for_update()).one()
            if _position(cursor) != position:
                return  # another indexer has been here
            _insert_logs(connection, cursor.chain_id, found.logs)
            crash.point("indexer.events-written")
            if events:
                project(connection, events)
            connection.execute(
                CURSOR.update().values(block_number=found.last.number, block_hash=found.last.hash)
            )
            crash.point("indexer.cursor-written")


def cursor_of(connection: Connection) -> Row[Any]:
    """Return the row of the cursor; there is one once the database was recognised."""
    return connection.execute(select(CURSOR)).one()


def _insert_logs(connection: Connection, chain_id: int, logs: Sequence[Log]) -> None:
    rows = [
        {**log.place._asdict(), "chain_id": chain_id}
        | {"address": log.address, "topics": log.topics, "data": log.data}
        for log in logs
    ]
    insert(connection, EVENTS, rows)


def _position(cursor: Row[Any]) -> Position:
    return Position(cursor.block_number, cursor.block_hash)


def _ledger(chain_id: int, founding_hash: bytes | None, fund: bytes) -> str:
    return f"{chain_id} (0x{founding_hash.hex() if founding_hash else '∅'}, 0x{fund.hex()})"
