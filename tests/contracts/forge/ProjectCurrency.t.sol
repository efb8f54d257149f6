// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice What a project pays for, and what it gets back.
contract ProjectCurrencyTest is ProjectActs {
    uint32 private project;

    function setUp() public override {
        super.setUp();
        project = _active();
    }

    /// @dev The first line may be spent at every kind of merchant that is tried, with kind 0, which nobody has chosen.
    function _plan() internal view override returns (IProjectBook.Plan memory plan) {
        plan = super._plan();
        plan.lines[0].merchantKinds |= 1;
    }

    function _return(uint32 merchant, uint64 amount, string memory invoice) private {
        _byMerchant(merchant);
        currency.returnSpending(keccak256(bytes(invoice)), amount, "");
    }

    // ---- spend

    function test_RevertWhen_TheLineIsUnknown() public {
        _reverts(IProjectAwards.ProjectBook_LineUnknown.selector, 2, 2);
        _spend(project, 2, carpenter, 1, "planks");
    }

    function test_RevertWhen_TheMerchantIsRelated() public {
        _relate(project, carpenter);
        _reverts(IProjectCurrency.ProjectCurrency_Related.selector, project, carpenter);
        _spend(project, 0, carpenter, 1, "planks");
    }

    function test_RevertWhen_TheKindIsNotAllowed() public {
        _reverts(IProjectCurrency.ProjectCurrency_KindNotAllowed.selector, 2, 1 << 1);
        _spend(project, 1, carpenter, 1, "planks");
    }

    function test_RevertWhen_TheInvoiceIsUsed() public {
        _spend(project, 0, carpenter, 1, "planks");
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(keccak256("planks")));
        _spend(project, 0, baker, 1, "planks");
    }

    function test_RevertWhen_MoreIsSpentThanHeld() public {
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 100_001, 100_000);
        _spend(project, 0, carpenter, 100_001, "planks");
    }

    function test_RevertWhen_TheLineIsSpent() public {
        _spend(project, 1, baker, 20_000, "bread");
        _spend(project, 1, baker, 30_000, "cake");
        _reverts(IProjectCurrency.ProjectCurrency_LineSpent.selector, 50_001, 50_000);
        _spend(project, 1, baker, 1, "a crumb");
    }

    function test_RevertWhen_NothingIsSpent() public {
        _reverts(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        _spend(project, 0, carpenter, 0, "planks");
    }

    function test_RevertWhen_TheMerchantIsSuspended() public {
        _suspendMerchant(carpenter);
        _reverts(IProjectCurrency.ProjectCurrency_MerchantNotActive.selector, carpenter);
        _spend(project, 0, carpenter, 1, "planks");
    }

    function test_RevertWhen_TheMemberIsNoMerchant() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, IRIS);
        _spend(project, 0, IRIS, 1, "advice");
    }

    function test_RevertWhen_TheMerchantWouldOweTooMuch() public {
        vm.prank(TREASURER);
        membership.setLimits(carpenter, 279, CAP);
        _reverts(ICommunityFund.CommunityFund_OverExposure.selector, 280, 279);
        _spend(project, 0, carpenter, 10_000, "planks");
    }

    function test_RevertWhen_TheFundIsPaused() public {
        _pause();
        _reverts(IGuardian.Guardian_Paused.selector, block.timestamp + 3 days);
        _spend(project, 0, carpenter, 1, "planks");
    }

    function test_WhenAProjectSpends() public {
        IProjectCurrency.Spending memory s = _spending(project, 0, carpenter, 40_000, "planks");
        vm.expectEmit(address(fund));
        emit IFundOutflows.SaleRecorded(carpenter, 40_000, 1120);
        vm.expectEmit(address(currency));
        emit IProjectCurrency.ProjectSpent(project, carpenter, s, 1120);
        _as(FRED);
        currency.spend(s, "");
        _eq(currency.balanceOfProject(project), 60_000, "account");
        _eq(currency.spentOfLine(project, 0), 40_000, "line");
        _assertHolding(carpenter, 40_000, 0, 0, 0);
        vm.assertEq(
            abi.encode(currency.saleOf(s.invoice)),
            abi.encode(IProjectCurrency.Sale(project, carpenter, 40_000, 1120, 0)),
            "sale"
        );
        _eq(fund.balanceSheet().premiumsReceivable, 1120, "receivable");
        _assertBalanced();
    }

    /// @notice Half a cent is a cent, less is nothing.
    function test_WhenAPremiumIsRounded() public {
        _spend(project, 0, carpenter, 17, "nails");
        _eq(fund.balanceSheet().reserve, 0, "0.476");
        _spend(project, 0, carpenter, 18, "screws");
        _eq(fund.balanceSheet().reserve, 1, "0.504");
    }

    function test_WhenTheMerchantHasPrepaid() public {
        _spend(project, 0, baker, 40_000, "bread");
        _eq(fund.merchantAccount(baker).prepaid, MONEY - 1120, "prepaid");
        _eq(fund.balanceSheet().premiumsReceivable, 0, "receivable");
        _eq(fund.balanceSheet().reserve, 1120, "reserve");
        _assertBalanced();
    }

    // ---- returnSpending

    function test_RevertWhen_TheInvoiceIsUnknown() public {
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUnknown.selector, uint256(keccak256("planks")));
        _return(carpenter, 1, "planks");
    }

    function test_RevertWhen_NothingIsReturned() public {
        _spend(project, 0, carpenter, 100, "planks");
        _reverts(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        _return(carpenter, 0, "planks");
    }

    function test_RevertWhen_MoreIsReturnedThanWasSpent() public {
        _spend(project, 0, carpenter, 100, "planks");
        _spend(project, 0, carpenter, 100, "nails");
        _return(carpenter, 60, "planks");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 41, 40);
        _return(carpenter, 41, "planks");
    }

    /// @notice Only what came straight from a project goes back to one.
    function test_RevertWhen_WhatIsReturnedWasPaidOn() public {
        _spend(project, 0, carpenter, 100, "planks");
        _spend(project, 0, baker, 100, "bread");
        _byMerchant(carpenter);
        currency.pay(carpenter, baker, 70, keccak256("lunch"), "");
        _byMerchant(baker);
        currency.pay(baker, carpenter, 100, keccak256("a shelf"), "");
        _assertHolding(carpenter, 30, 100, 0, 0);
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 31, 30);
        _return(carpenter, 31, "planks");
        _return(carpenter, 30, "planks");
    }

    function test_RevertWhen_WhatIsReturnedWasAskedForInCash() public {
        _spend(project, 0, carpenter, 100, "planks");
        _byMerchant(carpenter);
        currency.requestCash(carpenter, 70, "");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 31, 30);
        _return(carpenter, 31, "planks");
    }

    function test_RevertWhen_AnotherMerchantReturns() public {
        _spend(project, 0, carpenter, 100, "planks");
        _reverts(IMemberActs.MemberActs_BadSignature.selector, carpenter);
        _return(baker, 1, "planks");
    }

    function test_RevertWhen_TheProjectHasEnded() public {
        _spend(project, 0, carpenter, 100, "planks");
        _terminate(project);
        _wrongState(project, IProjectBook.State.Terminated, IProjectBook.State.Active);
        _return(carpenter, 1, "planks");
    }

    /// @notice The rate has doubled meanwhile; 346 is the premium of 12,345 at 2.8 %, and it is what goes.
    function test_WhenASpendingIsReturnedInParts() public {
        _spend(project, 0, carpenter, 12_345, "planks");
        _eq(fund.balanceSheet().reserve, 346, "reserve");
        vm.prank(REGISTRAR);
        membership.scheduleRate(carpenter, 560, uint32(block.timestamp / 1 days) + 20);
        vm.warp(block.timestamp + 20 days);
        vm.expectEmit(address(fund));
        emit IFundOutflows.SaleUndone(carpenter, 280);
        vm.expectEmit(address(currency));
        emit IProjectCurrency.SpendingReturned(project, carpenter, keccak256("planks"), 10_000, 280);
        _return(carpenter, 10_000, "planks");
        _return(carpenter, 1, "planks");
        _return(carpenter, 2344, "planks");
        _eq(fund.balanceSheet().reserve, 0, "reserve");
        _eq(fund.merchantAccount(carpenter).owed, 0, "owed");
        _eq(currency.balanceOfProject(project), 100_000, "account");
        _eq(currency.spentOfLine(project, 0), 0, "line");
        _assertHolding(carpenter, 0, 0, 0, 0);
        _assertBalanced();
    }

    /// @notice The reserve bore the carpenter's debt, which was the premium that it had got.
    function test_WhenTheReserveHasSpentWhatIsReturned() public {
        _spend(project, 0, carpenter, 50_000, "planks");
        IRulebook.OutflowRules memory rules = _outflowRules();
        rules.debtPocket = IRulebook.Pocket.Reserve;
        _publishOutflow(rules);
        _govern();
        outflows.writeOffDebt(carpenter, 1400);
        vm.expectEmit(address(fund));
        emit ICommunityFund.ShortfallBorne(0, 280);
        _return(carpenter, 10_000, "planks");
        _eq(fund.balanceSheet().reserve, 0, "reserve");
        _eq(fund.merchantAccount(carpenter).prepaid, 280, "prepaid");
        _assertFree(-int256(uint256(AMOUNT)) - 280);
        _assertBalanced();
    }

    function test_WhenTheInvoiceOfAReturnIsTriedAgain() public {
        _spend(project, 0, carpenter, 100, "planks");
        _return(carpenter, 100, "planks");
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(keccak256("planks")));
        _spend(project, 0, carpenter, 100, "planks");
    }
}
