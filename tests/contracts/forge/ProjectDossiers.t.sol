// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice What the governor asks of dossiers, before there is one.
contract ProjectCallsTest is ProjectActs {
    function test_WhenIssuesArePublished() public {
        vm.expectEmit(address(book));
        emit IProjectBook.IssuesPublished(21, EVIDENCE);
        _govern();
        book.publishIssues(21, EVIDENCE);
        _eq(book.issueCount(), 21, "issues");
    }

    function test_RevertWhen_ACallAsksForWhatDoesNotExist() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.required = 1 << 9;
        _reverts(IProjectBook.ProjectBook_BadCall.selector, 1 << 9, EVERYTHING);
        _govern();
        book.openCall(terms);
    }

    function test_RevertWhen_ACallIsClosedFromTheStart() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.closesAt = uint64(NOW);
        _reverts(IProjectBook.ProjectBook_CallClosed.selector, NOW, NOW);
        _govern();
        book.openCall(terms);
    }

    function test_RevertWhen_TheAttestorOfACallIsNoMember() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.attestor = NOBODY;
        _reverts(IMembership.Membership_MemberUnknown.selector, NOBODY, membership.memberCount());
        _govern();
        book.openCall(terms);
    }

    function test_WhenACallIsOpened() public {
        IProjectBook.Call memory terms = _callTerms();
        terms.closesAt = uint64(NOW + 1);
        vm.expectEmit(address(book));
        emit IProjectBook.CallOpened(2, terms);
        _govern();
        book.openCall(terms);
        _eq(book.callCount(), 2, "calls");
        vm.assertEq(abi.encode(book.call(2)), abi.encode(terms), "terms");
    }

    function test_RevertWhen_TheCallIsUnknown() public {
        _reverts(IProjectBook.ProjectBook_CallUnknown.selector, 2, 1);
        book.call(2);
        _reverts(IProjectBook.ProjectBook_CallUnknown.selector, 0, 1);
        book.call(0);
    }
}

/// @notice A dossier while its applicant writes it.
contract ProjectDraftsTest is ProjectActs {
    uint32 private draft;

    function setUp() public override {
        super.setUp();
        _as(CARL);
        draft = book.draft(theCall, CARL, TEXT, "");
    }

    function test_RevertWhen_TheCallIsNone() public {
        _reverts(IProjectBook.ProjectBook_CallUnknown.selector, 2, 1);
        _as(CARL);
        book.draft(2, CARL, TEXT, "");
    }

    function test_RevertWhen_TheCallHasClosed() public {
        vm.warp(NOW + 60 days);
        _reverts(IProjectBook.ProjectBook_CallClosed.selector, NOW + 60 days, NOW + 60 days);
        _as(CARL);
        book.draft(theCall, CARL, TEXT, "");
    }

    /// @notice Membership ends at the beginning of a day, and has begun on its first.
    function test_RevertWhen_TheApplicantIsNotAMemberToday() public {
        uint32[2][2] memory periods = [[TODAY - 10, TODAY], [TODAY + 1, TODAY + 10]];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(REGISTRAR);
            membership.setValidity(CARL, periods[i][0], periods[i][1]);
            _reverts(IMemberActs.MemberActs_NotValid.selector, CARL);
            _as(CARL);
            book.draft(theCall, CARL, TEXT, "");
        }
        vm.prank(REGISTRAR);
        membership.setValidity(CARL, TODAY, TODAY + 1);
        _as(CARL);
        book.draft(theCall, CARL, TEXT, "");
    }

    function test_WhenADraftIsBegun() public {
        vm.expectEmit(address(book));
        emit IProjectBook.ProjectDrafted(2, theCall, DAVE, EVIDENCE);
        vm.expectEmit(address(book));
        emit IProjectBook.RelationDeclared(2, DAVE);
        _as(DAVE);
        _eq(book.draft(theCall, DAVE, EVIDENCE, ""), 2, "project");
        IProjectBook.Project memory p = book.project(2);
        _eq(p.applicant, DAVE, "applicant");
        _eq(p.call, theCall, "call");
        vm.assertEq(p.text, EVIDENCE, "text");
        _assertState(2, IProjectBook.State.Draft);
        vm.assertEq(book.isRelated(2, DAVE), true, "related");
        vm.assertEq(book.isRelated(2, CARL), false, "another is not");
    }

    function test_RevertWhen_TheProjectIsUnknown() public {
        _reverts(IProjectBook.ProjectBook_ProjectUnknown.selector, 2, 1);
        book.project(2);
        _reverts(IProjectBook.ProjectBook_ProjectUnknown.selector, 0, 1);
        book.project(0);
    }

    // ---- partners

    function _add(IProjectBook.Partner memory partner) private {
        _as(CARL);
        book.addPartner(draft, partner, "");
    }

    function test_RevertWhen_AnOrganisationComesTwice() public {
        _add(_partner(1));
        IProjectBook.Partner memory again = _partner(2);
        again.organisation = _partner(1).organisation;
        _reverts(IProjectBook.ProjectBook_SamePartner.selector, 0);
        _add(again);
    }

    function test_RevertWhen_AControllerComesTwice() public {
        _add(_partner(1));
        _add(_partner(2));
        IProjectBook.Partner memory again = _partner(3);
        again.controller = _partner(2).controller;
        _reverts(IProjectBook.ProjectBook_SamePartner.selector, 1);
        _add(again);
    }

    function test_RevertWhen_AMemberComesTwice() public {
        _add(_partner(0));
        IProjectBook.Partner memory again = _partner(1);
        again.member = UNION;
        _reverts(IProjectBook.ProjectBook_SamePartner.selector, 0);
        _add(again);
    }

    function test_RevertWhen_ThereAre33Partners() public {
        for (uint8 i = 1; i <= 32; ++i) {
            _add(_partner(i));
        }
        _reverts(IProjectBook.ProjectBook_TooMany.selector, 33, 32);
        _add(_partner(33));
    }

    /// @notice Nobody attests its own partners by adding them so.
    function test_WhenAPartnerIsAdded() public {
        IProjectBook.Partner memory partner = _partner(0);
        vm.expectEmit(address(book));
        emit IProjectBook.PartnerAdded(draft, 0, partner);
        partner.attested = true;
        _add(partner);
        vm.assertEq(book.partners(draft)[0].attested, false, "attested");
        vm.assertEq(book.isRelated(draft, UNION), true, "related");
        vm.assertEq(book.isRelated(draft, 0), false, "nobody is related");
    }

    // ---- facts

    function _state(IProjectBook.Criterion criterion, uint64 value) private {
        _as(CARL);
        book.stateFact(draft, criterion, value, EVIDENCE, "");
    }

    function test_RevertWhen_ADerivedFactIsStated() public {
        for (uint8 c = 0; c < 9; ++c) {
            if (_isStated(c)) continue;
            _reverts(IProjectBook.ProjectBook_DerivedFact.selector, c);
            _state(IProjectBook.Criterion(c), 1);
        }
    }

    function test_RevertWhen_AFactIsOutOfRange() public {
        _mustBeOut(IProjectBook.Criterion.Issue, 21, 20);
        _mustBeOut(IProjectBook.Criterion.MerchantShare, 10_001, 10_000);
        _mustBeOut(IProjectBook.Criterion.Beneficiary, 4, 3);
        _mustBeOut(IProjectBook.Criterion.Issue, 0, 20);
        _mustBeOut(IProjectBook.Criterion.Evaluation, 0, type(uint64).max);
    }

    function _mustBeOut(IProjectBook.Criterion criterion, uint64 value, uint64 limit) private {
        _reverts(IProjectBook.ProjectBook_FactOutOfRange.selector, uint256(criterion), value, limit);
        _state(criterion, value);
    }

    function test_WhenAFactIsAtItsLimit() public {
        _state(IProjectBook.Criterion.MerchantShare, 10_000);
        _state(IProjectBook.Criterion.Beneficiary, 3);
        _state(IProjectBook.Criterion.ShortCircuit, type(uint64).max);
        vm.expectEmit(address(book));
        emit IProjectBook.FactStated(draft, IProjectBook.Criterion.Issue, 20, EVIDENCE);
        _state(IProjectBook.Criterion.Issue, 20);
        IProjectBook.Fact memory f = book.fact(draft, IProjectBook.Criterion.Issue);
        _eq(f.value, 20, "value");
        _eq(f.attestor, 0, "attestor");
        vm.assertEq(f.evidence, EVIDENCE, "evidence");
    }

    function test_WhenAFactIsStatedAgain() public {
        _state(IProjectBook.Criterion.Issue, 1);
        _state(IProjectBook.Criterion.Issue, 2);
        _eq(book.fact(draft, IProjectBook.Criterion.Issue).value, 2, "value");
    }

    // ---- relations

    function test_RevertWhen_AStrangerDeclaresARelation() public {
        _reverts(IProjectBook.ProjectBook_NotAttestor.selector, BEN, ATTESTOR);
        _as(BEN);
        book.declareRelation(draft, ANA, BEN, "");
    }

    function test_RevertWhen_TheRelatedIsNoMember() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, NOBODY, membership.memberCount());
        _relate(draft, NOBODY);
    }

    function test_WhenAMemberDeclaresItsOwn() public {
        vm.expectEmit(address(book));
        emit IProjectBook.RelationDeclared(draft, ANA);
        _as(ANA);
        book.declareRelation(draft, ANA, ANA, "");
        vm.assertEq(book.isRelated(draft, ANA), true, "related");
    }

    function test_WhenTheAttestorDeclaresAnothers() public {
        _relate(draft, ANA);
        vm.assertEq(book.isRelated(draft, ANA), true, "related");
        vm.assertEq(book.isRelated(draft, ATTESTOR), false, "who declared is not");
    }
}
