// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Tester} from "./Tester.sol";

contract PublishTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(REGISTRAR), _id(address(this)));
        vm.prank(REGISTRAR);
        rulebook.publish(_rules());
    }

    function test_RevertWhen_TheSplitIsOverTheWhole() public {
        IRulebook.Rules memory r = _rules();
        (r.operationsBps, r.reserveBps) = (1, 10_000);
        _reverts(IRulebook.Rulebook_SplitTooHigh.selector, 10_001, 10_000);
        rulebook.publish(r);
    }

    /// @notice Sixteen bits of each do not hide an overflowing sum.
    function test_RevertWhen_EachPartIsTheLargest() public {
        IRulebook.Rules memory r = _rules();
        (r.operationsBps, r.reserveBps) = (type(uint16).max, type(uint16).max);
        _reverts(IRulebook.Rulebook_SplitTooHigh.selector, 131_070, 10_000);
        rulebook.publish(r);
    }

    function test_RevertWhen_TheNoticeIsZero() public {
        IRulebook.Rules memory r = _rules();
        r.rateNoticeDays = 0;
        _reverts(IRulebook.Rulebook_NoticeTooShort.selector, 0, 1);
        rulebook.publish(r);
    }

    function test_WhenTheSplitIsTheWhole() public {
        IRulebook.Rules memory r = IRulebook.Rules(1, 2, 4000, 6000, 1, type(uint32).max);
        vm.expectEmit(address(rulebook));
        emit IRulebook.RulesPublished(2, r);
        _eq(rulebook.publish(r), 2, "version");
        _eq(rulebook.currentVersion(), 2, "current version");
        vm.assertEq(abi.encode(rulebook.current()), abi.encode(r), "in force");
        vm.assertEq(abi.encode(rulebook.rules(1)), abi.encode(_rules()), "the first never changes");
        _record(_item(alice, 10_000, TODAY));
        _assertSheet(0, 280, 0, 0, 168, 112);
    }

    /// @notice A version is published with money in the pockets, and moves none.
    function test_WhenThePocketsHoldMoney() public {
        _record(_item(alice, 10_000, TODAY));
        bytes32 before = _moneyHash();
        _publish(9999, 1);
        vm.assertEq(_moneyHash(), before, "money");
    }
}

contract RulesTest is Tester {
    function test_RevertWhen_TheVersionIsZero() public {
        _reverts(IRulebook.Rulebook_VersionUnknown.selector, 0, 1);
        rulebook.rules(0);
    }

    function test_RevertWhen_TheVersionIsOneTooHigh() public {
        _reverts(IRulebook.Rulebook_VersionUnknown.selector, 2, 1);
        rulebook.rules(2);
    }

    function test_WhenTheVersionIsTheLast() public view {
        vm.assertEq(abi.encode(rulebook.rules(1)), abi.encode(_rules()), "rules");
    }
}

contract AdoptRulesTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheRulebook() public {
        _reverts(ICommunityFund.CommunityFund_NotRulebook.selector, _id(address(this)), _id(address(rulebook)));
        fund.adoptRules(2, _rules());
    }
}
