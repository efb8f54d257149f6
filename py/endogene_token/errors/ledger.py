"""What the fund, the register and the rulebook refuse: one class for each of their errors."""

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


class MalformedSignatureError(LedgerRefusal):
    what = "The signature of the batch is none at all: {error}."
    advice = "Sign again with the key of the till, in the compact form of 64 bytes."


class HolderSignatureError(LedgerRefusal):
    what = "The signature is not that of member {actual}, for this change of key."
    advice = "Have the holder sign again: each signature serves once."


class SequenceError(LedgerRefusal):
    what = "The batch begins at sequence {actual}; the next one of this till is {limit}."
    advice = (
        "Lower, it repeats or overlaps what is recorded: send only what follows. "
        "Higher, a batch is missing: send that one first."
    )


class BatchCountError(LedgerRefusal):
    what = "The batch holds {actual} items; the ledger takes from 1 to {limit}."
    advice = "Sign batches of this size; the sequence goes on from one to the next."


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


class BadProofError(LedgerRefusal):
    what = "The proof of purchase {actual} of till {till} is not that of its recorded batch."
    advice = "Build the proof again from the recorded batch; the refund itself stays good."


class WrongMerchantError(LedgerRefusal):
    what = "The batch names merchant {actual}; the till belongs to merchant {limit}."
    advice = "Check the number of the merchant in the settings of the till."


class TillRevokedError(LedgerRefusal):
    what = "Till {actual} is revoked: it records nothing any more."
    advice = "Ask the registrar for a new till, and record there what is still queued."


class MerchantSuspendedError(LedgerRefusal):
    what = "Merchant {actual} is suspended."
    advice = "The purchases stay queued; the cooperative can lift the suspension."


class MerchantExistsError(LedgerRefusal):
    what = "Member {actual} is a merchant already."
    advice = "Change its rate or its limits instead."


class MerchantStatusError(LedgerRefusal):
    what = "The merchant is {actual}; this needs one that is {limit}."
    advice = "Look at the merchant again: someone may have done this before you."


class NotOrganisationError(LedgerRefusal):
    what = "Member {actual} is a person, not an organisation."
    advice = "Admit the business as a member of its own, then make that one a merchant."


class KeyTakenError(LedgerRefusal):
    what = "The key already serves member {actual}."
    advice = "Make a new key: each one serves one member."


class KeyLengthError(LedgerRefusal):
    what = "The key is {actual} bytes long; the ledger takes none, or at least {limit}."
    advice = "Give no key for a plastic card, 20 bytes for an address, more for a passkey."


class AddressZeroError(LedgerRefusal):
    what = "The address is zero."
    advice = "Give the address of the account or of the key."


class RateTooSoonError(LedgerRefusal):
    what = "The rate would change on day {actual}; with the notice due, the first possible day is {limit}."
    advice = "Choose a later day: a rate changes after notice, never backwards."


class RateTooHighError(LedgerRefusal):
    what = "The rate is {actual} basis points; the ledger takes {limit} at most."
    advice = "Give the rate in basis points: 280 stands for 2.8 %; the whole purchase is the limit."


class RotationPendingError(LedgerRefusal):
    what = "A change of this key is under way; it can end from {actual} on, in seconds since 1970."
    advice = "Wait until it ends, or cancel it."


class RotationTooEarlyError(LedgerRefusal):
    what = "The change of key cannot end at {actual}: the delay runs until {limit}."
    advice = "Try again after this delay; meanwhile the holder can cancel the change."


class NoRotationError(LedgerRefusal):
    what = "Member {actual} has no change of key under way."
    advice = "Ask for the change of key first."


class BadValidityError(LedgerRefusal):
    what = "The membership would end on day {limit} and begin on day {actual}."
    advice = "Give an end, not before the beginning; days count from 1970-01-01."


class ExpiryPastError(LedgerRefusal):
    what = "The role or the seat would end at {actual}, which is not after {limit}, the time of the chain."
    advice = "Give an end in the future, in seconds since 1970."


class SplitTooHighError(LedgerRefusal):
    what = "The rules would keep {actual} basis points of a premium; the whole is {limit}."
    advice = "Lower what goes to operations or to the reserve, then publish again."


class NoticeTooShortError(LedgerRefusal):
    what = "The rules would give {actual} days of notice of a rate; the least is {limit}."
    advice = "Give at least this notice, then publish again."


class NonTransferableError(LedgerRefusal):
    what = "Community credits do not move from one member to another."
    advice = "A credit stays with its member until it is paid back; there is no transfer to make."


class CapacityError(LedgerRefusal):
    what = "A figure of the ledger cannot take {actual}; its limit is {limit}."
    advice = "Check the amounts of the batch: no real one comes near this limit."


class ShortfallError(LedgerRefusal):
    what = "The ledger cannot take {actual} from a figure that holds {limit}."
    advice = "Check the amount; if it is right, show this message to the people who run the ledger."


class ReplacementError(LedgerRefusal):
    what = "A contract cannot be founded, replaced or called like this: {error}."
    advice = "Found through its proxy, once; replace its code by a resolution that names a whole contract."


class ContractFaultError(LedgerRefusal):
    what = "A contract stopped on a fault of its own: {error}."
    advice = "Nothing has changed; show this message to the people who run the ledger."


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


class UnknownRulesError(UnknownEntryError):
    what = "The rulebook has no version {actual}; the last one is {limit}."
    advice = "Check the number of the version."


class AccessError(LedgerRefusal):
    what = "{actual} may not do this."
    advice = "Ask an officer whose role allows it."


class MissingRoleError(AccessError):
    what = "{actual} does not hold the role {limit}, or holds it no longer."
    advice = "Ask an officer who holds this role, or have the role renewed."


class NotGovernorError(AccessError):
    what = "{actual} does not govern this community; {limit} does."
    advice = "Put it to the assembly: it alone grants roles, changes the rulebook and replaces contracts."


class NotFundError(AccessError):
    what = "{actual} may not move credits or sequences; only the fund, {limit}, may."
    advice = "Record a purchase: it is the fund that moves them."


class NotMembershipError(AccessError):
    what = "{actual} may not enrol accounts of credits; only the register, {limit}, may."
    advice = "Enrol the member in the register: it opens the account."


class NotRulebookError(AccessError):
    what = "{actual} may not change the rules of the fund; only the rulebook, {limit}, may."
    advice = "Publish the rules: the rulebook brings them to the fund."
