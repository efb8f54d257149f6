// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MemberActs} from "../MemberActs.sol";
import {IAssembly} from "../interfaces/IAssembly.sol";
import {IBoard} from "../interfaces/IBoard.sol";
import {ICommunityFund} from "../interfaces/ICommunityFund.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../interfaces/IProjectCurrency.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";

/// @title The register of calls and projects
abstract contract ProjectRegister is IProjectBook, MemberActs {
    /// @notice The community's other contracts.
    struct Neighbours {
        IMembership membership;
        IRulebook rulebook;
        IAssembly assembly_;
        IBoard board;
        ICommunityFund fund;
        IProjectCurrency currency;
    }

    IRulebook public immutable RULEBOOK;
    IAssembly public immutable ASSEMBLY;
    IBoard public immutable BOARD;
    ICommunityFund public immutable FUND;
    IProjectCurrency public immutable CURRENCY;

    uint16 public issueCount;
    uint32 public callCount;
    uint32 public projectCount;
    mapping(uint32 call => Call) internal _calls;
    /// @inheritdoc IProjectBook
    mapping(uint32 call => uint256) public awardedOf;
    mapping(uint32 project => Project) internal _projects;
    mapping(uint32 project => mapping(Criterion criterion => Fact)) internal _facts;
    mapping(uint32 project => Partner[]) internal _partners;
    mapping(uint32 project => Tranche[]) internal _tranches;
    mapping(uint32 project => Line[]) internal _lines;
    mapping(uint32 project => mapping(uint8 tranche => Progress)) internal _progress;
    /// @inheritdoc IProjectBook
    mapping(uint32 project => mapping(uint32 member => bool)) public isRelated;
    /// @inheritdoc IProjectBook
    mapping(bytes32 source => uint32) public sourceOf;

    constructor(Neighbours memory n) MemberActs(n.membership) {
        RULEBOOK = n.rulebook;
        ASSEMBLY = n.assembly_;
        BOARD = n.board;
        FUND = n.fund;
        CURRENCY = n.currency;
    }

    /// @inheritdoc IProjectBook
    function call(uint32 call_) external view returns (Call memory) {
        return _call(call_);
    }

    /// @inheritdoc IProjectBook
    function project(uint32 project_) external view returns (Project memory) {
        return _known(project_);
    }

    /// @inheritdoc IProjectBook
    function fact(uint32 project_, Criterion criterion) external view returns (Fact memory) {
        return _facts[project_][criterion];
    }

    /// @inheritdoc IProjectBook
    function partners(uint32 project_) external view returns (Partner[] memory) {
        return _partners[project_];
    }

    /// @inheritdoc IProjectBook
    function tranches(uint32 project_) external view returns (Tranche[] memory) {
        return _tranches[project_];
    }

    /// @inheritdoc IProjectBook
    function lines(uint32 project_) external view returns (Line[] memory) {
        return _lines[project_];
    }

    /// @inheritdoc IProjectBook
    function progress(uint32 project_, uint8 tranche) external view returns (Progress memory) {
        return _progress[project_][tranche];
    }

    function _call(uint32 call_) internal view returns (Call storage) {
        if (call_ == 0 || call_ > callCount) revert ProjectBook_CallUnknown(call_, callCount);
        return _calls[call_];
    }

    function _known(uint32 project_) internal view returns (Project storage) {
        if (project_ == 0 || project_ > projectCount) revert ProjectBook_ProjectUnknown(project_, projectCount);
        return _projects[project_];
    }

    function _inState(uint32 project_, State limit) internal view returns (Project storage p) {
        p = _known(project_);
        if (p.state != limit) revert ProjectBook_WrongState(project_, p.state, limit);
    }

    /// @dev Awarded, or at work; and not expired.
    function _running(uint32 project_) internal view returns (Project storage p) {
        p = _known(project_);
        if (p.state != State.Awarded && p.state != State.Active) {
            revert ProjectBook_WrongState(project_, p.state, State.Active);
        }
        if (block.timestamp >= p.expiresAt) revert ProjectBook_TooLate(uint64(block.timestamp), p.expiresAt);
    }

    function _requireUnrelated(uint32 project_, uint32 member) internal view {
        if (isRelated[project_][member]) revert ProjectBook_Interested(member);
    }

    function _relate(uint32 project_, uint32 member) internal {
        if (member == 0 || isRelated[project_][member]) return;
        isRelated[project_][member] = true;
        emit RelationDeclared(project_, member);
    }
}
