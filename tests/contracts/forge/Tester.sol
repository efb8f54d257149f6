// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {RefusalReason} from "../../../contracts/types/RefusalReason.sol";
import {Totals} from "../../../contracts/types/Totals.sol";
import {Community} from "./Community.sol";

/// @notice A small community (one shop with one till, two members) and the words in which the tests speak of it.
/// @dev It is 08:00 UTC: today is the latest day that has begun anywhere, yesterday the earliest that still lasts.
abstract contract Tester is Community {
    uint32 internal constant FIRST_DAY = TODAY - 1 - 30;
    uint256 internal constant CHUNK = 16;
    bytes32 private constant IMPLEMENTATION = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    uint32 internal shop;
    uint32 internal till;
    uint32 internal alice;
    uint32 internal bruno;

    function setUp() public virtual {
        _found();
        (shop, till) = _merchant();
        alice = _admit(2, IMembership.MemberKind.Person);
        bruno = alice + 1;
    }

    function _next(uint32 till_) internal view returns (uint64) {
        return membership.till(till_).nextSequence;
    }

    function _list(bytes32 a) internal pure returns (bytes32[] memory items) {
        items = new bytes32[](1);
        items[0] = a;
    }

    function _list(bytes32 a, bytes32 b) internal pure returns (bytes32[] memory items) {
        items = new bytes32[](2);
        (items[0], items[1]) = (a, b);
    }

    /// @dev `count` purchases of different amounts: the i-th is of `100 + i` minor units.
    function _many(uint256 count, uint32 member) internal pure returns (bytes32[] memory items) {
        items = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            items[i] = _item(member, 100 + i, TODAY);
        }
    }

    /// @dev The next batch of the till, signed.
    function _signed(bytes32[] memory items) internal view returns (ICommunityFund.PurchaseBatch memory b) {
        b = ICommunityFund.PurchaseBatch(till, shop, _next(till), items, 0, 0);
        _sign(b, TILL_KEY);
    }

    function _record(ICommunityFund.PurchaseBatch memory b) internal {
        ICommunityFund.PurchaseBatch[] memory batches = new ICommunityFund.PurchaseBatch[](1);
        batches[0] = b;
        fund.recordPurchases(batches);
    }

    /// @return first The sequence of the first item.
    function _record(bytes32[] memory items) internal returns (uint64 first) {
        first = _next(till);
        _record(_signed(items));
    }

    function _record(bytes32 item) internal returns (uint64) {
        return _record(_list(item));
    }

    /// @dev A refund at the till of what it recorded in a batch of its own.
    function _refund(uint64 sequence, uint64 amount) internal view returns (ICommunityFund.Reversal memory) {
        return ICommunityFund.Reversal(till, sequence, sequence, amount, TODAY, bytes16(uint128(sequence)));
    }

    function _signed(ICommunityFund.Reversal memory r, ICommunityFund.Proof memory proof)
        internal
        view
        returns (ICommunityFund.ReversalBatch memory b)
    {
        b.till = till;
        b.merchant = shop;
        b.firstSequence = _next(till);
        b.reversals = new ICommunityFund.Reversal[](1);
        b.reversals[0] = r;
        b.proofs = new ICommunityFund.Proof[](1);
        b.proofs[0] = proof;
        _sign(b, TILL_KEY);
    }

    function _reverse(ICommunityFund.ReversalBatch memory b) internal {
        ICommunityFund.ReversalBatch[] memory batches = new ICommunityFund.ReversalBatch[](1);
        batches[0] = b;
        fund.reversePurchases(batches);
    }

    function _reverse(ICommunityFund.Reversal memory r, bytes32[] memory items) internal {
        _reverse(_signed(r, _proof(items, r.purchaseSequence - r.purchaseBatch)));
    }

    /// @dev Reverses, and expects the refusal and that no money moved.
    function _refused(
        ICommunityFund.Reversal memory r,
        bytes32[] memory items,
        RefusalReason reason,
        uint256 actual,
        uint256 limit
    ) internal {
        bytes32 before = _moneyHash();
        uint64 reversed = fund.reversedOf(r.purchaseTill, r.purchaseSequence);
        ICommunityFund.ReversalBatch memory b = _signed(r, _proof(items, r.purchaseSequence - r.purchaseBatch));
        vm.expectEmit(address(fund));
        emit ICommunityFund.ReversalRefused(till, b.firstSequence, reason, actual, limit, r);
        _reverse(b);
        _eq(uint256(_moneyHash()), uint256(before), "a refused reversal moved money");
        _eq(fund.reversedOf(r.purchaseTill, r.purchaseSequence), reversed, "a refused reversal counted");
        _eq(_next(till), b.firstSequence + 1, "a refused reversal keeps its sequence");
    }

    /// @dev What proves item number `index` of a batch: the items of its chunk, the hashes of all chunks.
    function _proof(bytes32[] memory items, uint256 index) internal pure returns (ICommunityFund.Proof memory proof) {
        proof.hashes = _chunkHashes(items);
        uint256 chunk = index / CHUNK;
        if (chunk < proof.hashes.length) proof.chunk = _chunk(items, chunk);
    }

    function _chunkHashes(bytes32[] memory items) internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[]((items.length + CHUNK - 1) / CHUNK);
        for (uint256 c = 0; c < hashes.length; ++c) {
            hashes[c] = keccak256(abi.encodePacked(_chunk(items, c)));
        }
    }

    function _chunk(bytes32[] memory items, uint256 chunk) internal pure returns (bytes32[] memory part) {
        uint256 from = chunk * CHUNK;
        uint256 size = items.length - from < CHUNK ? items.length - from : CHUNK;
        part = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            part[i] = items[from + i];
        }
    }

    /// @dev What the ledger must keep of a batch, computed the naive way.
    function _expectedRecord(bytes32[] memory items, uint16 version) internal pure returns (bytes32) {
        bytes32 root = keccak256(abi.encodePacked(_chunkHashes(items)));
        return bytes32(((uint256(root) >> 16) << 16) | version);
    }

    function _totals(uint256 premium, uint256 credits, uint256 operations, uint256 reserve)
        internal
        pure
        returns (Totals)
    {
        return Totals.wrap(bytes32((premium << 192) | (credits << 128) | (operations << 64) | reserve));
    }

    function _assertSheet(
        uint256 cash,
        uint256 receivable,
        uint256 credits,
        uint256 prepayments,
        uint256 reserve,
        uint256 operations
    ) internal view {
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        _eq(s.cash, cash, "cash");
        _eq(s.premiumsReceivable, receivable, "premiumsReceivable");
        _eq(s.creditsOutstanding, credits, "creditsOutstanding");
        _eq(s.merchantPrepayments, prepayments, "merchantPrepayments");
        _eq(s.reserve, reserve, "reserve");
        _eq(s.operations, operations, "operations");
    }

    function _assertMerchant(uint32 merchant, uint256 owed, uint256 prepaid) internal view {
        ICommunityFund.MerchantAccount memory m = fund.merchantAccount(merchant);
        _eq(m.owed, owed, "owed");
        _eq(m.prepaid, prepaid, "prepaid");
    }

    /// @dev All pockets, the shop's account, both members' credits.
    function _moneyHash() internal view returns (bytes32) {
        return
            keccak256(abi.encode(fund.balanceSheet(), fund.merchantAccount(shop), _creditOf(alice), _creditOf(bruno)));
    }

    function _creditOf(uint32 member) internal view returns (uint256) {
        return credit.balanceOf(credit.addressOf(member));
    }

    /// @dev The slot of a member's account: the last that reading it reads.
    function _accountSlot(uint32 member) internal returns (bytes32) {
        vm.record();
        credit.account(member);
        (bytes32[] memory reads,) = vm.accesses(address(credit));
        return reads[reads.length - 1];
    }

    function _settle(uint32 merchant, uint64 amount, bytes32 bankReference) internal {
        vm.prank(TREASURER);
        fund.settlePremiums(merchant, amount, bankReference);
    }

    function _setLimits(uint48 exposureLimit, uint48 cap) internal {
        vm.prank(TREASURER);
        membership.setLimits(shop, exposureLimit, cap);
    }

    function _publish(uint16 operationsBps, uint16 reserveBps) internal {
        rulebook.publish(IRulebook.Rules(30, 60, operationsBps, reserveBps, 10, 3 days));
    }

    function _implementation(address proxy) internal view returns (address) {
        return address(uint160(uint256(vm.load(proxy, IMPLEMENTATION))));
    }

    function _reverts(bytes4 selector) internal {
        vm.expectRevert(abi.encodePacked(selector));
    }

    function _reverts(bytes4 selector, uint256 a) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a));
    }

    function _reverts(bytes4 selector, uint256 a, uint256 b) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    function _reverts(bytes4 selector, uint256 a, uint256 b, uint256 c) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b, c));
    }

    function _eq(uint256 actual, uint256 expected, string memory what) internal pure {
        vm.assertEq(actual, expected, what);
    }

    function _id(address account) internal pure returns (uint256) {
        return uint160(account);
    }
}
