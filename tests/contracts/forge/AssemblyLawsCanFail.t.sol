// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {AssemblyActors} from "./AssemblyActors.sol";
import {AssemblyGhost} from "./AssemblyGhost.sol";
import {AssemblyLaws} from "./AssemblyLaws.sol";
import {Bell} from "./AssemblyParts.sol";
import {Vm} from "./Vm.sol";

/// @notice An assembly after 600 calls of the actors, always the same ones.
abstract contract Deliberated {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    AssemblyActors internal _actors;
    AssemblyLaws internal _laws;
    IAssembly internal _assembly;
    IMembership internal _membership;

    function setUp() external {
        _actors = new AssemblyActors();
        _actors.setUp();
        _laws = new AssemblyLaws(_actors);
        (_assembly, _membership) = _actors.contracts();
        for (uint256 i = 0; i < 600; ++i) {
            _act(uint256(keccak256(abi.encode("a meeting", i))));
        }
    }

    function _act(uint256 seed) private {
        (uint256 a, uint256 b) = (seed >> 16, seed >> 128);
        uint256 choice = seed % 20;
        if (choice < 5) _actors.cast(a, b);
        else if (choice < 7) _actors.execute(a);
        else if (choice < 9) _actors.voteDirectly(a, a >> 16, b);
        else if (choice < 12) _actors.open(a, b);
        else if (choice == 12) _actors.declareInterest(a, b);
        else if (choice == 13) _actors.notice(a);
        else if (choice < 16) _actors.passTime(a);
        else if (choice == 16) _actors.admit(a);
        else if (choice == 17) _actors.rotate(a, b);
        else if (choice == 18) _actors.seat(a, b);
        else if (seed >> 64 & 1 == 0) _actors.setCategory(a, b);
        else _actors.publishCharter(a);
    }
}

/// @notice The campaign meets what it is there to meet.
contract AssemblyActorsTest is Deliberated {
    error NeverMet(string what, uint256 which);

    function test_WhenTheActorsHaveActed() public view {
        for (uint256 reason = 0; reason <= uint256(IAssembly.BallotRefusal.BadSignature); ++reason) {
            _mustHaveMet(_actors.met(IAssembly.BallotRefusal(reason)), "a reason", reason);
        }
        IAssembly.State[5] memory states = [
            IAssembly.State.Open,
            IAssembly.State.Contestable,
            IAssembly.State.Final,
            IAssembly.State.Executed,
            IAssembly.State.NoQuorum
        ];
        for (uint256 i = 0; i < states.length; ++i) {
            _mustHaveMet(_actors.tried(states[i]), "a state", uint256(states[i]));
        }
        _mustHaveMet(_actors.extended(), "an extension", 0);
        _mustHaveMet(_actors.opened(), "an opening", 0);
        _mustHaveMet(_actors.excused(), "an interest", 0);
        _laws.checkAll();
    }

    function _mustHaveMet(uint256 times, string memory what, uint256 which) private pure {
        if (times == 0) revert NeverMet(what, which);
    }
}

/// @notice Each law refuses the fault it is there for: planted in the storage of an assembly that holds them all.
contract AssemblyLawsCanFailTest is Deliberated {
    /// @dev Flips a bit of the last slot that a reading of the assembly reads.
    function _flip(bytes memory reading, uint256 bit) private {
        vm.record();
        (bool done,) = address(_assembly).call(reading);
        require(done, "read");
        (bytes32[] memory reads,) = vm.accesses(address(_assembly));
        bytes32 slot = reads[reads.length - 1];
        vm.store(address(_assembly), slot, vm.load(address(_assembly), slot) ^ bytes32(1 << bit));
    }

    /// @dev Flips the lowest bit of a value that the resolution's slots hold, and that no other of its values equals.
    function _bend(uint256 value, uint256 mask) private {
        vm.record();
        _assembly.resolution(1);
        (bytes32[] memory reads,) = vm.accesses(address(_assembly));
        for (uint256 i = 0; i < 256 * reads.length; i += 8) {
            uint256 word = uint256(vm.load(address(_assembly), reads[i >> 8]));
            if ((word >> (i & 0xff)) & mask != value) continue;
            vm.store(address(_assembly), reads[i >> 8], bytes32(word ^ (1 << (i & 0xff))));
            return;
        }
        revert("no such value");
    }

    function _vote() private view returns (AssemblyGhost.Vote memory) {
        return _actors.votes()[1];
    }

    function _mustFail(bytes memory check, bytes4 error_) private {
        (bool done, bytes memory answer) = address(_laws).call(check);
        require(!done && bytes4(answer) == error_, "the law holds, or another one fails");
    }

    function test_WhenABallotIsChanged() public {
        _flip(abi.encodeCall(_assembly.ballotOf, (1, 3)), 24);
        _mustFail(abi.encodeCall(_laws.checkBallots, (1)), AssemblyLaws.Law8_Ballot.selector);
    }

    function test_WhenABallotOfNobodyIsAdded() public {
        _flip(abi.encodeCall(_assembly.ballotOf, (1, 0)), 0);
        _mustFail(abi.encodeCall(_laws.checkBallots, (1)), AssemblyLaws.Law8_Ballot.selector);
    }

    function test_WhenTheTallyIsChanged() public {
        for (uint256 i = 0; i < 13; ++i) {
            _flip(abi.encodeCall(_assembly.tally, (1)), 21 * i);
            _mustFail(abi.encodeCall(_laws.checkTally, (1)), AssemblyLaws.Assembly_Tally.selector);
            _flip(abi.encodeCall(_assembly.tally, (1)), 21 * i);
        }
        _laws.checkTally(1);
    }

    function test_WhenMoreVoteThanTheRollHolds() public {
        _flip(abi.encodeCall(_assembly.tally, (1)), 20);
        _mustFail(abi.encodeCall(_laws.checkTurnout, (1)), AssemblyLaws.Assembly_Turnout.selector);
    }

    function test_WhenTheTextIsChanged() public {
        _bend(uint256(_assembly.resolution(1).text), type(uint256).max);
        _mustFail(abi.encodeCall(_laws.checkTerms, (1)), AssemblyLaws.Law8_Terms.selector);
    }

    function test_WhenTheCallsAreChanged() public {
        _bend(uint256(_assembly.resolution(1).calls), type(uint256).max);
        _mustFail(abi.encodeCall(_laws.checkTerms, (1)), AssemblyLaws.Law8_Terms.selector);
    }

    function test_WhenTheClosingIsMoved() public {
        _bend(_vote().closesAt, type(uint64).max);
        _mustFail(abi.encodeCall(_laws.checkTerms, (1)), AssemblyLaws.Law8_Closing.selector);
    }

    function test_WhenTheRollIsChanged() public {
        bytes32[] memory members = new bytes32[](1);
        members[0] = bytes32(uint256(2));
        vm.record();
        _membership.rollEntries(members, 0);
        (bytes32[] memory reads,) = vm.accesses(address(_membership));
        bytes32 slot = reads[reads.length - 1];
        vm.store(address(_membership), slot, vm.load(address(_membership), slot) ^ bytes32(uint256(3)));
        _mustFail(abi.encodeCall(_laws.checkRoll, (1)), AssemblyLaws.Law8_Roll.selector);
    }

    function test_WhenTheRollIsResized() public {
        uint32[3] memory roll = _vote().roll;
        uint256 packed = uint256(roll[0]) | (uint256(roll[1]) << 32) | (uint256(roll[2]) << 64);
        _bend(packed, type(uint96).max);
        _mustFail(abi.encodeCall(_laws.checkRoll, (1)), AssemblyLaws.Law8_RollSizes.selector);
    }

    function test_WhenAResolutionIsExecutedOnceMore() public {
        Bell one = _actors.bellOf(0);
        one.ring();
        _mustFail(abi.encodeCall(_laws.checkExecutions, ()), AssemblyLaws.Assembly_Executed.selector);
    }
}
