// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Circulated} from "./MoneyCirculated.sol";

/// @notice The campaign meets what it is there to meet: each act is done, and each refusal is met.
contract MoneyActorsTest is Circulated {
    error NeverDone(bytes4 function_);
    error NeverMet(bytes4 error_);
    error NeverBorne();

    function test_WhenTheActorsHaveActed() public view {
        _mustBeDone(_book());
        _mustBeDone(_awards());
        _mustBeDone(_others());
        _mustBeMet(_bookRefusals());
        _mustBeMet(_awardRefusals());
        _mustBeMet(_currencyRefusals());
        _mustBeMet(_fundRefusals());
        _mustBear();
        _laws.checkAll();
    }

    /// @dev Refunds came of what was spent already.
    function _mustBear() private view {
        uint256 borne = 0;
        for (uint256 c = 0; c < COMMUNITIES; ++c) {
            borne += _communities[c].flows().borne;
        }
        if (borne == 0) revert NeverBorne();
    }

    function _mustBeDone(bytes4[16] memory functions) private view {
        for (uint256 i = 0; i < 16; ++i) {
            if (_done(functions[i]) == 0) revert NeverDone(functions[i]);
        }
    }

    function _mustBeMet(bytes4[22] memory errors) private view {
        for (uint256 i = 0; i < 22 && errors[i] != 0; ++i) {
            if (_refused(errors[i]) == 0) revert NeverMet(errors[i]);
        }
    }

    function _done(bytes4 function_) internal view returns (uint256 times) {
        for (uint256 c = 0; c < COMMUNITIES; ++c) {
            times += _communities[c].done(function_);
        }
    }

    function _refused(bytes4 error_) internal view returns (uint256 times) {
        for (uint256 c = 0; c < COMMUNITIES; ++c) {
            times += _communities[c].refused(error_);
        }
    }

    function _book() internal pure returns (bytes4[16] memory functions) {
        functions[0] = IProjectBook.openCall.selector;
        functions[1] = IProjectBook.draft.selector;
        functions[2] = IProjectBook.addPartner.selector;
        functions[3] = IProjectBook.stateFact.selector;
        functions[4] = IProjectBook.declareRelation.selector;
        functions[5] = IProjectBook.submit.selector;
        functions[6] = IProjectBook.acceptMentoring.selector;
        functions[7] = IProjectBook.attestFact.selector;
        functions[8] = IProjectBook.attestPartner.selector;
        functions[9] = IProjectBook.qualify.selector;
        functions[10] = IProjectAwards.putToVote.selector;
        functions[11] = IProjectAwards.loseVote.selector;
        functions[12] = IProjectAwards.award.selector;
        functions[13] = IProjectAwards.pledgeCoFinancing.selector;
        functions[14] = IProjectAwards.receiveCoFinancing.selector;
        functions[15] = IAssembly.execute.selector;
    }

    function _awards() internal pure returns (bytes4[16] memory functions) {
        functions[0] = IProjectAwards.claim.selector;
        functions[1] = IProjectAwards.review.selector;
        functions[2] = IProjectAwards.release.selector;
        functions[3] = IProjectAwards.lapseClaim.selector;
        functions[4] = IProjectAwards.fileAccount.selector;
        functions[5] = IProjectAwards.acceptAccount.selector;
        functions[6] = IProjectAwards.suspend.selector;
        functions[7] = IProjectAwards.resume.selector;
        functions[8] = IProjectAwards.terminate.selector;
        functions[9] = IProjectAwards.lapse.selector;
        functions[10] = IProjectAwards.evaluate.selector;
        functions[11] = IProjectAwards.repayLoan.selector;
        functions[12] = IProjectAwards.writeOffLoan.selector;
        functions[13] = IProjectCurrency.spend.selector;
        functions[14] = IProjectCurrency.returnSpending.selector;
        functions[15] = IProjectCurrency.pay.selector;
    }

    function _others() internal pure returns (bytes4[16] memory functions) {
        functions[0] = IProjectCurrency.net.selector;
        functions[1] = IProjectCurrency.requestCash.selector;
        functions[2] = IProjectCurrency.dropCashRequest.selector;
        functions[3] = IProjectCurrency.payCash.selector;
        functions[4] = IRedemptionDesk.request.selector;
        functions[5] = IRedemptionDesk.requestForHeirs.selector;
        functions[6] = IRedemptionDesk.attest.selector;
        functions[7] = IRedemptionDesk.approve.selector;
        functions[8] = IRedemptionDesk.pay.selector;
        functions[9] = IRedemptionDesk.drop.selector;
        functions[10] = IFundOutflows.attestDue.selector;
        functions[11] = IFundOutflows.allowOperating.selector;
        functions[12] = IFundOutflows.payOperating.selector;
        functions[13] = IFundOutflows.writeOffDebt.selector;
        functions[14] = ICommunityFund.reversePurchases.selector;
        functions[15] = IRulebook.publishOutflowRules.selector;
    }

    function _bookRefusals() internal pure returns (bytes4[22] memory errors) {
        errors[0] = IProjectBook.ProjectBook_BadCall.selector;
        errors[1] = IProjectBook.ProjectBook_CallClosed.selector;
        errors[2] = IProjectBook.ProjectBook_WrongState.selector;
        errors[3] = IProjectBook.ProjectBook_TooMany.selector;
        errors[4] = IProjectBook.ProjectBook_SamePartner.selector;
        errors[5] = IProjectBook.ProjectBook_DerivedFact.selector;
        errors[6] = IProjectBook.ProjectBook_FactOutOfRange.selector;
        errors[7] = IProjectBook.ProjectBook_PartnerUnknown.selector;
        errors[8] = IProjectBook.ProjectBook_BadSum.selector;
        errors[9] = IProjectBook.ProjectBook_BadExpiry.selector;
        errors[10] = IProjectBook.ProjectBook_BadLoan.selector;
        errors[11] = IProjectBook.ProjectBook_NotAttestor.selector;
        errors[12] = IProjectBook.ProjectBook_Interested.selector;
        errors[13] = IProjectBook.ProjectBook_SamePerson.selector;
        errors[14] = IProjectBook.ProjectBook_Missing.selector;
        errors[15] = IProjectBook.ProjectBook_WrongAmount.selector;
        errors[16] = IProjectBook.ProjectBook_TooLate.selector;
        errors[17] = IMemberActs.MemberActs_BadSignature.selector;
        errors[18] = IMemberActs.MemberActs_NotValid.selector;
        errors[19] = IMembership.Membership_MissingRole.selector;
        errors[20] = IMembership.Membership_MemberUnknown.selector;
        errors[21] = IGoverned.Governed_NotGovernor.selector;
    }

    function _awardRefusals() internal pure returns (bytes4[22] memory errors) {
        errors[0] = IProjectAwards.ProjectBook_WrongTranche.selector;
        errors[1] = IProjectAwards.ProjectBook_TrancheUnknown.selector;
        errors[2] = IProjectAwards.ProjectBook_LineUnknown.selector;
        errors[3] = IProjectAwards.ProjectBook_NotDirector.selector;
        errors[4] = IProjectAwards.ProjectBook_NotPutToVote.selector;
        errors[5] = IProjectAwards.ProjectBook_VoteStanding.selector;
        errors[6] = IProjectAwards.ProjectBook_BudgetSpent.selector;
        errors[7] = IProjectAwards.ProjectBook_OtherClaim.selector;
        errors[8] = IProjectAwards.ProjectBook_NotAccounted.selector;
        errors[9] = IProjectAwards.ProjectBook_CoFinancingShort.selector;
        errors[10] = IProjectAwards.ProjectBook_TooEarly.selector;
        errors[11] = IProjectAwards.ProjectBook_SourceUsed.selector;
        errors[12] = IProjectAwards.ProjectBook_NotLoan.selector;
        errors[13] = IProjectAwards.ProjectBook_MoreThanOwed.selector;
        errors[14] = IRedemptionDesk.RedemptionDesk_Unknown.selector;
        errors[15] = IRedemptionDesk.RedemptionDesk_WrongState.selector;
        errors[16] = IRedemptionDesk.RedemptionDesk_AlreadyOpen.selector;
        errors[17] = IRedemptionDesk.RedemptionDesk_ZeroAmount.selector;
        errors[18] = IRedemptionDesk.RedemptionDesk_BeyondBalance.selector;
        errors[19] = IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector;
        errors[20] = IRedemptionDesk.RedemptionDesk_OtherPayee.selector;
        errors[21] = IRedemptionDesk.RedemptionDesk_SameOfficer.selector;
    }

    function _currencyRefusals() internal pure returns (bytes4[22] memory errors) {
        errors[0] = IProjectCurrency.ProjectCurrency_NotBook.selector;
        errors[1] = IProjectCurrency.ProjectCurrency_ZeroAmount.selector;
        errors[2] = IProjectCurrency.ProjectCurrency_MoreThanHeld.selector;
        errors[3] = IProjectCurrency.ProjectCurrency_LineSpent.selector;
        errors[4] = IProjectCurrency.ProjectCurrency_InvoiceUsed.selector;
        errors[5] = IProjectCurrency.ProjectCurrency_InvoiceUnknown.selector;
        errors[6] = IProjectCurrency.ProjectCurrency_MerchantNotActive.selector;
        errors[7] = IProjectCurrency.ProjectCurrency_KindNotAllowed.selector;
        errors[8] = IProjectCurrency.ProjectCurrency_Related.selector;
        errors[9] = IProjectCurrency.ProjectCurrency_SameMerchant.selector;
        errors[10] = IProjectCurrency.ProjectCurrency_MoreThanOwed.selector;
        errors[11] = IProjectCurrency.ProjectCurrency_CashLimit.selector;
        errors[12] = IProjectCurrency.ProjectCurrency_RequestUnknown.selector;
        errors[13] = IProjectCurrency.ProjectCurrency_TooEarly.selector;
        errors[14] = IMembership.Membership_MerchantUnknown.selector;
    }

    function _fundRefusals() internal pure returns (bytes4[22] memory errors) {
        errors[0] = IFundOutflows.CommunityFund_NotNeighbour.selector;
        errors[1] = IFundOutflows.CommunityFund_NotAttested.selector;
        errors[2] = IFundOutflows.CommunityFund_AttestationTooLong.selector;
        errors[3] = IFundOutflows.CommunityFund_CoverageTooLow.selector;
        errors[4] = IFundOutflows.CommunityFund_DueNotCovered.selector;
        errors[5] = IFundOutflows.CommunityFund_NotBacked.selector;
        errors[6] = IFundOutflows.CommunityFund_PocketShort.selector;
        errors[7] = IFundOutflows.CommunityFund_MoreThanOwed.selector;
        errors[8] = IFundOutflows.CommunityFund_NotAllowed.selector;
        errors[9] = ICommunityFund.CommunityFund_MerchantSuspended.selector;
        errors[10] = ICommunityFund.CommunityFund_OverExposure.selector;
        errors[11] = ICommunityFund.CommunityFund_ZeroAmount.selector;
        errors[12] = ICommunityFund.CommunityFund_ReferenceUsed.selector;
        errors[13] = IGuardian.Guardian_Paused.selector;
        errors[14] = IGuardian.Guardian_Spent.selector;
        errors[15] = IRulebook.Rulebook_JudgingTimeTooShort.selector;
    }
}
