// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";
import {ICommunityFund} from "./interfaces/ICommunityFund.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {Premiums} from "./types/Premiums.sol";

/// @title The rulebook, see {IRulebook}
contract Rulebook is IRulebook, Governed {
    IMembership public immutable MEMBERSHIP;
    ICommunityFund public immutable FUND;

    uint16 public currentVersion;
    mapping(uint16 version => Rules) private _rules;

    constructor(IMembership membership_, ICommunityFund fund_) {
        MEMBERSHIP = membership_;
        FUND = fund_;
    }

    /// @notice Founds the rulebook with its first version. Called once, by the proxy's constructor.
    function initialize(Rules calldata rules_) external initializer {
        _publish(rules_);
    }

    /// @inheritdoc IRulebook
    function publish(Rules calldata rules_) external onlyGovernor returns (uint16 version) {
        return _publish(rules_);
    }

    /// @inheritdoc IRulebook
    function current() external view returns (Rules memory) {
        return _rules[currentVersion];
    }

    /// @inheritdoc IRulebook
    function rules(uint16 version) external view returns (Rules memory) {
        if (version == 0 || version > currentVersion) revert Rulebook_VersionUnknown(version, currentVersion);
        return _rules[version];
    }

    function _publish(Rules calldata rules_) private returns (uint16 version) {
        uint256 keptBps = uint256(rules_.operationsBps) + rules_.reserveBps;
        if (keptBps > Premiums.BPS) revert Rulebook_SplitTooHigh(keptBps, Premiums.BPS);
        if (rules_.rateNoticeDays == 0) revert Rulebook_NoticeTooShort(0, 1);
        version = ++currentVersion;
        _rules[version] = rules_;
        emit RulesPublished(version, rules_);
        FUND.adoptRules(version, rules_);
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }
}
