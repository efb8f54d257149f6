// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title A contract whose rarer functions stand in a second one, which runs on the same storage
/// @dev A contract holds 24,576 bytes of code at most. What this one does not have its fallback delegates to the
/// extension: fixed by the code, so that only an upgrade changes it. Both begin with the same variables, and neither adds
/// any: tests/contracts/test_artifacts.py holds that. OpenZeppelin's {Proxy} is payable; nothing here takes ether.
abstract contract Extended {
    address public immutable EXTENSION;

    constructor(address extension_) {
        EXTENSION = extension_;
    }

    fallback() external {
        address extension_ = EXTENSION;
        // Safe: it writes over memory that nothing reads any more, since the call ends here.
        assembly ("memory-safe") {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), extension_, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
