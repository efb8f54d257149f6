"""What the solvency gate and the redemption desk refuse: one class for each of their errors."""

from endogene_token.errors.ledger import AccessError, LedgerRefusal


class SolvencyError(LedgerRefusal):
    what = "The solvency gate refuses: {actual}."
    advice = "Nothing has moved; wait until more premiums are settled."


class NotAttestedError(SolvencyError):
    what = "The actuary's attestation ended at {limit}; it is {actual} now."
    advice = "Have the actuary attest again what members will be due: until then nothing is promised."


class AttestationTooLongError(SolvencyError):
    what = "The attestation would stand until {actual}; the rules allow {limit}."
    advice = "Choose an earlier end: what will be due changes."


class CoverageTooLowError(SolvencyError):
    what = "{actual} cents would stay liquid; the coverage of what is owed to members needs {limit}."
    advice = "Give less, or wait until more premiums are settled."


class DueNotCoveredError(SolvencyError):
    what = "{actual} cents would stay liquid; members will be due {limit}, as the actuary attests."
    advice = "Give less, or wait until more premiums are settled."


class NotBackedError(SolvencyError):
    what = "The fund has {actual} cents of cash; currency and redemptions would need {limit}."
    advice = "Wait until more premiums are settled: what is approved is always backed in full."


class PocketShortError(SolvencyError):
    what = "The pocket {pocket} holds {limit} cents; {actual} are asked of it."
    advice = "Take less, or have the rulebook name another pocket."


class OperatingNotAllowedError(SolvencyError):
    what = "The payment is of {actual} cents; resolutions allow {limit} more for operations."
    advice = "Put the expense to the board or the members first."


class JudgingTimeError(SolvencyError):
    what = "The time to judge a claim would be {actual} seconds; {limit} at least."
    advice = "Give the mentor and the directors time: what is not judged lapses."


class RedemptionError(LedgerRefusal):
    what = "The redemption is refused: {actual}."
    advice = "Nothing is paid; look at the redemption as it stands now."


class RedemptionStateError(RedemptionError):
    what = "Redemption {redemption} is {actual}; this needs one that is {limit}."
    advice = "Look at its steps: requested, attested, approved, paid."


class RedemptionOpenError(RedemptionError):
    what = "The member's redemption {actual} is still open."
    advice = "Finish or drop that one first: credits are paid back once."


class BeyondBalanceError(RedemptionError):
    what = "The amount is {actual} cents; the member has {limit} in credits."
    advice = "Ask for what is there."


class OtherPayeeError(RedemptionError):
    what = "The payee is {actual}; the redemption names {limit}."
    advice = "Pay the one that was approved, or drop the redemption and ask anew."


class SameOfficerError(RedemptionError):
    what = "The account {actual} attested this redemption: another officer approves it."
    advice = "Ask a second officer."


class RedemptionAmountError(RedemptionError):
    what = "The amount is {actual} cents; the redemption holds {limit}."
    advice = "Correct the amount."


class NotNeighbourError(AccessError):
    what = "The caller is {actual}; only the contract {limit} may do this."
    advice = "Call the contract that serves people instead: it checks what this one relies on."
