"""Many sales at once, of a file, a delivery or a request: each taken, or refused with its reason."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token import crash
from endogene_token.errors import (
    BuyerTextError,
    BuyerUnknownError,
    CardNumberError,
    EndogeneError,
    InputError,
    PhoneNumberError,
    ReturnWithoutPurchaseError,
    RevokedCardError,
    UnknownCardError,
    UnknownPhoneError,
)
from endogene_token.office import trail
from endogene_token.office.trail import Actor, Public
from endogene_token.relay.models import read_reason, write_reason
from endogene_token.sales.buyers import NOBODY, Buyer, Buyers
from endogene_token.sales.intake import Admitted, Intake
from endogene_token.sales.models import SaleUpload
from endogene_token.sdk.sales import Draft, NewPurchase, check_buyer
from endogene_token.store import reading, writing

ROWS_AT_ONCE: Final = 512  # of a transaction: no other writer waits long
MOST_ERRORS: Final = 5_000  # kept with an upload; the others are counted
UNKNOWN_BUYER: Final = (
    *(BuyerTextError, BuyerUnknownError, CardNumberError, UnknownCardError, RevokedCardError),
    *(PhoneNumberError, UnknownPhoneError),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A sale that came in. `line` is its place in what came.

    `origin`: the number that the shop's software gave the sale; `undoes`: that of the purchase which a
    reversal refunds, where it is named so (the draft's `purchase` is then empty).
    """

    line: int
    draft: Draft
    buyer: Buyer = NOBODY
    origin: str | None = None
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What came in and was not taken, and why."""

    line: int
    receipt: str
    error: EndogeneError


@dataclass(frozen=True, slots=True)
class Desk:
    """Where sales are taken: one hosted till, and how its buyers are known.

    `keeps_unknown`: a sale whose card or telephone nobody knows is taken without its buyer, with a note,
    because nobody stands at the counter to be asked again. `is_dry`: everything is checked, nothing kept.
    `actor` is who the trail says brought the sales.
    """

    engine: Engine
    merchant: int
    till: int
    zone: ZoneInfo
    source: str
    buyers: Buyers
    actor: Actor
    keeps_unknown: bool = False
    is_dry: bool = False


Taken = Admitted | Refused


@dataclass(frozen=True, slots=True)
class _Known:
    """A row whose buyer is a member's number, or not known: then why."""

    row: Row
    draft: Draft
    unknown: EndogeneError | None


def take(desk: Desk, rows: Iterable[Row | Refused]) -> list[Taken]:
    """Take what can be taken, in transactions of `ROWS_AT_ONCE`; return what became of each, in order.

    Purchases go before reversals: a file may list the latest first. Raises StoreError: sent again, what was
    kept before is met again.
    """
    # Before anything is written: to look up a buyer may itself be counted, in a transaction apart.
    with reading(desk.engine) as connection, Session(connection) as session:
        given = [_buyer_found(desk, session, one) for one in rows]
    order = sorted(range(len(given)), key=lambda at: not _sells(given[at]))
    taken: dict[int, Taken] = {}
    size = max(1, len(order)) if desk.is_dry else ROWS_AT_ONCE
    for start in range(0, len(order), size):
        with writing(desk.engine) as connection:
            trial = connection.begin_nested() if desk.is_dry else None
            with Session(connection, expire_on_commit=False) as session:
                trail.lock(session)
                for at in order[start : start + size]:
                    taken[at] = _take(desk, session, given[at])
                _note(desk, session, [taken[at] for at in order[start : start + size]])
                session.expunge_all()
            if trial is not None:
                trial.rollback()
            crash.point("sales.rows.written")
        crash.point("sales.rows.stored")
    return [taken[at] for at in range(len(given))]


def keep_upload(desk: Desk, kind: str, content: bytes, taken: Sequence[Taken]) -> SaleUpload:
    """Keep what became of a file or delivery; `kind` as its connector's. A dry run's is not kept."""
    refused = [one for one in taken if isinstance(one, Refused)]
    added = sum(1 for one in taken if isinstance(one, Admitted) and one.is_new)
    upload = SaleUpload(
        merchant=desk.merchant,
        till=desk.till,
        kind=kind,
        digest=hashlib.sha256(content).digest(),
        rows=len(taken),
        added=added,
        again=len(taken) - added - len(refused),
        refused=len(refused),
        errors=_write(refused[:MOST_ERRORS]),
        received_at=int(time.time()),
    )
    if not desk.is_dry:
        with writing(desk.engine) as connection, Session(connection, expire_on_commit=False) as session:
            session.add(upload)
            session.flush()
            told: dict[str, Public] = {
                "kind": kind,
                "sha256": upload.digest.hex(),
                "added": added,
                "refused": len(refused),
            }
            subject = f"merchant:{desk.merchant}/upload:{upload.id}"
            trail.append(session, desk.actor, "upload.kept", subject, told)
            session.expunge(upload)
    return upload


def uploads(session: Session, merchant: int, after: int, limit: int) -> Sequence[SaleUpload]:
    """Return `limit` files of a merchant, and deliveries of which something was refused, after an id."""
    query = select(SaleUpload).where(SaleUpload.merchant == merchant, col(SaleUpload.id) > after)
    return session.exec(query.order_by(col(SaleUpload.id)).limit(limit)).all()


def refusals(upload: SaleUpload) -> list[Refused]:
    """Return the rows that were refused, as far as they were kept."""
    kept = msgspec.json.decode(upload.errors, type=list[tuple[int, str, str]])
    return [Refused(line, receipt, read_reason(reason)) for line, receipt, reason in kept]


def _buyer_found(desk: Desk, session: Session, row: Row | Refused) -> _Known | Refused:
    if isinstance(row, Refused) or not isinstance(row.draft, NewPurchase):
        return row if isinstance(row, Refused) else _Known(row, row.draft, None)
    buyer = row.buyer
    try:
        check_buyer(buyer.member, buyer.card, buyer.phone)
        return _Known(row, replace(row.draft, member=desk.buyers.member_of(session, buyer)), None)
    except UNKNOWN_BUYER as error:
        if not desk.keeps_unknown:
            return Refused(row.line, row.draft.receipt, error)
        return _Known(row, replace(row.draft, member=None), error)
    except InputError as error:
        return Refused(row.line, row.draft.receipt, error)


def _take(desk: Desk, session: Session, known: _Known | Refused) -> Taken:
    if isinstance(known, Refused):
        return known
    now = datetime.now(UTC)
    intake = Intake(session, desk.merchant, desk.till, zone=desk.zone, now=now, source=desk.source)
    try:
        draft = _purchase_found(intake, known)
        return intake.admit(draft, origin=known.row.origin, unknown=known.unknown)
    except InputError as error:
        return Refused(known.row.line, known.draft.receipt, error)


def _note(desk: Desk, session: Session, taken: Sequence[Taken]) -> None:
    """Note in the trail that sales were taken; what was met again changed nothing."""
    new = sum(1 for one in taken if isinstance(one, Admitted) and one.is_new)
    if new and not desk.is_dry:
        subject = f"merchant:{desk.merchant}/till:{desk.till}"
        trail.append(session, desk.actor, "sales.taken", subject, {"sales": new, "source": desk.source})


def _purchase_found(intake: Intake, known: _Known) -> Draft:
    undoes = known.row.undoes
    if undoes is None or isinstance(known.draft, NewPurchase):
        return known.draft
    receipt = intake.receipt_of(undoes)
    if receipt is None:
        raise ReturnWithoutPurchaseError(actual=known.draft.receipt)
    return replace(known.draft, purchase=receipt)


def _sells(known: _Known | Refused) -> bool:
    return isinstance(known, _Known) and isinstance(known.draft, NewPurchase)


def _write(refused: Sequence[Refused]) -> str:
    rows = [(one.line, one.receipt, write_reason(one.error)) for one in refused]
    return msgspec.json.encode(rows).decode()
