// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice A plan that binds from its submission on.
contract ProjectSubmissionsTest is ProjectActs {
    uint32 private project;

    function setUp() public override {
        super.setUp();
        project = _drafted();
    }

    /// @dev The refusal that is expected next is this call's.
    function submit(IProjectBook.Plan calldata plan_) external {
        _as(CARL);
        book.submit(project, plan_, "");
    }

    function test_RevertWhen_TheCallHasClosed() public {
        vm.warp(NOW + 60 days);
        _reverts(IProjectBook.ProjectBook_CallClosed.selector, NOW + 60 days, NOW + 60 days);
        this.submit(_plan());
    }

    function test_RevertWhen_NothingIsAskedFor() public {
        IProjectBook.Plan memory p = _plan();
        p.amount = 0;
        _reverts(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        this.submit(p);
    }

    function test_RevertWhen_ItHasExpiredAlready() public {
        IProjectBook.Plan memory p = _plan();
        p.expiresAt = uint64(NOW);
        _reverts(IProjectBook.ProjectBook_BadExpiry.selector, NOW, NOW);
        this.submit(p);
    }

    function test_RevertWhen_ThereAre13Tranches() public {
        IProjectBook.Plan memory p = _plan();
        p.tranches = new IProjectBook.Tranche[](13);
        _reverts(IProjectBook.ProjectBook_TooMany.selector, 13, 12);
        this.submit(p);
    }

    function test_RevertWhen_ThereAre17Lines() public {
        IProjectBook.Plan memory p = _plan();
        p.lines = new IProjectBook.Line[](17);
        _reverts(IProjectBook.ProjectBook_TooMany.selector, 17, 16);
        this.submit(p);
    }

    function test_RevertWhen_TheSignerIsTheMentor() public {
        IProjectBook.Plan memory p = _plan();
        p.signer = MENTOR;
        _reverts(IProjectBook.ProjectBook_SamePerson.selector, MENTOR);
        this.submit(p);
    }

    function test_RevertWhen_TheMentorIsRelated() public {
        IProjectBook.Plan memory p = _plan();
        p.mentor = UNION; // A partner.
        _interested(UNION);
        this.submit(p);
        p.mentor = CARL; // The applicant.
        _interested(CARL);
        this.submit(p);
    }

    function test_RevertWhen_TheMentorOrTheSignerIsNoMember() public {
        uint32 count = membership.memberCount();
        IProjectBook.Plan memory p = _plan();
        p.mentor = NOBODY;
        _reverts(IMembership.Membership_MemberUnknown.selector, NOBODY, count);
        this.submit(p);
        (p.mentor, p.signer) = (MENTOR, NOBODY);
        _reverts(IMembership.Membership_MemberUnknown.selector, NOBODY, count);
        this.submit(p);
    }

    function test_RevertWhen_ALoanHasNoSchedule() public {
        IProjectBook.Plan memory p = _plan();
        p.instrument = IProjectBook.Instrument.Loan;
        p.loan = IProjectBook.Loan(uint64(NOW + 100 days), 30 days, 0);
        _badLoan(p);
        p.loan = IProjectBook.Loan(uint64(NOW), 30 days, 3);
        _badLoan(p);
    }

    function test_RevertWhen_AGrantHasASchedule() public {
        IProjectBook.Plan memory p = _plan();
        p.loan = IProjectBook.Loan(uint64(NOW + 100 days), 30 days, 3);
        _badLoan(p);
    }

    function _badLoan(IProjectBook.Plan memory p) private {
        _reverts(IProjectBook.ProjectBook_BadLoan.selector);
        this.submit(p);
    }

    function test_RevertWhen_ATrancheIsOfNothing() public {
        IProjectBook.Plan memory p = _plan();
        (p.tranches[0].amount, p.tranches[1].amount) = (300_000, 0);
        _reverts(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        this.submit(p);
    }

    function test_RevertWhen_TheTranchesDoNotAddUp() public {
        IProjectBook.Plan memory p = _plan();
        p.tranches[1].amount += 1;
        _reverts(IProjectBook.ProjectBook_BadSum.selector, AMOUNT + 1, AMOUNT);
        this.submit(p);
        p.tranches = new IProjectBook.Tranche[](0);
        _reverts(IProjectBook.ProjectBook_BadSum.selector, 0, AMOUNT);
        this.submit(p);
    }

    function test_RevertWhen_TheLinesDoNotAddUp() public {
        IProjectBook.Plan memory p = _plan();
        p.lines[0].amount -= 1;
        _reverts(IProjectBook.ProjectBook_BadSum.selector, AMOUNT - 1, AMOUNT);
        this.submit(p);
    }

    function test_WhenAPlanIsSubmitted() public {
        vm.expectEmit(address(book));
        emit IProjectBook.ProjectSubmitted(project, _plan());
        vm.expectEmit(address(book));
        emit IProjectBook.RelationDeclared(project, FRED);
        this.submit(_plan());
        IProjectBook.Project memory p = book.project(project);
        _assertState(project, IProjectBook.State.Submitted);
        _eq(p.mentor, MENTOR, "mentor");
        _eq(p.signer, FRED, "signer");
        _eq(p.amount, AMOUNT, "amount");
        _eq(p.sought, SOUGHT, "sought");
        _eq(p.expiresAt, EXPIRY, "expiry");
        vm.assertEq(abi.encode(book.tranches(project)), abi.encode(_plan().tranches), "tranches");
        vm.assertEq(abi.encode(book.lines(project)), abi.encode(_plan().lines), "lines");
        vm.assertEq(book.isRelated(project, FRED), true, "related");
        vm.assertEq(book.isRelated(project, MENTOR), false, "the mentor is not");
    }

    function test_RevertWhen_ASubmittedDossierIsChanged() public {
        this.submit(_plan());
        _wrongState(project, IProjectBook.State.Submitted, IProjectBook.State.Draft);
        this.submit(_plan());
        _wrongState(project, IProjectBook.State.Submitted, IProjectBook.State.Draft);
        _as(CARL);
        book.addPartner(project, _partner(5), "");
        _wrongState(project, IProjectBook.State.Submitted, IProjectBook.State.Draft);
        _as(CARL);
        book.stateFact(project, IProjectBook.Criterion.Issue, 1, TEXT, "");
    }
}

/// @notice What a dossier must have: each criterion is taken away in turn.
contract ProjectEligibilityTest is ProjectActs {
    function _missing(uint32 project, uint16 criteria) private {
        _eq(book.missing(project), criteria, "missing");
        _reverts(IProjectBook.ProjectBook_Missing.selector, criteria);
        book.qualify(project);
    }

    /// @dev Everything is attested but this fact (9: none) and these partners (from the given one on).
    function _attestBut(uint32 project, uint8 criterion, uint8 partners) private {
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

    function test_RevertWhen_ADraftIsAttested() public {
        uint32 project = _drafted();
        _wrongState(project, IProjectBook.State.Draft, IProjectBook.State.Submitted);
        _as(ATTESTOR);
        book.attestFact(project, IProjectBook.Criterion.Issue, "");
        _wrongState(project, IProjectBook.State.Draft, IProjectBook.State.Submitted);
        _as(ATTESTOR);
        book.attestPartner(project, 0, "");
        _wrongState(project, IProjectBook.State.Draft, IProjectBook.State.Submitted);
        _as(MENTOR);
        book.acceptMentoring(project, "");
        _wrongState(project, IProjectBook.State.Draft, IProjectBook.State.Submitted);
        book.qualify(project);
    }

    function test_RevertWhen_TheAttestorIsRelated() public {
        uint32 project = _submitted();
        _relate(project, ATTESTOR);
        _interested(ATTESTOR);
        _as(ATTESTOR);
        book.attestFact(project, IProjectBook.Criterion.Issue, "");
        _interested(ATTESTOR);
        _as(ATTESTOR);
        book.attestPartner(project, 0, "");
    }

    function test_RevertWhen_TheMentorHasBecomeRelated() public {
        uint32 project = _submitted();
        _relate(project, MENTOR);
        _interested(MENTOR);
        _as(MENTOR);
        book.acceptMentoring(project, "");
    }

    function test_RevertWhen_AFactThatWasNotStatedIsAttested() public {
        _as(CARL);
        uint32 project = book.draft(theCall, CARL, TEXT, "");
        _as(CARL);
        book.submit(project, _plan(), "");
        _reverts(IProjectBook.ProjectBook_Missing.selector, 1 << uint8(IProjectBook.Criterion.Evaluation));
        _as(ATTESTOR);
        book.attestFact(project, IProjectBook.Criterion.Evaluation, "");
    }

    function test_RevertWhen_AnUnknownPartnerIsAttested() public {
        uint32 project = _submitted();
        _reverts(IProjectBook.ProjectBook_PartnerUnknown.selector, 5, 5);
        _as(ATTESTOR);
        book.attestPartner(project, 5, "");
    }

    function test_WhenFactsAndPartnersAreAttested() public {
        uint32 project = _submitted();
        vm.expectEmit(address(book));
        emit IProjectBook.FactAttested(project, IProjectBook.Criterion.Issue, ATTESTOR);
        _as(ATTESTOR);
        book.attestFact(project, IProjectBook.Criterion.Issue, "");
        _eq(book.fact(project, IProjectBook.Criterion.Issue).attestor, ATTESTOR, "attestor");
        vm.expectEmit(address(book));
        emit IProjectBook.PartnerAttested(project, 1, ATTESTOR);
        _as(ATTESTOR);
        book.attestPartner(project, 1, "");
        vm.assertEq(book.partners(project)[1].attested, true, "attested");
        vm.assertEq(book.partners(project)[0].attested, false, "another");
        vm.expectEmit(address(book));
        emit IProjectBook.MentoringAccepted(project, MENTOR);
        _as(MENTOR);
        book.acceptMentoring(project, "");
        vm.assertEq(book.project(project).isMentored, true, "mentored");
    }

    function test_RevertWhen_NothingIsAttested() public {
        _missing(_submitted(), EVERYTHING - (1 << 5)); // The plan itself tells the leverage.
    }

    function test_RevertWhen_OneFactIsNotAttested() public {
        for (uint8 c = 0; c < 9; ++c) {
            if (!_isStated(c)) continue;
            uint32 project = _submitted();
            _attestBut(project, c, 5);
            _missing(project, uint16(1 << c));
        }
    }

    function test_RevertWhen_NobodyMentors() public {
        uint32 project = _submitted();
        _attestAll(project);
        vm.assertEq(book.project(project).isMentored, true, "mentored");
        project = _submitted();
        for (uint8 i = 0; i < 5; ++i) {
            _as(ATTESTOR);
            book.attestPartner(project, i, "");
        }
        for (uint8 c = 0; c < 9; ++c) {
            if (!_isStated(c)) continue;
            _as(ATTESTOR);
            book.attestFact(project, IProjectBook.Criterion(c), "");
        }
        _missing(project, 1 << 6);
    }

    function test_RevertWhen_APartnerIsNotAttested() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.minPartners = 6;
        _open(terms);
        uint32 project = _submitted();
        _attestBut(project, 9, 5);
        _missing(project, 1 << 2);
    }

    /// @notice Four are enough here, and of enough kinds; the fifth is the town, and nobody has attested it.
    function test_RevertWhen_TheAuthorityIsNotAttested() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.minPartners = 4;
        _open(terms);
        uint32 project = _submitted();
        _attestBut(project, 9, 4);
        _missing(project, 1 << 2);
        _as(ATTESTOR);
        book.attestPartner(project, 4, "");
        book.qualify(project);
    }

    function test_RevertWhen_TheKindsAreTooFew() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.minKinds = 5; // They are of four.
        _open(terms);
        uint32 project = _submitted();
        _attestBut(project, 9, 5);
        _missing(project, 1 << 2);
    }

    function test_WhenTheKindsAreJustEnough() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.minKinds = 4;
        _open(terms);
        _assertState(_eligible(), IProjectBook.State.Eligible);
    }

    function test_RevertWhen_TheMerchantShareIsTooLow() public {
        uint32 project = _drafted();
        _stateShare(project, 4999);
        _missing(project, 1 << 4);
        project = _drafted();
        _stateShare(project, 5000);
        book.qualify(project);
    }

    function _stateShare(uint32 project, uint64 share) private {
        _as(CARL);
        book.stateFact(project, IProjectBook.Criterion.MerchantShare, share, EVIDENCE, "");
        _as(CARL);
        book.submit(project, _plan(), "");
        _attestAll(project);
    }

    /// @notice The call asks for twice as much outside money as the project asks of the fund.
    function test_RevertWhen_TheLeverageIsTooLow() public {
        uint32 project = _drafted();
        IProjectBook.Plan memory plan = _plan();
        plan.sought = 2 * AMOUNT - 1;
        _as(CARL);
        book.submit(project, plan, "");
        _attestAll(project);
        _missing(project, 1 << 5);
    }

    function test_WhenACallAsksForNothing() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.required = 0;
        _open(terms);
        uint32 project = _submitted();
        _eq(book.missing(project), 0, "missing");
        book.qualify(project);
        _assertState(project, IProjectBook.State.Eligible);
    }

    function test_WhenNothingIsMissing() public {
        uint32 project = _submitted();
        _attestAll(project);
        vm.expectEmit(address(book));
        emit IProjectBook.ProjectEligible(project);
        vm.prank(STRANGER); // Anyone may say so.
        book.qualify(project);
        _assertState(project, IProjectBook.State.Eligible);
        _wrongState(project, IProjectBook.State.Eligible, IProjectBook.State.Submitted);
        book.qualify(project);
    }
}
