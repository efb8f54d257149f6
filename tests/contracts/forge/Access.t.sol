// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {IProxied} from "./Community.sol";
import {Tester} from "./Tester.sol";

/// @notice The full matrix of role × function: each guarded function refuses everyone but its caller, with its own
/// error, and takes that caller. tests/contracts/test_trees.py holds that no function is missing here.
contract AccessTest is Tester {
    enum Guard {
        Governor,
        Registrar,
        Treasurer,
        Fund,
        Membership,
        Rulebook
    }

    address private constant ENDED_REGISTRAR = address(0xE1);
    address private constant ENDED_TREASURER = address(0xE2);
    address private constant REVOKED_REGISTRAR = address(0xE3);
    address private constant STRANGER = address(0xE5);

    function setUp() public override {
        super.setUp();
        membership.grantRole(IMembership.Role.Registrar, ENDED_REGISTRAR, uint64(NOW + 1));
        membership.grantRole(IMembership.Role.Treasurer, ENDED_TREASURER, uint64(NOW + 1));
        membership.grantRole(IMembership.Role.Registrar, REVOKED_REGISTRAR, uint64(NOW + 100));
        membership.revokeRole(IMembership.Role.Registrar, REVOKED_REGISTRAR);
        vm.warp(NOW + 1);
        _record(_item(alice, 10_000, TODAY));
    }

    function _callers() private view returns (address[12] memory) {
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
            STRANGER,
            vm.addr(TILL_KEY)
        ];
    }

    /// @dev The only one who may: the guards stand in the order of the first callers.
    function _allowed(Guard guard) private view returns (address) {
        return _callers()[uint256(guard)];
    }

    function _refusal(address target, Guard guard, address caller) private view returns (bytes memory) {
        address limit = _allowed(guard);
        if (guard == Guard.Governor) {
            return abi.encodeWithSelector(IGoverned.Governed_NotGovernor.selector, caller, limit);
        }
        if (guard == Guard.Registrar || guard == Guard.Treasurer) {
            uint256 role = guard == Guard.Registrar ? 0 : 1;
            return abi.encodeWithSelector(IMembership.Membership_MissingRole.selector, caller, role);
        }
        if (guard == Guard.Membership) {
            return abi.encodeWithSelector(ICommunityCredit.CommunityCredit_NotMembership.selector, caller, limit);
        }
        if (guard == Guard.Rulebook) {
            return abi.encodeWithSelector(ICommunityFund.CommunityFund_NotRulebook.selector, caller, limit);
        }
        bytes4 notFund = target == address(credit)
            ? ICommunityCredit.CommunityCredit_NotFund.selector
            : IMembership.Membership_NotFund.selector;
        return abi.encodeWithSelector(notFund, caller, limit);
    }

    /// @dev Everyone but one is refused, with the guard's own error; then that one goes through, with the same call.
    function _only(Guard guard, address target, bytes memory data) private {
        address[12] memory callers = _callers();
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == _allowed(guard)) continue;
            vm.prank(callers[i]);
            (bool passed, bytes memory answer) = target.call(data);
            vm.assertEq(passed, false, "a call went through");
            vm.assertEq(answer, _refusal(target, guard, callers[i]), "error");
        }
        vm.prank(_allowed(guard));
        (bool done,) = target.call(data);
        vm.assertEq(done, true, "the allowed caller was refused");
    }

    function _onlyRegistrar(bytes memory data) private {
        _only(Guard.Registrar, address(membership), data);
    }

    // ---- the registrar

    function test_RevertWhen_OthersAdmitMembers() public {
        _onlyRegistrar(abi.encodeCall(membership.admitMembers, (new IMembership.Admission[](0))));
    }

    function test_RevertWhen_OthersSetAValidity() public {
        _onlyRegistrar(abi.encodeCall(membership.setValidity, (alice, 1, 2)));
    }

    function test_RevertWhen_OthersSetACategory() public {
        _onlyRegistrar(abi.encodeCall(membership.setCategory, (alice, IMembership.Category.Worker)));
    }

    function test_RevertWhen_OthersRequestAKeyRotationUnsigned() public {
        _onlyRegistrar(abi.encodeCall(membership.requestKeyRotation, (alice, new bytes(20), "")));
    }

    function test_RevertWhen_OthersCancelAKeyRotationUnsigned() public {
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(alice, new bytes(20), "");
        _onlyRegistrar(abi.encodeCall(membership.cancelKeyRotation, (alice, "")));
    }

    function test_RevertWhen_OthersEnrolAMerchant() public {
        uint32 newcomer = _admit(1, IMembership.MemberKind.Organisation);
        _onlyRegistrar(abi.encodeCall(membership.enrolMerchant, (newcomer, RATE, LIMIT, CAP)));
    }

    function test_RevertWhen_OthersScheduleARate() public {
        _onlyRegistrar(abi.encodeCall(membership.scheduleRate, (shop, 300, TODAY + 100)));
    }

    function test_RevertWhen_OthersSuspendAMerchant() public {
        _onlyRegistrar(abi.encodeCall(membership.suspendMerchant, (shop)));
    }

    function test_RevertWhen_OthersReinstateAMerchant() public {
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        _onlyRegistrar(abi.encodeCall(membership.reinstateMerchant, (shop)));
    }

    function test_RevertWhen_OthersEnrolATill() public {
        _onlyRegistrar(abi.encodeCall(membership.enrolTill, (shop, STRANGER)));
    }

    function test_RevertWhen_OthersRevokeATill() public {
        _onlyRegistrar(abi.encodeCall(membership.revokeTill, (till)));
    }

    // ---- the treasurer

    function test_RevertWhen_OthersSetLimits() public {
        _only(Guard.Treasurer, address(membership), abi.encodeCall(membership.setLimits, (shop, LIMIT, CAP)));
    }

    function test_RevertWhen_OthersSettlePremiums() public {
        _only(Guard.Treasurer, address(fund), abi.encodeCall(fund.settlePremiums, (shop, 1, "bank")));
    }

    // ---- the contracts among themselves

    function test_RevertWhen_OthersAdvanceSequences() public {
        _only(Guard.Fund, address(membership), abi.encodeCall(membership.advanceSequences, (till, shop, 2, 1)));
    }

    function test_RevertWhen_OthersCreditPurchases() public {
        ICommunityCredit.Tariff memory tariff;
        bytes memory data = abi.encodeCall(credit.creditPurchases, (new bytes32[](0), tariff));
        _only(Guard.Fund, address(credit), data);
    }

    function test_RevertWhen_OthersBurn() public {
        _only(Guard.Fund, address(credit), abi.encodeCall(credit.burn, (alice, 1)));
    }

    function test_RevertWhen_OthersSetTheCreditsValidity() public {
        _only(Guard.Membership, address(credit), abi.encodeCall(credit.setValidity, (alice, 1, 2)));
    }

    function test_RevertWhen_OthersAdoptRules() public {
        _only(Guard.Rulebook, address(fund), abi.encodeCall(fund.adoptRules, (1, _rules())));
    }

    // ---- the governor

    function test_RevertWhen_OthersPublishRules() public {
        _only(Guard.Governor, address(rulebook), abi.encodeCall(rulebook.publish, (_rules())));
    }

    function test_RevertWhen_OthersGrantARole() public {
        bytes memory data =
            abi.encodeCall(membership.grantRole, (IMembership.Role.Treasurer, STRANGER, uint64(NOW + 9)));
        _only(Guard.Governor, address(membership), data);
    }

    function test_RevertWhen_OthersRevokeARole() public {
        bytes memory data = abi.encodeCall(membership.revokeRole, (IMembership.Role.Treasurer, STRANGER));
        _only(Guard.Governor, address(membership), data);
    }

    function test_RevertWhen_OthersHandOver() public {
        board.seat(alice, uint64(NOW + 365 days));
        _only(Guard.Governor, address(membership), abi.encodeCall(membership.handOver, ()));
    }

    function test_RevertWhen_OthersUpgrade() public {
        address[6] memory proxies = _proxies();
        for (uint256 i = 0; i < 6; ++i) {
            address same = _implementation(proxies[i]);
            _only(Guard.Governor, proxies[i], abi.encodeCall(IProxied.upgradeToAndCall, (same, "")));
        }
    }
}
