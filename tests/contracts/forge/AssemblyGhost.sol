// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {Bell} from "./AssemblyParts.sol";

/// @notice A second assembly, kept in the open beside the contracts': who stood on the roll of each notice, and which
/// ballots should count.
abstract contract AssemblyGhost is Assembled {
    struct Person {
        uint256 key;
        uint256 category;
        uint256 from;
        uint256 until;
        uint256 seatCategory;
        uint256 seatUntil;
    }

    /// @dev A member on the roll of a notice. `seatUntil` counts for the board alone; 0: no right there.
    struct Voter {
        uint256 key;
        uint256 category;
        bool isValid;
        uint256 seatUntil;
        bool isExcused;
        uint8 sequence;
        uint8 choice;
    }

    struct Vote {
        IRulebook.Kind kind;
        bool isBoard;
        bool isSealed;
        bool isExtended;
        bool isExecuted;
        uint16 charter;
        uint32 epoch;
        uint256 day;
        uint256 opensAt;
        uint256 closesAt;
        uint256 members; // How many numbers there were.
        bytes32 terms; // The hash of what the notice fixed.
        uint32[3] roll;
    }

    struct Batch {
        uint32 r;
        uint32 number;
        bytes32[] words;
        bytes32[] commitments;
        uint8[] choices;
        bytes32[] salts;
    }

    uint256 internal constant KINDS = 9;

    /// @dev What the resolutions of each kind ring.
    mapping(uint256 kind => Bell) internal _bells;
    mapping(uint256 member => Person) internal _people;
    uint32 internal _lastMember;
    Vote[] internal _votes; // Number 0 is none.
    mapping(uint32 r => mapping(uint32 member => Voter)) internal _voters;
    Batch[] internal _batches;
    uint256 internal _executed;
    uint256 internal _nextKey = 0xFACADE;

    /// @dev How often each reason, each state that was found at an execution, and other turns were met.
    mapping(IAssembly.BallotRefusal reason => uint256) public met;
    mapping(IAssembly.State state => uint256) public tried;
    uint256 public extended;
    uint256 public opened;
    uint256 public excused;

    // ---- what the laws read

    function votes() external view returns (Vote[] memory) {
        return _votes;
    }

    function voter(uint32 r, uint32 member) external view returns (Voter memory) {
        return _voters[r][member];
    }

    function lastMember() external view returns (uint32) {
        return _lastMember;
    }

    function executions() external view returns (uint256 ghost, uint256 rings) {
        for (uint256 k = 0; k < KINDS; ++k) {
            if (address(_bells[k]) != address(0)) rings += _bells[k].rings();
        }
        return (_executed, rings);
    }

    function bellOf(uint256 kind) external view returns (Bell) {
        return _bells[kind];
    }

    function contracts() external view returns (IAssembly, IMembership) {
        return (theAssembly, membership);
    }

    /// @notice The hash of what a notice fixes, out of what the assembly tells.
    function fixedTerms(IAssembly.Resolution memory r) public pure returns (bytes32) {
        return
            keccak256(
                abi.encode(r.kind, r.proposer, r.charter, r.epoch, r.recordDay, r.opensAt, r.text, r.calls, r.terms)
            );
    }

    // ---- what should happen

    function _today() internal view returns (uint256) {
        return block.timestamp / 1 days;
    }

    /// @dev Copies the roll as the people stand now, and counts it.
    function _snapshot(uint32 r, bool isBoard) internal returns (uint32[3] memory roll) {
        for (uint32 m = 1; m <= _lastMember; ++m) {
            Person memory p = _people[m];
            Voter storage v = _voters[r][m];
            v.key = p.key;
            v.category = p.category;
            v.isValid = p.from <= _today() && _today() < p.until;
            bool isSeated = p.seatUntil > block.timestamp && p.seatCategory == p.category;
            if (v.isValid && isSeated) v.seatUntil = p.seatUntil;
            if (v.isValid && (!isBoard || isSeated)) ++roll[p.category];
        }
    }

    /// @dev Why a ballot must be refused; None: it counts. `key`: who signed it (0: nobody).
    function _judge(Vote memory vote, Voter memory v, uint8 choice, uint256 sequence, uint256 key)
        internal
        view
        returns (IAssembly.BallotRefusal)
    {
        bool isKnown = vote.isSealed ? choice == 0 : choice >= FOR && choice <= ABSTAIN;
        if (!isKnown || sequence == 0 || sequence > 63) return IAssembly.BallotRefusal.Malformed;
        if (!v.isValid) return IAssembly.BallotRefusal.NotOnRoll;
        if (vote.isBoard) {
            if (v.isExcused) return IAssembly.BallotRefusal.InterestDeclared;
            if (v.seatUntil == 0) return IAssembly.BallotRefusal.NotOnRoll;
            if (v.seatUntil <= block.timestamp) return IAssembly.BallotRefusal.TermEnded;
        }
        if (sequence <= v.sequence) return IAssembly.BallotRefusal.StaleSequence;
        if (key == 0 || key != v.key) return IAssembly.BallotRefusal.BadSignature;
        return IAssembly.BallotRefusal.None;
    }

    function _recount(uint32 r) internal view returns (uint256[4][3] memory counts, uint256 turnout) {
        for (uint32 m = 1; m <= _votes[r].members; ++m) {
            Voter storage v = _voters[r][m];
            if (v.sequence == 0) continue;
            ++counts[v.category][v.choice];
            ++turnout;
        }
    }

    /// @notice The ballots that count, recounted one by one.
    function recount(uint32 r) external view returns (uint256[4][3] memory counts, uint256 turnout) {
        return _recount(r);
    }

    function _isQuorate(uint32 r, uint256 ballots) internal view returns (bool) {
        Vote memory vote = _votes[r];
        uint256 roll = uint256(vote.roll[0]) + vote.roll[1] + vote.roll[2];
        uint256 quorum = rulebook.charter(vote.charter).procedures[uint256(vote.kind)].quorumBps;
        return ballots * 10_000 >= quorum * roll;
    }

    /// @dev Heads alone: colleges have a fuzz test of their own.
    function _stateOf(uint32 r) internal view returns (IAssembly.State) {
        Vote memory vote = _votes[r];
        if (block.timestamp < vote.opensAt) return IAssembly.State.Noticed;
        if (block.timestamp < vote.closesAt) return IAssembly.State.Open;
        IRulebook.Charter memory c = rulebook.charter(vote.charter);
        IRulebook.Procedure memory p = c.procedures[uint256(vote.kind)];
        uint256 counted = vote.closesAt + (vote.isSealed ? c.opening : 0);
        if (block.timestamp < counted) return IAssembly.State.Closed;
        if (vote.isExecuted) return IAssembly.State.Executed;
        (uint256[4][3] memory n, uint256 turnout) = _recount(r);
        uint256 hidden = n[0][0] + n[1][0] + n[2][0]; // Not cast, in the charters of this campaign.
        if (!_isQuorate(r, turnout - hidden)) return IAssembly.State.NoQuorum;
        uint256 inFavour = n[0][1] + n[1][1] + n[2][1];
        uint256 against = n[0][2] + n[1][2] + n[2][2];
        bool isSimple = p.majority == IRulebook.Majority.Simple;
        bool isCarried = isSimple ? inFavour > against : inFavour > 0 && inFavour >= 2 * against;
        if (!isCarried) return IAssembly.State.Defeated;
        if (block.timestamp < counted + p.contest) return IAssembly.State.Contestable;
        return block.timestamp < counted + p.contest + p.validity ? IAssembly.State.Final : IAssembly.State.Expired;
    }

    // ---- what did happen

    function _book(uint32 r, uint32 member, uint8 choice, uint256 sequence) internal {
        (_voters[r][member].sequence, _voters[r][member].choice) = (uint8(sequence), choice);
    }

    /// @dev Whether the ballots cast so far, sealed or not, make the quorum.
    function _hasQuorum(uint32 r) internal view returns (bool) {
        (, uint256 turnout) = _recount(r);
        return _isQuorate(r, turnout);
    }

    /// @dev After the ballots of one call, or an interest that made the roll smaller: a quorum that came late, once.
    function _bookExtension(uint32 r, bool hadQuorum) internal {
        Vote storage vote = _votes[r];
        uint256 late = rulebook.charter(vote.charter).lateWindow;
        if (vote.isExtended || block.timestamp + late < vote.closesAt) return;
        if (hadQuorum || !_hasQuorum(r)) return;
        vote.isExtended = true;
        vote.closesAt += late;
        ++extended;
    }
}
