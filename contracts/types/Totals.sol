// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Premiums} from "./Premiums.sol";

/// @title What a batch moved, packed into one word
/// @notice Drawn from the most significant bit to the least, in minor units:
/// ```
/// | premiums 64 | credits 64 | operations 64 | reserve 64 |
/// ```
library Totals {
    /// @dev Each share must stay under 2^64: the pockets, as wide, have been added to before.
    function pack(Premiums.Shares memory s) internal pure returns (bytes32) {
        return bytes32((s.premium << 192) | (s.credit << 128) | (s.operations << 64) | s.reserve);
    }
}
