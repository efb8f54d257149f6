// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {Tester} from "./Tester.sol";

contract CreditPurchasesTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheFund() public {
        ICommunityCredit.Tariff memory tariff;
        _reverts(ICommunityCredit.CommunityCredit_NotFund.selector, _id(address(this)), _id(address(fund)));
        credit.creditPurchases(new bytes32[](0), tariff);
    }

    function test_WhenTheItemIsAMembers() public {
        bytes32[] memory items = _list(_item(alice, 10_000, TODAY));
        vm.expectEmit(address(credit));
        emit IERC20.Transfer(address(0), credit.addressOf(alice), 238);
        this.record(items);
        _eq(_creditOf(alice), 238, "balance");
        _eq(credit.totalSupply(), 238, "supply");
    }

    function record(bytes32[] calldata items) external {
        _record(items);
    }
}

contract BurnTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheFund() public {
        _reverts(ICommunityCredit.CommunityCredit_NotFund.selector, _id(address(this)), _id(address(fund)));
        credit.burn(alice, 1);
    }

    function test_RevertWhen_TheAmountIsOneMoreThanTheBalance() public {
        _record(_item(alice, 10_000, TODAY));
        _reverts(ICommunityCredit.CommunityCredit_InsufficientBalance.selector, 239, 238);
        vm.prank(address(fund));
        credit.burn(alice, 239);
    }

    function test_WhenTheAmountIsTheBalance() public {
        _record(_item(alice, 10_000, TODAY));
        vm.expectEmit(address(credit));
        emit IERC20.Transfer(credit.addressOf(alice), address(0), 238);
        vm.prank(address(fund));
        credit.burn(alice, 238);
        _eq(_creditOf(alice), 0, "balance");
        _eq(credit.account(alice).validUntil, TODAY + 4000, "validity");
    }
}

/// @notice Nobody moves credits: not the holder's virtual address, not the fund, not the governor.
contract TransferTest is Tester {
    function _callers() private view returns (address[5] memory) {
        return [credit.addressOf(alice), address(fund), address(this), TREASURER, address(membership)];
    }

    function test_RevertWhen_AnyoneTransfers() public {
        _record(_item(alice, 10_000, TODAY));
        for (uint256 i = 0; i < 5; ++i) {
            address caller = _callers()[i];
            _reverts(ICommunityCredit.CommunityCredit_NonTransferable.selector);
            vm.prank(caller);
            credit.transfer(address(0xB0B), 1);
        }
    }

    function test_RevertWhen_AnyoneTransfersFromAnother() public {
        _record(_item(alice, 10_000, TODAY));
        address holder = credit.addressOf(alice);
        for (uint256 i = 0; i < 5; ++i) {
            address caller = _callers()[i];
            _reverts(ICommunityCredit.CommunityCredit_NonTransferable.selector);
            vm.prank(caller);
            credit.transferFrom(holder, address(0xB0B), 1);
        }
    }

    function test_RevertWhen_AnyoneApproves() public {
        for (uint256 i = 0; i < 5; ++i) {
            address caller = _callers()[i];
            _reverts(ICommunityCredit.CommunityCredit_NonTransferable.selector);
            vm.prank(caller);
            credit.approve(address(0xB0B), 1);
        }
    }
}

contract ReadsTest is Tester {
    function test_WhenTheAddressIsAMembers() public {
        _record(_item(alice, 10_000, TODAY));
        _eq(credit.balanceOf(credit.addressOf(alice)), 238, "balance");
        _eq(credit.balanceOf(credit.addressOf(bruno)), 0, "another's balance");
    }

    /// @notice Only the 32 low bits name the member: an address with other high bits is nobody's.
    function test_WhenTheAddressOnlyEndsInAMembersNumber() public {
        _record(_item(alice, 10_000, TODAY));
        _eq(credit.balanceOf(address(uint160(alice))), 0, "balance");
    }

    function test_WhenTheNumberWasNeverAdmitted() public view {
        _eq(uint256(keccak256(abi.encode(credit.account(bruno + 1)))), uint256(keccak256(new bytes(96))), "zero");
    }

    function test_WhenTheReadIsOfTheToken() public view {
        _eq(credit.decimals(), 2, "decimals");
        _eq(credit.allowance(credit.addressOf(alice), address(this)), 0, "allowance");
    }
}
