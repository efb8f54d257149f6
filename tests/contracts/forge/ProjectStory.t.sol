// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {Projects} from "./Projects.sol";

/// @notice A project's whole life: what is owed, promised and held after each step.
contract ProjectStoryTest is Projects {
    function test_WhenAProjectIsAwarded() public {
        uint32 project = _awarded();
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        _assertState(project, IProjectBook.State.Awarded);
        _eq(s.commitments, AMOUNT, "committed");
        vm.assertEq(s.free, -int256(uint256(AMOUNT)), "free");
        _assertBalanced();
    }

    function test_WhenATrancheIsReleasedAndSpent() public {
        uint32 project = _active();
        _assertState(project, IProjectBook.State.Active);
        _eq(fund.balanceSheet().currencyOutstanding, 100_000, "released");
        _eq(currency.balanceOfProject(project), 100_000, "the project's account");
        _spend(project, 0, carpenter, 40_000, "planks");
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        _eq(s.reserve, 1120, "the premium, 2.8 % of the sale");
        _eq(fund.merchantAccount(carpenter).owed, 1120, "which the carpenter owes");
        _eq(currency.holdingOf(carpenter).first, 40_000, "the carpenter's");
        _assertBalanced();
    }

    /// @notice Round 1 with the carpenter, round 2 with the baker: a premium each.
    function test_WhenAMerchantPaysAnother() public {
        uint32 project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
        _byMerchant(carpenter);
        currency.pay(carpenter, baker, 10_000, keccak256("bread"), "");
        IProjectCurrency.Holding memory held = currency.holdingOf(baker);
        _eq(held.first, 0, "first round");
        _eq(held.second, 10_000, "second round");
        _eq(fund.balanceSheet().reserve, 1120 + 280, "premiums");
        _assertBalanced();
    }

    function test_WhenAMerchantNetsWhatItOwes() public {
        uint32 project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
        uint256 cash = fund.balanceSheet().cash;
        _byMerchant(carpenter);
        currency.net(carpenter, 1120, "");
        _eq(fund.merchantAccount(carpenter).owed, 0, "owed");
        _eq(currency.holdingOf(carpenter).first, 38_880, "held");
        _eq(fund.balanceSheet().cash, cash, "no cash moved");
        _assertBalanced();
    }

    function test_WhenAMerchantIsPaidInCash() public {
        uint32 project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
        uint256 cash = fund.balanceSheet().cash;
        _byMerchant(carpenter);
        uint32 request = currency.requestCash(carpenter, 30_000, "");
        vm.warp(block.timestamp + 30 days);
        vm.prank(TREASURER);
        currency.payCash(request, keccak256("transfer"));
        _eq(fund.balanceSheet().cash, cash - 30_000, "cash");
        _eq(currency.holdingOf(carpenter).first, 10_000, "held");
        _assertBalanced();
    }

    function test_WhenAMerchantReturnsAPart() public {
        uint32 project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
        _byMerchant(carpenter);
        currency.returnSpending(keccak256("planks"), 10_000, "");
        _eq(currency.balanceOfProject(project), 70_000, "the project's account");
        _eq(currency.spentOfLine(project, 0), 30_000, "the line");
        _eq(fund.merchantAccount(carpenter).owed, 840, "owed");
        _assertBalanced();
    }

    function test_WhenAllTranchesAreAccounted() public {
        uint32 project = _active();
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _release(project, 1);
        _account(project, 1);
        _assertState(project, IProjectBook.State.Completed);
        _spend(project, 1, baker, 50_000, "bread");
        vm.warp(EXPIRY);
        awards.lapse(project);
        _assertState(project, IProjectBook.State.Completed);
        _eq(fund.balanceSheet().currencyOutstanding, 50_000, "what merchants hold stays theirs");
        _as(ATTESTOR);
        awards.evaluate(project, EVIDENCE, "");
        _assertState(project, IProjectBook.State.Evaluated);
        _assertBalanced();
    }

    function test_WhenAProjectIsTerminated() public {
        uint32 project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
        vm.prank(address(theAssembly));
        awards.terminate(project);
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        _eq(s.commitments, 0, "committed");
        _eq(s.currencyOutstanding, 40_000, "outstanding");
        vm.assertEq(s.free, -int256(40_000), "free");
        _assertBalanced();
    }
}
