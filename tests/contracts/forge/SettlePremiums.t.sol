// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Tester} from "./Tester.sol";

contract SettlePremiumsTest is Tester {
    function setUp() public override {
        super.setUp();
        _record(_item(alice, 10_000, TODAY)); // The shop owes 280.
    }

    function _settles(uint64 amount, uint256 prepaid) private {
        vm.expectEmit(address(fund));
        emit ICommunityFund.PremiumsSettled(shop, amount, prepaid, "bank");
        _settle(shop, amount, "bank");
        _eq(fund.referenceUsed("bank") ? 1 : 0, 1, "reference used");
    }

    function test_RevertWhen_TheCallerIsNotTheTreasurer() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(REGISTRAR), 1);
        vm.prank(REGISTRAR);
        fund.settlePremiums(shop, 1, "bank");
    }

    function test_RevertWhen_TheAmountIsZero() public {
        _reverts(ICommunityFund.CommunityFund_ZeroAmount.selector);
        _settle(shop, 0, "bank");
    }

    function test_RevertWhen_TheReferenceWasUsed() public {
        _settle(shop, 1, "bank");
        _reverts(ICommunityFund.CommunityFund_ReferenceUsed.selector, uint256(bytes32("bank")));
        _settle(shop, 1, "bank");
    }

    function test_RevertWhen_TheMerchantIsUnknown() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        _settle(alice, 1, "bank");
    }

    /// @notice No lane of the merchant's word overflows, however much is prepaid.
    function test_WhenThePrepaymentPasses64Bits() public {
        _settle(shop, type(uint64).max, "a");
        _settle(shop, type(uint64).max, "b");
        uint256 all = 2 * uint256(type(uint64).max);
        _assertMerchant(shop, 0, all - 280);
        _assertSheet(all, 0, 238, all - 280, 14, 28);
    }

    function test_WhenTheAmountIsLessThanOwed() public {
        _settles(279, 0);
        _assertMerchant(shop, 1, 0);
        _assertSheet(279, 1, 238, 0, 14, 28);
    }

    function test_WhenTheAmountIsWhatIsOwed() public {
        _settles(280, 0);
        _assertMerchant(shop, 0, 0);
        _assertSheet(280, 0, 238, 0, 14, 28);
    }

    /// @notice Over-payment is the merchant's credit for later, not a lost cent.
    function test_WhenTheAmountIsOneMoreThanOwed() public {
        _settles(281, 1);
        _assertMerchant(shop, 0, 1);
        _assertSheet(281, 0, 238, 1, 14, 28);
    }

    function test_WhenTheMerchantHasPrepaidAlready() public {
        _settle(shop, 300, "before");
        _settles(5, 5);
        _assertMerchant(shop, 0, 25);
        _assertSheet(305, 0, 238, 25, 14, 28);
    }

    function test_WhenTheMerchantIsSuspended() public {
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        _settles(280, 0);
        _assertMerchant(shop, 0, 0);
    }
}
