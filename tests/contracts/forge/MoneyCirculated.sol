// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MoneyActors} from "./MoneyActors.sol";
import {MoneyLaws} from "./MoneyLaws.sol";
import {MoneyLawsTest} from "./MoneyLaws.t.sol";
import {Vm} from "./Vm.sol";

/// @notice Actors whose books can be bent.
contract BentActors is MoneyActors {
    function bendBreaches() external {
        ++_breaches;
    }

    function bendBill(bytes32 invoice, bool wasRelated) external {
        if (wasRelated) _bills[invoice].wasRelated = true;
        else _bills[invoice].wasInactive = true;
    }

    function bendStep(uint32 project, uint8 tranche, uint32 releaser, uint64 coFinanced, bool wasInterested) external {
        Step storage s = _dossiers[project].steps[tranche];
        (s.releaser, s.coFinanced, s.wasInterested) = (releaser, coFinanced, wasInterested);
    }
}

/// @notice Communities after 500 calls of the actors each, always the same ones, of those that the campaign makes.
abstract contract Circulated {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 internal constant COMMUNITIES = 8;

    BentActors[] internal _communities;
    /// @dev The community with the most invoices, and what holds it.
    BentActors internal _actors;
    MoneyLaws internal _laws;

    function setUp() public virtual {
        bytes4[] memory acts = new MoneyLawsTest().actsOf(new BentActors());
        for (uint256 c = 0; c < COMMUNITIES; ++c) {
            BentActors actors = new BentActors();
            actors.setUp();
            for (uint256 i = 0; i < 500; ++i) {
                bytes32 seed = keccak256(abi.encode("money", c, i));
                bytes4 act = acts[uint256(seed) % acts.length];
                _call(
                    address(actors),
                    abi.encodePacked(act, keccak256(abi.encode(seed, 1)), keccak256(abi.encode(seed, 2)))
                );
            }
            _communities.push(actors);
            bool isBest = c == 0 || actors.invoices().length > _actors.invoices().length;
            if (isBest) (_actors, _laws) = (actors, new MoneyLaws(actors));
        }
    }

    /// @dev Two words of arguments, of which each act reads as many as it takes.
    function _call(address target, bytes memory data) private {
        (bool isDone, bytes memory answer) = target.call(data);
        if (isDone) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
