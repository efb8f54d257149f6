// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {AssemblyActors} from "./AssemblyActors.sol";
import {AssemblyLaws} from "./AssemblyLaws.sol";
import {AssemblyOfficers} from "./AssemblyOfficers.sol";

/// @notice Random calls of voters, officers and the clock break none of the assembly's laws.
contract AssemblyLawsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    AssemblyActors private _actors;
    AssemblyLaws private _laws;

    function setUp() external {
        _actors = new AssemblyActors();
        _actors.setUp();
        _laws = new AssemblyLaws(_actors);
    }

    /// @dev Read by forge: whom the campaign calls, and with what. A function named twice is called twice as often.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[20] memory weighted = [
            AssemblyActors.cast.selector,
            AssemblyActors.cast.selector,
            AssemblyActors.cast.selector,
            AssemblyActors.cast.selector,
            AssemblyActors.cast.selector,
            AssemblyActors.voteDirectly.selector,
            AssemblyActors.voteDirectly.selector,
            AssemblyActors.open.selector,
            AssemblyActors.open.selector,
            AssemblyActors.execute.selector,
            AssemblyActors.declareInterest.selector,
            AssemblyOfficers.notice.selector,
            AssemblyOfficers.passTime.selector,
            AssemblyOfficers.passTime.selector,
            AssemblyOfficers.admit.selector,
            AssemblyOfficers.setValidity.selector,
            AssemblyOfficers.setCategory.selector,
            AssemblyOfficers.rotate.selector,
            AssemblyOfficers.seat.selector,
            AssemblyOfficers.publishCharter.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_actors), new bytes4[](20));
        for (uint256 i = 0; i < 20; ++i) {
            targets[0].selectors[i] = weighted[i];
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actors);
    }

    function invariant_TheAssemblysLawsHold() external view {
        _laws.checkAll();
    }
}
