// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice Money lent: it comes back to the fund, in instalments.
contract ProjectLoansTest is ProjectActs {
    uint64 private constant FIRST_DUE = uint64(NOW + 100 days);
    uint32 private project;

    function setUp() public override {
        super.setUp();
        project = _active();
    }

    /// @dev Three instalments, thirty days apart; the last takes what does not divide.
    function _plan() internal view override returns (IProjectBook.Plan memory plan) {
        plan = super._plan();
        plan.instrument = IProjectBook.Instrument.Loan;
        plan.loan = IProjectBook.Loan(FIRST_DUE, 30 days, 3);
    }

    function _repay(uint64 amount, string memory transfer) private {
        vm.prank(TREASURER);
        awards.repayLoan(project, amount, keccak256(bytes(transfer)));
    }

    function _writeOff(uint64 amount) private {
        _govern();
        awards.writeOffLoan(project, amount);
    }

    function _assertArrears(uint256 at, uint64 due, uint64 late) private {
        vm.warp(at);
        (uint64 due_, uint64 late_) = awards.arrears(project);
        _eq(due_, due, "due");
        _eq(late_, late, "late");
    }

    function _assertLoans(uint256 expected) private view {
        _eq(fund.balanceSheet().loansReceivable, expected, "loans receivable");
        _assertBalanced();
    }

    function test_WhenALoanIsReleased() public {
        _assertLoans(100_000);
        _assertFree(-200_000); // What is committed and not released yet.
    }

    // ---- the schedule

    function test_WhenInstalmentsFallDue() public {
        _assertArrears(FIRST_DUE - 1, 0, 0);
        _assertArrears(FIRST_DUE, 33_333, 33_333);
        _assertArrears(FIRST_DUE + 30 days - 1, 33_333, 33_333);
        _assertArrears(FIRST_DUE + 30 days, 66_666, 66_666);
        _assertArrears(FIRST_DUE + 60 days, 100_000, 100_000);
        _assertArrears(FIRST_DUE + 600 days, 100_000, 100_000);
    }

    function test_WhenInstalmentsArePaid() public {
        _repay(30_000, "first");
        _assertArrears(FIRST_DUE, 33_333, 3333);
        _writeOff(3332);
        _assertArrears(FIRST_DUE, 33_333, 1);
        _repay(40_000, "ahead");
        _assertArrears(FIRST_DUE, 33_333, 0);
        _assertArrears(FIRST_DUE + 30 days, 66_666, 0);
    }

    /// @notice The second tranche makes each instalment larger from then on.
    function test_WhenMoreIsReleased() public {
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _release(project, 1);
        _assertArrears(FIRST_DUE, 100_000, 100_000);
    }

    function test_WhenALoanHasNoInterval() public {
        IProjectBook.Plan memory plan = _plan();
        plan.loan.interval = 0;
        project = _drafted();
        _as(CARL);
        book.submit(project, plan, "");
        _attestAll(project);
        book.qualify(project);
        theAssembly.execute(_voted(project), _awardCalls(project));
        _release(project, 0);
        _assertArrears(FIRST_DUE, 100_000, 100_000);
    }

    // ---- repayment

    function test_RevertWhen_MoreIsRepaidThanOwed() public {
        _repay(60_000, "first");
        _writeOff(10_000);
        _reverts(IProjectAwards.ProjectBook_MoreThanOwed.selector, 30_001, 30_000);
        _repay(30_001, "second");
        _repay(30_000, "second");
        _assertLoans(0);
    }

    function test_RevertWhen_NothingIsRepaid() public {
        _reverts(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        _repay(0, "first");
    }

    function test_RevertWhen_ARepaymentIsBookedTwice() public {
        _repay(1, "first");
        _reverts(ICommunityFund.CommunityFund_ReferenceUsed.selector, uint256(keccak256("first")));
        _repay(1, "first");
    }

    function test_WhenALoanIsRepaid() public {
        uint256 cash = fund.balanceSheet().cash;
        vm.expectEmit(address(fund));
        emit IFundOutflows.RepaymentReceived(40_000, keccak256("first"));
        vm.expectEmit(address(book));
        emit IProjectAwards.LoanRepaid(project, 40_000, keccak256("first"));
        _repay(40_000, "first");
        _eq(fund.balanceSheet().cash, cash + 40_000, "cash");
        _eq(book.project(project).repaid, 40_000, "repaid");
        _assertLoans(60_000);
    }

    // ---- write-off

    function test_RevertWhen_MoreIsWrittenOffThanOwed() public {
        _repay(60_000, "first");
        _reverts(IProjectAwards.ProjectBook_MoreThanOwed.selector, 40_001, 40_000);
        _writeOff(40_001);
    }

    function test_WhenAPartIsWrittenOff() public {
        vm.expectEmit(address(book));
        emit IProjectAwards.LoanWrittenOff(project, 40_000);
        _writeOff(40_000);
        _eq(book.project(project).writtenOff, 40_000, "written off");
        _assertFree(-240_000);
        _assertLoans(60_000);
    }

    // ---- unspent money

    function test_WhenALoanIsTerminated() public {
        _spend(project, 0, carpenter, 40_000, "planks");
        _terminate(project);
        _eq(book.project(project).repaid, 60_000, "repaid");
        _assertLoans(40_000);
        _assertFree(0);
        _repay(40_000, "the rest");
        _assertLoans(0);
    }

    /// @notice The borrower has paid most of it back, and has not spent it either: what returns is more than is owed.
    function test_WhenMoreReturnsThanIsOwed() public {
        _repay(70_000, "ahead");
        _terminate(project);
        IProjectBook.Project memory p = book.project(project);
        _eq(p.repaid, 100_000, "repaid");
        _eq(p.released, 100_000, "released");
        _assertLoans(0);
        _assertFree(70_000);
        _eq(currency.totalSupply(), 0, "currency");
    }

    /// @notice A loss that was written off, and then was none: the money had never been spent.
    function test_WhenWhatWasWrittenOffReturns() public {
        _writeOff(100_000);
        vm.warp(EXPIRY);
        awards.lapse(project);
        _eq(book.project(project).repaid, 0, "repaid");
        _assertLoans(0);
        _assertFree(0);
    }
}

/// @notice What concerns loans does not concern grants.
contract ProjectGrantsTest is ProjectActs {
    function test_RevertWhen_AGrantIsRepaid() public {
        uint32 project = _active();
        _reverts(IProjectAwards.ProjectBook_NotLoan.selector, project);
        vm.prank(TREASURER);
        awards.repayLoan(project, 1, "transfer");
    }

    function test_RevertWhen_AGrantIsWrittenOff() public {
        uint32 project = _active();
        _reverts(IProjectAwards.ProjectBook_NotLoan.selector, project);
        _govern();
        awards.writeOffLoan(project, 1);
    }

    function test_WhenAGrantIsLate() public {
        uint32 project = _active();
        vm.warp(EXPIRY);
        (uint64 due, uint64 late) = awards.arrears(project);
        _eq(due + late, 0, "arrears");
    }
}
