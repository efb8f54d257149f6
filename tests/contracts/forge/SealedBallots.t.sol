// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IBoard} from "../../../contracts/interfaces/IBoard.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {Vm} from "./Vm.sol";

/// @notice A sealed vote (an election): nobody reads a running total, and only what was sealed in time is opened.
contract SealedBallotsTest is Assembled {
    uint32 internal r;

    function setUp() public override {
        super.setUp();
        r = _opened(IRulebook.Kind.Election, _seat());
    }

    function _seat() internal view returns (IRulebook.Call[] memory) {
        return _call(address(board), abi.encodeCall(IBoard.seat, (FRED, TERM_END)));
    }

    /// @dev Ana and Ben for, Emma against, in one batch.
    function _three() internal view returns (Assembled.Slip[] memory) {
        return _list(_sealedSlip(r, ANA, FOR, 1), _sealedSlip(r, BEN, FOR, 1), _sealedSlip(r, EMMA, AGAINST, 1));
    }

    function _opening(uint32 member, uint8 choice, uint8 sequence) internal pure returns (IAssembly.Opening memory) {
        return IAssembly.Opening(IAssembly.Choice(choice), _salt(member, sequence));
    }

    function _openings(IAssembly.Opening memory a) internal pure returns (IAssembly.Opening[] memory openings) {
        openings = new IAssembly.Opening[](1);
        openings[0] = a;
    }

    function _threeOpenings() internal pure returns (IAssembly.Opening[] memory openings) {
        openings = new IAssembly.Opening[](3);
        openings[0] = _opening(ANA, FOR, 1);
        openings[1] = _opening(BEN, FOR, 1);
        openings[2] = _opening(EMMA, AGAINST, 1);
    }

    function _open(uint32 batch, Assembled.Slip[] memory slips, IAssembly.Opening[] memory openings) internal {
        (bytes32[] memory words, bytes32[] memory commitments) = _words(slips);
        theAssembly.openBallots(r, batch, words, commitments, openings);
    }

    function _mustPassOver(uint32 batch, Assembled.Slip[] memory slips, IAssembly.Opening[] memory openings) internal {
        bytes32 before = theAssembly.tally(r);
        vm.recordLogs();
        _open(batch, slips, openings);
        vm.assertEq(theAssembly.tally(r), before, "passed over");
        _eq(vm.getRecordedLogs().length, 0, "no event");
    }

    function _mustBeOtherBatch(uint32 batch, Assembled.Slip[] memory slips, IAssembly.Opening[] memory openings)
        internal
    {
        (bytes32[] memory words, bytes32[] memory commitments) = _words(slips);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssembly.Assembly_OtherBatch.selector,
                keccak256(abi.encode(words, commitments)),
                theAssembly.sealedBatch(r, batch)
            )
        );
        theAssembly.openBallots(r, batch, words, commitments, openings);
    }

    /// @notice A candidate looks at the chain each evening of the vote. It says how many have voted, and nothing of what.
    function test_WhenSomebodyReadsTheTallyDuringTheVote() public {
        Assembled.Slip[] memory slips = _three();
        vm.recordLogs();
        _eq(_castSealed(r, slips), 1, "the batch");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        (bytes32[] memory words, bytes32[] memory commitments) = _words(slips);
        _eq(logs.length, 1, "one event");
        vm.assertEq(logs[0].data, abi.encode(words, commitments), "SealedBallotsCast");
        vm.assertEq(theAssembly.sealedBatch(r, 1), keccak256(abi.encode(words, commitments)), "its digest");
        for (uint256 choice = 1; choice <= 3; ++choice) {
            for (uint256 c = 0; c < 3; ++c) {
                _eq(_count(r, c, choice), 0, "hidden");
            }
        }
        _eq(_count(r, 0, 0), 2, "two users have voted");
        _eq(_count(r, 1, 0), 1, "and a worker");
        _assertBallot(r, ANA, 1, 0);
    }

    /// @notice The scrutineers open a few ballots a day before closing, to tell their friends how it stands.
    function test_RevertWhen_BallotsAreOpenedBeforeClosing() public {
        _castSealed(r, _three());
        vm.warp(theAssembly.resolution(r).closesAt - 1);
        _wrongState(r, IAssembly.State.Open, IAssembly.State.Closed);
        _open(1, _three(), _threeOpenings());
    }

    /// @notice Or after the time for it, when the count is known to be close.
    function test_RevertWhen_BallotsAreOpenedAfterTheOpening() public {
        _castSealed(r, _three());
        vm.warp(theAssembly.resolution(r).closesAt + 2 days - 1);
        IAssembly.Opening[] memory two = _threeOpenings();
        two[2].choice = IAssembly.Choice.Sealed;
        _open(1, _three(), two);
        vm.warp(block.timestamp + 1);
        _wrongState(r, IAssembly.State.NoQuorum, IAssembly.State.Closed);
        _open(1, _three(), _threeOpenings());
    }

    function test_WhenBallotsAreOpenedInTime() public {
        _castSealed(r, _three());
        _closed(r);
        _assertState(r, IAssembly.State.Closed);
        (bytes32[] memory opened,) = _words(_three());
        for (uint256 i = 0; i < 3; ++i) {
            opened[i] = bytes32(uint256(opened[i]) | (uint256(_threeOpenings()[i].choice) << 40));
        }
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotsOpened(r, 1, opened);
        _open(1, _three(), _threeOpenings());
        _eq(_count(r, 0, FOR), 2, "users for");
        _eq(_count(r, 1, AGAINST), 1, "workers against");
        _eq(_count(r, 0, 0) + _count(r, 1, 0), 0, "unopened");
        _assertBallot(r, EMMA, 1, AGAINST);
        _final(r);
        theAssembly.execute(r, _seat());
        vm.assertEq(board.isInOffice(FRED), true, "elected");
    }

    /// @notice Ben's opening is lost. The others' are opened, each in its turn, and his stays closed.
    function test_WhenOneOfABatchStaysClosed() public {
        _castSealed(r, _three());
        _closed(r);
        IAssembly.Opening[] memory part = _threeOpenings();
        (part[1].choice, part[2].choice) = (IAssembly.Choice.Sealed, IAssembly.Choice.Sealed);
        _open(1, _three(), part);
        _eq(_count(r, 0, FOR), 1, "Ana's");
        part = _threeOpenings();
        part[1].choice = IAssembly.Choice.Sealed;
        bytes32[] memory opened = new bytes32[](1);
        opened[0] = bytes32((uint256(AGAINST) << 40) | (1 << 32) | EMMA);
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotsOpened(r, 1, opened);
        _open(1, _three(), part);
        _eq(_count(r, 0, 0), 1, "Ben's");
        _eq(_count(r, 1, AGAINST), 1, "Emma's");
    }

    /// @notice A scrutineer opens a yes as a no, with another salt, or as the ballot of another.
    function test_WhenAnOpeningDoesNotFitTheCommitment() public {
        Assembled.Slip[] memory slips = _list(_sealedSlip(r, ANA, FOR, 1));
        _castSealed(r, slips);
        _closed(r);
        _mustPassOver(1, slips, _openings(_opening(ANA, AGAINST, 1)));
        _mustPassOver(1, slips, _openings(_opening(BEN, FOR, 1)));
        _mustPassOver(1, slips, _openings(_opening(ANA, 0, 1)));
        _open(1, slips, _openings(_opening(ANA, FOR, 1)));
        _eq(_count(r, 0, FOR), 1, "Ana's");
    }

    /// @notice A ballot is opened twice, to count twice.
    function test_WhenABallotIsOpenedTwice() public {
        _castSealed(r, _three());
        _closed(r);
        _open(1, _three(), _threeOpenings());
        _mustPassOver(1, _three(), _threeOpenings());
    }

    /// @notice Ana sealed a no, and replaced it. Whoever kept the opening of the first cannot bring it back.
    function test_WhenAReplacedBallotIsOpened() public {
        Assembled.Slip[] memory first = _list(_sealedSlip(r, ANA, AGAINST, 1));
        Assembled.Slip[] memory second = _list(_sealedSlip(r, ANA, FOR, 2));
        _castSealed(r, first);
        _eq(_castSealed(r, second), 2, "the second batch");
        _eq(_count(r, 0, 0), 1, "one ballot");
        _closed(r);
        _mustPassOver(1, first, _openings(_opening(ANA, AGAINST, 1)));
        _open(2, second, _openings(_opening(ANA, FOR, 2)));
        _eq(_count(r, 0, FOR), 1, "the last one");
        _eq(_count(r, 0, AGAINST), 0, "not the first");
    }

    /// @notice A forged ballot was refused; its forger, who knows its salt, opens it. It stands as two empty words.
    function test_WhenARefusedBallotIsOpened() public {
        Assembled.Slip[] memory slips = _three();
        slips[1].signature = _sign(_digest(r, slips[1]), _keyOf(FRED));
        Assembled.Slip[] memory kept = _three();
        kept[1] = Slip(0, 0, 0, 0, "");
        (bytes32[] memory words, bytes32[] memory commitments) = _words(kept);
        vm.expectEmit(address(theAssembly));
        emit IAssembly.BallotRefused(r, BEN, 1, IAssembly.BallotRefusal.BadSignature);
        vm.expectEmit(address(theAssembly));
        emit IAssembly.SealedBallotsCast(r, 1, words, commitments);
        _castSealed(r, slips);
        _closed(r);
        _mustBeOtherBatch(1, slips, _threeOpenings());
        _open(1, kept, _threeOpenings());
        _eq(_count(r, 0, FOR), 1, "Ana's");
        _assertBallot(r, BEN, 0, 0);
    }

    function test_WhenAllBallotsOfACallAreRefused() public {
        Assembled.Slip memory s = _sealedSlip(r, ANA, FOR, 1);
        s.signature = "";
        _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
        _eq(theAssembly.resolution(r).sealedBatches, 0, "no batch");
        vm.assertEq(theAssembly.sealedBatch(r, 1), 0, "no digest");
    }

    /// @notice A batch that was never cast, another one, or the right one with a commitment changed.
    function test_RevertWhen_TheBatchIsAnother() public {
        _castSealed(r, _three());
        _closed(r);
        _mustBeOtherBatch(2, _three(), _threeOpenings());
        _mustBeOtherBatch(0, _three(), _threeOpenings());
        Assembled.Slip[] memory bent = _three();
        bent[0].commitment = _commitment(r, ANA, AGAINST, _salt(ANA, 1));
        _mustBeOtherBatch(1, bent, _threeOpenings());
    }

    function test_RevertWhen_ListsHaveDifferentLengths() public {
        (bytes32[] memory words, bytes32[] memory commitments) = _words(_three());
        bytes memory signatures = _signatures(_three());
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_LengthMismatch.selector, 2, 3));
        theAssembly.castSealedBallots(r, words, new bytes32[](2), signatures);
        theAssembly.castSealedBallots(r, words, commitments, signatures);
        _closed(r);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_LengthMismatch.selector, 1, 3));
        theAssembly.openBallots(r, 1, words, commitments, _openings(_opening(ANA, FOR, 1)));
    }

    /// @notice In a sealed vote nobody votes in the open, by signature or directly; in an open one nothing is sealed.
    function test_RevertWhen_TheModeIsAnother() public {
        Assembled.Slip[] memory open = _list(_slip(r, ANA, FOR, 1));
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_WrongMode.selector, true));
        _cast(r, open);
        _as(ANA);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_WrongMode.selector, true));
        theAssembly.vote(r, ANA, IAssembly.Choice.For);
        uint32 other = _openDecision();
        (bytes32[] memory words, bytes32[] memory commitments) = _words(_list(_sealedSlip(other, ANA, FOR, 1)));
        bytes memory signatures = _signatures(_list(_sealedSlip(other, ANA, FOR, 1)));
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_WrongMode.selector, false));
        theAssembly.castSealedBallots(other, words, commitments, signatures);
    }

    /// @notice A ballot that shows its choice is none of a sealed vote.
    function test_WhenASealedBallotTellsItsChoice() public {
        Assembled.Slip memory s = _sealedSlip(r, ANA, FOR, 1);
        s.choice = FOR;
        _mustRefuse(r, s, IAssembly.BallotRefusal.Malformed);
    }

    /// @notice Three voted, one is not opened: two are no quorum of twelve under a charter that does not count it.
    function test_WhenUnopenedBallotsAreNotCast() public {
        _threeOfWhichOneStaysClosed();
        _assertState(r, IAssembly.State.NoQuorum);
    }

    /// @notice Under a charter that counts it as an abstention, three are.
    function test_WhenUnopenedBallotsAreAbstentions() public {
        IRulebook.Charter memory c = _charter();
        c.unopened = IRulebook.Unopened.Abstention;
        vm.prank(address(theAssembly));
        rulebook.publishCharter(c);
        r = _opened(IRulebook.Kind.Election, _seat());
        _threeOfWhichOneStaysClosed();
        _assertState(r, IAssembly.State.Contestable);
    }

    function _threeOfWhichOneStaysClosed() internal {
        _castSealed(r, _three());
        _closed(r);
        IAssembly.Opening[] memory openings = _threeOpenings();
        openings[2].choice = IAssembly.Choice.Sealed;
        _open(1, _three(), openings);
        _counted(r);
    }
}
