// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {PocketsLib} from "../../../contracts/types/Pockets.sol";
import {Tester} from "./Tester.sol";

/// @notice What concerns a batch as a whole; its items are {RecordItemTest}'s.
contract RecordPurchasesTest is Tester {
    /// @dev Signs and sends; external, so that an expected revert is this call's.
    function record(bytes32[] calldata items) external {
        _record(items);
    }

    function _alices(uint256 amount) private view returns (bytes32[] memory) {
        return _list(_item(alice, amount, TODAY));
    }

    // ---- the batch

    function test_RevertWhen_ThereIsNoItem() public {
        _reverts(ICommunityFund.CommunityFund_BatchSize.selector, 0, 512);
        this.record(new bytes32[](0));
    }

    function test_RevertWhen_ThereAre513Items() public {
        _reverts(ICommunityFund.CommunityFund_BatchSize.selector, 513, 512);
        this.record(_many(513, 0));
    }

    function test_WhenThereAre512Items() public {
        bytes32[] memory items = _many(512, 0);
        _record(items);
        _eq(_next(till), 513, "next sequence");
        vm.assertEq(fund.batchRecord(till, 1), _expectedRecord(items, 1), "record");
    }

    function test_WhenThereIsNoBatch() public {
        bytes32 before = _moneyHash();
        fund.recordPurchases(new ICommunityFund.PurchaseBatch[](0));
        vm.assertEq(_moneyHash(), before, "money");
    }

    // ---- the till

    function test_RevertWhen_TheTillIsUnknown() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        b.till = till + 1;
        _sign(b, TILL_KEY);
        _reverts(IMembership.Membership_TillUnknown.selector, till + 1, till);
        _record(b);
    }

    /// @notice From the revocation on nothing is recorded, however old the signature.
    function test_RevertWhen_TheTillWasRevokedAfterSigning() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        vm.prank(REGISTRAR);
        membership.revokeTill(till);
        _reverts(IMembership.Membership_TillRevoked.selector, till);
        _record(b);
    }

    function test_RevertWhen_TheMerchantIsAnother() public {
        (uint32 other,) = _merchant();
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        b.merchant = other;
        _sign(b, TILL_KEY);
        _reverts(IMembership.Membership_WrongMerchant.selector, other, shop);
        _record(b);
    }

    function test_RevertWhen_TheMerchantIsSuspended() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        _reverts(ICommunityFund.CommunityFund_MerchantSuspended.selector, shop);
        _record(b);
    }

    /// @notice The refused batch kept its place: it is recorded as signed once the suspension ends.
    function test_WhenTheMerchantIsReinstated() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        vm.prank(REGISTRAR);
        membership.reinstateMerchant(shop);
        _record(b);
        _eq(_next(till), 2, "next sequence");
    }

    // ---- the sequence

    function test_RevertWhen_TheBatchIsReplayed() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        _record(b);
        _reverts(IMembership.Membership_SequenceMismatch.selector, 1, 2);
        _record(b);
    }

    function test_RevertWhen_TheBatchOverlaps() public {
        _record(_many(3, alice));
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        b.firstSequence = 3;
        _sign(b, TILL_KEY);
        _reverts(IMembership.Membership_SequenceMismatch.selector, 3, 4);
        _record(b);
    }

    function test_RevertWhen_TheBatchLeavesAGap() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        b.firstSequence = 2;
        _sign(b, TILL_KEY);
        _reverts(IMembership.Membership_SequenceMismatch.selector, 2, 1);
        _record(b);
    }

    // ---- the signature

    function test_RevertWhen_AnotherKeySigned() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        _sign(b, 0xBAD);
        _reverts(ICommunityFund.CommunityFund_BadSignature.selector, _id(vm.addr(0xBAD)), _id(vm.addr(TILL_KEY)));
        _record(b);
    }

    function test_RevertWhen_AnItemWasAltered() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        b.items[0] = _item(alice, 101, TODAY);
        _expectSigner(b);
        _record(b);
    }

    function test_RevertWhen_ItWasSignedForAnotherFund() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        ICommunityFund other =
            ICommunityFund(_proxy(_implementation(address(fund)), abi.encodeWithSignature("initialize()")));
        (b.r, b.vs) = _compact(TILL_KEY, other.purchaseDigest(b));
        _expectSigner(b);
        _record(b);
    }

    function test_RevertWhen_ItWasSignedForAnotherChain() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        vm.chainId(block.chainid + 1);
        _expectSigner(b);
        _record(b);
    }

    function test_RevertWhen_NobodyCanHaveSigned() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        b.r = 0;
        _reverts(ICommunityFund.CommunityFund_BadSignature.selector, 0, _id(vm.addr(TILL_KEY)));
        _record(b);
    }

    function test_RevertWhen_TheSignatureIsTheOtherHalfs() public {
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(100));
        b.vs = bytes32(0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A1);
        _reverts(ICommunityFund.CommunityFund_BadSignature.selector, 0, _id(vm.addr(TILL_KEY)));
        _record(b);
    }

    function _expectSigner(ICommunityFund.PurchaseBatch memory b) private {
        bytes32 s = b.vs & ~bytes32(uint256(1) << 255);
        address signer = ecrecover(fund.purchaseDigest(b), uint8(uint256(b.vs) >> 255) + 27, b.r, s);
        _reverts(ICommunityFund.CommunityFund_BadSignature.selector, _id(signer), _id(vm.addr(TILL_KEY)));
    }

    // ---- the exposure

    function test_WhenWhatIsOwedReachesTheLimit() public {
        _setLimits(280, CAP);
        _record(_alices(10_000));
        _assertMerchant(shop, 280, 0);
    }

    function test_RevertWhen_WhatIsOwedPassesTheLimitByOne() public {
        _setLimits(279, CAP);
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(10_000));
        _reverts(ICommunityFund.CommunityFund_OverExposure.selector, 280, 279);
        _record(b);
    }

    function test_RevertWhen_TheLimitFellBelowWhatIsOwed() public {
        _record(_alices(10_000));
        _setLimits(279, CAP);
        ICommunityFund.PurchaseBatch memory b = _signed(_alices(1));
        _reverts(ICommunityFund.CommunityFund_OverExposure.selector, 280, 279);
        _record(b);
    }

    /// @notice A batch without a premium leaves what is owed as it is.
    function test_WhenTheMerchantOwesAndNothingIsAdded() public {
        _record(_alices(10_000));
        _record(_list(_item(alice, 1, TODAY), _item(bruno + 1, 100, TODAY)));
        _assertMerchant(shop, 280, 0);
        _assertSheet(0, 280, 238, 0, 14, 28);
    }

    function test_WhenTheMerchantHasPrepaidExactlyThat() public {
        _settle(shop, 280, "a");
        _record(_alices(10_000));
        _assertMerchant(shop, 0, 0);
        _assertSheet(280, 0, 238, 0, 14, 28);
    }

    function test_WhenTheMerchantHasPrepaidMore() public {
        _setLimits(0, CAP);
        _settle(shop, 281, "a");
        _record(_alices(10_000));
        _assertMerchant(shop, 0, 1);
        _assertSheet(281, 0, 238, 1, 14, 28);
    }

    function test_WhenTheMerchantHasPrepaidLess() public {
        _settle(shop, 100, "a");
        _record(_alices(10_000));
        _assertMerchant(shop, 180, 0);
        _assertSheet(100, 180, 238, 0, 14, 28);
    }

    /// @notice A member's item in every pocket, and what the two words of the ledger then say.
    function test_WhenTheBatchIsInOrder() public {
        bytes32[] memory items = _list(_item(alice, 10_000, TODAY), _item(0, 10_000, TODAY));
        ICommunityFund.PurchaseBatch memory b = _signed(items);
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchasesRecorded(till, shop, 1, _totals(560, 238, 28, 294), items);
        vm.prank(address(0xBEEF)); // Anyone may relay.
        _record(b);
        _eq(_next(till), 3, "next sequence");
        vm.assertEq(fund.batchRecord(till, 1), _expectedRecord(items, 1), "record");
        vm.assertEq(fund.batchRecord(till, 2), bytes32(0), "no record inside the batch");
        _assertSheet(0, 560, 238, 0, 294, 28);
        _assertMerchant(shop, 560, 0);
    }

    // ---- several batches in one call

    function test_WhenOneCallBringsTwoTills() public {
        (uint32 bakery, uint32 other) = _merchant();
        ICommunityFund.PurchaseBatch[] memory b = new ICommunityFund.PurchaseBatch[](3);
        b[0] = _signed(_alices(10_000));
        b[1] = ICommunityFund.PurchaseBatch(other, bakery, 1, _list(_item(bruno, 10_000, TODAY)), 0, 0);
        b[2] = ICommunityFund.PurchaseBatch(till, shop, 2, _alices(10_000), 0, 0);
        _sign(b[1], TILL_KEY);
        _sign(b[2], TILL_KEY);
        fund.recordPurchases(b);
        _assertMerchant(shop, 560, 0);
        _assertMerchant(bakery, 280, 0);
        _assertSheet(0, 840, 714, 0, 42, 84);
    }

    function test_RevertWhen_TheLastOfTwoBatchesIsBad() public {
        ICommunityFund.PurchaseBatch[] memory b = new ICommunityFund.PurchaseBatch[](2);
        (b[0], b[1]) = (_signed(_alices(10_000)), _signed(_alices(10_000)));
        _reverts(IMembership.Membership_SequenceMismatch.selector, 1, 2);
        fund.recordPurchases(b);
    }

    // ---- the pockets

    function test_RevertWhen_TheReceivableOverflows() public {
        (uint32 bakery, uint32 other) = _merchant();
        _fill(alice, 0, 0);
        vm.prank(TREASURER);
        membership.setLimits(bakery, type(uint48).max, type(uint48).max);
        ICommunityFund.PurchaseBatch memory b = ICommunityFund.PurchaseBatch(other, bakery, 1, _alices(36), 0, 0);
        _sign(b, TILL_KEY);
        _reverts(PocketsLib.Pockets_Overflow.selector, 1 << 48, type(uint48).max);
        _record(b);
    }

    function test_RevertWhen_TheCreditsOverflow() public {
        _fill(alice, 0, 0);
        _expectOverflow(alice);
    }

    function test_RevertWhen_TheOperationsOverflow() public {
        _fill(alice, 10_000, 0);
        _expectOverflow(alice);
    }

    function test_RevertWhen_TheReserveOverflows() public {
        _fill(0, 0, 0);
        _expectOverflow(0);
    }

    /// @dev Fills one pocket, and the receivable, to the last unit.
    function _fill(uint32 member, uint16 operationsBps, uint16 reserveBps) private {
        _publish(operationsBps, reserveBps);
        uint32 fromDay = TODAY + 10;
        vm.prank(REGISTRAR);
        membership.scheduleRate(shop, 10_000, fromDay);
        vm.warp(uint256(fromDay) * 1 days + 8 hours);
        _setLimits(type(uint48).max, type(uint48).max);
        _record(_item(member, type(uint48).max, fromDay));
        _assertMerchant(shop, type(uint48).max, 0);
    }

    function _expectOverflow(uint32 member) private {
        _settle(shop, type(uint48).max, "all");
        ICommunityFund.PurchaseBatch memory b = _signed(_list(_item(member, 1, TODAY + 10)));
        _reverts(PocketsLib.Pockets_Overflow.selector, 1 << 48, type(uint48).max);
        _record(b);
    }
}
