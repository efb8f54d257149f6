"""One number for the whole read model: the same on SQLite and on PostgreSQL, wherever the ranges were cut."""

import hashlib
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, select

from endogene_token.indexer.models import READ_MODEL, table_of
from endogene_token.store import reading

ROWS_AT_ONCE: Final = 10_000


def canonical_digest(engine: Engine) -> str:
    """Return the SHA-256, in hexadecimal, of the read model as it stands at one moment."""
    with reading(engine) as connection:
        return digest(connection)


def digest(connection: Connection) -> str:
    """Return the SHA-256 of the tables in their order, as seen by the transaction of `connection`.

    Each table is a line, the names of it and of its columns with spaces between, then for each row, by
    primary key, a line that is a JSON array: whole numbers in decimal, bytes in base64.
    """
    found = hashlib.sha256()
    encoder = msgspec.json.Encoder()
    for model in READ_MODEL:
        table = table_of(model)
        found.update(" ".join([table.name, *table.columns.keys()]).encode() + b"\n")
        rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(
            select(table).order_by(*table.primary_key)
        )
        for part in rows.partitions():
            found.update(encoder.encode_lines([tuple(row) for row in part]))
    return found.hexdigest()
