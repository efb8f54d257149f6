"""What is asked and told of mandates, payees and runs at the bank. Amounts are strings of minor units."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field
from sqlmodel import Session

from api.schemas import Amount, Given, Number32, Told, example
from endogene_token.hexes import from_hex
from endogene_token.treasury.collect.accounts import read_account
from endogene_token.treasury.collect.drafting import Drafted, read_day
from endogene_token.treasury.collect.dues import Due
from endogene_token.treasury.collect.mandates import NewMandate, NewPayee
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankPayee, BankRun
from endogene_token.treasury.collect.payables import Payable
from endogene_token.treasury.collect.told import left_json, mandate_json, payee_json, run_json

IsoDay = Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="As in 2026-11-20.")]
Line = Annotated[str, Field(min_length=1, max_length=70, pattern=r"^[^\x00-\x1f\x7f]+$")]
Why = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
AccountText = Annotated[
    str, Field(max_length=60, description="An IBAN; in Canada branch, institution and number, by hyphens.")
]
Bic = Annotated[str, Field(max_length=11, description="Only with an IBAN, and seldom needed there.")]
_MANDATE: Final[dict[str, Any]] = {
    "number": 3,
    "merchant": 4,
    "scheme": "cpa",
    "reference": "M-0004",
    "signed": "2026-10-05",
    "name": "Boulangerie du Port",
    "tail": "4321",
    "state": "active",
    "ended_why": "",
    "is_used": True,
    "created_at": 1793628000,
}
_PAYEE: Final[dict[str, Any]] = {
    "number": 2,
    "party": "member",
    "party_number": 12,
    "name": "A. Tremblay",
    "tail": "0988",
    "state": "active",
    "ended_why": "",
    "created_at": 1793628000,
    "commitment": "0x" + "4c" * 32,
}
_ITEM: Final[dict[str, Any]] = {
    "reference": "D2026-000012",
    "kind": "premiums",
    "party": "merchant",
    "party_number": 4,
    "object": 0,
    "statement": "2026-000123",
    "day": "2026-11-20",
    "state": "filed",
    "return_code": "",
    "amount": "28000",
    "premiums": "24350",
    "tax": "3650",
    "account": 3,
    "name": "Boulangerie du Port",
    "tail": "4321",
    "added_at": 1793628000,
    "added_by": "officer:0x" + "0a" * 20,
}
_RUN: Final[dict[str, Any]] = {
    "number": 7,
    "direction": "debit",
    "scheme": "cpa",
    "month": "2026-10",
    "day": "2026-11-20",
    "noticed_on": "2026-11-02",
    "file_kind": "cpa005",
    "file_number": 3,
    "state": "approved",
    "drafted_by": "officer:0x" + "0a" * 20,
    "approved_by": "officer:0x" + "0b" * 20,
    "sha256": "0x" + "9d" * 32,
    "created_at": 1793628000,
    "handed_in_at": None,
    "total": "28000",
    "items": [_ITEM],
}
_LEFT: Final[dict[str, Any]] = {
    "kind": "premiums",
    "party": "merchant",
    "party_number": 5,
    "object": 0,
    "reference": "2026-000124",
    "amount": "5000",
    "why": "transfer",
}
_SIGNED: Final = {"merchant": 4, "scheme": "cpa", "reference": "M-0004", "signed": "2026-10-05"}


class MandateGiven(Given):
    """A mandate as the merchant signed it."""

    model_config = ConfigDict(
        json_schema_extra=example(**_SIGNED, name="Boulangerie du Port", account="12345-006-7654321")
    )

    merchant: Number32
    scheme: Literal["cpa", "b2b", "core"]
    reference: Annotated[str, Field(min_length=1, max_length=35)]
    signed: IsoDay
    name: Line
    account: AccountText
    bic: Bic = ""

    def mandate(self) -> NewMandate:
        """Return the mandate. Raises BankAccountError, BankDateError."""
        account, signed = read_account(self.account, self.bic), read_day("signed", self.signed)
        return NewMandate(self.merchant, self.scheme, self.reference, signed, self.name, account)


class PayeeGiven(Given):
    """An account to pay on; of a member with the commitment that its redemptions name."""

    model_config = ConfigDict(
        json_schema_extra=example(
            party="merchant", number=4, name="Boulangerie du Port", account="12345-006-7654321"
        )
    )

    party: Literal["merchant", "member"]
    number: Number32
    name: Line
    account: AccountText
    bic: Bic = ""
    commitment: Annotated[str, Field(pattern="^0x[0-9a-f]{64}$")] | None = None

    def payee(self) -> NewPayee:
        """Return the payee. Raises BankAccountError."""
        commitment = b"" if self.commitment is None else from_hex(self.commitment)
        return NewPayee(self.party, self.number, self.name, read_account(self.account, self.bic), commitment)


class EndGiven(Given):
    """Why a mandate or a payee ends."""

    model_config = ConfigDict(json_schema_extra=example(why="The account is closed"))

    why: Why


class RejectedGiven(Given):
    """What the bank refused before it booked anything, and under which code."""

    model_config = ConfigDict(json_schema_extra=example(items=["D2026-000012"], code="AM04"))

    items: Annotated[
        list[Annotated[str, Field(pattern="^[DP]20[0-9]{2}-[0-9]{6}$")]], Field(min_length=1, max_length=1000)
    ]
    code: Annotated[str, Field(pattern="^[0-9A-Z]{1,10}$", description="The bank's, as in AM04 or 905.")]


class InstalmentGiven(Given):
    """How much of a redemption is paid."""

    redemption: Number32
    amount: Amount


class DraftGiven(Given):
    """What is drafted: debits of a month's statements, or (without `month`) payments."""

    model_config = ConfigDict(json_schema_extra=example(direction="debit", month="2026-10", day="2026-11-20"))

    direction: Literal["debit", "credit"]
    day: IsoDay
    month: Annotated[str, Field(pattern="^([0-9]{4}-[0-9]{2})?$", description="Of debits only.")] = ""
    noticed_on: IsoDay | None = None
    instalments: Annotated[tuple[InstalmentGiven, ...], Field(max_length=1000, strict=False)] = ()


class MandateTold(Told):
    """A mandate; of its account the last characters."""

    model_config = ConfigDict(json_schema_extra=example(**_MANDATE))

    number: int
    merchant: int
    scheme: str
    reference: str
    signed: str
    name: str
    tail: str
    state: str
    ended_why: str
    is_used: bool
    created_at: int

    @classmethod
    def of(cls, row: BankMandate) -> Self:
        """Return a mandate as it is told."""
        return cls.model_validate(mandate_json(row))


class MandatesTold(Told):
    """Mandates, ended ones too."""

    model_config = ConfigDict(json_schema_extra=example(items=[_MANDATE]))

    items: list[MandateTold]


class PayeeTold(Told):
    """A payee; of the account the last characters."""

    model_config = ConfigDict(json_schema_extra=example(**_PAYEE))

    number: int
    party: str
    party_number: int
    name: str
    tail: str
    state: str
    ended_why: str
    created_at: int
    commitment: str | None

    @classmethod
    def of(cls, row: BankPayee) -> Self:
        """Return a payee as it is told."""
        return cls.model_validate(payee_json(row))


class PayeesTold(Told):
    """Payees, ended ones too."""

    model_config = ConfigDict(json_schema_extra=example(items=[_PAYEE]))

    items: list[PayeeTold]


class BankItemTold(Told):
    """A debit or payment; of `amount`, `premiums` are the chain's and `tax` is booked beside it.

    `account` is the number of the mandate or payee, `name` and `tail` its holder and the last characters of
    the account; `added_at` and `added_by` say when it was kept, and by whom.
    """

    model_config = ConfigDict(json_schema_extra=example(**_ITEM))

    reference: str
    kind: str
    party: str
    party_number: int
    object: int
    statement: str
    day: str
    state: str
    return_code: str
    amount: str
    premiums: str
    tax: str
    account: int
    name: str
    tail: str
    added_at: int
    added_by: str


class RunTold(Told):
    """A run; its file is made at approval."""

    model_config = ConfigDict(json_schema_extra=example(**_RUN))

    number: int
    direction: str
    scheme: str
    month: str
    day: str
    noticed_on: str
    file_kind: str
    file_number: int
    state: str
    drafted_by: str
    approved_by: str | None
    sha256: str | None
    created_at: int
    handed_in_at: int | None = None
    total: str
    items: list[BankItemTold]

    @classmethod
    def of(cls, session: Session, row: BankRun, items: list[BankItem]) -> Self:
        """Return a run as it is told."""
        return cls.model_validate(run_json(session, row, items))


class RunsTold(Told):
    """Runs, the newest first."""

    model_config = ConfigDict(json_schema_extra=example(items=[_RUN]))

    items: list[RunTold]


class LeftTold(Told):
    """What is owed or awaited, and why it is not asked of the bank; `reference` is what a transfer names."""

    model_config = ConfigDict(json_schema_extra=example(**_LEFT))

    kind: str
    party: str
    party_number: int
    object: int
    reference: str
    amount: str
    why: str | None

    @classmethod
    def of(cls, one: Due | Payable) -> Self:
        """Return it as it is told."""
        return cls.model_validate(left_json(one))


class DuesTold(Told):
    """What is left of a month's statements; `why` is null where it can be debited."""

    model_config = ConfigDict(json_schema_extra=example(items=[_LEFT]))

    items: list[LeftTold]


class DraftedTold(Told):
    """A run as drafted, and what it leaves out."""

    model_config = ConfigDict(json_schema_extra=example(run=_RUN, left_out=[_LEFT]))

    run: RunTold
    left_out: list[LeftTold]

    @classmethod
    def of(cls, session: Session, drafted: Drafted) -> Self:
        """Return a draft as it is told."""
        left_out = [LeftTold.of(one) for one in drafted.left_out]
        return cls(run=RunTold.of(session, drafted.run, list(drafted.items)), left_out=left_out)
