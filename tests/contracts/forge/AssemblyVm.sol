// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice The cheatcodes that only the assembly's tests use: passkeys, and storage as a new transaction finds it.
interface AssemblyVm {
    function cool(address target) external;
    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);
    function signP256(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 s);
}
