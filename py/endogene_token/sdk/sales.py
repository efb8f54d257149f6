"""What a till records: purchases and their reversals, as given, as checked, and as kept. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from endogene_token.bounds import MAX_UINT32, check_range, is_whole
from endogene_token.errors import (
    AmountError,
    BuyerCountError,
    BuyerTextError,
    DayError,
    ReceiptNumberError,
    TextError,
    ZeroSaleError,
)
from endogene_token.ids import PurchaseId, day_number
from endogene_token.money import MAX_AMOUNT
from endogene_token.receipts import Domain

ANONYMOUS: Final = 0  # the member number of a sale without a member
LONGEST_RECEIPT: Final = 100  # characters: longer than the invoice numbers of any till software we know

LONGEST_BUYER: Final = 80  # characters of a card or a telephone number as scanned or typed

Kind = Literal["purchase", "reversal"]
BuyerKind = Literal["card", "phone"]
Moment = datetime | date


class Status(StrEnum):
    """How far a sale has come. Refused, rejected and recorded are final."""

    PENDING = "pending"
    """In the outbox only."""
    SIGNED = "signed"
    """In a signed batch whose acceptance the till has not read yet."""
    ACCEPTED = "accepted"
    """The service holds it, on its way to the ledger."""
    HELD = "held"
    """The service keeps it until the merchant may record again (suspended, or over its exposure limit)."""
    RECORDED = "recorded"
    """The ledger holds it."""
    REFUSED = "refused"
    """The ledger refused this item: it took its sequence and moved no money."""
    REJECTED = "rejected"
    """The ledger rejected its whole batch for good."""


LOST: Final = frozenset({Status.REFUSED, Status.REJECTED})  # will never move money under their sequence


@dataclass(frozen=True, slots=True)
class Lookup:
    """A card or a telephone number, which no message shows."""

    kind: BuyerKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewPurchase:
    """A purchase to record. `amount` in minor units.

    The buyer is a `member` number, or a `card` or `phone` to be looked up, as scanned or typed; none (or
    member 0): an anonymous sale. `at` is when it took place: an aware datetime, a naive one in the
    community's time, or only its day; None: now.
    """

    amount: int
    receipt: str
    member: int | None = None
    at: Moment | None = None
    card: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)

    @property
    def lookup(self) -> Lookup | None:
        """What is to be looked up at the latest when the sale is signed."""
        return lookup_of(self.card, self.phone)


@dataclass(frozen=True, slots=True)
class NewReversal:
    """A refund to record, of the purchase whose receipt number is `purchase`.

    `receipt` is the refund's own number, `amount` in minor units (None: all that is left of the purchase).
    """

    purchase: str
    receipt: str
    amount: int | None = None
    at: Moment | None = None


Draft = NewPurchase | NewReversal


def lookup_of(card: str | None, phone: str | None) -> Lookup | None:
    """Return what a card or a telephone number is looked up by, without the spaces around it."""
    if card is not None:
        return Lookup("card", card.strip())
    return None if phone is None else Lookup("phone", phone.strip())


@dataclass(frozen=True, slots=True)
class Sale:
    """What the outbox holds of one purchase, or of one reversal of a purchase. Amounts in minor units."""

    number: int
    """Its place in this outbox."""
    kind: Kind
    receipt: str
    amount: int
    member: int
    at: str
    """Local time to the minute, or the day where no time was given."""
    day: date
    status: Status
    purchase: str | None = None
    """Of a reversal: the receipt number of its purchase."""
    id: PurchaseId | None = None
    """Its till and sequence, once it is in a batch."""
    batch: int | None = None
    """The first sequence of its batch."""
    reason: str | None = None
    """Why it was refused, rejected or held: a code."""
    premium: int | None = None
    credit: int | None = None
    buyer: BuyerKind | None = None
    """What the buyer was known by, if not by a member number; `member` is 0 until it was looked up."""
    buyer_problem: str | None = None
    """Why the buyer could not be found: a code such as ``unknown-card``. The sale has no member then."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a commitment on the ledger: the receipt that it stands for, and its salt."""

    kind: Kind
    receipt: str
    at: str
    merchant: int
    salt: bytes
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Profile:
    """The till that an outbox serves, and the ledger that it signs for."""

    till: int
    merchant: int
    domain: Domain
    timezone: str

    def __str__(self) -> str:
        return f"till {self.till}, chain {self.domain.chain_id}, fund {self.domain.fund}"


class LocalTime(NamedTuple):
    """A moment as the community's people write it (to the minute), and its day number."""

    at: str
    day: int


def local_time(moment: Moment, zone: tzinfo) -> LocalTime:
    """Return `moment` in the community's time `zone`.

    Raises DayError for a day before 1970-01-01, and for one that the calendar does not have in that zone.
    """
    if isinstance(moment, datetime):
        try:
            local = moment if moment.tzinfo is None else moment.astimezone(zone)
        except OverflowError as error:  # in the first and the last hours of the calendar
            raise DayError(actual=moment, limit=date.max) from error
        at = local.replace(tzinfo=None).isoformat(timespec="minutes")
        return LocalTime(at, day_number(local.date()))
    if isinstance(moment, date):
        return LocalTime(moment.isoformat(), day_number(moment))
    raise DayError(actual=moment, limit=date.max)


def check_draft(draft: Draft) -> None:
    """Refuse what no ledger would take.

    Raises ReceiptNumberError, TextError, AmountError (also for zero), RangeError (the member), BuyerError.
    """
    check_receipt(draft.receipt)
    if isinstance(draft, NewReversal):
        check_receipt(draft.purchase)
        if draft.amount is not None:
            check_amount(draft.amount)
        return
    check_amount(draft.amount)
    check_buyer(draft.member, draft.card, draft.phone)


def check_buyer(member: int | None, card: str | None, phone: str | None) -> None:
    """Raise RangeError for what is no member number, BuyerError for two buyers or an unreadable one."""
    if member is not None:
        check_range("member", member, MAX_UINT32)
    given = {"member": member or None, "card": card, "phone": phone}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise BuyerCountError(actual=", ".join(named))
    for name, value in (("card", card), ("phone", phone)):
        if value is not None and not _is_readable(value):
            length = len(value) if isinstance(value, str) else type(value).__name__
            raise BuyerTextError(field=name, actual=length, limit=LONGEST_BUYER)


def _is_readable(text: object) -> bool:
    """Whether it is a text that can be looked up: short, not blank, printable on one line."""
    return isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_BUYER and text.isprintable()


def check_amount(amount: int) -> None:
    """Raise AmountError unless `amount` is a whole number of minor units, not zero, of 64 bits at most."""
    if not is_whole(amount, 0, MAX_AMOUNT):
        raise AmountError(field="amount", actual=amount, limit=MAX_AMOUNT)
    if amount == 0:
        raise ZeroSaleError(actual=amount)


def check_receipt(receipt: str) -> None:
    """Raise ReceiptNumberError unless `receipt` is a text of 1 to `LONGEST_RECEIPT` characters, not blank.

    Raises TextError for half a surrogate pair, which no byte of UTF-8 can write.
    """
    if not (isinstance(receipt, str) and receipt.strip() and len(receipt) <= LONGEST_RECEIPT):
        raise ReceiptNumberError(actual=repr(receipt), limit=LONGEST_RECEIPT)
    try:
        receipt.encode()
    except UnicodeEncodeError as error:
        raise TextError(field="receipt", actual=ascii(receipt[error.start])) from error
