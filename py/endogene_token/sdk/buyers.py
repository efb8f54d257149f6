"""Buyers known by a card or a telephone number. Runs inside a transaction of the outbox.

The number is kept from the sale until it was looked up, and no longer: afterwards the outbox holds the
member, or why there is none.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from endogene_token.sdk.sales import ANONYMOUS, Lookup, NewPurchase, Sale


@dataclass(frozen=True, slots=True)
class Sought:
    """A sale whose buyer is still to be looked up. `day`: of the sale, as a day number."""

    number: int
    lookup: Lookup
    day: int


@dataclass(frozen=True, slots=True)
class Found:
    """What looking up a sale's buyer gave: the member, or no member and the code of the problem."""

    number: int
    member: int = ANONYMOUS
    problem: str | None = None


def sought(db: sqlite3.Connection, after: int, limit: int) -> list[Sought]:
    """Return at most `limit` of those to be looked up, numbered above `after`, in order."""
    rows = db.execute(
        "SELECT number, buyer, buyer_text, day FROM sale"
        " WHERE buyer_text IS NOT NULL AND replaced = 0 AND number > ? ORDER BY number LIMIT ?",
        (after, limit),
    )
    return [Sought(number, Lookup(kind, text), day) for number, kind, text, day in rows]


def keep(db: sqlite3.Connection, answers: Iterable[Found]) -> None:
    """Note what was found, and erase the numbers that were looked up."""
    for one in answers:
        db.execute(
            "UPDATE sale SET member = ?, buyer_problem = ?, buyer_text = NULL"
            " WHERE number = ? AND buyer_text IS NOT NULL",
            (one.member, one.problem, one.number),
        )
        db.execute("UPDATE sale SET member = ? WHERE purchase = ?", (one.member, one.number))


def unfound(db: sqlite3.Connection) -> int:
    """Return how many live sales have no member because their buyer could not be found."""
    query = "SELECT count(*) FROM sale WHERE buyer_problem IS NOT NULL AND replaced = 0"
    (count,) = db.execute(query).fetchone()
    return int(count)


def is_of_buyer(db: sqlite3.Connection, held: Sale, draft: NewPurchase) -> bool:
    """Whether `draft` names the buyer of the sale `held`.

    A number that was looked up is not kept: then any number of its kind passes for the same.
    """
    query = "SELECT buyer_text FROM sale WHERE number = ?"
    (text,) = db.execute(query, (held.number,)).fetchone()
    given = draft.lookup
    if given is None:
        return text is None and held.member == (draft.member or ANONYMOUS)
    return held.buyer == given.kind and text in {None, given.text}
