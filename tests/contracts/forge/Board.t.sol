// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {INTEREST_DECLARED, IBoard} from "../../../contracts/interfaces/IBoard.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Tester} from "./Tester.sol";

/// @notice A board of two users, one worker and one supporting member.
abstract contract BoardTester is Tester {
    uint64 internal constant TERM = uint64(NOW + 730 days);
    uint32 internal constant RESOLUTION = 7;

    uint32 internal wanda;
    uint32 internal dora;

    function setUp() public override {
        super.setUp();
        wanda = _admitVoter(IMembership.Category.Worker, 0x3A);
        dora = _admitVoter(IMembership.Category.User, 0xD0);
    }

    function _charter() internal pure override returns (IRulebook.Charter memory c) {
        c = super._charter();
        c.boardSeats = [uint8(2), 1, 1];
    }

    function _callRoll(uint32 day) internal returns (uint32[3] memory) {
        vm.prank(address(theAssembly));
        return board.callRoll(RESOLUTION, day);
    }

    function _assertSizes(uint32[3] memory sizes, uint256 users, uint256 workers) internal pure {
        _eq(sizes[0], users, "users");
        _eq(sizes[1], workers, "workers");
        _eq(sizes[2], 0, "supporting");
    }

    function _taken(IMembership.Category category, uint256 actual, uint256 limit) internal {
        _reverts(IBoard.Board_SeatsTaken.selector, uint256(category), actual, limit);
    }
}

contract SeatTest is BoardTester {
    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(REGISTRAR), _id(address(this)));
        vm.prank(REGISTRAR);
        board.seat(alice, TERM);
    }

    function test_RevertWhen_TheTermEndsNow() public {
        _reverts(IBoard.Board_ExpiryPast.selector, NOW, NOW);
        board.seat(alice, uint64(NOW));
    }

    function test_RevertWhen_TheMemberIsUnknown() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, dora + 1, dora);
        board.seat(dora + 1, TERM);
    }

    function test_RevertWhen_TheMembershipHasNotBegun() public {
        vm.prank(REGISTRAR);
        membership.setValidity(alice, TODAY + 1, TODAY + 9);
        _reverts(IBoard.Board_NotValid.selector, alice);
        board.seat(alice, TERM);
    }

    function test_RevertWhen_TheMembershipIsOver() public {
        vm.prank(REGISTRAR);
        membership.setValidity(alice, TODAY - 9, TODAY);
        _reverts(IBoard.Board_NotValid.selector, alice);
        board.seat(alice, TERM);
    }

    function test_RevertWhen_TheSeatsOfTheCategoryAreTaken() public {
        board.seat(alice, TERM);
        board.seat(bruno, TERM);
        _taken(IMembership.Category.User, 3, 2);
        board.seat(dora, TERM);
    }

    /// @notice A category without a seat has no director.
    function test_RevertWhen_TheCharterGivesTheCategoryNoSeat() public {
        IRulebook.Charter memory c = _charter();
        c.boardSeats = [uint8(2), 0, 1];
        rulebook.publishCharter(c);
        _taken(IMembership.Category.Worker, 1, 0);
        board.seat(wanda, TERM);
    }

    function test_WhenASeatIsFree() public {
        vm.expectEmit(address(board));
        emit IBoard.DirectorSeated(wanda, IMembership.Category.Worker, TERM);
        board.seat(wanda, TERM);
        IBoard.Director memory d = board.director(wanda);
        _eq(uint256(d.category), uint256(IMembership.Category.Worker), "category");
        _eq(d.until, TERM, "until");
        vm.assertEq(board.isInOffice(wanda), true, "in office");
        _eq(board.directorsInOffice(), 1, "directors");
        board.seat(alice, TERM); // The users' seats are others.
        board.seat(bruno, TERM);
        _eq(board.directorsInOffice(), 3, "directors");
    }

    function test_WhenADirectorTakesAnotherTerm() public {
        board.seat(alice, TERM);
        board.seat(bruno, TERM);
        board.seat(alice, TERM + 1);
        _eq(board.director(alice).until, TERM + 1, "until");
        _eq(board.directors().length, 2, "once on the list");
        _eq(board.directorsInOffice(), 2, "directors");
    }

    /// @notice The seat that the director leaves is free again.
    function test_WhenADirectorComesBackInAnotherCategory() public {
        board.seat(alice, TERM);
        board.seat(bruno, TERM);
        vm.prank(REGISTRAR);
        membership.setCategory(alice, IMembership.Category.Worker);
        _taken(IMembership.Category.User, 3, 2);
        board.seat(dora, TERM);
        board.seat(alice, TERM);
        _eq(uint256(board.director(alice).category), uint256(IMembership.Category.Worker), "category");
        board.seat(dora, TERM);
        _taken(IMembership.Category.Worker, 2, 1);
        board.seat(wanda, TERM);
    }

    function test_WhenATermIsOver() public {
        board.seat(alice, uint64(NOW + 1));
        board.seat(wanda, uint64(NOW + 1));
        board.seat(bruno, TERM);
        vm.warp(NOW + 1);
        vm.assertEq(board.isInOffice(alice), false, "in office");
        _eq(board.directorsInOffice(), 1, "directors");
        board.seat(dora, TERM);
        _eq(board.directors().length, 2, "those whose term is over leave the list");
        _eq(board.directorsInOffice(), 2, "directors");
    }
}

contract UnseatTest is BoardTester {
    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        board.seat(alice, TERM);
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(GUARDIAN), _id(address(this)));
        vm.prank(GUARDIAN);
        board.unseat(alice);
    }

    function test_RevertWhen_TheMemberIsNoDirector() public {
        _reverts(IBoard.Board_NotDirector.selector, alice);
        board.unseat(alice);
    }

    function test_RevertWhen_TheTermIsOver() public {
        board.seat(alice, uint64(NOW + 1));
        vm.warp(NOW + 1);
        _reverts(IBoard.Board_NotDirector.selector, alice);
        board.unseat(alice);
    }

    function test_WhenTheGovernorUnseats() public {
        board.seat(alice, TERM);
        board.seat(bruno, TERM);
        vm.expectEmit(address(board));
        emit IBoard.DirectorUnseated(alice);
        board.unseat(alice);
        vm.assertEq(board.isInOffice(alice), false, "in office");
        _eq(board.directorsInOffice(), 1, "directors");
        board.seat(dora, TERM);
        vm.assertEq(board.isInOffice(dora), true, "the seat was free");
    }
}

contract CallRollTest is BoardTester {
    function test_RevertWhen_TheCallerIsNotTheAssembly() public {
        _reverts(IBoard.Board_NotAssembly.selector, _id(address(this)), _id(address(theAssembly)));
        board.callRoll(RESOLUTION, TODAY);
    }

    function test_WhenNobodyIsSeated() public {
        _assertSizes(_callRoll(TODAY), 0, 0);
        _eq(board.rightOf(RESOLUTION, alice), 0, "right");
    }

    function test_WhenDirectorsAreInOffice() public {
        board.seat(alice, TERM);
        board.seat(wanda, TERM - 1);
        _assertSizes(_callRoll(TODAY), 1, 1);
        _eq(board.rightOf(RESOLUTION, alice), TERM, "until the end of her term");
        _eq(board.rightOf(RESOLUTION, wanda), TERM - 1, "until the end of hers");
        _eq(board.rightOf(RESOLUTION, bruno), 0, "no director");
        _eq(board.rightOf(RESOLUTION + 1, alice), 0, "of another resolution");
    }

    function test_WhenADirectorIsSeatedAfter() public {
        _callRoll(TODAY);
        board.seat(alice, TERM);
        _eq(board.rightOf(RESOLUTION, alice), 0, "right");
    }

    function test_WhenATermIsOver() public {
        board.seat(alice, uint64(NOW + 1));
        vm.warp(NOW + 1);
        _assertSizes(_callRoll(TODAY), 0, 0);
        _eq(board.rightOf(RESOLUTION, alice), 0, "right");
    }

    function test_WhenAMembershipIsOver() public {
        board.seat(alice, TERM);
        vm.prank(REGISTRAR);
        membership.setValidity(alice, TODAY - 9, TODAY);
        _assertSizes(_callRoll(TODAY), 0, 0);
        vm.prank(REGISTRAR);
        membership.setValidity(alice, TODAY + 1, TODAY + 9);
        _assertSizes(_callRoll(TODAY), 0, 0);
        _eq(board.rightOf(RESOLUTION, alice), 0, "right");
    }

    function test_WhenADirectorHasLeftTheCategory() public {
        board.seat(alice, TERM);
        vm.prank(REGISTRAR);
        membership.setCategory(alice, IMembership.Category.Worker);
        _assertSizes(_callRoll(TODAY), 0, 0);
        _eq(board.rightOf(RESOLUTION, alice), 0, "right");
    }
}

contract ExcuseTest is BoardTester {
    function _excuse(uint32 member) private {
        vm.prank(address(theAssembly));
        board.excuse(RESOLUTION, member);
    }

    function test_RevertWhen_TheCallerIsNotTheAssembly() public {
        _reverts(IBoard.Board_NotAssembly.selector, _id(address(this)), _id(address(theAssembly)));
        board.excuse(RESOLUTION, alice);
    }

    function test_RevertWhen_TheMemberIsNotOnTheRoll() public {
        _reverts(IBoard.Board_NotDirector.selector, alice);
        _excuse(alice);
    }

    function test_RevertWhen_TheDirectorWasExcused() public {
        board.seat(alice, TERM);
        _callRoll(TODAY);
        _excuse(alice);
        _reverts(IBoard.Board_NotDirector.selector, alice);
        _excuse(alice);
    }

    function test_WhenTheDirectorIsOnTheRoll() public {
        board.seat(alice, TERM);
        board.seat(bruno, TERM);
        _callRoll(TODAY);
        _excuse(alice);
        _eq(board.rightOf(RESOLUTION, alice), INTEREST_DECLARED, "excused");
        _eq(board.rightOf(RESOLUTION, bruno), TERM, "the other votes");
        vm.assertEq(board.isInOffice(alice), true, "and stays in office");
    }
}
