// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Ghost} from "./Ghost.sol";
import {Reference} from "./Reference.sol";

/// @notice The registrar, the treasurer, the governor, the clock, and strangers who try what they may not.
abstract contract Officers is Ghost {
    uint256 private constant MOST_TILLS = 12;
    uint256 private _references;

    /// @dev Three merchants (one of two tills), eight members: number 4 is the first.
    function setUp() public override {
        _found();
        (_version, _rulesOf[1]) = (1, _rules());
        for (uint256 i = 0; i < 3; ++i) {
            (uint32 merchant, uint32 till_) = _merchant();
            _merchants.push(merchant);
            _rates[merchant].push(Reference.Rate(0, RATE));
            _limit[merchant] = LIMIT;
            _enrolled(till_, merchant);
        }
        _enrol(_merchants[0]);
        _admit(8, IMembership.MemberKind.Person);
        _lastMember = _merchants[2] + 8;
        for (uint32 m = 1; m <= _lastMember; ++m) {
            (_validFrom[m], _validUntil[m]) = (TODAY - 400, TODAY + 4000);
        }
    }

    function passTime(uint256 seconds_) external {
        vm.warp(block.timestamp + seconds_ % 3 days);
    }

    function scheduleRate(uint256 which, uint16 rateBps, uint32 later) external {
        uint32 merchant = _pickMerchant(which);
        Reference.Rate[] storage rates = _rates[merchant];
        uint256 fromDay = _latestDay() + _rulesOf[_version].rateNoticeDays + later % 10;
        rateBps %= 2000;
        if (rates[rates.length - 1].fromDay > _latestDay()) rates.pop(); // Announced, not begun: replaced.
        rates.push(Reference.Rate(fromDay, rateBps));
        vm.prank(REGISTRAR);
        membership.scheduleRate(merchant, rateBps, uint32(fromDay));
    }

    function suspendOrReinstate(uint256 which) external {
        uint32 merchant = _pickMerchant(which);
        vm.prank(REGISTRAR);
        if (_suspended[merchant]) membership.reinstateMerchant(merchant);
        else membership.suspendMerchant(merchant);
        _suspended[merchant] = !_suspended[merchant];
    }

    /// @dev A revoked till is replaced, so that the campaign never runs out of tills.
    function revokeTill(uint256 which) external {
        if (_tills.length >= MOST_TILLS) return;
        uint32 till_ = _pickTill(which);
        if (_revoked[till_]) return;
        vm.prank(REGISTRAR);
        membership.revokeTill(till_);
        _revoked[till_] = true;
        _enrol(_merchantOf[till_]);
    }

    function setValidity(uint256 which, uint256 from, uint256 length) external {
        uint32 member = uint32(1 + which % _lastMember);
        from = _latestDay() - 40 + from % 45;
        uint256 until = from + length % 60;
        (_validFrom[member], _validUntil[member]) = (from, until);
        vm.prank(REGISTRAR);
        membership.setValidity(member, uint32(from), uint32(until));
    }

    function setLimits(uint256 which, uint256 limit) external {
        uint32 merchant = _pickMerchant(which);
        limit %= 2 * _owed[merchant] + 1e8;
        _limit[merchant] = limit;
        vm.prank(TREASURER);
        membership.setLimits(merchant, uint48(limit), CAP);
    }

    function publishRules(uint16 window, uint16 operationsBps, uint16 reserveBps) external {
        operationsBps %= 10_001;
        reserveBps %= 10_001 - operationsBps;
        IRulebook.Rules memory rules =
            IRulebook.Rules(10 + window % 40, 20 + window % 60, operationsBps, reserveBps, 1 + window % 9, 1 days);
        _rulesOf[++_version] = rules;
        rulebook.publish(rules);
    }

    /// @dev Less than is owed, all of it, or more, each a third of the time.
    function settle(uint256 which, uint256 amount) external {
        uint32 merchant = _pickMerchant(which);
        uint256 owed = _owed[merchant];
        uint256 paid = amount % 3 == 0 ? owed : (amount >> 8) % (amount % 3 == 1 ? owed + 1 : 2 * owed + 1e6);
        if (paid == 0) return;
        _bookPayment(merchant, paid);
        _cash += paid;
        bytes32 bankReference = bytes32(++_references);
        _settle(merchant, uint64(paid), bankReference);
        vm.prank(TREASURER);
        _mustRevert(
            address(fund),
            abi.encodeCall(fund.settlePremiums, (merchant, uint64(paid), bankReference)),
            abi.encodeWithSelector(ICommunityFund.CommunityFund_ReferenceUsed.selector, bankReference)
        );
    }

    /// @dev The holder's virtual address, the fund, an officer: nobody moves a credit.
    function moveCredits(uint256 who, uint256 from, uint256 amount) external {
        address holder = credit.addressOf(uint32(1 + from % _lastMember));
        address caller = who % 3 == 0 ? holder : who % 3 == 1 ? address(fund) : TREASURER;
        bytes memory expected = abi.encodePacked(ICommunityCredit.CommunityCredit_NonTransferable.selector);
        vm.prank(caller);
        _mustRevert(address(credit), abi.encodeCall(credit.transfer, (TREASURER, amount)), expected);
        vm.prank(caller);
        _mustRevert(address(credit), abi.encodeCall(credit.transferFrom, (holder, TREASURER, amount)), expected);
        vm.prank(caller);
        _mustRevert(address(credit), abi.encodeCall(credit.approve, (TREASURER, amount)), expected);
    }

    function strangerBurns(uint256 which, uint64 amount) external {
        vm.prank(TREASURER);
        _mustRevert(
            address(credit),
            abi.encodeCall(credit.burn, (uint32(1 + which % _lastMember), amount)),
            abi.encodeWithSelector(ICommunityCredit.CommunityCredit_NotFund.selector, TREASURER, fund)
        );
    }

    function _pickMerchant(uint256 which) internal view returns (uint32) {
        return _merchants[which % _merchants.length];
    }

    function _pickTill(uint256 which) internal view returns (uint32) {
        return _tills[which % _tills.length];
    }

    function _mustRevert(address target, bytes memory data, bytes memory expected) internal {
        (bool done, bytes memory answer) = target.call(data);
        vm.assertEq(done, false, "must revert");
        vm.assertEq(answer, expected, "must revert with");
    }

    function _enrol(uint32 merchant) private {
        vm.prank(REGISTRAR);
        _enrolled(membership.enrolTill(merchant, vm.addr(TILL_KEY)), merchant);
    }

    function _enrolled(uint32 till_, uint32 merchant) private {
        _tills.push(till_);
        (_merchantOf[till_], _nextOf[till_]) = (merchant, 1);
    }
}
