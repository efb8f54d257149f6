// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Tester} from "./Tester.sol";

interface IUpgradeable {
    function upgradeToAndCall(address implementation, bytes calldata data) external;
}

/// @notice The full matrix of role × function: each guarded function refuses everyone but its caller, with its own
/// error, and takes that caller. tests/contracts/test_forge.py holds that no function is missing here.
contract AccessTest is Tester {
    enum Guard {
        Governor,
        Registrar,
        Treasurer,
        Fund,
        Membership,
        Rulebook
    }

    struct Row {
        address target;
        Guard guard;
        bytes data;
    }

    address private constant ENDED_REGISTRAR = address(0xE1);
    address private constant ENDED_TREASURER = address(0xE2);
    address private constant REVOKED_REGISTRAR = address(0xE3);
    address private constant FORMER_GOVERNOR = address(0xE4);
    address private constant STRANGER = address(0xE5);

    Row[] private _rows;

    function setUp() public override {
        super.setUp();
        membership.grantRole(IMembership.Role.Registrar, ENDED_REGISTRAR, uint64(NOW + 1));
        membership.grantRole(IMembership.Role.Treasurer, ENDED_TREASURER, uint64(NOW + 1));
        membership.grantRole(IMembership.Role.Registrar, REVOKED_REGISTRAR, uint64(NOW + 100));
        membership.revokeRole(IMembership.Role.Registrar, REVOKED_REGISTRAR);
        membership.handOver(FORMER_GOVERNOR);
        vm.prank(FORMER_GOVERNOR);
        membership.handOver(address(this));
        vm.warp(NOW + 1);
        _record(_item(alice, 10_000, TODAY));
        _listRegistrars();
        _listOthers();
    }

    function _listRegistrars() private {
        address m = address(membership);
        uint32 newcomer = _admit(1, IMembership.MemberKind.Organisation);
        _row(m, Guard.Registrar, abi.encodeCall(membership.admitMembers, (new IMembership.Admission[](0))));
        _row(m, Guard.Registrar, abi.encodeCall(membership.setValidity, (alice, 1, 2)));
        _row(m, Guard.Registrar, abi.encodeCall(membership.setCategory, (alice, IMembership.Category.Worker)));
        // With a signature anyone may bring a rotation; without one the registrar alone.
        _row(m, Guard.Registrar, abi.encodeCall(membership.requestKeyRotation, (alice, new bytes(20), "")));
        _row(m, Guard.Registrar, abi.encodeCall(membership.cancelKeyRotation, (alice, "")));
        _row(m, Guard.Registrar, abi.encodeCall(membership.enrolMerchant, (newcomer, RATE, LIMIT, CAP)));
        _row(m, Guard.Registrar, abi.encodeCall(membership.scheduleRate, (shop, 300, TODAY + 100)));
        _row(m, Guard.Registrar, abi.encodeCall(membership.suspendMerchant, (shop)));
        _row(m, Guard.Registrar, abi.encodeCall(membership.reinstateMerchant, (shop)));
        _row(m, Guard.Registrar, abi.encodeCall(membership.enrolTill, (shop, STRANGER)));
        _row(m, Guard.Registrar, abi.encodeCall(membership.revokeTill, (till + 1)));
    }

    function _listOthers() private {
        ICommunityCredit.Tariff memory tariff;
        address m = address(membership);
        _row(m, Guard.Treasurer, abi.encodeCall(membership.setLimits, (shop, LIMIT, CAP)));
        _row(address(fund), Guard.Treasurer, abi.encodeCall(fund.settlePremiums, (shop, 1, "bank")));
        _row(m, Guard.Fund, abi.encodeCall(membership.advanceSequences, (till, shop, 2, 1)));
        _row(address(credit), Guard.Fund, abi.encodeCall(credit.creditPurchases, (new bytes32[](0), tariff)));
        _row(address(credit), Guard.Fund, abi.encodeCall(credit.burn, (alice, 1)));
        _row(address(credit), Guard.Membership, abi.encodeCall(credit.setValidity, (alice, 1, 2)));
        _row(address(fund), Guard.Rulebook, abi.encodeCall(fund.adoptRules, (1, _rules())));
        _row(address(rulebook), Guard.Governor, abi.encodeCall(rulebook.publish, (_rules())));
        address[4] memory proxies = [m, address(credit), address(fund), address(rulebook)];
        for (uint256 i = 0; i < 4; ++i) {
            address same = _implementation(proxies[i]);
            _row(proxies[i], Guard.Governor, abi.encodeCall(IUpgradeable.upgradeToAndCall, (same, "")));
        }
        IMembership.Role role = IMembership.Role.Treasurer;
        _row(m, Guard.Governor, abi.encodeCall(membership.grantRole, (role, STRANGER, uint64(NOW + 9))));
        _row(m, Guard.Governor, abi.encodeCall(membership.revokeRole, (role, STRANGER)));
        _row(m, Guard.Governor, abi.encodeCall(membership.handOver, (STRANGER))); // The last: it ends the governor.
    }

    function _row(address target, Guard guard, bytes memory data) private {
        _rows.push(Row(target, guard, data));
    }

    function _callers() private view returns (address[13] memory) {
        return [
            address(this),
            REGISTRAR,
            TREASURER,
            address(fund),
            address(membership),
            address(rulebook),
            address(credit),
            ENDED_REGISTRAR,
            ENDED_TREASURER,
            REVOKED_REGISTRAR,
            FORMER_GOVERNOR,
            STRANGER,
            vm.addr(TILL_KEY)
        ];
    }

    /// @dev The only one who may: the guards stand in the order of the first callers.
    function _allowed(Guard guard) private view returns (address) {
        return _callers()[uint256(guard)];
    }

    function _refusal(Row memory row, address caller) private view returns (bytes memory) {
        address limit = _allowed(row.guard);
        if (row.guard == Guard.Governor) {
            return abi.encodeWithSelector(IGoverned.Governed_NotGovernor.selector, caller, limit);
        }
        if (row.guard == Guard.Registrar || row.guard == Guard.Treasurer) {
            uint256 role = row.guard == Guard.Registrar ? 0 : 1;
            return abi.encodeWithSelector(IMembership.Membership_MissingRole.selector, caller, role);
        }
        if (row.guard == Guard.Membership) {
            return abi.encodeWithSelector(ICommunityCredit.CommunityCredit_NotMembership.selector, caller, limit);
        }
        if (row.guard == Guard.Rulebook) {
            return abi.encodeWithSelector(ICommunityFund.CommunityFund_NotRulebook.selector, caller, limit);
        }
        bytes4 notFund = row.target == address(credit)
            ? ICommunityCredit.CommunityCredit_NotFund.selector
            : IMembership.Membership_NotFund.selector;
        return abi.encodeWithSelector(notFund, caller, limit);
    }

    function test_RevertWhen_TheCallerIsNotTheOneAllowed() public {
        address[13] memory callers = _callers();
        for (uint256 i = 0; i < _rows.length; ++i) {
            for (uint256 c = 0; c < callers.length; ++c) {
                if (callers[c] == _allowed(_rows[i].guard)) continue;
                bytes memory expected = _refusal(_rows[i], callers[c]);
                vm.prank(callers[c]);
                (bool done, bytes memory answer) = _rows[i].target.call(_rows[i].data);
                vm.assertEq(done, false, "a call went through");
                vm.assertEq(answer, expected, "error");
            }
        }
    }

    function test_WhenTheCallerIsTheOneAllowed() public {
        for (uint256 i = 0; i < _rows.length; ++i) {
            address caller = _allowed(_rows[i].guard);
            vm.prank(caller);
            (bool done,) = _rows[i].target.call(_rows[i].data);
            vm.assertEq(done, true, "the allowed caller was refused");
        }
    }
}
