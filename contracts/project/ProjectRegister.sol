// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MemberActs} from "../MemberActs.sol";
import {IAssembly} from "../interfaces/IAssembly.sol";
import {IBoard} from "../interfaces/IBoard.sol";
import {IFundOutflows} from "../interfaces/IFundOutflows.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IProjectCurrency} from "../interfaces/IProjectCurrency.sol";
import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";

/// @title The register of calls and projects
abstract contract ProjectRegister is MemberActs {
    /// @notice The community's other contracts.
    struct Neighbours {
        IMembership membership;
        IRulebook rulebook;
        IAssembly assembly_;
        IBoard board;
        IFundOutflows fund;
        IProjectCurrency currency;
    }

    IRulebook public immutable RULEBOOK;
    IAssembly public immutable ASSEMBLY;
    IBoard public immutable BOARD;
    IFundOutflows public immutable FUND;
    IProjectCurrency public immutable CURRENCY;

    uint16 internal _issueCount;
    uint32 internal _callCount;
    uint32 internal _projectCount;
    mapping(uint32 call => IProjectBook.Call) internal _calls;
    mapping(uint32 call => uint256) internal _awardedOf;
    mapping(uint32 project => IProjectBook.Project) internal _projects;
    mapping(uint32 project => mapping(IProjectBook.Criterion criterion => IProjectBook.Fact)) internal _facts;
    mapping(uint32 project => IProjectBook.Partner[]) internal _partners;
    mapping(uint32 project => IProjectBook.Tranche[]) internal _tranches;
    mapping(uint32 project => IProjectBook.Line[]) internal _lines;
    mapping(uint32 project => mapping(uint8 tranche => IProjectBook.Progress)) internal _progress;
    mapping(uint32 project => mapping(uint32 member => bool)) internal _isRelated;
    mapping(bytes32 source => uint32) internal _sourceOf;

    constructor(Neighbours memory n) MemberActs(n.membership) {
        RULEBOOK = n.rulebook;
        ASSEMBLY = n.assembly_;
        BOARD = n.board;
        FUND = n.fund;
        CURRENCY = n.currency;
    }

    function _call(uint32 call_) internal view returns (IProjectBook.Call storage) {
        if (call_ == 0 || call_ > _callCount) revert IProjectBook.ProjectBook_CallUnknown(call_, _callCount);
        return _calls[call_];
    }

    function _known(uint32 project_) internal view returns (IProjectBook.Project storage) {
        if (project_ == 0 || project_ > _projectCount) {
            revert IProjectBook.ProjectBook_ProjectUnknown(project_, _projectCount);
        }
        return _projects[project_];
    }

    function _inState(uint32 project_, IProjectBook.State limit)
        internal
        view
        returns (IProjectBook.Project storage p)
    {
        p = _known(project_);
        if (p.state != limit) revert IProjectBook.ProjectBook_WrongState(project_, p.state, limit);
    }

    /// @dev Awarded, or at work; and not expired.
    function _running(uint32 project_) internal view returns (IProjectBook.Project storage p) {
        p = _known(project_);
        _requireRunning(project_, p, p.state == IProjectBook.State.Active);
    }

    /// @dev Running, or completed with currency that it may still spend; and not expired.
    function _spending(uint32 project_) internal view returns (IProjectBook.Project storage p) {
        p = _known(project_);
        _requireRunning(project_, p, p.state == IProjectBook.State.Active || p.state == IProjectBook.State.Completed);
    }

    function _requireRunning(uint32 project_, IProjectBook.Project storage p, bool isRunning) private view {
        if (!isRunning && p.state != IProjectBook.State.Awarded) {
            revert IProjectBook.ProjectBook_WrongState(project_, p.state, IProjectBook.State.Active);
        }
        if (block.timestamp >= p.expiresAt) {
            revert IProjectBook.ProjectBook_TooLate(uint64(block.timestamp), p.expiresAt);
        }
    }

    function _requireUnrelated(uint32 project_, uint32 member) internal view {
        if (_isRelated[project_][member]) revert IProjectBook.ProjectBook_Interested(member);
    }

    function _relate(uint32 project_, uint32 member) internal {
        if (member == 0 || _isRelated[project_][member]) return;
        _isRelated[project_][member] = true;
        emit IProjectBook.RelationDeclared(project_, member);
    }
}
