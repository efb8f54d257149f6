// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {AssemblyOfficers} from "./AssemblyOfficers.sol";
import {Vm} from "./Vm.sol";

/// @notice Voters, relays and forgers: what a campaign calls at random. Each call predicts what must happen from the
/// {AssemblyGhost} alone, and reverts, which fails the campaign, when the assembly tells otherwise.
contract AssemblyActors is AssemblyOfficers {
    uint32 private constant MOST_BALLOTS = 6;

    /// @dev A batch under way, with what must become of each ballot.
    struct Draft {
        uint32 r;
        uint256 count;
        uint256 good;
        Slip[] slips;
        uint8[] choices;
        bytes32[] salts;
        IAssembly.BallotRefusal[] reasons;
    }

    // ---- ballots in batches

    function cast(uint256 which, uint256 seed) external {
        uint32 r = _pickVote(which, seed);
        if (r == 0) return;
        Draft memory d = _draft(r, seed);
        bytes memory data = _encoded(d);
        IAssembly.State state = _stateOf(r);
        if (state != IAssembly.State.Open) return _mustRevert(data, _wrong(r, state, IAssembly.State.Open));
        bool hadQuorum = _hasQuorum(r);
        vm.recordLogs();
        (bool done,) = address(theAssembly).call(data);
        vm.assertEq(done, true, "cast");
        _compare(d, vm.getRecordedLogs());
        _bookDraft(d);
        _bookExtension(r, hadQuorum);
    }

    function _draft(uint32 r, uint256 seed) private view returns (Draft memory d) {
        uint256 count = 1 + seed % MOST_BALLOTS;
        d.r = r;
        d.slips = new Slip[](count);
        d.choices = new uint8[](count);
        d.salts = new bytes32[](count);
        d.reasons = new IAssembly.BallotRefusal[](count);
        uint32 member = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            member += 1 + uint32(dice % 4);
            _fill(d, i, member, dice >> 8);
        }
    }

    function _fill(Draft memory d, uint256 i, uint32 member, uint256 dice) private view {
        Vote memory vote = _votes[d.r];
        Voter memory v = _voters[d.r][member];
        d.choices[i] = uint8(1 + dice % 3);
        d.salts[i] = bytes32(dice);
        Slip memory s = Slip(member, d.choices[i], v.sequence + uint8((dice >> 8) % 8 == 0 ? 0 : 1), 0, "");
        if ((dice >> 16) % 16 == 0) s.choice = uint8((dice >> 24) % 6);
        else if (vote.isSealed) s.choice = 0;
        if ((dice >> 32) % 32 == 0) s.sequence = uint8((dice >> 40) % 70);
        if (vote.isSealed) s.commitment = _commitment(d.r, member, d.choices[i], d.salts[i]);
        uint256 key = _keyFor(v, member, dice >> 48);
        bool isReplayed = (dice >> 64) % 16 == 0;
        if (key != 0) s.signature = _sign(_digest(isReplayed ? d.r + 1 : d.r, s), key);
        d.slips[i] = s;
        d.reasons[i] = _judge(vote, v, s.choice, s.sequence, isReplayed ? 0 : key);
        if (d.reasons[i] == IAssembly.BallotRefusal.None) ++d.good;
    }

    /// @dev Mostly the key of the roll; else today's, which may be another, or a neighbour's.
    function _keyFor(Voter memory v, uint32 member, uint256 dice) private view returns (uint256) {
        if (dice % 8 == 0) return _people[member].key;
        if (dice % 8 == 1) return _people[member + 1].key;
        return v.key;
    }

    function _encoded(Draft memory d) private view returns (bytes memory) {
        (bytes32[] memory words, bytes32[] memory commitments) = _words(d.slips);
        bytes memory signatures = _signatures(d.slips);
        if (!_votes[d.r].isSealed) return abi.encodeCall(theAssembly.castBallots, (d.r, words, signatures));
        return abi.encodeCall(theAssembly.castSealedBallots, (d.r, words, commitments, signatures));
    }

    /// @dev Each refusal with its reason, in order, then what was cast.
    function _compare(Draft memory d, Vm.Log[] memory logs) private view {
        uint256 next = 0;
        for (uint256 i = 0; i < d.slips.length; ++i) {
            if (d.reasons[i] == IAssembly.BallotRefusal.None) continue;
            vm.assertEq(logs[next].topics[0], IAssembly.BallotRefused.selector, "BallotRefused");
            _eq(uint256(logs[next].topics[2]), d.slips[i].member, "BallotRefused member");
            vm.assertEq(logs[next++].data, abi.encode(d.slips[i].sequence, d.reasons[i]), "BallotRefused");
        }
        if (d.good == 0) {
            _eq(logs.length, next, "and nothing cast");
            return;
        }
        // The event of what was cast; a vote that is extended is told before it in the same call.
        Vm.Log memory told = logs[logs.length - 1];
        if (_votes[d.r].isSealed) {
            (bytes32[] memory words, bytes32[] memory commitments) = _words(_kept(d));
            vm.assertEq(told.data, abi.encode(words, commitments), "SealedBallotsCast");
        } else {
            (bytes32[] memory words,) = _words(_good(d));
            vm.assertEq(told.data, abi.encode(words), "BallotsCast");
        }
    }

    function _good(Draft memory d) private pure returns (Slip[] memory good) {
        good = new Slip[](d.good);
        uint256 count = 0;
        for (uint256 i = 0; i < d.slips.length; ++i) {
            if (d.reasons[i] == IAssembly.BallotRefusal.None) good[count++] = d.slips[i];
        }
    }

    function _kept(Draft memory d) private pure returns (Slip[] memory kept) {
        kept = new Slip[](d.slips.length);
        for (uint256 i = 0; i < kept.length; ++i) {
            if (d.reasons[i] == IAssembly.BallotRefusal.None) kept[i] = d.slips[i];
        }
    }

    function _bookDraft(Draft memory d) private {
        for (uint256 i = 0; i < d.slips.length; ++i) {
            ++met[d.reasons[i]];
            if (d.reasons[i] != IAssembly.BallotRefusal.None) continue;
            _book(d.r, d.slips[i].member, d.slips[i].choice, d.slips[i].sequence);
        }
        if (!_votes[d.r].isSealed || d.good == 0) return;
        Batch storage b = _batches.push();
        (b.words, b.commitments) = _words(_kept(d));
        (b.r, b.number) = (d.r, theAssembly.resolution(d.r).sealedBatches);
        (b.choices, b.salts) = (d.choices, d.salts);
    }

    // ---- openings

    function open(uint256 which, uint256 seed) external {
        if (_batches.length == 0) return;
        Batch memory b = _batches[which % _batches.length];
        IAssembly.Opening[] memory openings = new IAssembly.Opening[](b.words.length);
        for (uint256 i = 0; i < openings.length; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint8 choice = dice % 8 == 0 ? uint8((dice >> 8) % 4) : b.choices[i];
            openings[i] = IAssembly.Opening(IAssembly.Choice(choice), dice % 8 == 1 ? bytes32(dice) : b.salts[i]);
        }
        bytes memory data = abi.encodeCall(theAssembly.openBallots, (b.r, b.number, b.words, b.commitments, openings));
        IAssembly.State state = _stateOf(b.r);
        if (state != IAssembly.State.Closed) return _mustRevert(data, _wrong(b.r, state, IAssembly.State.Closed));
        (bool done,) = address(theAssembly).call(data);
        vm.assertEq(done, true, "open");
        for (uint256 i = 0; i < openings.length; ++i) {
            _bookOpening(b, i, openings[i]);
        }
    }

    function _bookOpening(Batch memory b, uint256 i, IAssembly.Opening memory opening) private {
        (uint32 member, uint8 sequence) = (uint32(uint256(b.words[i])), uint8(uint256(b.words[i]) >> 32));
        Voter memory v = _voters[b.r][member];
        bool counts = sequence != 0 && v.sequence == sequence && v.choice == 0;
        bool fits = uint8(opening.choice) == b.choices[i] && opening.salt == b.salts[i];
        if (!counts || !fits) return;
        _book(b.r, member, uint8(opening.choice), sequence);
        ++opened;
    }

    // ---- one by one

    function voteDirectly(uint256 which, uint256 who, uint256 seed) external {
        uint32 r = _pickVote(which, seed);
        if (r == 0) return;
        uint32 member = _pick(who);
        Voter memory v = _voters[r][member];
        uint256 key = seed % 4 == 0 ? _people[member].key : v.key;
        uint8 choice = uint8((seed >> 8) % 4);
        bytes memory data = abi.encodeCall(theAssembly.vote, (r, member, IAssembly.Choice(choice)));
        bytes memory error_ = _errorOf(r, v, choice, key);
        if (_stateOf(r) == IAssembly.State.Open) ++met[_judge(_votes[r], v, choice, v.sequence + 1, key)];
        bool hadQuorum = _hasQuorum(r);
        vm.prank(key == 0 ? TREASURER : vm.addr(key));
        if (error_.length != 0) return _mustRevert(data, error_);
        (bool done,) = address(theAssembly).call(data);
        vm.assertEq(done, true, "vote");
        _book(r, member, choice, v.sequence + 1);
        _bookExtension(r, hadQuorum);
    }

    function _errorOf(uint32 r, Voter memory v, uint8 choice, uint256 key) private view returns (bytes memory) {
        IAssembly.State state = _stateOf(r);
        if (state != IAssembly.State.Open) return _wrong(r, state, IAssembly.State.Open);
        if (_votes[r].isSealed) return abi.encodeWithSelector(IAssembly.Assembly_WrongMode.selector, true);
        IAssembly.BallotRefusal reason = _judge(_votes[r], v, choice, v.sequence + 1, key);
        if (reason == IAssembly.BallotRefusal.None) return "";
        return abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, reason);
    }

    function declareInterest(uint256 which, uint256 who) external {
        uint32 r = _pickVote(which, who);
        uint32 member = _directorOf(r, (who >> 16) % 1e9);
        uint256 key = _people[member].key;
        if (member == 0 || key == 0) return;
        Voter storage v = _voters[r][member];
        IAssembly.State state = _stateOf(r);
        bool isOpen = state == IAssembly.State.Noticed || state == IAssembly.State.Open;
        if (!_votes[r].isBoard || !isOpen || v.isExcused) return;
        bool hadQuorum = _hasQuorum(r);
        vm.prank(vm.addr(key));
        theAssembly.declareInterest(r, member, "");
        --_votes[r].roll[v.category];
        (v.isExcused, v.sequence, v.choice) = (true, 0, 0);
        _bookExtension(r, hadQuorum);
        ++excused;
    }

    /// @dev A member with a right on a resolution of the board, from a random one on; 0: nobody.
    function _directorOf(uint32 r, uint256 who) private view returns (uint32) {
        for (uint32 i = 0; i < _lastMember; ++i) {
            uint32 member = 1 + uint32((who + i) % _lastMember);
            if (_voters[r][member].seatUntil != 0) return member;
        }
        return 0;
    }

    // ---- execution

    function execute(uint256 which) external {
        if (_votes.length < 2) return;
        uint32 r = uint32(1 + which % (_votes.length - 1));
        IAssembly.State state = _stateOf(r);
        bytes memory data = abi.encodeCall(theAssembly.execute, (r, _ringOf(_votes[r].kind)));
        ++tried[state];
        if (state != IAssembly.State.Final) return _mustRevert(data, _wrong(r, state, IAssembly.State.Final));
        (bool done,) = address(theAssembly).call(data);
        vm.assertEq(done, true, "execute");
        _votes[r].isExecuted = true;
        ++_executed;
    }

    /// @dev One of the last four most of the time: older ones are over.
    function _pickVote(uint256 which, uint256 seed) private view returns (uint32) {
        uint256 last = _votes.length - 1;
        if (last == 0) return 0;
        uint256 among = last < 4 || (seed >> 200) % 8 == 0 ? last : 4;
        return uint32(last - which % among);
    }

    function _wrong(uint32 r, IAssembly.State actual, IAssembly.State limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAssembly.Assembly_WrongState.selector, r, actual, limit);
    }

    function _mustRevert(bytes memory data, bytes memory expected) private {
        (bool done, bytes memory answer) = address(theAssembly).call(data);
        vm.assertEq(done, false, "must revert");
        vm.assertEq(answer, expected, "must revert with");
    }
}
