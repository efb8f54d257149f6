// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../interfaces/IMembership.sol";

/// @title The terms of a merchant, packed into one word
/// @notice Drawn from the most significant bit to the least:
/// ```
/// | unused 56 | next rate 16 | next from 32 | rate 16 | rate from 32 | till cap 48 | exposure limit 48 | status 8 |
/// ```
library Terms {
    function pack(IMembership.Merchant memory m) internal pure returns (bytes32) {
        return bytes32(
            (uint256(m.nextRateBps) << 184) | (uint256(m.nextFrom) << 152) | (uint256(m.rateBps) << 136)
                | (uint256(m.rateFrom) << 104) | (uint256(m.tillCap) << 56) | (uint256(m.exposureLimit) << 8)
                | uint8(m.status)
        );
    }

    function unpack(bytes32 terms) internal pure returns (IMembership.Merchant memory) {
        return IMembership.Merchant({
            status: status(terms),
            exposureLimit: uint48(exposureLimit(terms)),
            tillCap: uint48(tillCap(terms)),
            rateFrom: uint32(uint256(terms) >> 104),
            rateBps: uint16(uint256(terms) >> 136),
            nextFrom: uint32(uint256(terms) >> 152),
            nextRateBps: uint16(uint256(terms) >> 184)
        });
    }

    function status(bytes32 terms) internal pure returns (IMembership.MerchantStatus) {
        return IMembership.MerchantStatus(uint8(uint256(terms)));
    }

    function exposureLimit(bytes32 terms) internal pure returns (uint256) {
        return uint48(uint256(terms) >> 8);
    }

    function tillCap(bytes32 terms) internal pure returns (uint256) {
        return uint48(uint256(terms) >> 56);
    }

    /// @notice The latest rate that has begun on `day`, and its first day.
    function rateAt(bytes32 terms, uint256 day) internal pure returns (uint256 from, uint256 rateBps) {
        uint256 rates = uint256(terms) >> 104;
        if (uint32(rates >> 48) <= day) rates >>= 48;
        return (uint32(rates), uint16(rates >> 32));
    }
}
