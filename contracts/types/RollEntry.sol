// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../interfaces/IMembership.sol";

/// @notice A member as the roll holds it, packed into one word. Drawn from the most significant bit to the least:
/// ```
/// | key 160 | epoch 32 | valid from 24 | valid until 24 | unused 3 | address 1 | kind 4 | category 8 |
/// ```
/// One word, so that a ballot reads one slot. `epoch`: the roll's when the entry was written. Days after the 24 bits
/// (45,000 years) read as the last of them. A key that is not an address (flag 0) stands elsewhere, under the fingerprint
/// that the word holds; 0: no key.
type RollEntry is bytes32;

using RollEntryLib for RollEntry global;

/// @notice Builds and reads {RollEntry}.
library RollEntryLib {
    uint256 private constant ADDRESS = 1 << 12;
    uint256 private constant LAST_DAY = type(uint24).max;

    function pack(IMembership.MemberKind kind_, IMembership.Category category_) internal pure returns (RollEntry) {
        return RollEntry.wrap(bytes32((uint256(kind_) << 8) | uint256(category_)));
    }

    function withCategory(RollEntry entry, IMembership.Category category_) internal pure returns (RollEntry) {
        return RollEntry.wrap(bytes32((_word(entry) & ~uint256(0xff)) | uint256(category_)));
    }

    function withKey(RollEntry entry, uint160 key_, bool isAddress) internal pure returns (RollEntry) {
        uint256 kept = _word(entry) & ~((uint256(type(uint160).max) << 96) | ADDRESS);
        return RollEntry.wrap(bytes32(kept | (uint256(key_) << 96) | (isAddress ? ADDRESS : 0)));
    }

    function withValidity(RollEntry entry, uint256 from, uint256 until) internal pure returns (RollEntry) {
        uint256 kept = _word(entry) & ~(uint256(type(uint48).max) << 16);
        return RollEntry.wrap(bytes32(kept | (_day(from) << 40) | (_day(until) << 16)));
    }

    function withEpoch(RollEntry entry, uint32 epoch_) internal pure returns (RollEntry) {
        uint256 kept = _word(entry) & ~(uint256(type(uint32).max) << 64);
        return RollEntry.wrap(bytes32(kept | (uint256(epoch_) << 64)));
    }

    /// @notice The address that signs, or the key's fingerprint; 0 for no key.
    function key(RollEntry entry) internal pure returns (uint160) {
        return uint160(_word(entry) >> 96);
    }

    function epoch(RollEntry entry) internal pure returns (uint32) {
        return uint32(_word(entry) >> 64);
    }

    function validFrom(RollEntry entry) internal pure returns (uint24) {
        return uint24(_word(entry) >> 40);
    }

    function validUntil(RollEntry entry) internal pure returns (uint24) {
        return uint24(_word(entry) >> 16);
    }

    function validOn(RollEntry entry, uint256 day) internal pure returns (bool) {
        return validFrom(entry) <= day && day < validUntil(entry);
    }

    function holdsAddress(RollEntry entry) internal pure returns (bool) {
        return _word(entry) & ADDRESS != 0;
    }

    function kind(RollEntry entry) internal pure returns (IMembership.MemberKind) {
        return IMembership.MemberKind((_word(entry) >> 8) & 0xf);
    }

    /// @notice The category as the tally counts it.
    function college(RollEntry entry) internal pure returns (uint256) {
        return _word(entry) & 0xff;
    }

    function category(RollEntry entry) internal pure returns (IMembership.Category) {
        return IMembership.Category(college(entry));
    }

    function _word(RollEntry entry) private pure returns (uint256) {
        return uint256(RollEntry.unwrap(entry));
    }

    function _day(uint256 day) private pure returns (uint256) {
        return day < LAST_DAY ? day : LAST_DAY;
    }
}
