"""What the book of projects and the project currency refuse: one class for each of their errors."""

from endogene_token.errors.ledger import LedgerRefusal, UnknownEntryError


class ProjectError(LedgerRefusal):
    what = "The project's rules refuse: {actual}."
    advice = "Look at the project as it stands now, then try again."


class CallCriteriaError(ProjectError):
    what = "The call asks for criteria {actual}; the known ones are within {limit}."
    advice = "Choose the criteria from the list: each is one bit."


class CallClosedError(ProjectError):
    what = "The call closed at {limit}; it is {actual} now."
    advice = "Wait for the next call: a dossier is filed before the call closes."


class ProjectStateError(ProjectError):
    what = "Project {project} is {actual}; this needs one that is {limit}."
    advice = "Look at the project's steps: each has its time, and is done once."


class TrancheStateError(ProjectError):
    what = "Tranche {tranche} of project {project} is {actual}; this needs one that is {limit}."
    advice = "Look at the tranche's steps: claimed, reviewed, released, accounted for."


class TooManyEntriesError(ProjectError):
    what = "The dossier would hold {actual} entries of a kind; {limit} at most."
    advice = "Group them: a few lines are easier to follow."


class SamePartnerError(ProjectError):
    what = "This organisation, or who controls it, is in the grouping already, as partner {actual}."
    advice = "Name an organisation that another owner controls: one owner is one partner."


class DerivedFactError(ProjectError):
    what = "Criterion {actual} is not stated by the applicant: it follows from the dossier itself."
    advice = "Complete the partners, the co-financing sought or the mentor instead."


class FactRangeError(ProjectError):
    what = "Criterion {criterion} has the value {actual}; it goes from 1 to {limit}."
    advice = "Correct the value; the issues are numbered on the published list."


class PlanSumError(ProjectError):
    what = "The tranches or the lines add up to {actual} cents; the amount asked for is {limit}."
    advice = "Correct the plan: tranches and lines each add up to the amount."


class PlanExpiryError(ProjectError):
    what = "The project would end at {actual}; it is {limit} already."
    advice = "Choose a later end: what is unspent then returns to the fund."


class LoanScheduleError(ProjectError):
    what = "A loan needs instalments that begin in the future; a grant has none."
    advice = "Correct the schedule, or the instrument."


class NotAttestorError(ProjectError):
    what = "Member {actual} may not declare this; the call's attestor is member {limit}."
    advice = "Ask the attestor, or the member who is related."


class InterestedError(ProjectError):
    what = "Member {actual} is related to the project: it neither judges it nor is paid by it."
    advice = "Ask a member without an interest."


class SamePersonError(ProjectError):
    what = "Member {actual} would act twice: who applies, who reviews and who releases are three members."
    advice = "Ask another member."


class NotEligibleError(ProjectError):
    what = "The dossier misses criteria: {actual}, a bit for each."
    advice = "Look at what is missing, and have it attested."


class NotPutToVoteError(ProjectError):
    what = "Resolution {actual} does not put this project to the vote."
    advice = "Name a resolution that is noticed or open, with all its calls: one is the award of this amount."


class VoteStandingError(ProjectError):
    what = "Resolution {actual} may still award the project."
    advice = "Wait until it is defeated, annulled or expired."


class ProjectAmountError(ProjectError):
    what = "The amount is {actual} cents; it must be {limit}."
    advice = "Correct the amount: an award is what the plan asks for."


class CallBudgetError(ProjectError):
    what = "With this award the call would give {actual} cents; its budget is {limit}."
    advice = "Open another call, or award less."


class OtherClaimError(ProjectError):
    what = "What was signed is {actual}; what stands is {limit}."
    advice = "Read the claim or the account again, and sign exactly that one."


class NotAccountedError(ProjectError):
    what = "Tranche {actual} comes next; tranche {limit} was claimed."
    advice = "Account for the released tranche first: tranches follow one another."


class CoFinancingShortError(ProjectError):
    what = "{actual} cents of co-financing have come; {limit} must have, for what is out already."
    advice = "Have the treasurer book what has come: pledges do not count."


class TooLateError(ProjectError):
    what = "It is {actual}; the time for this ended at {limit}."
    advice = "What was not judged in time is claimed again; what has expired returns to the fund."


class TooEarlyError(ProjectError):
    what = "It is {actual}; the time for this begins at {limit}."
    advice = "Wait until then: the delay protects everyone."


class SourceUsedError(ProjectError):
    what = "This money serves project {actual} already."
    advice = "Book other money: the same co-financing does not count twice."


class NotLoanError(ProjectError):
    what = "Project {actual} is a grant: nothing of it is paid back."
    advice = "Look for the loan's number."


class MoreThanOwedError(ProjectError):
    what = "The amount is {actual} cents; {limit} are owed."
    advice = "Correct the amount: nobody pays, nets or is forgiven more than is owed."


class CurrencyError(LedgerRefusal):
    what = "The project currency refuses: {actual}."
    advice = "Nothing has moved; correct what it names and try again."


class MoreThanHeldError(CurrencyError):
    what = "The amount is {actual} cents; {limit} are held and free."
    advice = "Pay less, or wait for the next tranche; what is asked for in cash is not free."


class LineSpentError(CurrencyError):
    what = "The line would have spent {actual} cents; it holds {limit}."
    advice = "Choose another line of the budget, or pay less."


class InvoiceUsedError(CurrencyError):
    what = "The invoice {actual} is paid already."
    advice = "Each invoice is paid once, in one payment: look for the payment that stands."


class MerchantKindError(CurrencyError):
    what = "The merchant is of kind {actual}; the line may be spent at the kinds {limit}."
    advice = "Choose another line, or a merchant of such a kind."


class RelatedMerchantError(CurrencyError):
    what = "Merchant {limit} is related to project {actual}: the project may not pay it."
    advice = "Choose a merchant without a tie to the project."


class SameMerchantError(CurrencyError):
    what = "Merchant {actual} would pay itself."
    advice = "Name another merchant."


class CashLimitError(CurrencyError):
    what = "The merchant would have asked for {actual} cents in cash; the rules allow {limit}."
    advice = "Ask for less, spend it at another merchant, or net it against premiums."


class UnknownCallError(UnknownEntryError):
    what = "Call {actual} does not exist; the last is {limit}."
    advice = "Check the number of the call."


class UnknownProjectError(UnknownEntryError):
    what = "Project {actual} does not exist; the last is {limit}."
    advice = "Check the number of the project."


class UnknownTrancheError(UnknownEntryError):
    what = "Tranche {actual} does not exist: the project has {limit}, from 0."
    advice = "Check the number of the tranche."


class UnknownLineError(UnknownEntryError):
    what = "Line {actual} does not exist: the budget has {limit}, from 0."
    advice = "Check the number of the line."


class UnknownPartnerError(UnknownEntryError):
    what = "Partner {actual} does not exist: the grouping has {limit}, from 0."
    advice = "Check the number of the partner."


class UnknownInvoiceError(UnknownEntryError):
    what = "No project paid the invoice {actual}."
    advice = "Check the invoice."


class UnknownCashRequestError(UnknownEntryError):
    what = "The request of cash {actual} is not open."
    advice = "Check its number: a request is paid or dropped once."


class UnknownRedemptionError(UnknownEntryError):
    what = "Redemption {actual} does not exist; the last is {limit}."
    advice = "Check the number of the redemption."
