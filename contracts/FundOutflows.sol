// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {FundLedger} from "./fund/FundLedger.sol";
import {Outflows} from "./fund/Outflows.sol";
import {ICommunityCredit} from "./interfaces/ICommunityCredit.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";

/// @title The fund's extension: what goes out, see {Extended} and {ICommunityFund}
contract FundOutflows is Outflows {
    constructor(IMembership membership_, ICommunityCredit credit_, IRulebook rulebook_, Desks memory desks)
        FundLedger(membership_, credit_, rulebook_)
        Outflows(desks)
    {}
}
