// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IGoverned} from "./interfaces/IGoverned.sol";

/// @title A contract behind a proxy that only the governor upgrades
/// @dev The contracts of a community know one another as immutables of their implementations: their proxies'
/// addresses are fixed by the founder's nonces before the first one stands, and an upgrade that changed a neighbour
/// would be visible in its code. A stored address would cost 2,100 gas a neighbour on each call.
abstract contract Governed is IGoverned, Initializable, UUPSUpgradeable {
    constructor() {
        _disableInitializers();
    }

    modifier onlyGovernor() {
        _requireGovernor();
        _;
    }

    function _governor() internal view virtual returns (address);

    function _requireGovernor() private view {
        address governor_ = _governor();
        if (msg.sender != governor_) revert Governed_NotGovernor(msg.sender, governor_);
    }

    function _authorizeUpgrade(address) internal override onlyGovernor {}
}
