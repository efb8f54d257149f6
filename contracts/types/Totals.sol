// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice What a batch moved, packed into one word. Drawn from the most significant bit to the least, in minor units:
/// ```
/// | premiums 64 | credits 64 | operations 64 | reserve 64 |
/// ```
type Totals is bytes32;

using TotalsLib for Totals global;

/// @notice Packs and reads {Totals}.
library TotalsLib {
    /// @dev Each premium under 2^48, so that 512 of them add up within a lane; no share is more than the premium.
    function lanes(uint256 premium, uint256 credit, uint256 ops) internal pure returns (uint256) {
        unchecked {
            return (premium << 192) | (credit << 128) | (ops << 64) | (premium - credit - ops);
        }
    }

    function premiums(Totals totals) internal pure returns (uint256) {
        return uint256(Totals.unwrap(totals)) >> 192;
    }

    function credits(Totals totals) internal pure returns (uint256) {
        return uint64(uint256(Totals.unwrap(totals)) >> 128);
    }

    function operations(Totals totals) internal pure returns (uint256) {
        return uint64(uint256(Totals.unwrap(totals)) >> 64);
    }

    function reserve(Totals totals) internal pure returns (uint256) {
        return uint64(uint256(Totals.unwrap(totals)));
    }

    /// @dev Less of the last two shares, of the same premium.
    function without(Totals totals, uint256 operations_, uint256 reserve_) internal pure returns (Totals) {
        return Totals.wrap(bytes32(uint256(Totals.unwrap(totals)) - (operations_ << 64) - reserve_));
    }
}
