// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice A fund with 30,000.00 of cash, which owes 238,000.00 to Dave; his purchases brought as much to the pockets.
abstract contract Solvent is ProjectActs {
    uint64 internal constant CREDITS = 23_800_000;
    uint64 internal constant OPERATIONS = 2_800_000;
    uint64 internal constant RESERVE = 1_400_000;
    uint64 internal constant OWED = 28_000_000 - MONEY; // The baker had paid 30,000.00 ahead.
    uint64 internal constant PAID = AMOUNT;

    function setUp() public virtual override {
        super.setUp();
        _buy(DAVE, 1e9);
        _eq(fund.creditsOutstanding(), CREDITS, "credits");
        _eq(fund.balanceSheet().reserve, RESERVE, "reserve");
        _eq(fund.balanceSheet().operations, OPERATIONS, "operations");
        _eq(fund.merchantAccount(baker).owed, OWED, "owed");
    }

    /// @dev The gate alone, by the award that passes it.
    function _commit(uint64 amount) internal {
        vm.prank(address(book));
        outflows.commit(1, amount);
    }

    function _release(uint64 amount, bool isLoan) internal {
        vm.prank(address(book));
        outflows.release(1, amount, isLoan);
    }

    function _attest(uint64 due, uint256 until) internal {
        vm.prank(ACTUARY);
        outflows.attestDue(due, uint64(until), EVIDENCE);
    }

    function _settle(uint64 amount, string memory transfer) internal {
        vm.prank(TREASURER);
        fund.settlePremiums(baker, amount, keccak256(bytes(transfer)));
    }

    function _floor(uint16 bps) internal {
        IRulebook.OutflowRules memory rules = _outflowRules();
        rules.coverageFloorBps = bps;
        _publishOutflow(rules);
    }

    function _tooLow(int256 liquid, uint256 limit) internal {
        vm.expectRevert(abi.encodeWithSelector(IFundOutflows.CommunityFund_CoverageTooLow.selector, liquid, limit));
    }

    function _notCovered(int256 liquid, uint256 due) internal {
        vm.expectRevert(abi.encodeWithSelector(IFundOutflows.CommunityFund_DueNotCovered.selector, liquid, due));
    }
}
