"""Many sales at once, of a file, a delivery or a request: each taken, or refused with its reason."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token import crash
from endogene_token.errors import (
    BuyerTextError,
    CardNumberError,
    EndogeneError,
    GuessingError,
    InputError,
    PhoneNumberError,
    ReturnWithoutPurchaseError,
    RevokedCardError,
    UnknownCardError,
    UnknownPhoneError,
)
from endogene_token.office import trail
from endogene_token.office.trail import Actor
from endogene_token.relay.models import read_reason, write_reason
from endogene_token.sales.backlog import note_upload
from endogene_token.sales.buyers import NOBODY, Buyer, Buyers
from endogene_token.sales.intake import Admitted, Intake
from endogene_token.sales.models import HostedSale, SaleState, SaleUpload
from endogene_token.sales.tills import hosted
from endogene_token.sales.trial import Trial
from endogene_token.sdk.sales import Draft, NewPurchase, NewReversal, check_buyer, check_receipt
from endogene_token.store import reading, writing

ROWS_AT_ONCE: Final = 512  # of a transaction: no other writer waits long
MOST_ERRORS: Final = 5_000  # kept with an upload; the others are counted
UNKNOWN_BUYER: Final = (
    *(BuyerTextError, CardNumberError, UnknownCardError, RevokedCardError),
    *(PhoneNumberError, UnknownPhoneError, GuessingError),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A sale that came in. `line` is its place in what came.

    `origin`: the number that the shop's software gave the sale; `undoes`: that of the purchase which a
    reversal refunds, where it is named so (the draft's `purchase` is then empty). `former`: the receipt
    number under which an earlier version of this program may have kept this reversal.
    """

    line: int
    draft: Draft
    buyer: Buyer = NOBODY
    origin: str | None = None
    undoes: str | None = None
    former: str | None = None


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
class Known:
    """A row whose buyer is a member's number, or not known: then why."""

    row: Row
    draft: Draft
    unknown: EndogeneError | None


def take(
    desk: Desk, rows: Iterable[Row | Refused], moved: Callable[[int, int], None] = lambda _done, _total: None
) -> list[Taken]:
    """Take what can be taken, in transactions of `ROWS_AT_ONCE`; return what became of each, in order.

    A dry run only reads: whoever sells meanwhile does not wait for it. `moved` is told after each block how
    many of how many rows are dealt with.

    Purchases go before reversals: a file may list the latest first. Raises StoreError, and NotHostedError
    once the till is given up: sent again, what was kept before is met again.
    """
    # Before anything is written: to look up a buyer may itself be counted, in a transaction apart.
    given = Finder(desk).known(list(rows))
    order = sorted(range(len(given)), key=lambda at: not sells(given[at]))
    blocks = [order[start : start + ROWS_AT_ONCE] for start in range(0, len(order), ROWS_AT_ONCE)]
    taken: dict[int, Taken] = {}
    for block, became in (_try if desk.is_dry else _keep)(desk, given, blocks):
        taken |= zip(block, became, strict=True)
        moved(len(taken), len(given))
    return [taken[at] for at in range(len(given))]


def sells(one: Row | Known | Refused) -> bool:
    """Return whether this is a purchase, which is taken before any reversal."""
    return not isinstance(one, Refused) and isinstance(one.draft, NewPurchase)


def keep_block(
    desk: Desk,
    given: Sequence[Known | Refused],
    noted: Callable[[Session, Sequence[Taken]], None] = lambda _session, _taken: None,
) -> list[Taken]:
    """Keep some rows in one transaction, to which `noted` adds what is to stand or fall with them.

    Raises NotHostedError, with nothing kept, once the till is hosted no more: nobody would sign for them.
    """
    with writing(desk.engine) as connection:
        with Session(connection, expire_on_commit=False) as session:
            trail.lock(session)
            hosted(session, desk.merchant, desk.till)
            intake = _intake(Intake, desk, session)
            block = [_take(intake, one) for one in given]
            _note(desk, session, block)
            noted(session, block)
            session.flush()
            session.expunge_all()
        crash.point("sales.rows.written")
    crash.point("sales.rows.stored")
    return block


_Block = tuple[Sequence[int], Sequence[Taken]]


def _try(desk: Desk, given: Sequence[Known | Refused], blocks: Iterable[Sequence[int]]) -> Iterator[_Block]:
    with reading(desk.engine) as connection, Session(connection) as session:
        trial = _intake(Trial, desk, session)
        for block in blocks:
            yield block, [_take(trial, given[at]) for at in block]


def _keep(desk: Desk, given: Sequence[Known | Refused], blocks: Iterable[Sequence[int]]) -> Iterator[_Block]:
    for block in blocks:
        yield block, keep_block(desk, [given[at] for at in block])


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
        errors=write_refusals(refused),
        received_at=int(time.time()),
    )
    if not desk.is_dry:
        with writing(desk.engine) as connection, Session(connection, expire_on_commit=False) as session:
            session.add(upload)
            session.flush()
            note_upload(session, desk.actor, upload)
            session.expunge(upload)
    return upload


def keep_delivery(desk: Desk, kind: str, content: bytes, taken: Sequence[Taken]) -> SaleUpload | None:
    """Keep what became of a delivery of which something was refused, else None.

    One that is refused the same as the latest before it is not kept again: shops repeat what they send.
    """
    refused = [one for one in taken if isinstance(one, Refused)]
    if not refused:
        return None
    own = (SaleUpload.merchant == desk.merchant, SaleUpload.till == desk.till, SaleUpload.kind == kind)
    with reading(desk.engine) as connection, Session(connection, expire_on_commit=False) as session:
        latest = session.exec(select(SaleUpload).where(*own).order_by(col(SaleUpload.id).desc())).first()
        if latest is not None:
            session.expunge(latest)
    if latest is not None and _reasons(refusals(latest)) == _reasons(refused[:MOST_ERRORS]):
        return latest
    return keep_upload(desk, kind, content, taken)


def uploads(session: Session, merchant: int, after: int, limit: int) -> Sequence[SaleUpload]:
    """Return `limit` files of a merchant, and deliveries of which something was refused, after an id."""
    query = select(SaleUpload).where(SaleUpload.merchant == merchant, col(SaleUpload.id) > after)
    return session.exec(query.order_by(col(SaleUpload.id)).limit(limit)).all()


def latest_uploads(session: Session, merchant: int, limit: int) -> Sequence[SaleUpload]:
    """Return the last files, and deliveries of which something was refused, the latest first."""
    query = select(SaleUpload).where(SaleUpload.merchant == merchant)
    return session.exec(query.order_by(col(SaleUpload.id).desc()).limit(limit)).all()


def refusals(upload: SaleUpload) -> list[Refused]:
    """Return the rows that were refused, as far as they were kept."""
    kept = msgspec.json.decode(upload.errors, type=list[tuple[int, str, str]])
    return [Refused(line, receipt, read_reason(reason)) for line, receipt, reason in kept]


class _Held(NamedTuple):
    """What is kept of a sale's buyer: the member, and why it is none."""

    receipt: str
    member: int
    note: str | None


class Finder:
    """Finds the buyers of one delivery, each once: a number that nobody knows costs one guess.

    `sought`: those whom it need not seek any more.
    """

    def __init__(self, desk: Desk, sought: Mapping[Buyer, InputError] = MappingProxyType({})) -> None:
        self._desk = desk
        self._found: dict[Buyer, int | InputError] = {**sought}

    def known(self, rows: Sequence[Row | Refused]) -> list[Known | Refused]:
        """Return the rows with their buyers' numbers, or why they cannot be taken."""
        with reading(self._desk.engine) as connection, Session(connection) as session:
            held = self._held(session, rows)
            return [self._known(session, held, one) for one in rows]

    def _held(self, session: Session, rows: Sequence[Row | Refused]) -> dict[str, _Held]:
        """Return which of the rows that name a card or a telephone are kept already."""
        named = [one for one in rows if isinstance(one, Row) and (one.buyer.card or one.buyer.phone)]
        receipts = [one.draft.receipt for one in named if _is_sound(one.draft.receipt)]
        query = select(HostedSale.receipt, HostedSale.member, HostedSale.note).where(
            HostedSale.merchant == self._desk.merchant,
            HostedSale.till == self._desk.till,
            HostedSale.kind == "purchase",
            HostedSale.state != SaleState.REFUSED,
        )
        held: dict[str, _Held] = {}
        for start in range(0, len(receipts), ROWS_AT_ONCE):
            some = col(HostedSale.receipt).in_(receipts[start : start + ROWS_AT_ONCE])
            held.update((one[0], _Held(*one)) for one in session.exec(query.where(some)))
        return held

    def _known(self, session: Session, kept: Mapping[str, _Held], row: Row | Refused) -> Known | Refused:
        if isinstance(row, Refused) or not isinstance(row.draft, NewPurchase):
            return row if isinstance(row, Refused) else Known(row, row.draft, None)
        keeps = self._desk.keeps_unknown
        try:
            check_buyer(row.buyer.member, row.buyer.card, row.buyer.phone)
            held = kept.get(row.draft.receipt)
            # Its buyer was decided when it came first: a shop repeats its orders with their unknown cards.
            if held is not None and (keeps or held.note is not None):
                return Known(row, replace(row.draft, member=held.member), None)
            return Known(row, replace(row.draft, member=self._member(session, row.buyer)), None)
        except InputError as error:
            if keeps and isinstance(error, UNKNOWN_BUYER):
                return Known(row, replace(row.draft, member=None), error)
            return Refused(row.line, row.draft.receipt, error)

    def _member(self, session: Session, buyer: Buyer) -> int:
        if buyer not in self._found:
            try:
                self._found[buyer] = self._desk.buyers.member_of(session, buyer)
            except InputError as error:
                self._found[buyer] = error
        found = self._found[buyer]
        if isinstance(found, InputError):
            raise found
        return found


def _is_sound(receipt: str) -> bool:
    """Whether a receipt number is one that the database can be asked for."""
    try:
        check_receipt(receipt)
    except InputError:
        return False
    return "\0" not in receipt


def _intake(kind: type[Intake], desk: Desk, session: Session) -> Intake:
    now = datetime.now(UTC)
    return kind(session, desk.merchant, desk.till, zone=desk.zone, now=now, source=desk.source)


def _take(intake: Intake, known: Known | Refused) -> Taken:
    if isinstance(known, Refused):
        return known
    try:
        draft = _purchase_found(intake, known)
        if known.row.former is not None and isinstance(draft, NewReversal):
            former = replace(draft, receipt=known.row.former)
            draft = former if intake.holds(former) else draft
        return intake.admit(draft, origin=known.row.origin, unknown=known.unknown)
    except InputError as error:
        return Refused(known.row.line, known.draft.receipt, error)


def _note(desk: Desk, session: Session, taken: Sequence[Taken]) -> None:
    """Note in the trail that sales were taken; what was met again changed nothing."""
    new = sum(1 for one in taken if isinstance(one, Admitted) and one.is_new)
    if new:
        subject = f"merchant:{desk.merchant}/till:{desk.till}"
        trail.append(session, desk.actor, "sales.taken", subject, {"sales": new, "source": desk.source})


def _purchase_found(intake: Intake, known: Known) -> Draft:
    undoes = known.row.undoes
    if undoes is None or isinstance(known.draft, NewPurchase):
        return known.draft
    receipt = intake.receipt_of(undoes)
    if receipt is None:
        raise ReturnWithoutPurchaseError(actual=known.draft.receipt)
    return replace(known.draft, purchase=receipt)


def _reasons(refused: Sequence[Refused]) -> list[tuple[str, str]]:
    """Return what was refused and why, wherever it stood."""
    return [(one.receipt, write_reason(one.error)) for one in refused]


def write_refusals(refused: Sequence[Refused]) -> str:
    """Return what `refusals` reads, of the first ones."""
    rows = [(one.line, one.receipt, write_reason(one.error)) for one in refused[:MOST_ERRORS]]
    return msgspec.json.encode(rows).decode()
