// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {Laws} from "./Laws.sol";

/// @notice Whatever a random batch holds, each item moves what the reference says or is refused for its reason: the
/// actors foretell every outcome from books of their own, and the sums hold after each batch.
contract BatchesFuzzTest {
    Actors private _actors;
    Laws private _laws;

    function setUp() external {
        _actors = new Actors();
        _actors.setUp();
        _laws = new Laws(_actors);
    }

    function testFuzz_RandomBatchesMoveWhatTheReferenceSays(uint256 which, uint256 seed, uint256 split) public {
        _actors.publishRules(uint16(split), uint16(split >> 16), uint16(split >> 32));
        _actors.record(which, seed);
        _laws.checkShares();
        _laws.checkMerchants();
    }

    function testFuzz_RandomRefundsUndoWhatTheReferenceSays(uint256 seed, uint256[2] memory seeds) public {
        _actors.record(seed, seed);
        for (uint256 i = 0; i < 2; ++i) {
            _actors.refund(seeds[i], seeds[i] >> 64, seeds[i] >> 128);
        }
        _laws.checkShares();
        _laws.checkMerchants();
    }
}
