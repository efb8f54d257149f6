// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Governed} from "./Governed.sol";
import {ICommunityFund} from "./interfaces/ICommunityFund.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {CharterLaw} from "./rulebook/CharterLaw.sol";
import {Premiums} from "./types/Premiums.sol";

/// @title The rulebook, see {IRulebook}
contract Rulebook is IRulebook, Governed {
    uint256 private constant SELECTOR_LENGTH = 4;
    uint256 private constant WORD_LENGTH = 32;
    uint256 private constant SHORTEST_JUDGING = 1 minutes;

    IMembership public immutable MEMBERSHIP;
    ICommunityFund public immutable FUND;

    uint16 public currentVersion;
    uint16 public charterVersion;
    mapping(uint16 version => Rules) private _rules;
    mapping(uint16 version => Charter) private _charters;
    mapping(address target => mapping(bytes4 selector => Power)) private _powers;
    /// @inheritdoc IRulebook
    uint16 public outflowVersion;
    OutflowRules private _outflowRules;

    constructor(IMembership membership_, ICommunityFund fund_) {
        MEMBERSHIP = membership_;
        FUND = fund_;
    }

    /// @notice Founds the rulebook with its first versions. Called once, by the proxy's constructor.
    function initialize(
        Rules calldata rules_,
        OutflowRules calldata outflowRules_,
        Charter calldata charter_,
        Grant[] calldata grants
    ) external initializer {
        _publish(rules_);
        _publishOutflowRules(outflowRules_);
        _publishCharter(charter_);
        for (uint256 i = 0; i < grants.length; ++i) {
            _setPower(grants[i].target, grants[i].selector, grants[i].power);
        }
    }

    /// @inheritdoc IRulebook
    function publish(Rules calldata rules_) external onlyGovernor returns (uint16 version) {
        return _publish(rules_);
    }

    /// @inheritdoc IRulebook
    function publishOutflowRules(OutflowRules calldata rules_) external onlyGovernor returns (uint16 version) {
        return _publishOutflowRules(rules_);
    }

    /// @inheritdoc IRulebook
    function publishCharter(Charter calldata charter_) external onlyGovernor returns (uint16 version) {
        return _publishCharter(charter_);
    }

    /// @inheritdoc IRulebook
    function setPower(address target, bytes4 selector, Power calldata power_) external onlyGovernor {
        _setPower(target, selector, power_);
    }

    /// @inheritdoc IRulebook
    function current() external view returns (Rules memory) {
        return _rules[currentVersion];
    }

    /// @inheritdoc IRulebook
    function rules(uint16 version) external view returns (Rules memory) {
        _requireVersion(version, currentVersion);
        return _rules[version];
    }

    /// @inheritdoc IRulebook
    function outflowRules() external view returns (OutflowRules memory) {
        return _outflowRules;
    }

    /// @inheritdoc IRulebook
    function charter(uint16 version) external view returns (Charter memory) {
        _requireVersion(version, charterVersion);
        return _charters[version];
    }

    /// @inheritdoc IRulebook
    function bind(Kind kind, Call[] calldata calls)
        external
        view
        returns (uint16 version, uint32 notice, uint32 voting, Terms memory terms)
    {
        version = charterVersion;
        Charter storage c = _charters[version];
        Procedure memory p = c.procedures[uint256(kind)];
        if (p.voting == 0) revert Rulebook_KindAbsent(kind);
        _requirePowers(kind, calls, c.boardLimit);
        terms = Terms({
            body: p.body,
            majority: p.majority,
            unopened: c.unopened,
            isSealed: p.isSealed,
            quorumBps: p.quorumBps,
            contest: p.contest,
            validity: p.validity,
            lateWindow: c.lateWindow,
            opening: c.opening,
            collegeBps: c.collegeBps
        });
        return (version, p.notice, p.voting, terms);
    }

    /// @inheritdoc IRulebook
    function boardSeats(uint256 category) external view returns (uint256) {
        return _charters[charterVersion].boardSeats[category];
    }

    /// @inheritdoc IRulebook
    function power(address target, bytes4 selector) external view returns (Power memory) {
        return _powers[target][selector];
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

    function _publishOutflowRules(OutflowRules calldata rules_) private returns (uint16 version) {
        if (rules_.judgingTime < SHORTEST_JUDGING) {
            revert Rulebook_JudgingTimeTooShort(rules_.judgingTime, SHORTEST_JUDGING);
        }
        version = ++outflowVersion;
        _outflowRules = rules_;
        emit OutflowRulesPublished(version, rules_);
    }

    function _publishCharter(Charter calldata charter_) private returns (uint16 version) {
        CharterLaw.check(charter_);
        version = ++charterVersion;
        _charters[version] = charter_;
        emit CharterPublished(version, charter_);
    }

    function _setPower(address target, bytes4 selector, Power calldata power_) private {
        if (_isByLaw(selector) && power_.kind != Kind.ByLaw) revert Rulebook_ByLawOnly(selector);
        if ((power_.kind == Kind.Spending) != (power_.amountWord != 0)) {
            revert Rulebook_AmountWord(power_.kind, power_.amountWord);
        }
        _powers[target][selector] = power_;
        emit PowerSet(target, selector, power_);
    }

    /// @dev Every call must be a power of this kind of resolution; what a resolution spends is added up.
    function _requirePowers(Kind kind, Call[] calldata calls, uint256 boardLimit) private view {
        uint256 spent = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            bytes4 selector = bytes4(calls[i].data);
            Power memory power_ = _powers[calls[i].target][selector];
            if (!power_.granted) revert Rulebook_NoPower(calls[i].target, selector);
            Kind needed = power_.kind;
            if (needed == Kind.Spending) {
                spent += _amount(calls[i].data, power_.amountWord);
                if (spent > boardLimit || kind == Kind.MajorSpending) needed = Kind.MajorSpending;
            }
            if (kind != needed) revert Rulebook_WrongKind(kind, needed);
        }
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }

    /// @dev Whoever may set these may set everything: they cannot be given to a lesser majority.
    function _isByLaw(bytes4 selector) private pure returns (bool) {
        return selector == UUPSUpgradeable.upgradeToAndCall.selector || selector == IRulebook.publishCharter.selector
            || selector == IRulebook.setPower.selector;
    }

    function _amount(bytes calldata data, uint256 word) private pure returns (uint256) {
        uint256 end = SELECTOR_LENGTH + word * WORD_LENGTH;
        if (data.length < end) revert Rulebook_NoAmount(data.length, end);
        return uint256(bytes32(data[end - WORD_LENGTH:end]));
    }

    function _requireVersion(uint16 version, uint16 last) private pure {
        if (version == 0 || version > last) revert Rulebook_VersionUnknown(version, last);
    }
}
