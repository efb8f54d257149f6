// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IRulebook} from "./IRulebook.sol";

/// @title The assembly: resolutions, and the ballots of members and directors
/// @notice People are counted, by member number, and never money. Roll, text, calls and charter are fixed when the notice is
/// given. Instants are seconds UTC.
interface IAssembly {
    /// @notice Where a resolution stands.
    enum State {
        Draft,
        Noticed,
        Open,
        Closed,
        Contestable,
        Final,
        Executed,
        Defeated,
        NoQuorum,
        Annulled,
        Expired
    }

    /// @notice A choice; `Sealed` until a sealed ballot is opened.
    enum Choice {
        Sealed,
        For,
        Against,
        Abstain
    }

    /// @notice Why a ballot of a batch was skipped.
    enum BallotRefusal {
        None,
        Malformed,
        NotOnRoll,
        TermEnded,
        InterestDeclared,
        StaleSequence,
        BadSignature
    }

    /// @notice A resolution as it stands; of a draft only what was proposed.
    /// @param epoch The roll's, see {IMembership.rollEntries}.
    /// @param recordDay The day on which a member must be valid.
    /// @param rollSizes Who may vote, by category.
    /// @param charter The charter that binds it.
    /// @param text The hash of its text.
    /// @param calls The hash of what it does, `keccak256(abi.encode(Call[]))`.
    struct Resolution {
        IRulebook.Kind kind;
        uint32 proposer;
        uint16 charter;
        bool isExtended;
        bool isAnnulled;
        bool isExecuted;
        uint32 epoch;
        uint32 recordDay;
        uint32 sealedBatches;
        uint64 opensAt;
        uint64 closesAt;
        uint32[3] rollSizes;
        bytes32 text;
        bytes32 calls;
        IRulebook.Terms terms;
    }

    /// @notice What opens a sealed ballot; a choice of `Sealed`: this one stays closed.
    struct Opening {
        Choice choice;
        bytes32 salt;
    }

    event ResolutionProposed(
        uint32 indexed resolution, uint32 indexed member, IRulebook.Kind kind, bytes32 text, IRulebook.Call[] calls
    );
    event NoticeGiven(
        uint32 indexed resolution,
        uint32 indexed member,
        uint16 charter,
        uint32 epoch,
        uint32 recordDay,
        uint32[3] rollSizes,
        uint64 opensAt,
        uint64 closesAt
    );
    /// @notice Ballots counted: words `| choice 8 | sequence 8 | member 32 |`, see {BallotWords}.
    event BallotsCast(uint32 indexed resolution, bytes32[] ballots);
    /// @notice Sealed ballots taken; a refused one stands as two empty words.
    event SealedBallotsCast(uint32 indexed resolution, uint32 indexed batch, bytes32[] ballots, bytes32[] commitments);
    /// @notice Sealed ballots opened: words as in {BallotsCast}.
    event BallotsOpened(uint32 indexed resolution, uint32 indexed batch, bytes32[] ballots);
    event BallotRefused(uint32 indexed resolution, uint32 indexed member, uint8 sequence, BallotRefusal reason);
    event VoteExtended(uint32 indexed resolution, uint64 closesAt);
    event InterestDeclared(uint32 indexed resolution, uint32 indexed member);
    event ResolutionAnnulled(uint32 indexed resolution, bytes32 reason);
    event ResolutionExecuted(uint32 indexed resolution);

    error Assembly_ResolutionUnknown(uint32 actual, uint32 limit);
    error Assembly_WrongState(uint32 resolution, State actual, State limit);
    error Assembly_NotValid(uint32 member);
    error Assembly_BadSignature(uint32 member);
    error Assembly_NotDirector(uint32 member);
    error Assembly_NoticeTooShort(uint256 actual, uint256 limit);
    error Assembly_NoticeTooLong(uint256 actual, uint256 limit);
    error Assembly_NotSorted(uint32 actual, uint32 limit);
    error Assembly_LengthMismatch(uint256 actual, uint256 limit);
    error Assembly_BallotRefused(BallotRefusal reason);
    error Assembly_WrongMode(bool isSealed);
    error Assembly_GasTooLow(uint256 actual, uint256 limit);
    error Assembly_OtherCalls(bytes32 actual, bytes32 limit);
    error Assembly_OtherBatch(bytes32 actual, bytes32 limit);
    error Assembly_NotAssembly(address actual, address limit);

    /// @notice Files a resolution. Requires a valid member: the caller's key, or a signature over {proposalDigest}.
    /// @dev Emits {ResolutionProposed}.
    function propose(
        uint32 member,
        IRulebook.Kind kind,
        bytes32 text,
        IRulebook.Call[] calldata calls,
        bytes calldata signature
    ) external returns (uint32 resolution);

    /// @notice Gives notice of a draft, exactly as filed: fixes roll, charter and dates. Requires a director in office, or
    /// any valid member while there is none: the caller's key, or a signature over {noticeDigest}. The vote opens after the
    /// charter's notice, and at most sixty days later.
    /// @dev Emits {NoticeGiven}.
    function giveNotice(
        uint32 resolution,
        uint32 member,
        uint64 opensAt,
        IRulebook.Call[] calldata calls,
        bytes calldata signature
    ) external;

    /// @notice Counts signed ballots, of strictly ascending members. Anyone may call. A bad ballot is skipped.
    /// @dev Emits {BallotsCast}, {BallotRefused} for each that is skipped, and {VoteExtended} when due.
    /// @param ballots Words, see {BallotWords}. Each signed as
    /// `Ballot(uint32 resolution,uint32 member,uint8 choice,uint8 sequence,bytes32 text)`.
    /// @param signatures In the same order, each after its length in two bytes.
    function castBallots(uint32 resolution, bytes32[] calldata ballots, bytes calldata signatures) external;

    /// @notice Takes sealed ballots, as {castBallots}; `choice` is 0 in each word. Anyone may call.
    /// @dev Each signed as
    /// `SealedBallot(uint32 resolution,uint32 member,uint8 sequence,bytes32 commitment,bytes32 text)`.
    /// @param commitments Of each, `keccak256(abi.encode(resolution, member, choice, salt))`.
    function castSealedBallots(
        uint32 resolution,
        bytes32[] calldata ballots,
        bytes32[] calldata commitments,
        bytes calldata signatures
    ) external;

    /// @notice Votes without a signature. Requires the member's own key to call. Replaces an earlier ballot.
    function vote(uint32 resolution, uint32 member, Choice choice) external;

    /// @notice Opens sealed ballots of one batch, as {SealedBallotsCast} tells it, after closing. Anyone may call.
    /// @dev What does not fit, was replaced or is open already is passed over. Emits {BallotsOpened}.
    function openBallots(
        uint32 resolution,
        uint32 batch,
        bytes32[] calldata ballots,
        bytes32[] calldata commitments,
        Opening[] calldata openings
    ) external;

    /// @notice A director leaves a resolution of the board, with the ballot if there was one, for an interest in it.
    /// @dev Requires the caller's key, or a signature over {interestDigest}. Emits {InterestDeclared}.
    function declareInterest(uint32 resolution, uint32 member, bytes calldata signature) external;

    /// @notice Carries a final resolution out, once, with the calls that were noticed. Anyone may call.
    /// @dev Emits {ResolutionExecuted}.
    function execute(uint32 resolution, IRulebook.Call[] calldata calls) external;

    /// @notice Annuls a carried resolution in its contest window: nobody wins by it. Requires a resolution of its own.
    /// @dev Emits {ResolutionAnnulled}.
    /// @param reason The hash of the reasons.
    function annul(uint32 resolution, bytes32 reason) external;

    function resolutionCount() external view returns (uint32);
    function resolution(uint32 resolution_) external view returns (Resolution memory);
    function stateOf(uint32 resolution_) external view returns (State);
    /// @notice The ballots by category and choice, see {Tally}.
    function tally(uint32 resolution_) external view returns (bytes32);
    /// @notice The ballot that counts for a member; sequence 0: none.
    function ballotOf(uint32 resolution_, uint32 member) external view returns (uint8 sequence, Choice choice);
    /// @notice The digest of a batch of sealed ballots.
    function sealedBatch(uint32 resolution_, uint32 batch) external view returns (bytes32);
    /// @notice What a member's next proposal, notice or declaration carries.
    function nonce(uint32 member) external view returns (uint256);
    /// @notice EIP-712 `Proposal(uint32 member,uint8 kind,bytes32 text,bytes32 calls,uint256 nonce)`.
    function proposalDigest(uint32 member, IRulebook.Kind kind, bytes32 text, bytes32 calls)
        external
        view
        returns (bytes32);
    /// @notice EIP-712 `Notice(uint32 member,uint32 resolution,uint64 opensAt,uint256 nonce)`.
    function noticeDigest(uint32 member, uint32 resolution_, uint64 opensAt) external view returns (bytes32);
    /// @notice EIP-712 `Interest(uint32 member,uint32 resolution,uint256 nonce)`.
    function interestDigest(uint32 member, uint32 resolution_) external view returns (bytes32);
    /// @notice What a member signs to vote; see {castBallots}, and {castSealedBallots} when the resolution is sealed.
    function ballotDigest(uint32 resolution_, bytes32 ballot, bytes32 commitment) external view returns (bytes32);
    /// @notice Whether `key` signed, asked with a limit of gas by {castBallots}.
    function isSigned(bytes calldata key, bytes32 digest, bytes calldata signature) external view returns (bool);
}
