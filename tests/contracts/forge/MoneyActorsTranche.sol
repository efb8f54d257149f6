// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {MoneyActorsAward} from "./MoneyActorsAward.sol";

/// @notice Claims, their review and their release, and the accounts that follow.
abstract contract MoneyActorsTranche is MoneyActorsAward {
    /// @dev The next tranche; at times any.
    function claim(uint256 which, uint256 seed) public {
        uint32 project = _pick(which, IProjectBook.State.Awarded, IProjectBook.State.Active);
        if (project == 0) return;
        Dossier storage d = _dossiers[project];
        uint8 tranche = seed % 8 == 0 ? uint8((seed >> 8) % 5) : d.accounted;
        bytes32 evidence = bytes32(seed);
        Hand memory h = _hand(address(book), "claim", d.applicant, project, abi.encode(tranche, evidence), seed >> 16);
        bytes memory no = _or(_ifNotRunning(project), h.refusal, _refuseClaim(project, tranche));
        bytes memory data = abi.encodeCall(IProjectAwards.claim, (project, tranche, evidence, h.signature));
        if (!_tryAs(h, data, no)) return;
        Step storage s = d.steps[tranche];
        (s.attempt, s.reviewer) = (s.attempt + 1, 0);
        s.claim = keccak256(abi.encode(project, tranche, s.attempt, s.amount, d.signer, evidence));
        _moveTo(s, IProjectBook.TrancheState.Claimed);
    }

    function review(uint256 which, uint256 seed) public {
        (uint32 project, uint8 tranche) = _pickStep(which, IProjectBook.TrancheState.Claimed, seed);
        if (project == 0) return;
        uint32 mentor = _dossiers[project].mentor == 0 ? CARL : _dossiers[project].mentor;
        bool isGood = (seed >> 8) % 8 != 0;
        bytes32 claimHash = _claimOf(project, tranche, seed >> 16);
        bytes memory content = abi.encode(claimHash, isGood);
        Hand memory h = _hand(address(book), "review", mentor, project, content, seed >> 24);
        bytes memory no = _ifNotRunning(project);
        no = _or(no, _ifOtherClaim(project, tranche, claimHash, IProjectBook.TrancheState.Claimed));
        no = _or(no, _ifInterested(project, mentor), h.refusal);
        if (no.length == 0) no = _ifTooLate(_dossiers[project].steps[tranche]);
        bytes memory data = abi.encodeCall(IProjectAwards.review, (project, tranche, claimHash, isGood, h.signature));
        if (!_tryAs(h, data, no)) return;
        Step storage s = _dossiers[project].steps[tranche];
        s.reviewer = mentor;
        _moveTo(s, isGood ? IProjectBook.TrancheState.Reviewed : IProjectBook.TrancheState.Rejected);
    }

    /// @dev Mostly by a director, who may have an interest; at times by anybody.
    function release(uint256 which, uint256 seed) public {
        (uint32 project, uint8 tranche) = _pickStep(which, IProjectBook.TrancheState.Reviewed, seed);
        if (project == 0) return;
        uint32[4] memory directors = [ANA, BEN, EMMA, IRIS];
        uint32 releaser = (seed >> 8) % 8 == 0 ? uint32(1 + (seed >> 16) % 12) : directors[(seed >> 16) % 4];
        bytes32 claimHash = _claimOf(project, tranche, seed >> 32);
        Hand memory h = _hand(address(book), "release", releaser, project, abi.encode(claimHash), seed >> 40);
        bytes memory no = _ifNotRunning(project);
        no = _or(no, _ifOtherClaim(project, tranche, claimHash, IProjectBook.TrancheState.Reviewed));
        if (no.length == 0) no = _refuseRelease(project, tranche, releaser, h.refusal);
        bytes memory data = abi.encodeCall(IProjectAwards.release, (project, tranche, claimHash, releaser, h.signature));
        bool wasInterested = _tellsInterest(project, releaser);
        if (!_tryAs(h, data, no)) return;
        _bookRelease(project, tranche, releaser, wasInterested);
        _witnessGate(0);
    }

    function lapseClaim(uint256 which, uint256 seed) external {
        IProjectBook.TrancheState wanted =
            seed % 2 == 0 ? IProjectBook.TrancheState.Claimed : IProjectBook.TrancheState.Reviewed;
        (uint32 project, uint8 tranche) = _pickStep(which, wanted, seed >> 1);
        if (project == 0) return;
        bytes memory no = _ifNotRunning(project);
        IProjectBook.TrancheState state = _stateOf(project, tranche);
        bool isOpen = state == IProjectBook.TrancheState.Claimed || state == IProjectBook.TrancheState.Reviewed;
        if (!isOpen) no = _or(no, _wrongTranche(project, tranche, IProjectBook.TrancheState.Claimed));
        if (no.length == 0) {
            uint256 end = _endOf(_dossiers[project].steps[tranche]);
            if (block.timestamp < end) {
                no = _no(IProjectAwards.ProjectBook_TooEarly.selector, block.timestamp, end);
            }
        }
        bytes memory data = abi.encodeCall(IProjectAwards.lapseClaim, (project, tranche));
        if (!_try(STRANGER, address(book), data, no)) return;
        _moveTo(_dossiers[project].steps[tranche], IProjectBook.TrancheState.Locked);
    }

    function fileAccount(uint256 which, uint256 seed) public {
        (uint32 project, uint8 tranche) = _pickStep(which, IProjectBook.TrancheState.Released, seed);
        if (project == 0) return;
        bytes32 account = keccak256(abi.encode("account", seed));
        uint32 applicant = _dossiers[project].applicant;
        bytes memory content = abi.encode(tranche, account);
        Hand memory h = _hand(address(book), "fileAccount", applicant, project, content, seed >> 8);
        bytes memory no = _or(_ifNotRunning(project), h.refusal, _ifNotReleased(project, tranche));
        bytes memory data = abi.encodeCall(IProjectAwards.fileAccount, (project, tranche, account, h.signature));
        if (_tryAs(h, data, no)) _dossiers[project].steps[tranche].account = account;
    }

    function acceptAccount(uint256 which, uint256 seed) public {
        (uint32 project, uint8 tranche) = _pickStep(which, IProjectBook.TrancheState.Released, seed);
        if (project == 0) return;
        Dossier storage d = _dossiers[project];
        uint32 mentor = d.mentor == 0 ? CARL : d.mentor;
        bytes32 filed = tranche < d.steps.length ? d.steps[tranche].account : bytes32(0);
        bytes32 account = (seed >> 8) % 8 == 0 ? bytes32(seed) : filed;
        bytes memory content = abi.encode(tranche, account);
        Hand memory h = _hand(address(book), "acceptAccount", mentor, project, content, seed >> 16);
        bytes memory no = _or(_ifNotRunning(project), _ifNotReleased(project, tranche));
        no = _or(no, _ifInterested(project, mentor), h.refusal);
        if (no.length == 0 && (account == 0 || account != filed)) {
            no = _no(IProjectAwards.ProjectBook_OtherClaim.selector, uint256(account), uint256(filed));
        }
        bytes memory data = abi.encodeCall(IProjectAwards.acceptAccount, (project, tranche, account, h.signature));
        if (!_tryAs(h, data, no)) return;
        _moveTo(d.steps[tranche], IProjectBook.TrancheState.Accounted);
        if (++d.accounted == d.steps.length) d.state = IProjectBook.State.Completed;
    }

    // ---- one step after the other

    /// @dev A new dossier, or one that is there, as far as some steps bring it: what single calls seldom do.
    function bring(uint256 which, uint256 seed) external {
        uint32 project = uint32(_dossiers.length);
        if (seed % 2 == 0 && project > 1) project = uint32(1 + which % (project - 1));
        else draft(which, seed >> 8);
        for (uint256 i = 0; i < 12 && project < _dossiers.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (!_bringOn(project, _at(project), seed)) return;
        }
    }

    /// @dev What the project's state waits for.
    function _bringOn(uint32 project, uint256 which, uint256 seed) private returns (bool) {
        IProjectBook.State state = _dossiers[project].state;
        if (state == IProjectBook.State.Draft) submit(which, seed);
        else if (state == IProjectBook.State.Submitted) assess(which, seed);
        else if (state == IProjectBook.State.Eligible) putToVote(which, seed);
        else if (state == IProjectBook.State.Balloted) _bringToAward(project, which, seed);
        else return _bringTranche(project, which, seed);
        return true;
    }

    /// @dev One in four by the board's own vote.
    function _bringToAward(uint32 project, uint256 which, uint256 seed) private {
        if (seed % 4 == 0) {
            vote(which);
            uint32 r = _dossiers[project].resolution;
            uint256 final_ = theAssembly.resolution(r).closesAt + theAssembly.resolution(r).terms.contest;
            if (block.timestamp < final_) vm.warp(final_);
        }
        award(which, seed >> 2);
    }

    function _bringTranche(uint32 project, uint256 which, uint256 seed) private returns (bool) {
        Dossier storage d = _dossiers[project];
        if (d.state != IProjectBook.State.Awarded && d.state != IProjectBook.State.Active) return false;
        Step storage s = d.steps[d.accounted];
        if (s.state == IProjectBook.TrancheState.Claimed) review(which, seed);
        else if (s.state == IProjectBook.TrancheState.Reviewed) release(which, seed);
        else if (s.state == IProjectBook.TrancheState.Released && s.account == 0) fileAccount(which, seed);
        else if (s.state == IProjectBook.TrancheState.Released) acceptAccount(which, seed);
        else if (seed % 2 == 0 && d.received < _coFinancingFor(d)) receiveCoFinancing(which, seed >> 1);
        else claim(which, seed);
        return s.state != IProjectBook.TrancheState.Released || seed % 8 != 0;
    }

    /// @dev For the picks to find this one first.
    function _at(uint32 project) private view returns (uint256) {
        uint256 count = _dossiers.length - 1;
        uint256 high = 1 << 128;
        return high - high % count + count + project - 1;
    }

    // ---- what a claim meets

    function _refuseClaim(uint32 project, uint8 tranche) private view returns (bytes memory) {
        Dossier storage d = _dossiers[project];
        if (tranche >= d.steps.length) {
            return _no(IProjectAwards.ProjectBook_TrancheUnknown.selector, tranche, d.steps.length);
        }
        IProjectBook.TrancheState state = d.steps[tranche].state;
        bool isFree = state == IProjectBook.TrancheState.Locked || state == IProjectBook.TrancheState.Rejected;
        if (!isFree) return _wrongTranche(project, tranche, IProjectBook.TrancheState.Locked);
        if (tranche != d.accounted) {
            return _no(IProjectAwards.ProjectBook_NotAccounted.selector, d.accounted, tranche);
        }
        uint256 needed = _coFinancingFor(d);
        if (d.received >= needed) return "";
        return _no(IProjectAwards.ProjectBook_CoFinancingShort.selector, d.received, needed);
    }

    /// @dev For what is out already, its part of what is sought, rounded up.
    function _coFinancingFor(Dossier storage d) private view returns (uint256) {
        return (uint256(d.sought) * d.released + d.amount - 1) / d.amount;
    }

    function _refuseRelease(uint32 project, uint8 tranche, uint32 releaser, bytes memory refusal)
        private
        view
        returns (bytes memory)
    {
        Step storage s = _dossiers[project].steps[tranche];
        if (releaser == s.reviewer) return _no(IProjectBook.ProjectBook_SamePerson.selector, releaser);
        bool isDirector = releaser == ANA || releaser == BEN || releaser == EMMA || releaser == IRIS;
        if (!isDirector) return _no(IProjectAwards.ProjectBook_NotDirector.selector, releaser);
        bytes memory no = _or(_ifInterested(project, releaser), _ifInterested(project, s.reviewer), refusal);
        return _or(no, _ifTooLate(s), _ifPaused(), _ifInsolvent(_liquid()));
    }

    /// @dev Whether reviewer or releaser has an interest, by what the contract tells itself.
    function _tellsInterest(uint32 project, uint32 releaser) private view returns (bool) {
        return book.isRelated(project, releaser) || book.isRelated(project, _dossiers[project].mentor);
    }

    function _bookRelease(uint32 project, uint8 tranche, uint32 releaser, bool wasInterested) private {
        Dossier storage d = _dossiers[project];
        Step storage s = d.steps[tranche];
        (s.releaser, s.wasInterested) = (releaser, wasInterested);
        (s.coFinanced, s.needed) = (d.received, uint64(_coFinancingFor(d)));
        _moveTo(s, IProjectBook.TrancheState.Released);
        d.state = IProjectBook.State.Active;
        (d.released, d.held) = (d.released + s.amount, d.held + s.amount);
        (_pots.commitments, _pots.currency) = (_pots.commitments - s.amount, _pots.currency + s.amount);
        if (!d.isLoan) return;
        (_pots.loans, _pots.free) = (_pots.loans + s.amount, _pots.free + int256(uint256(s.amount)));
    }

    // ---- tranches

    function _stateOf(uint32 project, uint8 tranche) private view returns (IProjectBook.TrancheState) {
        Dossier storage d = _dossiers[project];
        return tranche < d.steps.length ? d.steps[tranche].state : IProjectBook.TrancheState.Locked;
    }

    function _wrongTranche(uint32 project, uint8 tranche, IProjectBook.TrancheState limit)
        private
        view
        returns (bytes memory)
    {
        bytes4 error_ = IProjectAwards.ProjectBook_WrongTranche.selector;
        return _no(error_, project, tranche, uint256(_stateOf(project, tranche)), uint256(limit));
    }

    function _ifNotReleased(uint32 project, uint8 tranche) private view returns (bytes memory) {
        if (_stateOf(project, tranche) == IProjectBook.TrancheState.Released) return "";
        return _wrongTranche(project, tranche, IProjectBook.TrancheState.Released);
    }

    function _ifOtherClaim(uint32 project, uint8 tranche, bytes32 claimHash, IProjectBook.TrancheState limit)
        private
        view
        returns (bytes memory)
    {
        if (_stateOf(project, tranche) != limit) return _wrongTranche(project, tranche, limit);
        bytes32 stands = _dossiers[project].steps[tranche].claim;
        if (claimHash == stands) return "";
        return _no(IProjectAwards.ProjectBook_OtherClaim.selector, uint256(claimHash), uint256(stands));
    }

    function _claimOf(uint32 project, uint8 tranche, uint256 dice) private view returns (bytes32) {
        Dossier storage d = _dossiers[project];
        if (dice % 12 == 0 || tranche >= d.steps.length) return bytes32(dice);
        return d.steps[tranche].claim;
    }

    function _endOf(Step storage s) private view returns (uint256) {
        return s.since + _outflow.judgingTime;
    }

    function _ifTooLate(Step storage s) private view returns (bytes memory) {
        if (block.timestamp < _endOf(s)) return "";
        return _no(IProjectBook.ProjectBook_TooLate.selector, block.timestamp, _endOf(s));
    }

    function _moveTo(Step storage s, IProjectBook.TrancheState state) private {
        (s.state, s.since) = (state, uint64(block.timestamp));
    }

    /// @dev Mostly a tranche in this state of a project at work, where there is one.
    function _pickStep(uint256 which, IProjectBook.TrancheState wanted, uint256 dice)
        private
        view
        returns (uint32, uint8)
    {
        uint256 count = _dossiers.length - 1;
        for (uint256 i = 0; i < count && (which >> 128) % 12 != 0; ++i) {
            uint32 project = uint32(1 + (which % count + i) % count);
            Dossier storage d = _dossiers[project];
            bool isAtWork = d.state == IProjectBook.State.Awarded || d.state == IProjectBook.State.Active;
            if (isAtWork && d.steps[d.accounted].state == wanted) return (project, d.accounted);
        }
        uint32 any = _pick(which, IProjectBook.State.Active);
        return (any, any == 0 || dice % 4 == 0 ? uint8((dice >> 4) % 5) : _dossiers[any].accounted);
    }
}
