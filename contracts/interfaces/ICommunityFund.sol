// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {RefusalReason} from "../types/RefusalReason.sol";
import {Totals} from "../types/Totals.sol";
import {IRulebook} from "./IRulebook.sol";

/// @title The fund that the cooperative owns
/// @notice Every cent is in one pocket, and after every call
/// `cash + premiumsReceivable + loansReceivable = creditsOutstanding + merchantPrepayments + currencyOutstanding +
/// commitments + reserve + operations + free`.
/// Amounts are minor units; a pocket holds 48 bits of them: 2.8 trillion units of currency.
/// What goes out stands in {IFundOutflows}, at the same address.
interface ICommunityFund {
    /// @notice Purchases of one till with consecutive sequences, signed once by the till's key.
    /// @param items See {Items}.
    /// @param r With `vs`, the compact signature (ERC-2098) of EIP-712
    /// `PurchaseBatch(uint32 till,uint32 merchant,uint64 firstSequence,bytes32[] items)`.
    struct PurchaseBatch {
        uint32 till;
        uint32 merchant;
        uint64 firstSequence;
        bytes32[] items;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A refund, whole or partial, of one recorded purchase.
    /// @param purchaseBatch The first sequence of the batch that recorded the purchase.
    /// @param commitment The salted commitment to the refund's receipt.
    struct Reversal {
        uint32 purchaseTill;
        uint64 purchaseBatch;
        uint64 purchaseSequence;
        uint64 amount;
        uint32 day;
        bytes16 commitment;
    }

    /// @notice What proves a purchase from its batch's record, see {BatchRecord}; the relay adds it, nobody signs it.
    /// @param chunk The items of the purchase's chunk.
    /// @param hashes The hashes of all the batch's chunks.
    struct Proof {
        bytes32[] chunk;
        bytes32[] hashes;
    }

    /// @param r With `vs`, the compact signature (ERC-2098) of EIP-712
    /// `ReversalBatch(uint32 till,uint32 merchant,uint64 firstSequence,Reversal[] reversals)`.
    struct ReversalBatch {
        uint32 till;
        uint32 merchant;
        uint64 firstSequence;
        Reversal[] reversals;
        Proof[] proofs;
        bytes32 r;
        bytes32 vs;
    }

    struct BalanceSheet {
        uint256 cash;
        uint256 premiumsReceivable;
        uint256 creditsOutstanding;
        uint256 merchantPrepayments;
        uint256 reserve;
        uint256 operations;
        uint256 loansReceivable;
        uint256 currencyOutstanding;
        uint256 commitments;
        int256 free;
    }

    /// @notice A merchant with the fund: what it owes, or what it has paid ahead; never both.
    struct MerchantAccount {
        uint256 owed;
        uint256 prepaid;
    }

    /// @notice A batch of purchases took its sequences, under the rules in force.
    /// @param totals What the items moved, the refused ones left out, see {Totals}.
    /// @param items As signed; {PurchaseRefused} names the refused ones.
    event PurchasesRecorded(
        uint32 indexed till, uint32 indexed merchant, uint64 indexed firstSequence, Totals totals, bytes32[] items
    );
    event PurchaseRefused(
        uint32 indexed till, uint64 indexed sequence, RefusalReason reason, uint256 actual, uint256 limit
    );
    /// @param undone The premium and its shares that went back, see {Totals}.
    event PurchaseReversed(
        uint32 indexed till, uint64 indexed sequence, uint32 indexed member, Reversal reversal, Totals undone
    );
    /// @notice The refund after this took more than operations and the reserve still held; `free` bears what they
    /// lacked.
    event ShortfallBorne(uint256 operations, uint256 reserve);
    event ReversalRefused(
        uint32 indexed till,
        uint64 indexed sequence,
        RefusalReason reason,
        uint256 actual,
        uint256 limit,
        Reversal reversal
    );
    /// @param bankReference A salted commitment to the bank's reference.
    /// @param prepaid The part that was not owed and stays to the merchant's credit.
    event PremiumsSettled(uint32 indexed merchant, uint64 amount, uint256 prepaid, bytes32 indexed bankReference);
    error CommunityFund_NotRulebook(address actual, address limit);
    error CommunityFund_BatchSize(uint256 actual, uint256 limit);
    error CommunityFund_BadSignature(address actual, address limit);
    error CommunityFund_MerchantSuspended(uint32 merchant);
    error CommunityFund_OverExposure(uint256 actual, uint256 limit);
    error CommunityFund_ProofCount(uint256 actual, uint256 limit);
    error CommunityFund_BadProof(uint32 till, uint64 sequence);
    error CommunityFund_ZeroAmount();
    error CommunityFund_ReferenceUsed(bytes32 bankReference);

    /// @notice Records batches, each whole or, with the call, not at all. Anyone may relay.
    /// @dev Each item either moves its premium or is refused with its reason; both take the sequence. Emits
    /// {PurchasesRecorded}, then {PurchaseRefused} for each refused item.
    function recordPurchases(PurchaseBatch[] calldata batches) external;

    /// @notice Records refunds. Anyone may relay. Emits {PurchaseReversed} or {ReversalRefused} for each.
    function reversePurchases(ReversalBatch[] calldata batches) external;

    /// @notice Books a merchant's payment of premiums in real money. Requires the treasurer. Emits {PremiumsSettled}.
    /// @param bankReference A salted commitment to the bank's reference; each may be used once.
    function settlePremiums(uint32 merchant, uint64 amount, bytes32 bankReference) external;

    /// @notice Takes over the rules in force. Requires the rulebook.
    function adoptRules(uint16 version, IRulebook.Rules calldata rules) external;

    /// @notice What the fund owes to members, the pocket that is the credit's total supply.
    function creditsOutstanding() external view returns (uint256);
    /// @notice Every pocket.
    function balanceSheet() external view returns (BalanceSheet memory);
    /// @notice Reverts while the fund is paused.
    function requireRunning() external view;
    function merchantAccount(uint32 merchant) external view returns (MerchantAccount memory);
    /// @notice The record of the batch of `till` that begins at `firstSequence`; zero when there is none.
    function batchRecord(uint32 till, uint64 firstSequence) external view returns (bytes32);
    /// @notice How much of a purchase has been reversed; all of it when the purchase was refused.
    function reversedOf(uint32 till, uint64 sequence) external view returns (uint64);
    function referenceUsed(bytes32 bankReference) external view returns (bool);
    function purchaseDigest(PurchaseBatch calldata batch) external view returns (bytes32);
    function reversalDigest(ReversalBatch calldata batch) external view returns (bytes32);
}
