"""What the API answers of project currency, redemptions and solvency. Amounts are minor units."""

from typing import Final, Literal

from pydantic import ConfigDict

from api.schemas import Told, example
from api.vote_schemas import EXAMPLE_HASH

RedemptionStateName = Literal["requested", "attested", "approved", "paid", "dropped"]
_REDEMPTION: Final = {
    "number": 2,
    "member": 1,
    "state": "approved",
    "reason": "retirement",
    "amount": "120000",
    "paid": "40000",
    "payee": EXAMPLE_HASH,
    "attested_at": 1795000000,
    "approved_at": 1795100000,
}


class RoundTold(Told):
    """A round of the money: 1, 2, 3, or later.

    `received` by merchants = `paid_on` to others + `netted` against premiums + `cashed` + `held` still.
    """

    round: Literal["1", "2", "3", "later"]
    received: str
    paid_on: str
    netted: str
    cashed: str
    held: str


class MultiplierTold(Told):
    """What merchants received in the first three rounds, and in the first alone: their quotient."""

    three_rounds: str
    first_round: str


class Rounds(Told):
    """How project money goes round: from projects to merchants, then among them; each sale owes a premium."""

    model_config = ConfigDict(
        json_schema_extra=example(
            rounds=[
                {
                    "round": "1",
                    "received": "90000",
                    "paid_on": "60000",
                    "netted": "20000",
                    "cashed": "0",
                    "held": "10000",
                }
            ],
            premiums="4200",
            multiplier={"three_rounds": "150000", "first_round": "90000"},
        )
    )

    rounds: list[RoundTold]
    premiums: str
    multiplier: MultiplierTold


class HoldingTold(Told):
    """What a merchant holds, by the round in which it came: 1, 2, 3, or later."""

    first: str
    second: str
    third: str
    later: str
    total: str


class CashRequestTold(Told):
    """A request of cash that is open; the treasurer pays it from `payable_from` on."""

    number: int
    amount: str
    requested_at: int
    payable_from: int


class MerchantCurrency(Told):
    """The project currency of a merchant: held, of it asked for in cash, free; and the premiums it owes.

    What is free may be paid on, asked for in cash, or netted against `owed`.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            merchant=4,
            holding={"first": "60000", "second": "9000", "third": "0", "later": "0", "total": "69000"},
            requested="1000",
            free="68000",
            owed="2100",
            cash_requests=[
                {"number": 3, "amount": "1000", "requested_at": 1795000000, "payable_from": 1795864000}
            ],
        )
    )

    merchant: int
    holding: HoldingTold
    requested: str
    free: str
    owed: str
    cash_requests: list[CashRequestTold]


class RedemptionInstalmentTold(Told):
    """A payment of a redemption: its credits burnt as it was paid."""

    amount: str
    at: int
    transaction: str


class RedemptionTold(Told):
    """Credits paid back to a member or to the heirs; `payee` is the commitment that was given."""

    model_config = ConfigDict(
        json_schema_extra=example(
            **_REDEMPTION,
            payments=[{"amount": "40000", "at": 1795200000, "transaction": "0x" + "9e" * 32}],
        )
    )

    number: int
    member: int
    state: RedemptionStateName
    reason: Literal["retirement", "heirs"]
    amount: str
    paid: str
    payee: str
    attested_at: int | None = None
    approved_at: int | None = None
    closed_at: int | None = None
    payments: list[RedemptionInstalmentTold]


class Redemptions(Told):
    """A member's redemptions, by ascending number; `next` is the `after` of the following page, if any."""

    model_config = ConfigDict(json_schema_extra=example(items=[{**_REDEMPTION, "payments": []}], next=2))

    items: list[RedemptionTold]
    next: int | None = None


class SolvencyTold(Told):
    """What bounds every outflow: `liquid` (may be negative) stays above `floor` and above `due`.

    `liquid` = cash less project currency, awards not yet released and approved redemptions. `floor` is
    `floor_bps` of the `credits` owed to members, rounded up. After `attested_until` nothing is promised.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            liquid="812000",
            credits="1388204",
            floor_bps=2000,
            floor="277641",
            due="250000",
            attested_until=1825000000,
            is_attested=True,
        )
    )

    liquid: str
    credits: str
    floor_bps: int
    floor: str
    due: str
    attested_until: int | None = None
    is_attested: bool
