// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {Solvent} from "./Solvent.sol";

/// @notice Each bound of the gate, to the cent.
contract SolvencyTest is Solvent {
    // ---- the attestation

    function test_RevertWhen_AnAttestationIsTooLong() public {
        uint256 limit = block.timestamp + 400 days;
        _reverts(IFundOutflows.CommunityFund_AttestationTooLong.selector, limit + 1, limit);
        _attest(1, limit + 1);
    }

    function test_RevertWhen_TheDueIsBeyondAllMoney() public {
        vm.expectRevert(abi.encodeWithSignature("SafeCastOverflowedUintDowncast(uint8,uint256)", 48, uint256(1) << 48));
        _attest(1 << 48, block.timestamp);
    }

    function test_WhenTheActuaryAttests() public {
        uint64 until = uint64(block.timestamp + 400 days);
        vm.expectEmit(address(fund));
        emit IFundOutflows.DueAttested(7, until, EVIDENCE);
        _attest(7, until);
        _eq(outflows.solvency().due, 7, "due");
        _eq(outflows.solvency().attestedUntil, until, "until");
    }

    function test_RevertWhen_NobodyHasAttested() public {
        _attest(100_000, block.timestamp + 1 days);
        uint256 end = block.timestamp + 1 days;
        vm.warp(end - 1);
        _commit(1);
        vm.warp(end);
        _reverts(IFundOutflows.CommunityFund_NotAttested.selector, end, end);
        _commit(1);
    }

    // ---- the bounds

    function test_RevertWhen_TheDueIsNotCovered() public {
        _attest(MONEY - PAID, block.timestamp + 1 days);
        _floor(0);
        _notCovered(int256(uint256(MONEY - PAID)) - 1, MONEY - PAID);
        _commit(PAID + 1);
        _commit(PAID);
    }

    /// @notice 12 % of 238,000.00 are 28,560.00.
    function test_RevertWhen_TheCoverageIsTooLow() public {
        _floor(1200);
        _tooLow(2_855_999, 2_856_000);
        _commit(144_001);
        _commit(144_000);
        _tooLow(2_855_999, 2_856_000);
        _commit(1);
        _settle(1, "a cent");
        _commit(1);
    }

    /// @notice With one cent of credits more the floor is a fraction higher: a cent is not cut.
    function test_RevertWhen_TheFloorIsAFractionHigher() public {
        _floor(1200);
        _buy(DAVE, 36);
        _eq(fund.creditsOutstanding(), CREDITS + 1, "credits");
        _tooLow(2_856_000, 2_856_001);
        _commit(144_000);
        _commit(143_999);
    }

    function test_RevertWhen_TheFundOwesMoreThanItHas() public {
        _floor(0);
        _attest(0, block.timestamp + 1 days);
        _tooLow(-1, 0);
        _commit(MONEY + 1);
        _commit(MONEY);
    }

    function test_RevertWhen_ThingsGotWorseBeforeTheRelease() public {
        _commit(PAID);
        _attest(MONEY - PAID + 1, block.timestamp + 1 days);
        _notCovered(int256(uint256(MONEY - PAID)), MONEY - PAID + 1);
        _release(PAID, false);
        _attest(MONEY - PAID, block.timestamp + 1 days);
        _release(PAID, false);
    }

    /// @notice What is promised is not liquid, whatever its name; a redemption is neither liquid nor owed any more.
    function test_WhenMoneyIsPromised() public {
        _commit(PAID);
        _assertSolvency(int256(uint256(MONEY - PAID)), CREDITS);
        _release(PAID, false);
        _assertSolvency(int256(uint256(MONEY - PAID)), CREDITS);
        vm.prank(address(desk));
        outflows.backRedemption(1000);
        _assertSolvency(int256(uint256(MONEY - PAID - 1000)), CREDITS - 1000);
        vm.prank(address(desk));
        outflows.releaseRedemption(1000);
        _assertSolvency(int256(uint256(MONEY - PAID)), CREDITS);
    }

    function _assertSolvency(int256 liquid, uint256 credits) private view {
        IFundOutflows.Solvency memory s = outflows.solvency();
        vm.assertEq(s.liquid, liquid, "liquid");
        _eq(s.credits, credits, "credits");
        _eq(s.floorBps, 1000, "floor");
        _eq(s.due, 100_000, "due");
        _eq(s.attestedUntil, NOW + 365 days, "until");
    }

    /// @notice A refund burns credits whose payment had been approved: nothing is owed, and the gate goes on.
    function test_WhenARefundTakesWhatWasApproved() public {
        vm.prank(address(desk));
        outflows.backRedemption(2_000_000);
        _bringBack(DAVE, 1e9, 1, 1e9);
        _eq(fund.creditsOutstanding(), 0, "credits");
        _eq(outflows.solvency().credits, 0, "owed");
        _commit(1);
    }

    // ---- redemptions

    function test_RevertWhen_ARedemptionIsNotBackedInFull() public {
        _commit(PAID);
        _release(PAID, false);
        vm.prank(address(desk));
        outflows.backRedemption(1000);
        _reverts(IFundOutflows.CommunityFund_NotBacked.selector, MONEY, MONEY + 1);
        vm.prank(address(desk));
        outflows.backRedemption(MONEY - PAID - 1000 + 1);
        vm.prank(address(desk));
        outflows.backRedemption(MONEY - PAID - 1000);
        _eq(outflows.redemptionsBacked(), MONEY - PAID, "backed");
    }

    // ---- pause

    function test_RevertWhen_TheFundIsPaused() public {
        _commit(2);
        _pause();
        uint256 until = block.timestamp + 3 days;
        bytes[8] memory calls = [
            abi.encodeCall(outflows.commit, (1, 1)),
            abi.encodeCall(outflows.release, (1, 1, false)),
            abi.encodeCall(outflows.recordSale, (baker, 1)),
            abi.encodeCall(outflows.net, (baker, 1)),
            abi.encodeCall(outflows.payCurrency, (1, "transfer")),
            abi.encodeCall(outflows.backRedemption, (1)),
            abi.encodeCall(outflows.payRedemption, (DAVE, 1, "transfer")),
            abi.encodeCall(outflows.allowOperating, (1, TEXT))
        ];
        address book_ = address(book);
        address till = address(currency);
        address[8] memory callers = [book_, book_, till, till, till, address(desk), address(desk), address(theAssembly)];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(callers[i]);
            (bool passed, bytes memory answer) = address(fund).call(calls[i]);
            vm.assertEq(passed, false, "a call went through");
            vm.assertEq(answer, abi.encodeWithSelector(IGuardian.Guardian_Paused.selector, until), "error");
        }
        vm.prank(book_);
        outflows.uncommit(1, 2); // What comes back comes back.
    }
}
