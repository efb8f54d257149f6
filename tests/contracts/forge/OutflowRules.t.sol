// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Tester} from "./Tester.sol";

/// @notice The rules of what goes out, and what kind a merchant is of.
contract OutflowRulesTest is Tester {
    function test_RevertWhen_TheJudgingTimeIsTooShort() public {
        IRulebook.OutflowRules memory rules = _outflowRules();
        rules.judgingTime = 59;
        _reverts(IRulebook.Rulebook_JudgingTimeTooShort.selector, 59, 60);
        rulebook.publishOutflowRules(rules);
    }

    function test_WhenTheGovernorPublishes() public {
        IRulebook.OutflowRules memory rules = _outflowRules();
        (rules.judgingTime, rules.coverageFloorBps) = (60, 3);
        vm.expectEmit(address(rulebook));
        emit IRulebook.OutflowRulesPublished(2, rules);
        _eq(rulebook.publishOutflowRules(rules), 2, "version");
        _eq(rulebook.outflowVersion(), 2, "version");
        vm.assertEq(abi.encode(rulebook.outflowRules()), abi.encode(rules), "rules");
        _eq(rulebook.currentVersion(), 1, "the other rules have versions of their own");
    }

    function test_RevertWhen_TheMerchantIsUnknown() public {
        _reverts(IMembership.Membership_MerchantUnknown.selector, alice);
        vm.prank(REGISTRAR);
        membership.setMerchantKind(alice, 1);
    }

    function test_WhenTheRegistrarSetsAKind() public {
        vm.expectEmit(address(membership));
        emit IMembership.MerchantKindSet(shop, 255);
        vm.prank(REGISTRAR);
        membership.setMerchantKind(shop, 255);
        _eq(membership.merchantKind(shop), 255, "kind");
    }

    /// @notice What neither a contract nor its extension has.
    function test_RevertWhen_NobodyHasTheFunction() public {
        address[2] memory extended = [address(fund), address(book)];
        for (uint256 i = 0; i < 2; ++i) {
            (bool passed,) = extended[i].call(abi.encodeWithSignature("empty()"));
            vm.assertEq(passed, false, "a function that nobody wrote");
            (passed,) = extended[i].call("");
            vm.assertEq(passed, false, "no function at all");
        }
    }
}
