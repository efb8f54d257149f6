// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../interfaces/ICommunityCredit.sol";

/// @title A member's account, packed into one word
/// @notice Drawn from the most significant bit to the least:
/// ```
/// | unused 128 | validUntil 32 | validFrom 32 | balance 64 |
/// ```
/// The validity stands beside the balance so that a purchase reads one slot a member, not two. `balance` is in minor
/// units; the member may earn on the days `[validFrom, validUntil)`. An account never opened has no valid day.
library Accounts {
    function balance(bytes32 account) internal pure returns (uint256) {
        return uint64(uint256(account));
    }

    function validFrom(bytes32 account) internal pure returns (uint256) {
        return uint32(uint256(account) >> 64);
    }

    function validUntil(bytes32 account) internal pure returns (uint256) {
        return uint32(uint256(account) >> 96);
    }

    /// @dev `validFrom <= validUntil`; a day before wraps to a huge number: one comparison holds both ends.
    function validOn(bytes32 account, uint256 day) internal pure returns (bool) {
        unchecked {
            return day - validFrom(account) < validUntil(account) - validFrom(account);
        }
    }

    /// @notice The account with `credit` more. The caller knows that the sum stays under 2^64.
    function plus(bytes32 account, uint256 credit) internal pure returns (bytes32) {
        unchecked {
            return bytes32(uint256(account) + credit);
        }
    }

    /// @notice The account with `credit` less, which it must hold.
    function minus(bytes32 account, uint256 credit) internal pure returns (bytes32) {
        uint256 limit = balance(account);
        if (credit > limit) revert ICommunityCredit.CommunityCredit_InsufficientBalance(credit, limit);
        unchecked {
            return bytes32(uint256(account) - credit);
        }
    }

    function withValidity(bytes32 account, uint32 from, uint32 until) internal pure returns (bytes32) {
        return bytes32((uint256(until) << 96) | (uint256(from) << 64) | balance(account));
    }

    function unpack(bytes32 account) internal pure returns (ICommunityCredit.Account memory) {
        return
            ICommunityCredit.Account(uint64(balance(account)), uint32(validFrom(account)), uint32(validUntil(account)));
    }
}
