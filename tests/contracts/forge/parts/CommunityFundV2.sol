// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {CommunityFund} from "../../../../contracts/CommunityFund.sol";
import {ICommunityCredit} from "../../../../contracts/interfaces/ICommunityCredit.sol";
import {IMembership} from "../../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../../contracts/interfaces/IRulebook.sol";

/// @notice A second version of the fund: one variable appended, set once on the upgrade.
contract CommunityFundV2 is CommunityFund {
    uint256 public appended;

    constructor(IMembership membership_, ICommunityCredit credit_, IRulebook rulebook_, address extension_)
        CommunityFund(membership_, credit_, rulebook_, extension_)
    {}

    function migrate(uint256 value) external reinitializer(2) {
        appended = value;
    }
}
