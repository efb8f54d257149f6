// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Register} from "./assembly/Register.sol";
import {SealedBallots} from "./assembly/SealedBallots.sol";
import {IAssembly} from "./interfaces/IAssembly.sol";
import {IBoard} from "./interfaces/IBoard.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";

/// @title The assembly, see {IAssembly}
contract Assembly is SealedBallots {
    constructor(IMembership membership_, IRulebook rulebook_, IBoard board_) Register(membership_, rulebook_, board_) {}

    /// @notice Closes the door that {Initializable} leaves open. Called once, by the proxy's constructor.
    function initialize() external initializer {}

    /// @inheritdoc IAssembly
    function execute(uint32 resolution_, IRulebook.Call[] calldata calls) external {
        _requireState(resolution_, State.Final);
        Resolution storage r = _resolutions[resolution_];
        _requireCalls(r, calls);
        // Before the calls: what one of them calls back finds the resolution executed.
        r.isExecuted = true;
        for (uint256 i = 0; i < calls.length; ++i) {
            Address.functionCall(calls[i].target, calls[i].data);
        }
        emit ResolutionExecuted(resolution_);
    }

    /// @inheritdoc IAssembly
    function annul(uint32 resolution_, bytes32 reason) external {
        if (msg.sender != address(this)) revert Assembly_NotAssembly(msg.sender, address(this));
        _requireState(resolution_, State.Contestable);
        _resolutions[resolution_].isAnnulled = true;
        emit ResolutionAnnulled(resolution_, reason);
    }
}
