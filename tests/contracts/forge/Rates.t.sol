// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Tester} from "./Tester.sol";

abstract contract RatesTester is Tester {
    uint32 internal constant EARLIEST = TODAY + 10; // The notice of the rules is ten days.

    function _schedule(uint16 rateBps, uint32 fromDay) internal {
        vm.prank(REGISTRAR);
        membership.scheduleRate(shop, rateBps, fromDay);
    }

    function _goTo(uint32 day) internal {
        vm.warp(uint256(day) * 1 days + 8 hours);
    }
}

contract ScheduleRateTest is RatesTester {
    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.scheduleRate(shop, 300, EARLIEST);
    }

    function test_RevertWhen_TheMerchantIsUnknown() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        vm.prank(REGISTRAR);
        membership.scheduleRate(alice, 300, EARLIEST);
    }

    function test_RevertWhen_TheRateIsOverTheWhole() public {
        _reverts(IMembership.Membership_RateTooHigh.selector, 10_001, 10_000);
        _schedule(10_001, EARLIEST);
    }

    function test_RevertWhen_TheDayIsOneTooSoon() public {
        _reverts(IMembership.Membership_RateTooSoon.selector, EARLIEST - 1, EARLIEST);
        _schedule(300, EARLIEST - 1);
    }

    /// @notice At 10:00 UTC tomorrow begins at UTC+14: the notice counts from there.
    function test_RevertWhen_TomorrowHasBegunSomewhere() public {
        vm.warp(uint256(TODAY) * 1 days + 10 hours);
        _reverts(IMembership.Membership_RateTooSoon.selector, EARLIEST, EARLIEST + 1);
        _schedule(300, EARLIEST);
    }

    function test_WhenTomorrowBeginsSomewhereInOneSecond() public {
        vm.warp(uint256(TODAY) * 1 days + 10 hours - 1);
        _schedule(300, EARLIEST);
        _eq(membership.rateOn(shop, EARLIEST), 300, "rate");
    }

    function test_WhenTheDayIsTheEarliest() public {
        vm.expectEmit(address(membership));
        emit IMembership.RateScheduled(shop, 300, EARLIEST);
        _schedule(300, EARLIEST);
        IMembership.Merchant memory expected =
            IMembership.Merchant(IMembership.MerchantStatus.Active, LIMIT, CAP, 0, RATE, EARLIEST, 300);
        vm.assertEq(abi.encode(membership.merchant(shop)), abi.encode(expected), "terms");
    }

    function test_WhenAnAnnouncedChangeHasNotBegun() public {
        _schedule(300, EARLIEST);
        _schedule(400, EARLIEST + 5);
        _eq(membership.rateOn(shop, EARLIEST), RATE, "the first announcement is gone");
        _eq(membership.rateOn(shop, EARLIEST + 4), RATE, "the day before the second");
        _eq(membership.rateOn(shop, EARLIEST + 5), 400, "the second");
    }

    /// @notice A day that has begun keeps its rate: the change of that day is history, not replaced.
    function test_WhenAnAnnouncedChangeBeganToday() public {
        _schedule(300, EARLIEST);
        _goTo(EARLIEST);
        _schedule(400, EARLIEST + 10);
        _eq(membership.rateOn(shop, EARLIEST), 300, "today keeps its rate");
        _eq(membership.rateOn(shop, EARLIEST - 1), RATE, "yesterday too");
    }

    function test_WhenAnAnnouncedChangeBeginsTomorrow() public {
        _schedule(300, EARLIEST);
        _goTo(EARLIEST - 1);
        _schedule(400, EARLIEST + 9);
        _eq(membership.rateOn(shop, EARLIEST), RATE, "it is replaced");
    }
}

contract RateOnTest is RatesTester {
    function test_RevertWhen_TheMerchantIsUnknown() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        membership.rateOn(alice, TODAY);
    }

    /// @notice Four changes: each day keeps the rate it had, on both sides of each change.
    function test_WhenTheHistoryIsOlderThanTwoChanges() public {
        uint16[4] memory rates = [uint16(310), 320, 0, 340];
        uint32[4] memory days_;
        uint32 today = TODAY;
        for (uint256 i = 0; i < 4; ++i) {
            days_[i] = today + 10;
            _schedule(rates[i], days_[i]);
            today = days_[i] + 3;
            _goTo(today);
        }
        _eq(membership.rateOn(shop, 0), RATE, "day zero");
        for (uint256 i = 0; i < 4; ++i) {
            _eq(membership.rateOn(shop, days_[i] - 1), i == 0 ? RATE : rates[i - 1], "the day before");
            _eq(membership.rateOn(shop, days_[i]), rates[i], "the day itself");
        }
        _eq(membership.rateOn(shop, type(uint32).max), 340, "the last day");
    }
}
