// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title The rulebook: versioned financial parameters
/// @notice A version never changes. A batch is bound to the version in force when it is recorded.
interface IRulebook {
    /// @notice One version, in one slot.
    /// @param purchaseWindowDays How many days after its day a purchase or a reversal may still be recorded.
    /// @param reversalWindowDays How many days after a purchase it may be reversed.
    /// @param operationsBps The operations' part of a member's premium, in basis points.
    /// @param reserveBps The reserve's part of a member's premium, in basis points.
    /// @param rateNoticeDays Notice of a rate change, in days, at least one.
    /// @param keyRotationDelay Seconds before a member's new key takes over.
    struct Rules {
        uint16 purchaseWindowDays;
        uint16 reversalWindowDays;
        uint16 operationsBps;
        uint16 reserveBps;
        uint16 rateNoticeDays;
        uint32 keyRotationDelay;
    }

    event RulesPublished(uint16 indexed version, Rules rules);

    error Rulebook_SplitTooHigh(uint256 actual, uint256 limit);
    error Rulebook_NoticeTooShort(uint256 actual, uint256 limit);
    error Rulebook_VersionUnknown(uint16 actual, uint16 limit);

    /// @notice Publishes the next version, in force at once. Requires the governor. Emits {RulesPublished}.
    function publish(Rules calldata rules_) external returns (uint16 version);

    /// @notice The number of the version in force; the first is 1.
    function currentVersion() external view returns (uint16);
    /// @notice The version in force.
    function current() external view returns (Rules memory);
    function rules(uint16 version) external view returns (Rules memory);
}
