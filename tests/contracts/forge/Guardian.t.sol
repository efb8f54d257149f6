// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Tester} from "./Tester.sol";

/// @notice A fund with money in its pockets, which the guardian pauses.
abstract contract GuardianTester is Tester {
    uint64 internal constant END = uint64(NOW + 3 days);

    bytes32[] internal _items;
    IGuardian internal guarded;

    function setUp() public override {
        super.setUp();
        _items = _list(_item(alice, 10_000, TODAY), _item(0, 5000, TODAY));
        _record(_items);
        _settle(shop, 100, "bank");
        guarded = IGuardian(address(fund));
    }

    function _pause() internal {
        vm.prank(GUARDIAN);
        guarded.pause();
    }

    /// @dev Purchases, refunds and payments: none moves while the pause lasts.
    function _mustStandStill(uint64 until) internal {
        bytes32 before = _moneyHash();
        ICommunityFund.PurchaseBatch memory purchases = _signed(_list(_item(alice, 100, TODAY)));
        _reverts(IGuardian.Guardian_Paused.selector, until);
        _record(purchases);
        ICommunityFund.ReversalBatch memory refunds = _signed(_refund(1, 1), _proof(_items, 0));
        _reverts(IGuardian.Guardian_Paused.selector, until);
        _reverse(refunds);
        _reverts(IGuardian.Guardian_Paused.selector, until);
        vm.prank(TREASURER);
        fund.settlePremiums(shop, 1, "later");
        vm.assertEq(_moneyHash(), before, "money");
        _eq(_next(till), 3, "the till's next sequence");
    }

    function _mustRun() internal {
        uint64 first = _next(till);
        _record(_item(alice, 100, TODAY));
        _reverse(_refund(1, 1), _items);
        _settle(shop, 1, bytes32(uint256(first)));
        _eq(_next(till), first + 2, "the till's next sequence");
    }
}

contract PauseTest is GuardianTester {
    function test_RevertWhen_TheCallerIsNotTheGuardian() public {
        address[3] memory callers = [address(this), REGISTRAR, TREASURER];
        for (uint256 i = 0; i < 3; ++i) {
            uint256 role = uint256(IMembership.Role.Guardian);
            _reverts(IMembership.Membership_MissingRole.selector, _id(callers[i]), role);
            vm.prank(callers[i]);
            guarded.pause();
        }
    }

    function test_RevertWhen_TheGuardianPausesAgain() public {
        _pause();
        _reverts(IGuardian.Guardian_Spent.selector);
        _pause();
    }

    /// @notice A pause that is over was used all the same.
    function test_RevertWhen_TheGuardianRenewsThePause() public {
        _pause();
        vm.warp(END);
        _reverts(IGuardian.Guardian_Spent.selector);
        _pause();
        vm.warp(NOW + 365 days);
        _reverts(IGuardian.Guardian_Spent.selector);
        _pause();
    }

    /// @notice The pause is the community's, not the guardian's who used it.
    function test_RevertWhen_AnotherGuardianPausesAgain() public {
        _pause();
        membership.grantRole(IMembership.Role.Guardian, TREASURER, uint64(NOW + 1 days));
        _reverts(IGuardian.Guardian_Spent.selector);
        vm.prank(TREASURER);
        guarded.pause();
    }

    function test_WhenTheGuardianPauses() public {
        vm.assertEq(guarded.isPauseSpent(), false, "spent");
        bytes32 before = _moneyHash();
        vm.expectEmit(address(fund));
        emit IGuardian.Paused(END);
        _pause();
        vm.assertEq(_moneyHash(), before, "a pause moves nothing");
        vm.assertEq(guarded.isPauseSpent(), true, "spent");
        _eq(guarded.pausedUntil(), END, "until");
        _mustStandStill(END);
    }

    function test_WhenThePauseIsOver() public {
        _pause();
        vm.warp(END - 1);
        _mustStandStill(END);
        vm.warp(END);
        _mustRun();
    }

    /// @notice Rules may be adopted meanwhile: they and the pause stand in one word.
    function test_WhenRulesArePublishedMeanwhile() public {
        _pause();
        _publish(2000, 1000);
        _mustStandStill(END);
        vm.warp(END);
        _mustRun();
    }

    /// @notice Members are admitted, keys change, votes are counted: only the fund stands still.
    function test_WhenTheRestGoesOn() public {
        _pause();
        uint32 newcomer = _admit(1, IMembership.MemberKind.Person);
        membership.revokeRole(IMembership.Role.Guardian, GUARDIAN);
        board.seat(newcomer, END);
        _eq(board.directorsInOffice(), 1, "directors");
    }
}

contract SettlePauseTest is GuardianTester {
    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        _pause();
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(GUARDIAN), _id(address(this)));
        vm.prank(GUARDIAN);
        guarded.settlePause(END);
    }

    function test_RevertWhen_ThePauseIsLongerThanThirtyDays() public {
        _reverts(IGuardian.Guardian_PauseTooLong.selector, NOW + 30 days + 1, NOW + 30 days);
        guarded.settlePause(uint64(NOW + 30 days + 1));
    }

    function test_WhenTheGovernorProlongsIt() public {
        _pause();
        uint64 until = uint64(NOW + 30 days);
        bytes32 before = _moneyHash();
        vm.expectEmit(address(fund));
        emit IGuardian.PauseSettled(until);
        guarded.settlePause(until);
        vm.assertEq(_moneyHash(), before, "a pause moves nothing");
        _eq(guarded.pausedUntil(), until, "until");
        vm.warp(until - 1);
        _mustStandStill(until);
        vm.warp(until);
        _mustRun();
    }

    function test_WhenTheGovernorEndsIt() public {
        _pause();
        guarded.settlePause(0);
        _eq(guarded.pausedUntil(), 0, "until");
        _mustRun();
    }

    function test_WhenTheGovernorEndsItNow() public {
        _pause();
        guarded.settlePause(uint64(NOW));
        _mustRun();
    }

    function test_WhenTheGuardianHasUsedThePause() public {
        _pause();
        guarded.settlePause(0);
        vm.assertEq(guarded.isPauseSpent(), false, "spent");
        _pause();
        _mustStandStill(END);
    }

    function test_WhenTheGovernorPausesByItself() public {
        guarded.settlePause(END);
        vm.assertEq(guarded.isPauseSpent(), false, "the guardian's is not used");
        _mustStandStill(END);
    }
}
