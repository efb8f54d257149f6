// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {Circulated} from "./MoneyCirculated.sol";
import {MoneyFundLaws} from "./MoneyFundLaws.sol";
import {MoneyGhost} from "./MoneyGhost.sol";
import {MoneyLaws} from "./MoneyLaws.sol";

/// @notice Each law refuses the fault it is there for: planted in the storage of a community that holds them all, or in
/// what its actors saw.
contract MoneyLawsCanFailTest is Circulated {
    uint32 private constant CARL = 3;
    /// @dev Places of the contracts among the proxies.
    uint256 private constant MEMBERSHIP = 0;
    uint256 private constant CREDIT = 1;
    uint256 private constant FUND = 2;
    uint256 private constant BOOK = 6;
    uint256 private constant CURRENCY = 7;
    uint256 private constant DESK = 8;

    /// @dev A project that spent, at which merchant, on which invoice; and a redemption that was paid.
    uint32 private _project;
    uint32 private _merchant;
    uint32 private _redemption;
    bytes32 private _invoice;

    function setUp() public override {
        super.setUp();
        _laws.checkAll();
        bytes32[] memory invoices = _actors.invoices();
        uint256 i = 0;
        while (_actors.bill(invoices[i]).project == 0) ++i;
        _invoice = invoices[i];
        (_project, _merchant) = (_actors.bill(_invoice).project, _actors.bill(_invoice).merchant);
        MoneyGhost.Remise[] memory remises = _actors.remises();
        _redemption = 1;
        while (remises[_redemption].paid == 0) ++_redemption;
    }

    /// @dev Flips the lowest bit of each byte that a reading reads, one at a time, until the law fails with its own error.
    function _mustFail(uint256 place, bytes memory reading, bytes memory check, bytes4 error_) private {
        address target = _actors.places()[place];
        vm.record();
        (bool isRead,) = target.call(reading);
        require(isRead, "read");
        (bytes32[] memory slots,) = vm.accesses(target);
        for (uint256 i = 0; i < 32 * slots.length; ++i) {
            bytes32 slot = slots[i / 32];
            bytes32 word = vm.load(target, slot);
            vm.store(target, slot, word ^ bytes32(1 << (8 * (i % 32))));
            if (_failsWith(check, error_)) return;
            vm.store(target, slot, word);
        }
        revert("the law never fails");
    }

    /// @dev With gas enough, but not for the loops over a length that was made huge.
    function _failsWith(bytes memory check, bytes4 error_) private returns (bool) {
        (bool done, bytes memory answer) = address(_laws).call{gas: 50_000_000}(check);
        return !done && bytes4(answer) == error_;
    }

    function _mustFailNow(bytes memory check, bytes4 error_) private {
        require(_failsWith(check, error_), "the law holds, or another one fails");
    }

    function test_RevertWhen_ThePocketsDoNotAddUp() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkBalanceSheet, ()), MoneyFundLaws.Law1_BalanceSheet.selector);
    }

    function test_RevertWhen_ACentOfCashAppears() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkCash, ()), MoneyFundLaws.Law1_Cash.selector);
    }

    function test_RevertWhen_TheReceivableIsOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkReceivable, ()), MoneyFundLaws.Law1_Receivable.selector);
    }

    function test_RevertWhen_ThePrepaymentsAreOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkPrepayments, ()), MoneyFundLaws.Law1_Prepayments.selector);
    }

    function test_RevertWhen_AMerchantOwesACentMore() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.merchantAccount, (_merchant));
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkMerchants, ()), MoneyFundLaws.Law1_MerchantAccount.selector);
    }

    function test_RevertWhen_TheMerchantsDoNotAddUp() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.merchantAccount, (_merchant));
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkMerchantSums, ()), MoneyFundLaws.Law1_MerchantSums.selector);
    }

    function test_RevertWhen_TheCreditsAreOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkCredits, ()), MoneyFundLaws.Law1_Credits.selector);
    }

    function test_RevertWhen_OperationsAreOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkOperations, ()), MoneyFundLaws.Law1_Operations.selector);
    }

    function test_RevertWhen_TheReserveIsOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkReserve, ()), MoneyFundLaws.Law1_Reserve.selector);
    }

    function test_RevertWhen_TheLoansAreOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkLoans, ()), MoneyFundLaws.Law1_Loans.selector);
    }

    function test_RevertWhen_TheCurrencyIsOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkCurrency, ()), MoneyFundLaws.Law1_Currency.selector);
    }

    function test_RevertWhen_TheCommitmentsAreOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkCommitments, ()), MoneyFundLaws.Law1_Commitments.selector);
    }

    function test_RevertWhen_TheFreeMoneyIsOff() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkFree, ()), MoneyFundLaws.Law1_Free.selector);
    }

    function test_RevertWhen_TheSupplyIsNotTheBalances() public {
        bytes memory reading = abi.encodeCall(ICommunityCredit.account, (CARL));
        _mustFail(CREDIT, reading, abi.encodeCall(_laws.checkSupply, ()), MoneyFundLaws.Law2_Supply.selector);
    }

    function test_RevertWhen_AMemberHoldsACentMore() public {
        bytes memory reading = abi.encodeCall(ICommunityCredit.account, (CARL));
        _mustFail(CREDIT, reading, abi.encodeCall(_laws.checkBalances, ()), MoneyFundLaws.Law2_Balance.selector);
    }

    function test_RevertWhen_ACreditIsBurnedForNothing() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkBurned, ()), MoneyFundLaws.Law2_Burned.selector);
    }

    function test_RevertWhen_ARedemptionIsChanged() public {
        bytes memory reading = abi.encodeCall(IRedemptionDesk.redemption, (_redemption));
        _mustFail(DESK, reading, abi.encodeCall(_laws.checkRedemptions, ()), MoneyFundLaws.Law2_Redemption.selector);
    }

    function test_RevertWhen_ARedemptionIsPaidBeyond() public {
        bytes memory reading = abi.encodeCall(IRedemptionDesk.redemption, (_redemption));
        _mustFail(DESK, reading, abi.encodeCall(_laws.checkRedeemed, ()), MoneyFundLaws.Law2_RedeemedBeyond.selector);
    }

    function test_RevertWhen_AMemberRedeemsTwice() public {
        bytes memory reading = abi.encodeCall(IRedemptionDesk.openOf, (CARL));
        _mustFail(DESK, reading, abi.encodeCall(_laws.checkOneOpen, ()), MoneyFundLaws.Law2_OneOpen.selector);
    }

    function test_RevertWhen_ATillSkipsASequence() public {
        bytes memory reading = abi.encodeCall(IMembership.till, (1));
        _mustFail(
            MEMBERSHIP, reading, abi.encodeCall(_laws.checkSequences, ()), MoneyFundLaws.Law3_NextSequence.selector
        );
    }

    function test_RevertWhen_CashDoesNotBackWhatIsPromised() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkBacked, ()), MoneyFundLaws.Law4_NotBacked.selector);
    }

    function test_RevertWhen_TheGateGoesByOtherBooks() public {
        bytes memory reading = abi.encodeCall(IFundOutflows.solvency, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkSolvency, ()), MoneyFundLaws.Law4_Solvency.selector);
    }

    function test_RevertWhen_RedemptionsAreNotSetAside() public {
        bytes memory reading = abi.encodeCall(IFundOutflows.solvency, ());
        _mustFail(
            FUND, reading, abi.encodeCall(_laws.checkRedemptionsBacked, ()), MoneyFundLaws.Law4_Redemptions.selector
        );
    }

    function test_RevertWhen_TheTreasurerIsAllowedMore() public {
        bytes memory reading = abi.encodeCall(IFundOutflows.solvency, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkAllowed, ()), MoneyFundLaws.Law4_Allowed.selector);
    }

    function test_RevertWhen_TheFundCountsOtherCurrency() public {
        bytes memory reading = abi.encodeCall(IProjectCurrency.totalSupply, ());
        _mustFail(CURRENCY, reading, abi.encodeCall(_laws.checkCurrencySupply, ()), MoneyFundLaws.Law4_Supply.selector);
    }

    function test_RevertWhen_TheHoldersDoNotAddUp() public {
        bytes memory reading = abi.encodeCall(IProjectCurrency.holdingOf, (_merchant));
        _mustFail(CURRENCY, reading, abi.encodeCall(_laws.checkHolders, ()), MoneyFundLaws.Law4_Holders.selector);
    }

    function test_RevertWhen_APaymentHasNoReference() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.referenceUsed, (_actors.references()[0]));
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkReferences, ()), MoneyFundLaws.Law4_Reference.selector);
    }

    function test_RevertWhen_TheReserveFlowsElsewhere() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkReserveFlows, ()), MoneyFundLaws.Law5_Reserve.selector);
    }

    function test_RevertWhen_AMemberIsPaidOtherMoney() public {
        bytes memory reading = abi.encodeCall(IRedemptionDesk.redemption, (_redemption));
        _mustFail(DESK, reading, abi.encodeCall(_laws.checkPaidToMembers, ()), MoneyFundLaws.Law5_ToMembers.selector);
    }

    function test_RevertWhen_TranchesDoNotAddUp() public {
        bytes memory reading = abi.encodeCall(IProjectBook.tranches, (_project));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkPlans, ()), MoneyLaws.Law6_Tranches.selector);
    }

    function test_RevertWhen_MoreIsReleasedThanTranches() public {
        bytes memory reading = abi.encodeCall(IProjectBook.project, (_project));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkReleased, ()), MoneyLaws.Law6_Released.selector);
    }

    function test_RevertWhen_ATrancheIsSkipped() public {
        bytes memory reading = abi.encodeCall(IProjectBook.progress, (_project, 0));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkOrder, ()), MoneyLaws.Law6_Order.selector);
    }

    function test_RevertWhen_CoFinancingIsOff() public {
        bytes memory reading = abi.encodeCall(IProjectBook.project, (_project));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkReceived, ()), MoneyLaws.Law6_Received.selector);
    }

    function test_RevertWhen_MoneyServesTwoProjects() public {
        bytes memory reading = abi.encodeCall(IProjectBook.sourceOf, (_actors.sources()[0]));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkSources, ()), MoneyLaws.Law6_Source.selector);
    }

    function test_RevertWhen_TheCommitmentsAreNotTheProjects() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkCommitted, ()), MoneyLaws.Law6_Commitments.selector);
    }

    function test_RevertWhen_TheLoansAreNotTheProjects() public {
        bytes memory reading = abi.encodeCall(ICommunityFund.balanceSheet, ());
        _mustFail(FUND, reading, abi.encodeCall(_laws.checkLent, ()), MoneyLaws.Law6_Loans.selector);
    }

    function test_RevertWhen_ACallAwardsMoreThanItsBudget() public {
        bytes memory reading = abi.encodeCall(IProjectBook.awardedOf, (1));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkBudgets, ()), MoneyLaws.Law6_Budget.selector);
    }

    function test_RevertWhen_AProjectStandsElsewhere() public {
        bytes memory reading = abi.encodeCall(IProjectBook.project, (_project));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkStates, ()), MoneyLaws.Law6_State.selector);
    }

    function test_RevertWhen_ALineIsOverspent() public {
        bytes memory reading = abi.encodeCall(IProjectCurrency.spentOfLine, (_project, 0));
        _mustFail(CURRENCY, reading, abi.encodeCall(_laws.checkLines, ()), MoneyLaws.Law7_Line.selector);
    }

    function test_RevertWhen_AnInvoiceIsChanged() public {
        bytes memory reading = abi.encodeCall(IProjectCurrency.saleOf, (_invoice));
        _mustFail(CURRENCY, reading, abi.encodeCall(_laws.checkInvoices, ()), MoneyLaws.Law7_Invoice.selector);
    }

    function test_RevertWhen_AnAccountIsOff() public {
        bytes memory reading = abi.encodeCall(IProjectCurrency.balanceOfProject, (_project));
        _mustFail(CURRENCY, reading, abi.encodeCall(_laws.checkAccounts, ()), MoneyLaws.Law7_Account.selector);
    }

    function test_RevertWhen_AHoldingIsOff() public {
        bytes memory reading = abi.encodeCall(IProjectCurrency.holdingOf, (_merchant));
        _mustFail(CURRENCY, reading, abi.encodeCall(_laws.checkHoldings, ()), MoneyLaws.Law7_Holding.selector);
    }

    function test_RevertWhen_MoreCashIsAskedForThanRequested() public {
        bytes memory reading = abi.encodeCall(IProjectCurrency.requestedOf, (_merchant));
        _mustFail(CURRENCY, reading, abi.encodeCall(_laws.checkRequested, ()), MoneyLaws.Law7_Requested.selector);
    }

    function test_RevertWhen_ARelationIsForgotten() public {
        bytes memory reading = abi.encodeCall(IProjectBook.isRelated, (_project, CARL));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkRelations, ()), MoneyLaws.Law7_Relation.selector);
    }

    function test_RevertWhen_AnActCountsTwice() public {
        bytes memory reading = abi.encodeCall(IMemberActs.nonce, (CARL));
        _mustFail(BOOK, reading, abi.encodeCall(_laws.checkActs, ()), MoneyLaws.Law9_Acts.selector);
    }

    // ---- what the actors saw

    function test_RevertWhen_AnOutflowPassedTheGate() public {
        _actors.bendBreaches();
        _mustFailNow(abi.encodeCall(_laws.checkGate, ()), MoneyFundLaws.Law4_Gate.selector);
    }

    function test_RevertWhen_ARelatedMerchantWasPaid() public {
        _actors.bendBill(_invoice, true);
        _mustFailNow(abi.encodeCall(_laws.checkRelated, ()), MoneyLaws.Law7_Related.selector);
    }

    function test_RevertWhen_ASuspendedMerchantWasPaid() public {
        _actors.bendBill(_invoice, false);
        _mustFailNow(abi.encodeCall(_laws.checkInactive, ()), MoneyLaws.Law7_Inactive.selector);
    }

    function test_RevertWhen_TheReviewerReleased() public {
        _actors.bendStep(_project, 0, _actors.dossier(_project).mentor, 0, false);
        _mustFailNow(abi.encodeCall(_laws.checkThreePersons, ()), MoneyLaws.Law9_ThreePersons.selector);
    }

    function test_RevertWhen_TheSubmitterReleased() public {
        _actors.bendStep(_project, 0, _actors.dossier(_project).applicant, 0, false);
        _mustFailNow(abi.encodeCall(_laws.checkThreePersons, ()), MoneyLaws.Law9_ThreePersons.selector);
    }

    function test_RevertWhen_SomebodyInterestedReleased() public {
        _actors.bendStep(_project, 0, 1, 0, true);
        _mustFailNow(abi.encodeCall(_laws.checkInterests, ()), MoneyLaws.Law9_Interest.selector);
    }

    /// @notice The second tranche of a project that looks for money went out without any.
    function test_RevertWhen_ATrancheWentOutBeforeItsCofinancing() public {
        for (uint32 p = 1; p <= _actors.projectCount(); ++p) {
            MoneyGhost.Dossier memory d = _actors.dossier(p);
            if (d.sought == 0 || d.steps.length < 2 || d.steps[1].releaser == 0) continue;
            _actors.bendStep(p, 1, d.steps[1].releaser, 0, false);
            return _mustFailNow(abi.encodeCall(_laws.checkCoFinancing, ()), MoneyLaws.Law6_CoFinancing.selector);
        }
        revert("no such project");
    }
}
