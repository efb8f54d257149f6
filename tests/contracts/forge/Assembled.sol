// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Bell} from "./AssemblyParts.sol";
import {AssemblyVm} from "./AssemblyVm.sol";
import {Charters} from "./Charters.sol";
import {Community} from "./Community.sol";

/// @notice A cooperative of twelve members that the founder has left to its assembly, and how its members vote.
/// @dev Members 1 to 4 are users, 5 to 8 workers, 9 to 12 supporting; 12 is an organisation. Four of them are directors.
abstract contract Assembled is Community {
    /// @notice One ballot, and its signature. `choice` is what the word says: 0 when it is sealed.
    struct Slip {
        uint32 member;
        uint8 choice;
        uint8 sequence;
        bytes32 commitment;
        bytes signature;
    }

    AssemblyVm internal constant more = AssemblyVm(address(vm));
    uint256 internal constant MEMBER_KEY = 0xB0B0000;
    uint32 internal constant MEMBERS = 12;
    uint32 internal constant ANA = 1; // A user, director.
    uint32 internal constant BEN = 2; // A user, director.
    uint32 internal constant CARL = 3; // A user.
    uint32 internal constant EMMA = 5; // A worker, director.
    uint32 internal constant FRED = 6; // A worker.
    uint32 internal constant IRIS = 9; // Supporting, director.
    uint32 internal constant UNION = 12; // Supporting, an organisation.
    uint8 internal constant FOR = 1;
    uint8 internal constant AGAINST = 2;
    uint8 internal constant ABSTAIN = 3;
    uint64 internal constant TERM_END = uint64(NOW + 365 days);
    bytes32 internal constant TEXT = keccak256("What is resolved, in words");

    bytes32 private constant BALLOT =
        keccak256("Ballot(uint32 resolution,uint32 member,uint8 choice,uint8 sequence,bytes32 text)");
    bytes32 private constant SEALED_BALLOT =
        keccak256("SealedBallot(uint32 resolution,uint32 member,uint8 sequence,bytes32 commitment,bytes32 text)");
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    Bell internal bell;

    function setUp() public virtual {
        _found();
        for (uint32 m = 1; m <= MEMBERS; ++m) {
            _enter(IMembership.Category((m - 1) / 4), abi.encodePacked(vm.addr(_keyOf(m))));
        }
        uint32[4] memory seated = [ANA, BEN, EMMA, IRIS];
        for (uint256 i = 0; i < seated.length; ++i) {
            board.seat(seated[i], TERM_END);
        }
        bell = new Bell();
        rulebook.setPower(address(bell), Bell.ring.selector, IRulebook.Power(true, IRulebook.Kind.Decision, 0));
        rulebook.setPower(address(bell), Bell.pay.selector, IRulebook.Power(true, IRulebook.Kind.Spending, 2));
        membership.handOver();
    }

    /// @dev The standard by-laws, with a quorum that twelve members can miss: three of them.
    function _charter() internal pure virtual override returns (IRulebook.Charter memory c) {
        c = Charters.standard(IRulebook.Profile.QcSolidarity);
        for (uint256 k = 0; k < c.procedures.length; ++k) {
            if (c.procedures[k].body == IRulebook.Body.GeneralAssembly) c.procedures[k].quorumBps = 2500;
        }
    }

    // ---- members

    function _keyOf(uint32 member) internal pure returns (uint256) {
        return MEMBER_KEY + member;
    }

    function _enter(IMembership.Category category, bytes memory key) internal returns (uint32) {
        IMembership.Admission[] memory a = new IMembership.Admission[](1);
        bool isLast = membership.memberCount() == UNION - 1;
        IMembership.MemberKind kind = isLast ? IMembership.MemberKind.Organisation : IMembership.MemberKind.Person;
        a[0] = IMembership.Admission(kind, category, TODAY - 400, TODAY + 4000, key);
        vm.prank(REGISTRAR);
        return membership.admitMembers(a);
    }

    /// @dev The registrar gives a member another key, without asking the holder.
    function _rotate(uint32 member, bytes memory key) internal {
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(member, key, "");
        vm.warp(membership.rotation(member).readyAt);
        membership.completeKeyRotation(member);
    }

    function _as(uint32 member) internal {
        vm.prank(vm.addr(_keyOf(member)));
    }

    // ---- resolutions

    function _call(address target, bytes memory data) internal pure returns (IRulebook.Call[] memory calls) {
        calls = new IRulebook.Call[](1);
        calls[0] = IRulebook.Call(target, data);
    }

    function _ring() internal view returns (IRulebook.Call[] memory) {
        return _call(address(bell), abi.encodeCall(Bell.ring, ()));
    }

    function _propose(uint32 member, IRulebook.Kind kind, IRulebook.Call[] memory calls) internal returns (uint32) {
        _as(member);
        return theAssembly.propose(member, kind, TEXT, calls, "");
    }

    /// @dev Proposed and noticed by a director, to open as early as the charter allows.
    function _noticed(IRulebook.Kind kind, IRulebook.Call[] memory calls) internal returns (uint32 r) {
        r = _propose(ANA, kind, calls);
        uint64 opensAt = _earliest(kind);
        _as(ANA);
        theAssembly.giveNotice(r, ANA, opensAt, calls, "");
    }

    function _earliest(IRulebook.Kind kind) internal view returns (uint64) {
        uint32 notice = rulebook.charter(rulebook.charterVersion()).procedures[uint256(kind)].notice;
        return uint64(block.timestamp) + notice;
    }

    function _opened(IRulebook.Kind kind, IRulebook.Call[] memory calls) internal returns (uint32 r) {
        r = _noticed(kind, calls);
        vm.warp(theAssembly.resolution(r).opensAt);
    }

    /// @dev A decision of the members, to ring the bell, that is open.
    function _openDecision() internal returns (uint32) {
        return _opened(IRulebook.Kind.Decision, _ring());
    }

    function _closed(uint32 r) internal {
        vm.warp(theAssembly.resolution(r).closesAt);
    }

    /// @dev Warps to when its ballots are counted, and nothing is left to open.
    function _counted(uint32 r) internal {
        IAssembly.Resolution memory resolution = theAssembly.resolution(r);
        vm.warp(resolution.closesAt + (resolution.terms.isSealed ? resolution.terms.opening : 0));
    }

    function _final(uint32 r) internal {
        _counted(r);
        vm.warp(block.timestamp + theAssembly.resolution(r).terms.contest);
    }

    /// @dev Opened, carried by `voters`, past its contest window.
    function _carried(IRulebook.Kind kind, IRulebook.Call[] memory calls, uint32[] memory voters)
        internal
        returns (uint32 r)
    {
        r = _opened(kind, calls);
        _voteAll(r, voters, FOR);
        _final(r);
    }

    // ---- ballots

    function _slip(uint32 r, uint32 member, uint8 choice, uint8 sequence) internal view returns (Slip memory s) {
        s = Slip(member, choice, sequence, 0, "");
        s.signature = _sign(_digest(r, s), _keyOf(member));
    }

    function _sealedSlip(uint32 r, uint32 member, uint8 choice, uint8 sequence) internal view returns (Slip memory s) {
        s = Slip(member, 0, sequence, _commitment(r, member, choice, _salt(member, sequence)), "");
        s.signature = _sign(_digest(r, s), _keyOf(member));
    }

    function _salt(uint32 member, uint8 sequence) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", member, sequence));
    }

    function _commitment(uint32 r, uint32 member, uint8 choice, bytes32 salt) internal pure returns (bytes32) {
        return keccak256(abi.encode(r, member, choice, salt));
    }

    function _word(Slip memory s) internal pure returns (bytes32) {
        return bytes32((uint256(s.choice) << 40) | (uint256(s.sequence) << 32) | s.member);
    }

    function _digest(uint32 r, Slip memory s) internal view returns (bytes32) {
        return _digestFor(address(theAssembly), block.chainid, r, s, TEXT);
    }

    /// @dev EIP-712, written out: what the contract computes is not asked of the contract.
    function _digestFor(address verifier, uint256 chain, uint32 r, Slip memory s, bytes32 text)
        internal
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(abi.encode(DOMAIN, keccak256("Endogene"), keccak256("1"), chain, verifier));
        bytes32 content = s.commitment == 0
            ? keccak256(abi.encode(BALLOT, r, s.member, s.choice, s.sequence, text))
            : keccak256(abi.encode(SEALED_BALLOT, r, s.member, s.sequence, s.commitment, text));
        return keccak256(abi.encodePacked(hex"1901", domain, content));
    }

    function _sign(bytes32 digest, uint256 key) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _list(Slip memory a) internal pure returns (Slip[] memory slips) {
        slips = new Slip[](1);
        slips[0] = a;
    }

    function _list(Slip memory a, Slip memory b) internal pure returns (Slip[] memory slips) {
        slips = new Slip[](2);
        (slips[0], slips[1]) = (a, b);
    }

    function _list(Slip memory a, Slip memory b, Slip memory c) internal pure returns (Slip[] memory slips) {
        slips = new Slip[](3);
        (slips[0], slips[1], slips[2]) = (a, b, c);
    }

    function _words(Slip[] memory slips) internal pure returns (bytes32[] memory words, bytes32[] memory commitments) {
        words = new bytes32[](slips.length);
        commitments = new bytes32[](slips.length);
        for (uint256 i = 0; i < slips.length; ++i) {
            (words[i], commitments[i]) = (_word(slips[i]), slips[i].commitment);
        }
    }

    function _signatures(Slip[] memory slips) internal pure returns (bytes memory joined) {
        for (uint256 i = 0; i < slips.length; ++i) {
            joined = abi.encodePacked(joined, uint16(slips[i].signature.length), slips[i].signature);
        }
    }

    function _cast(uint32 r, Slip[] memory slips) internal {
        (bytes32[] memory words,) = _words(slips);
        theAssembly.castBallots(r, words, _signatures(slips));
    }

    function _cast(uint32 r, Slip memory s) internal {
        _cast(r, _list(s));
    }

    function _castSealed(uint32 r, Slip[] memory slips) internal returns (uint32 batch) {
        (bytes32[] memory words, bytes32[] memory commitments) = _words(slips);
        theAssembly.castSealedBallots(r, words, commitments, _signatures(slips));
        return theAssembly.resolution(r).sealedBatches;
    }

    /// @dev First ballots of many, in one call.
    function _voteAll(uint32 r, uint32[] memory members, uint8 choice) internal {
        Slip[] memory slips = new Slip[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            slips[i] = _slip(r, members[i], choice, 1);
        }
        _cast(r, slips);
    }

    function _range(uint32 first, uint32 last) internal pure returns (uint32[] memory members) {
        members = new uint32[](last + 1 - first);
        for (uint32 m = first; m <= last; ++m) {
            members[m - first] = m;
        }
    }

    // ---- what stands

    /// @dev The ballots of a category (0 to 2) with a choice (0: unopened).
    function _count(uint32 r, uint256 category, uint256 choice) internal view returns (uint256) {
        return (uint256(theAssembly.tally(r)) >> (84 * category + 21 * choice)) & (2 ** 21 - 1);
    }

    function _assertState(uint32 r, IAssembly.State expected) internal view {
        vm.assertEq(uint256(theAssembly.stateOf(r)), uint256(expected), "state");
    }

    function _assertBallot(uint32 r, uint32 member, uint8 sequence, uint8 choice) internal view {
        (uint8 actual, IAssembly.Choice kept) = theAssembly.ballotOf(r, member);
        _eq(actual, sequence, "sequence");
        _eq(uint256(kept), choice, "choice");
    }

    /// @dev A ballot that must be skipped with this reason, and change nothing.
    function _mustRefuse(uint32 r, Slip memory s, IAssembly.BallotRefusal reason) internal {
        bytes32 before = keccak256(abi.encode(theAssembly.tally(r), _ballot(r, s.member)));
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotRefused(r, s.member, s.sequence, reason);
        if (theAssembly.resolution(r).terms.isSealed) _castSealed(r, _list(s));
        else _cast(r, s);
        bytes32 after_ = keccak256(abi.encode(theAssembly.tally(r), _ballot(r, s.member)));
        vm.assertEq(after_, before, "a refused ballot counted");
    }

    function _ballot(uint32 r, uint32 member) internal view returns (bytes memory) {
        (uint8 sequence, IAssembly.Choice choice) = theAssembly.ballotOf(r, member);
        return abi.encode(sequence, choice);
    }

    function _wrongState(uint32 r, IAssembly.State actual, IAssembly.State limit) internal {
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_WrongState.selector, r, actual, limit));
    }

    function _eq(uint256 actual, uint256 expected, string memory what) internal pure {
        vm.assertEq(actual, expected, what);
    }
}
