// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectCurrency} from "../interfaces/IProjectCurrency.sol";

/// @title What a merchant holds, by round
library Rounds {
    function total(IProjectCurrency.Holding memory h) internal pure returns (uint256) {
        return uint256(h.first) + h.second + h.third + h.later;
    }

    /// @notice What `amount` takes of a holding, the lowest rounds first. `amount` is at most its total.
    function part(IProjectCurrency.Holding memory h, uint64 amount)
        internal
        pure
        returns (IProjectCurrency.Holding memory taken)
    {
        taken.first = _least(h.first, amount);
        amount -= taken.first;
        taken.second = _least(h.second, amount);
        amount -= taken.second;
        taken.third = _least(h.third, amount);
        taken.later = amount - taken.third;
    }

    function minus(IProjectCurrency.Holding memory h, IProjectCurrency.Holding memory taken)
        internal
        pure
        returns (IProjectCurrency.Holding memory)
    {
        return IProjectCurrency.Holding(
            h.first - taken.first, h.second - taken.second, h.third - taken.third, h.later - taken.later
        );
    }

    /// @notice A holding with what another merchant paid: each unit is one round further.
    function plusPaid(IProjectCurrency.Holding memory h, IProjectCurrency.Holding memory paid)
        internal
        pure
        returns (IProjectCurrency.Holding memory)
    {
        return IProjectCurrency.Holding(
            h.first, h.second + paid.first, h.third + paid.second, h.later + paid.third + paid.later
        );
    }

    function _least(uint64 a, uint64 b) private pure returns (uint64) {
        return a < b ? a : b;
    }
}
