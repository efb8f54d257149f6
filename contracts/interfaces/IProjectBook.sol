// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Development projects: calls, dossiers, awards, tranches and claims, co-financing, loans
/// @notice Amounts are minor units, instants seconds UTC, shares basis points. Whoever acts here is a member, by number:
/// see {IMemberActs}; `content` is said of each function. What a text or a piece of evidence says stays off the chain,
/// under its hash.
/// From the vote on, see {IProjectAwards}, at the same address.
interface IProjectBook {
    enum State {
        None,
        Draft,
        Submitted,
        Eligible,
        Balloted,
        Awarded,
        Active,
        Completed,
        Evaluated,
        Suspended,
        Terminated,
        Lapsed
    }

    enum TrancheState {
        Locked,
        Claimed,
        Reviewed,
        Released,
        Accounted,
        Rejected,
        Recalled
    }

    enum Instrument {
        Grant,
        Loan
    }

    /// @notice What a call may ask of a dossier.
    enum Criterion {
        Issue, // the number of a societal issue on the published list
        InterCooperation, // how many commitments to it
        Grouping, // told by the partners
        ShortCircuit, // how many commitments to it
        MerchantShare, // of the whole budget, spent at member merchants, in basis points
        Leverage, // told by the plan: outside money sought / amount, in basis points
        Mentor, // told by the mentor's own acceptance
        Evaluation, // the plan to evaluate it, by its hash
        Beneficiary // 1: a person, 2: a group, 3: the community
    }

    enum OrganisationKind {
        Enterprise,
        Cooperative,
        Association,
        Institution,
        LocalAuthority
    }

    /// @notice A call for projects, in two slots.
    /// @param budget What its awards may add up to.
    /// @param closesAt No dossier is submitted from then on.
    /// @param attestor The member who attests the facts of its dossiers.
    /// @param required A bit for each {Criterion}.
    /// @param minPartners How many organisations a grouping has at least.
    /// @param minKinds Of how many kinds they are at least; one is a local authority.
    struct Call {
        uint64 budget;
        uint64 closesAt;
        uint32 attestor;
        uint16 required;
        uint8 minPartners;
        uint8 minKinds;
        uint16 minMerchantShareBps;
        uint32 minLeverageBps;
        bytes32 text;
    }

    /// @notice What a dossier says of one criterion; `attestor` 0: nobody has attested it yet.
    struct Fact {
        uint64 value;
        uint32 attestor;
        bytes32 evidence;
    }

    /// @notice An organisation of the grouping.
    /// @param organisation A commitment to its registration, salted per dossier.
    /// @param controller A commitment to who controls it, under the same salt: one owner is one partner.
    /// @param member Its member number; 0: it is no member.
    struct Partner {
        OrganisationKind kind;
        uint32 member;
        bool attested;
        bytes32 organisation;
        bytes32 controller;
    }

    /// @param milestone The hash of what is to be reached.
    /// @param dueAt When it should be reached; later it is shown as late.
    struct Tranche {
        uint64 amount;
        uint64 dueAt;
        bytes32 milestone;
    }

    /// @param merchantKinds A bit for each kind of merchant at which the line may be spent.
    struct Line {
        uint64 amount;
        uint256 merchantKinds;
    }

    /// @notice Equal instalments, the last one taking what is left over.
    struct Loan {
        uint64 firstDueAt;
        uint32 interval;
        uint16 instalments;
    }

    /// @notice What a dossier asks for. Tranches and lines each add up to `amount`.
    /// @param sought Outside money that the project looks for.
    /// @param signer The member who spends for the project.
    /// @param expiresAt What is unspent then returns to the fund.
    struct Plan {
        Instrument instrument;
        uint32 mentor;
        uint32 signer;
        uint64 amount;
        uint64 sought;
        uint64 expiresAt;
        Loan loan;
        Tranche[] tranches;
        Line[] lines;
    }

    /// @param resolution The one that was put to the vote.
    /// @param released Tranches released so far.
    /// @param received Co-financing received so far; what is pledged is told by events alone.
    /// @param accounted How many tranches are accounted for, in order.
    struct Project {
        State state;
        State resumesTo;
        Instrument instrument;
        uint32 call;
        uint32 applicant;
        uint32 mentor;
        uint32 signer;
        uint32 resolution;
        uint64 amount;
        uint64 sought;
        uint64 expiresAt;
        uint64 released;
        uint64 received;
        uint64 repaid;
        uint64 writtenOff;
        uint8 accounted;
        bool isMentored;
        Loan loan;
        bytes32 text;
    }

    /// @param since When it came to this state.
    /// @param claim The hash of the claim that stands.
    struct Progress {
        TrancheState state;
        uint8 attempt;
        uint64 since;
        uint32 reviewer;
        bytes32 claim;
        bytes32 account;
    }

    event IssuesPublished(uint16 count, bytes32 text);
    event CallOpened(uint32 indexed call, Call terms);
    event ProjectDrafted(uint32 indexed project, uint32 indexed call, uint32 indexed applicant, bytes32 text);
    event PartnerAdded(uint32 indexed project, uint8 index, Partner partner);
    event PartnerAttested(uint32 indexed project, uint8 index, uint32 attestor);
    event FactStated(uint32 indexed project, Criterion indexed criterion, uint64 value, bytes32 evidence);
    event FactAttested(uint32 indexed project, Criterion indexed criterion, uint32 attestor);
    event RelationDeclared(uint32 indexed project, uint32 indexed member);
    event ProjectSubmitted(uint32 indexed project, Plan plan);
    event MentoringAccepted(uint32 indexed project, uint32 mentor);
    event ProjectEligible(uint32 indexed project);

    error ProjectBook_CallUnknown(uint32 actual, uint32 limit);
    error ProjectBook_BadCall(uint256 actual, uint256 limit);
    error ProjectBook_CallClosed(uint64 actual, uint64 limit);
    error ProjectBook_ProjectUnknown(uint32 actual, uint32 limit);
    error ProjectBook_WrongState(uint32 project, State actual, State limit);
    error ProjectBook_TooMany(uint256 actual, uint256 limit);
    error ProjectBook_SamePartner(uint8 index);
    error ProjectBook_DerivedFact(Criterion criterion);
    error ProjectBook_FactOutOfRange(Criterion criterion, uint64 actual, uint64 limit);
    error ProjectBook_PartnerUnknown(uint256 actual, uint256 limit);
    error ProjectBook_BadSum(uint256 actual, uint256 limit);
    error ProjectBook_BadExpiry(uint64 actual, uint64 limit);
    error ProjectBook_BadLoan();
    error ProjectBook_NotAttestor(uint32 actual, uint32 limit);
    error ProjectBook_Interested(uint32 member);
    error ProjectBook_SamePerson(uint32 member);
    error ProjectBook_Missing(uint16 criteria);
    error ProjectBook_WrongAmount(uint64 actual, uint64 limit);
    error ProjectBook_TooLate(uint64 actual, uint64 limit);

    /// @notice Publishes the list of societal issues, numbered from 1. Requires the governor. Emits {IssuesPublished}.
    function publishIssues(uint16 count, bytes32 text) external;

    /// @notice Opens a call. Requires the governor. Emits {CallOpened}.
    function openCall(Call calldata terms) external returns (uint32 call);

    /// @notice Begins a dossier. Content: `(text)`; subject: the call. Emits {ProjectDrafted}.
    function draft(uint32 call, uint32 applicant, bytes32 text, bytes calldata signature)
        external
        returns (uint32 project);

    /// @notice Adds an organisation to a draft. By the applicant. Content: `(partner)`. Emits {PartnerAdded}.
    function addPartner(uint32 project, Partner calldata partner, bytes calldata signature) external;

    /// @notice States a fact of a draft, or states it again. By the applicant. Content: `(criterion, value, evidence)`.
    /// Emits {FactStated}.
    function stateFact(uint32 project, Criterion criterion, uint64 value, bytes32 evidence, bytes calldata signature)
        external;

    /// @notice Declares that a member is related to the project: it neither judges it nor is paid by it. For good.
    /// @dev By the member itself, or by the call's attestor. Content: `(related)`. Emits {RelationDeclared}.
    function declareRelation(uint32 project, uint32 related, uint32 by, bytes calldata signature) external;

    /// @notice Files a draft with its plan, which nothing changes any more. By the applicant, before the call closes.
    /// @dev Content: `(plan)`. Emits {ProjectSubmitted}.
    function submit(uint32 project, Plan calldata plan, bytes calldata signature) external;

    /// @notice Takes the mentoring on. By the plan's mentor, who has no interest. Content: `()`. Emits {MentoringAccepted}.
    function acceptMentoring(uint32 project, bytes calldata signature) external;

    /// @notice Attests a fact of a submitted dossier, as it was stated. By the call's attestor, who has no interest.
    /// @dev Content: `(criterion, value, evidence)`. Emits {FactAttested}.
    function attestFact(uint32 project, Criterion criterion, bytes calldata signature) external;

    /// @notice Attests a partner. By the call's attestor. Content: `(index, partner)`. Emits {PartnerAttested}.
    function attestPartner(uint32 project, uint8 index, bytes calldata signature) external;

    /// @notice Makes a submitted dossier eligible that misses nothing. Anyone may call. Emits {ProjectEligible}.
    function qualify(uint32 project) external;

    function issueCount() external view returns (uint16);
    function callCount() external view returns (uint32);
    function projectCount() external view returns (uint32);
    function call(uint32 call_) external view returns (Call memory);
    /// @notice What the awards of a call add up to.
    function awardedOf(uint32 call_) external view returns (uint256);
    function project(uint32 project_) external view returns (Project memory);
    function fact(uint32 project_, Criterion criterion) external view returns (Fact memory);
    function partners(uint32 project_) external view returns (Partner[] memory);
    function tranches(uint32 project_) external view returns (Tranche[] memory);
    function lines(uint32 project_) external view returns (Line[] memory);
    function progress(uint32 project_, uint8 tranche) external view returns (Progress memory);
    function isRelated(uint32 project_, uint32 member) external view returns (bool);
    /// @notice The project that some outside money serves; 0: none.
    function sourceOf(bytes32 source) external view returns (uint32);
    /// @notice The required criteria that a dossier does not meet, or that nobody has attested: a bit for each.
    function missing(uint32 project_) external view returns (uint16);
}
