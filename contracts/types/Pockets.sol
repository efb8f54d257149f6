// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IRulebook} from "../interfaces/IRulebook.sol";

/// @title The pockets that a purchase moves and the rules it moves them by, packed into one word
/// @notice Drawn from the most significant bit to the least:
/// ```
/// | premiums receivable 48 | credits outstanding 48 | operations 48 | reserve 48 |
/// | window days 16 | operations bps 16 | reserve bps 16 | rules version 16 |
/// ```
/// One word, because a second one would cost each batch 2,100 gas. 2^48 minor units are 2.8 trillion units of currency,
/// near a million times what a community of this design brings in a year.
library Pockets {
    error Pockets_Overflow(uint256 actual, uint256 limit);
    error Pockets_Underflow(uint256 actual, uint256 limit);

    /// @dev What moves, or what there is: minor units.
    struct Amounts {
        uint256 receivable;
        uint256 credits;
        uint256 operations;
        uint256 reserve;
    }

    uint256 private constant MAX = type(uint48).max;

    function amounts(bytes32 pockets) internal pure returns (Amounts memory) {
        uint256 p = uint256(pockets);
        return Amounts(p >> 208, uint48(p >> 160), uint48(p >> 112), uint48(p >> 64));
    }

    function plus(bytes32 pockets, Amounts memory a) internal pure returns (bytes32) {
        Amounts memory b = amounts(pockets);
        // Unchecked: each amount is a sum of shares of at most 512 purchases under 2^64.
        unchecked {
            _requireFits(b.receivable + a.receivable);
            _requireFits(b.credits + a.credits);
            _requireFits(b.operations + a.operations);
            _requireFits(b.reserve + a.reserve);
            // No lane overflows, so one addition adds all four.
            return bytes32(uint256(pockets) + _pack(a));
        }
    }

    function minus(bytes32 pockets, Amounts memory a) internal pure returns (bytes32) {
        Amounts memory b = amounts(pockets);
        _requireHolds(b.receivable, a.receivable);
        _requireHolds(b.credits, a.credits);
        _requireHolds(b.operations, a.operations);
        _requireHolds(b.reserve, a.reserve);
        // No lane underflows, so one subtraction takes all four.
        return bytes32(uint256(pockets) - _pack(a));
    }

    function withRules(bytes32 pockets, uint16 version_, IRulebook.Rules calldata r) internal pure returns (bytes32) {
        uint256 rules = (uint256(r.purchaseWindowDays) << 48) | (uint256(r.operationsBps) << 32)
            | (uint256(r.reserveBps) << 16) | version_;
        return bytes32((uint256(pockets) & ~uint256(type(uint64).max)) | rules);
    }

    function windowDays(bytes32 pockets) internal pure returns (uint256) {
        return uint16(uint256(pockets) >> 48);
    }

    function operationsBps(bytes32 pockets) internal pure returns (uint256) {
        return uint16(uint256(pockets) >> 32);
    }

    function reserveBps(bytes32 pockets) internal pure returns (uint256) {
        return uint16(uint256(pockets) >> 16);
    }

    function version(bytes32 pockets) internal pure returns (uint16) {
        return uint16(uint256(pockets));
    }

    function _pack(Amounts memory a) private pure returns (uint256) {
        return (a.receivable << 208) | (a.credits << 160) | (a.operations << 112) | (a.reserve << 64);
    }

    function _requireFits(uint256 sum) private pure {
        if (sum > MAX) revert Pockets_Overflow(sum, MAX);
    }

    function _requireHolds(uint256 held, uint256 taken) private pure {
        if (taken > held) revert Pockets_Underflow(taken, held);
    }
}
