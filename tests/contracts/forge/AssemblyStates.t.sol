// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";

/// @notice Where a resolution stands, to the second; and the vote that is extended when its quorum comes late.
contract AssemblyStatesTest is Assembled {
    function _at(uint32 r, uint256 instant, IAssembly.State before, IAssembly.State from) private {
        vm.warp(instant - 1);
        _assertState(r, before);
        vm.warp(instant);
        _assertState(r, from);
    }

    function test_RevertWhen_TheResolutionIsUnknown() public {
        _openDecision();
        uint32[2] memory unknown = [uint32(0), 2];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory error_ = abi.encodeWithSelector(IAssembly.Assembly_ResolutionUnknown.selector, unknown[i], 1);
            vm.expectRevert(error_);
            theAssembly.stateOf(unknown[i]);
            vm.expectRevert(error_);
            theAssembly.resolution(unknown[i]);
            vm.expectRevert(error_);
            theAssembly.ballotDigest(unknown[i], 0, 0);
        }
    }

    function test_WhenItIsProposed() public {
        uint32 r = _propose(CARL, IRulebook.Kind.Decision, _ring());
        _assertState(r, IAssembly.State.Draft);
        vm.warp(NOW + 3650 days);
        _assertState(r, IAssembly.State.Draft);
    }

    function test_WhenItIsNoticedAndCarried() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        uint64 opensAt = uint64(NOW) + 10 days;
        _assertState(r, IAssembly.State.Noticed);
        _at(r, opensAt, IAssembly.State.Noticed, IAssembly.State.Open);
        _voteAll(r, _range(1, 3), FOR);
        _at(r, opensAt + 5 days, IAssembly.State.Open, IAssembly.State.Contestable);
        _at(r, opensAt + 11 days, IAssembly.State.Contestable, IAssembly.State.Final);
        _at(r, opensAt + 101 days, IAssembly.State.Final, IAssembly.State.Expired);
        vm.warp(opensAt + 101 days - 1);
        theAssembly.execute(r, _ring());
        _assertState(r, IAssembly.State.Executed);
        vm.warp(opensAt + 101 days);
        _assertState(r, IAssembly.State.Executed);
    }

    function test_WhenItIsSealed() public {
        uint32 r = _noticed(IRulebook.Kind.Election, new IRulebook.Call[](0));
        uint64 closesAt = uint64(NOW) + 15 days;
        vm.warp(closesAt - 1);
        Assembled.Slip[] memory slips =
            _list(_sealedSlip(r, ANA, FOR, 1), _sealedSlip(r, BEN, FOR, 1), _sealedSlip(r, CARL, FOR, 1));
        uint32 batch = _castSealed(r, slips);
        closesAt += 1 days; // Its quorum came late.
        _at(r, closesAt, IAssembly.State.Open, IAssembly.State.Closed);
        (bytes32[] memory words, bytes32[] memory commitments) = _words(slips);
        IAssembly.Opening[] memory openings = new IAssembly.Opening[](3);
        for (uint32 i = 0; i < 3; ++i) {
            openings[i] = IAssembly.Opening(IAssembly.Choice.For, _salt(i + 1, 1));
        }
        theAssembly.openBallots(r, batch, words, commitments, openings);
        _at(r, closesAt + 2 days, IAssembly.State.Closed, IAssembly.State.Contestable);
        _at(r, closesAt + 8 days, IAssembly.State.Contestable, IAssembly.State.Final);
    }

    function test_WhenTheQuorumIsMissedByOne() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 2), FOR);
        _closed(r);
        _assertState(r, IAssembly.State.NoQuorum);
    }

    /// @notice Abstentions make the quorum, and no majority.
    function test_WhenEverybodyAbstains() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 12), ABSTAIN);
        _closed(r);
        _assertState(r, IAssembly.State.Defeated);
        uint32 b = _opened(IRulebook.Kind.ByLaw, new IRulebook.Call[](0));
        _voteAll(b, _range(1, 12), ABSTAIN);
        _closed(b);
        _assertState(b, IAssembly.State.Defeated);
    }

    function test_WhenOneVoiceDecides() public {
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 6), FOR);
        _voteAll(r, _range(7, 12), AGAINST);
        _cast(r, _slip(r, 12, ABSTAIN, 2));
        _closed(r);
        _assertState(r, IAssembly.State.Contestable);
    }

    function test_WhenTwoThirdsAreJustReached() public {
        uint32 r = _opened(IRulebook.Kind.ByLaw, new IRulebook.Call[](0));
        _voteAll(r, _range(1, 8), FOR);
        _voteAll(r, _range(9, 12), AGAINST);
        _closed(r);
        _assertState(r, IAssembly.State.Contestable);
    }

    /// @notice Two directors of four are the board's quorum, and a majority of the two decides.
    function test_WhenTheBoardDecides() public {
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        _cast(r, _slip(r, IRIS, FOR, 1));
        _assertBallot(r, IRIS, 1, FOR);
        uint64 closesAt = theAssembly.resolution(r).closesAt;
        vm.warp(closesAt);
        _assertState(r, IAssembly.State.NoQuorum);
        vm.warp(closesAt - 1);
        _cast(r, _slip(r, EMMA, FOR, 1));
        _closed(r);
        _assertState(r, IAssembly.State.Contestable);
    }

    /// @notice Under a SCIC's charter the board counts heads all the same: no college weighs there.
    function test_WhenTheBoardOfAScicDecides() public {
        IRulebook.Charter memory c = _charter();
        c.profile = IRulebook.Profile.FrScic;
        c.collegeBps = [uint16(1000), 4000, 5000];
        vm.prank(address(theAssembly));
        rulebook.publishCharter(c);
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        _voteAll(r, _range(ANA, BEN), FOR); // 10 % of the members' votes.
        _cast(r, _slip(r, EMMA, AGAINST, 1));
        _counted(r);
        _assertState(r, IAssembly.State.Contestable);
    }

    /// @notice Eight are for and four against, but the workers and the supporting members outweigh the users.
    function test_WhenTheCollegesOfAScicOutweighHeads() public {
        IRulebook.Charter memory c = _charter();
        c.profile = IRulebook.Profile.FrScic;
        c.collegeBps = [uint16(2000), 5000, 3000];
        vm.prank(address(theAssembly));
        rulebook.publishCharter(c);
        uint32 r = _openDecision();
        _voteAll(r, _range(1, 4), FOR); // 20 % for.
        _voteAll(r, _range(5, 7), AGAINST);
        _cast(r, _slip(r, 8, FOR, 1)); // 12.5 % for, 37.5 % against.
        _voteAll(r, _range(9, 10), FOR);
        _voteAll(r, _range(11, 12), AGAINST); // 15 % each.
        _counted(r);
        _assertState(r, IAssembly.State.Defeated);
        r = _openDecision();
        _voteAll(r, _range(1, 4), FOR); // Four voices, and 20 %.
        _cast(r, _slip(r, EMMA, AGAINST, 1)); // One, and 50 %.
        _counted(r);
        _assertState(r, IAssembly.State.Defeated);
    }

    // ---- a late quorum

    /// @notice The quorum comes in the last second but one, to leave the others no time: the vote lasts a day longer. It
    /// does so once, whatever comes in that day.
    function test_WhenTheQuorumIsReachedInTheLastHours() public {
        uint32 r = _openDecision();
        uint64 closesAt = theAssembly.resolution(r).closesAt;
        _voteAll(r, _range(1, 2), FOR);
        vm.warp(closesAt - 1);
        vm.expectEmit(address(theAssembly));
        emit IAssembly.VoteExtended(r, closesAt + 1 days);
        _as(CARL);
        theAssembly.vote(r, CARL, IAssembly.Choice.For);
        vm.assertEq(theAssembly.resolution(r).isExtended, true, "extended");
        vm.warp(closesAt);
        _assertState(r, IAssembly.State.Open);
        vm.warp(closesAt + 1 days - 1);
        _voteAll(r, _range(4, 12), AGAINST);
        _eq(theAssembly.resolution(r).closesAt, closesAt + 1 days, "once");
        vm.warp(closesAt + 1 days);
        _assertState(r, IAssembly.State.Defeated);
    }

    function test_WhenTheLateWindowBeginsNow() public {
        uint32 r = _openDecision();
        uint64 closesAt = theAssembly.resolution(r).closesAt;
        vm.warp(closesAt - 1 days);
        _voteAll(r, _range(1, 3), FOR);
        _eq(theAssembly.resolution(r).closesAt, closesAt + 1 days, "extended");
    }

    function test_WhenTheQuorumIsReachedASecondBeforeTheLateWindow() public {
        uint32 r = _openDecision();
        uint64 closesAt = theAssembly.resolution(r).closesAt;
        vm.warp(closesAt - 1 days - 1);
        _voteAll(r, _range(1, 3), FOR);
        vm.warp(closesAt - 1);
        _voteAll(r, _range(4, 12), FOR);
        _eq(theAssembly.resolution(r).closesAt, closesAt, "not extended");
    }

    function test_WhenTheQuorumIsStillMissedInTheLastHours() public {
        uint32 r = _openDecision();
        uint64 closesAt = theAssembly.resolution(r).closesAt;
        vm.warp(closesAt - 1);
        _voteAll(r, _range(1, 2), FOR);
        _eq(theAssembly.resolution(r).closesAt, closesAt, "not extended");
    }

    /// @notice One of four directors has voted: no quorum. In the last second two of the others declare an interest, and
    /// one of two is a quorum: the one who is left gets a day to answer.
    function test_WhenALateInterestMakesTheQuorum() public {
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        uint64 closesAt = theAssembly.resolution(r).closesAt;
        _cast(r, _slip(r, ANA, FOR, 1));
        vm.warp(closesAt - 1);
        _as(BEN);
        theAssembly.declareInterest(r, BEN, "");
        _eq(theAssembly.resolution(r).closesAt, closesAt, "one of three is no quorum");
        vm.expectEmit(address(theAssembly));
        emit IAssembly.VoteExtended(r, closesAt + 1 days);
        _as(EMMA);
        theAssembly.declareInterest(r, EMMA, "");
        _eq(theAssembly.resolution(r).closesAt, closesAt + 1 days, "extended");
    }

    function test_WhenAnInterestIsDeclaredLateAfterTheQuorum() public {
        IRulebook.Charter memory c = _charter();
        c.lateWindow = 1 hours;
        vm.prank(address(theAssembly));
        rulebook.publishCharter(c);
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        uint64 closesAt = theAssembly.resolution(r).closesAt;
        _voteAll(r, _range(ANA, BEN), FOR);
        vm.warp(closesAt - 1);
        _as(EMMA);
        theAssembly.declareInterest(r, EMMA, "");
        _eq(theAssembly.resolution(r).closesAt, closesAt, "not extended");
    }
}
