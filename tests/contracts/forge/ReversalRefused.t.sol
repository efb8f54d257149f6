// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {RefusalReason} from "../../../contracts/types/RefusalReason.sol";
import {Tester} from "./Tester.sol";

/// @notice One refund of a batch in order that may not be: refused with its reason, its sequence taken, no money moved.
/// A purchase of 10,000 by alice stands recorded as the till's sequence 1, of yesterday.
contract ReversalRefusedTest is Tester {
    uint32 private constant DAY = TODAY - 1;
    bytes32[] private _items;

    function setUp() public override {
        super.setUp();
        _items = _list(_item(alice, 10_000, DAY));
        _record(_items);
    }

    function _dated(uint32 day) private view returns (ICommunityFund.Reversal memory r) {
        r = _refund(1, 10);
        r.day = day;
    }

    function _accepted(ICommunityFund.Reversal memory r) private {
        uint64 reversed = fund.reversedOf(till, r.purchaseSequence);
        _reverse(r, _items);
        _eq(fund.reversedOf(till, r.purchaseSequence), reversed + r.amount, "reversed");
    }

    // ---- which purchase

    function test_WhenNoBatchBeginsThere() public {
        _refused(_refund(2, 10), _items, RefusalReason.UnknownPurchase, 2, 0);
    }

    function test_WhenTheTillIsUnknown() public {
        ICommunityFund.Reversal memory r = _refund(1, 10);
        r.purchaseTill = till + 1;
        _refused(r, _items, RefusalReason.UnknownPurchase, 1, 0);
    }

    function test_WhenThePurchaseIsBeforeItsBatch() public {
        uint64 first = _record(_items);
        ICommunityFund.Reversal memory r = _refund(first, 10);
        r.purchaseSequence = first - 1;
        ICommunityFund.ReversalBatch memory b = _signed(r, _proof(_items, 0));
        vm.expectEmit(address(fund));
        emit ICommunityFund.ReversalRefused(till, 3, RefusalReason.UnknownPurchase, first - 1, 0, r);
        _reverse(b);
    }

    function test_WhenThePurchaseIsOneAfterItsBatch() public {
        ICommunityFund.Reversal memory r = _refund(1, 10);
        r.purchaseSequence = 2;
        _refused(r, _items, RefusalReason.UnknownPurchase, 2, 0);
    }

    function test_WhenThePurchaseIsOneAfterAFullChunk() public {
        bytes32[] memory items = _many(16, alice);
        ICommunityFund.Reversal memory r = _refund(_record(items), 10);
        r.purchaseSequence += 16;
        _refused(r, items, RefusalReason.UnknownPurchase, r.purchaseSequence, 0);
    }

    function test_WhenThePurchaseIsAnotherMerchants() public {
        (uint32 bakery, uint32 other) = _merchant();
        uint32 mine = till;
        (till, shop) = (other, bakery);
        ICommunityFund.Reversal memory r = _refund(1, 10);
        r.purchaseTill = mine;
        _refused(r, _items, RefusalReason.OtherMerchant, bakery, membership.till(mine).merchant);
    }

    // ---- how much

    function test_WhenTheAmountIsZero() public {
        _refused(_refund(1, 0), _items, RefusalReason.ZeroAmount, 0, 1);
    }

    function test_WhenTheAmountIsOneMoreThanThePurchase() public {
        _refused(_refund(1, 10_001), _items, RefusalReason.MoreThanLeft, 10_001, 10_000);
    }

    function test_WhenTheAmountIsOneMoreThanWhatIsLeft() public {
        _accepted(_refund(1, 9000));
        _refused(_refund(1, 1001), _items, RefusalReason.MoreThanLeft, 1001, 1000);
    }

    function test_WhenThePurchaseIsReversedInFull() public {
        _accepted(_refund(1, 10_000));
        _refused(_refund(1, 10_000), _items, RefusalReason.NothingLeft, 10_000, 0);
    }

    function test_WhenThePurchaseWasRefused() public {
        bytes32[] memory items = _list(_item(alice, 10_000, TODAY + 1));
        _refused(_refund(_record(items), 1), items, RefusalReason.NothingLeft, 1, 0);
    }

    function test_WhenThePurchaseWasRefusedForItsZeroAmount() public {
        bytes32[] memory items = _list(_item(alice, 0, TODAY));
        _refused(_refund(_record(items), 1), items, RefusalReason.NothingLeft, 1, 0);
    }

    // ---- when

    function test_WhenTheDayIsOneAfterTheLatest() public {
        _refused(_dated(TODAY + 1), _items, RefusalReason.FutureDay, TODAY + 1, TODAY);
    }

    function test_WhenTheDayIsTheLatest() public {
        _accepted(_dated(TODAY));
    }

    function test_WhenTheDayIsOneBeforeTheWindow() public {
        _refused(_dated(FIRST_DAY - 1), _items, RefusalReason.TooOld, FIRST_DAY - 1, FIRST_DAY);
    }

    function test_WhenTheDayIsTheFirstOfTheWindow() public {
        bytes32[] memory items = _list(_item(alice, 10_000, FIRST_DAY));
        ICommunityFund.Reversal memory r = _refund(_record(items), 10);
        r.day = FIRST_DAY;
        _reverse(r, items);
        _eq(fund.reversedOf(till, r.purchaseSequence), 10, "reversed");
    }

    function test_WhenTheDayIsOneBeforeThePurchase() public {
        _refused(_dated(DAY - 1), _items, RefusalReason.BeforePurchase, DAY - 1, DAY);
    }

    function test_WhenTheDayIsThePurchases() public {
        _accepted(_dated(DAY));
    }

    function test_WhenTheDayIsTheLastToRefund() public {
        vm.warp(uint256(DAY + 60) * 1 days + 8 hours);
        _accepted(_dated(DAY + 60));
    }

    function test_WhenTheDayIsOneAfterTheLastToRefund() public {
        vm.warp(uint256(DAY + 61) * 1 days + 8 hours);
        _refused(_dated(DAY + 61), _items, RefusalReason.WindowClosed, DAY + 61, DAY + 60);
    }

    /// @notice The window is the one in force when the refund is recorded.
    function test_WhenTheRulesHaveShortenedTheWindow() public {
        rulebook.publish(IRulebook.Rules(30, 0, 1000, 500, 10, 3 days));
        _accepted(_dated(DAY));
        _refused(_dated(TODAY), _items, RefusalReason.WindowClosed, TODAY, DAY);
    }

    // ---- whose credits

    /// @notice Planted, as no path leads there yet: redemptions will.
    function test_WhenTheMemberHasSpentTheCredits() public {
        bytes32 slot = _accountSlot(alice);
        vm.store(address(credit), slot, bytes32(uint256(vm.load(address(credit), slot)) - 1));
        _refused(_refund(1, 10_000), _items, RefusalReason.InsufficientCredits, 238, 237);
        _accepted(_refund(1, 9000));
    }

    function test_WhenTheMemberHasLeft() public {
        vm.prank(REGISTRAR);
        membership.setValidity(alice, TODAY - 400, TODAY - 300);
        _accepted(_refund(1, 10_000));
    }

    // ---- among others

    /// @notice A refused refund holds up neither those before nor those after it.
    function test_WhenItIsBetweenTwoGoodOnes() public {
        ICommunityFund.ReversalBatch memory b = _signed(_refund(1, 4000), _proof(_items, 0));
        b.reversals = new ICommunityFund.Reversal[](3);
        b.proofs = new ICommunityFund.Proof[](3);
        (b.reversals[0], b.reversals[1], b.reversals[2]) = (_refund(1, 4000), _refund(1, 6001), _refund(1, 6000));
        for (uint256 i = 0; i < 3; ++i) {
            b.proofs[i] = _proof(_items, 0);
        }
        _sign(b, TILL_KEY);
        vm.expectEmit(address(fund));
        emit ICommunityFund.ReversalRefused(till, 3, RefusalReason.MoreThanLeft, 6001, 6000, b.reversals[1]);
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchaseReversed(till, 4, alice, b.reversals[2], _totals(168, 143, 16, 9));
        _reverse(b);
        _assertSheet(0, 0, 0, 0, 0, 0);
    }
}
