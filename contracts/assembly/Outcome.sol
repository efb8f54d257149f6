// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../interfaces/IAssembly.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Premiums} from "../types/Premiums.sol";
import {Tally} from "../types/Tally.sol";

/// @title What the ballots decide
library Outcome {
    uint256 private constant CATEGORIES = 3;
    uint256 private constant SEALED = uint256(IAssembly.Choice.Sealed);
    uint256 private constant FOR = uint256(IAssembly.Choice.For);
    uint256 private constant AGAINST = uint256(IAssembly.Choice.Against);

    /// @notice How many of the ballots count for the quorum.
    function participation(IRulebook.Terms storage terms, Tally votes) internal view returns (uint256) {
        uint256 unopened = terms.unopened == IRulebook.Unopened.NotCast ? votes.sum(SEALED) : 0;
        return votes.turnout() - unopened;
    }

    function hasQuorum(IAssembly.Resolution storage r, uint256 ballots) internal view returns (bool) {
        uint256 roll = uint256(r.rollSizes[0]) + r.rollSizes[1] + r.rollSizes[2];
        return ballots * Premiums.BPS >= r.terms.quorumBps * roll;
    }

    /// @notice A tie carries nothing, nor does a vote in which nobody was for or against.
    function isCarried(IRulebook.Terms storage terms, Tally votes) internal view returns (bool) {
        (uint256 inFavour, uint256 against) = _weighed(terms, votes);
        if (terms.majority == IRulebook.Majority.Simple) return inFavour > against;
        return inFavour != 0 && inFavour >= 2 * against;
    }

    /// @dev Without college weights, heads. With them, each college gives its weight in proportion to its own votes; a
    /// college of which nobody was for or against gives none. Exact: every share is brought to one denominator, the product
    /// of the colleges' votes, under 2^66.
    function _weighed(IRulebook.Terms storage terms, Tally votes)
        private
        view
        returns (uint256 inFavour, uint256 against)
    {
        uint16[CATEGORIES] memory weights = terms.collegeBps;
        if (terms.body == IRulebook.Body.Board || weights[0] == 0) return (votes.sum(FOR), votes.sum(AGAINST));
        for (uint256 c = 0; c < CATEGORIES; ++c) {
            uint256 scale = weights[c];
            for (uint256 other = 0; other < CATEGORIES; ++other) {
                uint256 cast = votes.count(other, FOR) + votes.count(other, AGAINST);
                if (other != c && cast != 0) scale *= cast;
            }
            inFavour += scale * votes.count(c, FOR);
            against += scale * votes.count(c, AGAINST);
        }
    }
}
