// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {AssemblyGhost} from "./AssemblyGhost.sol";
import {Bell} from "./AssemblyParts.sol";

/// @notice The registrar, the board, the by-laws and the clock, which change all that they may while votes are open.
abstract contract AssemblyOfficers is AssemblyGhost {
    uint32 private constant MOST_MEMBERS = 20;
    uint256 private constant MOST_VOTES = 16;

    function setUp() public override {
        super.setUp();
        _lastMember = MEMBERS;
        for (uint32 m = 1; m <= MEMBERS; ++m) {
            _people[m] = Person(_keyOf(m), (m - 1) / 4, TODAY - 400, TODAY + 4000, 0, 0);
        }
        uint32[4] memory seated = [ANA, BEN, EMMA, IRIS];
        for (uint256 i = 0; i < 4; ++i) {
            (_people[seated[i]].seatCategory, _people[seated[i]].seatUntil) = ((seated[i] - 1) / 4, TERM_END);
        }
        _votes.push();
        _bellFor(IRulebook.Kind.Decision);
        _bellFor(IRulebook.Kind.Office);
        _bellFor(IRulebook.Kind.Election);
        _bellFor(IRulebook.Kind.ByLaw);
    }

    /// @dev A key takes over at once, so that rotations need no clock.
    function _rules() internal pure override returns (IRulebook.Rules memory) {
        return IRulebook.Rules(30, 60, 1000, 500, 10, 0);
    }

    /// @dev Short delays, so that a campaign sees many resolutions to their end.
    function _charter() internal pure override returns (IRulebook.Charter memory c) {
        c = super._charter();
        (c.lateWindow, c.opening) = (6 hours, 12 hours);
        for (uint256 k = 0; k < KINDS; ++k) {
            IRulebook.Procedure memory p = c.procedures[k];
            if (p.voting == 0) continue;
            (p.notice, p.voting, p.contest, p.validity) = (2 hours, 1 days, 16 hours, 2 days);
        }
        IRulebook.Procedure memory annulment = c.procedures[uint256(IRulebook.Kind.Annulment)];
        (annulment.voting, annulment.contest) = (6 hours, 0);
    }

    function _bellFor(IRulebook.Kind kind) private {
        Bell one = new Bell();
        _bells[uint256(kind)] = one;
        vm.prank(address(theAssembly));
        rulebook.setPower(address(one), Bell.ring.selector, IRulebook.Power(true, kind, 0));
    }

    function _ringOf(IRulebook.Kind kind) internal view returns (IRulebook.Call[] memory) {
        return _call(address(_bells[uint256(kind)]), abi.encodeCall(Bell.ring, ()));
    }

    function passTime(uint256 seconds_) external {
        vm.warp(block.timestamp + seconds_ % 10 hours);
    }

    // ---- the registrar

    /// @dev Often with a key, at times with a plastic card; valid from the day before yesterday at the earliest.
    function admit(uint256 seed) external {
        if (_lastMember >= MOST_MEMBERS) return;
        uint256 key = seed % 8 == 0 ? 0 : ++_nextKey;
        Person memory p = Person(key, (seed >> 8) % 3, _today() - 2 + (seed >> 16) % 4, 0, 0, 0);
        p.until = p.from + (seed >> 24) % 40;
        _people[++_lastMember] = p;
        IMembership.Admission[] memory a = new IMembership.Admission[](1);
        a[0] = IMembership.Admission(
            IMembership.MemberKind.Person,
            IMembership.Category(p.category),
            uint32(p.from),
            uint32(p.until),
            _keyBytes(key)
        );
        vm.prank(REGISTRAR);
        _eq(membership.admitMembers(a), _lastMember, "the next number");
    }

    function setValidity(uint256 which, uint256 seed) external {
        Person storage p = _people[_pick(which)];
        p.from = _today() - 3 + seed % 5;
        p.until = p.from + (seed >> 8) % 30;
        vm.prank(REGISTRAR);
        membership.setValidity(_pick(which), uint32(p.from), uint32(p.until));
    }

    function setCategory(uint256 which, uint256 category) external {
        _people[_pick(which)].category = category % 3;
        vm.prank(REGISTRAR);
        membership.setCategory(_pick(which), IMembership.Category(category % 3));
    }

    function rotate(uint256 which, uint256 seed) external {
        uint256 key = seed % 16 == 0 ? 0 : ++_nextKey;
        _people[_pick(which)].key = key;
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(_pick(which), _keyBytes(key), "");
        membership.completeKeyRotation(_pick(which));
    }

    function _keyBytes(uint256 key) private pure returns (bytes memory) {
        return key == 0 ? bytes("") : abi.encodePacked(vm.addr(key));
    }

    // ---- the members, by resolutions told elsewhere

    function seat(uint256 which, uint256 seed) external {
        uint32 member = _pick(which);
        uint64 until = uint64(block.timestamp + 1 + seed % 3 days);
        vm.prank(address(theAssembly));
        try board.seat(member, until) {
            (_people[member].seatCategory, _people[member].seatUntil) = (_people[member].category, until);
        } catch {} // Not valid today, or no seat left: nothing has changed.
    }

    function publishCharter(uint256 seed) external {
        IRulebook.Charter memory c = _charter();
        for (uint256 k = 0; k < KINDS; ++k) {
            c.procedures[k].quorumBps = uint16((seed >> (8 * k)) % 6000);
        }
        c.lateWindow = uint32((seed >> 128) % 24 hours);
        c.procedures[0].isSealed = (seed >> 160) % 4 == 0;
        vm.prank(address(theAssembly));
        rulebook.publishCharter(c);
    }

    // ---- notices

    function notice(uint256 seed) external {
        uint32 proposer = _whoMayPropose();
        uint32 convener = _whoMayConvene(proposer);
        if (_votes.length > MOST_VOTES || proposer == 0 || convener == 0) return;
        IRulebook.Kind kind =
            [IRulebook.Kind.Decision, IRulebook.Kind.Office, IRulebook.Kind.Election, IRulebook.Kind.ByLaw][seed % 4];
        IRulebook.Call[] memory calls = _ringOf(kind);
        vm.prank(vm.addr(_people[proposer].key));
        uint32 r = theAssembly.propose(proposer, kind, TEXT, calls, "");
        _eq(r, _votes.length, "the next resolution");
        uint64 opensAt = _earliest(kind) + uint64((seed >> 8) % 12 hours);
        vm.prank(vm.addr(_people[convener].key));
        theAssembly.giveNotice(r, convener, opensAt, calls, "");
        _bookNotice(r, kind, opensAt);
    }

    function _bookNotice(uint32 r, IRulebook.Kind kind, uint256 opensAt) private {
        uint16 version = rulebook.charterVersion();
        IRulebook.Procedure memory p = rulebook.charter(version).procedures[uint256(kind)];
        Vote storage vote = _votes.push();
        vote.kind = kind;
        vote.isBoard = p.body == IRulebook.Body.Board;
        vote.isSealed = p.isSealed;
        vote.charter = version;
        vote.epoch = r - 1;
        vote.day = _today();
        vote.opensAt = opensAt;
        vote.closesAt = opensAt + p.voting;
        vote.members = _lastMember;
        vote.roll = _snapshot(r, vote.isBoard);
        IAssembly.Resolution memory told = theAssembly.resolution(r);
        vote.terms = fixedTerms(told);
        vm.assertEq(abi.encode(told.rollSizes), abi.encode(vote.roll), "the roll's sizes");
        _eq(told.recordDay, vote.day, "the record day");
        _eq(told.epoch, vote.epoch, "the epoch");
        _eq(told.closesAt, vote.closesAt, "the closing");
    }

    function _whoMayPropose() private view returns (uint32) {
        for (uint32 m = 1; m <= _lastMember; ++m) {
            Person memory p = _people[m];
            if (p.key != 0 && p.from <= _today() && _today() < p.until) return m;
        }
        return 0;
    }

    function _whoMayConvene(uint32 otherwise) private view returns (uint32) {
        if (board.directorsInOffice() == 0) return otherwise;
        for (uint32 m = 1; m <= _lastMember; ++m) {
            if (_people[m].key != 0 && _people[m].seatUntil > block.timestamp) return m;
        }
        return 0;
    }

    function _pick(uint256 which) internal view returns (uint32) {
        return uint32(1 + which % _lastMember);
    }
}
