// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title What the ledger keeps of a recorded batch: one word
/// @notice Drawn from the most significant bit to the least:
/// ```
/// | root 240 | rules version 16 |
/// ```
/// The root commits to the items in chunks of sixteen, so that one purchase of a batch of 512 is proven with 48 words
/// instead of 512: `root = keccak(hash of chunk 0 || hash of chunk 1 || ...)`, its leading 240 bits kept.
library BatchRecord {
    uint256 internal constant CHUNK = 16;

    /// @notice The hash that EIP-712 wants of `items`, and the root that proves one of them.
    function digest(bytes32[] calldata items) internal pure returns (bytes32 itemsHash, bytes32 root) {
        // Safe: the items are copied to free memory, which is given back. The hash of a chunk is written at the index
        // `i / 16`, which lies before every chunk still to be read; a chunk ends at the latest where the items end.
        assembly ("memory-safe") {
            let start := mload(0x40)
            let size := shl(5, items.length)
            let end := add(start, size)
            calldatacopy(start, items.offset, size)
            itemsHash := keccak256(start, size)
            let hashes := start
            for { let chunk := start } lt(chunk, end) { chunk := add(chunk, 0x200) } {
                let left := sub(end, chunk)
                if gt(left, 0x200) { left := 0x200 }
                mstore(hashes, keccak256(chunk, left))
                hashes := add(hashes, 0x20)
            }
            root := keccak256(start, sub(hashes, start))
        }
    }

    /// @notice The record of a batch with this root, bound to a version of the rules.
    function seal(bytes32 root, uint16 rulesVersion) internal pure returns (bytes32) {
        return bytes32((uint256(root) & ~uint256(type(uint16).max)) | rulesVersion);
    }

    function version(bytes32 record) internal pure returns (uint16) {
        return uint16(uint256(record));
    }

    /// @notice Whether `hashes` are the hashes of all the chunks of the recorded batch.
    function holds(bytes32 record, bytes32[] calldata hashes) internal pure returns (bool) {
        return record == seal(keccak256(abi.encodePacked(hashes)), version(record));
    }
}
