// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../interfaces/ICommunityFund.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {BatchRecord} from "../types/BatchRecord.sol";
import {Days} from "../types/Days.sol";
import {Items} from "../types/Items.sol";
import {Premiums} from "../types/Premiums.sol";
import {RefusalReason} from "../types/RefusalReason.sol";
import {Totals, TotalsLib} from "../types/Totals.sol";
import {Purchases} from "./Purchases.sol";

/// @title Refunds, each tied to its purchase
/// @dev What the till signed wrongly is refused and takes its sequence; what the relay added wrongly (a proof) reverts,
/// or anyone could burn a till's refund by relaying it with a bad proof.
abstract contract Reversals is Purchases {
    using BatchRecord for bytes32;
    using Items for bytes32;

    bytes32 private constant REVERSAL = keccak256(
        "Reversal(uint32 purchaseTill,uint64 purchaseBatch,uint64 purchaseSequence,uint64 amount,uint32 day,bytes16 commitment)"
    );
    bytes32 private constant REVERSAL_BATCH = keccak256(
        "ReversalBatch(uint32 till,uint32 merchant,uint64 firstSequence,Reversal[] reversals)Reversal(uint32 purchaseTill,uint64 purchaseBatch,uint64 purchaseSequence,uint64 amount,uint32 day,bytes16 commitment)"
    );

    /// @inheritdoc ICommunityFund
    function reversePurchases(ReversalBatch[] calldata batches) external {
        _requireRunning();
        for (uint256 i = 0; i < batches.length; ++i) {
            _reverseBatch(batches[i]);
        }
    }

    /// @inheritdoc ICommunityFund
    function reversalDigest(ReversalBatch calldata batch) public view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](batch.reversals.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(REVERSAL, batch.reversals[i]));
        }
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    REVERSAL_BATCH, batch.till, batch.merchant, batch.firstSequence, keccak256(abi.encodePacked(hashes))
                )
            )
        );
    }

    function _reverseBatch(ReversalBatch calldata batch) private {
        uint64 count = _size(batch.reversals.length);
        if (batch.proofs.length != count) revert CommunityFund_ProofCount(batch.proofs.length, count);
        // A suspended merchant still refunds: its members' credits must not outlive their purchases.
        (address key,) = MEMBERSHIP.advanceSequences(batch.till, batch.merchant, batch.firstSequence, count);
        _requireSigned(reversalDigest(batch), batch.r, batch.vs, key);
        for (uint64 i = 0; i < count; ++i) {
            _reverse(batch, i);
        }
    }

    function _reverse(ReversalBatch calldata batch, uint64 i) private {
        Reversal calldata r = batch.reversals[i];
        uint64 sequence = batch.firstSequence + i;
        bytes32 item = _prove(r, batch.proofs[i]);
        (RefusalReason reason, uint256 actual, uint256 limit) = _judge(batch, r, item);
        Premiums.Shares memory s;
        if (reason == RefusalReason.None) {
            s = _undone(batch.merchant, r, item);
            uint64 balance = CREDIT.account(uint32(item.member())).balance;
            if (s.credit > balance) {
                (reason, actual, limit) = (RefusalReason.InsufficientCredits, s.credit, balance);
            }
        }
        if (reason != RefusalReason.None) {
            emit ReversalRefused(batch.till, sequence, reason, actual, limit, r);
            return;
        }
        _reversed[_place(r.purchaseTill, r.purchaseSequence)] += r.amount;
        Totals undone = Totals.wrap(bytes32(TotalsLib.lanes(s.premium, s.credit, s.operations)));
        _undo(batch.merchant, undone);
        if (item.member() != 0) CREDIT.burn(uint32(item.member()), uint64(s.credit));
        emit PurchaseReversed(batch.till, sequence, uint32(item.member()), r, undone);
    }

    /// @dev The purchase that `r` names, out of its batch's record; 0 when the record holds no such purchase.
    function _prove(Reversal calldata r, Proof calldata proof) private view returns (bytes32) {
        bytes32 record = _records[_place(r.purchaseTill, r.purchaseBatch)];
        if (record == 0 || r.purchaseSequence < r.purchaseBatch) return 0;
        if (!record.holds(proof.hashes)) revert CommunityFund_BadProof(r.purchaseTill, r.purchaseSequence);
        uint256 index = r.purchaseSequence - r.purchaseBatch;
        uint256 chunk = index / BatchRecord.CHUNK;
        if (chunk >= proof.hashes.length) return 0;
        if (keccak256(abi.encodePacked(proof.chunk)) != proof.hashes[chunk]) {
            revert CommunityFund_BadProof(r.purchaseTill, r.purchaseSequence);
        }
        index %= BatchRecord.CHUNK;
        return index < proof.chunk.length ? proof.chunk[index] : bytes32(0);
    }

    function _judge(ReversalBatch calldata batch, Reversal calldata r, bytes32 item)
        private
        view
        returns (RefusalReason, uint256 actual, uint256 limit)
    {
        if (item == 0) return (RefusalReason.UnknownPurchase, r.purchaseSequence, 0);
        uint32 owner = MEMBERSHIP.till(r.purchaseTill).merchant;
        if (owner != batch.merchant) return (RefusalReason.OtherMerchant, batch.merchant, owner);
        if (r.amount == 0) return (RefusalReason.ZeroAmount, 0, 1);
        uint256 left = item.amount() - _reversed[_place(r.purchaseTill, r.purchaseSequence)];
        if (left == 0) return (RefusalReason.NothingLeft, r.amount, 0);
        if (r.amount > left) return (RefusalReason.MoreThanLeft, r.amount, left);
        return _judgeDay(r, item.day());
    }

    function _judgeDay(Reversal calldata r, uint256 purchaseDay)
        private
        view
        returns (RefusalReason, uint256 actual, uint256 limit)
    {
        IRulebook.Rules memory rules = RULEBOOK.current();
        uint256 firstDay = Days.earliest(rules.purchaseWindowDays);
        uint256 windowEnd = purchaseDay + rules.reversalWindowDays;
        if (r.day > Days.latest()) return (RefusalReason.FutureDay, r.day, Days.latest());
        if (r.day < firstDay) return (RefusalReason.TooOld, r.day, firstDay);
        if (r.day < purchaseDay) return (RefusalReason.BeforePurchase, r.day, purchaseDay);
        if (r.day > windowEnd) return (RefusalReason.WindowClosed, r.day, windowEnd);
        return (RefusalReason.None, 0, 0);
    }

    /// @dev What the purchase's shares lose when `r.amount` of what is left of it goes: at the rate of its day and by
    /// the split of the rules that recorded it, so that refunds that add up to the purchase undo exactly its premium.
    function _undone(uint32 merchant, Reversal calldata r, bytes32 item) private view returns (Premiums.Shares memory) {
        uint16 version = _records[_place(r.purchaseTill, r.purchaseBatch)].version();
        IRulebook.Rules memory rules = RULEBOOK.rules(version);
        uint256 rateBps = MEMBERSHIP.rateOn(merchant, item.day());
        uint256 left = item.amount() - _reversed[_place(r.purchaseTill, r.purchaseSequence)];
        uint256 keptBps = uint256(rules.operationsBps) + rules.reserveBps;
        bool memberless = item.member() == 0;
        return Premiums.minus(
            Premiums.shares(left, rateBps, keptBps, rules.operationsBps, memberless),
            Premiums.shares(left - r.amount, rateBps, keptBps, rules.operationsBps, memberless)
        );
    }
}
