// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";

/// @notice What the resolutions of these tests call: it says how often.
contract Bell {
    error Bell_Cracked();

    uint256 public rings;
    uint256 public paid;
    bool public isCracked;

    function ring() external {
        if (isCracked) revert Bell_Cracked();
        ++rings;
    }

    function crack(bool isCracked_) external {
        isCracked = isCracked_;
    }

    function pay(address, uint256 amount) external {
        paid += amount;
    }
}

/// @notice A target that executes again the resolution which calls it, and keeps what it was answered.
contract Echo {
    IAssembly private immutable ASSEMBLY;
    bytes public answer;
    uint256 public calls;

    constructor(IAssembly assembly_) {
        ASSEMBLY = assembly_;
    }

    function shout(uint32 resolution) external {
        if (++calls > 2) return; // Enough to tell, should it ever succeed.
        IRulebook.Call[] memory again = new IRulebook.Call[](1);
        again[0] = IRulebook.Call(address(this), msg.data);
        try ASSEMBLY.execute(resolution, again) {}
        catch (bytes memory error_) {
            answer = error_;
        }
    }
}

/// @notice A wallet that signs with whatever was approved.
contract GoodWallet {
    mapping(bytes32 digest => bool) private _approved;

    function approve(bytes32 digest) external {
        _approved[digest] = true;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return _approved[digest] ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Signs, as a wallet and as an ERC-7913 verifier, when it is given gas enough.
contract HungryWallet {
    uint256 public need;

    function ask(uint256 need_) external {
        need = need_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return gasleft() < need ? bytes4(0) : this.isValidSignature.selector;
    }

    function verify(bytes calldata, bytes32, bytes calldata) external view returns (bytes4) {
        return gasleft() < need ? bytes4(0) : this.verify.selector;
    }
}

/// @notice A wallet that burns all the gas it is given.
contract BurningWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @notice A wallet that reverts.
contract RevertingWallet {
    error RevertingWallet_No();

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        revert RevertingWallet_No();
    }
}

/// @notice A wallet, and an ERC-7913 verifier, that answers more than its caller has gas to hear.
contract TalkativeWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly ("memory-safe") {
            return(0, 500000)
        }
    }

    function verify(bytes calldata, bytes32, bytes calldata) external pure returns (bytes4) {
        assembly ("memory-safe") {
            return(0, 500000)
        }
    }
}
