// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {FundLedger} from "./fund/FundLedger.sol";
import {Outflows} from "./fund/Outflows.sol";
import {ICommunityCredit} from "./interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "./interfaces/ICommunityFund.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";

/// @title The fund that the cooperative owns, see {ICommunityFund}
contract CommunityFund is Outflows {
    constructor(IMembership membership_, ICommunityCredit credit_, IRulebook rulebook_, Desks memory desks)
        FundLedger(membership_, credit_, rulebook_)
        Outflows(desks)
    {}

    /// @notice Closes the door that {Initializable} leaves open. Called once, by the proxy's constructor.
    function initialize() external initializer {}

    /// @inheritdoc ICommunityFund
    function settlePremiums(uint32 merchant, uint64 amount, bytes32 bankReference) external {
        _requireRunning();
        MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);
        if (amount == 0) revert CommunityFund_ZeroAmount();
        MEMBERSHIP.merchant(merchant); // Reverts for a number that is no merchant's.
        _useReference(bankReference);
        uint256 prepaid = _receive(merchant, amount);
        emit PremiumsSettled(merchant, amount, prepaid, bankReference);
    }
}
