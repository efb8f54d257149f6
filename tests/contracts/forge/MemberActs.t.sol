// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice What a member signs and anyone relays: each act, under a digest that is written out in {ProjectActs}.
contract MemberActsTest is ProjectActs {
    /// @dev What is signed, and by whom.
    struct Act {
        address target;
        uint32 member;
        uint32 subject;
        string action;
        bytes content;
    }

    /// @dev As the function takes it, with a signature.
    function _signature(Act memory a) private view returns (bytes memory) {
        uint256 nonce = IMemberActs(a.target).nonce(a.member);
        bytes32 digest = _actDigest(a.target, a.action, a.member, a.subject, a.content, nonce);
        bytes32 told = IMemberActs(a.target).actDigest(a.action, a.member, a.subject, keccak256(a.content));
        vm.assertEq(told, digest, "digest");
        return _sign(digest, _secretOf(a.member));
    }

    /// @dev Unsigned it is refused to a stranger; signed, a stranger relays it, once.
    function _mustRelay(Act memory a, bytes memory unsigned, bytes memory signed) private {
        uint256 nonce = IMemberActs(a.target).nonce(a.member);
        vm.prank(STRANGER);
        (bool passed, bytes memory answer) = a.target.call(unsigned);
        vm.assertEq(passed, false, "an unsigned act of a stranger");
        vm.assertEq(answer, abi.encodeWithSelector(IMemberActs.MemberActs_BadSignature.selector, a.member), "error");
        vm.prank(STRANGER);
        (passed,) = a.target.call(signed);
        vm.assertEq(passed, true, "a signed act");
        _eq(IMemberActs(a.target).nonce(a.member), nonce + 1, "nonce");
        vm.prank(STRANGER);
        (passed,) = a.target.call(signed);
        vm.assertEq(passed, false, "the same act again");
    }

    function _ofBook(string memory action, uint32 member, uint32 subject, bytes memory content)
        private
        view
        returns (Act memory)
    {
        return Act(address(book), member, subject, action, content);
    }

    function _ofCurrency(string memory action, uint32 member, uint32 subject, bytes memory content)
        private
        view
        returns (Act memory)
    {
        return Act(address(currency), member, subject, action, content);
    }

    // ---- dossiers

    function test_WhenADossierIsWritten() public {
        Act memory a = _ofBook("draft", CARL, theCall, abi.encode(TEXT));
        _mustRelay(
            a,
            abi.encodeCall(book.draft, (theCall, CARL, TEXT, "")),
            abi.encodeCall(book.draft, (theCall, CARL, TEXT, _signature(a)))
        );
        uint32 project = book.projectCount();
        a = _ofBook("addPartner", CARL, project, abi.encode(_partner(1)));
        _mustRelay(
            a,
            abi.encodeCall(book.addPartner, (project, _partner(1), "")),
            abi.encodeCall(book.addPartner, (project, _partner(1), _signature(a)))
        );
        IProjectBook.Criterion issue = IProjectBook.Criterion.Issue;
        a = _ofBook("stateFact", CARL, project, abi.encode(issue, uint64(3), EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(book.stateFact, (project, issue, 3, EVIDENCE, "")),
            abi.encodeCall(book.stateFact, (project, issue, 3, EVIDENCE, _signature(a)))
        );
        a = _ofBook("declareRelation", BEN, project, abi.encode(BEN));
        _mustRelay(
            a,
            abi.encodeCall(book.declareRelation, (project, BEN, BEN, "")),
            abi.encodeCall(book.declareRelation, (project, BEN, BEN, _signature(a)))
        );
        a = _ofBook("submit", CARL, project, abi.encode(_plan()));
        _mustRelay(
            a,
            abi.encodeCall(book.submit, (project, _plan(), "")),
            abi.encodeCall(book.submit, (project, _plan(), _signature(a)))
        );
    }

    function test_WhenADossierIsJudged() public {
        uint32 project = _submitted();
        Act memory a = _ofBook("acceptMentoring", MENTOR, project, "");
        _mustRelay(
            a,
            abi.encodeCall(book.acceptMentoring, (project, "")),
            abi.encodeCall(book.acceptMentoring, (project, _signature(a)))
        );
        IProjectBook.Criterion issue = IProjectBook.Criterion.Issue;
        a = _ofBook("attestFact", ATTESTOR, project, abi.encode(issue, uint64(1), EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(book.attestFact, (project, issue, "")),
            abi.encodeCall(book.attestFact, (project, issue, _signature(a)))
        );
        a = _ofBook("attestPartner", ATTESTOR, project, abi.encode(uint8(0), _partner(0)));
        _mustRelay(
            a,
            abi.encodeCall(book.attestPartner, (project, 0, "")),
            abi.encodeCall(book.attestPartner, (project, 0, _signature(a)))
        );
    }

    // ---- tranches

    function test_WhenATrancheIsClaimedReviewedAndReleased() public {
        uint32 project = _awarded();
        Act memory a = _ofBook("claim", CARL, project, abi.encode(uint8(0), EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(awards.claim, (project, 0, EVIDENCE, "")),
            abi.encodeCall(awards.claim, (project, 0, EVIDENCE, _signature(a)))
        );
        bytes32 claimHash = book.progress(project, 0).claim;
        a = _ofBook("review", MENTOR, project, abi.encode(claimHash, true));
        _mustRelay(
            a,
            abi.encodeCall(awards.review, (project, 0, claimHash, true, "")),
            abi.encodeCall(awards.review, (project, 0, claimHash, true, _signature(a)))
        );
        a = _ofBook("release", ANA, project, abi.encode(claimHash));
        _mustRelay(
            a,
            abi.encodeCall(awards.release, (project, 0, claimHash, ANA, "")),
            abi.encodeCall(awards.release, (project, 0, claimHash, ANA, _signature(a)))
        );
    }

    function test_WhenATrancheIsAccounted() public {
        uint32 project = _active();
        Act memory a = _ofBook("fileAccount", CARL, project, abi.encode(uint8(0), EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(awards.fileAccount, (project, 0, EVIDENCE, "")),
            abi.encodeCall(awards.fileAccount, (project, 0, EVIDENCE, _signature(a)))
        );
        a = _ofBook("acceptAccount", MENTOR, project, abi.encode(uint8(0), EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(awards.acceptAccount, (project, 0, EVIDENCE, "")),
            abi.encodeCall(awards.acceptAccount, (project, 0, EVIDENCE, _signature(a)))
        );
        a = _ofBook("pledgeCoFinancing", CARL, project, abi.encode(uint64(5), TEXT, EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(awards.pledgeCoFinancing, (project, 5, TEXT, EVIDENCE, "")),
            abi.encodeCall(awards.pledgeCoFinancing, (project, 5, TEXT, EVIDENCE, _signature(a)))
        );
        _coFinance(project, 200_000, "a bank");
        _release(project, 1);
        _account(project, 1);
        a = _ofBook("evaluate", ATTESTOR, project, abi.encode(EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(awards.evaluate, (project, EVIDENCE, "")),
            abi.encodeCall(awards.evaluate, (project, EVIDENCE, _signature(a)))
        );
    }

    // ---- currency and credits

    function test_WhenCurrencyMoves() public {
        uint32 project = _active();
        IProjectCurrency.Spending memory s = _spending(project, 0, carpenter, 40_000, "planks");
        Act memory a = _ofCurrency("spend", FRED, project, abi.encode(s));
        _mustRelay(a, abi.encodeCall(currency.spend, (s, "")), abi.encodeCall(currency.spend, (s, _signature(a))));
        a = _ofCurrency("returnSpending", carpenter, project, abi.encode(s.invoice, uint64(10)));
        _mustRelay(
            a,
            abi.encodeCall(currency.returnSpending, (s.invoice, 10, "")),
            abi.encodeCall(currency.returnSpending, (s.invoice, 10, _signature(a)))
        );
        a = _ofCurrency("pay", carpenter, carpenter, abi.encode(baker, uint64(10), EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(currency.pay, (carpenter, baker, 10, EVIDENCE, "")),
            abi.encodeCall(currency.pay, (carpenter, baker, 10, EVIDENCE, _signature(a)))
        );
        a = _ofCurrency("net", carpenter, carpenter, abi.encode(uint64(10)));
        _mustRelay(
            a,
            abi.encodeCall(currency.net, (carpenter, 10, "")),
            abi.encodeCall(currency.net, (carpenter, 10, _signature(a)))
        );
        a = _ofCurrency("requestCash", carpenter, carpenter, abi.encode(uint64(10)));
        _mustRelay(
            a,
            abi.encodeCall(currency.requestCash, (carpenter, 10, "")),
            abi.encodeCall(currency.requestCash, (carpenter, 10, _signature(a)))
        );
        a = _ofCurrency("dropCashRequest", carpenter, carpenter, abi.encode(uint32(1)));
        _mustRelay(
            a,
            abi.encodeCall(currency.dropCashRequest, (1, "")),
            abi.encodeCall(currency.dropCashRequest, (1, _signature(a)))
        );
    }

    function test_WhenCreditsAreRedeemed() public {
        _buy(DAVE, 10_000_000);
        Act memory a = Act(address(desk), DAVE, 0, "request", abi.encode(uint64(100), EVIDENCE));
        _mustRelay(
            a,
            abi.encodeCall(desk.request, (DAVE, 100, EVIDENCE, "")),
            abi.encodeCall(desk.request, (DAVE, 100, EVIDENCE, _signature(a)))
        );
        a = Act(address(desk), DAVE, 0, "drop", abi.encode(uint32(1)));
        _mustRelay(a, abi.encodeCall(desk.drop, (1, "")), abi.encodeCall(desk.drop, (1, _signature(a))));
    }

    // ---- what a signature is not

    /// @dev A spending of 100 at the carpenter's under this signature.
    function _mustNotSpend(IProjectCurrency.Spending memory s, bytes memory signature) private {
        _reverts(IMemberActs.MemberActs_BadSignature.selector, FRED);
        currency.spend(s, signature);
    }

    function test_RevertWhen_AnotherSigns() public {
        uint32 project = _active();
        IProjectCurrency.Spending memory s = _spending(project, 0, carpenter, 100, "planks");
        bytes32 digest = _actDigest(address(currency), "spend", FRED, project, abi.encode(s), 0);
        _mustNotSpend(s, _sign(digest, _keyOf(CARL)));
        _mustNotSpend(s, new bytes(65));
        _mustNotSpend(s, "no signature");
        currency.spend(s, _sign(digest, _keyOf(FRED)));
    }

    /// @notice Fred signed for 1.00 of planks at the carpenter's, and each part of that counts.
    function test_RevertWhen_AnotherActWasSigned() public {
        uint32 project = _active();
        IProjectCurrency.Spending memory s = _spending(project, 0, carpenter, 100, "planks");
        bytes memory content = abi.encode(s);
        address to = address(currency);
        _mustNotSpend(s, _sign(_actDigest(to, "pay", FRED, project, content, 0), _keyOf(FRED)));
        _mustNotSpend(s, _sign(_actDigest(to, "spend", CARL, project, content, 0), _keyOf(FRED)));
        _mustNotSpend(s, _sign(_actDigest(to, "spend", FRED, project + 1, content, 0), _keyOf(FRED)));
        _mustNotSpend(s, _sign(_actDigest(to, "spend", FRED, project, content, 1), _keyOf(FRED)));
        _mustNotSpend(s, _sign(_actDigest(address(book), "spend", FRED, project, content, 0), _keyOf(FRED)));
        bytes memory signature = _sign(_actDigest(to, "spend", FRED, project, content, 0), _keyOf(FRED));
        s.amount = 101;
        _mustNotSpend(s, signature);
        (s.amount, s.merchant) = (100, baker);
        _mustNotSpend(s, signature);
    }

    function test_RevertWhen_ItWasSignedForAnotherChain() public {
        uint32 project = _active();
        IProjectCurrency.Spending memory s = _spending(project, 0, carpenter, 100, "planks");
        bytes memory signature = _signedAct(address(currency), "spend", FRED, project, abi.encode(s));
        vm.chainId(block.chainid + 1);
        _mustNotSpend(s, signature);
    }

    /// @notice A plastic card signs nothing, and no key is the address zero.
    function test_RevertWhen_TheMemberHasNoKey() public {
        _as(CARL);
        book.draft(theCall, CARL, TEXT, "");
        uint32 card = _enter(IMembership.Category.User, "");
        _reverts(IMemberActs.MemberActs_BadSignature.selector, card);
        vm.prank(address(0));
        book.draft(theCall, card, TEXT, "");
        _reverts(IMemberActs.MemberActs_BadSignature.selector, card);
        book.draft(theCall, card, TEXT, new bytes(65));
    }
}
