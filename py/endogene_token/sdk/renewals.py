"""A sale in the place of one that was lost: recorded again, with the refunds that wait for it.

Runs inside a transaction of the outbox.
"""

import sqlite3

from endogene_token.errors import (
    AlreadyReturnedError,
    NotRefusedError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
)
from endogene_token.sdk.rows import left_of, live_sale, numbered_sale
from endogene_token.sdk.sales import LOST, Sale, Status


def again(db: sqlite3.Connection, number: int) -> Sale:
    """Return the refused sale of this number as it waits again; a refund, of the purchase that now stands.

    Raises NotRefusedError for another sale; for a refund also what `refundable` raises.
    """
    held = numbered_sale(db, number)
    if held.status is not Status.REFUSED or live_sale(db, held.kind, held.receipt) != held:
        raise NotRefusedError(actual=held.receipt, limit=held.status)
    purchase, member = None, held.member
    if held.purchase is not None:
        found = live_sale(db, "purchase", held.purchase)
        purchase = refundable(db, found, held.receipt, held.amount)[0]
        member = purchase.member
    replace(db, held)
    cursor = db.execute(
        "INSERT INTO sale"
        " (kind, receipt, amount, member, at, day, purchase, salt, commitment, buyer, buyer_problem, status)"
        " SELECT kind, receipt, amount, ?, at, day, ?, salt, commitment, buyer, buyer_problem, 'pending'"
        " FROM sale WHERE number = ?",
        (member, None if purchase is None else purchase.number, held.number),
    )
    renewed = numbered_sale(db, cursor.lastrowid or 0)
    follow(db, held, renewed)
    return renewed


def refundable(
    db: sqlite3.Connection, purchase: Sale | None, refund: str, amount: int | None
) -> tuple[Sale, int]:
    """Return the purchase and what the refund of that receipt number takes of it; None: all that is left.

    Raises ReturnWithoutPurchaseError, AlreadyReturnedError, ReturnTooLargeError.
    """
    if purchase is None or purchase.status in LOST:
        raise ReturnWithoutPurchaseError(actual=refund)
    left = left_of(db, purchase)
    if left == 0:
        raise AlreadyReturnedError(actual=purchase.receipt)
    if amount is not None and amount > left:
        raise ReturnTooLargeError(actual=amount, limit=left)
    return purchase, left if amount is None else amount


def replace(db: sqlite3.Connection, lost: Sale) -> None:
    """Free the receipt number of a lost sale."""
    db.execute("UPDATE sale SET replaced = 1 WHERE number = ?", (lost.number,))


def follow(db: sqlite3.Connection, lost: Sale, renewed: Sale) -> None:
    """Have the refunds of a lost purchase wait for its successor; refuse those that find no room in it."""
    waiting = db.execute(
        "SELECT number, amount FROM sale WHERE purchase = ? AND status = 'pending' AND replaced = 0"
        " ORDER BY number",
        (lost.number,),
    ).fetchall()
    for number, amount in waiting:
        if int(amount) <= left_of(db, renewed):
            values = (renewed.number, renewed.member, number)
            db.execute("UPDATE sale SET purchase = ?, member = ? WHERE number = ?", values)
        else:
            refusal = (ReturnTooLargeError.code, number)
            db.execute("UPDATE sale SET status = 'refused', reason = ? WHERE number = ?", refusal)
