// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";

/// @notice By-laws that each profile of law accepts, for tests to begin with.
library Charters {
    /// @notice The members vote five days after ten of notice, the board one day after one.
    function standard(IRulebook.Profile profile) internal pure returns (IRulebook.Charter memory c) {
        c.profile = profile;
        if (profile == IRulebook.Profile.FrScic) c.collegeBps = [uint16(4000), 4000, 2000];
        c.boardSeats = [uint8(4), 3, 2];
        c.boardLimit = 500_000;
        c.lateWindow = 1 days;
        c.opening = 2 days;
        c.procedures[uint256(IRulebook.Kind.Decision)] = _members(IRulebook.Majority.Simple, 500, 6 days);
        c.procedures[uint256(IRulebook.Kind.Spending)] = _board(IRulebook.Majority.Simple, 6 days, 90 days);
        c.procedures[uint256(IRulebook.Kind.MajorSpending)] = _members(IRulebook.Majority.Simple, 500, 6 days);
        c.procedures[uint256(IRulebook.Kind.Rules)] = _members(IRulebook.Majority.Simple, 500, 6 days);
        c.procedures[uint256(IRulebook.Kind.Office)] = _board(IRulebook.Majority.Simple, 6 days, 90 days);
        c.procedures[uint256(IRulebook.Kind.Election)] = _members(IRulebook.Majority.Simple, 500, 6 days);
        c.procedures[uint256(IRulebook.Kind.Election)].isSealed = true;
        c.procedures[uint256(IRulebook.Kind.Annulment)] = _board(IRulebook.Majority.TwoThirds, 0, 30 days);
        c.procedures[uint256(IRulebook.Kind.ByLaw)] = _members(IRulebook.Majority.TwoThirds, 1000, 14 days);
    }

    function _members(IRulebook.Majority majority, uint16 quorumBps, uint32 contest)
        private
        pure
        returns (IRulebook.Procedure memory)
    {
        IRulebook.Body body = IRulebook.Body.GeneralAssembly;
        return IRulebook.Procedure(body, majority, false, quorumBps, 10 days, 5 days, contest, 90 days);
    }

    function _board(IRulebook.Majority majority, uint32 contest, uint32 validity)
        private
        pure
        returns (IRulebook.Procedure memory)
    {
        return IRulebook.Procedure(IRulebook.Body.Board, majority, false, 5000, 1 days, 1 days, contest, validity);
    }
}
