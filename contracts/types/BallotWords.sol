// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title A ballot, packed into one word, and its byte in the register
/// @notice Drawn from the most significant bit to the least:
/// ```
/// word: | unused 208 | choice 8 | sequence 8 | member 32 |
/// byte: | sequence 6 | choice 2 |
/// ```
/// The choice of a sealed ballot is 0 until it is opened. A byte of 0 is no ballot: the first sequence is 1.
library BallotWords {
    uint256 internal constant LAST_SEQUENCE = 63;
    uint256 internal constant LAST_CHOICE = 3;
    uint256 private constant WORD_BITS = 48;

    function pack(uint32 member_, uint256 sequence_, uint256 choice_) internal pure returns (bytes32) {
        return bytes32((choice_ << 40) | (sequence_ << 32) | member_);
    }

    /// @notice The word at `i`, which the caller keeps under the length.
    function wordAt(bytes32[] calldata words, uint256 i) internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, shl(5, i)))
        }
    }

    function member(bytes32 word) internal pure returns (uint32) {
        return uint32(uint256(word));
    }

    function sequence(bytes32 word) internal pure returns (uint256) {
        return uint8(uint256(word) >> 32);
    }

    function choice(bytes32 word) internal pure returns (uint256) {
        return uint8(uint256(word) >> 40);
    }

    /// @notice Whether the word says nothing but what a ballot may say: a choice, or none when it is sealed.
    function isWellFormed(bytes32 word, bool isSealed) internal pure returns (bool) {
        // Unchecked: a zero wraps to a huge number, so that one comparison holds both ends of a range.
        unchecked {
            bool isKnown = isSealed ? choice(word) == 0 : choice(word) - 1 < LAST_CHOICE;
            return isKnown && sequence(word) - 1 < LAST_SEQUENCE && uint256(word) >> WORD_BITS == 0;
        }
    }

    /// @notice The member's byte in its slot of the register.
    function byteIn(uint256 slot, uint32 member_) internal pure returns (uint256) {
        return uint8(slot >> _shift(member_));
    }

    function withByte(uint256 slot, uint32 member_, uint256 sequence_, uint256 choice_)
        internal
        pure
        returns (uint256)
    {
        uint256 kept = slot & ~(uint256(0xff) << _shift(member_));
        return kept | (((sequence_ << 2) | choice_) << _shift(member_));
    }

    function _shift(uint32 member_) private pure returns (uint256) {
        return (uint256(member_) & 0x1f) << 3;
    }
}
