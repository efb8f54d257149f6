// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Assembled} from "./Assembled.sol";
import {GoodWallet} from "./AssemblyParts.sol";

contract ProposeTest is Assembled {
    IRulebook.Kind private constant DECISION = IRulebook.Kind.Decision;

    function test_RevertWhen_TheCallerIsNotTheMember() public {
        _as(BEN);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, CARL));
        theAssembly.propose(CARL, DECISION, TEXT, _ring(), "");
    }

    function test_RevertWhen_TheSignatureIsOfAnotherMember() public {
        bytes32 digest = theAssembly.proposalDigest(CARL, DECISION, TEXT, keccak256(abi.encode(_ring())));
        bytes memory signature = _sign(digest, _keyOf(BEN));
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, CARL));
        theAssembly.propose(CARL, DECISION, TEXT, _ring(), signature);
    }

    function test_RevertWhen_TheSignatureIsOfAnotherProposal() public {
        bytes32 calls = keccak256(abi.encode(_ring()));
        bytes32[4] memory digests = [
            theAssembly.proposalDigest(CARL, IRulebook.Kind.ByLaw, TEXT, calls),
            theAssembly.proposalDigest(CARL, DECISION, bytes32("another"), calls),
            theAssembly.proposalDigest(CARL, DECISION, TEXT, bytes32("others")),
            theAssembly.noticeDigest(CARL, 1, 0)
        ];
        for (uint256 i = 0; i < digests.length; ++i) {
            bytes memory signature = _sign(digests[i], _keyOf(CARL));
            vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, CARL));
            theAssembly.propose(CARL, DECISION, TEXT, _ring(), signature);
        }
    }

    function test_RevertWhen_TheMemberIsNotValidToday() public {
        vm.prank(REGISTRAR);
        membership.setValidity(CARL, TODAY - 10, TODAY);
        _as(CARL);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotValid.selector, CARL));
        theAssembly.propose(CARL, DECISION, TEXT, _ring(), "");
        vm.prank(REGISTRAR);
        membership.setValidity(CARL, TODAY, TODAY + 1);
        _eq(_propose(CARL, DECISION, _ring()), 1, "valid again");
    }

    function test_RevertWhen_TheMemberHasNoKey() public {
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, MEMBERS + 1));
        theAssembly.propose(MEMBERS + 1, DECISION, TEXT, _ring(), "");
    }

    function test_WhenTheMemberCalls() public {
        vm.expectEmit(address(theAssembly));
        emit IAssembly.ResolutionProposed(1, CARL, DECISION, TEXT, _ring());
        _as(CARL);
        _eq(theAssembly.propose(CARL, DECISION, TEXT, _ring(), ""), 1, "its number");
        IAssembly.Resolution memory r = theAssembly.resolution(1);
        _eq(r.proposer, CARL, "proposer");
        _eq(uint256(r.kind), uint256(DECISION), "kind");
        vm.assertEq(r.text, TEXT, "text");
        vm.assertEq(r.calls, keccak256(abi.encode(_ring())), "calls");
        _eq(r.closesAt, 0, "no date yet");
        _eq(theAssembly.nonce(CARL), 1, "nonce");
        _eq(theAssembly.resolutionCount(), 1, "resolutions");
    }

    function test_WhenTheMemberSigned() public {
        bytes32 digest = theAssembly.proposalDigest(CARL, DECISION, TEXT, keccak256(abi.encode(_ring())));
        theAssembly.propose(CARL, DECISION, TEXT, _ring(), _sign(digest, _keyOf(CARL)));
        _eq(theAssembly.resolution(1).proposer, CARL, "proposer");
    }

    function test_WhenAContractWalletSigned() public {
        GoodWallet wallet = new GoodWallet();
        uint32 member = _enter(IMembership.Category.User, abi.encodePacked(address(wallet)));
        wallet.approve(theAssembly.proposalDigest(member, DECISION, TEXT, keccak256(abi.encode(_ring()))));
        theAssembly.propose(member, DECISION, TEXT, _ring(), "whatever");
        _eq(theAssembly.resolution(1).proposer, member, "proposer");
    }
}

contract GiveNoticeTest is Assembled {
    function _proposed() private returns (uint32 r, uint64 opensAt) {
        r = _propose(CARL, IRulebook.Kind.Decision, _ring());
        opensAt = _earliest(IRulebook.Kind.Decision) + 7;
    }

    function test_RevertWhen_TheResolutionIsUnknown() public {
        _as(ANA);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_ResolutionUnknown.selector, 1, 0));
        theAssembly.giveNotice(1, ANA, 0, _ring(), "");
    }

    function test_RevertWhen_TheSignatureIsOfAnotherNotice() public {
        (uint32 r, uint64 opensAt) = _proposed();
        bytes32[3] memory digests = [
            theAssembly.noticeDigest(ANA, r, opensAt + 1),
            theAssembly.noticeDigest(ANA, r + 1, opensAt),
            theAssembly.interestDigest(ANA, r)
        ];
        for (uint256 i = 0; i < digests.length; ++i) {
            bytes memory signature = _sign(digests[i], _keyOf(ANA));
            vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, ANA));
            theAssembly.giveNotice(r, ANA, opensAt, _ring(), signature);
        }
    }

    function test_RevertWhen_TheCharterDoesNotHaveTheKind() public {
        uint32 r = _propose(CARL, IRulebook.Kind.MemberRebate, new IRulebook.Call[](0));
        _as(ANA);
        vm.expectRevert(abi.encodeWithSelector(IRulebook.Rulebook_KindAbsent.selector, IRulebook.Kind.MemberRebate));
        theAssembly.giveNotice(r, ANA, uint64(NOW) + 30 days, new IRulebook.Call[](0), "");
    }

    function test_RevertWhen_TheBoardIsEmptyAndTheMemberIsNotValid() public {
        (uint32 r, uint64 opensAt) = _proposed();
        _emptyBoard();
        vm.prank(REGISTRAR);
        membership.setValidity(CARL, TODAY - 10, TODAY);
        _as(CARL);
        vm.expectRevert(abi.encodeWithSelector(IAssembly.Assembly_NotValid.selector, CARL));
        theAssembly.giveNotice(r, CARL, opensAt, _ring(), "");
    }

    /// @dev A cooperative whose board has resigned must still be able to elect another.
    function test_WhenTheBoardIsEmpty() public {
        (uint32 r, uint64 opensAt) = _proposed();
        _emptyBoard();
        _as(FRED);
        theAssembly.giveNotice(r, FRED, opensAt, _ring(), "");
        _assertState(r, IAssembly.State.Noticed);
    }

    function _emptyBoard() private {
        uint32[4] memory seated = [ANA, BEN, EMMA, IRIS];
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(address(theAssembly));
            board.unseat(seated[i]);
        }
    }

    function test_WhenADirectorCalls() public {
        (uint32 r, uint64 opensAt) = _proposed();
        vm.expectEmit(address(theAssembly));
        emit IAssembly.NoticeGiven(r, ANA, 1, 0, TODAY, [uint32(4), 4, 4], opensAt, opensAt + 5 days);
        _as(ANA);
        theAssembly.giveNotice(r, ANA, opensAt, _ring(), "");
        IAssembly.Resolution memory resolution = theAssembly.resolution(r);
        _eq(resolution.opensAt, opensAt, "opens");
        _eq(resolution.closesAt, opensAt + 5 days, "closes");
        _eq(resolution.recordDay, TODAY, "record day");
        _eq(resolution.epoch, 0, "epoch");
        _eq(membership.rollEpoch(), 1, "the roll was called");
        _assertTerms(resolution.terms);
    }

    function _assertTerms(IRulebook.Terms memory t) private pure {
        IRulebook.Charter memory c = _charter();
        IRulebook.Procedure memory p = c.procedures[uint256(IRulebook.Kind.Decision)];
        bytes memory expected = abi.encode(
            IRulebook.Terms(
                p.body,
                p.majority,
                c.unopened,
                p.isSealed,
                p.quorumBps,
                p.contest,
                p.validity,
                c.lateWindow,
                c.opening,
                c.collegeBps
            )
        );
        vm.assertEq(abi.encode(t), expected, "the charter's terms");
    }

    function test_WhenADirectorSigned() public {
        (uint32 r, uint64 opensAt) = _proposed();
        bytes memory signature = _sign(theAssembly.noticeDigest(EMMA, r, opensAt), _keyOf(EMMA));
        theAssembly.giveNotice(r, EMMA, opensAt, _ring(), signature);
        _assertState(r, IAssembly.State.Noticed);
        _eq(theAssembly.nonce(EMMA), 1, "nonce");
    }

    function test_WhenTheBoardDecides() public {
        vm.prank(address(theAssembly));
        board.seat(BEN, uint64(NOW) + 1);
        vm.warp(NOW + 1); // Ben's term is over.
        uint32 r = _noticed(IRulebook.Kind.Spending, new IRulebook.Call[](0));
        IAssembly.Resolution memory resolution = theAssembly.resolution(r);
        vm.assertEq(abi.encode(resolution.rollSizes), abi.encode([uint32(1), 1, 1]), "the directors in office");
        _eq(uint256(resolution.terms.body), uint256(IRulebook.Body.Board), "body");
    }
}
