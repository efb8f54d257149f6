// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Where a purchase's premium goes
/// @dev All amounts in minor units. Each share must be monotone in the premium: a reversal undoes the difference of
/// the shares before and after it, and a share that fell while the premium rose would be a negative one. Hence the two
/// nested floors: first what the community keeps, then its operations' part of that.
library Premiums {
    uint256 internal constant BPS = 10_000;

    struct Shares {
        uint256 premium;
        uint256 credit;
        uint256 operations;
        uint256 reserve;
    }

    /// @notice `amount * rateBps / 10,000`, half a minor unit up.
    /// @dev amount < 2^64 and rateBps <= 10,000 keep this under 2^78.
    function premiumHalfUp(uint256 amount, uint256 rateBps) internal pure returns (uint256) {
        unchecked {
            return (amount * rateBps + BPS / 2) / BPS;
        }
    }

    /// @notice What the community keeps of a member's premium, and its operations' part of that, both rounded down.
    /// The member's credit is `premium - kept`, the reserve's share `kept - operations`.
    /// @dev premium < 2^64 and operationsBps <= keptBps <= 10,000: nothing here can overflow.
    function keptDown(uint256 premium, uint256 keptBps, uint256 operationsBps)
        internal
        pure
        returns (uint256 kept, uint256 operations)
    {
        unchecked {
            kept = (premium * keptBps) / BPS;
        }
        // Safe: on the stack only. The EVM's division by zero gives 0, which is what nothing kept gives to operations.
        assembly ("memory-safe") {
            operations := div(mul(kept, operationsBps), keptBps)
        }
    }

    /// @notice The shares of a purchase of `amount`; without a member all of it is the reserve's.
    function shares(uint256 amount, uint256 rateBps, uint256 keptBps, uint256 operationsBps, bool memberless)
        internal
        pure
        returns (Shares memory s)
    {
        s.premium = premiumHalfUp(amount, rateBps);
        if (memberless) {
            s.reserve = s.premium;
        } else {
            uint256 kept;
            (kept, s.operations) = keptDown(s.premium, keptBps, operationsBps);
            s.reserve = kept - s.operations;
            s.credit = s.premium - kept;
        }
    }

    /// @notice `a - b`, share by share.
    function minus(Shares memory a, Shares memory b) internal pure returns (Shares memory) {
        return Shares(a.premium - b.premium, a.credit - b.credit, a.operations - b.operations, a.reserve - b.reserve);
    }
}
