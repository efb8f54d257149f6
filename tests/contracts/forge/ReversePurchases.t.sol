// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {PocketsLib} from "../../../contracts/types/Pockets.sol";
import {Tester} from "./Tester.sol";

/// @notice What concerns a batch of refunds as a whole, its proofs, and the money that a good one undoes. Refusals are
/// {ReversalRefusedTest}'s. A purchase of 10,000 by alice stands recorded as the till's sequence 1.
contract ReversePurchasesTest is Tester {
    bytes32[] private _items;

    function setUp() public override {
        super.setUp();
        _items = _list(_item(alice, 10_000, TODAY));
        _record(_items);
    }

    function _whole() private view returns (ICommunityFund.ReversalBatch memory) {
        return _signed(_refund(1, 10_000), _proof(_items, 0));
    }

    // ---- the batch

    function _sized(uint256 count) private view returns (ICommunityFund.ReversalBatch memory b) {
        b = _whole();
        b.reversals = new ICommunityFund.Reversal[](count);
        b.proofs = new ICommunityFund.Proof[](count);
        for (uint256 i = 0; i < count; ++i) {
            (b.reversals[i], b.proofs[i]) = (_refund(1, 10), _proof(_items, 0));
        }
        _sign(b, TILL_KEY);
    }

    function test_RevertWhen_ThereIsNoReversal() public {
        ICommunityFund.ReversalBatch memory b = _sized(0);
        _reverts(ICommunityFund.CommunityFund_BatchSize.selector, 0, 512);
        _reverse(b);
    }

    function test_RevertWhen_ThereAre513Reversals() public {
        ICommunityFund.ReversalBatch memory b = _sized(513);
        _reverts(ICommunityFund.CommunityFund_BatchSize.selector, 513, 512);
        _reverse(b);
    }

    function test_WhenThereAre512Reversals() public {
        _reverse(_sized(512));
        _eq(_next(till), 514, "next sequence");
        _eq(fund.reversedOf(till, 1), 5120, "reversed");
        _assertMerchant(shop, 137, 0); // 4,880 are left: 136.64, half up.
    }

    function test_WhenThereIsNoBatch() public {
        bytes32 before = _moneyHash();
        fund.reversePurchases(new ICommunityFund.ReversalBatch[](0));
        vm.assertEq(_moneyHash(), before, "money");
    }

    function test_RevertWhen_ThereIsAProofTooFew() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.proofs = new ICommunityFund.Proof[](0);
        _reverts(ICommunityFund.CommunityFund_ProofCount.selector, 0, 1);
        _reverse(b);
    }

    function test_RevertWhen_ThereIsAProofTooMany() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.proofs = new ICommunityFund.Proof[](2);
        _reverts(ICommunityFund.CommunityFund_ProofCount.selector, 2, 1);
        _reverse(b);
    }

    function test_RevertWhen_TheTillIsRevoked() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        vm.prank(REGISTRAR);
        membership.revokeTill(till);
        _reverts(IMembership.Membership_TillRevoked.selector, till);
        _reverse(b);
    }

    function test_RevertWhen_TheMerchantIsAnother() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.merchant = alice;
        _sign(b, TILL_KEY);
        _reverts(IMembership.Membership_WrongMerchant.selector, alice, shop);
        _reverse(b);
    }

    function test_RevertWhen_TheBatchIsReplayed() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        _reverse(b);
        _reverts(IMembership.Membership_SequenceMismatch.selector, 2, 3);
        _reverse(b);
    }

    function test_RevertWhen_TheBatchLeavesAGap() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.firstSequence = 3;
        _sign(b, TILL_KEY);
        _reverts(IMembership.Membership_SequenceMismatch.selector, 3, 2);
        _reverse(b);
    }

    function test_RevertWhen_AnotherKeySigned() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        _sign(b, 0xBAD);
        _reverts(ICommunityFund.CommunityFund_BadSignature.selector, _id(vm.addr(0xBAD)), _id(vm.addr(TILL_KEY)));
        _reverse(b);
    }

    function test_RevertWhen_TheAmountWasAltered() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.reversals[0].amount = 9999;
        address signer = ecrecover(
            fund.reversalDigest(b), uint8(uint256(b.vs) >> 255) + 27, b.r, b.vs & ~bytes32(uint256(1) << 255)
        );
        _reverts(ICommunityFund.CommunityFund_BadSignature.selector, _id(signer), _id(vm.addr(TILL_KEY)));
        _reverse(b);
    }

    // ---- the proof, which nobody signs: a bad one must not burn the till's refund

    function test_RevertWhen_TheChunkIsNotTheBatchs() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.proofs[0].chunk[0] = _item(alice, 20_000, TODAY);
        _reverts(ICommunityFund.CommunityFund_BadProof.selector, till, 1);
        _reverse(b);
    }

    function test_RevertWhen_TheHashesAreNotTheBatchs() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.proofs[0] = _proof(_list(_item(alice, 20_000, TODAY)), 0);
        _reverts(ICommunityFund.CommunityFund_BadProof.selector, till, 1);
        _reverse(b);
    }

    function test_RevertWhen_AHashIsMissing() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.proofs[0].hashes = new bytes32[](0);
        _reverts(ICommunityFund.CommunityFund_BadProof.selector, till, 1);
        _reverse(b);
    }

    function test_RevertWhen_TheChunkIsEmpty() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        b.proofs[0].chunk = new bytes32[](0);
        _reverts(ICommunityFund.CommunityFund_BadProof.selector, till, 1);
        _reverse(b);
    }

    function test_RevertWhen_TheChunkIsAnotherOfTheBatch() public {
        bytes32[] memory items = _many(17, alice);
        uint64 first = _record(items);
        ICommunityFund.Reversal memory r = _refund(first, 10);
        r.purchaseSequence = first + 16;
        ICommunityFund.Proof memory proof = _proof(items, 15);
        _reverts(ICommunityFund.CommunityFund_BadProof.selector, till, first + 16);
        this.reverse(r, proof);
    }

    /// @notice Both sides of a chunk's end, and the end of a full batch.
    function test_WhenThePurchaseIsAtTheEdgeOfAChunk() public {
        uint64 first = _record(_many(17, alice));
        _refundItem(_many(17, alice), first, 15);
        _refundItem(_many(17, alice), first, 16);
        first = _record(_many(512, alice));
        _refundItem(_many(512, alice), first, 0);
        _refundItem(_many(512, alice), first, 511);
    }

    function _refundItem(bytes32[] memory items, uint64 first, uint64 index) private {
        ICommunityFund.Reversal memory r = _refund(first, 100 + index);
        r.purchaseSequence = first + index;
        _reverse(r, items);
        _eq(fund.reversedOf(till, first + index), 100 + index, "reversed");
    }

    function reverse(ICommunityFund.Reversal calldata r, ICommunityFund.Proof calldata proof) external {
        _reverse(_signed(r, proof));
    }

    // ---- the money

    function test_WhenTheWholePurchaseGoesBack() public {
        ICommunityFund.ReversalBatch memory b = _whole();
        vm.expectEmit(address(credit));
        emit IERC20.Transfer(credit.addressOf(alice), address(0), 238);
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchaseReversed(till, 2, alice, b.reversals[0], _totals(280, 238, 28, 14));
        _reverse(b);
        _eq(fund.reversedOf(till, 1), 10_000, "reversed");
        _assertMerchant(shop, 0, 0);
        _assertSheet(0, 0, 0, 0, 0, 0);
        _eq(_creditOf(alice), 0, "credit");
        vm.assertEq(fund.batchRecord(till, 2), bytes32(0), "a refund records no batch");
    }

    function test_WhenAPartGoesBack() public {
        ICommunityFund.Reversal memory r = _refund(1, 4000);
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchaseReversed(till, 2, alice, r, _totals(112, 95, 12, 5));
        this.reverse(r, _proof(_items, 0));
        _assertSheet(0, 168, 143, 0, 9, 16); // Of 6,000: 168; 15 % kept is 25, two thirds of it 16.
        _eq(fund.reversedOf(till, 1), 4000, "reversed");
    }

    function test_WhenTheRestGoesBackAfterAPart() public {
        _reverse(_refund(1, 9999), _items);
        _reverse(_refund(1, 1), _items);
        _assertSheet(0, 0, 0, 0, 0, 0);
    }

    /// @notice What the merchant had paid for stays to its credit.
    function test_WhenThePremiumWasPaid() public {
        _settle(shop, 280, "bank");
        _reverse(_refund(1, 10_000), _items);
        _assertMerchant(shop, 0, 280);
        _assertSheet(280, 0, 0, 280, 0, 0);
    }

    function test_WhenThePremiumWasPaidInPart() public {
        _settle(shop, 100, "bank");
        _reverse(_refund(1, 10_000), _items);
        _assertMerchant(shop, 0, 100);
        _assertSheet(100, 0, 0, 100, 0, 0);
    }

    function test_WhenThePurchaseHadNoMember() public {
        bytes32[] memory items = _list(_item(0, 10_000, TODAY));
        uint64 sequence = _record(items);
        ICommunityFund.Reversal memory r = _refund(sequence, 10_000);
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchaseReversed(till, 3, 0, r, _totals(280, 0, 0, 280));
        this.reverse(r, _proof(items, 0));
        _assertSheet(0, 280, 238, 0, 14, 28);
    }

    /// @notice A refund undoes what the purchase did: the rate of its day, the split of its rules.
    function test_WhenRateAndRulesHaveChangedSince() public {
        _publish(0, 9000);
        vm.prank(REGISTRAR);
        membership.scheduleRate(shop, 1000, TODAY + 10);
        vm.warp(uint256(TODAY + 10) * 1 days + 8 hours);
        ICommunityFund.Reversal memory r = _refund(1, 10_000);
        r.day = TODAY + 10;
        _reverse(r, _items);
        _assertSheet(0, 0, 0, 0, 0, 0);
    }

    function test_WhenTheMerchantIsSuspended() public {
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        _reverse(_refund(1, 10_000), _items);
        _assertMerchant(shop, 0, 0);
    }

    /// @notice A till that broke does not keep its purchases from being refunded at the next one.
    function test_WhenAnotherTillOfTheMerchantRefundsARevokedOnes() public {
        uint32 old = till;
        vm.prank(REGISTRAR);
        membership.revokeTill(old);
        vm.prank(REGISTRAR);
        till = membership.enrolTill(shop, vm.addr(TILL_KEY));
        ICommunityFund.Reversal memory r = ICommunityFund.Reversal(old, 1, 1, 10_000, TODAY, "receipt");
        vm.expectEmit(address(fund));
        emit ICommunityFund.PurchaseReversed(till, 1, alice, r, _totals(280, 238, 28, 14));
        this.reverse(r, _proof(_items, 0));
    }

    function test_WhenOneCallBringsTwoBatches() public {
        ICommunityFund.ReversalBatch[] memory b = new ICommunityFund.ReversalBatch[](2);
        b[0] = _signed(_refund(1, 4000), _proof(_items, 0));
        b[1] = _signed(_refund(1, 6000), _proof(_items, 0));
        b[1].firstSequence = 3;
        _sign(b[1], TILL_KEY);
        fund.reversePurchases(b);
        _assertSheet(0, 0, 0, 0, 0, 0);
    }

    /// @notice The guard of the packed pockets: planted, as no path leads there.
    function test_RevertWhen_APocketHoldsLess() public {
        vm.record();
        fund.creditsOutstanding();
        (bytes32[] memory reads,) = vm.accesses(address(fund));
        bytes32 slot = reads[reads.length - 1];
        uint256 pockets = uint256(vm.load(address(fund), slot));
        vm.store(address(fund), slot, bytes32(pockets - (uint256(1) << 160)));
        _assertSheet(0, 280, 237, 0, 14, 28);
        ICommunityFund.ReversalBatch memory b = _whole();
        _reverts(PocketsLib.Pockets_Underflow.selector, 238, 237);
        _reverse(b);
    }
}
