// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {Laws} from "./Laws.sol";
import {Officers} from "./Officers.sol";

/// @notice Random calls of many actors break none of the laws.
/// @dev All laws stand in one function: forge runs a campaign of its own for each.
contract LawsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Actors private _actors;
    Laws private _laws;

    function setUp() external {
        _actors = new Actors();
        _actors.setUp();
        _laws = new Laws(_actors);
    }

    /// @dev Read by forge: whom the campaign calls, and with what. A function named twice is called twice as often.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[20] memory weighted = [
            Actors.record.selector,
            Actors.record.selector,
            Actors.record.selector,
            Actors.record.selector,
            Actors.refund.selector,
            Actors.refund.selector,
            Actors.refund.selector,
            Officers.settle.selector,
            Officers.settle.selector,
            Officers.passTime.selector,
            Officers.passTime.selector,
            Actors.replay.selector,
            Actors.skipAhead.selector,
            Actors.forgeSignature.selector,
            Officers.scheduleRate.selector,
            Officers.suspendOrReinstate.selector,
            Officers.revokeTill.selector,
            Officers.setValidity.selector,
            Officers.setLimits.selector,
            Officers.publishRules.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_actors), new bytes4[](22));
        for (uint256 i = 0; i < 20; ++i) {
            targets[0].selectors[i] = weighted[i];
        }
        targets[0].selectors[20] = Officers.moveCredits.selector;
        targets[0].selectors[21] = Officers.strangerBurns.selector;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    function invariant_TheLawsHold() external {
        _laws.checkAll();
    }
}
