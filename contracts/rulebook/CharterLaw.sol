// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../interfaces/IMembership.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Premiums} from "../types/Premiums.sol";

/// @title What the law asks of a charter
/// @dev Québec: Cooperatives Act, C-67.2, s. 4 (one member, one vote, no proxy); supporting members hold at most a third of
/// the board. France: law 47-1775, art. 19 octies (three colleges or more, each 10 to 50 % of the votes). No profile
/// admits a proxy: a ballot is signed by the member's own key, or it does not count.
library CharterLaw {
    uint256 internal constant MAX_SEATS = 32;
    uint256 private constant COLLEGE_MIN = 1_000;
    uint256 private constant COLLEGE_MAX = 5_000;
    uint256 private constant SUPPORTING_SHARE = 3;
    uint256 private constant BPS = Premiums.BPS;

    /// @notice Reverts when the charter breaks its own profile, or could not be carried out.
    function check(IRulebook.Charter calldata charter) internal pure {
        if (charter.profile == IRulebook.Profile.FrScic) _checkColleges(charter.collegeBps);
        else _checkEqual(charter.collegeBps);
        _checkSeats(charter);
        _checkBodies(charter.procedures);
        if (
            charter.profile == IRulebook.Profile.QcCic
                && _of(charter.procedures, IRulebook.Kind.MemberRebate).voting != 0
        ) revert IRulebook.Rulebook_RebateForbidden();
        IRulebook.Procedure calldata annulment = _of(charter.procedures, IRulebook.Kind.Annulment);
        for (uint256 k = 0; k < charter.procedures.length; ++k) {
            _checkProcedure(IRulebook.Kind(k), charter.procedures[k], annulment, charter);
        }
    }

    function _checkColleges(uint16[3] calldata weights) private pure {
        uint256 sum = 0;
        for (uint256 c = 0; c < weights.length; ++c) {
            if (weights[c] < COLLEGE_MIN) revert IRulebook.Rulebook_CollegeWeight(c, weights[c], COLLEGE_MIN);
            if (weights[c] > COLLEGE_MAX) revert IRulebook.Rulebook_CollegeWeight(c, weights[c], COLLEGE_MAX);
            sum += weights[c];
        }
        if (sum != BPS) revert IRulebook.Rulebook_CollegeSum(sum, BPS);
    }

    function _checkEqual(uint16[3] calldata weights) private pure {
        for (uint256 c = 0; c < weights.length; ++c) {
            if (weights[c] != 0) revert IRulebook.Rulebook_WeightedVote(c, weights[c]);
        }
    }

    function _checkSeats(IRulebook.Charter calldata charter) private pure {
        uint256 supporting = charter.boardSeats[uint256(IMembership.Category.Supporting)];
        uint256 seats = uint256(charter.boardSeats[0]) + charter.boardSeats[1] + charter.boardSeats[2];
        if (seats == 0) revert IRulebook.Rulebook_NoSeat();
        if (seats > MAX_SEATS) revert IRulebook.Rulebook_TooManySeats(seats, MAX_SEATS);
        if (charter.profile != IRulebook.Profile.FrScic && supporting * SUPPORTING_SHARE > seats) {
            revert IRulebook.Rulebook_SupportingSeats(supporting, seats / SUPPORTING_SHARE);
        }
    }

    /// @dev What only the members may decide, whatever the by-laws say.
    function _checkBodies(IRulebook.Procedure[9] calldata procedures) private pure {
        IRulebook.Kind[4] memory reserved =
            [IRulebook.Kind.MajorSpending, IRulebook.Kind.Election, IRulebook.Kind.MemberRebate, IRulebook.Kind.ByLaw];
        for (uint256 i = 0; i < reserved.length; ++i) {
            if (_of(procedures, reserved[i]).body != IRulebook.Body.GeneralAssembly) {
                revert IRulebook.Rulebook_WrongBody(reserved[i]);
            }
        }
        if (_of(procedures, IRulebook.Kind.ByLaw).majority != IRulebook.Majority.TwoThirds) {
            revert IRulebook.Rulebook_ByLawMajority();
        }
    }

    function _checkProcedure(
        IRulebook.Kind kind,
        IRulebook.Procedure calldata p,
        IRulebook.Procedure calldata annulment,
        IRulebook.Charter calldata charter
    ) private pure {
        if (p.voting == 0) {
            if (kind != IRulebook.Kind.MemberRebate) {
                revert IRulebook.Rulebook_NoProcedure(kind);
            }
            return;
        }
        if (p.quorumBps > BPS) revert IRulebook.Rulebook_QuorumTooHigh(kind, p.quorumBps, BPS);
        if (p.validity == 0) revert IRulebook.Rulebook_NoValidity(kind);
        if (p.isSealed && charter.opening == 0) revert IRulebook.Rulebook_NoOpening(kind);
        // An annulment is raised in the first half of the window that it contests, and decided in the second.
        uint256 decided = uint256(annulment.notice) + annulment.voting + annulment.contest;
        uint256 needed = kind == IRulebook.Kind.Annulment ? 0 : 2 * decided;
        if (p.contest < needed) revert IRulebook.Rulebook_ContestTooShort(kind, p.contest, needed);
        // A by-law waits as long as anything else.
        uint256 byLaw = _of(charter.procedures, IRulebook.Kind.ByLaw).contest;
        if (p.contest > byLaw) revert IRulebook.Rulebook_ContestTooShort(IRulebook.Kind.ByLaw, byLaw, p.contest);
    }

    function _of(IRulebook.Procedure[9] calldata procedures, IRulebook.Kind kind)
        private
        pure
        returns (IRulebook.Procedure calldata)
    {
        return procedures[uint256(kind)];
    }
}
