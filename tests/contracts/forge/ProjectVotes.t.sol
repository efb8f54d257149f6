// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice From an eligible dossier to its award, by a resolution that names it.
contract ProjectVotesTest is ProjectActs {
    IRulebook.Kind private constant SPENDING = IRulebook.Kind.Spending;

    function _notPutToVote(uint32 project, uint32 resolution, IRulebook.Call[] memory calls) private {
        _reverts(IProjectAwards.ProjectBook_NotPutToVote.selector, resolution);
        awards.putToVote(project, resolution, calls);
    }

    // ---- putToVote

    function test_RevertWhen_AProjectThatIsNotEligibleIsPutToVote() public {
        uint32 project = _submitted();
        IRulebook.Call[] memory calls = _awardCalls(project);
        uint32 r = _noticed(SPENDING, calls);
        _wrongState(project, IProjectBook.State.Submitted, IProjectBook.State.Eligible);
        awards.putToVote(project, r, calls);
    }

    function test_RevertWhen_TheResolutionWasNotNoticed() public {
        uint32 project = _eligible();
        IRulebook.Call[] memory calls = _awardCalls(project);
        _notPutToVote(project, _propose(ANA, SPENDING, calls), calls);
    }

    function test_RevertWhen_TheResolutionHasClosed() public {
        uint32 project = _eligible();
        IRulebook.Call[] memory calls = _awardCalls(project);
        uint32 r = _opened(SPENDING, calls);
        _voteAll(r, _range(ANA, BEN), FOR);
        _closed(r);
        _notPutToVote(project, r, calls);
    }

    function test_RevertWhen_OtherCallsAreShown() public {
        uint32 project = _eligible();
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        _notPutToVote(project, r, _awardCalls(project));
    }

    function test_RevertWhen_TheResolutionAwardsAnotherProject() public {
        uint32 project = _eligible();
        IRulebook.Call[] memory calls = _call(address(book), abi.encodeCall(awards.award, (project + 1, AMOUNT)));
        _notPutToVote(project, _noticed(SPENDING, calls), calls);
    }

    function test_RevertWhen_TheResolutionAwardsAnotherAmount() public {
        uint32 project = _eligible();
        IRulebook.Call[] memory calls = _call(address(book), abi.encodeCall(awards.award, (project, AMOUNT - 1)));
        _notPutToVote(project, _noticed(SPENDING, calls), calls);
    }

    function test_RevertWhen_TheResolutionCallsAnotherContract() public {
        uint32 project = _eligible();
        _govern();
        rulebook.setPower(address(bell), IProjectAwards.award.selector, IRulebook.Power(true, SPENDING, 2));
        IRulebook.Call[] memory calls = _call(address(bell), abi.encodeCall(awards.award, (project, AMOUNT)));
        _notPutToVote(project, _noticed(SPENDING, calls), calls);
    }

    function test_WhenTheResolutionIsNoticed() public {
        uint32 project = _eligible();
        IRulebook.Call[] memory calls = _awardCalls(project);
        uint32 r = _noticed(SPENDING, calls);
        vm.expectEmit(address(book));
        emit IProjectAwards.PutToVote(project, r);
        vm.prank(STRANGER); // Anyone may say so.
        awards.putToVote(project, r, calls);
        _assertState(project, IProjectBook.State.Balloted);
        _eq(book.project(project).resolution, r, "resolution");
    }

    /// @notice Two projects in one resolution, which is open already.
    function test_WhenTheResolutionIsOpenAndAwardsTwo() public {
        (uint32 a, uint32 b) = (_eligible(), _eligible());
        IRulebook.Call[] memory calls = new IRulebook.Call[](2);
        (calls[0], calls[1]) = (_awardCalls(a)[0], _awardCalls(b)[0]);
        uint32 r = _opened(IRulebook.Kind.MajorSpending, calls);
        awards.putToVote(b, r, calls);
        awards.putToVote(a, r, calls);
        _voteAll(r, _range(1, 4), FOR);
        _final(r);
        theAssembly.execute(r, calls);
        _assertState(a, IProjectBook.State.Awarded);
        _assertState(b, IProjectBook.State.Awarded);
        _eq(book.awardedOf(theCall), 2 * AMOUNT, "awarded");
    }

    // ---- loseVote

    function test_RevertWhen_AVoteThatWasNotHeldIsLost() public {
        uint32 project = _eligible();
        _wrongState(project, IProjectBook.State.Eligible, IProjectBook.State.Balloted);
        awards.loseVote(project);
    }

    /// @notice Noticed, open, contestable, final: as long as it may still be awarded.
    function test_RevertWhen_TheVoteStands() public {
        uint32 project = _balloted();
        uint32 r = book.project(project).resolution;
        _mustStand(project, r);
        vm.warp(theAssembly.resolution(r).opensAt);
        _voteAll(r, _range(ANA, BEN), FOR);
        _mustStand(project, r);
        _closed(r);
        _mustStand(project, r);
        _final(r);
        _mustStand(project, r);
    }

    function _mustStand(uint32 project, uint32 r) private {
        _reverts(IProjectAwards.ProjectBook_VoteStanding.selector, r);
        awards.loseVote(project);
    }

    function _mustBeLost(uint32 project, IAssembly.State expected) private {
        uint32 r = book.project(project).resolution;
        _assertState(r, expected);
        vm.expectEmit(address(book));
        emit IProjectAwards.VoteLost(project, r);
        awards.loseVote(project);
        _assertState(project, IProjectBook.State.Eligible);
    }

    function test_WhenTheVoteIsDefeated() public {
        uint32 project = _balloted();
        uint32 r = book.project(project).resolution;
        vm.warp(theAssembly.resolution(r).opensAt);
        _voteAll(r, _range(ANA, BEN), AGAINST);
        _closed(r);
        _mustBeLost(project, IAssembly.State.Defeated);
    }

    function test_WhenTheVoteHasNoQuorum() public {
        uint32 project = _balloted();
        _final(book.project(project).resolution);
        _mustBeLost(project, IAssembly.State.NoQuorum);
        uint32 r = _voted(project);
        theAssembly.execute(r, _awardCalls(project));
        _assertState(project, IProjectBook.State.Awarded);
    }

    function test_WhenTheVoteIsAnnulled() public {
        uint32 project = _balloted();
        uint32 r = book.project(project).resolution;
        vm.warp(theAssembly.resolution(r).opensAt);
        _voteAll(r, _range(ANA, BEN), FOR);
        _closed(r);
        _govern();
        theAssembly.annul(r, "reasons");
        _mustBeLost(project, IAssembly.State.Annulled);
    }

    function test_WhenTheVoteHasExpired() public {
        uint32 project = _eligible();
        _voted(project);
        vm.warp(block.timestamp + 90 days);
        _mustBeLost(project, IAssembly.State.Expired);
    }

    // ---- award

    function _award(uint32 project, uint64 amount) private {
        _govern();
        awards.award(project, amount);
    }

    function test_RevertWhen_AProjectIsAwardedWithoutAVote() public {
        uint32 project = _eligible();
        _wrongState(project, IProjectBook.State.Eligible, IProjectBook.State.Balloted);
        _award(project, AMOUNT);
    }

    function test_RevertWhen_AnotherAmountIsAwarded() public {
        uint32 project = _balloted();
        _reverts(IProjectBook.ProjectBook_WrongAmount.selector, AMOUNT + 1, AMOUNT);
        _award(project, AMOUNT + 1);
        _reverts(IProjectBook.ProjectBook_WrongAmount.selector, AMOUNT - 1, AMOUNT);
        _award(project, AMOUNT - 1);
    }

    function test_RevertWhen_TheProjectHasExpired() public {
        uint32 project = _balloted();
        vm.warp(EXPIRY);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, EXPIRY, EXPIRY);
        _award(project, AMOUNT);
    }

    function test_RevertWhen_TheBudgetOfTheCallIsSpent() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.budget = 2 * AMOUNT - 1;
        _open(terms);
        (uint32 first, uint32 second) = (_balloted(), _balloted());
        _award(first, AMOUNT);
        _reverts(IProjectAwards.ProjectBook_BudgetSpent.selector, 2 * AMOUNT, 2 * AMOUNT - 1);
        _award(second, AMOUNT);
    }

    function test_WhenTheBudgetIsJustEnough() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.budget = 2 * AMOUNT;
        _open(terms);
        (uint32 first, uint32 second) = (_balloted(), _balloted());
        _award(first, AMOUNT);
        _award(second, AMOUNT);
        _assertState(second, IProjectBook.State.Awarded);
    }

    function test_RevertWhen_AProjectIsAwardedTwice() public {
        uint32 project = _balloted();
        _award(project, AMOUNT);
        _wrongState(project, IProjectBook.State.Awarded, IProjectBook.State.Balloted);
        _award(project, AMOUNT);
    }

    function test_RevertWhen_TheFundIsPaused() public {
        uint32 project = _balloted();
        _pause();
        _reverts(IGuardian.Guardian_Paused.selector, block.timestamp + 3 days);
        _award(project, AMOUNT);
    }

    /// @notice Over the board's limit the members decide, and the rulebook says so at the notice.
    function test_RevertWhen_TheBoardAwardsMoreThanItMay() public {
        uint32 project = _drafted();
        IProjectBook.Plan memory plan = _plan();
        plan.amount = 500_001;
        plan.sought = 1_000_002;
        plan.tranches[0].amount = 300_001;
        plan.lines[0].amount = 450_001;
        _as(CARL);
        book.submit(project, plan, "");
        _attestAll(project);
        book.qualify(project);
        IRulebook.Call[] memory calls = _awardCalls(project);
        uint32 r = _propose(ANA, SPENDING, calls);
        uint64 opensAt = _earliest(SPENDING);
        _reverts(IRulebook.Rulebook_WrongKind.selector, uint256(SPENDING), uint256(IRulebook.Kind.MajorSpending));
        _as(ANA);
        theAssembly.giveNotice(r, ANA, opensAt, calls, "");
    }

    function test_WhenTheVoteIsCarried() public {
        uint32 project = _eligible();
        uint32 r = _voted(project);
        vm.expectEmit(address(fund));
        emit IFundOutflows.Committed(project, AMOUNT);
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectAwarded(project, AMOUNT);
        theAssembly.execute(r, _awardCalls(project));
        _assertState(project, IProjectBook.State.Awarded);
        _eq(book.awardedOf(theCall), AMOUNT, "awarded");
        _eq(fund.balanceSheet().commitments, AMOUNT, "commitments");
        _assertFree(-int256(uint256(AMOUNT)));
        _assertBalanced();
    }
}
