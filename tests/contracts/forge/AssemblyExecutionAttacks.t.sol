// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {Bell, Echo} from "./AssemblyParts.sol";
import {IProxied} from "./Community.sol";

interface IAppended {
    function migrate(uint256 value) external;
    function appended() external view returns (uint256);
}

/// @notice Stories of those who would carry out what was not decided, or decide without a vote.
contract AssemblyExecutionAttacksTest is Assembled {
    /// @notice As many are for as against, and the president would let his voice break the tie.
    function test_RevertWhen_AResolutionThatTiedIsExecuted() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 4), FOR);
        _voteAll(r, _range(5, 8), AGAINST);
        _voteAll(r, _range(9, 12), ABSTAIN);
        _final(r);
        _mustNotExecute(r, IAssembly.State.Defeated);
    }

    /// @notice Two members of twelve decide on a summer evening, where three are needed; unanimously.
    function test_RevertWhen_AResolutionWithoutQuorumIsExecuted() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 2), FOR);
        _final(r);
        _mustNotExecute(r, IAssembly.State.NoQuorum);
    }

    /// @notice Seven of eleven are a majority and not two thirds: a by-law does not pass.
    function test_RevertWhen_AByLawThatMissedTwoThirdsIsExecuted() public {
        IRulebook.Call[] memory calls = _upgrade();
        uint32 r = _opened(IRulebook.Kind.ByLaw, calls);
        _voteAll(r, _range(1, 7), FOR);
        _voteAll(r, _range(8, 11), AGAINST);
        _final(r);
        _wrongState(r, IAssembly.State.Defeated, IAssembly.State.Final);
        theAssembly.execute(r, calls);
    }

    function _mustNotExecute(uint32 r, IAssembly.State actual) private {
        _wrongState(r, actual, IAssembly.State.Final);
        theAssembly.execute(r, _ring());
        _eq(bell.rings(), 0, "the bell");
    }

    function _decided() private returns (uint32) {
        return _carried(IRulebook.Kind.Decision, _ring(), _range(1, 4));
    }

    /// @notice Somebody in a hurry tries at each moment before the contest window has ended.
    function test_RevertWhen_AResolutionIsExecutedEarly() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        _mustNotExecute(r, IAssembly.State.Noticed);
        vm.warp(theAssembly.resolution(r).opensAt);
        _voteAll(r, _range(1, 12), FOR);
        _mustNotExecute(r, IAssembly.State.Open);
        _final(r);
        vm.warp(block.timestamp - 1);
        _mustNotExecute(r, IAssembly.State.Contestable);
        vm.warp(block.timestamp + 1);
        theAssembly.execute(r, _ring());
        _eq(bell.rings(), 1, "the bell");
    }

    /// @notice What was decided a year ago is brought out of the drawer. Ninety days after it was final, it had expired.
    function test_RevertWhen_AResolutionIsExecutedLate() public {
        uint32 r = _decided();
        vm.warp(block.timestamp + 90 days);
        _mustNotExecute(r, IAssembly.State.Expired);
        vm.warp(block.timestamp - 1);
        theAssembly.execute(r, _ring());
        _eq(bell.rings(), 1, "the bell");
    }

    /// @notice The same payment, twice.
    function test_RevertWhen_AResolutionIsExecutedTwice() public {
        uint32 r = _decided();
        vm.expectEmit(address(theAssembly));
        emit IAssembly.ResolutionExecuted(r);
        theAssembly.execute(r, _ring());
        _wrongState(r, IAssembly.State.Executed, IAssembly.State.Final);
        theAssembly.execute(r, _ring());
        _eq(bell.rings(), 1, "the bell");
    }

    /// @notice What a resolution calls calls back, and executes it again before the first execution has ended.
    function test_WhenTheTargetExecutesTheResolutionAgain() public {
        Echo echo = new Echo(theAssembly);
        vm.prank(address(theAssembly));
        rulebook.setPower(address(echo), Echo.shout.selector, IRulebook.Power(true, IRulebook.Kind.Decision, 0));
        IRulebook.Call[] memory calls = _call(address(echo), abi.encodeCall(Echo.shout, (1)));
        uint32 r = _carried(IRulebook.Kind.Decision, calls, _range(1, 4));
        _eq(r, 1, "the resolution that it shouts");
        theAssembly.execute(r, calls);
        _eq(echo.calls(), 1, "it was called once");
        vm.assertEq(
            echo.answer(),
            abi.encodeWithSelector(
                IAssembly.Assembly_WrongState.selector, r, IAssembly.State.Executed, IAssembly.State.Final
            ),
            "what it was answered"
        );
    }

    /// @notice The members voted to ring the bell; the treasurer executes a payment, twice the bell, or nothing.
    function test_RevertWhen_OtherCallsAreExecuted() public {
        uint32 r = _decided();
        IRulebook.Call[] memory twice = new IRulebook.Call[](2);
        (twice[0], twice[1]) = (_ring()[0], _ring()[0]);
        _mustNotExecuteOther(r, _call(address(bell), abi.encodeCall(Bell.pay, (TREASURER, 1))));
        _mustNotExecuteOther(r, _call(address(fund), _ring()[0].data));
        _mustNotExecuteOther(r, twice);
        _mustNotExecuteOther(r, new IRulebook.Call[](0));
    }

    function _mustNotExecuteOther(uint32 r, IRulebook.Call[] memory calls) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssembly.Assembly_OtherCalls.selector, keccak256(abi.encode(calls)), keccak256(abi.encode(_ring()))
            )
        );
        theAssembly.execute(r, calls);
    }

    /// @notice One call of a resolution fails. None is carried out, its error is told, and the resolution may be executed
    /// when the reason is gone.
    function test_RevertWhen_ACallFails() public {
        IRulebook.Call[] memory twice = new IRulebook.Call[](2);
        (twice[0], twice[1]) = (_ring()[0], _ring()[0]);
        uint32 r = _carried(IRulebook.Kind.Decision, twice, _range(1, 4));
        bell.crack(true);
        vm.expectRevert(abi.encodePacked(Bell.Bell_Cracked.selector));
        theAssembly.execute(r, twice);
        _assertState(r, IAssembly.State.Final);
        bell.crack(false);
        theAssembly.execute(r, twice);
        _eq(bell.rings(), 2, "the bell");
    }

    // ---- annulment

    function _annulment(uint32 r) private view returns (IRulebook.Call[] memory) {
        return _call(address(theAssembly), abi.encodeCall(IAssembly.annul, (r, bytes32("reasons"))));
    }

    /// @notice The losers bring an annulment of a resolution that was defeated, so that its opposite may win. An annulment
    /// takes a victory away and gives none: there is nothing to annul, nor in what lacked a quorum.
    function test_RevertWhen_AnAnnulmentWouldChangeAWinner() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 4), AGAINST);
        _closed(r);
        _assertState(r, IAssembly.State.Defeated);
        uint32 a = _carried(IRulebook.Kind.Annulment, _annulment(r), _directors());
        _wrongState(r, IAssembly.State.Defeated, IAssembly.State.Contestable);
        theAssembly.execute(a, _annulment(r));
        _assertState(r, IAssembly.State.Defeated);
    }

    /// @notice What the board annuls in the contest window stays annulled, whatever the time, and is never executed.
    function test_RevertWhen_AnAnnulledResolutionIsExecuted() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 4), FOR);
        _closed(r);
        uint32 a = _carried(IRulebook.Kind.Annulment, _annulment(r), _directors());
        vm.expectEmit(address(theAssembly));
        emit IAssembly.ResolutionAnnulled(r, "reasons");
        theAssembly.execute(a, _annulment(r));
        _mustNotExecute(r, IAssembly.State.Annulled);
        _final(r);
        _mustNotExecute(r, IAssembly.State.Annulled);
        _assertState(a, IAssembly.State.Executed);
    }

    /// @notice The board decides the annulment in time, and carries it out a second after the window.
    function test_RevertWhen_AnAnnulmentComesAfterTheContestWindow() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 4), FOR);
        _closed(r);
        uint32 a = _carried(IRulebook.Kind.Annulment, _annulment(r), _directors());
        _final(r);
        _wrongState(r, IAssembly.State.Final, IAssembly.State.Contestable);
        theAssembly.execute(a, _annulment(r));
    }

    /// @notice A director annuls by himself.
    function test_RevertWhen_ADirectorAnnulsAlone() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 4), FOR);
        _closed(r);
        address ana = vm.addr(_keyOf(ANA));
        vm.prank(ana);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotAssembly.selector, ana, address(theAssembly)));
        theAssembly.annul(r, "reasons");
    }

    function _directors() private pure returns (uint32[] memory members) {
        members = new uint32[](4);
        (members[0], members[1], members[2], members[3]) = (ANA, BEN, EMMA, IRIS);
    }

    // ---- guardian

    /// @notice The guardian stops the fund, and would stop it again when the three days are over: that takes a resolution,
    /// nor may he settle his own pause, nor the board one for ever.
    function test_RevertWhen_TheGuardianExtendsItsPause() public {
        IGuardian guardian = IGuardian(address(fund));
        vm.prank(GUARDIAN);
        guardian.pause();
        vm.warp(NOW + 3 days);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodePacked(IGuardian.Guardian_Spent.selector));
        guardian.pause();
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Governed_NotGovernor.selector, GUARDIAN, address(theAssembly)));
        guardian.settlePause(uint64(NOW) + 10 days);
        _mustBePausedByTheBoard(guardian);
    }

    function _mustBePausedByTheBoard(IGuardian guardian) private {
        uint64 until = uint64(block.timestamp) + 20 days;
        IRulebook.Call[] memory calls = _call(address(fund), abi.encodeCall(IGuardian.settlePause, (until)));
        uint32 r = _carried(IRulebook.Kind.Office, calls, _directors());
        theAssembly.execute(r, calls);
        _eq(guardian.pausedUntil(), until, "paused by a resolution");
        calls = _call(address(fund), abi.encodeCall(IGuardian.settlePause, (type(uint64).max)));
        r = _carried(IRulebook.Kind.Office, calls, _directors());
        vm.expectRevert(
            abi.encodeWithSelector(
                IGuardian.Guardian_PauseTooLong.selector, type(uint64).max, uint64(block.timestamp) + 30 days
            )
        );
        theAssembly.execute(r, calls);
    }

    // ---- upgrades

    function _upgrade() private returns (IRulebook.Call[] memory) {
        address code =
            _deploy("CommunityFundV2.sol:CommunityFundV2", abi.encode(membership, credit, rulebook, _outflows()));
        return _call(
            address(fund), abi.encodeCall(IProxied.upgradeToAndCall, (code, abi.encodeCall(IAppended.migrate, (42))))
        );
    }

    /// @notice The board gives itself the power to upgrade. That is a matter of by-law, even by a by-law resolution.
    function test_RevertWhen_TheUpgradeIsGivenToALesserMajority() public {
        IRulebook.Call[] memory calls = _call(
            address(rulebook),
            abi.encodeCall(
                IRulebook.setPower,
                (address(fund), IProxied.upgradeToAndCall.selector, IRulebook.Power(true, IRulebook.Kind.Office, 0))
            )
        );
        uint32 r = _carried(IRulebook.Kind.ByLaw, calls, _range(1, 12));
        vm.expectRevert(
            abi.encodeWithSelector(IRulebook.Rulebook_ByLawOnly.selector, IProxied.upgradeToAndCall.selector)
        );
        theAssembly.execute(r, calls);
    }

    /// @notice Eight of twelve are two thirds: the members upgrade their fund, and nobody else may.
    function test_WhenAByLawUpgrades() public {
        IRulebook.Call[] memory calls = _upgrade();
        uint32 r = _opened(IRulebook.Kind.ByLaw, calls);
        _voteAll(r, _range(1, 8), FOR);
        _voteAll(r, _range(9, 12), AGAINST);
        _final(r);
        theAssembly.execute(r, calls);
        _eq(IAppended(address(fund)).appended(), 42, "the new code's variable");
    }
}
