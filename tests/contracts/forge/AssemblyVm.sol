// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice The cheatcodes that only the assembly's tests use: passkeys, the verifier that a community deploys, and storage
/// as a new transaction finds it.
interface AssemblyVm {
    function cool(address target) external;
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);
    function readFile(string calldata path) external view returns (string memory);
    function signP256(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 s);
}
