// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

// Compiles the proxy with the contracts' settings, not with those of the tests: {Community} deploys its artifact.
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
