"""Every error of the project, in one tree.

    EndogeneError
    ├── InputError                      what a caller, a file or a setting gave
    │   ├── AmountError
    │   │   └── ZeroSaleError
    │   ├── RateError
    │   ├── SplitError
    │   ├── RangeError
    │   ├── LengthError
    │   ├── AddressError
    │   ├── TextError
    │   ├── DayError
    │   ├── BatchSizeError
    │   ├── PurchaseIdError
    │   ├── UnknownPurchaseError
    │   ├── DuplicateError
    │   │   └── ReceiptTakenError
    │   ├── ReceiptNumberError
    │   ├── ReceiptErasedError
    │   ├── StillWaitingError
    │   ├── RateDiffersError
    │   ├── UnknownCustomerError
    │   ├── NotRefusedError
    │   ├── NothingToSettleError
    │   ├── SettingError
    │   ├── ReturnError                 a refund that cannot be a reversal
    │   │   ├── ReturnWithoutPurchaseError
    │   │   ├── AlreadyReturnedError
    │   │   ├── ReturnTooLargeError
    │   │   └── WindowClosedError
    │   ├── JournalError                a till's journal in CSV
    │   │   ├── JournalMissingError
    │   │   ├── JournalChangedError
    │   │   ├── HeaderError
    │   │   ├── ColumnCountError
    │   │   ├── NumberError
    │   │   ├── MomentError
    │   │   ├── KindError
    │   │   ├── EncodingError
    │   │   ├── LineTooLongError
    │   │   └── DuplicateInvoiceError
    │   ├── BallotError                 what a member signs for the assembly
    │   │   ├── ChoiceError
    │   │   ├── SealBrokenError
    │   │   ├── TextMismatchError
    │   │   ├── ReceiptFileError
    │   │   ├── BallotNotCountedError
    │   │   ├── CallsFileError
    │   │   └── ActFileError
    │   ├── KeyShareError               the scrutineers' key, cut into shares
    │   │   ├── ShareFormatError
    │   │   ├── ShareCountError
    │   │   ├── ShareStrangerError
    │   │   └── ShareMismatchError
    │   ├── SignatureError              a member's signature, checked before it leaves
    │   │   ├── SignerKeyError
    │   │   ├── SignatureMismatchError
    │   │   ├── AssertionShapeError
    │   │   ├── ChallengeMismatchError
    │   │   └── HolderUnverifiedError
    │   ├── DeviceError                 a key that stays outside of this process
    │   │   ├── DeviceUnavailableError
    │   │   ├── DeviceRefusedError
    │   │   ├── DeviceAnswerError
    │   │   └── SignatureAwaitedError
    │   ├── BankFileError               a payment file for the bank
    │   │   ├── BankFieldError
    │   │   ├── BankAccountError
    │   │   ├── BankAmountError
    │   │   ├── BankTextError
    │   │   ├── BankDateError
    │   │   ├── BankFileEmptyError
    │   │   ├── BankFileFullError
    │   │   ├── BankReferenceTwiceError
    │   │   └── BankSchemaError
    │   ├── CalendarRangeError
    │   ├── StatementError              what the bank states
    │   │   ├── StatementTooLargeError
    │   │   ├── StatementElementsError
    │   │   ├── StatementXmlError
    │   │   ├── StatementDoctypeError
    │   │   ├── StatementDepthError
    │   │   ├── StatementKindError
    │   │   ├── StatementFieldError
    │   │   ├── StatementCurrencyError
    │   │   ├── StatementBalanceError
    │   │   ├── StatementEncodingError
    │   │   ├── StatementColumnError
    │   │   ├── StatementRowError
    │   │   └── StatementLayoutError
    │   ├── ChartError                  a chart of accounts
    │   │   ├── ChartMissingError
    │   │   ├── ChartFormatError
    │   │   ├── PocketWithoutAccountError
    │   │   ├── FlowWithoutAccountError
    │   │   ├── AccountUnknownError
    │   │   └── AccountSharedError
    │   ├── BooksError                  what the books are asked for
    │   │   ├── YearEmptyError
    │   │   ├── BooksDateError
    │   │   ├── BooksFileError
    │   │   ├── SirenError
    │   │   └── FecFaultError
    │   ├── RequestError                what an HTTP request gave
    │   │   ├── RequestShapeError
    │   │   ├── RequestTooLargeError
    │   │   ├── CredentialsError
    │   │   ├── UnknownPathError
    │   │   ├── UnknownProblemError
    │   │   ├── MethodError
    │   │   ├── ApiVersionError
    │   │   ├── CursorError
    │   │   ├── EventTypeError
    │   │   ├── IdempotencyKeyError
    │   │   ├── IdempotencyInFlightError
    │   │   ├── KeyRefusedError
    │   │   ├── ScopeMissingError
    │   │   └── GuessingError
    │   ├── QueueError                  why a batch waits in the relay's queue, or left it
    │   │   ├── SequenceTakenError
    │   │   ├── PredecessorRejectedError
    │   │   └── PurchasePendingError
    │   ├── OfficeError                 what the cooperative's office keeps
    │   │   ├── CardNumberError
    │   │   ├── UnknownCardError
    │   │   ├── RevokedCardError
    │   │   ├── CardHeldError
    │   │   ├── NoCardError
    │   │   ├── PhoneNumberError
    │   │   ├── UnknownPhoneError
    │   │   ├── NoPhoneError
    │   │   ├── PhoneTakenError
    │   │   ├── ConsentError
    │   │   ├── HolderError
    │   │   ├── ScopeUnfitError
    │   │   ├── UnknownKeyError
    │   │   ├── KeyEndedError
    │   │   ├── KeyRotatedError
    │   │   └── KeyCountError
    │   ├── HostedSaleError             what is sent for a till that the server keeps
    │   │   ├── BuyerUnknownError
    │   │   ├── NotHostedError
    │   │   ├── TillUnnamedError
    │   │   ├── TillBusyError
    │   │   ├── OtherCurrencyError
    │   │   ├── FractionError
    │   │   ├── SaleOpenError
    │   │   ├── ConnectorError          a shop's own software
    │   │   │   ├── ConnectorMissingError
    │   │   │   ├── WebhookSignatureError
    │   │   │   ├── PayloadError
    │   │   │   └── RefundMixedError
    │   │   └── UploadError             a file of sales in CSV
    │   │       ├── UploadEmptyError
    │   │       ├── TooManyRowsError
    │   │       ├── ColumnUnmappedError
    │   │       ├── AmountTextError
    │   │       └── DateOrderError
    │   ├── MonthlyStatementError       what a merchant gets at the end of a month
    │   │   ├── MonthError
    │   │   ├── MonthOpenError
    │   │   ├── MonthOrderError
    │   │   └── UnknownStatementError
    │   ├── BuyerError                  who bought, as a till notes it
    │   │   ├── BuyerCountError
    │   │   └── BuyerTextError
    │   ├── AgentError                  what a shop's software gives the till's agent
    │   │   ├── AgentFieldError
    │   │   ├── AgentHeaderError
    │   │   ├── AgentLineError
    │   │   ├── AgentTokenError
    │   │   └── ForeignSiteError
    │   ├── VotingError                 what a member sends to the assembly
    │   │   ├── BallotTakenError
    │   │   ├── OpeningMismatchError
    │   │   ├── ActNumberError
    │   │   ├── UnsignedBallotError
    │   │   ├── TextTooLongError
    │   │   └── UnkeptError
    │   │       ├── UnknownTextError
    │   │       ├── UnknownBallotError
    │   │       └── UnknownActError
    │   └── WebhookError                where a merchant is told what happened
    │       ├── WebhookUrlError
    │       ├── UnknownWebhookError
    │       ├── UnknownDeliveryError
    │       ├── WebhookCountError
    │       ├── WebhookDisabledError
    │       ├── SecretRotatingError
    │       └── DeliveryError           what became of a delivery
    │           ├── NameUnresolvedError
    │           ├── AddressRefusedError
    │           ├── EndpointSilentError
    │           ├── EndpointSlowError
    │           ├── EndpointRedirectsError
    │           ├── EndpointStatusError
    │           ├── EndpointGoneError
    │           └── DeliveriesEndedError
    ├── LedgerRefusal               what the contracts refuse
    │   ├── UnknownRefusalError
    │   ├── BadSignatureError
    │   ├── MalformedSignatureError
    │   ├── HolderSignatureError
    │   ├── SequenceError
    │   ├── BatchCountError
    │   ├── ExposureError
    │   ├── BankReferenceUsedError
    │   ├── AmountZeroError
    │   ├── ProofCountError
    │   ├── BadProofError
    │   ├── WrongMerchantError
    │   ├── TillRevokedError
    │   ├── MerchantSuspendedError
    │   ├── MerchantExistsError
    │   ├── MerchantStatusError
    │   ├── NotOrganisationError
    │   ├── KeyTakenError
    │   ├── KeyLengthError
    │   ├── AddressZeroError
    │   ├── RateTooSoonError
    │   ├── RateTooHighError
    │   ├── RotationPendingError
    │   ├── RotationTooEarlyError
    │   ├── NoRotationError
    │   ├── BadValidityError
    │   ├── ExpiryPastError
    │   ├── SplitTooHighError
    │   ├── NoticeTooShortError
    │   ├── NonTransferableError
    │   ├── CapacityError
    │   ├── ShortfallError
    │   ├── ReplacementError
    │   ├── ContractFaultError
    │   ├── UnknownEntryError       the register has no such number
    │   │   ├── UnknownTillError
    │   │   ├── UnknownMerchantError
    │   │   ├── UnknownMemberError
    │   │   ├── UnknownRulesError
    │   │   ├── UnknownCallError
    │   │   ├── UnknownProjectError
    │   │   ├── UnknownTrancheError
    │   │   ├── UnknownLineError
    │   │   ├── UnknownPartnerError
    │   │   ├── UnknownInvoiceError
    │   │   ├── UnknownCashRequestError
    │   │   ├── UnknownRedemptionError
    │   │   └── UnknownResolutionError
    │   ├── AccessError             the caller has not the right
    │   │   ├── MissingRoleError
    │   │   ├── NotGovernorError
    │   │   ├── NotFundError
    │   │   ├── NotMembershipError
    │   │   ├── NotRulebookError
    │   │   ├── NotNeighbourError
    │   │   └── NotAssemblyError
    │   ├── SolvencyError           what the gate before each outflow refuses
    │   │   ├── NotAttestedError
    │   │   ├── AttestationTooLongError
    │   │   ├── CoverageTooLowError
    │   │   ├── DueNotCoveredError
    │   │   ├── NotBackedError
    │   │   ├── PocketShortError
    │   │   ├── OperatingNotAllowedError
    │   │   └── JudgingTimeError
    │   ├── RedemptionError         what the redemption desk refuses
    │   │   ├── RedemptionStateError
    │   │   ├── RedemptionOpenError
    │   │   ├── BeyondBalanceError
    │   │   ├── OtherPayeeError
    │   │   ├── SameOfficerError
    │   │   └── RedemptionAmountError
    │   ├── ProjectError            what the book of projects refuses
    │   │   ├── CallCriteriaError
    │   │   ├── CallClosedError
    │   │   ├── ProjectStateError
    │   │   ├── TrancheStateError
    │   │   ├── TooManyEntriesError
    │   │   ├── SamePartnerError
    │   │   ├── DerivedFactError
    │   │   ├── FactRangeError
    │   │   ├── PlanSumError
    │   │   ├── PlanExpiryError
    │   │   ├── LoanScheduleError
    │   │   ├── NotAttestorError
    │   │   ├── InterestedError
    │   │   ├── SamePersonError
    │   │   ├── NotEligibleError
    │   │   ├── NotPutToVoteError
    │   │   ├── VoteStandingError
    │   │   ├── ProjectAmountError
    │   │   ├── CallBudgetError
    │   │   ├── OtherClaimError
    │   │   ├── NotAccountedError
    │   │   ├── CoFinancingShortError
    │   │   ├── TooLateError
    │   │   ├── TooEarlyError
    │   │   ├── SourceUsedError
    │   │   ├── NotLoanError
    │   │   └── MoreThanOwedError
    │   ├── CurrencyError           what the project currency refuses
    │   │   ├── MoreThanHeldError
    │   │   ├── LineSpentError
    │   │   ├── InvoiceUsedError
    │   │   ├── MerchantKindError
    │   │   ├── RelatedMerchantError
    │   │   ├── SameMerchantError
    │   │   └── CashLimitError
    │   ├── ResolutionError         what the assembly and the board refuse
    │   │   ├── WrongStateError
    │   │   ├── MemberSignatureError
    │   │   ├── MemberNotValidError
    │   │   ├── NotDirectorError
    │   │   ├── SeatsTakenError
    │   │   ├── VoteTooSoonError
    │   │   ├── VoteTooFarError
    │   │   ├── BallotsUnsortedError
    │   │   ├── BallotListsError
    │   │   ├── BallotModeError
    │   │   ├── BallotRefusedError
    │   │   ├── GasTooLowError
    │   │   ├── OtherCallsError
    │   │   └── OtherBatchError
    │   ├── HandedOverError
    │   ├── NoDirectorError
    │   ├── DayNotBegunError
    │   ├── PausedError
    │   ├── PauseSpentError
    │   ├── PauseTooLongError
    │   ├── PowerError              what a resolution may not call
    │   │   ├── NoPowerError
    │   │   ├── WrongKindError
    │   │   ├── KindAbsentError
    │   │   ├── AmountMissingError
    │   │   ├── AmountWordError
    │   │   └── ByLawOnlyError
    │   └── CharterError            a charter that breaks its law
    │       ├── CollegeWeightError
    │       ├── CollegeSumError
    │       ├── WeightedVoteError
    │       ├── NoSeatError
    │       ├── TooManySeatsError
    │       ├── SupportingSeatsError
    │       ├── RebateForbiddenError
    │       ├── QuorumTooHighError
    │       ├── NoProcedureError
    │       ├── NoValidityError
    │       ├── NoOpeningError
    │       ├── WrongBodyError
    │       ├── ByLawMajorityError
    │       └── ContestTooShortError
    ├── ChainError                      the node, the embedded chain
    │   ├── NodeUnavailableError
    │   ├── NodeAnswerError
    │   ├── WrongChainError
    │   ├── NotDeployedError
    │   ├── BrokenParentHashError
    │   ├── UnknownEventError
    │   ├── LedgerMismatchError
    │   ├── AuditError
    │   ├── RebuildDiffersError
    │   ├── BooksDifferError
    │   ├── ReplayMismatchError
    │   ├── ChainLockedError
    │   ├── MethodRefusedError
    │   ├── ForeignTransactionError
    │   └── UnconfirmedError
    ├── StoreError                      the databases and the disk
    │   ├── DatabaseUnavailableError
    │   ├── DatabaseTooNewError
    │   ├── DatabaseDamagedError
    │   ├── DiskFullError
    │   ├── WrongLedgerError
    │   │   └── WrongOutboxError
    │   ├── OutboxLockedError
    │   ├── OutOfStepError
    │   └── TrailBrokenError
    ├── SetupError                      this machine
    │   ├── PortTakenError
    │   ├── ToolMissingError
    │   ├── DataFolderError
    │   ├── SigningKeyError             a private key kept on this machine
    │   │   ├── KeyMissingError
    │   │   ├── KeyExposedError
    │   │   ├── KeyFormatError
    │   │   ├── KeyPasswordError
    │   │   └── KeyExistsError
    │   ├── OfficeKeyError
    │   ├── KeyModeError
    │   ├── ListenError
    │   ├── InboxError
    │   └── AgentRunningError
    └── ServiceError                    the API, seen from the SDK
        ├── ServiceUnavailableError
        ├── OverloadedError
        ├── AccessDeniedError
        ├── ServiceFailedError
        └── UnreadableAnswerError

A test compares this drawing with the classes: who adds a class draws it here and translates its two
sentences in `locale/fr.po`. Callers import from this package, not from its modules.
"""

# The stars keep this page from repeating the tree: every public name of the modules below is public here.
from endogene_token.errors.ballot import *  # noqa: F403
from endogene_token.errors.bank import *  # noqa: F403
from endogene_token.errors.base import *  # noqa: F403
from endogene_token.errors.books import *  # noqa: F403
from endogene_token.errors.contracts import *  # noqa: F403
from endogene_token.errors.input import *  # noqa: F403
from endogene_token.errors.ledger import *  # noqa: F403
from endogene_token.errors.office import *  # noqa: F403
from endogene_token.errors.outflow import *  # noqa: F403
from endogene_token.errors.project import *  # noqa: F403
from endogene_token.errors.request import *  # noqa: F403
from endogene_token.errors.sales import *  # noqa: F403
from endogene_token.errors.statement import *  # noqa: F403
from endogene_token.errors.system import *  # noqa: F403
from endogene_token.errors.till import *  # noqa: F403
from endogene_token.errors.vote import *  # noqa: F403
from endogene_token.errors.voting import *  # noqa: F403
from endogene_token.errors.webhooks import *  # noqa: F403
