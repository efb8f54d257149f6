// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectBook} from "./IProjectBook.sol";
import {IRulebook} from "./IRulebook.sol";

/// @title Votes on projects, awards, tranches and claims, co-financing, loans
/// @notice The extension of {IProjectBook}, at the same address. Who acts is a member, see {IMemberActs}.
interface IProjectAwards {
    /// @notice What a claim asks for; its hash is what reviewer and releaser sign.
    /// @param attempt Of the tranche, from 1.
    struct Claim {
        uint32 project;
        uint8 tranche;
        uint8 attempt;
        uint64 amount;
        uint32 payee;
        bytes32 evidence;
    }

    /// @notice Outside money, received.
    /// @param valuer Who valued what came in kind; 0: cash.
    /// @param receivedOn The day it came.
    /// @param source A commitment to financier and reference: the same money serves one project.
    struct CoFinancing {
        uint64 amount;
        uint32 valuer;
        uint32 receivedOn;
        bytes32 financier;
        bytes32 source;
        bytes32 evidence;
    }
    event PutToVote(uint32 indexed project, uint32 indexed resolution);
    event VoteLost(uint32 indexed project, uint32 indexed resolution);
    event ProjectAwarded(uint32 indexed project, uint64 amount);
    event TrancheClaimed(uint32 indexed project, uint8 indexed tranche, bytes32 claimHash, Claim claim);
    event ClaimReviewed(
        uint32 indexed project, uint8 indexed tranche, bytes32 claimHash, uint32 reviewer, bool approved
    );
    event TrancheReleased(
        uint32 indexed project, uint8 indexed tranche, bytes32 claimHash, uint32 releaser, uint64 amount
    );
    event ClaimLapsed(uint32 indexed project, uint8 indexed tranche, IProjectBook.TrancheState state);
    event AccountFiled(uint32 indexed project, uint8 indexed tranche, bytes32 account);
    event TrancheAccounted(uint32 indexed project, uint8 indexed tranche, bytes32 account, uint32 reviewer);
    event CoFinancingPledged(uint32 indexed project, uint64 amount, bytes32 financier, bytes32 evidence);
    event CoFinancingReceived(uint32 indexed project, CoFinancing money);
    event ProjectSuspended(uint32 indexed project);
    event ProjectResumed(uint32 indexed project);
    event ProjectCompleted(uint32 indexed project);
    event ProjectEvaluated(uint32 indexed project, bytes32 report);
    /// @param state Terminated or lapsed.
    /// @param recalled What was awarded and not released.
    /// @param unspent Project currency that returned to the fund.
    event ProjectClosed(uint32 indexed project, IProjectBook.State state, uint64 recalled, uint64 unspent);
    event LoanRepaid(uint32 indexed project, uint64 amount, bytes32 indexed bankReference);
    event LoanWrittenOff(uint32 indexed project, uint64 amount);
    error ProjectBook_WrongTranche(
        uint32 project, uint8 tranche, IProjectBook.TrancheState actual, IProjectBook.TrancheState limit
    );
    error ProjectBook_TrancheUnknown(uint256 actual, uint256 limit);
    error ProjectBook_LineUnknown(uint256 actual, uint256 limit);
    error ProjectBook_NotDirector(uint32 member);
    error ProjectBook_NotPutToVote(uint32 resolution);
    error ProjectBook_VoteStanding(uint32 resolution);
    error ProjectBook_BudgetSpent(uint256 actual, uint256 limit);
    error ProjectBook_OtherClaim(bytes32 actual, bytes32 limit);
    error ProjectBook_NotAccounted(uint8 actual, uint8 limit);
    error ProjectBook_CoFinancingShort(uint256 actual, uint256 limit);
    error ProjectBook_TooEarly(uint64 actual, uint64 limit);
    error ProjectBook_SourceUsed(uint32 project);
    error ProjectBook_NotLoan(uint32 project);
    error ProjectBook_MoreThanOwed(uint64 actual, uint64 limit);

    /// @notice Says which noticed resolution awards the project. Anyone may call. Emits {PutToVote}.
    /// @param calls Those of the resolution; one is the award.
    function putToVote(uint32 project, uint32 resolution, IRulebook.Call[] calldata calls) external;

    /// @notice Makes a project eligible again whose resolution was not carried, or expired. Anyone may call.
    /// Emits {VoteLost}.
    function loseVote(uint32 project) external;

    /// @notice Awards what the plan asks for. Requires the governor, a standing vote and the solvency gate.
    /// Emits {ProjectAwarded}.
    function award(uint32 project, uint64 amount) external;

    /// @notice Claims the next tranche, for the project's signer. By the applicant. Content: `(tranche, evidence)`.
    /// Emits {TrancheClaimed}.
    function claim(uint32 project, uint8 tranche, bytes32 evidence, bytes calldata signature)
        external
        returns (bytes32 claimHash);

    /// @notice Approves or rejects exactly this claim. By the mentor. Content: `(claimHash, approved)`.
    /// Emits {ClaimReviewed}.
    function review(uint32 project, uint8 tranche, bytes32 claimHash, bool approved, bytes calldata signature) external;

    /// @notice Releases exactly this claim. By a director who is neither applicant, signer nor mentor and has no interest.
    /// @dev Content: `(claimHash)`. Requires the solvency gate. Emits {TrancheReleased}.
    function release(uint32 project, uint8 tranche, bytes32 claimHash, uint32 releaser, bytes calldata signature)
        external;

    /// @notice Ends a claim that was not reviewed, or not released, in the rulebook's time: it may be claimed again.
    /// Anyone may call. Emits {ClaimLapsed}.
    function lapseClaim(uint32 project, uint8 tranche) external;

    /// @notice Files the account of a released tranche. By the applicant. Content: `(tranche, account)`.
    /// Emits {AccountFiled}.
    function fileAccount(uint32 project, uint8 tranche, bytes32 account, bytes calldata signature) external;

    /// @notice Accepts exactly this account. By the mentor. Content: `(tranche, account)`. Emits {TrancheAccounted}, and
    /// {ProjectCompleted} after the last tranche.
    function acceptAccount(uint32 project, uint8 tranche, bytes32 account, bytes calldata signature) external;

    /// @notice Shows a pledge, which counts for nothing. By the applicant. Content: `(amount, financier, evidence)`.
    /// Emits {CoFinancingPledged}.
    function pledgeCoFinancing(
        uint32 project,
        uint64 amount,
        bytes32 financier,
        bytes32 evidence,
        bytes calldata signature
    ) external;

    /// @notice Books outside money that has come. Requires the treasurer. Emits {CoFinancingReceived}.
    function receiveCoFinancing(uint32 project, CoFinancing calldata money) external;

    /// @notice Stops spending and claims for a while, of a completed project, too. Requires the governor.
    /// Emits {ProjectSuspended}.
    function suspend(uint32 project) external;

    /// @notice Ends a suspension. Requires the governor. Emits {ProjectResumed}.
    function resume(uint32 project) external;

    /// @notice Ends a project for good; what is not released or not spent returns. Requires the governor.
    /// Emits {ProjectClosed}.
    function terminate(uint32 project) external;

    /// @notice Does the same for a project that has expired; one that is completed, and not suspended, stays so, its
    /// unspent money returns, once. Anyone may call. Emits {ProjectClosed}.
    function lapse(uint32 project) external;

    /// @notice Records the evaluation of a completed project. By the call's attestor. Content: `(report)`.
    /// Emits {ProjectEvaluated}.
    function evaluate(uint32 project, bytes32 report, bytes calldata signature) external;

    /// @notice Books a loan's repayment. Requires the treasurer. Emits {LoanRepaid}.
    function repayLoan(uint32 project, uint64 amount, bytes32 bankReference) external;

    /// @notice Writes off a part of a loan, from the pocket that the rulebook names. Requires the governor.
    /// Emits {LoanWrittenOff}.
    function writeOffLoan(uint32 project, uint64 amount) external;
    /// @notice What a loan's schedule asks for by now, and how much of it has not come.
    function arrears(uint32 project_) external view returns (uint64 due, uint64 late);
    /// @notice What a spending needs to know. Reverts unless the project may spend now on this line.
    /// @return signer The member who signs.
    /// @return cap What the line holds in all.
    /// @return kinds The kinds of merchant of the line.
    function spendable(uint32 project_, uint8 line) external view returns (uint32 signer, uint64 cap, uint256 kinds);
}
