// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../interfaces/IAssembly.sol";
import {BallotWords} from "../types/BallotWords.sol";
import {RollEntry} from "../types/RollEntry.sol";
import {Ballots} from "./Ballots.sol";

/// @title Sealed ballots: a commitment while the vote is open, the choice after closing
/// @dev A commitment is kept by the digest of its batch: the register holds only the sequence, so that opening finds the
/// ballot that counts, and a slot still holds thirty-two members.
abstract contract SealedBallots is Ballots {
    using BallotWords for bytes32;
    using BallotWords for uint256;

    /// @inheritdoc IAssembly
    mapping(uint32 resolution => mapping(uint32 batch => bytes32)) public sealedBatch;

    /// @inheritdoc IAssembly
    function castSealedBallots(
        uint32 resolution_,
        bytes32[] calldata ballots,
        bytes32[] calldata commitments,
        bytes calldata signatures
    ) external {
        if (commitments.length != ballots.length) {
            revert Assembly_LengthMismatch(commitments.length, ballots.length);
        }
        Casting memory c = _cast(resolution_, ballots, commitments, signatures);
        if (c.refusals == ballots.length) return;
        bytes32[] memory kept = ballots;
        bytes32[] memory keptCommitments = commitments;
        for (uint256 i = 0; i < kept.length; ++i) {
            // Nobody may later open what was refused.
            if (_isRefused(c, i)) (kept[i], keptCommitments[i]) = (0, 0);
        }
        uint32 batch = ++_resolutions[resolution_].sealedBatches;
        sealedBatch[resolution_][batch] = keccak256(abi.encode(kept, keptCommitments));
        emit SealedBallotsCast(resolution_, batch, kept, keptCommitments);
    }

    /// @inheritdoc IAssembly
    function openBallots(
        uint32 resolution_,
        uint32 batch,
        bytes32[] calldata ballots,
        bytes32[] calldata commitments,
        Opening[] calldata openings
    ) external {
        _requireState(resolution_, State.Closed);
        _requireBatch(sealedBatch[resolution_][batch], ballots, commitments);
        if (openings.length != ballots.length) revert Assembly_LengthMismatch(openings.length, ballots.length);
        Casting memory c = _casting(resolution_);
        RollEntry[] memory entries = MEMBERSHIP.rollEntries(ballots, _resolutions[resolution_].epoch);
        bytes32[] memory opened = new bytes32[](ballots.length);
        uint256 count = 0;
        for (uint256 i = 0; i < ballots.length; ++i) {
            if (openings[i].choice == Choice.Sealed || ballots[i] == 0) continue;
            _turnTo(c, ballots[i].member());
            if (!_opens(c, ballots[i], commitments[i], openings[i])) continue;
            bytes32 ballot = BallotWords.pack(ballots[i].member(), ballots[i].sequence(), uint256(openings[i].choice));
            _count(c, entries[i], ballot);
            opened[count++] = ballot;
        }
        _flush(c);
        _tallies[resolution_] = c.tally;
        if (count == 0) return;
        // The list shrinks to the ballots that were opened.
        assembly ("memory-safe") {
            mstore(opened, count)
        }
        emit BallotsOpened(resolution_, batch, opened);
    }

    function _requireBatch(bytes32 limit, bytes32[] calldata ballots, bytes32[] calldata commitments) private pure {
        bytes32 digest = keccak256(abi.encode(ballots, commitments));
        if (digest != limit) revert Assembly_OtherBatch(digest, limit);
    }

    /// @dev Whether the ballot is the one that counts for its member, is closed, and the opening fits.
    function _opens(Casting memory c, bytes32 ballot, bytes32 commitment, Opening calldata opening)
        private
        pure
        returns (bool)
    {
        if (c.slot.byteIn(ballot.member()) != ballot.sequence() << 2) return false;
        return keccak256(abi.encode(c.resolution, ballot.member(), opening.choice, opening.salt)) == commitment;
    }
}
