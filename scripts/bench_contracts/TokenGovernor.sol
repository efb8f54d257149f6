// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title OpenZeppelin's voting token with nothing around it: each holder has one, and votes for himself
/// @notice Its clock is the block number.
contract BareVotes is ERC20Votes {
    constructor(address[] memory holders) ERC20("Bare", "BARE") EIP712("Bare", "1") {
        for (uint256 i = 0; i < holders.length; ++i) {
            _mint(holders[i], 1);
            _delegate(holders[i], holders[i]);
        }
    }
}

/// @title OpenZeppelin's Governor with its usual extensions: no timelock, no proxy, no threshold to propose
/// @notice What the benchmark puts beside a resolution and its ballots. A vote opens in the block after its proposal.
contract TokenGovernor is GovernorSettings, GovernorCountingSimple, GovernorVotesQuorumFraction {
    constructor(BareVotes token)
        Governor("Bare")
        GovernorSettings(0, 1000, 0)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(4)
    {}

    /// @dev Two bases define it: the compiler asks which.
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }
}
