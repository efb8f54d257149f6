// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Calendar days of a chain that knows only UTC
/// @notice A till writes the day of its own calendar. A day is in the future when it has begun nowhere on Earth
/// (UTC+14 is the first to begin it), and over when it has ended everywhere (UTC-12 is the last to end it).
library Days {
    uint256 private constant FIRST_ZONE = 14 hours;
    uint256 private constant LAST_ZONE = 12 hours;

    /// @notice The latest day that has begun somewhere.
    function latest() internal view returns (uint256) {
        // Unchecked, here and below: the clock is past 1970 by more than half a day, and far from its end.
        unchecked {
            return (block.timestamp + FIRST_ZONE) / 1 days;
        }
    }

    /// @notice The first day from which `windowDays` have not passed everywhere; day 0 for a window without end.
    function earliest(uint256 windowDays) internal view returns (uint256) {
        unchecked {
            uint256 over = (block.timestamp - LAST_ZONE) / 1 days;
            return over > windowDays ? over - windowDays : 0;
        }
    }
}
