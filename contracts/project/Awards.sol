// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../interfaces/IAssembly.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Dossiers} from "./Dossiers.sol";

/// @title The vote on a project, its award, and how it ends
abstract contract Awards is Dossiers {
    /// @inheritdoc IProjectBook
    function putToVote(uint32 project_, uint32 resolution, IRulebook.Call[] calldata calls) external {
        Project storage p = _inState(project_, State.Eligible);
        IAssembly.State state = ASSEMBLY.stateOf(resolution);
        bool isAhead = state == IAssembly.State.Noticed || state == IAssembly.State.Open;
        bool isWhole = ASSEMBLY.resolution(resolution).calls == keccak256(abi.encode(calls));
        if (!isAhead || !isWhole || !_awards(calls, project_, p.amount)) {
            revert ProjectBook_NotPutToVote(resolution);
        }
        p.state = State.Balloted;
        p.resolution = resolution;
        emit PutToVote(project_, resolution);
    }

    /// @inheritdoc IProjectBook
    function loseVote(uint32 project_) external {
        Project storage p = _inState(project_, State.Balloted);
        IAssembly.State state = ASSEMBLY.stateOf(p.resolution);
        bool isLost = state == IAssembly.State.Defeated || state == IAssembly.State.NoQuorum
            || state == IAssembly.State.Annulled || state == IAssembly.State.Expired;
        if (!isLost) revert ProjectBook_VoteStanding(p.resolution);
        p.state = State.Eligible;
        emit VoteLost(project_, p.resolution);
    }

    /// @inheritdoc IProjectBook
    function award(uint32 project_, uint64 amount) external onlyGovernor {
        Project storage p = _inState(project_, State.Balloted);
        if (amount != p.amount) revert ProjectBook_WrongAmount(amount, p.amount);
        if (block.timestamp >= p.expiresAt) revert ProjectBook_TooLate(uint64(block.timestamp), p.expiresAt);
        uint256 awarded = awardedOf[p.call] + amount;
        uint256 budget = _calls[p.call].budget;
        if (awarded > budget) revert ProjectBook_BudgetSpent(awarded, budget);
        awardedOf[p.call] = awarded;
        p.state = State.Awarded;
        FUND.commit(project_, amount);
        emit ProjectAwarded(project_, amount);
    }

    /// @inheritdoc IProjectBook
    function pledgeCoFinancing(
        uint32 project_,
        uint64 amount,
        bytes32 financier,
        bytes32 evidence,
        bytes calldata signature
    ) external {
        Project storage p = _known(project_);
        _authorise("pledgeCoFinancing", p.applicant, project_, abi.encode(amount, financier, evidence), signature);
        emit CoFinancingPledged(project_, amount, financier, evidence);
    }

    /// @inheritdoc IProjectBook
    function receiveCoFinancing(uint32 project_, CoFinancing calldata money) external {
        MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);
        Project storage p = _known(project_);
        if (money.amount == 0) revert ProjectBook_WrongAmount(0, 1);
        if (sourceOf[money.source] != 0) revert ProjectBook_SourceUsed(sourceOf[money.source]);
        if (money.valuer != 0) {
            MEMBERSHIP.member(money.valuer); // Reverts for a number that is no member's.
            _requireUnrelated(project_, money.valuer);
        }
        sourceOf[money.source] = project_;
        p.received += money.amount;
        emit CoFinancingReceived(project_, money);
    }

    /// @inheritdoc IProjectBook
    function suspend(uint32 project_) external onlyGovernor {
        Project storage p = _running(project_);
        p.resumesTo = p.state;
        p.state = State.Suspended;
        emit ProjectSuspended(project_);
    }

    /// @inheritdoc IProjectBook
    function resume(uint32 project_) external onlyGovernor {
        Project storage p = _inState(project_, State.Suspended);
        p.state = p.resumesTo;
        emit ProjectResumed(project_);
    }

    /// @inheritdoc IProjectBook
    function terminate(uint32 project_) external onlyGovernor {
        Project storage p = _known(project_);
        if (!_isStanding(p.state)) revert ProjectBook_WrongState(project_, p.state, State.Active);
        _close(project_, p, State.Terminated);
    }

    /// @inheritdoc IProjectBook
    function lapse(uint32 project_) external {
        Project storage p = _known(project_);
        bool isCompleted = p.state == State.Completed || p.state == State.Evaluated;
        if (!isCompleted && !_isStanding(p.state)) revert ProjectBook_WrongState(project_, p.state, State.Active);
        if (block.timestamp < p.expiresAt) revert ProjectBook_TooEarly(uint64(block.timestamp), p.expiresAt);
        _close(project_, p, isCompleted ? p.state : State.Lapsed);
    }

    /// @inheritdoc IProjectBook
    function evaluate(uint32 project_, bytes32 report, bytes calldata signature) external {
        Project storage p = _inState(project_, State.Completed);
        uint32 attestor = _calls[p.call].attestor;
        _requireUnrelated(project_, attestor);
        _authorise("evaluate", attestor, project_, abi.encode(report), signature);
        p.state = State.Evaluated;
        emit ProjectEvaluated(project_, report);
    }

    /// @dev What was not released, and what was not spent, returns to the fund.
    function _close(uint32 project_, Project storage p, State state) private {
        uint64 recalled = p.amount - p.released;
        p.state = state;
        for (uint8 i = 0; i < _tranches[project_].length; ++i) {
            Progress storage t = _progress[project_][i];
            if (t.state != TrancheState.Released && t.state != TrancheState.Accounted) t.state = TrancheState.Recalled;
        }
        if (recalled != 0) FUND.uncommit(project_, recalled);
        uint64 unspent = CURRENCY.recall(project_);
        bool isLoan = p.instrument == Instrument.Loan;
        if (isLoan) p.repaid += unspent;
        if (unspent != 0) FUND.reclaim(project_, unspent, isLoan);
        emit ProjectClosed(project_, state, recalled, unspent);
    }

    function _isStanding(State state) private pure returns (bool) {
        return state == State.Awarded || state == State.Active || state == State.Suspended;
    }

    /// @dev Whether one of the calls is the award of this project.
    function _awards(IRulebook.Call[] calldata calls, uint32 project_, uint64 amount) private view returns (bool) {
        bytes32 wanted = keccak256(abi.encodeCall(IProjectBook.award, (project_, amount)));
        for (uint256 i = 0; i < calls.length; ++i) {
            if (calls[i].target == address(this) && keccak256(calls[i].data) == wanted) return true;
        }
        return false;
    }
}
