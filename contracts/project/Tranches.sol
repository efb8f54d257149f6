// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectAwards} from "../interfaces/IProjectAwards.sol";
import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {Awards} from "./Awards.sol";

/// @title Money unlocked by evidence, one tranche after the other
/// @dev Three different members, none with an interest, stand behind each release. Silence never pays: a claim that
/// nobody judged in time lapses.
abstract contract Tranches is Awards {
    /// @inheritdoc IProjectAwards
    function claim(uint32 project_, uint8 tranche, bytes32 evidence, bytes calldata signature)
        external
        returns (bytes32 claimHash)
    {
        IProjectBook.Project storage p = _running(project_);
        _authorise("claim", p.applicant, project_, abi.encode(tranche, evidence), signature);
        _requireTranche(project_, tranche);
        IProjectBook.Progress storage t = _progress[project_][tranche];
        if (t.state != IProjectBook.TrancheState.Locked && t.state != IProjectBook.TrancheState.Rejected) {
            revert ProjectBook_WrongTranche(project_, tranche, t.state, IProjectBook.TrancheState.Locked);
        }
        if (tranche != p.accounted) revert ProjectBook_NotAccounted(p.accounted, tranche);
        _requireCoFinanced(p);
        Claim memory c =
            Claim(project_, tranche, t.attempt + 1, _tranches[project_][tranche].amount, p.signer, evidence);
        claimHash = keccak256(abi.encode(c));
        t.attempt = c.attempt;
        t.claim = claimHash;
        t.reviewer = 0;
        _move(t, IProjectBook.TrancheState.Claimed);
        emit TrancheClaimed(project_, tranche, claimHash, c);
    }

    /// @inheritdoc IProjectAwards
    function review(uint32 project_, uint8 tranche, bytes32 claimHash, bool approved, bytes calldata signature)
        external
    {
        IProjectBook.Project storage p = _running(project_);
        IProjectBook.Progress storage t = _claimed(project_, tranche, claimHash, IProjectBook.TrancheState.Claimed);
        _requireUnrelated(project_, p.mentor);
        _authorise("review", p.mentor, project_, abi.encode(claimHash, approved), signature);
        _requireInTime(t);
        t.reviewer = p.mentor;
        _move(t, approved ? IProjectBook.TrancheState.Reviewed : IProjectBook.TrancheState.Rejected);
        emit ClaimReviewed(project_, tranche, claimHash, p.mentor, approved);
    }

    /// @inheritdoc IProjectAwards
    function release(uint32 project_, uint8 tranche, bytes32 claimHash, uint32 releaser, bytes calldata signature)
        external
    {
        IProjectBook.Project storage p = _running(project_);
        IProjectBook.Progress storage t = _claimed(project_, tranche, claimHash, IProjectBook.TrancheState.Reviewed);
        if (releaser == t.reviewer) revert IProjectBook.ProjectBook_SamePerson(releaser);
        if (!BOARD.isInOffice(releaser)) revert ProjectBook_NotDirector(releaser);
        // The applicant and the signer are related to their project from the start.
        _requireUnrelated(project_, releaser);
        _requireUnrelated(project_, t.reviewer);
        _authorise("release", releaser, project_, abi.encode(claimHash), signature);
        _requireInTime(t);
        uint64 amount = _tranches[project_][tranche].amount;
        p.state = IProjectBook.State.Active;
        p.released += amount;
        _move(t, IProjectBook.TrancheState.Released);
        FUND.release(project_, amount, p.instrument == IProjectBook.Instrument.Loan);
        CURRENCY.issue(project_, amount);
        emit TrancheReleased(project_, tranche, claimHash, releaser, amount);
    }

    /// @inheritdoc IProjectAwards
    function lapseClaim(uint32 project_, uint8 tranche) external {
        _running(project_);
        IProjectBook.Progress storage t = _progress[project_][tranche];
        IProjectBook.TrancheState state = t.state;
        if (state != IProjectBook.TrancheState.Claimed && state != IProjectBook.TrancheState.Reviewed) {
            revert ProjectBook_WrongTranche(project_, tranche, state, IProjectBook.TrancheState.Claimed);
        }
        uint64 end = _end(t);
        if (block.timestamp < end) revert ProjectBook_TooEarly(uint64(block.timestamp), end);
        _move(t, IProjectBook.TrancheState.Locked);
        emit ClaimLapsed(project_, tranche, state);
    }

    /// @inheritdoc IProjectAwards
    function fileAccount(uint32 project_, uint8 tranche, bytes32 account, bytes calldata signature) external {
        IProjectBook.Project storage p = _running(project_);
        _authorise("fileAccount", p.applicant, project_, abi.encode(tranche, account), signature);
        _released(project_, tranche).account = account;
        emit AccountFiled(project_, tranche, account);
    }

    /// @inheritdoc IProjectAwards
    function acceptAccount(uint32 project_, uint8 tranche, bytes32 account, bytes calldata signature) external {
        IProjectBook.Project storage p = _running(project_);
        IProjectBook.Progress storage t = _released(project_, tranche);
        _requireUnrelated(project_, p.mentor);
        _authorise("acceptAccount", p.mentor, project_, abi.encode(tranche, account), signature);
        if (account == 0 || account != t.account) revert ProjectBook_OtherClaim(account, t.account);
        _move(t, IProjectBook.TrancheState.Accounted);
        ++p.accounted;
        emit TrancheAccounted(project_, tranche, account, p.mentor);
        if (p.accounted == _tranches[project_].length) {
            p.state = IProjectBook.State.Completed;
            emit ProjectCompleted(project_);
        }
    }

    /// @dev Received in proportion to what is out already; the first tranche waits for nothing.
    function _requireCoFinanced(IProjectBook.Project storage p) private view {
        uint256 actual = uint256(p.received) * p.amount;
        uint256 needed = uint256(p.sought) * p.released;
        if (actual < needed) revert ProjectBook_CoFinancingShort(p.received, (needed + p.amount - 1) / p.amount);
    }

    function _requireTranche(uint32 project_, uint8 tranche) private view {
        uint256 count = _tranches[project_].length;
        if (tranche >= count) revert ProjectBook_TrancheUnknown(tranche, count);
    }

    /// @dev The claim that stands, when it is the one that was signed.
    function _claimed(uint32 project_, uint8 tranche, bytes32 claimHash, IProjectBook.TrancheState limit)
        private
        view
        returns (IProjectBook.Progress storage t)
    {
        t = _progress[project_][tranche];
        if (t.state != limit) revert ProjectBook_WrongTranche(project_, tranche, t.state, limit);
        if (t.claim != claimHash) revert ProjectBook_OtherClaim(claimHash, t.claim);
    }

    function _released(uint32 project_, uint8 tranche) private view returns (IProjectBook.Progress storage t) {
        t = _progress[project_][tranche];
        if (t.state != IProjectBook.TrancheState.Released) {
            revert ProjectBook_WrongTranche(project_, tranche, t.state, IProjectBook.TrancheState.Released);
        }
    }

    function _requireInTime(IProjectBook.Progress storage t) private view {
        uint64 end = _end(t);
        if (block.timestamp >= end) revert IProjectBook.ProjectBook_TooLate(uint64(block.timestamp), end);
    }

    function _end(IProjectBook.Progress storage t) private view returns (uint64) {
        return t.since + RULEBOOK.outflowRules().judgingTime;
    }

    function _move(IProjectBook.Progress storage t, IProjectBook.TrancheState state) private {
        t.state = state;
        t.since = uint64(block.timestamp);
    }
}
