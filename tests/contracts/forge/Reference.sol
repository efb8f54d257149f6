// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice The money of the design, computed the slow and obvious way, by checked arithmetic and without packing.
library Reference {
    struct Shares {
        uint256 premium;
        uint256 credit;
        uint256 operations;
        uint256 reserve;
    }

    struct Split {
        uint256 operationsBps;
        uint256 reserveBps;
    }

    /// @notice A rate that holds from a day on.
    struct Rate {
        uint256 fromDay;
        uint256 rateBps;
    }

    function premium(uint256 amount, uint256 rateBps) internal pure returns (uint256) {
        uint256 whole = (amount * rateBps) / 10_000;
        uint256 rest = amount * rateBps - whole * 10_000;
        return rest >= 5000 ? whole + 1 : whole;
    }

    function shares(uint256 amount, uint256 rateBps, Split memory split, bool memberless)
        internal
        pure
        returns (Shares memory s)
    {
        s.premium = premium(amount, rateBps);
        if (memberless) {
            s.reserve = s.premium;
            return s;
        }
        uint256 bps = split.operationsBps + split.reserveBps;
        uint256 kept = (s.premium * bps) / 10_000;
        s.operations = bps == 0 ? 0 : (kept * split.operationsBps) / bps;
        s.reserve = kept - s.operations;
        s.credit = s.premium - kept;
    }

    /// @notice What goes back when a purchase of which `left` is left loses `amount`.
    function undone(uint256 left, uint256 amount, uint256 rateBps, Split memory split, bool memberless)
        internal
        pure
        returns (Shares memory)
    {
        return minus(shares(left, rateBps, split, memberless), shares(left - amount, rateBps, split, memberless));
    }

    function plus(Shares memory a, Shares memory b) internal pure returns (Shares memory) {
        return Shares(a.premium + b.premium, a.credit + b.credit, a.operations + b.operations, a.reserve + b.reserve);
    }

    function minus(Shares memory a, Shares memory b) internal pure returns (Shares memory) {
        return Shares(a.premium - b.premium, a.credit - b.credit, a.operations - b.operations, a.reserve - b.reserve);
    }

    function totals(Shares memory s) internal pure returns (bytes32) {
        return bytes32((s.premium << 192) | (s.credit << 128) | (s.operations << 64) | s.reserve);
    }

    /// @notice The rate of a day: the last that begins on it or before. The first begins on day 0.
    function rateOn(Rate[] memory rates, uint256 day) internal pure returns (uint256) {
        uint256 i = rates.length;
        while (rates[i - 1].fromDay > day) --i;
        return rates[i - 1].rateBps;
    }
}
