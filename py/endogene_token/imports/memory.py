"""What imports remember in a data folder: how far a journal was shifted, and whom a customer's code names.

The codes are the merchant's own and stay here: the ledger sees member numbers only.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

from endogene_token.sdk.database import Database

SCHEMA_STEPS: Final = (
    """
CREATE TABLE journal (till INTEGER NOT NULL, fingerprint TEXT NOT NULL, shift INTEGER NOT NULL,
                      PRIMARY KEY (till, fingerprint)) STRICT;
CREATE TABLE customer (merchant INTEGER NOT NULL, code TEXT NOT NULL, member INTEGER NOT NULL,
                       PRIMARY KEY (merchant, code)) STRICT;
CREATE TABLE plan (merchant INTEGER PRIMARY KEY, first INTEGER NOT NULL, codes TEXT NOT NULL) STRICT;
""",
)


class Plan(NamedTuple):
    """Customers about to be admitted, the first of them under the member number `first`."""

    first: int
    codes: list[str]


class Memory:
    """The file of what imports remember; one import at a time."""

    def __init__(self, path: Path) -> None:
        """Open `path`, created when missing. Raises the StoreErrors of an outbox."""
        self._database = Database(path, SCHEMA_STEPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def shift(self, till: int, fingerprint: str, first_choice: int) -> int:
        """Return by how many days this journal is shifted for this till: as at its first import."""
        with self._database.writing() as db:
            db.execute("INSERT OR IGNORE INTO journal VALUES (?, ?, ?)", (till, fingerprint, first_choice))
            query = "SELECT shift FROM journal WHERE till = ? AND fingerprint = ?"
            (shift,) = db.execute(query, (till, fingerprint)).fetchone()
        return int(shift)

    def members(self, merchant: int) -> dict[str, int]:
        """Return the member number of each customer's code of a merchant."""
        with self._database.reading() as db:
            query = "SELECT code, member FROM customer WHERE merchant = ?"
            return dict(db.execute(query, (merchant,)).fetchall())

    def planned(self, merchant: int) -> Plan | None:
        """Return the plan that was made and not yet marked as done, or None."""
        with self._database.reading() as db:
            row = db.execute("SELECT first, codes FROM plan WHERE merchant = ?", (merchant,)).fetchone()
        return None if row is None else Plan(row[0], json.loads(row[1]))

    def plan(self, merchant: int, first: int, codes: Sequence[str]) -> None:
        """Write down who is about to be admitted, so that a kill in between admits nobody twice."""
        with self._database.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO plan VALUES (?, ?, ?)", (merchant, first, json.dumps(list(codes)))
            )

    def admitted(self, merchant: int, members: Mapping[str, int]) -> None:
        """Keep the numbers of those admitted; the plan is done."""
        with self._database.writing() as db:
            rows = [(merchant, code, member) for code, member in members.items()]
            db.executemany("INSERT OR IGNORE INTO customer VALUES (?, ?, ?)", rows)
            db.execute("DELETE FROM plan WHERE merchant = ?", (merchant,))
