// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {Reference} from "./Reference.sol";
import {Tester} from "./Tester.sol";

/// @notice The digests that tills sign, beside EIP-712 written out naively.
contract DigestFuzzTest is Tester {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant PURCHASES =
        keccak256("PurchaseBatch(uint32 till,uint32 merchant,uint64 firstSequence,bytes32[] items)");
    string private constant REVERSAL =
        "Reversal(uint32 purchaseTill,uint64 purchaseBatch,uint64 purchaseSequence,uint64 amount,uint32 day,bytes16 commitment)";
    string private constant REVERSALS =
        "ReversalBatch(uint32 till,uint32 merchant,uint64 firstSequence,Reversal[] reversals)";

    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 separator =
            keccak256(abi.encode(DOMAIN, keccak256("Endogene"), keccak256("1"), block.chainid, address(fund)));
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function _words(uint256 seed, uint256 count) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = keccak256(abi.encode(seed, i));
        }
    }

    function testFuzz_PurchaseDigestIsTheNaiveOne(uint32 till_, uint32 merchant, uint64 first, uint256 seed)
        public
        view
    {
        bytes32[] memory items = _words(seed, seed % 40);
        ICommunityFund.PurchaseBatch memory b = ICommunityFund.PurchaseBatch(till_, merchant, first, items, 0, 0);
        bytes32 expected = keccak256(abi.encode(PURCHASES, till_, merchant, first, keccak256(abi.encodePacked(items))));
        vm.assertEq(fund.purchaseDigest(b), _digest(expected), "digest");
    }

    function testFuzz_ReversalDigestIsTheNaiveOne(uint32 till_, uint32 merchant, uint64 first, uint256 seed)
        public
        view
    {
        ICommunityFund.ReversalBatch memory b;
        (b.till, b.merchant, b.firstSequence) = (till_, merchant, first);
        bytes32[] memory words = _words(seed, seed % 8);
        b.reversals = new ICommunityFund.Reversal[](words.length);
        bytes memory hashes;
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 w = uint256(words[i]);
            b.reversals[i] = ICommunityFund.Reversal(
                uint32(w), uint64(w >> 32), uint64(w >> 64), uint64(w >> 96), uint32(w >> 128), bytes16(words[i])
            );
            bytes32 hash = keccak256(abi.encode(keccak256(bytes(REVERSAL)), b.reversals[i]));
            hashes = abi.encodePacked(hashes, hash);
        }
        bytes32 typeHash = keccak256(abi.encodePacked(REVERSALS, REVERSAL));
        bytes32 expected = keccak256(abi.encode(typeHash, till_, merchant, first, keccak256(hashes)));
        vm.assertEq(fund.reversalDigest(b), _digest(expected), "digest");
    }
}

/// @notice The money of one purchase, whatever its amount, rate and split, and of its refund in parts.
contract MoneyFuzzTest is Tester {
    using Reference for Reference.Shares;

    uint256 private constant MOST = type(uint48).max;

    /// @dev A shop at a random rate, under random rules, with the widest limits.
    function _prepare(uint256 rateBps, uint256 operationsBps, uint256 reserveBps)
        private
        returns (uint256 rate, Reference.Split memory split)
    {
        rate = rateBps % 10_001;
        split.operationsBps = operationsBps % 10_001;
        split.reserveBps = reserveBps % (10_001 - split.operationsBps);
        _publish(uint16(split.operationsBps), uint16(split.reserveBps));
        vm.prank(REGISTRAR);
        membership.scheduleRate(shop, uint16(rate), TODAY + 10);
        _setLimits(type(uint48).max, type(uint48).max);
        vm.warp(NOW + 10 days);
    }

    function _assertShares(Reference.Shares memory s) private view {
        _assertSheet(0, s.premium, s.credit, 0, s.reserve, s.operations);
        _eq(s.premium, s.credit + s.reserve + s.operations, "the shares are the premium");
    }

    function testFuzz_PurchaseMovesItsPremiumBySplit(
        uint256 amount,
        uint256 rateBps,
        uint256 operationsBps,
        uint256 reserveBps,
        bool memberless
    ) public {
        (uint256 rate, Reference.Split memory split) = _prepare(rateBps, operationsBps, reserveBps);
        amount = 1 + amount % MOST;
        _record(_item(memberless ? 0 : alice, amount, TODAY + 10));
        _assertShares(Reference.shares(amount, rate, split, memberless));
    }

    /// @notice Refunds in any parts undo exactly the purchase, and never leave a pocket wrong between two of them.
    function testFuzz_RefundsInPartsUndoThePurchase(
        uint256 amount,
        uint256 rateBps,
        uint256 operationsBps,
        uint256 reserveBps,
        uint256[2] memory parts
    ) public {
        (uint256 rate, Reference.Split memory split) = _prepare(rateBps, operationsBps, reserveBps);
        uint256 left = 1 + amount % MOST;
        bytes32[] memory items = _list(_item(alice, left, TODAY + 10));
        _record(items);
        for (uint256 i = 0; i < 3 && left != 0; ++i) {
            uint256 part = i == 2 ? left : 1 + parts[i] % left;
            left -= part;
            ICommunityFund.Reversal memory r = _refund(1, uint64(part));
            r.day = TODAY + 10;
            _reverse(r, items);
            _assertShares(Reference.shares(left, rate, split, false));
        }
        _assertSheet(0, 0, 0, 0, 0, 0);
        _eq(fund.reversedOf(till, 1), 1 + amount % MOST, "reversed");
    }
}

/// @notice Batches of all shapes: every number of items in a chunk, up to every number of chunks, and the proof of any item.
contract BatchFuzzTest is Tester {
    /// @dev Every seventh size.
    function _recordSizes(uint256 from, uint256 to) private {
        for (uint256 size = from; size <= to; size += 7) {
            bytes32[] memory items = _many(size, 0);
            uint64 first = _record(items);
            vm.assertEq(fund.batchRecord(till, first), _expectedRecord(items, 1), "record");
        }
    }

    function test_WhenTheBatchIsOfEverySizeUpTo64() public {
        for (uint256 from = 1; from <= 7; ++from) {
            _recordSizes(from, 64);
        }
    }

    function test_WhenTheBatchIsOfEverySeventhSizeUpTo512() public {
        _recordSizes(71, 512);
        _recordSizes(512, 512);
    }

    /// @dev Fewer runs: each records up to 512 purchases, and the edges of the chunks have tests of their own.
    /// forge-config: default.fuzz.runs = 250
    /// forge-config: quick.fuzz.runs = 5
    function testFuzz_AnyItemOfAnyBatchIsProven(uint256 size, uint256 index, uint256 wrong) public {
        bytes32[] memory items = _many(1 + size % 512, 0);
        uint64 first = _record(items);
        index %= items.length;
        ICommunityFund.Reversal memory r = _refund(first, uint64(100 + index));
        r.purchaseSequence = first + uint64(index);
        ICommunityFund.ReversalBatch memory b = _signed(r, _proof(items, index));
        wrong %= b.proofs[0].hashes.length;
        b.proofs[0].hashes[wrong] ^= bytes32(uint256(1));
        _reverts(ICommunityFund.CommunityFund_BadProof.selector, till, r.purchaseSequence);
        _reverse(b);
        b.proofs[0].hashes[wrong] ^= bytes32(uint256(1));
        _reverse(b);
        _eq(fund.reversedOf(till, r.purchaseSequence), r.amount, "reversed");
    }
}

/// @notice Rates after any changes.
contract RatesFuzzTest is Tester {
    /// @notice A day's rate, after changes at random days, is the naive history's.
    function testFuzz_RateOnIsTheHistorys(uint256 seed, uint256 day) public {
        Reference.Rate[] memory rates = new Reference.Rate[](6);
        rates[0] = Reference.Rate(0, RATE);
        uint256 today = TODAY;
        for (uint256 i = 1; i < 6; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            rates[i] = Reference.Rate(today + 10 + seed % 5, (seed >> 8) % 10_001);
            vm.prank(REGISTRAR);
            membership.scheduleRate(shop, uint16(rates[i].rateBps), uint32(rates[i].fromDay));
            today = rates[i].fromDay + (seed >> 32) % 5;
            vm.warp(today * 1 days + 8 hours);
        }
        day = day % 4 == 0 ? uint32(day >> 8) : TODAY + day % 80;
        _eq(membership.rateOn(shop, day), Reference.rateOn(rates, day), "rate");
    }
}
