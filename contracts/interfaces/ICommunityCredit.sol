// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {RefusalReason} from "../types/RefusalReason.sol";
import {Totals} from "../types/Totals.sol";

/// @title Community credits: what each member's purchases brought, in minor units
/// @notice ERC-20 to read, and in its `Transfer` events on mint and burn; nothing moves between members. A member's
/// address is a fixed virtual one, derived from this contract and the number, so that a lost key changes nothing.
interface ICommunityCredit is IERC20Metadata {
    /// @notice A member's account, see {Accounts} for its slot.
    struct Account {
        uint64 balance;
        uint32 validFrom;
        uint32 validUntil;
    }

    /// @notice What the purchases of one batch are judged and counted by.
    /// @param cap The largest purchase, under 2^48.
    /// @param firstDay The earliest day admitted.
    /// @param plainFrom The first day, of those admitted, that has the rate `rateBps`; the rate of an earlier one is
    /// asked of the membership.
    /// @param lastDay The latest day admitted.
    /// @param keptBps The part of a member's premium that the community keeps, its operations' part included.
    struct Tariff {
        uint256 cap;
        uint256 merchant;
        uint256 firstDay;
        uint256 plainFrom;
        uint256 lastDay;
        uint256 rateBps;
        uint256 keptBps;
        uint256 operationsBps;
    }

    error CommunityCredit_NonTransferable();
    error CommunityCredit_NotFund(address actual, address limit);
    error CommunityCredit_NotMembership(address actual, address limit);
    error CommunityCredit_InsufficientBalance(uint256 actual, uint256 limit);

    /// @notice Sets the days `[validFrom, validUntil)` on which a member may earn. Requires the membership.
    function setValidity(uint32 member, uint32 validFrom, uint32 validUntil) external;

    /// @notice Computes the premium of each purchase and mints its member's credit; refuses what may not earn.
    /// @dev Requires the fund. Emits `Transfer` for each credit. Judging, counting and minting are one loop here, and
    /// not two in two contracts, because that is 600 gas a purchase (docs/decisions/0003-one-loop.md).
    /// @param items At most 512, see {Items}.
    function creditPurchases(bytes32[] calldata items, Tariff calldata tariff)
        external
        returns (Totals totals, uint256[2] memory refused);

    /// @notice Burns a member's credits. Requires the fund. Emits `Transfer`.
    function burn(uint32 member, uint64 amount) external;

    /// @notice Why {creditPurchases} refuses a purchase, with the value and the limit; None when it does not.
    function refusal(bytes32 item, Tariff calldata tariff)
        external
        view
        returns (RefusalReason reason, uint256 actual, uint256 limit);
    /// @notice The account of a member; all zero for a number that was never admitted.
    function account(uint32 member) external view returns (Account memory);
    /// @notice The virtual address of a member.
    function addressOf(uint32 member) external view returns (address);
}
