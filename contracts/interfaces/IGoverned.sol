// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title What only the governor may do
interface IGoverned {
    error Governed_NotGovernor(address actual, address limit);
}
