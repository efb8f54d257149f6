// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice Claim, review, release: three members, one claim.
contract ProjectTranchesTest is ProjectActs {
    uint32 private project;

    function setUp() public override {
        super.setUp();
        project = _awarded();
    }

    function _claim(uint8 tranche) private returns (bytes32) {
        _as(CARL);
        return awards.claim(project, tranche, EVIDENCE, "");
    }

    function _review(bytes32 claimHash, bool approved) private {
        _as(MENTOR);
        awards.review(project, 0, claimHash, approved, "");
    }

    function _releaseBy(uint32 director, bytes32 claimHash) private {
        _as(director);
        awards.release(project, 0, claimHash, director, "");
    }

    function _claimHash(uint8 attempt, bytes32 evidence) private view returns (bytes32) {
        return keccak256(abi.encode(IProjectAwards.Claim(project, 0, attempt, 100_000, FRED, evidence)));
    }

    // ---- claim

    function test_RevertWhen_AProjectThatWasNotAwardedClaims() public {
        project = _eligible();
        _wrongState(project, IProjectBook.State.Eligible, IProjectBook.State.Active);
        _claim(0);
    }

    function test_RevertWhen_TheTrancheIsUnknown() public {
        _reverts(IProjectAwards.ProjectBook_TrancheUnknown.selector, 2, 2);
        _claim(2);
    }

    function test_RevertWhen_TheFormerTrancheIsNotAccounted() public {
        _reverts(IProjectAwards.ProjectBook_NotAccounted.selector, 0, 1);
        _claim(1);
        _release(project, 0);
        _as(CARL);
        awards.fileAccount(project, 0, EVIDENCE, "");
        _reverts(IProjectAwards.ProjectBook_NotAccounted.selector, 0, 1);
        _claim(1);
    }

    function test_RevertWhen_CoFinancingIsShort() public {
        _release(project, 0);
        _account(project, 0);
        _coFinance(project, 199_999, "a bank");
        _reverts(IProjectAwards.ProjectBook_CoFinancingShort.selector, 199_999, 200_000);
        _claim(1);
        _coFinance(project, 1, "a cent");
        _claim(1);
    }

    function test_RevertWhen_AClaimStands() public {
        _claim(0);
        _wrongTranche(project, 0, IProjectBook.TrancheState.Claimed, IProjectBook.TrancheState.Locked);
        _claim(0);
    }

    function test_RevertWhen_TheProjectHasExpired() public {
        vm.warp(EXPIRY);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, EXPIRY, EXPIRY);
        _claim(0);
    }

    /// @notice The claim binds the amount, the payee and the evidence: its hash, written out.
    function test_WhenATrancheIsClaimed() public {
        bytes32 expected = _claimHash(1, EVIDENCE);
        vm.expectEmit(address(book));
        emit IProjectAwards.TrancheClaimed(
            project, 0, expected, IProjectAwards.Claim(project, 0, 1, 100_000, FRED, EVIDENCE)
        );
        vm.assertEq(_claim(0), expected, "answer");
        IProjectBook.Progress memory t = book.progress(project, 0);
        vm.assertEq(t.claim, expected, "claim");
        _eq(t.since, block.timestamp, "since");
        _assertTranche(project, 0, IProjectBook.TrancheState.Claimed);
    }

    // ---- review

    function test_RevertWhen_NothingIsClaimed() public {
        _wrongTranche(project, 0, IProjectBook.TrancheState.Locked, IProjectBook.TrancheState.Claimed);
        _review(_claimHash(1, EVIDENCE), true);
    }

    function test_RevertWhen_AnotherClaimIsReviewed() public {
        bytes32 claimHash = _claim(0);
        _reverts(IProjectAwards.ProjectBook_OtherClaim.selector, uint256(_claimHash(1, TEXT)), uint256(claimHash));
        _review(_claimHash(1, TEXT), true);
    }

    function test_RevertWhen_TheReviewIsLate() public {
        bytes32 claimHash = _claim(0);
        vm.warp(block.timestamp + 30 days);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, block.timestamp, block.timestamp);
        _review(claimHash, true);
        vm.warp(block.timestamp - 1);
        _review(claimHash, true);
    }

    function test_RevertWhen_TheMentorHasBecomeRelated() public {
        bytes32 claimHash = _claim(0);
        _relate(project, MENTOR);
        _interested(MENTOR);
        _review(claimHash, true);
    }

    function test_WhenAClaimIsRejected() public {
        bytes32 claimHash = _claim(0);
        vm.expectEmit(address(book));
        emit IProjectAwards.ClaimReviewed(project, 0, claimHash, MENTOR, false);
        _review(claimHash, false);
        _assertTranche(project, 0, IProjectBook.TrancheState.Rejected);
        vm.assertEq(_claim(0), _claimHash(2, EVIDENCE), "the second claim");
    }

    function test_WhenAClaimIsApproved() public {
        bytes32 claimHash = _claim(0);
        vm.expectEmit(address(book));
        emit IProjectAwards.ClaimReviewed(project, 0, claimHash, MENTOR, true);
        _review(claimHash, true);
        _assertTranche(project, 0, IProjectBook.TrancheState.Reviewed);
        _eq(book.progress(project, 0).reviewer, MENTOR, "reviewer");
    }

    // ---- release

    function test_RevertWhen_NobodyReviewed() public {
        bytes32 claimHash = _claim(0);
        _wrongTranche(project, 0, IProjectBook.TrancheState.Claimed, IProjectBook.TrancheState.Reviewed);
        _releaseBy(ANA, claimHash);
    }

    function test_RevertWhen_AnotherClaimIsReleased() public {
        bytes32 claimHash = _reviewed(project, 0);
        _reverts(IProjectAwards.ProjectBook_OtherClaim.selector, uint256(_claimHash(1, TEXT)), uint256(claimHash));
        _releaseBy(ANA, _claimHash(1, TEXT));
    }

    function test_RevertWhen_NoDirectorReleases() public {
        bytes32 claimHash = _reviewed(project, 0);
        _reverts(IProjectAwards.ProjectBook_NotDirector.selector, DAVE);
        _releaseBy(DAVE, claimHash);
        _govern();
        board.unseat(ANA);
        _reverts(IProjectAwards.ProjectBook_NotDirector.selector, ANA);
        _releaseBy(ANA, claimHash);
    }

    function test_RevertWhen_TheReviewerReleases() public {
        bytes32 claimHash = _reviewed(project, 0);
        _govern();
        board.seat(MENTOR, TERM_END);
        _reverts(IProjectBook.ProjectBook_SamePerson.selector, MENTOR);
        _releaseBy(MENTOR, claimHash);
    }

    function test_RevertWhen_TheDirectorIsRelated() public {
        bytes32 claimHash = _reviewed(project, 0);
        _relate(project, ANA);
        _interested(ANA);
        _releaseBy(ANA, claimHash);
        _releaseBy(BEN, claimHash);
    }

    function test_RevertWhen_TheReviewerHasBecomeRelated() public {
        bytes32 claimHash = _reviewed(project, 0);
        _relate(project, MENTOR);
        _interested(MENTOR);
        _releaseBy(ANA, claimHash);
    }

    function test_RevertWhen_TheReleaseIsLate() public {
        bytes32 claimHash = _reviewed(project, 0);
        vm.warp(block.timestamp + 30 days);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, block.timestamp, block.timestamp);
        _releaseBy(ANA, claimHash);
        vm.warp(block.timestamp - 1);
        _releaseBy(ANA, claimHash);
    }

    function test_WhenATrancheIsReleased() public {
        bytes32 claimHash = _reviewed(project, 0);
        vm.expectEmit(address(fund));
        emit IFundOutflows.CommitmentReleased(project, 100_000, false);
        vm.expectEmit(address(currency));
        emit IProjectCurrency.CurrencyIssued(project, 100_000);
        vm.expectEmit(address(book));
        emit IProjectAwards.TrancheReleased(project, 0, claimHash, ANA, 100_000);
        _releaseBy(ANA, claimHash);
        _assertState(project, IProjectBook.State.Active);
        _assertTranche(project, 0, IProjectBook.TrancheState.Released);
        _eq(book.project(project).released, 100_000, "released");
        _eq(currency.balanceOfProject(project), 100_000, "account");
        _eq(fund.balanceSheet().commitments, 200_000, "commitments");
        _assertBalanced();
    }

    // ---- lapseClaim

    function test_RevertWhen_NothingLapses() public {
        _wrongTranche(project, 0, IProjectBook.TrancheState.Locked, IProjectBook.TrancheState.Claimed);
        awards.lapseClaim(project, 0);
        _release(project, 0);
        vm.warp(block.timestamp + 30 days);
        _wrongTranche(project, 0, IProjectBook.TrancheState.Released, IProjectBook.TrancheState.Claimed);
        awards.lapseClaim(project, 0);
    }

    function test_RevertWhen_AClaimLapsesEarly() public {
        _claim(0);
        uint256 end = block.timestamp + 30 days;
        vm.warp(end - 1);
        _reverts(IProjectAwards.ProjectBook_TooEarly.selector, end - 1, end);
        awards.lapseClaim(project, 0);
    }

    function test_WhenNobodyReviewsInTime() public {
        _claim(0);
        vm.warp(block.timestamp + 30 days);
        vm.expectEmit(address(book));
        emit IProjectAwards.ClaimLapsed(project, 0, IProjectBook.TrancheState.Claimed);
        vm.prank(STRANGER); // Anyone may say so.
        awards.lapseClaim(project, 0);
        _assertTranche(project, 0, IProjectBook.TrancheState.Locked);
        vm.assertEq(_claim(0), _claimHash(2, EVIDENCE), "the second claim");
        _eq(book.progress(project, 0).reviewer, 0, "reviewer");
    }

    function test_WhenNobodyReleasesInTime() public {
        bytes32 claimHash = _reviewed(project, 0);
        vm.warp(block.timestamp + 30 days);
        vm.expectEmit(address(book));
        emit IProjectAwards.ClaimLapsed(project, 0, IProjectBook.TrancheState.Reviewed);
        awards.lapseClaim(project, 0);
        _claim(0);
        _wrongTranche(project, 0, IProjectBook.TrancheState.Claimed, IProjectBook.TrancheState.Reviewed);
        _releaseBy(ANA, claimHash);
        _eq(currency.totalSupply(), 0, "currency");
    }
}
