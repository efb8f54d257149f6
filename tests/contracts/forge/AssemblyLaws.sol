// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {RollEntry} from "../../../contracts/types/RollEntry.sol";
import {AssemblyGhost} from "./AssemblyGhost.sol";

/// @notice Law 8 of the design, and what the assembly owes beside it, each a check of its own with its own error.
contract AssemblyLaws {
    error Law8_Ballot(uint32 resolution, uint32 member);
    error Law8_Terms(uint32 resolution);
    error Law8_Roll(uint32 resolution, uint32 member);
    error Law8_RollSizes(uint32 resolution);
    error Law8_Closing(uint32 resolution, uint64 actual, uint256 expected);
    error Assembly_Tally(uint32 resolution, uint256 category, uint256 choice);
    error Assembly_Turnout(uint32 resolution, uint256 turnout, uint256 roll);
    error Assembly_Executed(uint256 actual, uint256 expected);

    AssemblyGhost private immutable GHOST;
    IAssembly private immutable ASSEMBLY;
    IMembership private immutable MEMBERSHIP;

    constructor(AssemblyGhost ghost) {
        GHOST = ghost;
        (ASSEMBLY, MEMBERSHIP) = ghost.contracts();
    }

    function checkAll() external view {
        uint256 count = GHOST.votes().length;
        for (uint32 r = 1; r < count; ++r) {
            checkTerms(r);
            checkRoll(r);
            checkBallots(r);
            checkTally(r);
            checkTurnout(r);
        }
        checkExecutions();
    }

    /// @notice Text, calls, charter and terms are those of the notice; the closing too, but for one extension.
    function checkTerms(uint32 r) public view {
        AssemblyGhost.Vote memory vote = GHOST.votes()[r];
        IAssembly.Resolution memory told = ASSEMBLY.resolution(r);
        if (GHOST.fixedTerms(told) != vote.terms) revert Law8_Terms(r);
        if (told.closesAt != vote.closesAt) revert Law8_Closing(r, told.closesAt, vote.closesAt);
        if (told.isExtended != vote.isExtended) revert Law8_Closing(r, told.closesAt, vote.closesAt);
    }

    /// @notice The roll is that of the notice: its sizes, and each entry with its key, category and validity.
    function checkRoll(uint32 r) public view {
        AssemblyGhost.Vote memory vote = GHOST.votes()[r];
        uint32[3] memory sizes = ASSEMBLY.resolution(r).rollSizes;
        if (keccak256(abi.encode(sizes)) != keccak256(abi.encode(vote.roll))) revert Law8_RollSizes(r);
        uint32 last = GHOST.lastMember();
        bytes32[] memory members = new bytes32[](last);
        for (uint256 m = 1; m <= last; ++m) {
            members[m - 1] = bytes32(m);
        }
        RollEntry[] memory entries = MEMBERSHIP.rollEntries(members, vote.epoch);
        for (uint32 m = 1; m <= last; ++m) {
            AssemblyGhost.Voter memory v = GHOST.voter(r, m);
            RollEntry entry = entries[m - 1];
            bool isSame = entry.validOn(vote.day) == v.isValid && entry.college() == v.category
                && (v.key != 0) == (entry.key() != 0);
            if (m > vote.members) isSame = RollEntry.unwrap(entry) == 0;
            if (!isSame) revert Law8_Roll(r, m);
        }
    }

    /// @notice One ballot for each member at most: the last that was good.
    function checkBallots(uint32 r) public view {
        uint32 last = GHOST.lastMember();
        for (uint32 m = 0; m <= last + 1; ++m) {
            AssemblyGhost.Voter memory v = GHOST.voter(r, m);
            (uint8 sequence, IAssembly.Choice choice) = ASSEMBLY.ballotOf(r, m);
            if (sequence != v.sequence || uint8(choice) != v.choice) revert Law8_Ballot(r, m);
        }
    }

    /// @notice The tally is what counting those ballots one by one gives.
    function checkTally(uint32 r) public view {
        (uint256[4][3] memory counts,) = GHOST.recount(r);
        uint256 word = uint256(ASSEMBLY.tally(r));
        for (uint256 i = 0; i < 12; ++i) {
            uint256 counted = (word >> (21 * i)) & (2 ** 21 - 1);
            if (counted != counts[i / 4][i % 4]) revert Assembly_Tally(r, i / 4, i % 4);
        }
        if (word >> 252 != 0) revert Assembly_Tally(r, 3, 0);
    }

    function checkTurnout(uint32 r) public view {
        uint256 word = uint256(ASSEMBLY.tally(r));
        uint256 turnout = 0;
        for (uint256 i = 0; i < 12; ++i) {
            turnout += (word >> (21 * i)) & (2 ** 21 - 1);
        }
        uint32[3] memory roll = ASSEMBLY.resolution(r).rollSizes;
        uint256 size = uint256(roll[0]) + roll[1] + roll[2];
        if (turnout > size) revert Assembly_Turnout(r, turnout, size);
    }

    /// @notice What was executed was executed once.
    function checkExecutions() public view {
        (uint256 expected, uint256 rings) = GHOST.executions();
        if (rings != expected) revert Assembly_Executed(rings, expected);
    }
}
