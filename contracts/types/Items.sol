// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title One purchase, packed into one word
/// @notice Drawn from the most significant bit to the least:
/// ```
/// | commitment 128 | amount 64 | member 32 | day 32 |
/// ```
/// `commitment` is the salted commitment to the receipt, `amount` is in minor units, `member` is the member's number
/// (0: a sale without a member), `day` counts days since 1970-01-01 in the community's own calendar.
library Items {
    function amount(bytes32 item) internal pure returns (uint256) {
        return uint64(uint256(item) >> 64);
    }

    function member(bytes32 item) internal pure returns (uint256) {
        return uint32(uint256(item) >> 32);
    }

    function day(bytes32 item) internal pure returns (uint256) {
        return uint32(uint256(item));
    }
}
