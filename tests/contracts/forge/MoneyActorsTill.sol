// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {MoneyActorsOffice} from "./MoneyActorsOffice.sol";
import {Reference} from "./Reference.sol";

/// @notice The tills: one purchase or one refund at a time. The campaign of {LawsTest} tries them in depth.
abstract contract MoneyActorsTill is MoneyActorsOffice {
    uint256 private _scale; // The largest purchase: in a third of all communities members are owed more than cash.

    function buy(uint256 which, uint256 seed) external {
        if (_scale == 0) _scale = seed % 3 == 0 ? 300_000_000 : 30_000_000;
        uint32 merchant = _pickMerchant(which);
        uint32 member = uint32((seed >> 8) % (MEMBERS + 1));
        bytes32 item = _item(member, 1000 + (seed >> 64) % _scale, _today());
        bool isGood = member == 0 || _isValid(member);
        Reference.Shares memory s = isGood ? _sharesOf(item) : Reference.Shares(0, 0, 0, 0);
        ICommunityFund.PurchaseBatch[] memory list = new ICommunityFund.PurchaseBatch[](1);
        list[0] = _batchOf(merchant, item);
        bytes memory data = abi.encodeCall(ICommunityFund.recordPurchases, (list));
        if (!_try(STRANGER, address(fund), data, _refuseBuying(merchant, s.premium))) return;
        _purchases.push(Purchase(merchant, _shops[merchant].next++, isGood ? _amountOf(item) : 0, item));
        _charge(merchant, s.premium);
        _people[member].balance += s.credit;
        _pots.credits += s.credit;
        _pots.operations += s.operations;
        _pots.reserve += s.reserve;
        _flows.minted += s.credit;
        _flows.toReserve += s.reserve;
    }

    /// @dev The whole rest, a part, or one more than the rest. What moves nothing keeps its sequence.
    function refund(uint256 which, uint256 seed) external {
        if (_purchases.length == 0) return;
        Purchase storage p = _purchases[which % _purchases.length];
        uint64 amount = seed % 4 == 0 ? p.left : seed % 4 == 1 ? p.left + 1 : uint64((seed >> 16) % (p.left + 1));
        (bool isGood, Reference.Shares memory s) = _undone(p, amount);
        bytes memory data = abi.encodeCall(ICommunityFund.reversePurchases, (_refundOf(p, amount)));
        if (!_try(STRANGER, address(fund), data, _ifPaused())) return;
        ++_shops[p.merchant].next;
        if (!isGood) return;
        p.left -= amount;
        _people[_memberOf(p.item)].balance -= s.credit;
        _relieve(p.merchant, s.premium);
        _pots.credits -= s.credit;
        _takeBack(s.operations, s.reserve);
        _flows.unminted += s.credit;
    }

    function _refuseBuying(uint32 merchant, uint256 premium) private view returns (bytes memory) {
        if (_shops[merchant].isSuspended) {
            return _no(ICommunityFund.CommunityFund_MerchantSuspended.selector, merchant);
        }
        return _or(_ifPaused(), _ifOwing(merchant, premium));
    }

    /// @dev Whether a refund of today moves money, and how much.
    function _undone(Purchase storage p, uint64 amount) private view returns (bool isGood, Reference.Shares memory s) {
        bool isInTime = _today() <= uint32(uint256(p.item)) + _rules().reversalWindowDays;
        if (amount == 0 || amount > p.left || !isInTime) return (false, s);
        uint32 member = _memberOf(p.item);
        s = Reference.undone(p.left, amount, RATE, _split(), member == 0);
        return (s.credit <= _people[member].balance, s);
    }

    /// @dev Operations may be spent already, and the reserve have borne a loss: what is free bears what they lack.
    function _takeBack(uint256 operations, uint256 reserve) internal {
        uint256 ops = _least(operations, _pots.operations);
        uint256 res = _least(reserve, _pots.reserve);
        uint256 lack = operations - ops + reserve - res;
        (_pots.operations, _pots.reserve) = (_pots.operations - ops, _pots.reserve - res);
        _pots.free -= int256(lack);
        _flows.fromReserve += res;
        _flows.borne += lack;
    }

    function _batchOf(uint32 merchant, bytes32 item) private view returns (ICommunityFund.PurchaseBatch memory b) {
        bytes32[] memory items = new bytes32[](1);
        items[0] = item;
        b = ICommunityFund.PurchaseBatch(_shops[merchant].till, merchant, _shops[merchant].next, items, 0, 0);
        _sign(b, TILL_KEY);
    }

    function _refundOf(Purchase storage p, uint64 amount)
        private
        view
        returns (ICommunityFund.ReversalBatch[] memory list)
    {
        Shop storage s = _shops[p.merchant];
        list = new ICommunityFund.ReversalBatch[](1);
        ICommunityFund.ReversalBatch memory b = list[0];
        (b.till, b.merchant, b.firstSequence) = (s.till, p.merchant, s.next);
        b.reversals = new ICommunityFund.Reversal[](1);
        b.reversals[0] = ICommunityFund.Reversal(s.till, p.sequence, p.sequence, amount, uint32(_today()), "receipt");
        b.proofs = new ICommunityFund.Proof[](1);
        b.proofs[0].chunk = new bytes32[](1);
        b.proofs[0].chunk[0] = p.item;
        b.proofs[0].hashes = new bytes32[](1);
        b.proofs[0].hashes[0] = keccak256(abi.encodePacked(p.item));
        _sign(b, TILL_KEY);
    }

    function _sharesOf(bytes32 item) private pure returns (Reference.Shares memory) {
        return Reference.shares(_amountOf(item), RATE, _split(), _memberOf(item) == 0);
    }

    function _split() private pure returns (Reference.Split memory) {
        return Reference.Split(_rules().operationsBps, _rules().reserveBps);
    }

    function _amountOf(bytes32 item) private pure returns (uint64) {
        return uint64(uint256(item) >> 64);
    }

    function _memberOf(bytes32 item) private pure returns (uint32) {
        return uint32(uint256(item) >> 32);
    }
}
