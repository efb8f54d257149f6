// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Ghost} from "./Ghost.sol";
import {Reference} from "./Reference.sol";

/// @notice Laws 1, 2 and 3 of the design, and the sums that hold them up, each a check of its own with its own error.
contract Laws {
    error Law1_BalanceSheet(uint256 assets, uint256 claims);
    error Law1_Owed(uint256 actual, uint256 sum);
    error Law1_Prepaid(uint256 actual, uint256 sum);
    error Law1_MerchantAccount(uint32 merchant);
    error Law1_Cash(uint256 actual, uint256 received);
    error Law2_CreditsMinted(uint256 actual, uint256 expected);
    error Law2_Reserve(uint256 actual, uint256 expected);
    error Law2_Operations(uint256 actual, uint256 expected);
    error Law2_Supply(uint256 actual, uint256 sum);
    error Law2_Balance(uint32 member, uint256 actual, uint256 expected);
    error Law2_CreditsMoved(address caller);
    error Law3_NextSequence(uint32 till, uint64 actual, uint64 expected);
    error Law3_Record(uint32 till, uint64 first);
    error Law3_Reversed(uint32 till, uint64 sequence, uint64 actual, uint256 expected);

    Ghost private immutable GHOST;
    IMembership private immutable MEMBERSHIP;
    ICommunityCredit private immutable CREDIT;
    ICommunityFund private immutable FUND;

    constructor(Ghost ghost) {
        GHOST = ghost;
        (MEMBERSHIP, CREDIT, FUND) = ghost.contracts();
    }

    function checkAll() external {
        checkBalanceSheet();
        checkMerchants();
        checkCash();
        checkShares();
        checkBalances();
        checkImmobility();
        checkSequences();
        checkRecords();
        checkReversed();
    }

    // ---- law 1: every cent is in one pocket

    function checkBalanceSheet() public view {
        ICommunityFund.BalanceSheet memory s = FUND.balanceSheet();
        uint256 assets = s.cash + s.premiumsReceivable + s.loansReceivable;
        uint256 promised = s.currencyOutstanding + s.commitments;
        int256 sum = int256(s.creditsOutstanding + s.merchantPrepayments + s.reserve + s.operations + promised);
        uint256 claims = uint256(sum + s.free);
        if (assets != claims) revert Law1_BalanceSheet(assets, claims);
    }

    function checkMerchants() public view {
        uint32[] memory merchants = GHOST.merchants();
        (uint256 owed, uint256 prepaid) = (0, 0);
        for (uint256 i = 0; i < merchants.length; ++i) {
            ICommunityFund.MerchantAccount memory a = FUND.merchantAccount(merchants[i]);
            (owed, prepaid) = (owed + a.owed, prepaid + a.prepaid);
            (uint256 ghostOwed, uint256 ghostPrepaid) = GHOST.account(merchants[i]);
            if (a.owed != ghostOwed || a.prepaid != ghostPrepaid) revert Law1_MerchantAccount(merchants[i]);
        }
        ICommunityFund.BalanceSheet memory s = FUND.balanceSheet();
        if (s.premiumsReceivable != owed) revert Law1_Owed(s.premiumsReceivable, owed);
        if (s.merchantPrepayments != prepaid) revert Law1_Prepaid(s.merchantPrepayments, prepaid);
    }

    function checkCash() public view {
        (uint256 received,) = GHOST.sums();
        uint256 cash = FUND.balanceSheet().cash;
        if (cash != received) revert Law1_Cash(cash, received);
    }

    // ---- law 2: credits are premiums by the split, less what was refunded, and never move

    function checkShares() public view {
        (, Reference.Shares memory total) = GHOST.sums();
        ICommunityFund.BalanceSheet memory s = FUND.balanceSheet();
        if (s.creditsOutstanding != total.credit) revert Law2_CreditsMinted(s.creditsOutstanding, total.credit);
        if (s.reserve != total.reserve) revert Law2_Reserve(s.reserve, total.reserve);
        if (s.operations != total.operations) revert Law2_Operations(s.operations, total.operations);
    }

    function checkBalances() public view {
        uint256 sum = 0;
        uint32 last = GHOST.lastMember();
        for (uint32 m = 0; m <= last + 1; ++m) {
            uint256 balance = CREDIT.balanceOf(CREDIT.addressOf(m));
            if (balance != GHOST.balance(m)) revert Law2_Balance(m, balance, GHOST.balance(m));
            sum += balance;
        }
        if (CREDIT.totalSupply() != sum) revert Law2_Supply(CREDIT.totalSupply(), sum);
    }

    function checkImmobility() public {
        address holder = CREDIT.addressOf(GHOST.lastMember());
        bytes[3] memory attempts = [
            abi.encodeCall(CREDIT.transfer, (address(this), 0)),
            abi.encodeCall(CREDIT.transferFrom, (holder, address(this), 0)),
            abi.encodeCall(CREDIT.approve, (address(this), 0))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            (bool done,) = address(CREDIT).call(attempts[i]);
            if (done) revert Law2_CreditsMoved(address(this));
        }
    }

    // ---- law 3: every sequence once, without a hole

    function checkSequences() public view {
        uint32[] memory tills = GHOST.tills();
        Ghost.Batch[] memory batches = GHOST.batches();
        for (uint256 t = 0; t < tills.length; ++t) {
            uint64 next = 1;
            for (uint256 i = 0; i < batches.length; ++i) {
                if (batches[i].till == tills[t]) next += batches[i].count;
            }
            uint64 actual = MEMBERSHIP.till(tills[t]).nextSequence;
            if (actual != next) revert Law3_NextSequence(tills[t], actual, next);
        }
    }

    /// @notice A record where a batch of purchases begins, the one that its items make; and nowhere else.
    function checkRecords() public view {
        Ghost.Batch[] memory batches = GHOST.batches();
        for (uint256 i = 0; i < batches.length; ++i) {
            Ghost.Batch memory b = batches[i];
            bytes32 expected = b.version == 0 ? bytes32(0) : _record(b.items, b.version);
            if (FUND.batchRecord(b.till, b.first) != expected) revert Law3_Record(b.till, b.first);
            for (uint64 s = b.first + 1; s < b.first + b.count; ++s) {
                if (FUND.batchRecord(b.till, s) != 0) revert Law3_Record(b.till, s);
            }
        }
    }

    /// @notice What is left of each purchase, a refused one having nothing left from the start.
    function checkReversed() public view {
        Ghost.Purchase[] memory purchases = GHOST.purchases();
        Ghost.Batch[] memory batches = GHOST.batches();
        for (uint256 i = 0; i < purchases.length; ++i) {
            Ghost.Purchase memory p = purchases[i];
            uint32 till = batches[p.batch].till;
            uint256 expected = uint64(uint256(p.item) >> 64) - p.left;
            uint64 actual = FUND.reversedOf(till, p.sequence);
            if (actual != expected) revert Law3_Reversed(till, p.sequence, actual, expected);
        }
    }

    /// @dev Batches of the campaign fit one chunk of sixteen.
    function _record(bytes32[] memory items, uint16 version) private pure returns (bytes32) {
        bytes32 root = keccak256(abi.encodePacked(keccak256(abi.encodePacked(items))));
        return bytes32(((uint256(root) >> 16) << 16) | version);
    }
}
