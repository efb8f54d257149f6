// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../interfaces/IAssembly.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IProjectAwards} from "../interfaces/IProjectAwards.sol";
import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {ProjectRegister} from "./ProjectRegister.sol";

/// @title The vote on a project, its award, and how it ends
abstract contract Awards is IProjectAwards, ProjectRegister {
    /// @inheritdoc IProjectAwards
    function putToVote(uint32 project_, uint32 resolution, IRulebook.Call[] calldata calls) external {
        IProjectBook.Project storage p = _inState(project_, IProjectBook.State.Eligible);
        IAssembly.State state = ASSEMBLY.stateOf(resolution);
        bool isAhead = state == IAssembly.State.Noticed || state == IAssembly.State.Open;
        bool isWhole = ASSEMBLY.resolution(resolution).calls == keccak256(abi.encode(calls));
        if (!isAhead || !isWhole || !_awards(calls, project_, p.amount)) {
            revert ProjectBook_NotPutToVote(resolution);
        }
        p.state = IProjectBook.State.Balloted;
        p.resolution = resolution;
        emit PutToVote(project_, resolution);
    }

    /// @inheritdoc IProjectAwards
    function loseVote(uint32 project_) external {
        IProjectBook.Project storage p = _inState(project_, IProjectBook.State.Balloted);
        IAssembly.State state = ASSEMBLY.stateOf(p.resolution);
        bool isLost = state == IAssembly.State.Defeated || state == IAssembly.State.NoQuorum
            || state == IAssembly.State.Annulled || state == IAssembly.State.Expired;
        if (!isLost) revert ProjectBook_VoteStanding(p.resolution);
        p.state = IProjectBook.State.Eligible;
        emit VoteLost(project_, p.resolution);
    }

    /// @inheritdoc IProjectAwards
    function award(uint32 project_, uint64 amount) external onlyGovernor {
        IProjectBook.Project storage p = _inState(project_, IProjectBook.State.Balloted);
        if (amount != p.amount) revert IProjectBook.ProjectBook_WrongAmount(amount, p.amount);
        if (block.timestamp >= p.expiresAt) {
            revert IProjectBook.ProjectBook_TooLate(uint64(block.timestamp), p.expiresAt);
        }
        uint256 awarded = _awardedOf[p.call] + amount;
        uint256 budget = _calls[p.call].budget;
        if (awarded > budget) revert ProjectBook_BudgetSpent(awarded, budget);
        _awardedOf[p.call] = awarded;
        p.state = IProjectBook.State.Awarded;
        FUND.commit(project_, amount);
        emit ProjectAwarded(project_, amount);
    }

    /// @inheritdoc IProjectAwards
    function pledgeCoFinancing(
        uint32 project_,
        uint64 amount,
        bytes32 financier,
        bytes32 evidence,
        bytes calldata signature
    ) external {
        IProjectBook.Project storage p = _known(project_);
        _authorise("pledgeCoFinancing", p.applicant, project_, abi.encode(amount, financier, evidence), signature);
        emit CoFinancingPledged(project_, amount, financier, evidence);
    }

    /// @inheritdoc IProjectAwards
    function receiveCoFinancing(uint32 project_, CoFinancing calldata money) external {
        MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);
        IProjectBook.Project storage p = _known(project_);
        if (money.amount == 0) revert IProjectBook.ProjectBook_WrongAmount(0, 1);
        if (_sourceOf[money.source] != 0) revert ProjectBook_SourceUsed(_sourceOf[money.source]);
        if (money.valuer != 0) {
            MEMBERSHIP.member(money.valuer); // Reverts for a number that is no member's.
            _requireUnrelated(project_, money.valuer);
        }
        _sourceOf[money.source] = project_;
        p.received += money.amount;
        emit CoFinancingReceived(project_, money);
    }

    /// @inheritdoc IProjectAwards
    function suspend(uint32 project_) external onlyGovernor {
        IProjectBook.Project storage p = _spending(project_);
        p.resumesTo = p.state;
        p.state = IProjectBook.State.Suspended;
        emit ProjectSuspended(project_);
    }

    /// @inheritdoc IProjectAwards
    function resume(uint32 project_) external onlyGovernor {
        IProjectBook.Project storage p = _inState(project_, IProjectBook.State.Suspended);
        p.state = p.resumesTo;
        emit ProjectResumed(project_);
    }

    /// @inheritdoc IProjectAwards
    function terminate(uint32 project_) external onlyGovernor {
        IProjectBook.Project storage p = _known(project_);
        if (!_isStanding(p.state)) {
            revert IProjectBook.ProjectBook_WrongState(project_, p.state, IProjectBook.State.Active);
        }
        _close(project_, p, IProjectBook.State.Terminated);
    }

    /// @inheritdoc IProjectAwards
    function lapse(uint32 project_) external {
        IProjectBook.Project storage p = _known(project_);
        bool isDone = p.state == IProjectBook.State.Completed || p.state == IProjectBook.State.Evaluated;
        if (!isDone && !_isStanding(p.state)) {
            revert IProjectBook.ProjectBook_WrongState(project_, p.state, IProjectBook.State.Active);
        }
        if (block.timestamp < p.expiresAt) revert ProjectBook_TooEarly(uint64(block.timestamp), p.expiresAt);
        if (isDone && CURRENCY.balanceOfProject(project_) == 0) revert IProjectBook.ProjectBook_WrongAmount(0, 1);
        _close(project_, p, isDone ? p.state : IProjectBook.State.Lapsed);
    }

    /// @inheritdoc IProjectAwards
    function evaluate(uint32 project_, bytes32 report, bytes calldata signature) external {
        IProjectBook.Project storage p = _inState(project_, IProjectBook.State.Completed);
        uint32 attestor = _calls[p.call].attestor;
        _requireUnrelated(project_, attestor);
        _authorise("evaluate", attestor, project_, abi.encode(report), signature);
        p.state = IProjectBook.State.Evaluated;
        emit ProjectEvaluated(project_, report);
    }

    /// @dev What was not released, and what was not spent, returns to the fund.
    function _close(uint32 project_, IProjectBook.Project storage p, IProjectBook.State state) private {
        uint64 recalled = p.amount - p.released;
        p.state = state;
        for (uint8 i = 0; i < _tranches[project_].length; ++i) {
            IProjectBook.Progress storage t = _progress[project_][i];
            if (t.state != IProjectBook.TrancheState.Released && t.state != IProjectBook.TrancheState.Accounted) {
                t.state = IProjectBook.TrancheState.Recalled;
            }
        }
        if (recalled != 0) FUND.uncommit(project_, recalled);
        uint64 unspent = CURRENCY.recall(project_);
        uint64 settled = _settle(p, unspent);
        if (settled != 0) FUND.reclaim(project_, settled, true);
        if (settled != unspent) FUND.reclaim(project_, unspent - settled, false);
        emit ProjectClosed(project_, state, recalled, unspent);
    }

    /// @dev The part of what comes back that a loan still owed; a borrower may have repaid what it had not spent.
    function _settle(IProjectBook.Project storage p, uint64 unspent) private returns (uint64 settled) {
        if (p.instrument != IProjectBook.Instrument.Loan) return 0;
        uint64 owed = p.released - p.repaid - p.writtenOff;
        settled = unspent < owed ? unspent : owed;
        p.repaid += settled;
    }

    function _isStanding(IProjectBook.State state) private pure returns (bool) {
        return state == IProjectBook.State.Awarded || state == IProjectBook.State.Active
            || state == IProjectBook.State.Suspended || state == IProjectBook.State.Completed;
    }

    /// @dev Whether one of the calls is the award of this project.
    function _awards(IRulebook.Call[] calldata calls, uint32 project_, uint64 amount) private view returns (bool) {
        bytes32 wanted = keccak256(abi.encodeCall(IProjectAwards.award, (project_, amount)));
        for (uint256 i = 0; i < calls.length; ++i) {
            if (calls[i].target == address(this) && keccak256(calls[i].data) == wanted) return true;
        }
        return false;
    }
}
