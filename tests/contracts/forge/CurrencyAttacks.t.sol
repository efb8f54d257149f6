// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice Stories of those who would spend a project's money where it may not go, or turn it into cash.
contract CurrencyAttacksTest is ProjectActs {
    uint32 private project;

    function setUp() public override {
        super.setUp();
        project = _active();
    }

    function _plan() internal view override returns (IProjectBook.Plan memory plan) {
        plan = super._plan();
        plan.lines[0].merchantKinds = type(uint256).max; // Any kind, and whoever has none.
    }

    /// @notice One invoice, shown for two spendings.
    function test_RevertWhen_TheSameInvoiceIsPaidTwice() public {
        _spend(project, 0, carpenter, 40_000, "planks");
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(keccak256("planks")));
        _spend(project, 0, carpenter, 40_000, "planks");
    }

    /// @notice The bread costs 600.00, the line holds 500.00: a part on this line, a part on the other, one invoice. Nor
    /// may it be cut into two invoices of the same line.
    function test_RevertWhen_AnInvoiceIsSplitOverTwoSpendings() public {
        _spend(project, 1, baker, 40_000, "bread");
        _reverts(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(keccak256("bread")));
        _spend(project, 0, baker, 20_000, "bread");
        _reverts(IProjectCurrency.ProjectCurrency_LineSpent.selector, 60_000, 50_000);
        _spend(project, 1, baker, 20_000, "the rest of the bread");
    }

    function test_RevertWhen_AProjectSpendsAtANonMember() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, IRIS);
        _spend(project, 0, IRIS, 1000, "advice"); // A member, and no merchant.
        _reverts(IMembership.Membership_MerchantUnknown.selector, NOBODY);
        _spend(project, 0, NOBODY, 1000, "a shop abroad");
    }

    function test_RevertWhen_AProjectSpendsAtASuspendedMerchant() public {
        _suspendMerchant(carpenter);
        _reverts(IProjectCurrency.ProjectCurrency_MerchantNotActive.selector, carpenter);
        _spend(project, 0, carpenter, 1000, "planks");
    }

    /// @notice The carpenter is Fred's brother, and the attestor has said so.
    function test_RevertWhen_AProjectSpendsAtARelatedMerchant() public {
        _relate(project, carpenter);
        _reverts(IProjectCurrency.ProjectCurrency_Related.selector, project, carpenter);
        _spend(project, 0, carpenter, 1000, "planks");
    }

    /// @notice At the very second of its termination.
    function test_RevertWhen_ATerminatedProjectSpends() public {
        _terminate(project);
        _wrongState(project, IProjectBook.State.Terminated, IProjectBook.State.Active);
        _spend(project, 0, carpenter, 1000, "planks");
    }

    /// @notice Nobody has said yet that it lapsed.
    function test_RevertWhen_AnExpiredProjectSpends() public {
        vm.warp(EXPIRY - 1);
        _spend(project, 0, carpenter, 1000, "planks");
        vm.warp(EXPIRY);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, EXPIRY, EXPIRY);
        _spend(project, 0, carpenter, 1000, "nails");
    }

    function test_RevertWhen_ACompletedProjectSpendsAfterItsExpiry() public {
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _release(project, 1);
        _account(project, 1);
        vm.warp(EXPIRY);
        _reverts(IProjectBook.ProjectBook_TooLate.selector, EXPIRY, EXPIRY);
        _spend(project, 0, carpenter, 1000, "planks");
    }

    function test_RevertWhen_AProjectSpendsBeyondTheLine() public {
        _spend(project, 1, baker, 50_000, "bread");
        _reverts(IProjectCurrency.ProjectCurrency_LineSpent.selector, 50_001, 50_000);
        _spend(project, 1, baker, 1, "a crumb");
    }

    /// @notice The plan's line holds 2,500.00; what was released so far is 1,000.00.
    function test_RevertWhen_AProjectSpendsBeyondTheTranche() public {
        _spend(project, 0, carpenter, 60_000, "planks");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 40_001, 40_000);
        _spend(project, 0, carpenter, 40_001, "nails");
    }

    /// @notice Fred buys planks, and brings them back for cash. A refund goes to the project's account; and the carpenter
    /// who has had his cash has nothing left to refund with.
    function test_RevertWhen_ARefundIsMadeInCash() public {
        _spend(project, 0, carpenter, 40_000, "planks");
        uint256 cash = fund.balanceSheet().cash;
        _byMerchant(carpenter);
        uint32 request = currency.requestCash(carpenter, 40_000, "");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 1, 0);
        _byMerchant(carpenter);
        currency.returnSpending(keccak256("planks"), 1, "");
        _byMerchant(carpenter);
        currency.dropCashRequest(request, "");
        _byMerchant(carpenter);
        currency.returnSpending(keccak256("planks"), 40_000, "");
        _eq(currency.balanceOfProject(project), 100_000, "the project's account");
        _eq(fund.balanceSheet().cash, cash, "cash");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 40_000, 0);
        _byMerchant(carpenter);
        currency.requestCash(carpenter, 40_000, "");
        _assertBalanced();
    }

    /// @notice The carpenter asks for all he holds, twice; or pays it on, and asks for it as well.
    function test_RevertWhen_MoreIsConvertedThanHeld() public {
        _spend(project, 0, carpenter, 40_000, "planks");
        _byMerchant(carpenter);
        currency.requestCash(carpenter, 40_000, "");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 1, 0);
        _byMerchant(carpenter);
        currency.requestCash(carpenter, 1, "");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 1, 0);
        _byMerchant(carpenter);
        currency.net(carpenter, 1, "");
        _reverts(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, 1, 0);
        _byMerchant(carpenter);
        currency.pay(carpenter, baker, 1, keccak256("bread"), "");
    }

    // ---- the treasurer

    /// @notice The fund is full of money that is promised to a project. The treasurer books a payment out of it.
    function test_RevertWhen_TheTreasurerPaysOutOfEscrow() public {
        _reverts(IFundOutflows.CommunityFund_NotAllowed.selector, 1, 0);
        vm.prank(TREASURER);
        outflows.payOperating(1, "a car");
        _reverts(IProjectCurrency.ProjectCurrency_RequestUnknown.selector, 1);
        vm.prank(TREASURER);
        currency.payCash(1, "a car");
        _reverts(IFundOutflows.CommunityFund_NotNeighbour.selector, uint160(TREASURER), uint160(address(currency)));
        vm.prank(TREASURER);
        outflows.payCurrency(1, "a car");
        _reverts(IFundOutflows.CommunityFund_NotNeighbour.selector, uint160(TREASURER), uint160(address(desk)));
        vm.prank(TREASURER);
        outflows.payRedemption(DAVE, 1, "a car");
    }

    /// @notice What the assembly allowed is more than the operations still hold: the reserve does not make up for it.
    function test_RevertWhen_TheTreasurerPaysOutOfTheReserve() public {
        uint64 sequence = _buy(DAVE, 1_000_000);
        uint64 operations = uint64(fund.balanceSheet().operations);
        _govern();
        outflows.allowOperating(operations, TEXT);
        _bringBack(DAVE, 1_000_000, sequence, 500_000);
        uint256 held = fund.balanceSheet().operations;
        _reverts(
            IFundOutflows.CommunityFund_PocketShort.selector, uint256(IRulebook.Pocket.Operations), operations, held
        );
        vm.prank(TREASURER);
        outflows.payOperating(operations, "rent");
    }
}

/// @notice Stories of those who would be paid more credits than they have, or another's.
contract RedemptionAttacksTest is ProjectActs {
    bytes32 private constant PAYEE = keccak256("Dave's account, salted");
    uint64 private constant BALANCE = 238_000;

    function setUp() public override {
        super.setUp();
        _buy(DAVE, 10_000_000);
    }

    function _attested() private returns (uint32 redemption) {
        _as(DAVE);
        redemption = desk.request(DAVE, BALANCE, PAYEE, "");
        vm.prank(REGISTRAR);
        desk.attest(redemption, EVIDENCE);
    }

    function _approve(uint32 redemption) private {
        vm.prank(APPROVER);
        desk.approve(redemption, BALANCE, PAYEE);
    }

    /// @notice Dave asks twice before the first is paid, and once more when it is.
    function test_RevertWhen_ARedemptionIsAskedTwice() public {
        uint32 redemption = _attested();
        _reverts(IRedemptionDesk.RedemptionDesk_AlreadyOpen.selector, redemption);
        _as(DAVE);
        desk.request(DAVE, 1, PAYEE, "");
        _approve(redemption);
        vm.prank(TREASURER);
        desk.pay(redemption, BALANCE, PAYEE, "transfer");
        _reverts(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, 1, 0);
        _as(DAVE);
        desk.request(DAVE, 1, PAYEE, "");
    }

    /// @notice Dave asks, has his key replaced as lost, and asks with the new one. The old one asks for nothing more.
    function test_RevertWhen_ARedemptionIsAskedAcrossAKeyRotation() public {
        uint32 redemption = _attested();
        bytes memory content = abi.encode(BALANCE, PAYEE);
        bytes memory signature = _signedAct(address(desk), "request", DAVE, 0, content);
        _rotate(DAVE, abi.encodePacked(vm.addr(0xDA7E)));
        _reverts(IRedemptionDesk.RedemptionDesk_AlreadyOpen.selector, redemption);
        vm.prank(vm.addr(0xDA7E));
        desk.request(DAVE, BALANCE, PAYEE, "");
        _reverts(IMemberActs.MemberActs_BadSignature.selector, DAVE);
        _as(DAVE);
        desk.request(DAVE, BALANCE, PAYEE, "");
        _reverts(IMemberActs.MemberActs_BadSignature.selector, DAVE);
        desk.request(DAVE, BALANCE, PAYEE, signature);
    }

    function test_RevertWhen_ARedemptionIsBeyondTheBalance() public {
        _reverts(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, BALANCE + 1, BALANCE);
        _as(DAVE);
        desk.request(DAVE, BALANCE + 1, PAYEE, "");
    }

    /// @notice Dave brings back what he had bought, between the approval and the payment.
    function test_RevertWhen_TheCreditsHaveGoneWithARefund() public {
        uint32 redemption = _attested();
        _approve(redemption);
        _bringBack(DAVE, 10_000_000, 1, 10_000_000);
        _reverts(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, BALANCE, 0);
        vm.prank(TREASURER);
        desk.pay(redemption, BALANCE, PAYEE, "transfer");
    }

    /// @notice The treasurer pays his own account what was approved for Dave's; the approver approves another's.
    function test_RevertWhen_ThePayeeIsChangedAfterTheApproval() public {
        uint32 redemption = _attested();
        bytes32 own = keccak256("the treasurer's account");
        _reverts(IRedemptionDesk.RedemptionDesk_OtherPayee.selector, uint256(own), uint256(PAYEE));
        vm.prank(APPROVER);
        desk.approve(redemption, BALANCE, own);
        _approve(redemption);
        _reverts(IRedemptionDesk.RedemptionDesk_OtherPayee.selector, uint256(own), uint256(PAYEE));
        vm.prank(TREASURER);
        desk.pay(redemption, BALANCE, own, "transfer");
    }

    function test_RevertWhen_AWrongAmountIsApprovedOrPaid() public {
        uint32 redemption = _attested();
        _reverts(IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector, BALANCE - 1, BALANCE);
        vm.prank(APPROVER);
        desk.approve(redemption, BALANCE - 1, PAYEE);
        _approve(redemption);
        _reverts(IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector, BALANCE + 1, BALANCE);
        vm.prank(TREASURER);
        desk.pay(redemption, BALANCE + 1, PAYEE, "transfer");
    }
}
