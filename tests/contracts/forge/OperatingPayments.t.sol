// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Solvent} from "./Solvent.sol";

/// @notice What the fund pays for its own work.
contract OperatingTest is Solvent {
    function _allow(uint64 amount) private {
        _govern();
        outflows.allowOperating(amount, TEXT);
    }

    function _pay(uint64 amount, string memory transfer) private {
        vm.prank(TREASURER);
        outflows.payOperating(amount, keccak256(bytes(transfer)));
    }

    function _short(uint256 actual, uint256 limit) private {
        _reverts(IFundOutflows.CommunityFund_PocketShort.selector, uint256(IRulebook.Pocket.Operations), actual, limit);
    }

    function test_RevertWhen_MoreIsAllowedThanThePocketHolds() public {
        _floor(0);
        _attest(0, block.timestamp + 1 days);
        _short(OPERATIONS + 1, OPERATIONS);
        _allow(OPERATIONS + 1);
        _allow(OPERATIONS);
        _short(OPERATIONS + 1, OPERATIONS);
        _allow(1);
    }

    /// @notice What is allowed leaves: it counts before it is paid. 10 % of 238,000.00 must stay.
    function test_RevertWhen_WhatIsAllowedWouldBreachTheGate() public {
        uint64 most = MONEY - CREDITS / 10;
        _tooLow(int256(uint256(CREDITS / 10)) - 1, CREDITS / 10);
        _allow(most + 1);
        _allow(most - 1);
        _tooLow(int256(uint256(CREDITS / 10)) - 1, CREDITS / 10);
        _allow(2);
        _allow(1);
    }

    function test_RevertWhen_MoreIsPaidThanAllowed() public {
        _reverts(IFundOutflows.CommunityFund_NotAllowed.selector, 1, 0);
        _pay(1, "rent");
        _allow(1000);
        _pay(400, "rent");
        _reverts(IFundOutflows.CommunityFund_NotAllowed.selector, 601, 600);
        _pay(601, "light");
    }

    function test_RevertWhen_NothingIsPaid() public {
        _reverts(ICommunityFund.CommunityFund_ZeroAmount.selector);
        _pay(0, "rent");
    }

    function test_RevertWhen_ATransferIsBookedTwice() public {
        _allow(1000);
        _pay(1, "rent");
        _reverts(ICommunityFund.CommunityFund_ReferenceUsed.selector, uint256(keccak256("rent")));
        _pay(1, "rent");
    }

    function test_RevertWhen_ThingsGotWorseBeforeThePayment() public {
        _allow(1000);
        _attest(MONEY - 999, block.timestamp + 1 days);
        _notCovered(int256(uint256(MONEY)) - 1000, MONEY - 999);
        _pay(1000, "rent");
        _pay(999, "rent");
        vm.warp(block.timestamp + 1 days);
        _reverts(IFundOutflows.CommunityFund_NotAttested.selector, block.timestamp, block.timestamp);
        _pay(1, "light");
    }

    function test_RevertWhen_TheFundIsPaused() public {
        _allow(1000);
        _pause();
        _reverts(IGuardian.Guardian_Paused.selector, block.timestamp + 3 days);
        _pay(1, "rent");
    }

    function test_WhenTheTreasurerPays() public {
        vm.expectEmit(address(fund));
        emit IFundOutflows.OperatingAllowed(1000, TEXT);
        _allow(1000);
        _eq(outflows.operatingAllowed(), 1000, "allowed");
        vm.expectEmit(address(fund));
        emit IFundOutflows.OperatingPaid(400, keccak256("rent"));
        _pay(400, "rent");
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        _eq(s.cash, MONEY - 400, "cash");
        _eq(s.operations, OPERATIONS - 400, "operations");
        _eq(s.reserve, RESERVE, "reserve");
        _eq(outflows.operatingAllowed(), 600, "allowed");
        _assertFree(0);
        _assertBalanced();
    }
}

/// @notice Who bears what is lost: the pocket that the rulebook names.
contract WriteOffsTest is Solvent {
    function _bornBy(IRulebook.Pocket pocket) private {
        IRulebook.OutflowRules memory rules = _outflowRules();
        (rules.debtPocket, rules.loanPocket) = (pocket, pocket);
        _publishOutflow(rules);
    }

    function _writeOff(uint64 amount) private {
        _govern();
        outflows.writeOffDebt(baker, amount);
    }

    function _loseLoan(uint64 amount) private {
        vm.prank(address(book));
        outflows.writeOffLoan(amount);
    }

    function _assertPockets(int256 free, uint256 reserve, uint256 operations) private view {
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        vm.assertEq(s.free, free, "free");
        _eq(s.reserve, reserve, "reserve");
        _eq(s.operations, operations, "operations");
        _eq(s.creditsOutstanding, CREDITS, "credits");
        _eq(s.cash, MONEY, "cash");
        _assertBalanced();
    }

    function test_RevertWhen_MoreIsWrittenOffThanOwed() public {
        _reverts(IFundOutflows.CommunityFund_MoreThanOwed.selector, OWED + 1, OWED);
        _writeOff(OWED + 1);
    }

    function test_RevertWhen_NothingIsWrittenOff() public {
        _reverts(ICommunityFund.CommunityFund_ZeroAmount.selector);
        _writeOff(0);
    }

    function test_RevertWhen_ThePocketIsShort() public {
        _bornBy(IRulebook.Pocket.Reserve);
        _reverts(
            IFundOutflows.CommunityFund_PocketShort.selector, uint256(IRulebook.Pocket.Reserve), RESERVE + 1, RESERVE
        );
        _writeOff(RESERVE + 1);
        _writeOff(RESERVE);
        _bornBy(IRulebook.Pocket.Operations);
        _reverts(
            IFundOutflows.CommunityFund_PocketShort.selector,
            uint256(IRulebook.Pocket.Operations),
            OPERATIONS + 1,
            OPERATIONS
        );
        _writeOff(OPERATIONS + 1);
        _writeOff(OPERATIONS);
        _assertPockets(0, 0, 0);
    }

    function test_WhenTheFreeMoneyBears() public {
        vm.expectEmit(address(fund));
        emit IFundOutflows.DebtWrittenOff(baker, OWED, IRulebook.Pocket.Free);
        _writeOff(OWED);
        _eq(fund.merchantAccount(baker).owed, 0, "owed");
        _eq(fund.balanceSheet().premiumsReceivable, 0, "receivable");
        _assertPockets(-int256(uint256(OWED)), RESERVE, OPERATIONS);
    }

    function test_WhenTheReserveBears() public {
        _bornBy(IRulebook.Pocket.Reserve);
        _writeOff(1000);
        _eq(fund.merchantAccount(baker).owed, OWED - 1000, "owed");
        _assertPockets(0, RESERVE - 1000, OPERATIONS);
    }

    function test_WhenTheOperationsBear() public {
        _bornBy(IRulebook.Pocket.Operations);
        _writeOff(1000);
        _assertPockets(0, RESERVE, OPERATIONS - 1000);
    }

    function test_WhenALoanIsLost() public {
        _commit(3000);
        _release(3000, true);
        _bornBy(IRulebook.Pocket.Reserve);
        vm.expectEmit(address(fund));
        emit IFundOutflows.LoanLossBooked(1000, IRulebook.Pocket.Reserve);
        _loseLoan(1000);
        _bornBy(IRulebook.Pocket.Operations);
        _loseLoan(1000);
        _bornBy(IRulebook.Pocket.Free);
        _loseLoan(1000);
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        _eq(s.loansReceivable, 0, "loans");
        _eq(s.reserve, RESERVE - 1000, "reserve");
        _eq(s.operations, OPERATIONS - 1000, "operations");
        _assertFree(-1000);
    }

    /// @notice Dave brings half of it back: 14,000.00 of operations and 7,000.00 of the reserve, which hold 10.00 each.
    function test_WhenARefundTakesWhatIsSpent() public {
        _bornBy(IRulebook.Pocket.Reserve);
        _writeOff(RESERVE - 1000);
        _bornBy(IRulebook.Pocket.Operations);
        _writeOff(OPERATIONS - 1000);
        vm.expectEmit(address(fund));
        emit ICommunityFund.ShortfallBorne(OPERATIONS / 2 - 1000, RESERVE / 2 - 1000);
        _bringBack(DAVE, 1e9, 1, 5e8);
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        _eq(s.operations, 0, "operations");
        _eq(s.reserve, 0, "reserve");
        _eq(s.creditsOutstanding, CREDITS / 2, "credits");
        _assertFree(2000 - int256(uint256(OPERATIONS + RESERVE) / 2));
        _assertBalanced();
    }
}
