// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IAssembly} from "../../../contracts/interfaces/IAssembly.sol";
import {IBoard} from "../../../contracts/interfaces/IBoard.sol";
import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {IProxied} from "./Community.sol";
import {Tester} from "./Tester.sol";

/// @notice The founder, this test, held every role; alice is the first director.
contract HandOverTest is Tester {
    uint256 private constant ROLES = 5;

    function setUp() public override {
        super.setUp();
        for (uint256 role = 0; role < ROLES; ++role) {
            membership.grantRole(IMembership.Role(role), address(this), type(uint64).max);
        }
    }

    function _handOver() private {
        board.seat(alice, uint64(NOW + 365 days));
        membership.handOver();
    }

    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        board.seat(alice, uint64(NOW + 365 days));
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(REGISTRAR), _id(address(this)));
        vm.prank(REGISTRAR);
        membership.handOver();
    }

    function test_RevertWhen_NoDirectorWasSeated() public {
        _reverts(IMembership.Membership_NoDirector.selector);
        membership.handOver();
    }

    function test_RevertWhen_TheOnlyTermIsOver() public {
        board.seat(alice, uint64(NOW + 1));
        vm.warp(NOW + 1);
        _reverts(IMembership.Membership_NoDirector.selector);
        membership.handOver();
    }

    function test_RevertWhen_TheFounderHandsOverTwice() public {
        _handOver();
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(address(this)), _id(address(theAssembly)));
        membership.handOver();
    }

    function test_RevertWhen_TheAssemblyHandsOver() public {
        _handOver();
        _reverts(IMembership.Membership_AlreadyHandedOver.selector, _id(address(theAssembly)));
        vm.prank(address(theAssembly));
        membership.handOver();
    }

    function test_WhenADirectorIsInOffice() public {
        board.seat(alice, uint64(NOW + 365 days));
        vm.expectEmit(address(membership));
        emit IMembership.GovernorChanged(address(theAssembly));
        for (uint256 role = 0; role < ROLES; ++role) {
            vm.expectEmit(address(membership));
            emit IMembership.RoleRevoked(IMembership.Role(role), address(this));
        }
        membership.handOver();
        vm.assertEq(membership.governor(), address(theAssembly), "governor");
        for (uint256 role = 0; role < ROLES; ++role) {
            _eq(membership.roleUntil(IMembership.Role(role), address(this)), 0, "the founder's role");
        }
        membership.requireRole(IMembership.Role.Registrar, REGISTRAR); // The officers stay in office.
    }

    /// @notice The founder keeps nothing: every guarded function of every contract refuses.
    function test_WhenTheFounderTriesEverything() public {
        _handOver();
        _tryToGovern();
        _tryAsRegistrar();
        _tryAsTreasurerAndGuardian();
        _tryAsContract();
        _tryAsMember();
    }

    function _tryToGovern() private {
        IGuardian guarded = IGuardian(address(fund));
        IRulebook.Power memory power = IRulebook.Power(true, IRulebook.Kind.Office, 0);
        _ungoverned(
            address(membership),
            abi.encodeCall(membership.grantRole, (IMembership.Role.Registrar, address(this), 2 ** 40))
        );
        _ungoverned(address(membership), abi.encodeCall(membership.revokeRole, (IMembership.Role.Registrar, REGISTRAR)));
        _ungoverned(address(membership), abi.encodeCall(membership.handOver, ()));
        _ungoverned(address(rulebook), abi.encodeCall(rulebook.publish, (_rules())));
        _ungoverned(address(rulebook), abi.encodeCall(rulebook.publishCharter, (_charter())));
        _ungoverned(address(rulebook), abi.encodeCall(rulebook.setPower, (address(this), bytes4("take"), power)));
        _ungoverned(address(board), abi.encodeCall(board.seat, (bruno, 2 ** 40)));
        _ungoverned(address(board), abi.encodeCall(board.unseat, (alice)));
        _ungoverned(address(fund), abi.encodeCall(guarded.settlePause, (0)));
        address[9] memory proxies = _proxies();
        for (uint256 i = 0; i < 9; ++i) {
            address same = _implementation(proxies[i]);
            _ungoverned(proxies[i], abi.encodeCall(IProxied.upgradeToAndCall, (same, "")));
        }
    }

    function _tryAsRegistrar() private {
        _unregistered(abi.encodeCall(membership.admitMembers, (new IMembership.Admission[](0))));
        _unregistered(abi.encodeCall(membership.setValidity, (alice, 1, 2)));
        _unregistered(abi.encodeCall(membership.setCategory, (alice, IMembership.Category.Worker)));
        _unregistered(abi.encodeCall(membership.requestKeyRotation, (alice, new bytes(20), "")));
        _unregistered(abi.encodeCall(membership.cancelKeyRotation, (alice, "")));
        _unregistered(abi.encodeCall(membership.enrolMerchant, (alice, RATE, LIMIT, CAP)));
        _unregistered(abi.encodeCall(membership.scheduleRate, (shop, 300, TODAY + 100)));
        _unregistered(abi.encodeCall(membership.suspendMerchant, (shop)));
        _unregistered(abi.encodeCall(membership.reinstateMerchant, (shop)));
        _unregistered(abi.encodeCall(membership.enrolTill, (shop, address(this))));
        _unregistered(abi.encodeCall(membership.revokeTill, (till)));
    }

    function _tryAsTreasurerAndGuardian() private {
        IGuardian guarded = IGuardian(address(fund));
        bytes4 missing = IMembership.Membership_MissingRole.selector;
        bytes memory treasurer = abi.encodeWithSelector(missing, address(this), IMembership.Role.Treasurer);
        _refused(address(membership), abi.encodeCall(membership.setLimits, (shop, LIMIT, CAP)), treasurer);
        _refused(address(fund), abi.encodeCall(fund.settlePremiums, (shop, 1, "bank")), treasurer);
        bytes memory guardian = abi.encodeWithSelector(missing, address(this), IMembership.Role.Guardian);
        _refused(address(fund), abi.encodeCall(guarded.pause, ()), guardian);
    }

    function _tryAsContract() private {
        ICommunityCredit.Tariff memory tariff;
        bytes memory notFund = _not(ICommunityCredit.CommunityCredit_NotFund.selector, address(fund));
        _refused(address(credit), abi.encodeCall(credit.creditPurchases, (new bytes32[](0), tariff)), notFund);
        _refused(address(credit), abi.encodeCall(credit.burn, (alice, 1)), notFund);
        _refused(
            address(credit),
            abi.encodeCall(credit.setValidity, (alice, 1, 2)),
            _not(ICommunityCredit.CommunityCredit_NotMembership.selector, address(membership))
        );
        _refused(
            address(membership),
            abi.encodeCall(membership.advanceSequences, (till, shop, 1, 1)),
            _not(IMembership.Membership_NotFund.selector, address(fund))
        );
        _refused(
            address(fund),
            abi.encodeCall(fund.adoptRules, (2, _rules())),
            _not(ICommunityFund.CommunityFund_NotRulebook.selector, address(rulebook))
        );
        _refused(
            address(membership),
            abi.encodeCall(membership.rollCall, ()),
            _not(IMembership.Membership_NotAssembly.selector, address(theAssembly))
        );
        bytes memory notAssembly = _not(IBoard.Board_NotAssembly.selector, address(theAssembly));
        _refused(address(board), abi.encodeCall(board.callRoll, (1, TODAY)), notAssembly);
        _refused(address(board), abi.encodeCall(board.excuse, (1, alice)), notAssembly);
        _refused(
            address(theAssembly),
            abi.encodeCall(theAssembly.annul, (1, "reason")),
            _not(IAssembly.Assembly_NotAssembly.selector, address(theAssembly))
        );
    }

    /// @dev There is a draft, and a resolution that is open.
    function _tryAsMember() private {
        IRulebook.Call[] memory calls = new IRulebook.Call[](0);
        uint256 secret = 0xD1;
        uint32 member = _admitVoter(IMembership.Category.User, secret);
        vm.prank(address(theAssembly));
        board.seat(member, uint64(NOW + 365 days));
        for (uint32 r = 1; r <= 2; ++r) {
            vm.prank(vm.addr(secret));
            theAssembly.propose(member, IRulebook.Kind.Office, "text", calls, "");
        }
        vm.prank(vm.addr(secret));
        theAssembly.giveNotice(2, member, uint64(NOW + 1 days), calls, "");
        vm.warp(NOW + 1 days);
        bytes memory unsigned = abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, member);
        address target = address(theAssembly);
        _refused(
            target,
            abi.encodeCall(theAssembly.propose, (member, IRulebook.Kind.ByLaw, bytes32("text"), calls, "")),
            unsigned
        );
        _refused(target, abi.encodeCall(theAssembly.giveNotice, (1, member, uint64(NOW + 2 days), calls, "")), unsigned);
        _refused(target, abi.encodeCall(theAssembly.declareInterest, (2, member, "")), unsigned);
        IAssembly.BallotRefusal reason = IAssembly.BallotRefusal.BadSignature;
        _refused(
            target,
            abi.encodeCall(theAssembly.vote, (2, member, IAssembly.Choice.For)),
            abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, reason)
        );
    }

    function _not(bytes4 error_, address limit) private view returns (bytes memory) {
        return abi.encodeWithSelector(error_, address(this), limit);
    }

    function _ungoverned(address target, bytes memory data) private {
        _refused(target, data, _not(IGoverned.Governed_NotGovernor.selector, address(theAssembly)));
    }

    function _unregistered(bytes memory data) private {
        bytes4 missing = IMembership.Membership_MissingRole.selector;
        _refused(address(membership), data, abi.encodeWithSelector(missing, address(this), IMembership.Role.Registrar));
    }

    function _refused(address target, bytes memory data, bytes memory error_) private {
        (bool passed, bytes memory answer) = target.call(data);
        vm.assertEq(passed, false, "the founder was let through");
        vm.assertEq(answer, error_, "error");
    }
}
