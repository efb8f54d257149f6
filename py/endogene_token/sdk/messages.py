"""What goes to the service and comes back, as JSON: amounts as strings of minor units, days as ISO dates."""

from typing import Literal, TypeVar

import msgspec

from endogene_token.errors import AddressError, RangeError, UnreadableAnswerError
from endogene_token.hexes import to_hex
from endogene_token.ids import PurchaseId, day_date
from endogene_token.receipts import Domain, Purchase, PurchaseBatch, Reversal, ReversalBatch
from endogene_token.sdk.effects import Reply


class PurchaseItem(msgspec.Struct):
    """One purchase of a batch."""

    member: int
    day: str
    amount: str
    commitment: str


class ReversalItem(msgspec.Struct):
    """One reversal of a batch."""

    purchase_id: str
    purchase_batch: int
    day: str
    amount: str
    commitment: str


class PurchasesBody(msgspec.Struct):
    """The body of ``POST /v1/purchases``."""

    till: int
    merchant: int
    first_sequence: int
    items: list[PurchaseItem]
    signature: str


class ReversalsBody(msgspec.Struct):
    """The body of ``POST /v1/reversals``."""

    till: int
    merchant: int
    first_sequence: int
    reversals: list[ReversalItem]
    signature: str


class RulesAnswer(msgspec.Struct):
    """The split of a premium, in basis points of it."""

    operations_bps: int
    reserve_bps: int


class CommunityAnswer(msgspec.Struct):
    """What the SDK reads of ``GET /v1/community``. `rules` None: the service has not read them yet."""

    chain_id: int
    fund: str
    timezone: str
    rules: RulesAnswer | None = None
    livemode: bool = True

    def domain(self) -> Domain:
        """Return the domain that the community's tills sign for. Raises UnreadableAnswerError."""
        try:
            return Domain(self.chain_id, self.fund)
        except (AddressError, RangeError) as error:
            raise UnreadableAnswerError(actual=error.render("en")) from error


class TillAnswer(msgspec.Struct):
    """What the SDK reads of ``GET /v1/tills/{till}``; the sequence is told to the till's own key."""

    merchant: int
    key: str
    next_sequence: int | None = None
    rate_bps: int | None = None

    @property
    def expected(self) -> int:
        """The sequence that the service expects next. Raises UnreadableAnswerError."""
        if self.next_sequence is None or not 1 <= self.next_sequence < 2**63:
            raise UnreadableAnswerError(actual=f"next_sequence: {self.next_sequence}")
        return self.next_sequence


class BuyerAnswer(msgspec.Struct):
    """What the SDK reads of the answer to ``POST /v1/buyers``."""

    member: int


class AcceptedAnswer(msgspec.Struct):
    """What the SDK reads of the answer to a batch: the id of its first item."""

    id: str


class StateAnswer(msgspec.Struct):
    """What the SDK reads of ``GET /v1/purchases/{id}`` and of ``GET /v1/reversals/{id}``."""

    id: str
    status: Literal["accepted", "held", "recorded", "refused", "rejected"]
    reason: str | None = None
    premium: str | None = None
    credit: str | None = None


Answer = TypeVar("Answer", bound=msgspec.Struct)


def read(reply: Reply, kind: type[Answer]) -> Answer:
    """Return the answer that `reply` carries. Raises UnreadableAnswerError."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableAnswerError(actual=error) from error


def batch_path(batch: PurchaseBatch | ReversalBatch) -> str:
    """Return the path to which `batch` is posted."""
    return "/v1/purchases" if isinstance(batch, PurchaseBatch) else "/v1/reversals"


def batch_body(batch: PurchaseBatch | ReversalBatch, signature: bytes) -> bytes:
    """Return the JSON that carries `batch` and its compact signature."""
    head = (batch.till, batch.merchant, batch.first_sequence)
    signed = to_hex(signature)
    if isinstance(batch, PurchaseBatch):
        return msgspec.json.encode(PurchasesBody(*head, [_purchase(item) for item in batch.items], signed))
    return msgspec.json.encode(ReversalsBody(*head, [_reversal(item) for item in batch.items], signed))


def _purchase(item: Purchase) -> PurchaseItem:
    return PurchaseItem(
        item.member, day_date(item.day).isoformat(), str(item.amount), to_hex(item.commitment)
    )


def _reversal(item: Reversal) -> ReversalItem:
    return ReversalItem(
        str(PurchaseId(item.purchase_till, item.purchase_sequence)),
        item.purchase_batch,
        day_date(item.day).isoformat(),
        str(item.amount),
        to_hex(item.commitment),
    )
