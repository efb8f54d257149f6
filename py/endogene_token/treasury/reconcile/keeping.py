"""A reconciliation made, kept, and turned into exceptions that close when their cause has gone."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlmodel import Session, col, select

from endogene_token.errors import BankUnknownError
from endogene_token.office.trail import Actor, Change, changing
from endogene_token.store import reading
from endogene_token.treasury.confirm.rejecting import unanswered
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding
from endogene_token.treasury.exceptions.models import Reconciliation
from endogene_token.treasury.reconcile.differences import UNEXPLAINED, Difference, Found, Why, reconcile
from endogene_token.treasury.reconcile.facts import Cut
from endogene_token.treasury.reconcile.reading import Sources, is_used, read_facts

ANSWERED_WITHIN: Final = timedelta(days=7)  # five bank days, unless one of them is a holiday
KINDS: Final[Mapping[Why, inbox.Kind]] = {why: inbox.Kind(why) for why in UNEXPLAINED}


def examine(connection: Connection, sources: Sources, cut: Cut) -> Found:
    """Compare the bank, the books and the chain at the cut. Raises BankUnknownError without any line."""
    if not is_used(connection):
        raise BankUnknownError(actual=cut.day)
    return reconcile(read_facts(connection, sources, cut), cut)


def run(engine: Engine, sources: Sources, cut: Cut, actor: Actor, now: int) -> Found:
    """Compare, keep what was found, and make the inbox follow. Raises as `examine`."""
    with reading(engine) as connection:
        found = examine(connection, sources, cut)
    with changing(engine, actor) as change:
        keep(change, found, now)
    return found


def keep(change: Change, found: Found, now: int) -> Reconciliation:
    """Keep a reconciliation for good, and make the open exceptions those that it found.

    So with what the bank was asked for and has not answered.
    """
    content = canonical(found)
    row = Reconciliation(
        day=found.cut.day.isoformat(),
        at=now,
        bank=found.bank,
        books=found.books,
        chain=found.chain,
        explained=found.explained,
        unexplained=found.unexplained,
        sha256=sha256(content).digest(),
        content=content,
    )
    change.session.add(row)
    change.session.flush()
    change.note(
        "bank.reconciled",
        f"reconciliation:{row.number}",
        day=row.day,
        sha256=row.sha256.hex(),
        unexplained=str(row.unexplained),
        open=len(found.open),
    )
    inbox.follow(change, set(KINDS.values()), map(_finding, found.open), now)
    silent = unanswered(change.session, found.cut.day - ANSWERED_WITHIN)
    inbox.follow(change, [inbox.Kind.UNANSWERED], silent, now)
    return row


def kept(session: Session, day: date | None, limit: int) -> list[Reconciliation]:
    """Return the reconciliations that were kept, those of a day if one is named, the newest first."""
    query = select(Reconciliation).order_by(col(Reconciliation.number).desc()).limit(limit)
    if day is not None:
        query = query.where(Reconciliation.day == day.isoformat())
    return list(session.exec(query))


def as_json(found: Found) -> dict[str, Any]:
    """Return a reconciliation as it is told: amounts are strings of minor units."""
    return {
        "day": found.cut.day.isoformat(),
        "bank": str(found.bank),
        "books": str(found.books),
        "chain": str(found.chain),
        "explained": str(found.explained),
        "unexplained": str(found.unexplained),
        "totals": {str(why): str(amount) for why, amount in found.totals().items()},
        "differences": [
            {"why": str(one.why), "subject": one.subject, "amount": str(one.amount)}
            for one in found.differences
        ],
    }


def canonical(found: Found) -> bytes:
    """Return the bytes that are kept: the same reconciliation gives the same ones."""
    return json.dumps(as_json(found), sort_keys=True, separators=(",", ":")).encode()


def _finding(one: Difference) -> Finding:
    return Finding(KINDS[one.why], one.subject, one.amount)
