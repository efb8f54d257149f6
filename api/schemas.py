"""What the API reads and writes. Amounts are strings of minor units, days ISO dates."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from endogene_token.bounds import MAX_UINT32, MAX_UINT64
from endogene_token.errors import AmountError, DayError, PurchaseIdError
from endogene_token.hexes import from_hex
from endogene_token.ids import PurchaseId, day_number
from endogene_token.money import parse_minor
from endogene_token.receipts import (
    MAX_BATCH,
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
)

EXAMPLE_COMMITMENT: Final = "0x8f2a559490d8e1b0c3aa17e4d1f0b6c7"
EXAMPLE_SIGNATURE: Final = "0x" + "3b" * 32 + "5c" * 32


def _amount(text: str) -> str:
    try:
        parse_minor(text, "amount")
    except AmountError:
        raise PydanticCustomError("amount", "not an amount of 64 bits") from None
    return text


def _day(text: str) -> str:
    try:
        _number(text)
    except (ValueError, DayError):
        raise PydanticCustomError("day", "not a day") from None
    return text


def _purchase_id(text: str) -> str:
    try:
        PurchaseId.parse(text)
    except PurchaseIdError:
        raise PydanticCustomError("purchase_id", "not an id") from None
    return text


def _from_path(value: object) -> object:
    """Read a number of a path as this API writes it, and no other spelling of it."""
    plain = isinstance(value, str) and value.isascii() and value.isdigit() and str(int(value[:20])) == value
    return int(value) if plain and isinstance(value, str) else value


Amount = Annotated[
    str,
    Field(pattern=r"^(0|[1-9][0-9]{0,19})$", description="Minor units (cents), in decimal digits."),
    AfterValidator(_amount),
]
Day = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="In the community's own calendar."),
    AfterValidator(_day),
]
PurchaseIdText = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,10}-[0-9]{1,20}$", description="Till and sequence."),
    AfterValidator(_purchase_id),
]
Number32 = Annotated[int, Field(ge=0, le=MAX_UINT32)]
Sequence = Annotated[int, Field(ge=1, le=MAX_UINT64)]
Commitment = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{32}$", description="16 bytes.")]
Signature = Annotated[
    str,
    Field(pattern="^0x[0-9a-fA-F]{128}$", description="64 bytes: r and vs, as in ERC-2098."),
]
PathNumber = Annotated[
    int,
    BeforeValidator(_from_path),
    Field(strict=True, ge=0, le=MAX_UINT32),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_UINT32}),
]


def example(**fields: Any) -> dict[str, Any]:
    return {"examples": [fields]}


class Given(BaseModel):
    """What a caller sends: exactly the fields described, each of exactly its type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Told(BaseModel):
    """What the service answers."""

    model_config = ConfigDict(frozen=True)


class PurchaseGiven(Given):
    """One purchase. `member` 0, or left out: an anonymous sale."""

    member: Number32 = 0
    day: Day
    amount: Amount
    commitment: Commitment


class ReversalGiven(Given):
    """One refund, whole or partial. `purchase_batch` is the first sequence of the purchase's batch."""

    purchase_id: PurchaseIdText
    purchase_batch: Sequence
    day: Day
    amount: Amount
    commitment: Commitment


class PurchasesGiven(Given):
    """Consecutive purchases of one till, signed once by its key (EIP-712 `PurchaseBatch`)."""

    model_config = ConfigDict(
        json_schema_extra=example(
            till=1,
            merchant=4,
            first_sequence=1,
            items=[
                {"member": 1, "day": "2026-11-20", "amount": "4275", "commitment": EXAMPLE_COMMITMENT},
                {"day": "2026-11-20", "amount": "899", "commitment": EXAMPLE_COMMITMENT},
            ],
            signature=EXAMPLE_SIGNATURE,
        )
    )

    till: Number32
    merchant: Number32
    first_sequence: Sequence
    items: Annotated[list[PurchaseGiven], Field(min_length=1, max_length=MAX_BATCH)]
    signature: Signature

    def signed(self) -> SignedPurchases:
        """Return the batch as it was signed. Raises RangeError."""
        items = tuple(
            Purchase(one.member, _number(one.day), int(one.amount), from_hex(one.commitment))
            for one in self.items
        )
        batch = PurchaseBatch(self.till, self.merchant, self.first_sequence, items)
        return SignedPurchases(batch, from_hex(self.signature))


class ReversalsGiven(Given):
    """Consecutive refunds of one till, in the same sequence as its purchases (EIP-712 `ReversalBatch`)."""

    model_config = ConfigDict(
        json_schema_extra=example(
            till=1,
            merchant=4,
            first_sequence=3,
            reversals=[
                {
                    "purchase_id": "1-1",
                    "purchase_batch": 1,
                    "day": "2026-11-21",
                    "amount": "1000",
                    "commitment": EXAMPLE_COMMITMENT,
                }
            ],
            signature=EXAMPLE_SIGNATURE,
        )
    )

    till: Number32
    merchant: Number32
    first_sequence: Sequence
    reversals: Annotated[list[ReversalGiven], Field(min_length=1, max_length=MAX_BATCH)]
    signature: Signature

    def signed(self) -> SignedReversals:
        """Return the batch as it was signed. Raises RangeError."""
        items = tuple(_reversal(one) for one in self.reversals)
        batch = ReversalBatch(self.till, self.merchant, self.first_sequence, items)
        return SignedReversals(batch, from_hex(self.signature))


class Accepted(Told):
    """The batch is kept for good; its status follows at ``GET /v1/purchases/{id}``."""

    model_config = ConfigDict(json_schema_extra=example(id="1-1", ids=["1-1", "1-2"], status="accepted"))

    id: str
    ids: list[str]
    status: Literal["accepted"] = "accepted"


Status = Literal["accepted", "held", "recorded", "refused", "rejected"]


class PurchaseTold(Told):
    """A purchase and how far it has come. `premium` and `credit` are there once it is recorded.

    accepted: on its way to the ledger; held: waits there (`reason`); recorded; refused: took its sequence
    and moved no money (`reason`); rejected: its batch will never be recorded (`reason`). Who bought is not
    told: ids can be counted through, and a number with its days and amounts is personal.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            id="1-1",
            status="recorded",
            reason=None,
            explanation=None,
            merchant=4,
            day="2026-11-20",
            amount="4275",
            premium="120",
            credit="108",
            reversed="0",
            batch=1,
            transaction="0x" + "9e" * 32,
        )
    )

    id: str
    status: Status
    reason: str | None = None
    explanation: str | None = None
    merchant: int
    day: str
    amount: str
    premium: str | None = None
    credit: str | None = None
    reversed: str | None = None
    batch: int
    transaction: str | None = None


class ReversalTold(Told):
    """A refund and how far it has come; `premium` and `credit` are what it undid."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id="1-3",
            status="accepted",
            reason=None,
            explanation=None,
            merchant=4,
            purchase_id="1-1",
            purchase_batch=1,
            day="2026-11-21",
            amount="1000",
            premium=None,
            credit=None,
            transaction=None,
        )
    )

    id: str
    status: Status
    reason: str | None = None
    explanation: str | None = None
    merchant: int
    purchase_id: str
    purchase_batch: int
    day: str
    amount: str
    premium: str | None = None
    credit: str | None = None
    transaction: str | None = None


def _reversal(given: ReversalGiven) -> Reversal:
    till, sequence = PurchaseId.parse(given.purchase_id)
    return Reversal(
        till,
        sequence,
        int(given.amount),
        _number(given.day),
        from_hex(given.commitment),
        purchase_batch=given.purchase_batch,
    )


@lru_cache(maxsize=1_000)  # a batch has hundreds of items, mostly of one day
def _number(day: str) -> int:
    return day_number(date.fromisoformat(day))
