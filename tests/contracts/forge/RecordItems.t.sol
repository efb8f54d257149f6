// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {RefusalReason} from "../../../contracts/types/RefusalReason.sol";
import {Tester} from "./Tester.sol";

/// @notice One item of a batch in order: it moves its premium, or is refused with its reason. Either way it takes its
/// sequence, so that a bad item never holds a till's queue.
contract RecordItemTest is Tester {
    function _refusedItem(bytes32 item, RefusalReason reason, uint256 actual, uint256 limit) private {
        bytes32 before = _moneyHash();
        ICommunityFund.PurchaseBatch memory b = _signed(_list(item));
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchasesRecorded(till, shop, b.firstSequence, _totals(0, 0, 0, 0), b.items);
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchaseRefused(till, b.firstSequence, reason, actual, limit);
        _record(b);
        vm.assertEq(_moneyHash(), before, "a refused item moved money");
        _eq(_next(till), b.firstSequence + 1, "next sequence");
        _eq(fund.reversedOf(till, b.firstSequence), uint64(uint256(item) >> 64), "counts as reversed in full");
        vm.assertEq(fund.batchRecord(till, b.firstSequence), _expectedRecord(b.items, 1), "record");
    }

    function _admitted(bytes32 item, uint256 premium) private {
        uint256 owed = fund.merchantAccount(shop).owed;
        uint64 sequence = _record(item);
        _eq(fund.merchantAccount(shop).owed - owed, premium, "premium");
        _eq(fund.reversedOf(till, sequence), 0, "reversed");
    }

    function _setValidity(uint32 from, uint32 until) private {
        vm.prank(REGISTRAR);
        membership.setValidity(alice, from, until);
    }

    // ---- the amount

    function test_WhenTheAmountIsZero() public {
        _refusedItem(_item(alice, 0, TODAY), RefusalReason.ZeroAmount, 0, 1);
    }

    function test_WhenTheAmountIsOne() public {
        _admitted(_item(alice, 1, TODAY), 0);
    }

    function test_WhenTheAmountIsTheCap() public {
        _admitted(_item(alice, CAP, TODAY), uint256(CAP) * RATE / 10_000);
    }

    function test_WhenTheAmountIsOneOverTheCap() public {
        _refusedItem(_item(alice, CAP + 1, TODAY), RefusalReason.OverTillCap, CAP + 1, CAP);
    }

    function test_WhenTheAmountIsTheLargestWord() public {
        _refusedItem(_item(alice, type(uint64).max, TODAY), RefusalReason.OverTillCap, type(uint64).max, CAP);
    }

    function test_WhenTheCapIsZero() public {
        _setLimits(LIMIT, 0);
        _refusedItem(_item(alice, 1, TODAY), RefusalReason.OverTillCap, 1, 0);
    }

    // ---- the rounding

    /// @notice 17 x 280 / 10,000 = 0.476, 18 x = 0.504: half a minor unit goes up.
    function test_WhenThePremiumIsAlmostAHalf() public {
        _admitted(_item(alice, 17, TODAY), 0);
        _admitted(_item(alice, 18, TODAY), 1);
    }

    /// @notice 125 x 280 / 10,000 = 3.5 exactly.
    function test_WhenThePremiumIsExactlyAHalf() public {
        _admitted(_item(alice, 125, TODAY), 4);
        _assertSheet(0, 4, 4, 0, 0, 0); // 15 % of 4, rounded down, is nothing.
    }

    // ---- the day

    function test_WhenTheDayIsTheFirstOfTheWindow() public {
        _admitted(_item(alice, 10_000, FIRST_DAY), 280);
    }

    function test_WhenTheDayIsOneBeforeTheWindow() public {
        _refusedItem(_item(alice, 100, FIRST_DAY - 1), RefusalReason.TooOld, FIRST_DAY - 1, FIRST_DAY);
    }

    function test_WhenTheDayIsTheLatest() public {
        _admitted(_item(alice, 10_000, TODAY), 280);
    }

    function test_WhenTheDayIsOneAfterTheLatest() public {
        _refusedItem(_item(alice, 100, TODAY + 1), RefusalReason.FutureDay, TODAY + 1, TODAY);
    }

    function test_WhenTheDayIsTheLargestWord() public {
        _refusedItem(_item(alice, 100, type(uint32).max), RefusalReason.FutureDay, type(uint32).max, TODAY);
    }

    /// @notice Tomorrow begins at UTC+14 at 10:00 UTC.
    function test_WhenTomorrowHasJustBegunSomewhere() public {
        vm.warp(uint256(TODAY) * 1 days + 10 hours - 1);
        _refusedItem(_item(alice, 100, TODAY + 1), RefusalReason.FutureDay, TODAY + 1, TODAY);
        vm.warp(uint256(TODAY) * 1 days + 10 hours);
        _admitted(_item(alice, 10_000, TODAY + 1), 280);
    }

    /// @notice Yesterday ends at UTC-12 at 12:00 UTC, and the window moves by a day.
    function test_WhenYesterdayHasJustEndedEverywhere() public {
        vm.warp(uint256(TODAY) * 1 days + 12 hours - 1);
        _admitted(_item(alice, 10_000, FIRST_DAY), 280);
        vm.warp(uint256(TODAY) * 1 days + 12 hours);
        _refusedItem(_item(alice, 100, FIRST_DAY), RefusalReason.TooOld, FIRST_DAY, FIRST_DAY + 1);
    }

    /// @notice A window longer than the calendar admits every day that has begun.
    function test_WhenTheWindowIsLongerThanTheCalendar() public {
        rulebook.publish(IRulebook.Rules(type(uint16).max, 60, 1000, 500, 10, 3 days));
        _admitted(_item(0, 10_000, 0), 280);
    }

    // ---- the member

    function test_WhenTheMemberIsOneTooHigh() public {
        _refusedItem(_item(bruno + 1, 100, TODAY), RefusalReason.UnknownMember, bruno + 1, bruno);
    }

    function test_WhenTheMemberIsTheLargestWord() public {
        _refusedItem(_item(type(uint32).max, 100, TODAY), RefusalReason.UnknownMember, type(uint32).max, bruno);
    }

    function test_WhenTheDayIsTheMembersFirst() public {
        _setValidity(TODAY, TODAY + 1);
        _admitted(_item(alice, 10_000, TODAY), 280);
    }

    function test_WhenTheDayIsOneBeforeTheMembersFirst() public {
        _setValidity(TODAY, TODAY + 1);
        _refusedItem(_item(alice, 100, TODAY - 1), RefusalReason.MemberNotValid, TODAY - 1, TODAY);
    }

    function test_WhenTheDayIsTheMembersLast() public {
        _setValidity(FIRST_DAY, TODAY);
        _admitted(_item(alice, 10_000, TODAY - 1), 280);
    }

    function test_WhenTheDayIsTheMembersEnd() public {
        _setValidity(FIRST_DAY, TODAY);
        _refusedItem(_item(alice, 100, TODAY), RefusalReason.MemberNotValid, TODAY, TODAY);
    }

    /// @notice A sale without a member is the reserve's.
    function test_WhenThereIsNoMember() public {
        _admitted(_item(0, 10_000, TODAY), 280);
        _assertSheet(0, 280, 0, 0, 280, 0);
        _eq(_creditOf(0), 0, "number zero holds nothing");
    }

    // ---- the rate of the day

    function test_WhenTheRateChangesOnTheDay() public {
        _scheduleAndGo(300, TODAY + 10);
        _admitted(_item(alice, 10_000, TODAY + 9), 280);
        _admitted(_item(alice, 10_000, TODAY + 10), 300);
    }

    function test_WhenTheRateHasChangedMoreThanTwiceSinceTheDay() public {
        _scheduleAndGo(300, TODAY + 10);
        _scheduleAndGo(400, TODAY + 20);
        _scheduleAndGo(500, TODAY + 30);
        _admitted(_item(alice, 10_000, TODAY + 9), 280);
        _admitted(_item(alice, 10_000, TODAY + 10), 300);
        _admitted(_item(alice, 10_000, TODAY + 19), 300);
        _admitted(_item(alice, 10_000, TODAY + 20), 400);
        _admitted(_item(alice, 10_000, TODAY + 29), 400);
        _admitted(_item(alice, 10_000, TODAY + 30), 500);
    }

    function _scheduleAndGo(uint16 rateBps, uint32 day) private {
        vm.prank(REGISTRAR);
        membership.scheduleRate(shop, rateBps, day);
        vm.warp(uint256(day) * 1 days + 8 hours);
    }

    // ---- the split

    function test_WhenNothingIsKept() public {
        _publish(0, 0);
        _record(_item(alice, 10_000, TODAY));
        _assertSheet(0, 280, 280, 0, 0, 0);
    }

    function test_WhenOnlyTheReserveKeeps() public {
        _publish(0, 1);
        _record(_item(alice, 1_000_000, TODAY)); // 28,000: one hundredth of a percent is 2.8, rounded down.
        _assertSheet(0, 28_000, 27_998, 0, 2, 0);
    }

    // ---- among others

    /// @notice Refusals at the edges of both words of the outcome, and money from every other item.
    function test_WhenItIsOneOf512() public {
        bytes32[] memory items = _many(512, 0);
        uint16[5] memory bad = [0, 255, 256, 300, 511];
        uint256 premiums;
        for (uint256 i = 0; i < 512; ++i) {
            premiums += ((100 + i) * RATE + 5000) / 10_000;
        }
        for (uint256 i = 0; i < 5; ++i) {
            premiums -= ((100 + uint256(bad[i])) * RATE + 5000) / 10_000;
            items[bad[i]] = _item(bruno + 1 + i, 100, TODAY);
        }
        ICommunityFund.PurchaseBatch memory b = _signed(items);
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchasesRecorded(till, shop, 1, _totals(premiums, 0, 0, premiums), items);
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectEmit(address(fund));
            emit ICommunityFund.PurchaseRefused(till, 1 + bad[i], RefusalReason.UnknownMember, bruno + 1 + i, bruno);
        }
        _record(b);
        _assertSheet(0, premiums, 0, 0, premiums, 0);
        _eq(fund.reversedOf(till, 2), 0, "its neighbours stand");
        _eq(fund.reversedOf(till, 512), 100, "the last is refused");
    }
}
