// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ICommunityCredit} from "../interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../interfaces/ICommunityFund.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {BatchRecord} from "../types/BatchRecord.sol";
import {Days} from "../types/Days.sol";
import {Items} from "../types/Items.sol";
import {Pockets} from "../types/Pockets.sol";
import {RefusalReason} from "../types/RefusalReason.sol";
import {Terms} from "../types/Terms.sol";
import {Totals} from "../types/Totals.sol";
import {FundLedger} from "./FundLedger.sol";

/// @title Purchases, recorded in signed batches
abstract contract Purchases is ICommunityFund, FundLedger {
    using Items for bytes32;
    using Terms for bytes32;

    bytes32 private constant PURCHASE_BATCH =
        keccak256("PurchaseBatch(uint32 till,uint32 merchant,uint64 firstSequence,bytes32[] items)");

    /// @inheritdoc ICommunityFund
    function recordPurchases(PurchaseBatch[] calldata batches) external {
        for (uint256 i = 0; i < batches.length; ++i) {
            _record(batches[i]);
        }
    }

    /// @inheritdoc ICommunityFund
    function purchaseDigest(PurchaseBatch calldata batch) external view returns (bytes32) {
        (bytes32 itemsHash,) = BatchRecord.digest(batch.items);
        return _purchaseDigest(batch, itemsHash);
    }

    function _record(PurchaseBatch calldata batch) private {
        bytes32[] calldata items = batch.items;
        uint32 merchant = batch.merchant;
        (bytes32 root, bytes32 terms) = _takeUp(batch, merchant, items);
        Pockets pockets = _pockets;
        // The flag spares each batch a slot: while it is down, no date is read.
        if (pockets.mayBePaused()) _requireRunning();
        ICommunityCredit.Tariff memory tariff = _tariff(merchant, terms, pockets);
        (Totals totals, uint256[2] memory refused) = CREDIT.creditPurchases(items, tariff);
        _accrue(pockets, merchant, totals, terms.exposureLimit());
        _records[_place(batch.till, batch.firstSequence)] = BatchRecord.seal(root, pockets.version());
        emit PurchasesRecorded(batch.till, merchant, batch.firstSequence, totals, items);
        if (refused[0] | refused[1] != 0) _refuse(batch, tariff, refused);
    }

    /// @dev Takes the batch's sequences, for a till that signed it and whose merchant is active.
    function _takeUp(PurchaseBatch calldata batch, uint32 merchant, bytes32[] calldata items)
        private
        returns (bytes32, bytes32)
    {
        (bytes32 itemsHash, bytes32 root) = BatchRecord.digest(items);
        (address key, bytes32 terms) =
            MEMBERSHIP.advanceSequences(batch.till, merchant, batch.firstSequence, _size(items.length));
        if (terms.status() != IMembership.MerchantStatus.Active) revert CommunityFund_MerchantSuspended(merchant);
        _requireSigned(_purchaseDigest(batch, itemsHash), batch.r, batch.vs, key);
        return (root, terms);
    }

    /// @dev A refused purchase counts as reversed in full, so that no refund of it ever moves money.
    function _refuse(PurchaseBatch calldata batch, ICommunityCredit.Tariff memory tariff, uint256[2] memory refused)
        private
    {
        for (uint256 i = 0; i < batch.items.length; ++i) {
            if ((refused[i >> 8] >> (i & 0xff)) & 1 == 0) continue;
            bytes32 item = batch.items[i];
            uint64 sequence = batch.firstSequence + uint64(i);
            (RefusalReason reason, uint256 actual, uint256 limit) = CREDIT.refusal(item, tariff);
            _reversed[_place(batch.till, sequence)] = uint64(item.amount());
            emit PurchaseRefused(batch.till, sequence, reason, actual, limit);
        }
    }

    function _tariff(uint32 merchant, bytes32 terms, Pockets pockets)
        private
        view
        returns (ICommunityCredit.Tariff memory)
    {
        uint256 firstDay = Days.earliest(pockets.windowDays());
        uint256 lastDay = Days.latest();
        (uint256 rateFrom, uint256 rateBps) = terms.rateAt(lastDay);
        uint256 operationsBps = pockets.operationsBps();
        uint256 keptBps;
        // Unchecked: the rulebook keeps the sum under 10,000.
        unchecked {
            keptBps = operationsBps + pockets.reserveBps();
        }
        return ICommunityCredit.Tariff({
            cap: terms.tillCap(),
            merchant: merchant,
            firstDay: firstDay,
            plainFrom: rateFrom > firstDay ? rateFrom : firstDay,
            lastDay: lastDay,
            rateBps: rateBps,
            keptBps: keptBps,
            operationsBps: operationsBps
        });
    }

    function _purchaseDigest(PurchaseBatch calldata batch, bytes32 itemsHash) private view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(PURCHASE_BATCH, batch.till, batch.merchant, batch.firstSequence, itemsHash))
        );
    }

    function _size(uint256 count) internal pure returns (uint64) {
        if (count == 0 || count > MAX_BATCH) revert CommunityFund_BatchSize(count, MAX_BATCH);
        return uint64(count);
    }

    function _requireSigned(bytes32 digest, bytes32 r, bytes32 vs, address key) internal pure {
        (address signer,,) = ECDSA.tryRecover(digest, r, vs);
        if (signer != key) revert CommunityFund_BadSignature(signer, key);
    }
}
