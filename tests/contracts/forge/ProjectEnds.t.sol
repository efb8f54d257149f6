// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice How a project is stopped, ended, evaluated; where its money goes then.
contract ProjectEndsTest is ProjectActs {
    function _suspend(uint32 project) private {
        _govern();
        awards.suspend(project);
    }

    function _resume(uint32 project) private {
        _govern();
        awards.resume(project);
    }

    function _completed() private returns (uint32 project) {
        project = _active();
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _release(project, 1);
        _account(project, 1);
    }

    // ---- suspension

    function test_RevertWhen_AProjectThatIsNotRunningIsSuspended() public {
        uint32 project = _eligible();
        _wrongState(project, IProjectBook.State.Eligible, IProjectBook.State.Active);
        _suspend(project);
        project = _awarded();
        _suspend(project);
        _wrongState(project, IProjectBook.State.Suspended, IProjectBook.State.Active);
        _suspend(project);
    }

    function test_RevertWhen_AProjectThatIsNotSuspendedIsResumed() public {
        uint32 project = _awarded();
        _wrongState(project, IProjectBook.State.Awarded, IProjectBook.State.Suspended);
        _resume(project);
    }

    function test_RevertWhen_ASuspendedProjectGoesOn() public {
        uint32 project = _active();
        _suspend(project);
        IProjectBook.State suspended = IProjectBook.State.Suspended;
        _wrongState(project, suspended, IProjectBook.State.Active);
        _spend(project, 0, carpenter, 1, "a nail");
        _wrongState(project, suspended, IProjectBook.State.Active);
        _as(CARL);
        awards.claim(project, 1, EVIDENCE, "");
        _wrongState(project, suspended, IProjectBook.State.Active);
        _as(CARL);
        awards.fileAccount(project, 0, EVIDENCE, "");
        _wrongState(project, suspended, IProjectBook.State.Active);
        awards.lapseClaim(project, 0);
    }

    function test_WhenASuspensionEnds() public {
        uint32 project = _awarded();
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectSuspended(project);
        _suspend(project);
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectResumed(project);
        _resume(project);
        _assertState(project, IProjectBook.State.Awarded);
        _release(project, 0);
        _suspend(project);
        _resume(project);
        _assertState(project, IProjectBook.State.Active);
        _spend(project, 0, carpenter, 1, "a nail");
    }

    // ---- termination

    function test_RevertWhen_AProjectThatDoesNotStandIsTerminated() public {
        uint32 project = _eligible();
        _wrongState(project, IProjectBook.State.Eligible, IProjectBook.State.Active);
        _terminate(project);
        project = _awarded();
        _terminate(project);
        _wrongState(project, IProjectBook.State.Terminated, IProjectBook.State.Active);
        _terminate(project);
    }

    function test_WhenAnAwardedProjectIsTerminated() public {
        uint32 project = _awarded();
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectClosed(project, IProjectBook.State.Terminated, AMOUNT, 0);
        _terminate(project);
        _eq(fund.balanceSheet().commitments, 0, "commitments");
        _assertFree(0);
        _assertBalanced();
    }

    function test_WhenASuspendedProjectIsTerminated() public {
        uint32 project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
        _suspend(project);
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectClosed(project, IProjectBook.State.Terminated, 200_000, 60_000);
        _terminate(project);
        _assertTranche(project, 0, IProjectBook.TrancheState.Released);
        _assertTranche(project, 1, IProjectBook.TrancheState.Recalled);
        _eq(currency.balanceOfProject(project), 0, "account");
        _eq(currency.totalSupply(), 40_000, "the carpenter's stays");
        _assertFree(-40_000);
        _assertBalanced();
    }

    function test_WhenACompletedProjectIsTerminated() public {
        uint32 project = _completed();
        _spend(project, 1, baker, 50_000, "bread");
        _suspend(project);
        _wrongState(project, IProjectBook.State.Suspended, IProjectBook.State.Active);
        _spend(project, 1, baker, 1, "a bun");
        _resume(project);
        _assertState(project, IProjectBook.State.Completed);
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectClosed(project, IProjectBook.State.Terminated, 0, 250_000);
        _terminate(project);
        _assertTranche(project, 1, IProjectBook.TrancheState.Accounted);
        _eq(currency.totalSupply(), 50_000, "currency");
        _assertFree(-50_000);
        _assertBalanced();
    }

    function test_WhenAnAccountedTrancheStays() public {
        uint32 project = _active();
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _claimed(project, 1);
        _terminate(project);
        _assertTranche(project, 0, IProjectBook.TrancheState.Accounted);
        _assertTranche(project, 1, IProjectBook.TrancheState.Recalled);
    }

    // ---- expiry

    function test_RevertWhen_AProjectLapsesEarly() public {
        uint32 project = _active();
        vm.warp(EXPIRY - 1);
        _reverts(IProjectAwards.ProjectBook_TooEarly.selector, EXPIRY - 1, EXPIRY);
        awards.lapse(project);
    }

    function test_RevertWhen_AProjectThatWasNotAwardedLapses() public {
        uint32 project = _eligible();
        vm.warp(EXPIRY);
        _wrongState(project, IProjectBook.State.Eligible, IProjectBook.State.Active);
        awards.lapse(project);
    }

    function test_WhenARunningProjectExpires() public {
        uint32 project = _active();
        vm.warp(EXPIRY);
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectClosed(project, IProjectBook.State.Lapsed, 200_000, 100_000);
        vm.prank(STRANGER);
        awards.lapse(project);
        _assertState(project, IProjectBook.State.Lapsed);
        _assertFree(0);
        _assertBalanced();
    }

    function test_WhenASuspendedProjectExpires() public {
        uint32 project = _active();
        _suspend(project);
        vm.warp(EXPIRY);
        awards.lapse(project);
        _assertState(project, IProjectBook.State.Lapsed);
    }

    function test_WhenACompletedProjectExpires() public {
        uint32 project = _completed();
        _spend(project, 1, baker, 50_000, "bread");
        vm.warp(EXPIRY);
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectClosed(project, IProjectBook.State.Completed, 0, 250_000);
        awards.lapse(project);
        _reverts(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        awards.lapse(project);
        _assertState(project, IProjectBook.State.Completed);
        _assertTranche(project, 1, IProjectBook.TrancheState.Accounted);
        _eq(currency.totalSupply(), 50_000, "currency");
        _assertFree(-50_000);
        _assertBalanced();
    }

    // ---- evaluation

    function test_RevertWhen_AProjectThatIsNotCompletedIsEvaluated() public {
        uint32 project = _active();
        _wrongState(project, IProjectBook.State.Active, IProjectBook.State.Completed);
        _as(ATTESTOR);
        awards.evaluate(project, EVIDENCE, "");
    }

    function test_RevertWhen_TheEvaluatorIsRelated() public {
        uint32 project = _completed();
        _relate(project, ATTESTOR);
        _interested(ATTESTOR);
        _as(ATTESTOR);
        awards.evaluate(project, EVIDENCE, "");
    }

    function test_WhenAProjectIsEvaluated() public {
        uint32 project = _completed();
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectEvaluated(project, TEXT);
        _as(ATTESTOR);
        awards.evaluate(project, TEXT, "");
        _assertState(project, IProjectBook.State.Evaluated);
        vm.warp(EXPIRY);
        awards.lapse(project);
        _assertState(project, IProjectBook.State.Evaluated);
        _eq(currency.totalSupply(), 0, "currency");
        _assertBalanced();
    }
}
