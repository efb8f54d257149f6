"""The read model from zero again: to prove that it follows from the chain alone, or to replace it."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from endogene_token.chain.deployment import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.indexer.digest import canonical_digest, digest
from endogene_token.indexer.models import READ_MODEL, table_of
from endogene_token.indexer.runner import Indexer, Progress, cursor_of
from endogene_token.store import is_sqlite, migrate, open_engine, reading, writing

COPY_PREFIX: Final = "endogene_rebuild_"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The digests of the read model and of its copy, both as of the end of `block`."""

    block: int
    digest: str
    copy_digest: str

    @property
    def equal(self) -> bool:
        """Whether the read model is what the chain gives."""
        return self.digest == self.copy_digest


def check(engine: Engine, rpc: Rpc, community: Community, progress: Progress | None = None) -> Rebuilt:
    """Build a copy of the read model from the chain, compare, and drop the copy.

    The indexer may go on meanwhile. Raises WrongLedgerError when the read model is of another ledger.
    """
    Indexer(engine, rpc, community).recognise()
    with reading(engine) as connection:
        block = cursor_of(connection).block_number
        live = digest(connection)
    with fresh_copy(engine) as copy:
        Indexer(copy, rpc, community).catch_up(progress, until=block)
        return Rebuilt(block, live, canonical_digest(copy))


def rebuild(engine: Engine, rpc: Rpc, community: Community, progress: Progress | None = None) -> int:
    """Empty the read model and index the chain again; return the last block. Readers see it grow."""
    with writing(engine) as connection:
        for model in reversed(READ_MODEL):
            connection.execute(table_of(model).delete())
    return Indexer(engine, rpc, community).catch_up(progress)


@contextmanager
def fresh_copy(engine: Engine) -> Iterator[Engine]:
    """Yield an empty, migrated database of the same kind, beside this one; drop it at the end."""
    beside = _file_beside(engine) if is_sqlite(engine) else _schema_beside(engine)
    with beside as url:
        copy = open_engine(url)
        try:
            migrate(copy)
            yield copy
        finally:
            copy.dispose()


@contextmanager
def _file_beside(engine: Engine) -> Iterator[str]:
    folder = Path(engine.url.database or "").absolute().parent
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{COPY_PREFIX}") as name:
        yield engine.url.set(database=str(Path(name, "copy.sqlite"))).render_as_string(hide_password=False)


@contextmanager
def _schema_beside(engine: Engine) -> Iterator[str]:
    schema = COPY_PREFIX + secrets.token_hex(8)
    with writing(engine) as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    try:
        options = {"options": f"-csearch_path={schema}"}
        yield engine.url.update_query_dict(options).render_as_string(hide_password=False)
    finally:
        with writing(engine) as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
