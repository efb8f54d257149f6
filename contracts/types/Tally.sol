// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice The ballots of a resolution, counted by category and choice, packed into one word. Each of three categories
/// takes 84 bits, from the least significant on; drawn from the most significant bit to the least:
/// ```
/// | abstain 21 | against 21 | for 21 | unopened 21 |
/// ```
/// A lane holds two million members.
type Tally is bytes32;

using TallyLib for Tally global;

/// @notice Moves and reads {Tally}.
library TallyLib {
    uint256 private constant CATEGORIES = 3;
    uint256 private constant CATEGORY_BITS = 84;
    uint256 private constant LANE_BITS = 21;
    uint256 private constant LANE = (1 << LANE_BITS) - 1;

    function plus(Tally tally, uint256 category, uint256 choice) internal pure returns (Tally) {
        // Unchecked: a member has one ballot, and there are fewer members than a lane holds.
        unchecked {
            return Tally.wrap(bytes32(uint256(Tally.unwrap(tally)) + _one(category, choice)));
        }
    }

    /// @notice The tally without a ballot that was counted in it.
    function minus(Tally tally, uint256 category, uint256 choice) internal pure returns (Tally) {
        unchecked {
            return Tally.wrap(bytes32(uint256(Tally.unwrap(tally)) - _one(category, choice)));
        }
    }

    /// @notice The ballots of one category with one choice; choice 0: sealed and not opened.
    function count(Tally tally, uint256 category, uint256 choice) internal pure returns (uint256) {
        return (uint256(Tally.unwrap(tally)) >> (category * CATEGORY_BITS + choice * LANE_BITS)) & LANE;
    }

    /// @notice The ballots of all categories with one choice.
    function sum(Tally tally, uint256 choice) internal pure returns (uint256 total) {
        for (uint256 c = 0; c < CATEGORIES; ++c) {
            total += count(tally, c, choice);
        }
    }

    /// @notice All ballots.
    function turnout(Tally tally) internal pure returns (uint256) {
        return sum(tally, 0) + sum(tally, 1) + sum(tally, 2) + sum(tally, 3);
    }

    function _one(uint256 category, uint256 choice) private pure returns (uint256) {
        // Unchecked: there are three categories and four choices.
        unchecked {
            return 1 << (category * CATEGORY_BITS + choice * LANE_BITS);
        }
    }
}
