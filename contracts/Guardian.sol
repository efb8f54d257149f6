// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";
import {IGuardian} from "./interfaces/IGuardian.sol";

/// @title A contract that a guardian may pause, see {IGuardian}
abstract contract Guardian is IGuardian, Governed {
    uint64 private constant PAUSE = 3 days;
    uint64 private constant LONGEST = 30 days;

    /// @inheritdoc IGuardian
    uint64 public pausedUntil;
    /// @inheritdoc IGuardian
    bool public isPauseSpent;

    /// @inheritdoc IGuardian
    function pause() external {
        _requireGuardian();
        if (isPauseSpent) revert Guardian_Spent();
        isPauseSpent = true;
        pausedUntil = uint64(block.timestamp) + PAUSE;
        _pauseChanged();
        emit Paused(pausedUntil);
    }

    /// @inheritdoc IGuardian
    function settlePause(uint64 until) external onlyGovernor {
        uint64 limit = uint64(block.timestamp) + LONGEST;
        if (until > limit) revert Guardian_PauseTooLong(until, limit);
        isPauseSpent = false;
        pausedUntil = until;
        _pauseChanged();
        emit PauseSettled(until);
    }

    /// @dev Reverts unless the caller holds the guardian role.
    function _requireGuardian() internal view virtual;

    /// @dev Called when `pausedUntil` has changed.
    function _pauseChanged() internal virtual;

    function _requireRunning() internal view {
        if (block.timestamp < pausedUntil) revert Guardian_Paused(pausedUntil);
    }
}
