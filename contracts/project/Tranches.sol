// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectBook} from "../interfaces/IProjectBook.sol";
import {Awards} from "./Awards.sol";

/// @title Money unlocked by evidence, one tranche after the other
/// @dev Three different members, none with an interest, stand behind each release. Silence never pays: a claim that
/// nobody judged in time lapses.
abstract contract Tranches is Awards {
    /// @inheritdoc IProjectBook
    function claim(uint32 project_, uint8 tranche, bytes32 evidence, bytes calldata signature)
        external
        returns (bytes32 claimHash)
    {
        Project storage p = _running(project_);
        _authorise("claim", p.applicant, project_, abi.encode(tranche, evidence), signature);
        _requireTranche(project_, tranche);
        Progress storage t = _progress[project_][tranche];
        if (t.state != TrancheState.Locked && t.state != TrancheState.Rejected) {
            revert ProjectBook_WrongTranche(project_, tranche, t.state, TrancheState.Locked);
        }
        if (tranche != p.accounted) revert ProjectBook_NotAccounted(p.accounted, tranche);
        _requireCoFinanced(p);
        Claim memory c =
            Claim(project_, tranche, t.attempt + 1, _tranches[project_][tranche].amount, p.signer, evidence);
        claimHash = keccak256(abi.encode(c));
        t.attempt = c.attempt;
        t.claim = claimHash;
        t.reviewer = 0;
        _move(t, TrancheState.Claimed);
        emit TrancheClaimed(project_, tranche, claimHash, c);
    }

    /// @inheritdoc IProjectBook
    function review(uint32 project_, uint8 tranche, bytes32 claimHash, bool approved, bytes calldata signature)
        external
    {
        Project storage p = _running(project_);
        Progress storage t = _claimed(project_, tranche, claimHash, TrancheState.Claimed);
        _requireUnrelated(project_, p.mentor);
        _authorise("review", p.mentor, project_, abi.encode(claimHash, approved), signature);
        _requireInTime(t);
        t.reviewer = p.mentor;
        _move(t, approved ? TrancheState.Reviewed : TrancheState.Rejected);
        emit ClaimReviewed(project_, tranche, claimHash, p.mentor, approved);
    }

    /// @inheritdoc IProjectBook
    function release(uint32 project_, uint8 tranche, bytes32 claimHash, uint32 releaser, bytes calldata signature)
        external
    {
        Project storage p = _running(project_);
        Progress storage t = _claimed(project_, tranche, claimHash, TrancheState.Reviewed);
        if (releaser == t.reviewer) revert ProjectBook_SamePerson(releaser);
        if (!BOARD.isInOffice(releaser)) revert ProjectBook_NotDirector(releaser);
        // The applicant and the signer are related to their project from the start.
        _requireUnrelated(project_, releaser);
        _requireUnrelated(project_, t.reviewer);
        _authorise("release", releaser, project_, abi.encode(claimHash), signature);
        _requireInTime(t);
        uint64 amount = _tranches[project_][tranche].amount;
        p.state = State.Active;
        p.released += amount;
        _move(t, TrancheState.Released);
        FUND.release(project_, amount, p.instrument == Instrument.Loan);
        CURRENCY.issue(project_, amount);
        emit TrancheReleased(project_, tranche, claimHash, releaser, amount);
    }

    /// @inheritdoc IProjectBook
    function lapseClaim(uint32 project_, uint8 tranche) external {
        _running(project_);
        Progress storage t = _progress[project_][tranche];
        TrancheState state = t.state;
        if (state != TrancheState.Claimed && state != TrancheState.Reviewed) {
            revert ProjectBook_WrongTranche(project_, tranche, state, TrancheState.Claimed);
        }
        uint64 end = _end(t);
        if (block.timestamp < end) revert ProjectBook_TooEarly(uint64(block.timestamp), end);
        _move(t, TrancheState.Locked);
        emit ClaimLapsed(project_, tranche, state);
    }

    /// @inheritdoc IProjectBook
    function fileAccount(uint32 project_, uint8 tranche, bytes32 account, bytes calldata signature) external {
        Project storage p = _running(project_);
        _authorise("fileAccount", p.applicant, project_, abi.encode(tranche, account), signature);
        _released(project_, tranche).account = account;
        emit AccountFiled(project_, tranche, account);
    }

    /// @inheritdoc IProjectBook
    function acceptAccount(uint32 project_, uint8 tranche, bytes32 account, bytes calldata signature) external {
        Project storage p = _running(project_);
        Progress storage t = _released(project_, tranche);
        _requireUnrelated(project_, p.mentor);
        _authorise("acceptAccount", p.mentor, project_, abi.encode(tranche, account), signature);
        if (account == 0 || account != t.account) revert ProjectBook_OtherClaim(account, t.account);
        _move(t, TrancheState.Accounted);
        ++p.accounted;
        emit TrancheAccounted(project_, tranche, account, p.mentor);
        if (p.accounted == _tranches[project_].length) {
            p.state = State.Completed;
            emit ProjectCompleted(project_);
        }
    }

    /// @dev Received in proportion to what is out already; the first tranche waits for nothing.
    function _requireCoFinanced(Project storage p) private view {
        uint256 actual = uint256(p.received) * p.amount;
        uint256 needed = uint256(p.sought) * p.released;
        if (actual < needed) revert ProjectBook_CoFinancingShort(p.received, (needed + p.amount - 1) / p.amount);
    }

    function _requireTranche(uint32 project_, uint8 tranche) private view {
        uint256 count = _tranches[project_].length;
        if (tranche >= count) revert ProjectBook_TrancheUnknown(tranche, count);
    }

    /// @dev The claim that stands, when it is the one that was signed.
    function _claimed(uint32 project_, uint8 tranche, bytes32 claimHash, TrancheState limit)
        private
        view
        returns (Progress storage t)
    {
        t = _progress[project_][tranche];
        if (t.state != limit) revert ProjectBook_WrongTranche(project_, tranche, t.state, limit);
        if (t.claim != claimHash) revert ProjectBook_OtherClaim(claimHash, t.claim);
    }

    function _released(uint32 project_, uint8 tranche) private view returns (Progress storage t) {
        t = _progress[project_][tranche];
        if (t.state != TrancheState.Released) {
            revert ProjectBook_WrongTranche(project_, tranche, t.state, TrancheState.Released);
        }
    }

    function _requireInTime(Progress storage t) private view {
        uint64 end = _end(t);
        if (block.timestamp >= end) revert ProjectBook_TooLate(uint64(block.timestamp), end);
    }

    function _end(Progress storage t) private view returns (uint64) {
        return t.since + RULEBOOK.outflowRules().judgingTime;
    }

    function _move(Progress storage t, TrancheState state) private {
        t.state = state;
        t.since = uint64(block.timestamp);
    }
}
