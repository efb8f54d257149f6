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

/// @notice A community after 4,000 calls of the actors, always the same ones, those that the campaign makes.
abstract contract Circulated {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    BentActors internal _actors;
    MoneyLaws internal _laws;

    function setUp() external {
        _actors = new BentActors();
        _actors.setUp();
        _laws = new MoneyLaws(_actors);
        MoneyLawsTest campaign = new MoneyLawsTest();
        bytes4[] memory acts = campaign.actsOf(_actors);
        for (uint256 i = 0; i < 4000; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("money", i)));
            bytes4 act = acts[seed % acts.length];
            (bool isDone, bytes memory answer) =
                address(_actors).call(abi.encodePacked(act, keccak256(abi.encode(seed)), keccak256(abi.encode(seed, 1))));
            if (!isDone) _bubble(answer);
        }
    }

    function _bubble(bytes memory answer) private pure {
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
