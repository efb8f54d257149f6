// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Tester} from "./Tester.sol";

contract EnrolTillTest is Tester {
    address private constant KEY = address(0xCA5E);

    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.enrolTill(shop, KEY);
    }

    function test_RevertWhen_TheMerchantIsUnknown() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        vm.prank(REGISTRAR);
        membership.enrolTill(alice, KEY);
    }

    function test_RevertWhen_TheKeyIsZero() public {
        _reverts(IMembership.Membership_ZeroAddress.selector);
        vm.prank(REGISTRAR);
        membership.enrolTill(shop, address(0));
    }

    function test_WhenTheRegistrarEnrolsATill() public {
        vm.expectEmit(address(membership));
        emit IMembership.TillEnrolled(till + 1, shop, KEY);
        vm.prank(REGISTRAR);
        _eq(membership.enrolTill(shop, KEY), till + 1, "number");
        _eq(membership.tillCount(), till + 1, "count");
        IMembership.Till memory t = membership.till(till + 1);
        vm.assertEq(t.key, KEY, "key");
        _eq(t.merchant, shop, "merchant");
        _eq(t.nextSequence, 1, "next sequence");
    }
}

contract RevokeTillTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.revokeTill(till);
    }

    function test_RevertWhen_TheTillIsUnknown() public {
        _reverts(IMembership.Membership_TillUnknown.selector, till + 1, till);
        vm.prank(REGISTRAR);
        membership.revokeTill(till + 1);
    }

    function test_RevertWhen_TheTillIsRevokedAlready() public {
        vm.prank(REGISTRAR);
        membership.revokeTill(till);
        _reverts(IMembership.Membership_TillRevoked.selector, till);
        vm.prank(REGISTRAR);
        membership.revokeTill(till);
    }

    function test_WhenTheRegistrarRevokes() public {
        _record(_item(alice, 100, TODAY));
        vm.expectEmit(address(membership));
        emit IMembership.TillRevoked(till);
        vm.prank(REGISTRAR);
        membership.revokeTill(till);
        IMembership.Till memory t = membership.till(till);
        vm.assertEq(t.key, address(0), "no key");
        _eq(t.merchant, shop, "the merchant stays, for refunds of its purchases");
        _eq(t.nextSequence, 2, "the sequence stays");
    }
}

contract AdvanceSequencesTest is Tester {
    function _advance(uint32 till_, uint32 merchant, uint64 first, uint64 count) private returns (address key) {
        vm.prank(address(fund));
        (key,) = membership.advanceSequences(till_, merchant, first, count);
    }

    function test_RevertWhen_TheCallerIsNotTheFund() public {
        _reverts(IMembership.Membership_NotFund.selector, _id(address(this)), _id(address(fund)));
        membership.advanceSequences(till, shop, 1, 1);
    }

    function test_RevertWhen_TheTillIsUnknown() public {
        _reverts(IMembership.Membership_TillUnknown.selector, 0, till);
        _advance(0, shop, 1, 1);
    }

    function test_RevertWhen_TheTillIsRevoked() public {
        vm.prank(REGISTRAR);
        membership.revokeTill(till);
        _reverts(IMembership.Membership_TillRevoked.selector, till);
        _advance(till, shop, 1, 1);
    }

    function test_RevertWhen_TheMerchantIsAnother() public {
        _reverts(IMembership.Membership_WrongMerchant.selector, shop + 1, shop);
        _advance(till, shop + 1, 1, 1);
    }

    function test_RevertWhen_TheFirstIsBehind() public {
        _advance(till, shop, 1, 3);
        _reverts(IMembership.Membership_SequenceMismatch.selector, 3, 4);
        _advance(till, shop, 3, 1);
    }

    function test_RevertWhen_TheFirstIsAhead() public {
        _reverts(IMembership.Membership_SequenceMismatch.selector, 2, 1);
        _advance(till, shop, 2, 1);
    }

    /// @notice The last sequence a till can take leaves 2^64 - 1 as the next; one more would wrap to zero.
    function test_RevertWhen_TheSequencesRunOut() public {
        _advance(till, shop, 1, type(uint64).max - 1);
        _eq(_next(till), type(uint64).max, "next");
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        _advance(till, shop, type(uint64).max, 1);
    }

    function test_WhenTheFundAdvancesTheTill() public {
        vm.assertEq(_advance(till, shop, 1, 512), vm.addr(TILL_KEY), "key");
        IMembership.Till memory t = membership.till(till);
        _eq(t.nextSequence, 513, "next");
        _eq(t.merchant, shop, "merchant");
        vm.assertEq(t.key, vm.addr(TILL_KEY), "key stays");
    }
}
