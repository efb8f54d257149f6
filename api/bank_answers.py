"""What is asked and told of the bank's lines. Amounts are strings of minor units."""

from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field

from api.schemas import Amount, Given, Number32, Told, example
from endogene_token.treasury.confirm.importing import Imported
from endogene_token.treasury.confirm.matching import Queued, Wish
from endogene_token.treasury.confirm.rows import LONGEST_WHY
from endogene_token.treasury.confirm.standing import Standing
from endogene_token.treasury.confirm.told import imported_json, queued_json

Reference = Annotated[str, Field(pattern="^[A-Z0-9-]{0,19}$")]
_MATCH: Final[dict[str, Any]] = {
    "item": "D2026-000012",
    "merchant": 4,
    "amount": "28000",
    "premiums": "26750",
    "tax": "1250",
    "state": "done",
    "proposed_by": "rule:reference",
    "decided_by": "rule:reference",
    "commitment": "0x" + "9d" * 32,
}
_LINE: Final[dict[str, Any]] = {
    "identity": "7f" * 32,
    "booked": "2026-11-20",
    "amount": "28000",
    "currency": "CAD",
    "bank_reference": "2026112000417",
    "end_to_end": "D2026-000012",
    "name": "Boulangerie du Port",
    "text": "",
    "return_code": "",
    "parts": 1,
    "state": "settled",
    "why": "",
    "matches": [_MATCH],
}
_IMPORTED: Final[dict[str, Any]] = {
    "kind": "camt053",
    "new": 31,
    "known": 4,
    "matched": 28,
    "proposed": 2,
    "unmatched": 1,
    "returned": 1,
    "strange": [],
    "errors": [],
}
_STATUS: Final[dict[str, Any]] = {
    "lines": {"unmatched": 1, "proposed": 2, "matched": 4, "settled": 120, "set-aside": 3},
    "sums": {
        "unmatched": "1200",
        "proposed": "28000",
        "matched": "91000",
        "settled": "8103300",
        "set-aside": "-2250",
    },
    "in_transit": "91000",
    "held": 0,
    "debts": "12040",
    "last_day": "2026-11-20",
}


class MatchTold(Told):
    """A part of a line: an item, a merchant's own transfer, or what is kept aside."""

    model_config = ConfigDict(json_schema_extra=example(**_MATCH))

    item: str
    merchant: int
    amount: str
    premiums: str
    tax: str
    state: str
    proposed_by: str
    decided_by: str
    commitment: str | None


class BankLineTold(Told):
    """A line of the bank, and what it confirms; `amount` is negative when money went out."""

    model_config = ConfigDict(json_schema_extra=example(**_LINE))

    identity: str
    booked: str
    amount: str
    currency: str
    bank_reference: str
    end_to_end: str
    name: str
    text: str
    return_code: str
    parts: int
    state: str
    why: str
    matches: list[MatchTold]

    @classmethod
    def of(cls, queued: Queued) -> Self:
        """Return a line as it is told."""
        return cls.model_validate(queued_json(queued))


class LinesTold(Told):
    """Lines in the order of their days; `next` is the identity to ask on after."""

    model_config = ConfigDict(json_schema_extra=example(items=[_LINE], next="7f" * 32))

    items: list[BankLineTold]
    next: str | None


class RowErrorTold(Told):
    """A row of a CSV that could not be read."""

    line: int
    detail: str


class ImportTold(Told):
    """What a file of the bank added."""

    model_config = ConfigDict(json_schema_extra=example(**_IMPORTED))

    kind: str
    new: int
    known: int
    matched: int
    proposed: int
    unmatched: int
    returned: int
    strange: list[str]
    errors: list[RowErrorTold]

    @classmethod
    def of(cls, done: Imported) -> Self:
        """Return an import as it is told."""
        return cls.model_validate(imported_json(done))


class PartGiven(Given):
    """A part of a line: one of `item`, `debt` and `merchant`, or none of them: kept aside.

    `item`: an item of ours, or its return; `debt`: the reference of a debit that came back; `merchant`: its
    own transfer, of which `tax` is taxes. Without `amount`: all that is left.
    """

    item: Reference = ""
    debt: Reference = ""
    merchant: Number32 = 0
    amount: Amount | None = None
    tax: Amount | None = None

    def wish(self) -> Wish:
        """Return the part that is meant."""
        amount, tax = (None if one is None else int(one) for one in (self.amount, self.tax))
        return Wish(self.item, self.debt, self.merchant, amount, tax)


class MatchGiven(Given):
    """What a line confirms: parts that add up to it."""

    model_config = ConfigDict(json_schema_extra=example(parts=[{"item": "D2026-000012"}]))

    parts: Annotated[list[PartGiven], Field(min_length=1, max_length=1000)]


class AsideGiven(Given):
    """Why a line confirms nothing."""

    model_config = ConfigDict(json_schema_extra=example(why="Bank fees of October"))

    why: Annotated[str, Field(min_length=1, max_length=LONGEST_WHY, pattern=r"^[^\x00-\x1f\x7f]+$")]


class BankStatusTold(Told):
    """How the bank's lines stand: how many by state, and their sums."""

    model_config = ConfigDict(json_schema_extra=example(**_STATUS))

    lines: dict[str, int]
    sums: dict[str, str]
    in_transit: str
    held: int
    debts: str
    last_day: str

    @classmethod
    def of(cls, now: Standing) -> Self:
        """Return how things stand as it is told."""
        return cls(
            lines=dict(now.counts),
            sums={name: str(value) for name, value in now.sums.items()},
            in_transit=str(now.in_transit),
            held=now.held,
            debts=str(now.debts),
            last_day=now.last_day,
        )
