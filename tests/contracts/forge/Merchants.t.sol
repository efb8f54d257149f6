// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Tester} from "./Tester.sol";

contract EnrolMerchantTest is Tester {
    uint32 private bakery;

    function setUp() public override {
        super.setUp();
        bakery = _admit(1, IMembership.MemberKind.Organisation);
    }

    function _enrol(uint32 member, uint16 rateBps) private {
        vm.prank(REGISTRAR);
        membership.enrolMerchant(member, rateBps, LIMIT, CAP);
    }

    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.enrolMerchant(bakery, RATE, LIMIT, CAP);
    }

    function test_RevertWhen_TheMemberIsUnknown() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, bakery + 1, bakery);
        _enrol(bakery + 1, RATE);
    }

    function test_RevertWhen_TheMemberIsAPerson() public {
        _reverts(IMembership.Membership_NotOrganisation.selector, alice);
        _enrol(alice, RATE);
    }

    function test_RevertWhen_TheMemberIsAMerchantAlready() public {
        _reverts(IMembership.Membership_MerchantExists.selector, shop);
        _enrol(shop, RATE);
    }

    function test_RevertWhen_TheRateIsOverTheWhole() public {
        _reverts(IMembership.Membership_RateTooHigh.selector, 10_001, 10_000);
        _enrol(bakery, 10_001);
    }

    function test_WhenTheRateIsTheWhole() public {
        vm.expectEmit(address(membership));
        emit IMembership.MerchantEnrolled(bakery, 10_000, LIMIT, CAP);
        _enrol(bakery, 10_000);
        IMembership.Merchant memory expected =
            IMembership.Merchant(IMembership.MerchantStatus.Active, LIMIT, CAP, 0, 10_000, 0, 10_000);
        vm.assertEq(abi.encode(membership.merchant(bakery)), abi.encode(expected), "terms");
        _eq(membership.rateOn(bakery, 0), 10_000, "one rate for every day");
    }

    /// @notice No field of the packed word touches its neighbour.
    function test_WhenEveryTermIsTheLargest() public {
        vm.prank(REGISTRAR);
        membership.enrolMerchant(bakery, 0, type(uint48).max, type(uint48).max);
        IMembership.Merchant memory m = membership.merchant(bakery);
        _eq(m.exposureLimit, type(uint48).max, "limit");
        _eq(m.tillCap, type(uint48).max, "cap");
        _eq(m.rateBps, 0, "rate");
    }
}

contract MerchantTest is Tester {
    function test_RevertWhen_TheMemberIsNoMerchant() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        membership.merchant(alice);
    }
}

contract SetLimitsTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheTreasurer() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(REGISTRAR), 1);
        vm.prank(REGISTRAR);
        membership.setLimits(shop, 1, 2);
    }

    function test_RevertWhen_TheMerchantIsUnknown() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        vm.prank(TREASURER);
        membership.setLimits(alice, 1, 2);
    }

    function test_WhenTheTreasurerSetsThem() public {
        IMembership.Merchant memory expected = membership.merchant(shop);
        (expected.exposureLimit, expected.tillCap) = (type(uint48).max, 1);
        vm.expectEmit(address(membership));
        emit IMembership.LimitsChanged(shop, type(uint48).max, 1);
        _setLimits(type(uint48).max, 1);
        vm.assertEq(abi.encode(membership.merchant(shop)), abi.encode(expected), "nothing else changes");
    }
}

contract SuspendMerchantTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.suspendMerchant(shop);
    }

    function test_RevertWhen_TheMerchantIsUnknown() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        vm.prank(REGISTRAR);
        membership.suspendMerchant(alice);
    }

    function test_RevertWhen_TheMerchantIsSuspendedAlready() public {
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        _reverts(
            IMembership.Membership_MerchantStatus.selector,
            uint256(IMembership.MerchantStatus.Suspended),
            uint256(IMembership.MerchantStatus.Active)
        );
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
    }

    function test_WhenTheMerchantIsActive() public {
        vm.expectEmit(address(membership));
        emit IMembership.MerchantSuspended(shop);
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        _eq(uint256(membership.merchant(shop).status), uint256(IMembership.MerchantStatus.Suspended), "status");
    }
}

contract ReinstateMerchantTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.reinstateMerchant(shop);
    }

    function test_RevertWhen_TheMerchantIsActive() public {
        _reverts(
            IMembership.Membership_MerchantStatus.selector,
            uint256(IMembership.MerchantStatus.Active),
            uint256(IMembership.MerchantStatus.Suspended)
        );
        vm.prank(REGISTRAR);
        membership.reinstateMerchant(shop);
    }

    /// @notice A suspension changes no term.
    function test_WhenTheMerchantIsSuspended() public {
        bytes memory terms = abi.encode(membership.merchant(shop));
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        vm.expectEmit(address(membership));
        emit IMembership.MerchantReinstated(shop);
        vm.prank(REGISTRAR);
        membership.reinstateMerchant(shop);
        vm.assertEq(abi.encode(membership.merchant(shop)), terms, "terms");
    }
}
