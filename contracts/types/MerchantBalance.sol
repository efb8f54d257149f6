// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice A merchant with the fund, packed into one word. Drawn from the most significant bit to the least, in minor
/// units:
/// ```
/// | unused 128 | prepaid 64 | owed 64 |
/// ```
/// A merchant owes premiums or has paid ahead, never both.
type MerchantBalance is bytes32;

using MerchantBalanceLib for MerchantBalance global;

/// @notice Packs, moves and reads {MerchantBalance}.
library MerchantBalanceLib {
    function owed(MerchantBalance b) internal pure returns (uint256) {
        return uint64(uint256(MerchantBalance.unwrap(b)));
    }

    function prepaid(MerchantBalance b) internal pure returns (uint256) {
        return uint256(MerchantBalance.unwrap(b)) >> 64;
    }

    /// @notice `premium` more: first out of what is prepaid, the rest is owed. `premium` under 2^58.
    function charged(MerchantBalance b, uint256 premium) internal pure returns (MerchantBalance) {
        uint256 ahead = prepaid(b);
        // Unchecked: each of the three is under 2^64.
        unchecked {
            return premium < ahead ? _pack(0, ahead - premium) : _pack(owed(b) + premium - ahead, 0);
        }
    }

    /// @notice `amount` less: first off what is owed, the rest is prepaid. `amount` under 2^64.
    function relieved(MerchantBalance b, uint256 amount) internal pure returns (MerchantBalance) {
        uint256 debt = owed(b);
        return debt > amount ? _pack(debt - amount, 0) : _pack(0, prepaid(b) + amount - debt);
    }

    function _pack(uint256 owed_, uint256 prepaid_) private pure returns (MerchantBalance) {
        return MerchantBalance.wrap(bytes32((prepaid_ << 64) | owed_));
    }
}
