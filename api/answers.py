"""What the read-only routes answer. Amounts are strings of minor units."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.inbox_answers import DunningTold
from api.schemas import Told, example

ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


class Health(Told):
    """Whether the service stands. `chain_head` is null while no node answers: sales are accepted even so.

    `queue_depth` and `held` count purchases and refunds, `lag_blocks` the blocks not read yet.
    `sales_waiting` counts the sales of hosted tills that are neither recorded nor refused, `sales_held` those
    of them that cannot be now; `lines_waiting` and `lines_held` likewise the lines of long files that are no
    sales yet; `ballots_waiting` and `acts_waiting` what members signed and the ledger is to take.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            chain_head=1042,
            indexed_block=1042,
            lag_blocks=0,
            queue_depth=0,
            held=0,
            ok=True,
            **dict.fromkeys(("sales_waiting", "sales_held", "lines_waiting", "lines_held"), 0),
            **dict.fromkeys(("ballots_waiting", "acts_waiting"), 0),
        )
    )

    chain_head: int | None
    indexed_block: int | None
    lag_blocks: int | None
    queue_depth: int
    held: int
    sales_waiting: int
    sales_held: int
    lines_waiting: int
    lines_held: int
    ballots_waiting: int
    acts_waiting: int
    ok: bool


class RulesTold(Told):
    """The rulebook's parameters in force; the delay in seconds."""

    purchase_window_days: int
    reversal_window_days: int
    operations_bps: int
    reserve_bps: int
    rate_notice_days: int
    key_rotation_delay: int


class CommunityTold(Told):
    """Which ledger this is: what a till signs for, and a member.

    `passkey_verifier` begins the key of a member who signs with a passkey. `livemode` false: a sandbox.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            name="Endogène de Limoilou",
            chain_id=450045,
            membership=ADDRESS,
            credit=ADDRESS,
            fund=ADDRESS,
            rulebook=ADDRESS,
            assembly=ADDRESS,
            board=ADDRESS,
            project_book=ADDRESS,
            project_currency=ADDRESS,
            redemption_desk=ADDRESS,
            passkey_verifier=ADDRESS,
            currency="CAD",
            timezone="America/Toronto",
            livemode=True,
            rules={
                "purchase_window_days": 30,
                "reversal_window_days": 60,
                "operations_bps": 500,
                "reserve_bps": 500,
                "rate_notice_days": 30,
                "key_rotation_delay": 604800,
            },
        )
    )

    name: str
    chain_id: int
    membership: str
    credit: str
    fund: str
    rulebook: str
    assembly: str
    board: str
    project_book: str
    project_currency: str
    redemption_desk: str
    passkey_verifier: str
    currency: str
    timezone: str
    livemode: bool
    rules: RulesTold | None


class FundTold(Told):
    """The balance sheet as of a block, and what was recorded.

    cash + premiums_receivable + loans_receivable = credits_outstanding + merchant_prepayments
    + currency_outstanding + commitments + reserve + operations + free, which may be negative.

    Each count is the multiple of five at or below it, 0 for fewer than five: one more is not seen.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            currency="CAD",
            cash="1250000",
            premiums_receivable="310225",
            credits_outstanding="1388204",
            merchant_prepayments="12000",
            reserve="92010",
            operations="68011",
            loans_receivable="40000",
            currency_outstanding="150000",
            commitments="250000",
            free="-360000",
            purchases=6320,
            merchants=10,
            members=810,
            members_with_credits=640,
            block=1042,
            as_of="2026-11-21T18:04:05Z",
        )
    )

    currency: str
    cash: str
    premiums_receivable: str
    loans_receivable: str
    credits_outstanding: str
    merchant_prepayments: str
    currency_outstanding: str
    commitments: str
    reserve: str
    operations: str
    free: str
    purchases: int
    merchants: int
    members: int
    members_with_credits: int
    block: int | None
    as_of: str | None


class TillTold(Told):
    """A till. `next_sequence` comes after all that is queued; rate in basis points, of today.

    `next_sequence` and `till_cap` are null for who does not read the sales of the till.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            till=1,
            merchant=4,
            key=ADDRESS,
            next_sequence=128,
            revoked=False,
            rate_bps=280,
            till_cap="500000",
        )
    )

    till: int
    merchant: int
    key: str
    next_sequence: int | None = None
    revoked: bool
    rate_bps: int
    till_cap: str | None = None


class MemberTold(Told):
    """A member's own summary. `credits` is what the fund owes; `earned` before the refunds."""

    model_config = ConfigDict(
        json_schema_extra=example(
            number=1,
            category="user",
            valid_from="2026-01-01",
            valid_until="2031-01-01",
            credits="10422",
            earned="10922",
            purchases=37,
            spent="389940",
            refunded="17850",
        )
    )

    number: int
    category: Literal["user", "worker", "supporting"]
    valid_from: str
    valid_until: str | None
    credits: str
    earned: str
    purchases: int
    spent: str
    refunded: str


class RateTold(Told):
    """A rate, in basis points, from a day on."""

    from_day: str
    rate_bps: int


class MerchantTold(Told):
    """A merchant's own summary. It owes premiums, or has paid ahead; never both."""

    model_config = ConfigDict(
        json_schema_extra=example(
            number=4,
            status="active",
            rates=[{"from_day": "1970-01-01", "rate_bps": 280}],
            exposure_limit="500000",
            till_cap="500000",
            owed="12040",
            prepaid="0",
            premiums="112040",
            settled="100000",
            purchases=611,
            sales="4001428",
            tills=[{"till": 1, "next_sequence": 612, "revoked": False}],
            dunning={
                "merchant": 4,
                "day": "2026-11-22",
                "level": 0,
                "arrears": "0",
                "warned": False,
            },
        )
    )

    number: int
    status: Literal["active", "suspended"]
    rates: list[RateTold]
    exposure_limit: str
    till_cap: str
    owed: str
    prepaid: str
    premiums: str
    settled: str
    purchases: int
    sales: str
    tills: list[dict[str, Any]]
    dunning: DunningTold | None = Field(
        default=None,
        description="Where it stood at the last examination of arrears and limits; null before the first.",
    )


class Problem(Told):
    """What went wrong, after RFC 9457. `instance` names the request; other members carry more values."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra=example(
            type="/v1/problems/sequence",
            title="The batch begins at sequence 9; the next one of this till is 7.",
            status=409,
            detail="The batch begins at sequence 9; the next one of this till is 7. Send the missing one.",
            code="sequence",
            actual="9",
            limit="7",
            advice="Send the missing one.",
            instance="urn:uuid:6f0a5c5e-8c1c-4a38-9d0e-0f5f3f1f7a11",
        ),
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    actual: str | None
    limit: str | None
    advice: str
    instance: str
