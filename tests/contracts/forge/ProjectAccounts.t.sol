// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice What a project shows for its money, and what comes to it from outside.
contract ProjectAccountsTest is ProjectActs {
    uint32 private project;

    function setUp() public override {
        super.setUp();
        project = _active();
    }

    function _file(uint8 tranche, bytes32 account) private {
        _as(CARL);
        awards.fileAccount(project, tranche, account, "");
    }

    function _accept(uint8 tranche, bytes32 account) private {
        _as(MENTOR);
        awards.acceptAccount(project, tranche, account, "");
    }

    // ---- accounts

    function test_RevertWhen_ATrancheThatIsNotReleasedIsAccounted() public {
        _wrongTranche(project, 1, IProjectBook.TrancheState.Locked, IProjectBook.TrancheState.Released);
        _file(1, EVIDENCE);
        _wrongTranche(project, 1, IProjectBook.TrancheState.Locked, IProjectBook.TrancheState.Released);
        _accept(1, EVIDENCE);
    }

    function test_RevertWhen_AnotherAccountIsAccepted() public {
        _file(0, EVIDENCE);
        _reverts(IProjectAwards.ProjectBook_OtherClaim.selector, uint256(TEXT), uint256(EVIDENCE));
        _accept(0, TEXT);
    }

    function test_RevertWhen_NoAccountWasFiled() public {
        _reverts(IProjectAwards.ProjectBook_OtherClaim.selector, 0, 0);
        _accept(0, 0);
    }

    function test_RevertWhen_TheMentorHasBecomeRelated() public {
        _file(0, EVIDENCE);
        _relate(project, MENTOR);
        _interested(MENTOR);
        _accept(0, EVIDENCE);
    }

    function test_RevertWhen_AnAccountIsAcceptedTwice() public {
        _account(project, 0);
        _wrongTranche(project, 0, IProjectBook.TrancheState.Accounted, IProjectBook.TrancheState.Released);
        _accept(0, EVIDENCE);
    }

    function test_WhenAnAccountIsReplaced() public {
        _file(0, TEXT);
        vm.expectEmit(address(book));
        emit IProjectAwards.AccountFiled(project, 0, EVIDENCE);
        _file(0, EVIDENCE);
        vm.expectEmit(address(book));
        emit IProjectAwards.TrancheAccounted(project, 0, EVIDENCE, MENTOR);
        _accept(0, EVIDENCE);
        _assertTranche(project, 0, IProjectBook.TrancheState.Accounted);
        _eq(book.project(project).accounted, 1, "accounted");
        _assertState(project, IProjectBook.State.Active);
    }

    function test_WhenTheLastTrancheIsAccounted() public {
        _account(project, 0);
        _coFinance(project, 200_000, "a bank");
        _release(project, 1);
        _file(1, EVIDENCE);
        vm.expectEmit(address(book));
        emit IProjectAwards.ProjectCompleted(project);
        _accept(1, EVIDENCE);
        _assertState(project, IProjectBook.State.Completed);
        _eq(book.project(project).released, AMOUNT, "released");
    }

    // ---- co-financing

    function _money(uint64 amount, uint32 valuer, string memory source)
        private
        pure
        returns (IProjectAwards.CoFinancing memory)
    {
        return IProjectAwards.CoFinancing(amount, valuer, TODAY, TEXT, keccak256(bytes(source)), EVIDENCE);
    }

    function _receive(uint32 project_, IProjectAwards.CoFinancing memory money) private {
        vm.prank(TREASURER);
        awards.receiveCoFinancing(project_, money);
    }

    function test_RevertWhen_NothingComes() public {
        _reverts(IProjectBook.ProjectBook_WrongAmount.selector, 0, 1);
        _receive(project, _money(0, 0, "a bank"));
    }

    function test_RevertWhen_TheSourceIsUsed() public {
        uint32 other = _eligible();
        _receive(other, _money(1, 0, "a bank"));
        _reverts(IProjectAwards.ProjectBook_SourceUsed.selector, other);
        _receive(project, _money(1, 0, "a bank"));
        _reverts(IProjectAwards.ProjectBook_SourceUsed.selector, other);
        _receive(other, _money(1, 0, "a bank"));
    }

    function test_RevertWhen_TheValuerIsNoMember() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, NOBODY, membership.memberCount());
        _receive(project, _money(1, NOBODY, "a barn"));
    }

    function test_RevertWhen_TheValuerIsRelated() public {
        _interested(FRED);
        _receive(project, _money(1, FRED, "a barn"));
    }

    function test_WhenMoneyComes() public {
        IProjectAwards.CoFinancing memory money = _money(5000, DAVE, "a barn");
        vm.expectEmit(address(book));
        emit IProjectAwards.CoFinancingReceived(project, money);
        _receive(project, money);
        _receive(project, _money(1, 0, "a bank"));
        _eq(book.project(project).received, 5001, "received");
        _eq(book.sourceOf(money.source), project, "source");
        _assertBalanced(); // It is not the fund's money.
    }

    function test_WhenMoneyIsPledged() public {
        vm.expectEmit(address(book));
        emit IProjectAwards.CoFinancingPledged(project, SOUGHT, TEXT, EVIDENCE);
        _as(CARL);
        awards.pledgeCoFinancing(project, SOUGHT, TEXT, EVIDENCE, "");
        _eq(book.project(project).received, 0, "received");
    }
}
