// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice What merchants do with the currency: pay one another, net it, ask for cash.
/// @dev The carpenter holds 40,000 in the first round, and owes 1,120.
contract MerchantCurrencyTest is ProjectActs {
    uint32 private project;

    function setUp() public override {
        super.setUp();
        project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
    }

    function _pay(uint32 payer, uint32 merchant, uint64 amount, string memory invoice) private {
        _byMerchant(payer);
        currency.pay(payer, merchant, amount, keccak256(bytes(invoice)), "");
    }

    function _request(uint64 amount) private returns (uint32) {
        _byMerchant(carpenter);
        return currency.requestCash(carpenter, amount, "");
    }

    function _payCash(uint32 request, string memory transfer) private {
        vm.prank(TREASURER);
        currency.payCash(request, keccak256(bytes(transfer)));
    }

    function _moreThanHeld(uint256 actual, uint256 limit) private {
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, actual, limit);
    }

    // ---- pay

    function test_RevertWhen_AMerchantPaysItself() public {
        _reverts(IProjectCurrency.ProjectCurrency_SameMerchant.selector, carpenter);
        _pay(carpenter, carpenter, 1, "a shelf");
    }

    function test_RevertWhen_AnInvoiceIsPaidTwice() public {
        _pay(carpenter, baker, 1, "bread");
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(keccak256("bread")));
        _pay(carpenter, baker, 1, "bread");
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(keccak256("planks")));
        _pay(carpenter, baker, 1, "planks");
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(keccak256("bread")));
        _spend(project, 0, baker, 1, "bread");
    }

    function test_RevertWhen_NothingIsPaid() public {
        _reverts(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        _pay(carpenter, baker, 0, "bread");
    }

    function test_RevertWhen_MoreIsPaidThanHeld() public {
        _moreThanHeld(40_001, 40_000);
        _pay(carpenter, baker, 40_001, "bread");
    }

    function test_RevertWhen_TheMerchantWhoIsPaidIsSuspended() public {
        _suspendMerchant(baker);
        _reverts(IProjectCurrency.ProjectCurrency_MerchantNotActive.selector, baker);
        _pay(carpenter, baker, 1, "bread");
    }

    function test_RevertWhen_WhoIsPaidIsNoMerchant() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, IRIS);
        _pay(carpenter, IRIS, 1, "advice");
    }

    function test_WhenAMerchantPays() public {
        vm.expectEmit(address(currency));
        emit IProjectCurrency.MerchantPaid(
            carpenter, baker, keccak256("bread"), IProjectCurrency.Holding(10_000, 0, 0, 0), 280
        );
        _pay(carpenter, baker, 10_000, "bread");
        _assertHolding(carpenter, 30_000, 0, 0, 0);
        _assertHolding(baker, 0, 10_000, 0, 0);
        vm.assertEq(currency.invoicePaid(keccak256("bread")), true, "invoice");
        _eq(fund.balanceSheet().reserve, 1120 + 280, "reserve");
        _eq(currency.totalSupply(), 100_000, "currency");
        _assertBalanced();
    }

    /// @notice The same money to and fro: round 2, 3, and then all that is later.
    function test_WhenMoneyGoesRound() public {
        _pay(carpenter, baker, 10_000, "1");
        _pay(baker, carpenter, 10_000, "2");
        _assertHolding(carpenter, 30_000, 0, 10_000, 0);
        _pay(carpenter, baker, 35_000, "3");
        _assertHolding(carpenter, 0, 0, 5000, 0);
        _assertHolding(baker, 0, 30_000, 0, 5000);
        _pay(baker, carpenter, 35_000, "4");
        _assertHolding(carpenter, 0, 0, 35_000, 5000);
        _pay(carpenter, baker, 36_000, "5");
        _assertHolding(carpenter, 0, 0, 0, 4000);
        _assertHolding(baker, 0, 0, 0, 36_000);
        _assertBalanced();
    }

    // ---- net

    function _net(uint64 amount) private {
        _byMerchant(carpenter);
        currency.net(carpenter, amount, "");
    }

    function test_RevertWhen_MoreIsNettedThanOwed() public {
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanOwed.selector, 1121, 1120);
        _net(1121);
    }

    function test_RevertWhen_NothingIsNetted() public {
        _reverts(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        _net(0);
    }

    function test_RevertWhen_MoreIsNettedThanHeld() public {
        _pay(carpenter, baker, 39_000, "bread");
        _moreThanHeld(1001, 1000);
        _net(1001);
    }

    function test_WhenAMerchantNets() public {
        uint256 cash = fund.balanceSheet().cash;
        vm.expectEmit(address(fund));
        emit IFundOutflows.PremiumsNetted(carpenter, 1120);
        vm.expectEmit(address(currency));
        emit IProjectCurrency.CurrencyNetted(carpenter, IProjectCurrency.Holding(1120, 0, 0, 0));
        _net(1120);
        _eq(fund.merchantAccount(carpenter).owed, 0, "owed");
        _eq(fund.balanceSheet().premiumsReceivable, 0, "receivable");
        _eq(fund.balanceSheet().cash, cash, "cash");
        _eq(currency.totalSupply(), 98_880, "currency");
        _assertBalanced();
    }

    // ---- cash

    function test_RevertWhen_NothingIsAskedFor() public {
        _reverts(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        _request(0);
    }

    function test_RevertWhen_MoreIsAskedForThanHeld() public {
        _request(30_000);
        _moreThanHeld(10_001, 10_000);
        _request(10_001);
    }

    function test_RevertWhen_MoreIsAskedForThanAMerchantMay() public {
        IRulebook.OutflowRules memory rules = _outflowRules();
        rules.cashLimit = 15_000;
        _publishOutflow(rules);
        _request(10_000);
        _reverts(IProjectCurrency.ProjectCurrency_CashLimit.selector, 15_001, 15_000);
        _request(5001);
        _request(5000);
    }

    function test_RevertWhen_WhatIsAskedForIsUsedOtherwise() public {
        _request(39_000);
        _moreThanHeld(1001, 1000);
        _pay(carpenter, baker, 1001, "bread");
        _moreThanHeld(1001, 1000);
        _net(1001);
    }

    function test_RevertWhen_CashIsPaidEarly() public {
        uint32 request = _request(30_000);
        uint256 payableFrom = block.timestamp + 30 days;
        vm.warp(payableFrom - 1);
        _reverts(IProjectCurrency.ProjectCurrency_TooEarly.selector, payableFrom - 1, payableFrom);
        _payCash(request, "transfer");
    }

    function test_RevertWhen_TheRequestIsUnknown() public {
        _reverts(IProjectCurrency.ProjectCurrency_RequestUnknown.selector, 1);
        _payCash(1, "transfer");
    }

    function test_RevertWhen_CashIsPaidTwice() public {
        uint32 request = _request(30_000);
        vm.warp(block.timestamp + 30 days);
        _payCash(request, "transfer");
        _reverts(IProjectCurrency.ProjectCurrency_RequestUnknown.selector, request);
        _payCash(request, "another");
    }

    function test_RevertWhen_ATransferIsBookedTwice() public {
        (uint32 first, uint32 second) = (_request(1), _request(1));
        vm.warp(block.timestamp + 30 days);
        _payCash(first, "transfer");
        _reverts(ICommunityFund.CommunityFund_ReferenceUsed.selector, uint256(keccak256("transfer")));
        _payCash(second, "transfer");
    }

    function test_RevertWhen_TheFundIsPaused() public {
        uint32 request = _request(1);
        vm.warp(block.timestamp + 30 days);
        _pause();
        uint256 until = block.timestamp + 3 days;
        _reverts(IGuardian.Guardian_Paused.selector, until);
        _payCash(request, "transfer");
        _reverts(IGuardian.Guardian_Paused.selector, until);
        _request(1);
        _reverts(IGuardian.Guardian_Paused.selector, until);
        _pay(carpenter, baker, 1, "bread");
        _reverts(IGuardian.Guardian_Paused.selector, until);
        _net(1);
        _reverts(IGuardian.Guardian_Paused.selector, until);
        _byMerchant(carpenter);
        currency.returnSpending(keccak256("planks"), 1, "");
    }

    function test_WhenCashIsPaid() public {
        _pay(carpenter, baker, 10_000, "bread");
        _pay(baker, carpenter, 10_000, "a shelf");
        uint256 cash = fund.balanceSheet().cash;
        uint64 payableFrom = uint64(block.timestamp + 30 days);
        vm.expectEmit(address(currency));
        emit IProjectCurrency.CashRequested(1, carpenter, 35_000, payableFrom);
        uint32 request = _request(35_000);
        _eq(currency.requestedOf(carpenter), 35_000, "asked for");
        vm.warp(payableFrom);
        vm.expectEmit(address(fund));
        emit IFundOutflows.CurrencyPaid(35_000, keccak256("transfer"));
        vm.expectEmit(address(currency));
        emit IProjectCurrency.CashPaid(
            request, carpenter, IProjectCurrency.Holding(30_000, 0, 5000, 0), keccak256("transfer")
        );
        _payCash(request, "transfer");
        _eq(currency.requestedOf(carpenter), 0, "asked for");
        vm.assertEq(currency.cashRequest(request).isOpen, false, "open");
        _assertHolding(carpenter, 0, 0, 5000, 0);
        _eq(fund.balanceSheet().cash, cash - 35_000, "cash");
        _eq(currency.totalSupply(), 65_000, "currency");
        _assertBalanced();
    }

    /// @notice Rules bind from their publication on: what was asked for before keeps its day.
    function test_WhenTheDelayIsMadeLonger() public {
        uint32 request = _request(1);
        IRulebook.OutflowRules memory rules = _outflowRules();
        rules.cashDelay = 60 days;
        _publishOutflow(rules);
        uint32 later = _request(1);
        vm.warp(block.timestamp + 30 days);
        _payCash(request, "transfer");
        _eq(currency.cashRequest(later).payableFrom, block.timestamp + 30 days, "the later one waits");
    }

    // ---- dropCashRequest

    function _drop(uint32 merchant, uint32 request) private {
        _byMerchant(merchant);
        currency.dropCashRequest(request, "");
    }

    function test_RevertWhen_AnotherDropsTheRequest() public {
        uint32 request = _request(1);
        _reverts(IMemberActs.MemberActs_BadSignature.selector, carpenter);
        _drop(baker, request);
    }

    function test_RevertWhen_ARequestIsDroppedTwice() public {
        uint32 request = _request(1);
        _drop(carpenter, request);
        _reverts(IProjectCurrency.ProjectCurrency_RequestUnknown.selector, request);
        _drop(carpenter, request);
        vm.warp(block.timestamp + 30 days);
        _reverts(IProjectCurrency.ProjectCurrency_RequestUnknown.selector, request);
        _payCash(request, "transfer");
    }

    function test_WhenARequestIsDropped() public {
        uint32 request = _request(40_000);
        vm.expectEmit(address(currency));
        emit IProjectCurrency.CashRequestDropped(request);
        _drop(carpenter, request);
        _eq(currency.requestedOf(carpenter), 0, "asked for");
        _pay(carpenter, baker, 40_000, "bread");
    }
}
