// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {MoneyActorsDossier} from "./MoneyActorsDossier.sol";

/// @notice The vote on a project, its award, what comes from outside, and how it ends.
/// @dev How a resolution stands is asked of the assembly: its own campaign holds that.
abstract contract MoneyActorsAward is MoneyActorsDossier {
    // ---- the vote

    /// @dev Under notice, the award of this project; at times of another amount, or with other calls than the notice's.
    function putToVote(uint256 which, uint256 seed) public {
        uint32 project = _pick(which, IProjectBook.State.Eligible);
        if (project == 0) return;
        uint64 amount = _dossiers[project].amount;
        if (seed % 12 == 0) ++amount;
        IRulebook.Call[] memory calls = _call(address(book), abi.encodeCall(IProjectAwards.award, (project, amount)));
        uint32 r = _noticed(IRulebook.Kind.Spending, calls);
        bool isFalse = amount != _dossiers[project].amount;
        if ((seed >> 8) % 12 == 0) {
            (calls[0].data, isFalse) = (abi.encodeCall(IProjectAwards.award, (project, amount + 1)), true);
        }
        if ((seed >> 16) % 12 == 0) {
            vm.warp(theAssembly.resolution(r).closesAt);
            isFalse = true;
        }
        bytes memory no = _ifNotIn(project, IProjectBook.State.Eligible);
        if (isFalse && no.length == 0) no = _no(IProjectAwards.ProjectBook_NotPutToVote.selector, r);
        bytes memory data = abi.encodeCall(IProjectAwards.putToVote, (project, r, calls));
        if (!_try(STRANGER, address(book), data, no)) return;
        (_dossiers[project].state, _dossiers[project].resolution) = (IProjectBook.State.Balloted, r);
    }

    /// @dev Ana and Ben, half of the board, vote for it.
    function vote(uint256 which) public {
        uint32 project = _pick(which, IProjectBook.State.Balloted);
        if (project == 0) return;
        uint32 r = _dossiers[project].resolution;
        if (r == 0 || theAssembly.stateOf(r) > IAssembly.State.Open) return;
        uint64 opensAt = theAssembly.resolution(r).opensAt;
        if (block.timestamp < opensAt) vm.warp(opensAt);
        if (theAssembly.tally(r) != 0) return;
        _cast(r, _list(_slip(r, ANA, FOR, 1), _slip(r, BEN, FOR, 1)));
    }

    function loseVote(uint256 which) external {
        uint32 project = _pick(which, IProjectBook.State.Balloted);
        if (project == 0) return;
        bytes memory no = _ifNotIn(project, IProjectBook.State.Balloted);
        uint32 r = _dossiers[project].resolution;
        if (no.length == 0 && !_isLost(r)) no = _no(IProjectAwards.ProjectBook_VoteStanding.selector, r);
        bytes memory data = abi.encodeCall(IProjectAwards.loseVote, (project));
        if (_try(STRANGER, address(book), data, no)) _dossiers[project].state = IProjectBook.State.Eligible;
    }

    /// @dev By its resolution, once it is final; else by the governor, who may be wrong about the amount.
    function award(uint256 which, uint256 seed) public {
        uint32 project = _pick(which, IProjectBook.State.Balloted);
        if (project == 0) return;
        Dossier storage d = _dossiers[project];
        uint32 r = d.resolution;
        bool isFinal = r != 0 && theAssembly.stateOf(r) == IAssembly.State.Final;
        if (!isFinal && seed % 2 == 0) return;
        uint64 amount = isFinal || (seed >> 8) % 8 != 0 ? d.amount : d.amount + 1;
        bytes memory no = _refuseAward(project, amount);
        bytes memory data = abi.encodeCall(IProjectAwards.award, (project, amount));
        bool isDone;
        if (isFinal) {
            bytes memory execution = abi.encodeCall(IAssembly.execute, (r, _call(address(book), data)));
            isDone = _try(STRANGER, address(theAssembly), execution, no);
        } else {
            isDone = _tryAsGovernor(address(book), data, no, seed >> 16);
        }
        if (!isDone) return;
        d.state = IProjectBook.State.Awarded;
        _awardedOf[d.call] += amount;
        _pots.commitments += amount;
        _pots.free -= int256(uint256(amount));
        _witnessGate(0);
    }

    function _refuseAward(uint32 project, uint64 amount) private view returns (bytes memory) {
        Dossier storage d = _dossiers[project];
        bytes memory no = _ifNotIn(project, IProjectBook.State.Balloted);
        if (no.length != 0) return no;
        if (amount != d.amount) return _no(IProjectBook.ProjectBook_WrongAmount.selector, amount, d.amount);
        uint256 awarded = _awardedOf[d.call] + amount;
        uint256 budget = _calls[d.call].budget;
        no = _ifExpired(project);
        if (no.length == 0 && awarded > budget) {
            no = _no(IProjectAwards.ProjectBook_BudgetSpent.selector, awarded, budget);
        }
        return _or(no, _ifPaused(), _ifInsolvent(_liquid() - int256(uint256(amount))));
    }

    function _isLost(uint32 r) private view returns (bool) {
        IAssembly.State state = theAssembly.stateOf(r);
        return state == IAssembly.State.Defeated || state == IAssembly.State.NoQuorum
            || state == IAssembly.State.Annulled || state == IAssembly.State.Expired;
    }

    // ---- money from outside

    /// @dev Shown, and counted for nothing.
    function pledge(uint256 which, uint256 seed) external {
        uint32 project = _pick(which, IProjectBook.State.Active);
        if (project == 0) return;
        uint64 amount = uint64(seed >> 16);
        bytes memory content = abi.encode(amount, TEXT, EVIDENCE);
        uint32 applicant = _dossiers[project].applicant;
        Hand memory h = _hand(address(book), "pledgeCoFinancing", applicant, project, content, seed);
        _tryAs(
            h,
            abi.encodeCall(IProjectAwards.pledgeCoFinancing, (project, amount, TEXT, EVIDENCE, h.signature)),
            h.refusal
        );
    }

    function receiveCoFinancing(uint256 which, uint256 seed) public {
        uint32 project = _pick(which, IProjectBook.State.Active, IProjectBook.State.Awarded);
        if (project == 0) return;
        IProjectAwards.CoFinancing memory money;
        money.amount = uint64((seed >> 16) % (_dossiers[project].sought + (seed % 8 == 0 ? 1 : 20_000)));
        money.valuer = uint32((seed >> 48) % 4 == 0 ? 1 + (seed >> 56) % LAST_MEMBER : 0);
        (money.receivedOn, money.financier, money.evidence) = (TODAY, TEXT, EVIDENCE);
        bool isOld = (seed >> 64) % 8 == 0 && _sources.length != 0;
        money.source = isOld ? _sources[(seed >> 72) % _sources.length] : keccak256(abi.encode(_sources.length));
        bytes memory no;
        if (money.amount == 0) no = _no(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        else if (isOld) no = _no(IProjectAwards.ProjectBook_SourceUsed.selector, _sourceOf[money.source]);
        else if (money.valuer != 0) no = _ifInterested(project, money.valuer);
        bytes memory data = abi.encodeCall(IProjectAwards.receiveCoFinancing, (project, money));
        if (!_tryAsOfficer(IMembership.Role.Treasurer, TREASURER, address(book), data, no, seed >> 80)) return;
        _dossiers[project].received += money.amount;
        _sourceOf[money.source] = project;
        _sources.push(money.source);
    }

    // ---- loans

    function repayLoan(uint256 which, uint256 seed) external {
        uint32 project = _pickLoan(which);
        if (project == 0) return;
        Dossier storage d = _dossiers[project];
        uint64 amount = _loanPart(d, seed);
        bytes32 bankReference = _reference(seed >> 8);
        bytes memory no = _or(_refuseLess(project, amount), _ifReferenceUsed(bankReference));
        bytes memory data = abi.encodeCall(IProjectAwards.repayLoan, (project, amount, bankReference));
        if (!_tryAsOfficer(IMembership.Role.Treasurer, TREASURER, address(book), data, no, seed >> 16)) return;
        d.repaid += amount;
        (_pots.cash, _pots.loans) = (_pots.cash + amount, _pots.loans - amount);
        _references.push(bankReference);
    }

    function writeOffLoan(uint256 which, uint256 seed) external {
        uint32 project = _pickLoan(which);
        if (project == 0) return;
        Dossier storage d = _dossiers[project];
        uint64 amount = _loanPart(d, seed);
        bytes memory no = _or(_refuseLess(project, amount), _ifShort(_outflow.loanPocket, amount));
        bytes memory data = abi.encodeCall(IProjectAwards.writeOffLoan, (project, amount));
        if (!_tryAsGovernor(address(book), data, no, seed >> 8)) return;
        d.writtenOff += amount;
        _pots.loans -= amount;
        _loseFrom(_outflow.loanPocket, amount);
    }

    /// @dev A loan that is owed, where there is one.
    function _pickLoan(uint256 which) private view returns (uint32) {
        uint256 count = _dossiers.length - 1;
        for (uint256 i = 0; i < count && (which >> 128) % 8 != 0; ++i) {
            uint32 project = uint32(1 + (which % count + i) % count);
            if (_dossiers[project].isLoan && _debt(_dossiers[project]) != 0) return project;
        }
        return count == 0 ? 0 : uint32(1 + which % count);
    }

    function _loanPart(Dossier storage d, uint256 seed) private view returns (uint64) {
        uint256 debt = _debt(d);
        return uint64(seed % 4 == 0 ? debt : seed % 4 == 1 ? debt + 1 : (seed >> 24) % (debt / 2 + 1));
    }

    function _refuseLess(uint32 project, uint256 amount) private view returns (bytes memory) {
        Dossier storage d = _dossiers[project];
        if (!d.isLoan) return _no(IProjectAwards.ProjectBook_NotLoan.selector, project);
        if (amount == 0) return _no(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        if (amount <= _debt(d)) return "";
        return _no(IProjectAwards.ProjectBook_MoreThanOwed.selector, amount, _debt(d));
    }

    // ---- how it ends

    function suspend(uint256 which, uint256 seed) external {
        IProjectBook.State other = seed >> 8 & 1 == 0 ? IProjectBook.State.Awarded : IProjectBook.State.Completed;
        uint32 project = _pick(which, IProjectBook.State.Active, other);
        if (project == 0) return;
        Dossier storage d = _dossiers[project];
        bytes memory data = abi.encodeCall(IProjectAwards.suspend, (project));
        if (!_tryAsGovernor(address(book), data, _ifNotSpending(project), seed)) return;
        (d.resumesTo, d.state) = (d.state, IProjectBook.State.Suspended);
    }

    function resume(uint256 which, uint256 seed) external {
        uint32 project = _pick(which, IProjectBook.State.Suspended);
        if (project == 0) return;
        bytes memory no = _ifNotIn(project, IProjectBook.State.Suspended);
        bytes memory data = abi.encodeCall(IProjectAwards.resume, (project));
        if (_tryAsGovernor(address(book), data, no, seed)) _dossiers[project].state = _dossiers[project].resumesTo;
    }

    function terminate(uint256 which, uint256 seed) external {
        IProjectBook.State other = seed >> 16 & 1 == 0 ? IProjectBook.State.Suspended : IProjectBook.State.Completed;
        uint32 project = _pick(which, IProjectBook.State.Active, other);
        if (project == 0 || (seed >> 8) % 3 != 0) return;
        bytes memory no = _isStanding(project) ? bytes("") : _wrongState(project, IProjectBook.State.Active);
        bytes memory data = abi.encodeCall(IProjectAwards.terminate, (project));
        if (_tryAsGovernor(address(book), data, no, seed)) _bookClosing(project, IProjectBook.State.Terminated);
    }

    /// @dev One that has expired, where there is one.
    function lapse(uint256 which) external {
        uint256 count = _dossiers.length - 1;
        if (count == 0) return;
        uint32 project = uint32(1 + which % count);
        for (uint256 i = 0; i < count && (which >> 128) % 4 != 0; ++i) {
            uint32 other = uint32(1 + (which % count + i) % count);
            if (_isStanding(other) && block.timestamp >= _dossiers[other].expiresAt) project = other;
        }
        Dossier storage d = _dossiers[project];
        bool isDone = d.state == IProjectBook.State.Completed || d.state == IProjectBook.State.Evaluated;
        bytes memory no;
        if (!isDone && !_isStanding(project)) no = _wrongState(project, IProjectBook.State.Active);
        if (no.length == 0 && block.timestamp < d.expiresAt) {
            no = _no(IProjectAwards.ProjectBook_TooEarly.selector, block.timestamp, d.expiresAt);
        }
        if (no.length == 0 && isDone && d.held == 0) no = _no(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        if (!_try(STRANGER, address(book), abi.encodeCall(IProjectAwards.lapse, (project)), no)) return;
        _bookClosing(project, isDone ? d.state : IProjectBook.State.Lapsed);
    }

    function evaluate(uint256 which, uint256 seed) external {
        uint32 project = _pick(which, IProjectBook.State.Completed);
        if (project == 0) return;
        uint32 attestor = _calls[_dossiers[project].call].attestor;
        Hand memory h = _hand(address(book), "evaluate", attestor, project, abi.encode(EVIDENCE), seed);
        bytes memory no =
            _or(_ifNotIn(project, IProjectBook.State.Completed), _ifInterested(project, attestor), h.refusal);
        bytes memory data = abi.encodeCall(IProjectAwards.evaluate, (project, EVIDENCE, h.signature));
        if (_tryAs(h, data, no)) _dossiers[project].state = IProjectBook.State.Evaluated;
    }

    function _isStanding(uint32 project) private view returns (bool) {
        IProjectBook.State state = _dossiers[project].state;
        return state == IProjectBook.State.Awarded || state == IProjectBook.State.Active
            || state == IProjectBook.State.Suspended || state == IProjectBook.State.Completed;
    }
}
