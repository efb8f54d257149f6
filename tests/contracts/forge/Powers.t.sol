// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {IProxied} from "./Community.sol";
import {Tester} from "./Tester.sol";

/// @notice A treasury to come, whose `pay(address,uint256)` carries its amount in the second word.
abstract contract PowersTester is Tester {
    address internal constant TREASURY = address(0x73EA);
    bytes4 internal constant PAY = bytes4(keccak256("pay(address,uint256)"));
    bytes4 internal constant SELL = bytes4(keccak256("sell()"));
    uint256 internal constant BOARD_LIMIT = 500_000;

    function setUp() public override {
        super.setUp();
        rulebook.setPower(TREASURY, PAY, IRulebook.Power(true, IRulebook.Kind.Spending, 2));
    }

    function _none() internal pure returns (IRulebook.Call[] memory) {
        return new IRulebook.Call[](0);
    }

    function _calls(address target, bytes memory data) internal pure returns (IRulebook.Call[] memory calls) {
        calls = new IRulebook.Call[](1);
        calls[0] = IRulebook.Call(target, data);
    }

    function _payments(uint256 a, uint256 b) internal pure returns (IRulebook.Call[] memory calls) {
        calls = new IRulebook.Call[](2);
        calls[0] = IRulebook.Call(TREASURY, abi.encodeWithSelector(PAY, TREASURY, a));
        calls[1] = IRulebook.Call(TREASURY, abi.encodeWithSelector(PAY, TREASURY, b));
    }

    function _wrongKind(IRulebook.Kind actual, IRulebook.Kind limit) internal {
        _reverts(IRulebook.Rulebook_WrongKind.selector, uint256(actual), uint256(limit));
    }
}

contract SetPowerTest is PowersTester {
    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(GUARDIAN), _id(address(this)));
        vm.prank(GUARDIAN);
        rulebook.setPower(TREASURY, PAY, IRulebook.Power(true, IRulebook.Kind.Decision, 0));
    }

    /// @notice Of any contract: who may set these may set everything.
    function test_RevertWhen_APowerOfByLawIsGivenToALesserKind() public {
        bytes4[3] memory reserved =
            [IProxied.upgradeToAndCall.selector, IRulebook.publishCharter.selector, IRulebook.setPower.selector];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 k = 0; k < uint256(IRulebook.Kind.ByLaw); ++k) {
                IRulebook.Power memory p = IRulebook.Power(true, IRulebook.Kind(k), 0);
                vm.expectRevert(abi.encodeWithSelector(IRulebook.Rulebook_ByLawOnly.selector, reserved[i]));
                rulebook.setPower(TREASURY, reserved[i], p);
            }
        }
    }

    function test_RevertWhen_ASpendingNamesNoAmount() public {
        _reverts(IRulebook.Rulebook_AmountWord.selector, uint256(IRulebook.Kind.Spending), 0);
        rulebook.setPower(TREASURY, PAY, IRulebook.Power(true, IRulebook.Kind.Spending, 0));
    }

    function test_RevertWhen_AnotherKindNamesAnAmount() public {
        _reverts(IRulebook.Rulebook_AmountWord.selector, uint256(IRulebook.Kind.Office), 1);
        rulebook.setPower(TREASURY, PAY, IRulebook.Power(true, IRulebook.Kind.Office, 1));
    }

    function test_WhenTheGovernorSetsIt() public {
        IRulebook.Power memory p = IRulebook.Power(true, IRulebook.Kind.Decision, 0);
        vm.expectEmit(address(rulebook));
        emit IRulebook.PowerSet(TREASURY, SELL, p);
        rulebook.setPower(TREASURY, SELL, p);
        vm.assertEq(abi.encode(rulebook.power(TREASURY, SELL)), abi.encode(p), "power");
        vm.assertEq(rulebook.power(address(fund), SELL).granted, false, "of no other contract");
        rulebook.bind(IRulebook.Kind.Decision, _calls(TREASURY, abi.encodePacked(SELL)));
    }

    function test_WhenTheGovernorTakesItBack() public {
        rulebook.setPower(TREASURY, PAY, IRulebook.Power(false, IRulebook.Kind.Decision, 0));
        vm.expectRevert(abi.encodeWithSelector(IRulebook.Rulebook_NoPower.selector, TREASURY, PAY));
        rulebook.bind(IRulebook.Kind.Decision, _calls(TREASURY, abi.encodePacked(PAY)));
    }
}

contract BindTest is PowersTester {
    function test_RevertWhen_TheCharterLacksTheKind() public {
        _reverts(IRulebook.Rulebook_KindAbsent.selector, uint256(IRulebook.Kind.MemberRebate));
        rulebook.bind(IRulebook.Kind.MemberRebate, _none());
    }

    function test_RevertWhen_NoPowerWasGranted() public {
        bytes4 unknown = IMembership.handOver.selector;
        vm.expectRevert(abi.encodeWithSelector(IRulebook.Rulebook_NoPower.selector, address(membership), unknown));
        rulebook.bind(IRulebook.Kind.ByLaw, _calls(address(membership), abi.encodePacked(unknown)));
    }

    function test_RevertWhen_ACallIsShorterThanASelector() public {
        bytes memory data = abi.encodePacked(bytes3(PAY));
        vm.expectRevert(abi.encodeWithSelector(IRulebook.Rulebook_NoPower.selector, TREASURY, bytes4(bytes3(PAY))));
        rulebook.bind(IRulebook.Kind.Spending, _calls(TREASURY, data));
    }

    function test_RevertWhen_ACallIsOfAnotherKind() public {
        bytes memory data = abi.encodeCall(rulebook.publish, (_rules()));
        _wrongKind(IRulebook.Kind.ByLaw, IRulebook.Kind.Rules); // Not even by a greater majority.
        rulebook.bind(IRulebook.Kind.ByLaw, _calls(address(rulebook), data));
    }

    function test_RevertWhen_OneOfTheCallsIsOfAnotherKind() public {
        IRulebook.Call[] memory calls = _payments(1, 1);
        calls[1] = IRulebook.Call(address(rulebook), abi.encodeCall(rulebook.setPower, (TREASURY, PAY, _power())));
        _wrongKind(IRulebook.Kind.Spending, IRulebook.Kind.ByLaw);
        rulebook.bind(IRulebook.Kind.Spending, calls);
    }

    function _power() private pure returns (IRulebook.Power memory) {
        return IRulebook.Power(true, IRulebook.Kind.Office, 0);
    }

    function test_RevertWhen_AnAmountIsOverTheBoardsLimit() public {
        _wrongKind(IRulebook.Kind.Spending, IRulebook.Kind.MajorSpending);
        rulebook.bind(IRulebook.Kind.Spending, _payments(BOARD_LIMIT + 1, 0));
    }

    /// @notice What a resolution spends is added up: it cannot be cut into pieces.
    function test_RevertWhen_TheAmountsTogetherAreOverTheBoardsLimit() public {
        _wrongKind(IRulebook.Kind.Spending, IRulebook.Kind.MajorSpending);
        rulebook.bind(IRulebook.Kind.Spending, _payments(BOARD_LIMIT, 1));
    }

    function test_RevertWhen_TheAmountsOverflow() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        rulebook.bind(IRulebook.Kind.MajorSpending, _payments(type(uint256).max, 1));
    }

    function test_RevertWhen_TheAmountIsMissing() public {
        bytes memory data = abi.encodePacked(PAY, bytes32(uint256(1)), bytes31(0));
        _reverts(IRulebook.Rulebook_NoAmount.selector, 67, 68);
        rulebook.bind(IRulebook.Kind.Spending, _calls(TREASURY, data));
    }

    function test_WhenTheAmountsAreTheBoardsLimit() public view {
        rulebook.bind(IRulebook.Kind.Spending, _payments(BOARD_LIMIT - 1, 1));
    }

    function test_WhenTheMembersDecideWhatTheBoardMight() public view {
        rulebook.bind(IRulebook.Kind.MajorSpending, _payments(0, 1));
    }

    function test_WhenTheMembersDecideWhatTheBoardMayNot() public view {
        rulebook.bind(IRulebook.Kind.MajorSpending, _payments(BOARD_LIMIT, type(uint128).max));
    }

    function test_WhenThereIsNoCall() public {
        IRulebook.Charter memory c = _charter();
        (c.unopened, c.lateWindow, c.opening) = (IRulebook.Unopened.Abstention, 7, 8);
        IRulebook.Procedure memory p = IRulebook.Procedure(
            IRulebook.Body.GeneralAssembly, IRulebook.Majority.TwoThirds, true, 9, 10, 11, 6 days, 13
        );
        c.procedures[uint256(IRulebook.Kind.Decision)] = p;
        rulebook.publishCharter(c);
        (uint16 version, uint32 notice, uint32 voting, IRulebook.Terms memory terms) =
            rulebook.bind(IRulebook.Kind.Decision, _none());
        _eq(version, 2, "version");
        _eq(notice, 10, "notice");
        _eq(voting, 11, "voting");
        IRulebook.Terms memory expected =
            IRulebook.Terms(p.body, p.majority, c.unopened, true, 9, 6 days, 13, 7, 8, c.collegeBps);
        vm.assertEq(abi.encode(terms), abi.encode(expected), "terms");
    }

    function test_WhenTheProfileHasColleges() public {
        IRulebook.Charter memory c = _charter();
        (c.profile, c.collegeBps) = (IRulebook.Profile.FrScic, [uint16(5000), 3000, 2000]);
        rulebook.publishCharter(c);
        (,,, IRulebook.Terms memory terms) = rulebook.bind(IRulebook.Kind.ByLaw, _none());
        vm.assertEq(abi.encode(terms.collegeBps), abi.encode(c.collegeBps), "weights");
    }
}
