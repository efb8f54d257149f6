// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {RefusalReason} from "../../../contracts/types/RefusalReason.sol";
import {Officers} from "./Officers.sol";
import {Reference} from "./Reference.sol";
import {Vm} from "./Vm.sol";

/// @notice The tills, and all the others: what a campaign calls at random. Each call predicts what must happen from the
/// {Ghost} alone, and reverts, which fails the campaign, when the contracts tell otherwise.
contract Actors is Officers {
    using Reference for Reference.Shares;

    uint256 private constant MOST_ITEMS = 6;

    // ---- purchases

    function record(uint256 which, uint256 seed) external {
        uint32 till_ = _pickTill(which);
        uint32 merchant = _merchantOf[till_];
        bytes32[] memory items = _randomItems(seed);
        ICommunityFund.PurchaseBatch memory b = _batchOf(till_, items);
        (Reference.Shares memory sum, Judgement[] memory judged) = _predict(merchant, items);
        bytes memory refusal = _refusalOf(till_, _afterPremium(merchant, sum.premium));
        if (refusal.length != 0) return _mustNotRecord(b, refusal);
        vm.recordLogs();
        _record(b);
        _compareLogs(b, sum, judged);
        _bookPurchases(b, sum, judged);
    }

    /// @dev What it recorded before, what it skips to, what another key signed: nothing of it may pass.
    function replay(uint256 which) external {
        if (_batches.length == 0) return;
        Batch storage old = _batches[which % _batches.length];
        if (old.version == 0) return;
        ICommunityFund.PurchaseBatch memory b = _batchOf(old.till, old.items);
        b.firstSequence = old.first;
        _sign(b, TILL_KEY);
        _mustNotRecord(b, _mismatch(old.till, old.first));
    }

    function skipAhead(uint256 which, uint64 gap, uint256 seed) external {
        uint32 till_ = _pickTill(which);
        ICommunityFund.PurchaseBatch memory b = _batchOf(till_, _randomItems(seed));
        b.firstSequence += 1 + gap % 1000;
        _sign(b, TILL_KEY);
        _mustNotRecord(b, _mismatch(till_, b.firstSequence));
    }

    function forgeSignature(uint256 which, uint256 seed) external {
        uint32 till_ = _pickTill(which);
        if (_revoked[till_] || _suspended[_merchantOf[till_]]) return;
        ICommunityFund.PurchaseBatch memory b = _batchOf(till_, _randomItems(seed));
        _sign(b, 0xBAD);
        _mustNotRecord(
            b,
            abi.encodeWithSelector(
                ICommunityFund.CommunityFund_BadSignature.selector, vm.addr(0xBAD), vm.addr(TILL_KEY)
            )
        );
    }

    // ---- refunds

    /// @dev The whole rest, a part, one more than the rest, or nothing; at a till of the merchant, or of any.
    function refund(uint256 which, uint256 what, uint256 seed) external {
        if (_purchases.length == 0) return;
        uint256 index = what % _purchases.length;
        Purchase memory p = _purchases[index];
        (,, uint256 day) = _parts(p.item);
        uint256 amount = _refundAmount(p.left, seed);
        uint256 on = seed % 4 == 0 ? day + (seed >> 16) % 90 - 15 : _max(day, _latestDay() - (seed >> 16) % 3);
        _refundOf(_pickTill(which), index, amount, on);
    }

    function _refundAmount(uint256 left, uint256 seed) private pure returns (uint256) {
        uint256 mode = (seed >> 8) % 8;
        if (mode == 0) return 0;
        if (mode == 1) return left + 1;
        if (mode < 4 && left != 0) return left;
        if (left == 0) return mode;
        return 1 + (seed >> 32) % left;
    }

    function _refundOf(uint32 till_, uint256 index, uint256 amount, uint256 day) private {
        Purchase memory p = _purchases[index];
        ICommunityFund.ReversalBatch memory b = _refundBatch(till_, p, amount, day);
        if (_revoked[till_]) {
            return _mustNotReverse(b, abi.encodeWithSelector(IMembership.Membership_TillRevoked.selector, till_));
        }
        Judgement memory j = _judgeReversal(p, _merchantOf[till_], amount, day);
        ++_met[1][j.reason];
        vm.recordLogs();
        _reverse(b);
        if (j.reason == RefusalReason.None) _bookRefund(index, amount, b);
        else _mustTellRefusal(b, j);
        _bookBatch(till_, 1, 0, new bytes32[](0));
    }

    function _refundBatch(uint32 till_, Purchase memory p, uint256 amount, uint256 day)
        private
        view
        returns (ICommunityFund.ReversalBatch memory b)
    {
        Batch memory of_ = _batches[p.batch];
        b.till = till_;
        b.merchant = _merchantOf[till_];
        b.firstSequence = _nextOf[till_];
        b.reversals = new ICommunityFund.Reversal[](1);
        b.reversals[0] =
            ICommunityFund.Reversal(of_.till, of_.first, p.sequence, uint64(amount), uint32(day), "receipt");
        b.proofs = new ICommunityFund.Proof[](1);
        b.proofs[0] = _proof(of_.items, p.sequence - of_.first);
        _sign(b, TILL_KEY);
    }

    function _bookRefund(uint256 index, uint256 amount, ICommunityFund.ReversalBatch memory b) private {
        Purchase storage p = _purchases[index];
        (, uint32 member,) = _parts(p.item);
        Batch storage of_ = _batches[p.batch];
        Reference.Shares memory s = Reference.undone(p.left, amount, p.rateBps, _split(of_.version), member == 0);
        p.left -= amount;
        _total = _total.minus(s);
        _balance[member] -= s.credit;
        _bookPayment(of_.merchant, s.premium); // What was paid already becomes a prepayment: as a payment does.
        bytes memory data = _only(ICommunityFund.PurchaseReversed.selector);
        bytes memory expected = abi.encode(b.reversals[0], s.totals());
        vm.assertEq(data, expected, "PurchaseReversed");
    }

    function _mustTellRefusal(ICommunityFund.ReversalBatch memory b, Judgement memory j) private {
        bytes memory data = _only(ICommunityFund.ReversalRefused.selector);
        vm.assertEq(data, abi.encode(j.reason, j.actual, j.limit, b.reversals[0]), "ReversalRefused");
    }

    // ---- predictions

    /// @dev Mostly good items; one in eight of each kind of bad one.
    function _randomItems(uint256 seed) private view returns (bytes32[] memory items) {
        items = new bytes32[](1 + seed % MOST_ITEMS);
        for (uint256 i = 0; i < items.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            uint256 member = (seed >> 8) % 8 == 0 ? 0 : (seed >> 16) % (_lastMember + 2);
            uint256 amount = (seed >> 32) % 16 == 0 ? (seed >> 40) % 2 * (CAP + 1) : (seed >> 64) % CAP;
            uint256 day = _latestDay() + 1 - (seed >> 40) % ((seed >> 48) % 4 == 0 ? 60 : 8);
            items[i] = _item(member, amount, day);
        }
    }

    function _predict(uint32 merchant, bytes32[] memory items)
        private
        view
        returns (Reference.Shares memory sum, Judgement[] memory judged)
    {
        judged = new Judgement[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            judged[i] = _judgePurchase(items[i]);
            if (judged[i].reason != RefusalReason.None) continue;
            (,, uint256 day) = _parts(items[i]);
            sum = sum.plus(_sharesOf(items[i], Reference.rateOn(_rates[merchant], day)));
        }
    }

    function _afterPremium(uint32 merchant, uint256 premium) private view returns (uint256) {
        uint256 prepaid = _prepaid[merchant];
        return premium > prepaid ? _owed[merchant] + premium - prepaid : _owed[merchant];
    }

    /// @dev The error that the whole batch must meet; empty for none.
    function _refusalOf(uint32 till_, uint256 owed) private view returns (bytes memory) {
        uint32 merchant = _merchantOf[till_];
        if (_revoked[till_]) {
            return abi.encodeWithSelector(IMembership.Membership_TillRevoked.selector, till_);
        }
        if (_suspended[merchant]) {
            return abi.encodeWithSelector(ICommunityFund.CommunityFund_MerchantSuspended.selector, merchant);
        }
        if (owed > _limit[merchant]) {
            return abi.encodeWithSelector(ICommunityFund.CommunityFund_OverExposure.selector, owed, _limit[merchant]);
        }
        return "";
    }

    function _mismatch(uint32 till_, uint64 first) private view returns (bytes memory) {
        if (_revoked[till_]) return _refusalOf(till_, 0);
        return abi.encodeWithSelector(IMembership.Membership_SequenceMismatch.selector, first, _nextOf[till_]);
    }

    function _batchOf(uint32 till_, bytes32[] memory items)
        private
        view
        returns (ICommunityFund.PurchaseBatch memory b)
    {
        b = ICommunityFund.PurchaseBatch(till_, _merchantOf[till_], _nextOf[till_], items, 0, 0);
        _sign(b, TILL_KEY);
    }

    function _mustNotRecord(ICommunityFund.PurchaseBatch memory b, bytes memory expected) private {
        ICommunityFund.PurchaseBatch[] memory list = new ICommunityFund.PurchaseBatch[](1);
        list[0] = b;
        _mustRevert(address(fund), abi.encodeCall(fund.recordPurchases, (list)), expected);
    }

    function _mustNotReverse(ICommunityFund.ReversalBatch memory b, bytes memory expected) private {
        ICommunityFund.ReversalBatch[] memory list = new ICommunityFund.ReversalBatch[](1);
        list[0] = b;
        _mustRevert(address(fund), abi.encodeCall(fund.reversePurchases, (list)), expected);
    }

    // ---- what the contracts told

    function _compareLogs(ICommunityFund.PurchaseBatch memory b, Reference.Shares memory sum, Judgement[] memory judged)
        private
    {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 index = 0;
        while (logs[index].topics[0] != ICommunityFund.PurchasesRecorded.selector) ++index;
        bytes32[] memory topics = logs[index].topics;
        vm.assertEq(topics[1], bytes32(uint256(b.till)), "PurchasesRecorded till");
        vm.assertEq(topics[2], bytes32(uint256(b.merchant)), "PurchasesRecorded merchant");
        vm.assertEq(topics[3], bytes32(uint256(b.firstSequence)), "PurchasesRecorded first sequence");
        vm.assertEq(logs[index++].data, abi.encode(sum.totals(), b.items), "PurchasesRecorded");
        for (uint256 i = 0; i < judged.length; ++i) {
            if (judged[i].reason == RefusalReason.None) continue;
            _eq(uint256(logs[index].topics[2]), b.firstSequence + i, "PurchaseRefused sequence");
            vm.assertEq(logs[index++].data, abi.encode(judged[i]), "PurchaseRefused");
        }
        _eq(logs.length, index, "events");
    }

    function _bookPurchases(
        ICommunityFund.PurchaseBatch memory b,
        Reference.Shares memory sum,
        Judgement[] memory judged
    ) private {
        _bookBatch(b.till, uint64(b.items.length), _version, b.items);
        _bookPremium(b.merchant, sum.premium);
        _total = _total.plus(sum);
        for (uint256 i = 0; i < b.items.length; ++i) {
            (uint256 amount, uint32 member, uint256 day) = _parts(b.items[i]);
            bool good = judged[i].reason == RefusalReason.None;
            uint256 rateBps = good ? Reference.rateOn(_rates[b.merchant], day) : 0;
            uint64 sequence = b.firstSequence + uint64(i);
            _purchases.push(Purchase(_batches.length - 1, sequence, b.items[i], rateBps, good ? amount : 0));
            ++_met[0][judged[i].reason];
            if (good) _balance[member] += _sharesOf(b.items[i], rateBps).credit;
        }
    }

    /// @dev The data of the last event, which must be this one.
    function _only(bytes32 selector) private returns (bytes memory) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs[logs.length - 1].topics[0], selector, "the last event");
        return logs[logs.length - 1].data;
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
