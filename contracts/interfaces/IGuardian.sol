// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title A pause that ends by itself
/// @notice A guardian stops a contract once, for three days. Going on, or stopping again, takes a resolution.
interface IGuardian {
    event Paused(uint64 until);
    event PauseSettled(uint64 until);

    error Guardian_Paused(uint64 until);
    error Guardian_Spent();
    error Guardian_PauseTooLong(uint64 actual, uint64 limit);

    /// @notice Pauses for three days. Requires the guardian role, and that no pause was used since the last resolution on
    /// it. Moves nothing. Emits {Paused}.
    function pause() external;

    /// @notice Ends the pause, prolongs it to `until` (at most thirty days), and gives the guardian a pause again.
    /// Requires the governor. Emits {PauseSettled}.
    function settlePause(uint64 until) external;

    /// @notice When the pause ends or ended; 0: never paused.
    function pausedUntil() external view returns (uint64);
    /// @notice Whether the guardian has used its pause.
    function isPauseSpent() external view returns (bool);
}
