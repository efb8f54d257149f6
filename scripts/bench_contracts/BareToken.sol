// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title OpenZeppelin's ERC-20 with nothing around it: no signature, no receivable, no validity, no proxy
/// @notice What the benchmark puts beside a recorded purchase.
contract BareToken is ERC20("Bare", "BARE") {
    function mint(address[] calldata holders, uint256 amount) external {
        for (uint256 i = 0; i < holders.length; ++i) {
            _mint(holders[i], amount);
        }
    }
}
