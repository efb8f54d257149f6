"""What is asked and answered about hosted sales: those that come without a till's own signature."""

from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.schemas import Amount, Given, Number32, Told, example
from endogene_token.receipts import MAX_BATCH
from endogene_token.sales import Buyer
from endogene_token.sales.deliveries import Row
from endogene_token.sdk.sales import LONGEST_RECEIPT, Moment, NewPurchase, NewReversal

LONGEST_BUYER: Final = 64  # characters of a card or a telephone, with its spaces


def _moment(text: str) -> str:
    try:
        moment(text)
    except ValueError:
        raise PydanticCustomError("moment", "not a day or an instant") from None
    return text


def moment(text: str) -> Moment:
    """Return what `text` writes: an ISO date, or an ISO date and time. Raises ValueError."""
    return date.fromisoformat(text) if len(text) == len("2026-11-20") else datetime.fromisoformat(text)


Receipt = Annotated[str, Field(min_length=1, max_length=LONGEST_RECEIPT, pattern=r"^[^\x00]+$")]
BuyerText = Annotated[str, Field(min_length=1, max_length=LONGEST_BUYER)]
At = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})?)?$",
        description="A day, or an instant; without an offset, in the community's time. Left out: now.",
    ),
    AfterValidator(_moment),
]
_SALE = {"receipt": "2026-000417", "amount": "4275", "card": "TESTCARD00000001B", "at": "2026-11-20T17:42"}


class SaleItemGiven(Given):
    """A purchase, or a reversal of the purchase `refunds`.

    The buyer is a `member` number, a `card` or a `phone`; none: an anonymous sale. A reversal has the buyer
    of its purchase; without `amount` it takes back all that is left.
    """

    receipt: Receipt
    kind: Literal["purchase", "reversal"] = "purchase"
    amount: Amount | None = None
    member: Number32 | None = None
    card: BuyerText | None = None
    phone: BuyerText | None = None
    at: At | None = None
    refunds: Receipt | None = None

    def row(self, line: int) -> Row:
        """Return the sale as the intake takes it."""
        at = None if self.at is None else moment(self.at)
        if self.kind == "reversal":
            amount = None if self.amount is None else int(self.amount)
            return Row(line, NewReversal(self.refunds or "", self.receipt, amount, at))
        buyer = Buyer(self.member, self.card, self.phone)
        return Row(line, NewPurchase(int(self.amount or 0), self.receipt, at=at), buyer)


class SaleGiven(SaleItemGiven):
    """A sale of a hosted till. `till` may be left out by a merchant with one, `merchant` under its key."""

    model_config = ConfigDict(json_schema_extra=example(merchant=4, till=7, **_SALE))

    merchant: Number32 | None = None
    till: Number32 | None = None


class SalesGiven(Given):
    """Sales of one hosted till, each taken or refused by itself."""

    model_config = ConfigDict(json_schema_extra=example(merchant=4, till=7, sales=[_SALE]))

    merchant: Number32 | None = None
    till: Number32 | None = None
    sales: Annotated[list[SaleItemGiven], Field(min_length=1, max_length=MAX_BATCH)]


State = Literal["pending", "accepted", "held", "recorded", "refused", "erased"]
_TOLD = {
    "id": 1,
    "merchant": 4,
    "till": 7,
    "receipt": "2026-000417",
    "kind": "purchase",
    "amount": "4275",
    "at": "2026-11-20T17:42",
    "has_member": True,
    "source": "api",
    "status": "pending",
}


class SaleTold(Told):
    """A hosted sale and how far it has come. Who bought is not told, but whether a member did.

    pending: waits for its signature; accepted, held, recorded, refused: as of a purchase; erased: on request.
    `purchase_id` names it at ``/v1/purchases`` or ``/v1/reversals`` once it is signed.
    """

    model_config = ConfigDict(json_schema_extra=example(**_TOLD))

    id: int
    merchant: int
    till: int
    receipt: str
    kind: Literal["purchase", "reversal"]
    amount: str
    at: str
    has_member: bool
    source: str
    status: State
    reason: str | None = None
    explanation: str | None = None
    purchase_id: str | None = None


class SalesTold(Told):
    """A page of hosted sales, by ascending id; `next` goes on after it."""

    model_config = ConfigDict(json_schema_extra=example(items=[_TOLD]))

    items: list[SaleTold]
    next: int | None = None


class RefusedTold(Told):
    """A sale that was not taken, and why; `line` is its place in what was sent."""

    line: int
    receipt: str
    reason: str
    explanation: str


class SalesTaken(Told):
    """What became of sales that were sent together. `is_test`: nothing was kept, a test key or a trial."""

    model_config = ConfigDict(
        json_schema_extra=example(added=1, again=0, refused=[], sales=[_TOLD], is_test=False)
    )

    added: int
    again: int
    refused: list[RefusedTold]
    sales: list[SaleTold]
    is_test: bool = False


class Delivered(Told):
    """What became of a delivery of a shop's software; `upload` keeps what was refused."""

    model_config = ConfigDict(json_schema_extra=example(added=1, again=0, refused=[]))

    added: int
    again: int
    refused: list[RefusedTold]
    upload: int | None = None


class ColumnsTold(Told):
    """Which column of a file gives what."""

    receipt: str | None = None
    amount: str | None = None
    at: str | None = None
    kind: str | None = None
    refund_of: str | None = None
    member: str | None = None
    card: str | None = None
    phone: str | None = None
    cents: bool | None = None
    dates: Literal["iso", "dmy", "mdy"] | None = None
    delimiter: str | None = None
    encoding: Literal["utf-8", "cp1252"] | None = None


class UploadTold(Told):
    """What a file looks like, and, of a trial or an upload, what became of its lines.

    `columns.dates` is null where day and month could be either: say which comes first, and send it again.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            mode="preview",
            names=["facture", "date", "total"],
            columns={
                "receipt": "facture",
                "amount": "total",
                "at": "date",
                "cents": False,
                "dates": "iso",
                "delimiter": ";",
                "encoding": "cp1252",
            },
            sample=[["A-1", "2026-11-20 17:42", "42,75"]],
            rows=1,
        )
    )

    mode: Literal["preview", "dry-run", "commit"]
    names: list[str]
    columns: ColumnsTold
    sample: list[list[str]]
    rows: int
    added: int | None = None
    again: int | None = None
    refused: int | None = None
    errors: list[RefusedTold] | None = None
    """The first ones; all of them at ``/v1/uploads/{id}/errors.csv``."""
    id: int | None = None


_KEPT = {
    "id": 7,
    "till": 7,
    "kind": "csv",
    "rows": 3,
    "added": 2,
    "again": 0,
    "refused": 1,
    "left": 0,
    "is_under_way": False,
}


class UploadKept(Told):
    """What became of a file, or of a delivery; why lines were refused: ``/v1/uploads/{id}/errors.csv``.

    `left` counts the lines that were not reached: yet, while the file `is_under_way` (a long one that was
    brought to a page of the till), else for good: send the file again.
    """

    model_config = ConfigDict(json_schema_extra=example(**_KEPT, received_at=1_795_000_000))

    id: int
    till: int
    kind: Literal["csv", "woocommerce", "odoo"]
    rows: int
    added: int
    again: int
    refused: int
    left: int
    is_under_way: bool
    received_at: int
    """Seconds UTC."""


class UploadsTold(Told):
    """A page of files and deliveries, by ascending id; `next` goes on after it."""

    model_config = ConfigDict(json_schema_extra=example(items=[{**_KEPT, "received_at": 1_795_000_000}]))

    items: list[UploadKept]
    next: int | None = None
