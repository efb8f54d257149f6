"""What the contracts refuse: one class for each of their errors, and the table between both."""

from collections.abc import Sequence

from endogene_token.errors.base import EndogeneError


class LedgerRefusal(EndogeneError):  # noqa: N818  a refusal is the ledger's right answer, not its failure
    what = "The ledger refused: {actual}."
    advice = "Nothing has changed; correct what it names and try again."


class UnknownRefusalError(LedgerRefusal):
    what = "The ledger refused for a reason that this version does not know: {actual}."
    advice = "Nothing has changed; check that this program and the contracts are of the same version."


class BadSignatureError(LedgerRefusal):
    what = "The signature of the batch is that of {actual}; the key of the till is {limit}."
    advice = "Sign with the key of this till, for this chain and this fund, and change nothing after signing."


class SequenceError(LedgerRefusal):
    what = "The batch begins at sequence {actual}; the next one of this till is {limit}."
    advice = (
        "Lower, it repeats or overlaps what is recorded: send only what follows. "
        "Higher, a batch is missing: send that one first."
    )


class BatchEmptyError(LedgerRefusal):
    what = "The batch is empty."
    advice = "Send at least one item."


class BatchTooLargeError(LedgerRefusal):
    what = "The batch holds {actual} items; the ledger takes {limit} at most."
    advice = "Sign several smaller batches; the sequence goes on from one to the next."


class ExposureError(LedgerRefusal):
    what = "With this batch the merchant would owe {actual} cents; its limit is {limit}."
    advice = "The batch stays queued: settle what is owed, or ask the board to raise the limit."


class BankReferenceUsedError(LedgerRefusal):
    what = "The bank reference {actual} has already settled a payment."
    advice = "Check the bank statement: each payment has its own reference and is recorded once."


class AmountZeroError(LedgerRefusal):
    what = "The amount is zero."
    advice = "Give the amount received, in cents."


class ProofCountError(LedgerRefusal):
    what = "The batch of reversals comes with {actual} proofs; it needs {limit}."
    advice = "Send one proof for each reversal of the batch, in the same order."


class WrongMerchantError(LedgerRefusal):
    what = "The batch names merchant {actual}; the till belongs to merchant {limit}."
    advice = "Check the number of the merchant in the settings of the till."


class TillRevokedError(LedgerRefusal):
    what = "Till {actual} is revoked: it records nothing any more."
    advice = "Ask the registrar for a new till, and record there what is still queued."


class MerchantSuspendedError(LedgerRefusal):
    what = "Merchant {actual} is suspended."
    advice = "The purchases stay queued; the cooperative can lift the suspension."


class KeyTakenError(LedgerRefusal):
    what = "The key {actual} already serves someone else."
    advice = "Make a new key: each one serves one till or one member."


class RateTooSoonError(LedgerRefusal):
    what = "The rate would change on day {actual}; with the notice due, the first possible day is {limit}."
    advice = "Choose a later day: a rate changes after notice, never backwards."


class RotationPendingError(LedgerRefusal):
    what = "Member {actual} already has a change of key under way."
    advice = "Wait until it ends, or cancel it."


class RotationTooEarlyError(LedgerRefusal):
    what = "The change of key cannot end at {actual}: the delay runs until {limit}."
    advice = "Try again after this delay; meanwhile the holder can cancel the change."


class NoRotationError(LedgerRefusal):
    what = "Member {actual} has no change of key under way."
    advice = "Ask for the change of key first."


class BadValidityError(LedgerRefusal):
    what = "The membership would end at {limit}, which is not after its beginning, {actual}."
    advice = "Give an end that comes after the beginning."


class BadParametersError(LedgerRefusal):
    what = "The rulebook cannot hold these parameters: {actual}, where the limit is {limit}."
    advice = "Correct the parameter, then put the resolution again."


class NonTransferableError(LedgerRefusal):
    what = "Community credits do not move from one member to another."
    advice = "A credit stays with its member until it is paid back; there is no transfer to make."


class UnknownEntryError(LedgerRefusal):
    what = "The register does not hold {actual}."
    advice = "Check the number, or ask the registrar."


class UnknownTillError(UnknownEntryError):
    what = "The register does not hold till {actual}."
    advice = "Check the number of the till, or ask the registrar to enrol it."


class UnknownMerchantError(UnknownEntryError):
    what = "The register does not hold merchant {actual}."
    advice = "Check the number of the merchant, or ask the registrar to enrol it."


class UnknownMemberError(UnknownEntryError):
    what = "The register does not hold member {actual}."
    advice = "Check the number on the card, or ask the registrar to enrol this person."


class AccessError(LedgerRefusal):
    what = "{actual} may not do this."
    advice = "Ask an officer whose role allows it."


class MissingRoleError(AccessError):
    what = "{actual} does not hold the role {limit}, or holds it no longer."
    advice = "Ask an officer who holds this role, or have the role renewed."


class NotTreasurerError(AccessError):
    what = "{actual} is not the treasurer."
    advice = "Only the treasurer records settlements: use the treasurer's key, or have the role renewed."


class NotGovernorError(AccessError):
    what = "{actual} may not change the rulebook; only {limit} may."
    advice = "Put the change to the assembly: it alone changes the rulebook."


class NotFundError(AccessError):
    what = "{actual} may not write credits; only the fund, {limit}, may."
    advice = "Record a purchase: it is the fund that writes the credit."


class NotMembershipError(AccessError):
    what = "{actual} may not enrol accounts of credits; only the register, {limit}, may."
    advice = "Enrol the member in the register: it opens the account."


BY_CONTRACT_ERROR: dict[str, type[LedgerRefusal]] = {
    "CommunityFund_BadSignature": BadSignatureError,
    "CommunityFund_BatchEmpty": BatchEmptyError,
    "CommunityFund_BatchTooLarge": BatchTooLargeError,
    "CommunityFund_OverExposure": ExposureError,
    "CommunityFund_ReferenceUsed": BankReferenceUsedError,
    "CommunityFund_AmountZero": AmountZeroError,
    "CommunityFund_ProofCount": ProofCountError,
    "CommunityFund_NotTreasurer": NotTreasurerError,
    "Membership_SequenceMismatch": SequenceError,
    "Membership_WrongMerchant": WrongMerchantError,
    "Membership_TillRevoked": TillRevokedError,
    "Membership_TillUnknown": UnknownTillError,
    "Membership_MerchantSuspended": MerchantSuspendedError,
    "Membership_MerchantUnknown": UnknownMerchantError,
    "Membership_MemberUnknown": UnknownMemberError,
    "Membership_KeyTaken": KeyTakenError,
    "Membership_MissingRole": MissingRoleError,
    "Membership_RateTooSoon": RateTooSoonError,
    "Membership_RotationPending": RotationPendingError,
    "Membership_RotationTooEarly": RotationTooEarlyError,
    "Membership_NoRotation": NoRotationError,
    "Membership_BadValidity": BadValidityError,
    "Rulebook_NotGovernor": NotGovernorError,
    "Rulebook_BadParameters": BadParametersError,
    "CommunityCredit_NonTransferable": NonTransferableError,
    "CommunityCredit_NotFund": NotFundError,
    "CommunityCredit_NotMembership": NotMembershipError,
}


def from_contract(name: str, arguments: Sequence[object] = ()) -> LedgerRefusal:
    """Return the refusal for a contract's error `name` and its decoded `arguments`: actual, limit.

    A name that the table does not hold gives an UnknownRefusalError, which shows the name and the arguments.
    """
    kind = BY_CONTRACT_ERROR.get(name)
    if kind is None:
        return UnknownRefusalError(actual=f"{name}({', '.join(map(str, arguments))})")
    actual, limit, *_ = *arguments, None, None
    return kind(actual=actual, limit=limit)
