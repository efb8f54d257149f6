"""A plain double entry of purchases into PostgreSQL: two rows each, the merchant's and the member's."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

import psycopg

from scripts.bench_wire import Wave

Entry = tuple[bytes, int, int, int]
"""Purchase, account, day number, amount in minor units: negative what is owed."""
Way = Callable[[psycopg.Connection, list[Entry]], None]
TABLE: Final = """
CREATE TABLE bench_entry (
    purchase bytea NOT NULL, account bigint NOT NULL, day integer NOT NULL, amount bigint NOT NULL,
    PRIMARY KEY (purchase, account)
)
"""


def prepare(url: str) -> None:
    """Make the table."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(TABLE)


def insert(url: str, way: Way, batches: int, size: int, connections: int) -> Wave:
    """Insert `batches` of `size` purchases over each of some connections, one commit a batch."""
    latencies: list[float] = []
    given = [[_entries(size) for _ in range(batches)] for _ in range(connections)]
    opened = [psycopg.connect(_plain(url)) for _ in range(connections)]

    def work(connection: psycopg.Connection, own: list[list[Entry]]) -> None:
        for entries in own:
            started = time.perf_counter()
            way(connection, entries)
            connection.commit()
            latencies.append(time.perf_counter() - started)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(opened, given, strict=True)]
    started = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seconds = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return Wave(len(latencies) * size, seconds, latencies)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def _entries(size: int) -> list[Entry]:
    purchases = [secrets.token_bytes(16) for _ in range(size)]
    return [row for one in purchases for row in ((one, 1, 20_400, -4_275), (one, 12, 20_400, 4_275))]


def by_many(connection: psycopg.Connection, entries: list[Entry]) -> None:
    """Insert with executemany."""
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_entry VALUES (%s, %s, %s, %s)", entries)


def by_copy(connection: psycopg.Connection, entries: list[Entry]) -> None:
    """Insert with COPY."""
    with connection.cursor() as cursor, cursor.copy("COPY bench_entry FROM STDIN") as copy:
        for entry in entries:
            copy.write_row(entry)
