// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {Charters} from "./Charters.sol";

/// @notice Stories of those who would vote twice, for others, or without a right: who counts is who stood on the roll.
contract AssemblyRollAttacksTest is Assembled {
    uint256 private constant STRANGER_KEY = 0x5712A46E;

    /// @notice Carl enrols again at another counter, with the phone he has: a key is one number's. When he asks for it by
    /// rotation, under a second number, it is refused as well.
    function test_RevertWhen_OnePersonsKeyIsToServeTwoNumbers() public {
        bytes memory key = abi.encodePacked(vm.addr(_keyOf(CARL)));
        IMembership.Admission[] memory a = new IMembership.Admission[](1);
        a[0] = IMembership.Admission(
            IMembership.MemberKind.Person, IMembership.Category.User, TODAY - 1, TODAY + 400, key
        );
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IMembership.Membership_KeyTaken.selector, CARL));
        membership.admitMembers(a);
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IMembership.Membership_KeyTaken.selector, CARL));
        membership.requestKeyRotation(FRED, key, "");
    }

    /// @notice A friend of the proposer joins the day after the notice, to be counted on the day of the vote. The roll was
    /// called at the notice: he is not on it, nor does he raise the quorum.
    function test_WhenSomebodyIsAdmittedAfterTheNotice() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        uint32 late = _enter(IMembership.Category.User, abi.encodePacked(vm.addr(_keyOf(MEMBERS + 1))));
        vm.warp(theAssembly.resolution(r).opensAt);
        _mustRefuse(r, _slip(r, late, FOR, 1), IAssembly.BallotRefusal.NotOnRoll);
        _eq(theAssembly.resolution(r).rollSizes[0], 4, "the users on the roll");
    }

    /// @notice Carl's membership begins tomorrow, and Fred's today, for a day. The notice is given today: the vote is
    /// Fred's, and not Carl's, although he holds a number and a key.
    function test_WhenAMembershipBeginsTheDayAfterTheNotice() public {
        vm.prank(REGISTRAR);
        membership.setValidity(CARL, TODAY + 1, TODAY + 400);
        vm.prank(REGISTRAR);
        membership.setValidity(FRED, TODAY, TODAY + 1);
        uint32 r = _openDecision();
        _cast(r, _slip(r, FRED, FOR, 1));
        _assertBallot(r, FRED, 1, FOR);
        _mustRefuse(r, _slip(r, CARL, FOR, 1), IAssembly.BallotRefusal.NotOnRoll);
        _eq(theAssembly.resolution(r).rollSizes[0], 3, "the users on the roll");
    }

    /// @notice Carl left yesterday, and keeps his key. He votes no more.
    function test_WhenAMemberHasLeftBeforeTheNotice() public {
        vm.prank(REGISTRAR);
        membership.setValidity(CARL, TODAY - 400, TODAY);
        uint32 r = _openDecision();
        _mustRefuse(r, _slip(r, CARL, FOR, 1), IAssembly.BallotRefusal.NotOnRoll);
        _as(CARL);
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, IAssembly.BallotRefusal.NotOnRoll)
        );
        theAssembly.vote(r, CARL, IAssembly.Choice.For);
    }

    /// @notice The registrar strikes an opponent off after the notice, backdating his exit. The roll does not change for a
    /// resolution already noticed: his ballot counts.
    function test_WhenAMemberIsStruckOffAfterTheNotice() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        vm.prank(REGISTRAR);
        membership.setValidity(CARL, TODAY - 400, TODAY - 1);
        vm.warp(theAssembly.resolution(r).opensAt);
        _cast(r, _slip(r, CARL, AGAINST, 1));
        _eq(_count(r, 0, AGAINST), 1, "his ballot");
    }

    /// @notice Ben votes, rotates his key, and votes with the new one as if he were another. The new key is not that of the
    /// roll; the old one may only replace its own ballot.
    function test_WhenAKeyIsRotatedForASecondVote() public {
        uint32 r = _openDecision();
        _cast(r, _slip(r, BEN, FOR, 1));
        _rotate(BEN, abi.encodePacked(vm.addr(STRANGER_KEY)));
        Assembled.Slip memory second = _slip(r, BEN, FOR, 2);
        second.signature = _sign(_digest(r, second), STRANGER_KEY);
        _mustRefuse(r, second, IAssembly.BallotRefusal.BadSignature);
        _cast(r, _slip(r, BEN, AGAINST, 2));
        _assertBallot(r, BEN, 2, AGAINST);
        _eq(_count(r, 0, FOR), 0, "replaced");
        _eq(_count(r, 0, AGAINST), 1, "counted once");
    }

    /// @notice An officer who may rotate keys without their holders gives himself Carl's number once a resolution is
    /// noticed. Whoever held the number at the notice votes with it, and nobody else.
    function test_WhenAnOfficerTakesAMembersKeyAfterTheNotice() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, _ring());
        _rotate(CARL, abi.encodePacked(vm.addr(STRANGER_KEY)));
        vm.warp(theAssembly.resolution(r).opensAt);
        Assembled.Slip memory his = _slip(r, CARL, FOR, 1);
        his.signature = _sign(_digest(r, his), STRANGER_KEY);
        _mustRefuse(r, his, IAssembly.BallotRefusal.BadSignature);
        vm.prank(vm.addr(STRANGER_KEY));
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, IAssembly.BallotRefusal.BadSignature)
        );
        theAssembly.vote(r, CARL, IAssembly.Choice.For);
        _cast(r, _slip(r, CARL, AGAINST, 1));
        _eq(_count(r, 0, AGAINST), 1, "the holder's ballot");
    }

    /// @notice Ana votes as a user, is moved among the workers, and votes again, to weigh in two colleges. It is one ballot,
    /// in the college that was hers at the notice.
    function test_WhenACategoryIsChangedForASecondVote() public {
        uint32 r = _openDecision();
        _cast(r, _slip(r, ANA, FOR, 1));
        vm.prank(REGISTRAR);
        membership.setCategory(ANA, IMembership.Category.Worker);
        _cast(r, _slip(r, ANA, FOR, 2));
        _eq(_count(r, 0, FOR), 1, "among the users");
        _eq(_count(r, 1, FOR), 0, "among the workers");
    }

    /// @notice Fred cannot come, and asks Emma to vote for him. The Québec law knows no proxy: what Emma signs for number 6
    /// is refused, and what she sends for it herself.
    function test_WhenAMemberSignsForAnotherUnderAQuebecProfile() public {
        uint32 r = _openDecision();
        _mustNotVoteFor(r, FRED, EMMA);
    }

    /// @notice Nor does a French one here: each college votes for itself, and each member.
    function test_WhenAMemberSignsForAnotherUnderTheFrenchProfile() public {
        vm.prank(address(theAssembly));
        rulebook.publishCharter(Charters.standard(IRulebook.Profile.FrScic));
        uint32 r = _openDecision();
        _mustNotVoteFor(r, FRED, EMMA);
    }

    function _mustNotVoteFor(uint32 r, uint32 member, uint32 other) private {
        Assembled.Slip memory s = _slip(r, member, FOR, 1);
        s.signature = _sign(_digest(r, s), _keyOf(other));
        _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
        _as(other);
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, IAssembly.BallotRefusal.BadSignature)
        );
        theAssembly.vote(r, member, IAssembly.Choice.For);
    }

    /// @notice The union sends its president, and its treasurer as well. A legal person has one representative at a time:
    /// the key that stood at the notice. When the representative changes, so does the key, for the next resolution.
    function test_WhenALegalPersonSendsTwoRepresentatives() public {
        uint32 r = _openDecision();
        _cast(r, _slip(r, UNION, FOR, 1));
        Assembled.Slip memory treasurer = _slip(r, UNION, FOR, 2);
        treasurer.signature = _sign(_digest(r, treasurer), STRANGER_KEY);
        _mustRefuse(r, treasurer, IAssembly.BallotRefusal.BadSignature);
        _rotate(UNION, abi.encodePacked(vm.addr(STRANGER_KEY)));
        uint32 next = _openDecision();
        _mustRefuse(next, _slip(next, UNION, FOR, 1), IAssembly.BallotRefusal.BadSignature);
        treasurer = _slip(next, UNION, FOR, 1);
        treasurer.signature = _sign(_digest(next, treasurer), STRANGER_KEY);
        _cast(next, treasurer);
        _eq(_count(next, 2, FOR), 1, "one ballot for the union");
    }

    /// @notice A member has a plastic card and no key; another was given the key of address zero. A signature that recovers
    /// to no address is neither's.
    function test_WhenAMemberWithoutAKeyIsVotedFor() public {
        uint32 card = _enter(IMembership.Category.User, "");
        uint32 zero = _enter(IMembership.Category.User, new bytes(20));
        uint32 r = _openDecision();
        for (uint32 member = card; member <= zero; ++member) {
            Assembled.Slip memory s = Slip(member, FOR, 1, 0, new bytes(65));
            _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
            s.signature = "";
            _mustRefuse(r, s, IAssembly.BallotRefusal.BadSignature);
        }
    }

    /// @notice Somebody invents a number that nobody has.
    function test_WhenTheNumberWasNeverGiven() public {
        uint32 r = _openDecision();
        _mustRefuse(r, _slip(r, 400, FOR, 1), IAssembly.BallotRefusal.NotOnRoll);
    }

    /// @notice The relay repeats a member in one call, to have one ballot counted twice.
    function test_RevertWhen_AMemberStandsTwiceInACall() public {
        uint32 r = _openDecision();
        Assembled.Slip memory s = _slip(r, CARL, FOR, 1);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotSorted.selector, CARL, CARL));
        _cast(r, _list(s, s));
    }

    /// @notice The relay sends ballots out of order, to have a slot of the register written over. Number 0 is nobody.
    function test_RevertWhen_TheMembersAreNotSorted() public {
        uint32 r = _openDecision();
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotSorted.selector, BEN, CARL));
        _cast(r, _list(_slip(r, CARL, FOR, 1), _slip(r, BEN, FOR, 1)));
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotSorted.selector, 0, 0));
        _cast(r, _slip(r, 0, FOR, 1));
    }

    /// @notice A director has been seated after the notice of a resolution of the board, by friends in the assembly.
    function test_WhenADirectorIsSeatedAfterTheNotice() public {
        uint32 r = _noticed(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        vm.prank(address(theAssembly));
        board.seat(CARL, TERM_END);
        vm.warp(theAssembly.resolution(r).opensAt);
        _mustRefuse(r, _slip(r, CARL, FOR, 1), IAssembly.BallotRefusal.NotOnRoll);
    }

    /// @notice A member who is no director votes on what belongs to the board.
    function test_WhenAMemberVotesOnWhatBelongsToTheBoard() public {
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        _mustRefuse(r, _slip(r, FRED, FOR, 1), IAssembly.BallotRefusal.NotOnRoll);
    }

    /// @notice A term ends between the notice and the ballot. A director who is no longer one does not vote.
    function test_WhenADirectorsTermHasEnded() public {
        vm.prank(address(theAssembly));
        board.seat(BEN, uint64(NOW + 1 days + 100));
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        vm.warp(NOW + 1 days + 99);
        _cast(r, _slip(r, BEN, FOR, 1));
        vm.warp(NOW + 1 days + 100);
        _mustRefuse(r, _slip(r, BEN, AGAINST, 2), IAssembly.BallotRefusal.TermEnded);
        _as(BEN);
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, IAssembly.BallotRefusal.TermEnded)
        );
        theAssembly.vote(r, BEN, IAssembly.Choice.Against);
    }

    /// @notice Emma has moved among the users since she was elected by the workers: their seat gives her no vote.
    function test_WhenADirectorHasLeftTheCategoryOfTheSeat() public {
        vm.prank(REGISTRAR);
        membership.setCategory(EMMA, IMembership.Category.User);
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        _mustRefuse(r, _slip(r, EMMA, FOR, 1), IAssembly.BallotRefusal.NotOnRoll);
        _eq(theAssembly.resolution(r).rollSizes[1], 0, "no worker on the board's roll");
    }

    /// @notice Ben sells to the cooperative, and has voted on what it buys. Once he declares it, his ballot leaves the
    /// tally and he leaves the roll, so that the quorum is of the others; he does not come back.
    function test_WhenADirectorDeclaresAnInterest() public {
        uint32 r = _opened(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        _voteAll(r, _range(ANA, BEN), FOR);
        vm.expectEmit(address(theAssembly));
        emit IAssembly.InterestDeclared(r, BEN);
        _as(BEN);
        theAssembly.declareInterest(r, BEN, "");
        _eq(_count(r, 0, FOR), 1, "the ballot of the other");
        _assertBallot(r, BEN, 0, 0);
        _eq(theAssembly.resolution(r).rollSizes[0], 1, "the users on the roll");
        _mustRefuse(r, _slip(r, BEN, FOR, 2), IAssembly.BallotRefusal.InterestDeclared);
        _as(BEN);
        vm.expectRevert(
            abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, IAssembly.BallotRefusal.InterestDeclared)
        );
        theAssembly.vote(r, BEN, IAssembly.Choice.For);
    }
}
