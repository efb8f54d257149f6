// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {AccessMatrix} from "./AccessMatrix.sol";

/// @notice The matrix of {AccessTest} for what projects, their currency and redemptions brought. The founder, who has
/// handed over, is the first of the callers: nothing of this is his.
contract AccessProjectsTest is AccessMatrix {
    // ---- the governor

    function test_RevertWhen_OthersPublishOutflowRules() public {
        _onlyGovernor(address(rulebook), abi.encodeCall(rulebook.publishOutflowRules, (_outflowRules())));
    }

    function test_RevertWhen_OthersPublishIssues() public {
        _onlyGovernor(address(book), abi.encodeCall(book.publishIssues, (1, TEXT)));
    }

    function test_RevertWhen_OthersOpenACall() public {
        _onlyGovernor(address(book), abi.encodeCall(book.openCall, (_callTerms())));
    }

    function test_RevertWhen_OthersAward() public {
        uint32 other = _balloted();
        _onlyGovernor(address(book), abi.encodeCall(awards.award, (other, AMOUNT)));
    }

    function test_RevertWhen_OthersSuspend() public {
        _onlyGovernor(address(book), abi.encodeCall(awards.suspend, (project)));
    }

    function test_RevertWhen_OthersResume() public {
        _govern();
        awards.suspend(project);
        _onlyGovernor(address(book), abi.encodeCall(awards.resume, (project)));
    }

    function test_RevertWhen_OthersTerminate() public {
        _onlyGovernor(address(book), abi.encodeCall(awards.terminate, (project)));
    }

    function test_RevertWhen_OthersWriteALoanOff() public {
        _onlyGovernor(address(book), abi.encodeCall(awards.writeOffLoan, (project, 1)));
    }

    function test_RevertWhen_OthersWriteADebtOff() public {
        _onlyGovernor(address(fund), abi.encodeCall(outflows.writeOffDebt, (carpenter, 1)));
    }

    function test_RevertWhen_OthersAllowOperatingPayments() public {
        _onlyGovernor(address(fund), abi.encodeCall(outflows.allowOperating, (1, TEXT)));
    }

    // ---- officers

    function test_RevertWhen_OthersSetAMerchantsKind() public {
        _onlyRegistrar(address(membership), abi.encodeCall(membership.setMerchantKind, (baker, 3)));
    }

    function test_RevertWhen_OthersAttestWhatIsDue() public {
        bytes memory data = abi.encodeCall(outflows.attestDue, (1, uint64(block.timestamp), TEXT));
        _onlyRole(IMembership.Role.Actuary, ACTUARY, address(fund), data);
    }

    function test_RevertWhen_OthersMakeOperatingPayments() public {
        _govern();
        outflows.allowOperating(1, TEXT);
        _onlyTreasurer(address(fund), abi.encodeCall(outflows.payOperating, (1, "bank")));
    }

    function test_RevertWhen_OthersReceiveCoFinancing() public {
        IProjectAwards.CoFinancing memory money = IProjectAwards.CoFinancing(1, 0, TODAY, TEXT, "source", EVIDENCE);
        _onlyTreasurer(address(book), abi.encodeCall(awards.receiveCoFinancing, (project, money)));
    }

    function test_RevertWhen_OthersRepayALoan() public {
        _onlyTreasurer(address(book), abi.encodeCall(awards.repayLoan, (project, 1, "bank")));
    }

    function test_RevertWhen_OthersPayCash() public {
        _byMerchant(carpenter);
        uint32 request = currency.requestCash(carpenter, 1, "");
        vm.warp(block.timestamp + 30 days);
        _onlyTreasurer(address(currency), abi.encodeCall(currency.payCash, (request, "bank")));
    }

    function _requested() private returns (uint32) {
        _as(DAVE);
        return desk.request(DAVE, 1, TEXT, "");
    }

    function test_RevertWhen_OthersRequestForHeirs() public {
        _onlyRegistrar(address(desk), abi.encodeCall(desk.requestForHeirs, (DAVE, 1, TEXT)));
    }

    function test_RevertWhen_OthersAttestARedemption() public {
        uint32 redemption = _requested();
        _onlyRegistrar(address(desk), abi.encodeCall(desk.attest, (redemption, EVIDENCE)));
    }

    function _attested() private returns (uint32 redemption) {
        redemption = _requested();
        vm.prank(REGISTRAR);
        desk.attest(redemption, EVIDENCE);
    }

    function test_RevertWhen_OthersApproveARedemption() public {
        bytes memory approval = abi.encodeCall(desk.approve, (_attested(), 1, TEXT));
        _onlyRole(IMembership.Role.Approver, APPROVER, address(desk), approval);
    }

    function test_RevertWhen_OthersPayARedemption() public {
        uint32 redemption = _attested();
        vm.prank(APPROVER);
        desk.approve(redemption, 1, TEXT);
        _onlyTreasurer(address(desk), abi.encodeCall(desk.pay, (redemption, 1, TEXT, "bank")));
    }

    // ---- the contracts among themselves

    function test_RevertWhen_OthersCommit() public {
        _onlyNeighbour(address(book), abi.encodeCall(outflows.commit, (project, 1)));
    }

    function test_RevertWhen_OthersUncommit() public {
        _onlyNeighbour(address(book), abi.encodeCall(outflows.uncommit, (project, 1)));
    }

    function test_RevertWhen_OthersReleaseAtTheFund() public {
        _onlyNeighbour(address(book), abi.encodeCall(outflows.release, (project, 1, true)));
    }

    function test_RevertWhen_OthersReclaim() public {
        _onlyNeighbour(address(book), abi.encodeCall(outflows.reclaim, (project, 1, true)));
    }

    function test_RevertWhen_OthersReceiveARepayment() public {
        _onlyNeighbour(address(book), abi.encodeCall(outflows.receiveRepayment, (1, "bank")));
    }

    function test_RevertWhen_OthersBookALoss() public {
        _onlyNeighbour(address(book), abi.encodeCall(outflows.writeOffLoan, (1)));
    }

    function test_RevertWhen_OthersRecordASale() public {
        _onlyNeighbour(address(currency), abi.encodeCall(outflows.recordSale, (carpenter, 1)));
    }

    function test_RevertWhen_OthersUndoASale() public {
        _onlyNeighbour(address(currency), abi.encodeCall(outflows.undoSale, (carpenter, 1)));
    }

    function test_RevertWhen_OthersNetAtTheFund() public {
        _onlyNeighbour(address(currency), abi.encodeCall(outflows.net, (carpenter, 1)));
    }

    function test_RevertWhen_OthersPayCurrencyAtTheFund() public {
        _onlyNeighbour(address(currency), abi.encodeCall(outflows.payCurrency, (1, "bank")));
    }

    function test_RevertWhen_OthersBackARedemption() public {
        _onlyNeighbour(address(desk), abi.encodeCall(outflows.backRedemption, (1)));
    }

    function test_RevertWhen_OthersFreeARedemption() public {
        vm.prank(address(desk));
        outflows.backRedemption(1);
        _onlyNeighbour(address(desk), abi.encodeCall(outflows.releaseRedemption, (1)));
    }

    function test_RevertWhen_OthersPayARedemptionAtTheFund() public {
        vm.prank(address(desk));
        outflows.backRedemption(1);
        _onlyNeighbour(address(desk), abi.encodeCall(outflows.payRedemption, (DAVE, 1, "bank")));
    }

    function _onlyBook(bytes memory data) private {
        _onlyOne(IProjectCurrency.ProjectCurrency_NotBook.selector, address(book), address(currency), data);
    }

    function test_RevertWhen_OthersIssueCurrency() public {
        _onlyBook(abi.encodeCall(currency.issue, (project, 1)));
    }

    function test_RevertWhen_OthersRecallCurrency() public {
        _onlyBook(abi.encodeCall(currency.recall, (project)));
    }

    // ---- members

    function test_RevertWhen_OthersDraftUnsigned() public {
        _onlyMember(CARL, address(book), abi.encodeCall(book.draft, (theCall, CARL, TEXT, "")));
    }

    function test_RevertWhen_OthersAddAPartnerUnsigned() public {
        uint32 other = _drafted();
        _onlyMember(CARL, address(book), abi.encodeCall(book.addPartner, (other, _partner(6), "")));
    }

    function test_RevertWhen_OthersStateAFactUnsigned() public {
        uint32 other = _drafted();
        IProjectBook.Criterion issue = IProjectBook.Criterion.Issue;
        _onlyMember(CARL, address(book), abi.encodeCall(book.stateFact, (other, issue, 1, TEXT, "")));
    }

    function test_RevertWhen_OthersSubmitUnsigned() public {
        uint32 other = _drafted();
        _onlyMember(CARL, address(book), abi.encodeCall(book.submit, (other, _plan(), "")));
    }

    function test_RevertWhen_OthersDeclareARelationUnsigned() public {
        _onlyMember(DAVE, address(book), abi.encodeCall(book.declareRelation, (project, DAVE, DAVE, "")));
        _onlyMember(ATTESTOR, address(book), abi.encodeCall(book.declareRelation, (project, BEN, ATTESTOR, "")));
    }

    function test_RevertWhen_OthersAcceptTheMentoringUnsigned() public {
        uint32 other = _submitted();
        _onlyMember(MENTOR, address(book), abi.encodeCall(book.acceptMentoring, (other, "")));
    }

    function test_RevertWhen_OthersAttestAFactUnsigned() public {
        uint32 other = _submitted();
        IProjectBook.Criterion issue = IProjectBook.Criterion.Issue;
        _onlyMember(ATTESTOR, address(book), abi.encodeCall(book.attestFact, (other, issue, "")));
    }

    function test_RevertWhen_OthersAttestAPartnerUnsigned() public {
        uint32 other = _submitted();
        _onlyMember(ATTESTOR, address(book), abi.encodeCall(book.attestPartner, (other, 0, "")));
    }

    function test_RevertWhen_OthersClaimUnsigned() public {
        uint32 other = _awarded();
        _onlyMember(CARL, address(book), abi.encodeCall(awards.claim, (other, 0, EVIDENCE, "")));
    }

    function test_RevertWhen_OthersReviewUnsigned() public {
        uint32 other = _awarded();
        bytes32 claimHash = _claimed(other, 0);
        _onlyMember(MENTOR, address(book), abi.encodeCall(awards.review, (other, 0, claimHash, true, "")));
    }

    function test_RevertWhen_OthersReleaseUnsigned() public {
        uint32 other = _awarded();
        bytes32 claimHash = _reviewed(other, 0);
        _onlyMember(ANA, address(book), abi.encodeCall(awards.release, (other, 0, claimHash, ANA, "")));
    }

    function test_RevertWhen_OthersPledgeUnsigned() public {
        _onlyMember(CARL, address(book), abi.encodeCall(awards.pledgeCoFinancing, (project, 1, TEXT, TEXT, "")));
    }

    function test_RevertWhen_OthersFileAnAccountUnsigned() public {
        _onlyMember(CARL, address(book), abi.encodeCall(awards.fileAccount, (project, 0, TEXT, "")));
    }

    function test_RevertWhen_OthersAcceptAnAccountUnsigned() public {
        _as(CARL);
        awards.fileAccount(project, 0, TEXT, "");
        _onlyMember(MENTOR, address(book), abi.encodeCall(awards.acceptAccount, (project, 0, TEXT, "")));
    }

    function test_RevertWhen_OthersEvaluateUnsigned() public {
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _release(project, 1);
        _account(project, 1);
        _onlyMember(ATTESTOR, address(book), abi.encodeCall(awards.evaluate, (project, TEXT, "")));
    }

    function test_RevertWhen_OthersSpendUnsigned() public {
        IProjectCurrency.Spending memory s = _spending(project, 0, carpenter, 1, "a nail");
        _onlyMember(FRED, address(currency), abi.encodeCall(currency.spend, (s, "")));
    }

    function test_RevertWhen_OthersReturnASpendingUnsigned() public {
        _onlyMember(carpenter, address(currency), abi.encodeCall(currency.returnSpending, (keccak256("planks"), 1, "")));
    }

    function test_RevertWhen_OthersPayAMerchantUnsigned() public {
        _onlyMember(carpenter, address(currency), abi.encodeCall(currency.pay, (carpenter, baker, 1, TEXT, "")));
    }

    function test_RevertWhen_OthersNetUnsigned() public {
        _onlyMember(carpenter, address(currency), abi.encodeCall(currency.net, (carpenter, 1, "")));
    }

    function test_RevertWhen_OthersRequestCashUnsigned() public {
        _onlyMember(carpenter, address(currency), abi.encodeCall(currency.requestCash, (carpenter, 1, "")));
    }

    function test_RevertWhen_OthersDropACashRequestUnsigned() public {
        _byMerchant(carpenter);
        currency.requestCash(carpenter, 1, "");
        _onlyMember(carpenter, address(currency), abi.encodeCall(currency.dropCashRequest, (1, "")));
    }

    function test_RevertWhen_OthersRequestARedemptionUnsigned() public {
        _onlyMember(DAVE, address(desk), abi.encodeCall(desk.request, (DAVE, 1, TEXT, "")));
    }

    /// @notice The member may, and the registrar.
    function test_RevertWhen_OthersDropARedemptionUnsigned() public {
        bytes memory data = abi.encodeCall(desk.drop, (_requested(), ""));
        bytes memory error_ = abi.encodeWithSelector(IMemberActs.MemberActs_BadSignature.selector, DAVE);
        _only(vm.addr(_keyOf(DAVE)), REGISTRAR, address(desk), data, error_);
    }
}
