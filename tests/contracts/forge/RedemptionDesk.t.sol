// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice Credits paid back: asked for, attested, approved, paid, each by another.
/// @dev Dave has bought for 100,000.00, and holds 2,380.00 of credits.
contract RedemptionDeskTest is ProjectActs {
    uint64 private constant BALANCE = 238_000;
    bytes32 private constant PAYEE = keccak256("Dave's account, salted");

    function setUp() public override {
        super.setUp();
        _buy(DAVE, 10_000_000);
        _eq(_creditOf(DAVE), BALANCE, "credits");
    }

    function _request(uint64 amount) private returns (uint32) {
        _as(DAVE);
        return desk.request(DAVE, amount, PAYEE, "");
    }

    function _attest(uint32 redemption) private {
        vm.prank(REGISTRAR);
        desk.attest(redemption, EVIDENCE);
    }

    function _approve(uint32 redemption, uint64 amount, bytes32 payee) private {
        vm.prank(APPROVER);
        desk.approve(redemption, amount, payee);
    }

    function _pay(uint32 redemption, uint64 amount, string memory transfer) private {
        vm.prank(TREASURER);
        desk.pay(redemption, amount, PAYEE, keccak256(bytes(transfer)));
    }

    function _approved(uint64 amount) private returns (uint32 redemption) {
        redemption = _request(amount);
        _attest(redemption);
        _approve(redemption, amount, PAYEE);
    }

    function _drop(uint32 redemption) private {
        _as(DAVE);
        desk.drop(redemption, "");
    }

    function _wrongState(uint32 redemption, IRedemptionDesk.State actual, IRedemptionDesk.State limit) private {
        _reverts(IRedemptionDesk.RedemptionDesk_WrongState.selector, redemption, uint256(actual), uint256(limit));
    }

    function _assertState(uint32 redemption, IRedemptionDesk.State expected) private view {
        _eq(uint256(desk.redemption(redemption).state), uint256(expected), "state");
    }

    /// @dev Dave brings back what he bought for 1.00, and its credits go.
    function _lose() private returns (uint256 left) {
        _bringBack(DAVE, 10_000_000, 1, 100);
        left = _creditOf(DAVE);
        vm.assertEq(left < BALANCE, true, "credits went");
    }

    // ---- request

    function test_RevertWhen_NothingIsAskedFor() public {
        _reverts(IRedemptionDesk.RedemptionDesk_ZeroAmount.selector);
        _request(0);
    }

    function test_RevertWhen_MoreIsAskedForThanHeld() public {
        _reverts(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, BALANCE + 1, BALANCE);
        _request(BALANCE + 1);
        vm.prank(REGISTRAR);
        _reverts(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, BALANCE + 1, BALANCE);
        desk.requestForHeirs(DAVE, BALANCE + 1, PAYEE);
    }

    function test_RevertWhen_ARedemptionIsOpen() public {
        uint32 redemption = _request(1);
        _reverts(IRedemptionDesk.RedemptionDesk_AlreadyOpen.selector, redemption);
        _request(1);
        vm.prank(REGISTRAR);
        _reverts(IRedemptionDesk.RedemptionDesk_AlreadyOpen.selector, redemption);
        desk.requestForHeirs(DAVE, 1, PAYEE);
    }

    function test_RevertWhen_TheHeirsAreNobodys() public {
        uint32 count = membership.memberCount();
        _reverts(IMembership.Membership_MemberUnknown.selector, NOBODY, count);
        vm.prank(REGISTRAR);
        desk.requestForHeirs(NOBODY, 1, PAYEE);
    }

    function test_WhenAMemberAsks() public {
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionRequested(1, DAVE, IRedemptionDesk.Reason.Retirement, BALANCE, PAYEE);
        _eq(_request(BALANCE), 1, "redemption");
        _eq(desk.openOf(DAVE), 1, "open");
        _eq(desk.redemptionCount(), 1, "redemptions");
        IRedemptionDesk.Redemption memory r = desk.redemption(1);
        _eq(r.amount, BALANCE, "amount");
        vm.assertEq(r.payee, PAYEE, "payee");
        _assertState(1, IRedemptionDesk.State.Requested);
        _eq(_creditOf(DAVE), BALANCE, "nothing has burned");
    }

    function test_WhenTheMembershipIsOver() public {
        vm.prank(REGISTRAR);
        membership.setValidity(DAVE, TODAY - 400, TODAY - 1);
        _request(BALANCE);
        _eq(desk.openOf(DAVE), 1, "open");
    }

    function test_WhenTheRegistrarAsksForHeirs() public {
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionRequested(1, DAVE, IRedemptionDesk.Reason.Heirs, 5, PAYEE);
        vm.prank(REGISTRAR);
        desk.requestForHeirs(DAVE, 5, PAYEE);
        _eq(desk.openOf(DAVE), 1, "open");
    }

    // ---- attest

    function test_RevertWhen_TheRedemptionIsUnknown() public {
        _reverts(IRedemptionDesk.RedemptionDesk_Unknown.selector, 1, 0);
        _attest(1);
        _reverts(IRedemptionDesk.RedemptionDesk_Unknown.selector, 0, 0);
        desk.redemption(0);
    }

    function test_RevertWhen_ItIsAttestedTwice() public {
        uint32 redemption = _request(1);
        _attest(redemption);
        _wrongState(redemption, IRedemptionDesk.State.Attested, IRedemptionDesk.State.Requested);
        _attest(redemption);
    }

    function test_WhenTheRegistrarAttests() public {
        uint32 redemption = _request(1);
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionAttested(redemption, EVIDENCE, REGISTRAR);
        _attest(redemption);
        IRedemptionDesk.Redemption memory r = desk.redemption(redemption);
        vm.assertEq(r.attestor, REGISTRAR, "attestor");
        vm.assertEq(r.evidence, EVIDENCE, "evidence");
    }

    // ---- approve

    function test_RevertWhen_NobodyAttested() public {
        uint32 redemption = _request(1);
        _wrongState(redemption, IRedemptionDesk.State.Requested, IRedemptionDesk.State.Attested);
        _approve(redemption, 1, PAYEE);
    }

    /// @notice One account holds both offices: it still takes two.
    function test_RevertWhen_OneOfficerAttestsAndApproves() public {
        _govern();
        membership.grantRole(IMembership.Role.Approver, REGISTRAR, uint64(block.timestamp + 1));
        uint32 redemption = _request(1);
        _attest(redemption);
        _reverts(IRedemptionDesk.RedemptionDesk_SameOfficer.selector, uint160(REGISTRAR));
        vm.prank(REGISTRAR);
        desk.approve(redemption, 1, PAYEE);
    }

    function test_RevertWhen_AnotherAmountIsApproved() public {
        uint32 redemption = _request(100);
        _attest(redemption);
        _reverts(IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector, 101, 100);
        _approve(redemption, 101, PAYEE);
        _reverts(IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector, 99, 100);
        _approve(redemption, 99, PAYEE);
    }

    function test_RevertWhen_AnotherPayeeIsApproved() public {
        uint32 redemption = _request(100);
        _attest(redemption);
        _reverts(IRedemptionDesk.RedemptionDesk_OtherPayee.selector, uint256(TEXT), uint256(PAYEE));
        _approve(redemption, 100, TEXT);
    }

    function test_RevertWhen_ARefundTookTheCreditsBeforeTheApproval() public {
        uint32 redemption = _request(BALANCE);
        _attest(redemption);
        _reverts(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, BALANCE, _lose());
        _approve(redemption, BALANCE, PAYEE);
    }

    function test_WhenTheApproverApproves() public {
        uint32 redemption = _request(BALANCE);
        _attest(redemption);
        vm.expectEmit(address(fund));
        emit IFundOutflows.RedemptionBacked(BALANCE);
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionApproved(redemption, APPROVER);
        _approve(redemption, BALANCE, PAYEE);
        _eq(outflows.redemptionsBacked(), BALANCE, "backed");
        _eq(_creditOf(DAVE), BALANCE, "nothing has burned");
    }

    // ---- pay

    function test_RevertWhen_NobodyApproved() public {
        uint32 redemption = _request(1);
        _attest(redemption);
        _wrongState(redemption, IRedemptionDesk.State.Attested, IRedemptionDesk.State.Approved);
        _pay(redemption, 1, "transfer");
    }

    function test_RevertWhen_NothingIsPaid() public {
        uint32 redemption = _approved(1);
        _reverts(IRedemptionDesk.RedemptionDesk_ZeroAmount.selector);
        _pay(redemption, 0, "transfer");
    }

    function test_RevertWhen_MoreIsPaidThanIsLeft() public {
        uint32 redemption = _approved(100);
        _pay(redemption, 60, "first");
        _reverts(IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector, 41, 40);
        _pay(redemption, 41, "second");
    }

    function test_RevertWhen_AnotherPayeeIsPaid() public {
        uint32 redemption = _approved(100);
        _reverts(IRedemptionDesk.RedemptionDesk_OtherPayee.selector, uint256(TEXT), uint256(PAYEE));
        vm.prank(TREASURER);
        desk.pay(redemption, 100, TEXT, "transfer");
    }

    function test_RevertWhen_ATransferIsBookedTwice() public {
        uint32 redemption = _approved(100);
        _pay(redemption, 60, "first");
        _reverts(ICommunityFund.CommunityFund_ReferenceUsed.selector, uint256(keccak256("first")));
        _pay(redemption, 40, "first");
    }

    function test_RevertWhen_ARefundTookTheCreditsBeforeThePayment() public {
        uint32 redemption = _approved(BALANCE);
        uint256 left = _lose();
        _reverts(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, BALANCE, left);
        _pay(redemption, BALANCE, "transfer");
        _pay(redemption, uint64(left), "transfer");
        _assertBalanced();
    }

    function test_RevertWhen_TheFundIsPaused() public {
        uint32 redemption = _approved(100);
        _pause();
        _reverts(IGuardian.Guardian_Paused.selector, block.timestamp + 3 days);
        _pay(redemption, 100, "transfer");
    }

    function test_RevertWhen_ItIsPaidTwice() public {
        uint32 redemption = _approved(100);
        _pay(redemption, 100, "transfer");
        _wrongState(redemption, IRedemptionDesk.State.Paid, IRedemptionDesk.State.Approved);
        _pay(redemption, 1, "another");
    }

    function test_WhenItIsPaidInInstalments() public {
        uint256 cash = fund.balanceSheet().cash;
        uint32 redemption = _approved(BALANCE);
        vm.expectEmit(address(fund));
        emit IFundOutflows.RedemptionPaid(DAVE, 138_000, keccak256("first"));
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionInstalment(redemption, 138_000, keccak256("first"));
        _pay(redemption, 138_000, "first");
        _eq(_creditOf(DAVE), 100_000, "credits");
        _eq(outflows.redemptionsBacked(), 100_000, "backed");
        _assertState(redemption, IRedemptionDesk.State.Approved);
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionCompleted(redemption);
        _pay(redemption, 100_000, "second");
        _assertState(redemption, IRedemptionDesk.State.Paid);
        _eq(_creditOf(DAVE), 0, "credits");
        _eq(fund.creditsOutstanding(), 0, "credits outstanding");
        _eq(outflows.redemptionsBacked(), 0, "backed");
        _eq(fund.balanceSheet().cash, cash - BALANCE, "cash");
        _eq(desk.openOf(DAVE), 0, "open");
        _assertBalanced();
    }

    function test_WhenTheMemberGoesOnBuying() public {
        uint32 redemption = _approved(BALANCE);
        _buy(DAVE, 10_000);
        _eq(_creditOf(DAVE), BALANCE + 238, "credits");
        _pay(redemption, BALANCE, "transfer");
        _eq(_creditOf(DAVE), 238, "credits");
        _request(238);
    }

    // ---- drop

    function test_RevertWhen_AStrangerDrops() public {
        uint32 redemption = _request(1);
        _reverts(IMemberActs.MemberActs_BadSignature.selector, DAVE);
        vm.prank(STRANGER);
        desk.drop(redemption, "");
        _reverts(IMemberActs.MemberActs_BadSignature.selector, DAVE);
        vm.prank(TREASURER);
        desk.drop(redemption, "");
    }

    function test_RevertWhen_WhatIsOverIsDropped() public {
        uint32 redemption = _approved(1);
        _pay(redemption, 1, "transfer");
        _wrongState(redemption, IRedemptionDesk.State.Paid, IRedemptionDesk.State.Requested);
        _drop(redemption);
        redemption = _request(1);
        _drop(redemption);
        _wrongState(redemption, IRedemptionDesk.State.Dropped, IRedemptionDesk.State.Requested);
        _drop(redemption);
    }

    function test_WhenTheMemberDrops() public {
        uint32 redemption = _request(100);
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionDropped(redemption, 100);
        _drop(redemption);
        _assertState(redemption, IRedemptionDesk.State.Dropped);
        _eq(_request(200), 2, "another");
    }

    function test_WhenTheRegistrarDropsAfterAnInstalment() public {
        uint32 redemption = _approved(100);
        _pay(redemption, 60, "first");
        vm.expectEmit(address(fund));
        emit IFundOutflows.RedemptionReleased(40);
        vm.expectEmit(address(desk));
        emit IRedemptionDesk.RedemptionDropped(redemption, 40);
        vm.prank(REGISTRAR);
        desk.drop(redemption, "");
        _eq(outflows.redemptionsBacked(), 0, "backed");
        _eq(desk.openOf(DAVE), 0, "open");
        _eq(_creditOf(DAVE), BALANCE - 60, "credits");
    }
}
