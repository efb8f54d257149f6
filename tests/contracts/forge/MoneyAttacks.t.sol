// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice Stories of those who would have a project's money without deserving it, or more of it, or sooner.
contract MoneyAttacksTest is ProjectActs {
    // ---- eligibility

    /// @dev Everything is attested but the given criterion, and partners from the given one on.
    function _lacking(uint8 criterion, uint8 partners) private returns (uint32 project) {
        project = _submitted();
        _as(MENTOR);
        book.acceptMentoring(project, "");
        for (uint8 i = 0; i < partners; ++i) {
            _as(ATTESTOR);
            book.attestPartner(project, i, "");
        }
        for (uint8 c = 0; c < 9; ++c) {
            if (!_isStated(c) || c == criterion) continue;
            _as(ATTESTOR);
            book.attestFact(project, IProjectBook.Criterion(c), "");
        }
    }

    function _mustNotGetToTheVote(uint32 project, IProjectBook.Criterion lacking) private {
        _reverts(IProjectBook.ProjectBook_Missing.selector, 1 << uint8(lacking));
        book.qualify(project);
        IRulebook.Call[] memory calls = _awardCalls(project);
        uint32 r = _noticed(IRulebook.Kind.Spending, calls);
        _wrongState(project, IProjectBook.State.Submitted, IProjectBook.State.Eligible);
        awards.putToVote(project, r, calls);
    }

    /// @notice Five organisations of four kinds, and the fifth, the town, never signed.
    function test_RevertWhen_TheLocalAuthorityIsMissing() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.minPartners = 4;
        _open(terms);
        _mustNotGetToTheVote(_lacking(9, 4), IProjectBook.Criterion.Grouping);
    }

    /// @notice Four organisations came; the fifth is on paper.
    function test_RevertWhen_APartnerIsMissing() public {
        _mustNotGetToTheVote(_lacking(9, 4), IProjectBook.Criterion.Grouping);
    }

    function test_RevertWhen_TheSocietalIssueIsMissing() public {
        _mustNotGetToTheVote(_lacking(0, 5), IProjectBook.Criterion.Issue);
    }

    function test_RevertWhen_TheEvaluationIsMissing() public {
        _mustNotGetToTheVote(_lacking(uint8(IProjectBook.Criterion.Evaluation), 5), IProjectBook.Criterion.Evaluation);
    }

    /// @notice Carl's cousin owns two companies and an association, and Carl brings all three.
    function test_RevertWhen_OneOwnerPosesAsSeveralOrganisations() public {
        _as(CARL);
        uint32 project = book.draft(theCall, CARL, TEXT, "");
        bytes32 cousin = keccak256("the cousin, under the dossier's salt");
        for (uint8 i = 1; i <= 3; ++i) {
            IProjectBook.Partner memory partner = _partner(i);
            partner.controller = cousin;
            if (i > 1) _reverts(IProjectBook.ProjectBook_SamePartner.selector, 0);
            _as(CARL);
            book.addPartner(project, partner, "");
        }
        _eq(book.partners(project).length, 1, "partners");
    }

    // ---- the award

    /// @notice The board voted 3,000.00 when the fund could bear them. Then members' credits grew, and the vote cannot be
    /// carried out; it says by how much. A merchant pays that, and it can.
    function test_RevertWhen_AnAwardIsAboveWhatTheGateAllows() public {
        uint32 project = _eligible();
        uint32 r = _voted(project);
        _buy(DAVE, 1_134_500_000);
        uint256 floor = (fund.creditsOutstanding() + 9) / 10;
        int256 liquid = int256(uint256(MONEY - AMOUNT));
        vm.assertEq(int256(floor) > liquid, true, "the fund cannot bear it");
        IRulebook.Call[] memory calls = _awardCalls(project);
        vm.expectRevert(abi.encodeWithSelector(IFundOutflows.CommunityFund_CoverageTooLow.selector, liquid, floor));
        theAssembly.execute(r, calls);
        _assertState(project, IProjectBook.State.Balloted);
        vm.prank(TREASURER);
        fund.settlePremiums(baker, uint64(floor - uint256(liquid)), "just enough");
        theAssembly.execute(r, calls);
        _assertState(project, IProjectBook.State.Awarded);
    }

    // ---- co-financing

    /// @notice The bank has promised, in writing; the promise is shown, and the second tranche waits for the money.
    function test_RevertWhen_APledgeIsCountedAsReceived() public {
        uint32 project = _active();
        _account(project, 0);
        _as(CARL);
        awards.pledgeCoFinancing(project, SOUGHT, TEXT, EVIDENCE, "");
        _reverts(IProjectAwards.ProjectBook_CoFinancingShort.selector, 0, 200_000);
        _claimed(project, 1);
    }

    /// @notice One grant of the region, shown to the fund by two projects, and by one of them twice.
    function test_RevertWhen_TheSameCoFinancingComesTwice() public {
        (uint32 first, uint32 second) = (_active(), _eligible());
        _coFinance(first, 100_000, "the region's grant");
        _reverts(IProjectAwards.ProjectBook_SourceUsed.selector, first);
        _coFinance(second, 100_000, "the region's grant");
        _reverts(IProjectAwards.ProjectBook_SourceUsed.selector, first);
        _coFinance(first, 100_000, "the region's grant");
        _eq(book.project(first).received, 100_000, "received");
    }

    // ---- claims

    /// @notice Carl shows the mentor one set of invoices, and would have the director release on another.
    function test_RevertWhen_TheEvidenceIsSwappedAfterTheReview() public {
        uint32 project = _awarded();
        bytes32 reviewed = _reviewed(project, 0);
        _wrongTranche(project, 0, IProjectBook.TrancheState.Reviewed, IProjectBook.TrancheState.Locked);
        _as(CARL);
        awards.claim(project, 0, TEXT, "");
        bytes32 swapped = keccak256(abi.encode(IProjectAwards.Claim(project, 0, 1, 100_000, FRED, TEXT)));
        _reverts(IProjectAwards.ProjectBook_OtherClaim.selector, uint256(swapped), uint256(reviewed));
        _as(ANA);
        awards.release(project, 0, swapped, ANA, "");
    }

    /// @notice The claim lapsed and was filed again, the same to the letter: the old review is not for it.
    function test_RevertWhen_AReviewIsUsedForALaterClaim() public {
        uint32 project = _awarded();
        bytes32 first = _reviewed(project, 0);
        vm.warp(block.timestamp + 30 days);
        awards.lapseClaim(project, 0);
        bytes32 second = _claimed(project, 0);
        vm.assertEq(first == second, false, "another claim");
        _reverts(IProjectAwards.ProjectBook_OtherClaim.selector, uint256(first), uint256(second));
        _as(MENTOR);
        awards.review(project, 0, first, true, "");
        _wrongTranche(project, 0, IProjectBook.TrancheState.Claimed, IProjectBook.TrancheState.Reviewed);
        _as(ANA);
        awards.release(project, 0, first, ANA, "");
    }

    /// @notice Carl is elected to the board. He would mentor his own project, or release his own claim; so would its
    /// signer, and the mentor who is a director, too.
    function test_RevertWhen_OnePersonSubmitsReviewsAndReleases() public {
        uint32 own = _drafted();
        IProjectBook.Plan memory plan = _plan();
        plan.mentor = CARL;
        _interested(CARL);
        _as(CARL);
        book.submit(own, plan, "");
        uint32 project = _awarded();
        bytes32 claimHash = _reviewed(project, 0);
        _mustNotRelease(project, claimHash, CARL, IProjectBook.ProjectBook_Interested.selector);
        _mustNotRelease(project, claimHash, FRED, IProjectBook.ProjectBook_Interested.selector);
        _mustNotRelease(project, claimHash, MENTOR, IProjectBook.ProjectBook_SamePerson.selector);
    }

    function _mustNotRelease(uint32 project, bytes32 claimHash, uint32 member, bytes4 refusal) private {
        _govern();
        board.seat(member, TERM_END);
        _reverts(refusal, member);
        _as(member);
        awards.release(project, 0, claimHash, member, "");
    }

    /// @notice The mentor marries into the family, which the attestor tells: what he approved before binds nobody.
    function test_RevertWhen_AnInterestedMemberReviews() public {
        uint32 project = _awarded();
        bytes32 claimHash = _claimed(project, 0);
        _relate(project, MENTOR);
        _interested(MENTOR);
        _as(MENTOR);
        awards.review(project, 0, claimHash, true, "");
        uint32 other = _awarded();
        claimHash = _reviewed(other, 0);
        _relate(other, MENTOR);
        _interested(MENTOR);
        _as(ANA);
        awards.release(other, 0, claimHash, ANA, "");
    }

    /// @notice The second tranche is twice the first.
    function test_RevertWhen_ATrancheIsSkipped() public {
        uint32 project = _awarded();
        _coFinance(project, SOUGHT, "all of it");
        _reverts(IProjectAwards.ProjectBook_NotAccounted.selector, 0, 1);
        _claimed(project, 1);
    }

    /// @notice The same release, sent twice; and the same tranche, claimed again when it is accounted for.
    function test_RevertWhen_ATrancheIsOverpaid() public {
        uint32 project = _awarded();
        bytes32 claimHash = _reviewed(project, 0);
        _as(ANA);
        awards.release(project, 0, claimHash, ANA, "");
        _wrongTranche(project, 0, IProjectBook.TrancheState.Released, IProjectBook.TrancheState.Reviewed);
        _as(BEN);
        awards.release(project, 0, claimHash, BEN, "");
        _wrongTranche(project, 0, IProjectBook.TrancheState.Released, IProjectBook.TrancheState.Locked);
        _claimed(project, 0);
        _account(project, 0);
        _wrongTranche(project, 0, IProjectBook.TrancheState.Accounted, IProjectBook.TrancheState.Locked);
        _claimed(project, 0);
        _eq(currency.totalSupply(), 100_000, "currency");
    }

    /// @notice Nobody answers. Months later the claim has lapsed, and nothing was paid.
    function test_RevertWhen_ATrancheIsReleasedByTimeout() public {
        uint32 project = _awarded();
        bytes32 claimHash = _claimed(project, 0);
        vm.warp(block.timestamp + 90 days);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, block.timestamp, block.timestamp - 90 days + 30 days);
        _as(MENTOR);
        awards.review(project, 0, claimHash, true, "");
        awards.lapseClaim(project, 0);
        claimHash = _reviewed(project, 0);
        vm.warp(block.timestamp + 30 days);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, block.timestamp, block.timestamp);
        _as(ANA);
        awards.release(project, 0, claimHash, ANA, "");
        awards.lapseClaim(project, 0);
        _eq(currency.totalSupply(), 0, "currency");
        _eq(fund.balanceSheet().commitments, AMOUNT, "commitments");
    }

    /// @notice The award has expired with a reviewed claim in hand.
    function test_RevertWhen_AnExpiredProjectIsPaid() public {
        uint32 project = _awarded();
        vm.warp(EXPIRY - 1);
        bytes32 claimHash = _reviewed(project, 0);
        vm.warp(EXPIRY);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, EXPIRY, EXPIRY);
        _as(ANA);
        awards.release(project, 0, claimHash, ANA, "");
    }
}
