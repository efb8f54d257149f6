"""What a statement says: one model for what is computed, stored, answered and drawn.

Amounts are minor units, strings of digits in JSON; days are ISO dates, instants seconds UTC. The stored
form is canonical JSON: the same statement is the same bytes.
"""

import json
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

FORMAT: Final = 1
EXAMPLE: Final[dict[str, Any]] = json.loads(
    files("endogene_token.treasury.statements").joinpath("example.json").read_bytes()
)
RATE_WHOLE: Final = 100_000  # a tax of 9.975 % is 9,975 of it


def _digits(value: object) -> object:
    return int(value) if isinstance(value, str) else value


Minor = Annotated[
    int,
    BeforeValidator(_digits),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": "^-?[0-9]+$", "description": "Minor units (cents), in digits."}
    ),
]


class Part(BaseModel):
    """A part of a statement."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sums(Part):
    """How many, and how much together."""

    count: int = 0
    amount: Minor = 0


class Balance(Part):
    """What a merchant owes, or has paid ahead: never both."""

    owed: Minor = 0
    prepaid: Minor = 0

    @classmethod
    def of(cls, value: int) -> "Balance":
        """Return the balance of an account that stands at `value`; less than 0 is paid ahead."""
        return cls(owed=max(value, 0), prepaid=max(-value, 0))

    @property
    def value(self) -> int:
        """What is owed, less what is paid ahead."""
        return self.owed - self.prepaid


class Account(Part):
    """The merchant's account with the fund: opening + what it owes more - what it owes less = closing.

    `currency_premiums` are those of sales paid in project currency, `returned_premiums` those of such sales
    that went back.
    """

    opening: Balance = Balance()
    premiums: Minor = 0
    reversals: Minor = 0
    currency_premiums: Minor = 0
    returned_premiums: Minor = 0
    settled: Minor = 0
    netted: Minor = 0
    written_off: Minor = 0
    closing: Balance = Balance()

    @property
    def net_premiums(self) -> int:
        """What the month's sales owe, refunds taken off: what a tax is computed on."""
        return self.premiums - self.reversals + self.currency_premiums - self.returned_premiums

    @property
    def movement(self) -> int:
        """By how much what is owed grew."""
        return self.net_premiums - self.settled - self.netted - self.written_off


class CurrencyAccount(Part):
    """The merchant's project currency: opening + what came - what went = closing.

    `asked` is what it asked for in cash this month, `awaiting` what it had asked for and not got at the end:
    a part of `closing`. A statement leaves out of `awaiting` what is paid, or being paid, when it is issued.
    """

    opening: Minor = 0
    from_projects: Sums = Sums()
    from_merchants: Sums = Sums()
    paid_on: Sums = Sums()
    returned: Sums = Sums()
    netted: Sums = Sums()
    cashed: Sums = Sums()
    closing: Minor = 0
    asked: Sums = Sums()
    awaiting: Sums = Sums()

    @property
    def movement(self) -> int:
        """By how much the holding grew."""
        came = self.from_projects.amount + self.from_merchants.amount
        went = (self.paid_on, self.returned, self.netted, self.cashed)
        return came - sum(one.amount for one in went)


class TillDay(Part):
    """What one till told of one day, as its own report of the day has it, and the premiums of that.

    Refused items are counted apart: they are on the till's report, and brought nothing.
    """

    day: str
    till: int
    late: bool = False
    sales: Sums = Sums()
    premiums: Minor = 0
    refunds: Sums = Sums()
    reversals: Minor = 0
    refused_sales: Sums = Sums()
    refused_refunds: Sums = Sums()


class Refusal(Part):
    """Items of one till and day that the ledger refused for one reason."""

    day: str
    till: int
    is_refund: bool
    reason: str
    items: Sums


class Entry(Part):
    """One movement with its own instant: what, how much, with whom, under which reference of the ledger."""

    at: int
    day: str
    kind: str
    amount: Minor
    premium: Minor = 0
    project: int = 0
    merchant: int = 0
    reference: str = ""


class Rate(Part):
    """The rate of premiums from a day on."""

    from_day: str
    rate_bps: int


class TaxLine(Part):
    """A tax on the month's net premiums, rounded half up, on the statement as a whole."""

    name_fr: str
    name_en: str
    rate: int = Field(description="Hundred-thousandths: 9.975 % is 9975.")
    registration: str = ""
    base: Minor
    amount: Minor


class TaxAccount(Part):
    """The taxes, which the ledger does not know: opening + charged - received = closing."""

    opening: Minor = 0
    lines: tuple[TaxLine, ...] = ()
    charged: Minor = 0
    received: Minor = 0
    closing: Minor = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.opening or self.charged or self.received)


class Net(Part):
    """The one amount: what is due, or payable to the merchant; `carried` stays to its credit."""

    due: Minor = 0
    payable: Minor = 0
    carried: Minor = 0


class Party(Part):
    """A name, and where post reaches it; `registrations` are lines such as a tax number."""

    name: str
    address: tuple[str, ...] = ()
    registrations: tuple[str, ...] = ()


class Look(Part):
    """How the papers look: the region of their language, two colours, the logo's SHA-256 (hexadecimal)."""

    region: str
    accent: str
    second: str
    logo: str = ""


class Figures(Part):
    """What the ledger says of one merchant's month."""

    merchant: int
    last_block: int
    rates: tuple[Rate, ...] = ()
    account: Account = Account()
    project_currency: CurrencyAccount = CurrencyAccount()
    days: tuple[TillDay, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        idle = (self.account, self.project_currency) == (Account(), CurrencyAccount())
        return idle and not self.days and not self.entries

    def awaiting(self, cash: Sums) -> "Figures":
        """Return the same, with `cash` as what is awaited of the project currency."""
        held = self.project_currency.model_copy(update={"awaiting": cash})
        return self.model_copy(update={"project_currency": held})


class StatementDocument(Part):
    """An issued statement, as it is stored: it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    format: int = FORMAT
    number: str
    month: str
    first_day: str
    last_day: str
    timezone: str
    currency: str
    issued_at: int
    issued_on: str
    due_on: str
    fund: str
    issuer: Party
    addressee: Party
    look: Look
    figures: Figures
    taxes: TaxAccount
    net: Net

    def canonical(self) -> bytes:
        """Return its canonical JSON: UTF-8, keys sorted, no spaces."""
        told = self.model_dump(mode="json")
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_document(content: bytes) -> StatementDocument:
    """Return the statement that `content` holds, as `canonical` wrote it."""
    return StatementDocument.model_validate_json(content)


def digest(content: bytes) -> bytes:
    """Return the SHA-256 of a stored statement."""
    return sha256(content).digest()


def net_of(account: Account, taxes: TaxAccount, awaiting: int) -> Net:
    """Return what is due or payable: premiums and taxes owed, against the cash that was asked for.

    What was paid ahead goes to later premiums and is not paid back; nor is a tax that a refund took off:
    owed - prepaid + taxes - awaiting = due - payable - carried.
    """
    claim = account.closing.owed + taxes.closing
    net = max(claim, 0) - awaiting
    return Net(due=max(net, 0), payable=max(-net, 0), carried=account.closing.prepaid + max(-claim, 0))


def tax_half_up(base: int, rate: int) -> int:
    """Return the tax on `base` (minor units) at `rate` (hundred-thousandths), to the nearest, halves up.

    Less than 0, as more: a month of refunds gives back exactly what their sales were charged.
    """
    size = (abs(base) * rate + RATE_WHOLE // 2) // RATE_WHOLE
    return size if base >= 0 else -size
