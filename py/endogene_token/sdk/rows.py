"""The tables of an outbox, and how a row becomes a sale.

    profile   one row: the till, the ledger it signs for, and the next sequence
    batch     what was signed, with the very bytes to send: signed, sent, or void (never to be recorded)
    sale      purchases and reversals in the order recorded; amounts as text: SQLite's integers have 63 bits;
              buyer_text is a card or a telephone number until it was looked up, then it is erased
    rates     one row: what the service last told of the till's rate, for quotes

Of the sales with the same kind and receipt number only the last is live: a refused sale that was recorded
again stays, marked as replaced.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from endogene_token.ids import PurchaseId, day_date
from endogene_token.sdk.sales import Kind, Sale, Status

VERSION_1: Final = """
CREATE TABLE profile (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    till INTEGER NOT NULL, merchant INTEGER NOT NULL,
    chain_id TEXT NOT NULL, fund TEXT NOT NULL, timezone TEXT NOT NULL,
    next_sequence INTEGER NOT NULL
);
CREATE TABLE batch (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('purchase', 'reversal')),
    first_sequence INTEGER NOT NULL, size INTEGER NOT NULL,
    signer TEXT NOT NULL, body BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('signed', 'sent', 'void'))
);
CREATE UNIQUE INDEX batch_live ON batch (first_sequence) WHERE state <> 'void';
CREATE TABLE sale (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('purchase', 'reversal')),
    receipt TEXT NOT NULL, amount TEXT NOT NULL, member INTEGER NOT NULL,
    at TEXT NOT NULL, day INTEGER NOT NULL,
    purchase INTEGER REFERENCES sale,
    salt BLOB, commitment BLOB NOT NULL,
    batch INTEGER REFERENCES batch, sequence INTEGER,
    status TEXT NOT NULL, reason TEXT, premium TEXT, credit TEXT,
    replaced INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX sale_live ON sale (kind, receipt) WHERE replaced = 0;
CREATE INDEX sale_status ON sale (status, kind, number);
CREATE INDEX sale_batch ON sale (batch, sequence) WHERE batch IS NOT NULL;
CREATE INDEX sale_purchase ON sale (purchase) WHERE purchase IS NOT NULL;
"""
VERSION_2: Final = """
ALTER TABLE sale ADD COLUMN buyer TEXT CHECK (buyer IN ('card', 'phone'));
ALTER TABLE sale ADD COLUMN buyer_text TEXT;
ALTER TABLE sale ADD COLUMN buyer_problem TEXT;
CREATE INDEX sale_sought ON sale (number) WHERE buyer_text IS NOT NULL;
CREATE INDEX sale_unfound ON sale (number) WHERE buyer_problem IS NOT NULL;
CREATE TABLE rates (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    rate_bps INTEGER NOT NULL, operations_bps INTEGER NOT NULL, reserve_bps INTEGER NOT NULL,
    as_of INTEGER NOT NULL
);
"""
SCHEMA_STEPS: Final = (VERSION_1, VERSION_2)

_SELECT: Final = """
SELECT s.number, s.kind, s.receipt, s.amount, s.member, s.at, s.day, s.status, p.receipt,
    s.sequence, b.first_sequence, s.reason, s.premium, s.credit, s.buyer, s.buyer_problem,
    (SELECT till FROM profile)
FROM sale s LEFT JOIN sale p ON p.number = s.purchase LEFT JOIN batch b ON b.number = s.batch
"""


def live_sale(db: sqlite3.Connection, kind: Kind, receipt: str) -> Sale | None:
    """Return the sale with this receipt number, or None."""
    query = f"{_SELECT} WHERE s.kind = ? AND s.receipt = ? AND s.replaced = 0"
    return next(_read(db, query, (kind, receipt)), None)


def numbered_sale(db: sqlite3.Connection, number: int) -> Sale:
    """Return the sale of this number."""
    return next(_read(db, f"{_SELECT} WHERE s.number = ?", (number,)))


def live_sales(db: sqlite3.Connection, statuses: Sequence[Status], after: int, limit: int) -> list[Sale]:
    """Return at most `limit` live sales with one of these statuses, numbered above `after`, in order."""
    places = ", ".join("?" * len(statuses))
    which = f"WHERE s.replaced = 0 AND s.status IN ({places}) AND s.number > ?"
    return list(_read(db, f"{_SELECT} {which} ORDER BY s.number LIMIT ?", (*statuses, after, limit)))


def left_of(db: sqlite3.Connection, purchase: Sale) -> int:
    """Return what the reversals recorded so far leave of a purchase, in minor units."""
    rows = db.execute(
        "SELECT amount FROM sale"
        " WHERE purchase = ? AND replaced = 0 AND status NOT IN ('refused', 'rejected')",
        (purchase.number,),
    )
    return purchase.amount - sum(int(amount) for (amount,) in rows)


def _read(db: sqlite3.Connection, query: str, values: tuple[object, ...]) -> Iterator[Sale]:
    for row in db.execute(query, values):
        number, kind, receipt, amount, member, at, day, status, purchase, sequence, first, *rest, till = row
        reason, premium, credit, buyer, buyer_problem = rest
        yield Sale(
            number=number,
            kind=kind,
            receipt=receipt,
            amount=int(amount),
            member=member,
            at=at,
            day=day_date(day),
            status=Status(status),
            purchase=purchase,
            id=None if sequence is None else PurchaseId(till, sequence),
            batch=first,
            reason=reason,
            premium=None if premium is None else int(premium),
            credit=None if credit is None else int(credit),
            buyer=buyer,
            buyer_problem=buyer_problem,
        )
