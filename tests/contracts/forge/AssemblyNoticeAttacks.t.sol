// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IBoard} from "../../../contracts/interfaces/IBoard.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {Bell} from "./AssemblyParts.sol";
import {Charters} from "./Charters.sol";
import {IProxied} from "./Community.sol";

/// @notice Stories of notices that come short, late, or say another thing than what is carried out; and of by-laws that
/// break their own law.
contract AssemblyNoticeAttacksTest is Assembled {
    function _give(uint32 r, uint32 member, uint64 opensAt, IRulebook.Call[] memory calls) private {
        _as(member);
        theAssembly.giveNotice(r, member, opensAt, calls, "");
    }

    /// @notice The board would vote before the opponents are back from their holidays: a second less than the charter's
    /// notice is too short.
    function test_RevertWhen_TheNoticeIsASecondTooShort() public {
        uint32 r = _propose(ANA, IRulebook.Kind.Decision, _ring());
        uint64 earliest = _earliest(IRulebook.Kind.Decision);
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_NoticeTooShort.selector, uint256(earliest - 1), uint256(earliest))
        );
        _give(r, ANA, earliest - 1, _ring());
        _give(r, ANA, earliest, _ring());
        _assertState(r, IAssembly.State.Noticed);
    }

    /// @notice Or when everybody who stands on the roll has left: sixty days after the earliest is the latest.
    function test_RevertWhen_TheNoticeIsASecondTooLong() public {
        uint32 r = _propose(ANA, IRulebook.Kind.Decision, _ring());
        uint64 latest = _earliest(IRulebook.Kind.Decision) + 60 days;
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_NoticeTooLong.selector, uint256(latest + 1), uint256(latest))
        );
        _give(r, ANA, latest + 1, _ring());
        _give(r, ANA, latest, _ring());
        _assertState(r, IAssembly.State.Noticed);
    }

    /// @notice Notice is given a second time, to move the vote to a better day and call another roll.
    function test_RevertWhen_NoticeIsGivenTwice() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        uint64 later = _earliest(IRulebook.Kind.Decision) + 10 days;
        _wrongState(r, IAssembly.State.Noticed, IAssembly.State.Draft);
        _give(r, ANA, later, _ring());
    }

    /// @notice The members filed one call, and the notice is given for another.
    function test_RevertWhen_TheCallsOfTheNoticeAreNotThoseProposed() public {
        uint32 r = _propose(ANA, IRulebook.Kind.Decision, _ring());
        IRulebook.Call[] memory other = _call(address(bell), abi.encodeCall(Bell.crack, (true)));
        uint64 opensAt = _earliest(IRulebook.Kind.Decision);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssembly.Assembly_OtherCalls.selector, keccak256(abi.encode(other)), keccak256(abi.encode(_ring()))
            )
        );
        _give(r, ANA, opensAt, other);
    }

    /// @notice A member who is no director gives notice of his own proposal while the board stands; a director whose term
    /// is over as well.
    function test_RevertWhen_TheConvenerIsNotInOffice() public {
        uint32 r = _propose(CARL, IRulebook.Kind.Decision, _ring());
        uint64 opensAt = uint64(NOW) + 10 days;
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotDirector.selector, CARL));
        _give(r, CARL, opensAt, _ring());
        vm.prank(address(theAssembly));
        board.seat(CARL, uint64(NOW) + 1);
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotDirector.selector, CARL));
        _give(r, CARL, opensAt + 1, _ring());
    }

    /// @notice The registrar admits, strikes off and moves members between the notice and the vote: the roll is the
    /// notice's, and so are its quorum and its colleges.
    function test_WhenTheRollIsChangedAfterTheNotice() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        bytes32 before = keccak256(abi.encode(theAssembly.resolution(r)));
        for (uint32 i = 1; i <= 20; ++i) {
            _enter(IMembership.Category.Worker, abi.encodePacked(vm.addr(_keyOf(MEMBERS + i))));
        }
        vm.prank(REGISTRAR);
        membership.setCategory(ANA, IMembership.Category.Supporting);
        vm.prank(REGISTRAR);
        membership.setValidity(BEN, 1, 2);
        vm.warp(theAssembly.resolution(r).opensAt);
        _voteAll(r, _range(ANA, CARL), FOR);
        _eq(_count(r, 0, FOR), 3, "three users");
        vm.assertEq(keccak256(abi.encode(theAssembly.resolution(r))), before, "what was noticed");
        _counted(r);
        _assertState(r, IAssembly.State.Contestable); // Three of twelve, not of thirty-two.
    }

    /// @notice A charter of the board's friends comes into force while a resolution is open, with no quorum, no contest and
    /// weighted colleges. The resolution keeps the one it was noticed under.
    function test_WhenTheCharterIsChangedAfterTheNotice() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        bytes32 before = keccak256(abi.encode(theAssembly.resolution(r)));
        IRulebook.Charter memory c = Charters.standard(IRulebook.Profile.FrScic);
        c.procedures[uint256(IRulebook.Kind.Decision)].quorumBps = 0;
        c.procedures[uint256(IRulebook.Kind.Decision)].majority = IRulebook.Majority.TwoThirds;
        c.procedures[uint256(IRulebook.Kind.Decision)].contest = 5 days;
        vm.prank(address(theAssembly));
        rulebook.publishCharter(c);
        vm.assertEq(keccak256(abi.encode(theAssembly.resolution(r))), before, "what was noticed");
        vm.warp(theAssembly.resolution(r).opensAt);
        _voteAll(r, _range(ANA, BEN), FOR);
        _counted(r);
        _assertState(r, IAssembly.State.NoQuorum);
        uint32 next = _opened(IRulebook.Kind.Decision, _ring());
        _eq(theAssembly.resolution(next).charter, 2, "the next is bound to the new one");
        _voteAll(next, _range(ANA, BEN), FOR);
        _counted(next);
        _assertState(next, IAssembly.State.Contestable);
    }

    /// @notice The founders of a SCIC would keep a college for form's sake, at 9 %, or hold more than half, at 51 %.
    function test_RevertWhen_ACollegeOfAScicWeighs9Or51Percent() public {
        IRulebook.Charter memory c = Charters.standard(IRulebook.Profile.FrScic);
        c.collegeBps = [uint16(900), 4100, 5000];
        _mustNotPublish(c, abi.encodeWithSelector(IRulebook.Rulebook_CollegeWeight.selector, 0, 900, 1000));
        c.collegeBps = [uint16(3900), 5100, 1000];
        _mustNotPublish(c, abi.encodeWithSelector(IRulebook.Rulebook_CollegeWeight.selector, 1, 5100, 5000));
    }

    /// @notice Supporting members may hold a third of a Québec board, and would like one seat more.
    function test_RevertWhen_TheSupportingMembersHoldMoreThanAThirdOfTheBoard() public {
        IRulebook.Charter memory c = _charter();
        c.boardSeats = [uint8(4), 3, 4];
        _mustNotPublish(c, abi.encodeWithSelector(IRulebook.Rulebook_SupportingSeats.selector, 4, 3));
    }

    /// @notice A third supporting director is elected where two seats are theirs.
    function test_RevertWhen_ADirectorIsSeatedAboveTheSeatsOfTheCategory() public {
        vm.prank(address(theAssembly));
        board.seat(UNION, TERM_END);
        vm.prank(address(theAssembly));
        vm.expectRevert(abi.encodeWithSelector(IBoard.Board_SeatsTaken.selector, IMembership.Category.Supporting, 3, 2));
        board.seat(UNION - 1, TERM_END);
    }

    function _mustNotPublish(IRulebook.Charter memory c, bytes memory error_) private {
        vm.prank(address(theAssembly));
        vm.expectRevert(error_);
        rulebook.publishCharter(c);
    }

    /// @notice A purchase above the board's limit is cut into two calls that are each below it. They are added up: it is
    /// the members' to decide.
    function test_RevertWhen_ASpendingIsCutIntoParts() public {
        IRulebook.Call[] memory parts = new IRulebook.Call[](2);
        parts[0] = IRulebook.Call(address(bell), abi.encodeCall(Bell.pay, (address(1), 250_000)));
        parts[1] = IRulebook.Call(address(bell), abi.encodeCall(Bell.pay, (address(1), 250_001)));
        uint32 r = _propose(ANA, IRulebook.Kind.Spending, parts);
        uint64 opensAt = _earliest(IRulebook.Kind.Spending);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRulebook.Rulebook_WrongKind.selector, IRulebook.Kind.Spending, IRulebook.Kind.MajorSpending
            )
        );
        _give(r, ANA, opensAt, parts);
        _noticed(IRulebook.Kind.MajorSpending, parts);
        parts[1] = IRulebook.Call(address(bell), abi.encodeCall(Bell.pay, (address(1), 250_000)));
        _noticed(IRulebook.Kind.Spending, parts);
    }

    /// @notice The board would change the fund's code by a resolution of its own, of any kind that is its.
    function test_RevertWhen_AnUpgradeIsBroughtBeforeTheBoard() public {
        address code =
            _deploy("CommunityFundV2.sol:CommunityFundV2", abi.encode(membership, credit, rulebook, _outflows()));
        IRulebook.Call[] memory upgrade = _call(address(fund), abi.encodeCall(IProxied.upgradeToAndCall, (code, "")));
        uint64 opensAt = uint64(NOW) + 30 days;
        IRulebook.Kind[3] memory kinds = [IRulebook.Kind.Spending, IRulebook.Kind.Office, IRulebook.Kind.Annulment];
        for (uint256 i = 0; i < kinds.length; ++i) {
            uint32 r = _propose(ANA, kinds[i], upgrade);
            vm.expectRevert(
                abi.encodeWithSelector(IRulebook.Rulebook_WrongKind.selector, kinds[i], IRulebook.Kind.ByLaw)
            );
            _give(r, ANA, opensAt, upgrade);
        }
        vm.prank(vm.addr(_keyOf(ANA)));
        vm.expectRevert(
            abi.encodeWithSelector(IGoverned.Governed_NotGovernor.selector, vm.addr(_keyOf(ANA)), address(theAssembly))
        );
        IProxied(address(fund)).upgradeToAndCall(code, "");
    }

    /// @notice A resolution would call what nobody gave resolutions the power to call: the register of sequences.
    function test_RevertWhen_TheCallIsNoPowerOfAnyResolution() public {
        IRulebook.Call[] memory calls =
            _call(address(membership), abi.encodeCall(IMembership.admitMembers, (new IMembership.Admission[](0))));
        uint32 r = _propose(ANA, IRulebook.Kind.Decision, calls);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRulebook.Rulebook_NoPower.selector, address(membership), IMembership.admitMembers.selector
            )
        );
        _give(r, ANA, uint64(NOW) + 30 days, calls);
    }

    /// @notice Ana signed one proposal, one notice, one declaration. Each serves once, and only for what it says.
    function test_RevertWhen_ASignedProposalIsFiledTwice() public {
        bytes32 calls = keccak256(abi.encode(_ring()));
        bytes memory signature =
            _sign(theAssembly.proposalDigest(CARL, IRulebook.Kind.Decision, TEXT, calls), _keyOf(CARL));
        theAssembly.propose(CARL, IRulebook.Kind.Decision, TEXT, _ring(), signature);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, CARL));
        theAssembly.propose(CARL, IRulebook.Kind.Decision, TEXT, _ring(), signature);
        _eq(theAssembly.resolutionCount(), 1, "resolutions");
    }
}
