// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice An ERC-7913 verifier whose signatures are `key || digest`: anyone can sign, which suffices to test the path.
contract Verifier {
    function verify(bytes calldata key, bytes32 digest, bytes calldata signature) external pure returns (bytes4) {
        return keccak256(signature) == keccak256(abi.encodePacked(key, digest)) ? this.verify.selector : bytes4(0);
    }
}
