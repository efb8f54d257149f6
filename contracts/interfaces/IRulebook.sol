// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title The rulebook: versioned financial parameters, the by-laws of the vote, and who may decide what
/// @notice A version never changes. A batch is bound to the rules in force when it is recorded, a resolution to the
/// charter in force when its notice is given.
interface IRulebook {
    /// @notice The law that the cooperative is under. The charter's figures are checked against it.
    enum Profile {
        QcSolidarity,
        QcCic,
        FrScic
    }

    /// @notice Who decides: every valid member, or the directors in office.
    enum Body {
        GeneralAssembly,
        Board
    }

    /// @notice What carries a resolution: more for than against, or twice as many at least.
    enum Majority {
        Simple,
        TwoThirds
    }

    /// @notice How a sealed ballot that nobody opened counts: not at all, or as an abstention, for the quorum.
    enum Unopened {
        NotCast,
        Abstention
    }

    /// @notice What a resolution is about. The kind says the body, the quorum, the majority and the delays.
    enum Kind {
        Decision,
        Spending,
        MajorSpending,
        Rules,
        Office,
        Election,
        Annulment,
        MemberRebate,
        ByLaw
    }

    /// @notice One version of the financial parameters, in one slot.
    /// @param purchaseWindowDays How many days after its day a purchase or a reversal may still be recorded.
    /// @param reversalWindowDays How many days after a purchase it may be reversed.
    /// @param operationsBps The operations' part of a member's premium, in basis points.
    /// @param reserveBps The reserve's part of a member's premium, in basis points.
    /// @param rateNoticeDays Notice of a rate change, in days, at least one.
    /// @param keyRotationDelay Seconds before a member's new key takes over.
    struct Rules {
        uint16 purchaseWindowDays;
        uint16 reversalWindowDays;
        uint16 operationsBps;
        uint16 reserveBps;
        uint16 rateNoticeDays;
        uint32 keyRotationDelay;
    }

    /// @notice A pocket that a loss or a payment is taken from.
    enum Pocket {
        Free,
        Reserve,
        Operations
    }

    /// @notice One version of the rules of what goes out, in one slot. They bind from their publication on.
    /// @param coverageFloorBps Liquid assets / credits owed to members, at least, after an outflow.
    /// @param cashDelay Seconds from a merchant's request of cash to its payment, at least.
    /// @param cashLimit What one merchant may have asked for in cash and not got yet, in minor units.
    /// @param judgingTime Seconds in which a claim must be reviewed, and then released, or it lapses.
    /// @param longestAttestation Seconds that an actuary's attestation may stand, at most.
    /// @param debtPocket Bears a merchant's debt that is written off.
    /// @param loanPocket Bears the loss of a loan.
    struct OutflowRules {
        uint16 coverageFloorBps;
        uint32 cashDelay;
        uint64 cashLimit;
        uint32 judgingTime;
        uint32 longestAttestation;
        Pocket debtPocket;
        Pocket loanPocket;
    }

    /// @notice How a kind of resolution is decided, in one slot. Delays in seconds.
    /// @param isSealed Ballots stay hidden until closing.
    /// @param quorumBps The part of the roll that must vote, in basis points.
    /// @param notice From the notice to the opening, at least.
    /// @param voting From opening to closing; 0: the charter does not have this kind of resolution.
    /// @param contest How long a carried resolution may be annulled.
    /// @param validity How long it may then be executed.
    struct Procedure {
        Body body;
        Majority majority;
        bool isSealed;
        uint16 quorumBps;
        uint32 notice;
        uint32 voting;
        uint32 contest;
        uint32 validity;
    }

    /// @notice One version of the by-laws of the vote.
    /// @param collegeBps The weight of each category in the general assembly, in basis points (SCIC); else all 0: one
    /// member, one vote.
    /// @param boardSeats The directors' seats of each category.
    /// @param boardLimit The largest amount that the board may spend, in minor units: more is {Kind.MajorSpending}.
    /// @param lateWindow A quorum first reached in the last `lateWindow` seconds extends the vote by as many, once.
    /// @param opening How long sealed ballots may be opened after closing, in seconds.
    /// @param procedures By {Kind}.
    struct Charter {
        Profile profile;
        Unopened unopened;
        uint16[3] collegeBps;
        uint8[3] boardSeats;
        uint64 boardLimit;
        uint32 lateWindow;
        uint32 opening;
        Procedure[9] procedures;
    }

    /// @notice What a resolution that calls a function must be.
    /// @param granted Without it no resolution may call the function.
    /// @param amountWord For {Kind.Spending}: which word of the calldata, from 1, is the amount.
    struct Power {
        bool granted;
        Kind kind;
        uint8 amountWord;
    }

    /// @notice A power to grant at the founding.
    struct Grant {
        address target;
        bytes4 selector;
        Power power;
    }

    /// @notice What a resolution does once it is final.
    struct Call {
        address target;
        bytes data;
    }

    /// @notice The part of a charter that binds a resolution, in one slot.
    struct Terms {
        Body body;
        Majority majority;
        Unopened unopened;
        bool isSealed;
        uint16 quorumBps;
        uint32 contest;
        uint32 validity;
        uint32 lateWindow;
        uint32 opening;
        uint16[3] collegeBps;
    }

    event RulesPublished(uint16 indexed version, Rules rules);
    event OutflowRulesPublished(uint16 indexed version, OutflowRules rules);
    event CharterPublished(uint16 indexed version, Charter charter);
    event PowerSet(address indexed target, bytes4 indexed selector, Power power);

    error Rulebook_SplitTooHigh(uint256 actual, uint256 limit);
    error Rulebook_JudgingTimeTooShort(uint256 actual, uint256 limit);
    error Rulebook_NoticeTooShort(uint256 actual, uint256 limit);
    error Rulebook_VersionUnknown(uint16 actual, uint16 limit);
    error Rulebook_CollegeWeight(uint256 category, uint256 actual, uint256 limit);
    error Rulebook_CollegeSum(uint256 actual, uint256 limit);
    error Rulebook_WeightedVote(uint256 category, uint256 actual);
    error Rulebook_NoSeat();
    error Rulebook_TooManySeats(uint256 actual, uint256 limit);
    error Rulebook_SupportingSeats(uint256 actual, uint256 limit);
    error Rulebook_RebateForbidden();
    error Rulebook_QuorumTooHigh(Kind kind, uint256 actual, uint256 limit);
    error Rulebook_NoProcedure(Kind kind);
    error Rulebook_NoValidity(Kind kind);
    error Rulebook_NoOpening(Kind kind);
    error Rulebook_WrongBody(Kind kind);
    error Rulebook_ByLawMajority();
    error Rulebook_ContestTooShort(Kind kind, uint256 actual, uint256 limit);
    error Rulebook_ByLawOnly(bytes4 selector);
    error Rulebook_NoPower(address target, bytes4 selector);
    error Rulebook_NoAmount(uint256 actual, uint256 limit);
    error Rulebook_WrongKind(Kind actual, Kind limit);
    error Rulebook_KindAbsent(Kind kind);
    error Rulebook_AmountWord(Kind kind, uint8 amountWord);

    /// @notice Publishes the next version of the rules, in force at once. Requires the governor. Emits {RulesPublished}.
    function publish(Rules calldata rules_) external returns (uint16 version);

    /// @notice Publishes the next version of the rules of what goes out. Requires the governor.
    /// Emits {OutflowRulesPublished}.
    function publishOutflowRules(OutflowRules calldata rules_) external returns (uint16 version);

    /// @notice Publishes the next charter, for resolutions noticed from now on. Requires the governor.
    /// @dev Refuses a charter that breaks its own profile. Emits {CharterPublished}.
    function publishCharter(Charter calldata charter_) external returns (uint16 version);

    /// @notice Says which kind of resolution may call a function. Requires the governor. Emits {PowerSet}.
    /// @dev Upgrades, charters and powers stay matters of by-law.
    function setPower(address target, bytes4 selector, Power calldata power_) external;

    /// @notice The number of the rules in force; the first is 1.
    function currentVersion() external view returns (uint16);
    /// @notice The rules in force.
    function current() external view returns (Rules memory);
    function rules(uint16 version) external view returns (Rules memory);
    /// @notice The number of the rules of what goes out that are in force; 0: none, nothing goes out.
    function outflowVersion() external view returns (uint16);
    /// @notice The rules of what goes out, in force.
    function outflowRules() external view returns (OutflowRules memory);
    /// @notice The number of the charter in force; the first is 1.
    function charterVersion() external view returns (uint16);
    function charter(uint16 version) external view returns (Charter memory);
    /// @notice The terms of a resolution noticed now, its notice and its voting time.
    /// @dev Reverts when the charter in force lacks the kind, or a call is not a power of that kind, amounts added up.
    function bind(Kind kind, Call[] calldata calls)
        external
        view
        returns (uint16 version, uint32 notice, uint32 voting, Terms memory terms);
    /// @notice The directors' seats of a category, under the charter in force.
    function boardSeats(uint256 category) external view returns (uint256);
    /// @notice What a resolution that calls a function must be.
    function power(address target, bytes4 selector) external view returns (Power memory);
}
