// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "./IMembership.sol";

/// @dev In the place of the end of a director's right on a resolution: an interest was declared.
uint64 constant INTEREST_DECLARED = 1;

/// @title The board: directors' seats by category, with terms
/// @notice The members elect the directors; the {IAssembly} counts their ballots. Instants are seconds UTC.
interface IBoard {
    /// @param category The category that the seat belongs to. A director who leaves it no longer votes.
    /// @param until The end of the term.
    struct Director {
        IMembership.Category category;
        uint64 until;
    }

    event DirectorSeated(uint32 indexed member, IMembership.Category category, uint64 until);
    event DirectorUnseated(uint32 indexed member);

    error Board_NotAssembly(address actual, address limit);
    error Board_NotValid(uint32 member);
    error Board_NotDirector(uint32 member);
    error Board_ExpiryPast(uint64 actual, uint64 limit);
    error Board_SeatsTaken(IMembership.Category category, uint256 actual, uint256 limit);

    /// @notice Gives a member a seat, in the member's category, or another term. Requires the governor.
    /// @dev Emits {DirectorSeated}.
    function seat(uint32 member, uint64 until) external;

    /// @notice Takes a director's seat at once. Requires the governor. Emits {DirectorUnseated}.
    function unseat(uint32 member) external;

    /// @notice Fixes which directors may vote on a resolution: in office, and valid members of the category of their
    /// seat on `day`. Requires the assembly.
    /// @return sizes How many, by category.
    function callRoll(uint32 resolution, uint32 day) external returns (uint32[3] memory sizes);

    /// @notice Takes a director off the roll of a resolution, for an interest in it. Requires the assembly.
    function excuse(uint32 resolution, uint32 member) external;

    /// @notice Until when a director may vote on a resolution; 0: never; {INTEREST_DECLARED}: excused.
    function rightOf(uint32 resolution, uint32 member) external view returns (uint64);
    function director(uint32 member) external view returns (Director memory);
    /// @notice The numbers of those who were seated; some terms may be over.
    function directors() external view returns (uint32[] memory);
    function isInOffice(uint32 member) external view returns (bool);
    function directorsInOffice() external view returns (uint256);
}
