// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IRulebook} from "../interfaces/IRulebook.sol";
import {Totals} from "./Totals.sol";

/// @notice The pockets that a purchase moves and the rules it moves them by, packed into one word. Drawn from the most significant bit to the least:
/// ```
/// | premiums receivable 48 | credits outstanding 48 | operations 48 | reserve 48 |
/// | window days 16 | operations bps 16 | pause 1 | reserve bps 15 | rules version 16 |
/// ```
/// One word, because a second one would cost each batch 2,100 gas. 2^48 minor units are 2.8 trillion units of currency,
/// near a million times what a community of this design brings in a year.
type Pockets is bytes32;

using PocketsLib for Pockets global;

/// @notice Moves and reads {Pockets}.
library PocketsLib {
    error Pockets_Overflow(uint256 actual, uint256 limit);
    error Pockets_Underflow(uint256 actual, uint256 limit);

    uint256 private constant MAX = type(uint48).max;
    uint256 private constant PAUSE = 1 << 31;
    /// @dev The highest bit of each pocket.
    uint256 private constant TOPS = (1 << 255) | (1 << 207) | (1 << 159) | (1 << 111);

    function receivable(Pockets pockets) internal pure returns (uint256) {
        return uint256(Pockets.unwrap(pockets)) >> 208;
    }

    function credits(Pockets pockets) internal pure returns (uint256) {
        return uint48(uint256(Pockets.unwrap(pockets)) >> 160);
    }

    function operations(Pockets pockets) internal pure returns (uint256) {
        return uint48(uint256(Pockets.unwrap(pockets)) >> 112);
    }

    function reserve(Pockets pockets) internal pure returns (uint256) {
        return uint48(uint256(Pockets.unwrap(pockets)) >> 64);
    }

    /// @notice The pockets with `owed` more premiums receivable, and the shares of `totals` in the others.
    function plus(Pockets pockets, uint256 owed, Totals totals) internal pure returns (Pockets) {
        // Unchecked: one addition adds all four lanes. What is added fits its lane, and no lane carries into the next:
        // of two numbers and their sum, a carry out of a bit shows in `(a & b) | ((a | b) & ~sum)`.
        unchecked {
            uint256 word = uint256(Pockets.unwrap(pockets));
            uint256 added = _lanes(owed, totals);
            uint256 sum = word + added;
            uint256 widest = owed | totals.credits() | totals.operations() | totals.reserve();
            uint256 carries = ((word & added) | ((word | added) & ~sum)) & TOPS;
            if (widest > MAX || carries != 0) _refuse(pockets, owed, totals);
            return _wrap(sum);
        }
    }

    /// @notice The pockets with `owed` less premiums receivable, and without the shares of `totals` in the others.
    function minus(Pockets pockets, uint256 owed, Totals totals) internal pure returns (Pockets) {
        _requireHolds(receivable(pockets), owed);
        _requireHolds(credits(pockets), totals.credits());
        _requireHolds(operations(pockets), totals.operations());
        _requireHolds(reserve(pockets), totals.reserve());
        // No lane underflows, so one subtraction takes all four.
        return _wrap(uint256(Pockets.unwrap(pockets)) - _lanes(owed, totals));
    }

    /// @notice How much of the shares of `totals` operations and the reserve do not hold.
    function lacks(Pockets pockets, Totals totals) internal pure returns (uint256 operations_, uint256 reserve_) {
        (uint256 held, uint256 taken) = (operations(pockets), totals.operations());
        operations_ = taken > held ? taken - held : 0;
        (held, taken) = (reserve(pockets), totals.reserve());
        reserve_ = taken > held ? taken - held : 0;
    }

    function withRules(Pockets pockets, uint16 version_, IRulebook.Rules calldata r) internal pure returns (Pockets) {
        uint256 rules = (uint256(r.purchaseWindowDays) << 48) | (uint256(r.operationsBps) << 32)
            | (uint256(r.reserveBps) << 16) | version_;
        uint256 kept = uint256(Pockets.unwrap(pockets)) & (~uint256(type(uint64).max) | PAUSE);
        return _wrap(kept | rules);
    }

    function withPause(Pockets pockets, bool mayBePaused_) internal pure returns (Pockets) {
        uint256 kept = uint256(Pockets.unwrap(pockets)) & ~PAUSE;
        return _wrap(mayBePaused_ ? kept | PAUSE : kept);
    }

    /// @notice Whether a pause was set; it may be over.
    function mayBePaused(Pockets pockets) internal pure returns (bool) {
        return uint256(Pockets.unwrap(pockets)) & PAUSE != 0;
    }

    function windowDays(Pockets pockets) internal pure returns (uint256) {
        return uint16(uint256(Pockets.unwrap(pockets)) >> 48);
    }

    function operationsBps(Pockets pockets) internal pure returns (uint256) {
        return uint16(uint256(Pockets.unwrap(pockets)) >> 32);
    }

    function reserveBps(Pockets pockets) internal pure returns (uint256) {
        return (uint256(Pockets.unwrap(pockets)) >> 16) & 0x7fff;
    }

    function version(Pockets pockets) internal pure returns (uint16) {
        return uint16(uint256(Pockets.unwrap(pockets)));
    }

    function _lanes(uint256 owed, Totals totals) private pure returns (uint256) {
        return (owed << 208) | (totals.credits() << 160) | (totals.operations() << 112) | (totals.reserve() << 64);
    }

    function _wrap(uint256 word) private pure returns (Pockets) {
        return Pockets.wrap(bytes32(word));
    }

    /// @dev Says which of the pockets is too full.
    function _refuse(Pockets pockets, uint256 owed, Totals totals) private pure {
        _requireFits(receivable(pockets) + owed);
        _requireFits(credits(pockets) + totals.credits());
        _requireFits(operations(pockets) + totals.operations());
        _requireFits(reserve(pockets) + totals.reserve());
    }

    function _requireFits(uint256 sum) private pure {
        if (sum > MAX) revert Pockets_Overflow(sum, MAX);
    }

    function _requireHolds(uint256 held, uint256 taken) private pure {
        if (taken > held) revert Pockets_Underflow(taken, held);
    }
}
