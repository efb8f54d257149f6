// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title A till, packed into one word
/// @notice Drawn from the most significant bit to the least:
/// ```
/// | next sequence 64 | merchant 32 | key 160 |
/// ```
/// A till that was never enrolled has no merchant, a revoked one no key.
library Tills {
    function pack(address key_, uint32 merchant_, uint64 nextSequence_) internal pure returns (bytes32) {
        return bytes32((uint256(nextSequence_) << 192) | (uint256(merchant_) << 160) | uint160(key_));
    }

    function key(bytes32 till) internal pure returns (address) {
        return address(uint160(uint256(till)));
    }

    function merchant(bytes32 till) internal pure returns (uint32) {
        return uint32(uint256(till) >> 160);
    }

    function nextSequence(bytes32 till) internal pure returns (uint64) {
        return uint64(uint256(till) >> 192);
    }

    /// @dev Checked: at the 2^64th sequence of a till this reverts.
    function advancedBy(bytes32 till, uint64 count) internal pure returns (bytes32) {
        return bytes32(uint256(till) + (uint256(count) << 192));
    }
}
