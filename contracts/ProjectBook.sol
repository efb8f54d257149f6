// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Extended} from "./Extended.sol";
import {Dossiers} from "./project/Dossiers.sol";
import {ProjectRegister} from "./project/ProjectRegister.sol";

/// @title The book of projects, see {IProjectBook}
contract ProjectBook is Dossiers, Extended {
    constructor(Neighbours memory neighbours, address extension_) ProjectRegister(neighbours) Extended(extension_) {}

    /// @notice Closes the door that {Initializable} leaves open. Called once, by the proxy's constructor.
    function initialize() external initializer {}
}
