"""What the assembly, the board, the guardian and the charter refuse: one class for each of their errors."""

from endogene_token.errors.ledger import AccessError, LedgerRefusal, UnknownEntryError


class ResolutionError(LedgerRefusal):
    what = "The assembly refused: {actual}."
    advice = "Look at the resolution as it stands now, then try again."


class WrongStateError(ResolutionError):
    what = "Resolution {resolution} is {actual}; this needs one that is {limit}."
    advice = "Look at its dates and its outcome: each act has its time, and is done once."


class MemberSignatureError(ResolutionError):
    what = "Neither the caller nor the signature is the key of member {actual}."
    advice = "Sign again with the key that the register holds now: each signature serves once."


class MemberNotValidError(ResolutionError):
    what = "Member {actual} is not valid today."
    advice = "Ask the registrar to check the dates of this membership."


class NotDirectorError(ResolutionError):
    what = "Member {actual} is no director in office, or may not vote on this."
    advice = "Ask a director in office; a seat ends with its term, or by an election."


class SeatsTakenError(ResolutionError):
    what = "The category {category} would hold {actual} seats of the board; the charter gives it {limit}."
    advice = "Wait for a term to end, or put another charter to the members."


class VoteTooSoonError(ResolutionError):
    what = "The vote would open at {actual}; with the notice due, the first possible instant is {limit}."
    advice = "Choose a later opening, in seconds since 1970: everyone has the notice that the charter says."


class VoteTooFarError(ResolutionError):
    what = "The vote would open at {actual}; the last possible instant is {limit}."
    advice = "Choose an earlier opening, or give notice later: the roll is fixed at the notice."


class BallotsUnsortedError(ResolutionError):
    what = "The ballot of member {actual} comes after that of member {limit}."
    advice = "Send the ballots of a call by ascending member number, one for each member."


class BallotListsError(ResolutionError):
    what = "The lists of ballots do not match: a length of {actual}, where {limit} belongs."
    advice = "Send one signature, and where it is sealed one commitment, for each ballot, in the same order."


class BallotModeError(ResolutionError):
    what = "A sealed ballot was cast in an open vote, or an open one in a sealed vote."
    advice = "Look whether the resolution is sealed, make the ballot anew and sign it."


class BallotRefusedError(ResolutionError):
    what = "The ballot does not count: {actual}."
    advice = "Check the member number, the choice, and whether the member was on the roll at the notice."


class GasTooLowError(ResolutionError):
    what = "{actual} units of gas are left; asking a contract whether it signed takes {limit}."
    advice = "Send the same again with a higher limit of gas."


class OtherCallsError(ResolutionError):
    what = "These calls have the hash {actual}; those of the resolution have {limit}."
    advice = "Give the very calls that were filed: nothing else can be noticed or executed."


class OtherBatchError(ResolutionError):
    what = "This batch of sealed ballots has the digest {actual}; the recorded one has {limit}."
    advice = "Take the ballots and commitments of the batch as the chain told them, refused ones as zeros."


class HandedOverError(LedgerRefusal):
    what = "The community is handed over already: {actual} governs it."
    advice = "There is nothing left to hand over; put what you want to the assembly."


class NoDirectorError(LedgerRefusal):
    what = "No director is in office."
    advice = "Seat one at least before handing over: the assembly needs somebody who may give notice."


class DayNotBegunError(LedgerRefusal):
    what = "Day {actual} has not begun; today is day {limit}, in UTC."
    advice = "Count up to today; days count from 1970-01-01."


class PausedError(LedgerRefusal):
    what = "The fund is paused until {actual}, in seconds since 1970."
    advice = "What is queued stays queued; the pause ends by itself, or by a resolution."


class PauseSpentError(LedgerRefusal):
    what = "The guardian has used its pause."
    advice = "Put it to the board: a resolution ends or prolongs the pause, and gives the guardian another."


class PauseTooLongError(LedgerRefusal):
    what = "The pause would last until {actual}; the longest possible ends at {limit}."
    advice = "Give an earlier end, in seconds since 1970; another resolution can prolong it."


class PowerError(LedgerRefusal):
    what = "No resolution may do this: {actual}."
    advice = "Look in the rulebook which kind of resolution may call what."


class NoPowerError(PowerError):
    what = "No resolution may call {limit} of {actual}."
    advice = "Check the address and the function; a by-law resolution can give this power."


class WrongKindError(PowerError):
    what = "The resolution is of the kind {actual}; its calls need the kind {limit}."
    advice = "File it again under this kind; amounts of one resolution add up."


class KindAbsentError(PowerError):
    what = "The charter in force has no resolutions of the kind {actual}."
    advice = "Choose another kind, or put another charter to the members."


class AmountMissingError(PowerError):
    what = "A call is {actual} bytes long; its amount ends at byte {limit}."
    advice = "Give the call whole, as the function expects it."


class AmountWordError(PowerError):
    what = "A power of the kind {actual} cannot have its amount in word {limit}."
    advice = "Name the word of the amount, from 1, for spending, and 0 for everything else."


class ByLawOnlyError(PowerError):
    what = "The function {actual} stays a matter of by-law."
    advice = "Upgrades, charters and powers take a by-law resolution: keep this kind."


class CharterError(LedgerRefusal):
    what = "The charter breaks its law: {actual}."
    advice = "Correct the charter, then publish it again."


class CollegeWeightError(CharterError):
    what = "College {category} would weigh {actual} basis points; the law's bound is {limit}."
    advice = "Give each of the three colleges from 10 to 50 % of the votes."


class CollegeSumError(CharterError):
    what = "The colleges would weigh {actual} basis points together; the whole is {limit}."
    advice = "Give weights that make up the whole."


class WeightedVoteError(CharterError):
    what = "College {category} would weigh {actual} basis points, where each member has one vote."
    advice = "Leave all weights at 0: only the SCIC profile weighs its colleges."


class NoSeatError(CharterError):
    what = "The board would have no seat."
    advice = "Give the board one seat at least."


class TooManySeatsError(CharterError):
    what = "The board would have {actual} seats; the most is {limit}."
    advice = "Give it fewer seats."


class SupportingSeatsError(CharterError):
    what = "Supporting members would hold {actual} seats; a third of the board is {limit}."
    advice = "Give them fewer seats, or the other categories more."


class RebateForbiddenError(CharterError):
    what = "This profile pays no rebate to members."
    advice = "Leave resolutions of this kind out of the charter."


class QuorumTooHighError(CharterError):
    what = "The quorum of the kind {kind} is {actual} basis points; the whole roll is {limit}."
    advice = "Give a part of the roll, in basis points."


class NoProcedureError(CharterError):
    what = "The charter leaves out how resolutions of the kind {actual} are voted."
    advice = "Give this kind a voting time: the community cannot do without it."


class NoValidityError(CharterError):
    what = "Resolutions of the kind {actual} would have no time in which to be executed."
    advice = "Give this kind a validity, in seconds."


class NoOpeningError(CharterError):
    what = "Resolutions of the kind {actual} are sealed, and there is no time to open their ballots."
    advice = "Give the charter an opening time, in seconds."


class WrongBodyError(CharterError):
    what = "Resolutions of the kind {actual} belong to the members, and to nobody else."
    advice = "Give this kind to the general assembly."


class ByLawMajorityError(CharterError):
    what = "A by-law would take less than two thirds of the votes."
    advice = "Give by-laws the majority of two thirds."


class ContestTooShortError(CharterError):
    what = "The kind {kind} could be contested for {actual} seconds; it takes {limit} at least."
    advice = (
        "Prolong its contest window: an annulment needs the time to be decided, a by-law waits the longest."
    )


class UnknownResolutionError(UnknownEntryError):
    what = "There is no resolution {actual}; the last one is {limit}."
    advice = "Check the number of the resolution."


class NotAssemblyError(AccessError):
    what = "{actual} may not do this; only a resolution carried out by the assembly, {limit}, may."
    advice = "Put it to the vote: the assembly does it when the resolution is executed."
