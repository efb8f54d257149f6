"""What may be asked of the contracts, each as a call that a wallet sends."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from endogene_token.chain.artifacts import Name
from endogene_token.chain.community import Community
from endogene_token.chain.contracts import encode
from endogene_token.chain.views import Admission, Category, OutflowRules, Role, Rules
from endogene_token.receipts import ItemProof, Reversal, SignedPurchases, SignedReversals

# Limits of gas: bounds that hold for the worst inputs, since a transaction that runs out is lost for nothing.
PLAIN_GAS: Final = (
    500_000  # an officer's act writes a few slots at 22,100; a passkey's signature costs 260,000
)
ADMISSION_GAS: Final = (
    250_000  # a member: the record, the key (five slots), its holder, the account, an event
)
BATCH_GAS: Final = 200_000  # a batch of one, with its signature, costs half of that
PURCHASE_GAS: Final = (
    50_000  # a refused purchase: asked why, a new slot at 22,100, an event; a recorded one: 9,000
)
REVERSAL_GAS: Final = 200_000  # a proof of 48 words, three slots, an event


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction to be: its contract (None: a deployment), its data in hexadecimal, its limit of gas."""

    to: str | None
    data: str
    gas: int = PLAIN_GAS


def record_purchases(community: Community, signed: Sequence[SignedPurchases]) -> Call:
    """Record batches of purchases, of one or of several tills, all or none. Anyone may."""
    batches = [
        (b.till, b.merchant, b.first_sequence, b.words(), *_halves(one.signature))
        for one in signed
        for b in (one.batch,)
    ]
    items = sum(len(one.batch.items) for one in signed)
    return _call(community, "CommunityFund", "recordPurchases", batches, gas=_gas(len(signed), items))


def reverse_purchases(
    community: Community, signed: Sequence[SignedReversals], proofs: Sequence[Sequence[ItemProof | None]]
) -> Call:
    """Record batches of refunds, all or none, each with the proof of its purchase. Anyone may.

    `proofs` holds, for each batch, one proof for each of its refunds; None for a purchase that no recorded
    batch holds: the ledger then refuses the refund and goes on.
    """
    batches = [
        (
            *(one.batch.till, one.batch.merchant, one.batch.first_sequence),
            [_reversal(item) for item in one.batch.items],
            [((), ()) if proof is None else (proof.chunk, proof.hashes) for proof in own],
            *_halves(one.signature),
        )
        for one, own in zip(signed, proofs, strict=True)
    ]
    gas = BATCH_GAS * len(signed) + REVERSAL_GAS * sum(len(one.batch.items) for one in signed)
    return _call(community, "CommunityFund", "reversePurchases", batches, gas=gas)


def settle_premiums(community: Community, merchant: int, amount: int, reference: bytes) -> Call:
    """Book a payment (minor units); `reference`: the 32-byte commitment to the bank's. The treasurer may."""
    return _call(community, "CommunityFund", "settlePremiums", merchant, amount, reference)


def admit_members(community: Community, admissions: Sequence[Admission]) -> Call:
    """Admit members under the next numbers. The registrar may."""
    rows = [astuple(one) for one in admissions]
    return _call(community, "Membership", "admitMembers", rows, gas=PLAIN_GAS + ADMISSION_GAS * len(rows))


def set_validity(community: Community, member: int, valid_from: int, valid_until: int) -> Call:
    """Renew or end a membership: valid on the days `[valid_from, valid_until)`. The registrar may."""
    return _call(community, "Membership", "setValidity", member, valid_from, valid_until)


def set_category(community: Community, member: int, category: Category) -> Call:
    """Move a member to another college. The registrar may."""
    return _call(community, "Membership", "setCategory", member, int(category))


def request_key_rotation(community: Community, member: int, key: bytes, signature: bytes = b"") -> Call:
    """Ask for a new key. The registrar may, or anyone with the holder's signature."""
    return _call(community, "Membership", "requestKeyRotation", member, key, signature)


def cancel_key_rotation(community: Community, member: int, signature: bytes = b"") -> Call:
    """Cancel a change of key. The registrar may, or anyone with the holder's signature."""
    return _call(community, "Membership", "cancelKeyRotation", member, signature)


def complete_key_rotation(community: Community, member: int) -> Call:
    """Put the new key in place, its delay over. Anyone may."""
    return _call(community, "Membership", "completeKeyRotation", member)


def enrol_merchant(
    community: Community, member: int, rate_bps: int, exposure_limit: int, till_cap: int
) -> Call:
    """Make an organisation a merchant (basis points, minor units). The registrar may."""
    return _call(community, "Membership", "enrolMerchant", member, rate_bps, exposure_limit, till_cap)


def schedule_rate(community: Community, merchant: int, rate_bps: int, from_day: int) -> Call:
    """Change a merchant's rate from a day on. The registrar may."""
    return _call(community, "Membership", "scheduleRate", merchant, rate_bps, from_day)


def set_limits(community: Community, merchant: int, exposure_limit: int, till_cap: int) -> Call:
    """Change what a merchant may owe and its tills' cap (minor units). The treasurer may."""
    return _call(community, "Membership", "setLimits", merchant, exposure_limit, till_cap)


def set_merchant_kind(community: Community, merchant: int, kind: int) -> Call:
    """Say of which kind a merchant is (0 to 255), for the lines of a budget. The registrar may."""
    return _call(community, "Membership", "setMerchantKind", merchant, kind)


def suspend_merchant(community: Community, merchant: int) -> Call:
    """Stop a merchant's tills from recording purchases. The registrar may."""
    return _call(community, "Membership", "suspendMerchant", merchant)


def reinstate_merchant(community: Community, merchant: int) -> Call:
    """End a suspension. The registrar may."""
    return _call(community, "Membership", "reinstateMerchant", merchant)


def enrol_till(community: Community, merchant: int, key: str) -> Call:
    """Give a merchant its next till, whose key is an address. The registrar may."""
    return _call(community, "Membership", "enrolTill", merchant, key)


def revoke_till(community: Community, till: int) -> Call:
    """Revoke a till for good. The registrar may."""
    return _call(community, "Membership", "revokeTill", till)


def grant_role(community: Community, role: Role, account: str, until: int) -> Call:
    """Give an account a role until an instant (seconds since 1970). The governor may."""
    return _call(community, "Membership", "grantRole", int(role), account, until)


def revoke_role(community: Community, role: Role, account: str) -> Call:
    """End an account's role at once. The governor may."""
    return _call(community, "Membership", "revokeRole", int(role), account)


def hand_over(community: Community) -> Call:
    """Hand the founder's power to the assembly, for good. The founder may, once a director is seated."""
    return _call(community, "Membership", "handOver")


def publish_rules(community: Community, rules: Rules) -> Call:
    """Put the next version of the rulebook in force. The governor may."""
    return _call(community, "Rulebook", "publish", astuple(rules))


def publish_outflow_rules(community: Community, rules: OutflowRules) -> Call:
    """Put the next version of the rules of what goes out in force. The governor may."""
    return _call(community, "Rulebook", "publishOutflowRules", astuple(rules))


def attest_due(community: Community, due: int, until: int, evidence: bytes) -> Call:
    """Attest what members will be due (minor units), until an instant. The actuary may."""
    return _call(community, "CommunityFund", "attestDue", due, until, evidence)


def write_off_debt(community: Community, merchant: int, amount: int) -> Call:
    """Write off what a merchant owes (minor units). The governor may."""
    return _call(community, "CommunityFund", "writeOffDebt", merchant, amount)


def allow_operating(community: Community, amount: int, purpose: bytes) -> Call:
    """Allow operating payments (minor units); `purpose`: the hash of what for. The governor may."""
    return _call(community, "CommunityFund", "allowOperating", amount, purpose)


def pay_operating(community: Community, amount: int, reference: bytes) -> Call:
    """Book an operating payment; `reference`: the commitment to the bank's. The treasurer may."""
    return _call(community, "CommunityFund", "payOperating", amount, reference)


def _call(community: Community, name: Name, function: str, *arguments: object, gas: int = PLAIN_GAS) -> Call:
    return Call(community.address(name), encode(name, function, *arguments), gas)


def _gas(batches: int, items: int) -> int:
    return BATCH_GAS * batches + PURCHASE_GAS * items


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]


def _reversal(item: Reversal) -> tuple[int, int, int, int, int, bytes]:
    return (
        *(item.purchase_till, item.purchase_batch, item.purchase_sequence),
        *(item.amount, item.day, item.commitment),
    )
