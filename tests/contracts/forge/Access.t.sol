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

/// @notice The full matrix of role × function: each guarded function refuses everyone but its caller, with its own
/// error, and takes that caller. tests/contracts/test_trees.py holds that no function is missing here.
contract AccessTest is Tester {
    enum Guard {
        Governor,
        Registrar,
        Treasurer,
        Guardian,
        Fund,
        Membership,
        Rulebook,
        Assembly,
        Director,
        Member,
        Voter
    }

    address private constant ENDED_REGISTRAR = address(0xE1);
    address private constant ENDED_TREASURER = address(0xE2);
    address private constant REVOKED_REGISTRAR = address(0xE3);
    address private constant REVOKED_GUARDIAN = address(0xE4);
    address private constant STRANGER = address(0xE5);
    uint256 private constant DIRECTOR_KEY = 0xD1;
    uint256 private constant MEMBER_KEY = 0xD2;

    uint32 private director;
    uint32 private holder;

    function setUp() public override {
        super.setUp();
        membership.grantRole(IMembership.Role.Registrar, ENDED_REGISTRAR, uint64(NOW + 1));
        membership.grantRole(IMembership.Role.Treasurer, ENDED_TREASURER, uint64(NOW + 1));
        membership.grantRole(IMembership.Role.Registrar, REVOKED_REGISTRAR, uint64(NOW + 100));
        membership.revokeRole(IMembership.Role.Registrar, REVOKED_REGISTRAR);
        membership.grantRole(IMembership.Role.Guardian, REVOKED_GUARDIAN, uint64(NOW + 100));
        membership.revokeRole(IMembership.Role.Guardian, REVOKED_GUARDIAN);
        director = _admitVoter(IMembership.Category.User, DIRECTOR_KEY);
        holder = _admitVoter(IMembership.Category.Worker, MEMBER_KEY);
        board.seat(director, uint64(NOW + 365 days));
        vm.warp(NOW + 1);
        _record(_item(alice, 10_000, TODAY));
    }

    function _callers() private view returns (address[18] memory) {
        return [
            address(this),
            REGISTRAR,
            TREASURER,
            GUARDIAN,
            address(fund),
            address(membership),
            address(rulebook),
            address(theAssembly),
            vm.addr(DIRECTOR_KEY),
            vm.addr(MEMBER_KEY),
            address(credit),
            address(board),
            ENDED_REGISTRAR,
            ENDED_TREASURER,
            REVOKED_REGISTRAR,
            REVOKED_GUARDIAN,
            STRANGER,
            vm.addr(TILL_KEY)
        ];
    }

    /// @dev The only one who may: the guards stand in the order of the first callers, and the voter is the member.
    function _allowed(Guard guard) private view returns (address) {
        return _callers()[uint256(guard == Guard.Voter ? Guard.Member : guard)];
    }

    function _refusal(address target, Guard guard, address caller) private view returns (bytes memory) {
        if (guard == Guard.Registrar || guard == Guard.Treasurer || guard == Guard.Guardian) {
            uint256 role = uint256(guard) - uint256(Guard.Registrar);
            return abi.encodeWithSelector(IMembership.Membership_MissingRole.selector, caller, role);
        }
        if (guard == Guard.Voter) {
            IAssembly.BallotRefusal reason = IAssembly.BallotRefusal.BadSignature;
            return abi.encodeWithSelector(IAssembly.Assembly_BallotRefused.selector, reason);
        }
        if (guard == Guard.Director || guard == Guard.Member) {
            uint32 member = guard == Guard.Director ? director : holder;
            return abi.encodeWithSelector(IAssembly.Assembly_BadSignature.selector, member);
        }
        return abi.encodeWithSelector(_error(target, guard), caller, _allowed(guard));
    }

    /// @dev Of a function that one address may call.
    function _error(address target, Guard guard) private view returns (bytes4) {
        if (guard == Guard.Governor) return IGoverned.Governed_NotGovernor.selector;
        if (guard == Guard.Membership) return ICommunityCredit.CommunityCredit_NotMembership.selector;
        if (guard == Guard.Rulebook) return ICommunityFund.CommunityFund_NotRulebook.selector;
        if (guard == Guard.Fund) {
            return target == address(credit)
                ? ICommunityCredit.CommunityCredit_NotFund.selector
                : IMembership.Membership_NotFund.selector;
        }
        if (target == address(membership)) return IMembership.Membership_NotAssembly.selector;
        return target == address(board) ? IBoard.Board_NotAssembly.selector : IAssembly.Assembly_NotAssembly.selector;
    }

    /// @dev Everyone but one is refused, with the guard's own error; then that one goes through, with the same call.
    function _only(Guard guard, address target, bytes memory data) private {
        address[18] memory callers = _callers();
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == _allowed(guard)) continue;
            vm.prank(callers[i]);
            (bool passed, bytes memory answer) = target.call(data);
            vm.assertEq(passed, false, "a call went through");
            vm.assertEq(answer, _refusal(target, guard, callers[i]), "error");
        }
        vm.prank(_allowed(guard));
        (bool done,) = target.call(data);
        vm.assertEq(done, true, "the allowed caller was refused");
    }

    function _onlyRegistrar(bytes memory data) private {
        _only(Guard.Registrar, address(membership), data);
    }

    // ---- the registrar

    function test_RevertWhen_OthersAdmitMembers() public {
        _onlyRegistrar(abi.encodeCall(membership.admitMembers, (new IMembership.Admission[](0))));
    }

    function test_RevertWhen_OthersSetAValidity() public {
        _onlyRegistrar(abi.encodeCall(membership.setValidity, (alice, 1, 2)));
    }

    function test_RevertWhen_OthersSetACategory() public {
        _onlyRegistrar(abi.encodeCall(membership.setCategory, (alice, IMembership.Category.Worker)));
    }

    function test_RevertWhen_OthersRequestAKeyRotationUnsigned() public {
        _onlyRegistrar(abi.encodeCall(membership.requestKeyRotation, (alice, new bytes(20), "")));
    }

    function test_RevertWhen_OthersCancelAKeyRotationUnsigned() public {
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(alice, new bytes(20), "");
        _onlyRegistrar(abi.encodeCall(membership.cancelKeyRotation, (alice, "")));
    }

    function test_RevertWhen_OthersEnrolAMerchant() public {
        uint32 newcomer = _admit(1, IMembership.MemberKind.Organisation);
        _onlyRegistrar(abi.encodeCall(membership.enrolMerchant, (newcomer, RATE, LIMIT, CAP)));
    }

    function test_RevertWhen_OthersScheduleARate() public {
        _onlyRegistrar(abi.encodeCall(membership.scheduleRate, (shop, 300, TODAY + 100)));
    }

    function test_RevertWhen_OthersSuspendAMerchant() public {
        _onlyRegistrar(abi.encodeCall(membership.suspendMerchant, (shop)));
    }

    function test_RevertWhen_OthersReinstateAMerchant() public {
        vm.prank(REGISTRAR);
        membership.suspendMerchant(shop);
        _onlyRegistrar(abi.encodeCall(membership.reinstateMerchant, (shop)));
    }

    function test_RevertWhen_OthersEnrolATill() public {
        _onlyRegistrar(abi.encodeCall(membership.enrolTill, (shop, STRANGER)));
    }

    function test_RevertWhen_OthersRevokeATill() public {
        _onlyRegistrar(abi.encodeCall(membership.revokeTill, (till)));
    }

    // ---- the treasurer

    function test_RevertWhen_OthersSetLimits() public {
        _only(Guard.Treasurer, address(membership), abi.encodeCall(membership.setLimits, (shop, LIMIT, CAP)));
    }

    function test_RevertWhen_OthersSettlePremiums() public {
        _only(Guard.Treasurer, address(fund), abi.encodeCall(fund.settlePremiums, (shop, 1, "bank")));
    }

    // ---- the guardian

    function test_RevertWhen_OthersPause() public {
        IGuardian guarded = IGuardian(address(fund));
        _only(Guard.Guardian, address(fund), abi.encodeCall(guarded.pause, ()));
    }

    // ---- the contracts among themselves

    function test_RevertWhen_OthersAdvanceSequences() public {
        _only(Guard.Fund, address(membership), abi.encodeCall(membership.advanceSequences, (till, shop, 2, 1)));
    }

    function test_RevertWhen_OthersCreditPurchases() public {
        ICommunityCredit.Tariff memory tariff;
        bytes memory data = abi.encodeCall(credit.creditPurchases, (new bytes32[](0), tariff));
        _only(Guard.Fund, address(credit), data);
    }

    function test_RevertWhen_OthersBurn() public {
        _only(Guard.Fund, address(credit), abi.encodeCall(credit.burn, (alice, 1)));
    }

    function test_RevertWhen_OthersSetTheCreditsValidity() public {
        _only(Guard.Membership, address(credit), abi.encodeCall(credit.setValidity, (alice, 1, 2)));
    }

    function test_RevertWhen_OthersAdoptRules() public {
        _only(Guard.Rulebook, address(fund), abi.encodeCall(fund.adoptRules, (1, _rules())));
    }

    function test_RevertWhen_OthersCallTheRoll() public {
        _only(Guard.Assembly, address(membership), abi.encodeCall(membership.rollCall, ()));
    }

    function test_RevertWhen_OthersCallTheDirectorsRoll() public {
        _only(Guard.Assembly, address(board), abi.encodeCall(board.callRoll, (1, TODAY)));
    }

    function test_RevertWhen_OthersExcuseADirector() public {
        vm.prank(address(theAssembly));
        board.callRoll(1, TODAY);
        _only(Guard.Assembly, address(board), abi.encodeCall(board.excuse, (1, director)));
    }

    function test_RevertWhen_OthersAnnul() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, 10 days);
        vm.warp(NOW + 1 + 10 days);
        vm.prank(vm.addr(MEMBER_KEY));
        theAssembly.vote(r, holder, IAssembly.Choice.For);
        vm.warp(NOW + 1 + 15 days);
        _only(Guard.Assembly, address(theAssembly), abi.encodeCall(theAssembly.annul, (r, "reason")));
    }

    // ---- members

    function _drafted(IRulebook.Kind kind) private returns (uint32) {
        vm.prank(vm.addr(DIRECTOR_KEY));
        return theAssembly.propose(director, kind, "text", new IRulebook.Call[](0), "");
    }

    function _noticed(IRulebook.Kind kind, uint256 notice) private returns (uint32 r) {
        r = _drafted(kind);
        vm.prank(vm.addr(DIRECTOR_KEY));
        theAssembly.giveNotice(r, director, uint64(block.timestamp + notice), new IRulebook.Call[](0), "");
    }

    function test_RevertWhen_OthersProposeUnsigned() public {
        IRulebook.Call[] memory calls = new IRulebook.Call[](0);
        bytes memory data =
            abi.encodeCall(theAssembly.propose, (holder, IRulebook.Kind.Decision, bytes32("text"), calls, ""));
        _only(Guard.Member, address(theAssembly), data);
    }

    function test_RevertWhen_OthersGiveNoticeUnsigned() public {
        uint32 r = _drafted(IRulebook.Kind.Decision);
        IRulebook.Call[] memory calls = new IRulebook.Call[](0);
        bytes memory data = abi.encodeCall(theAssembly.giveNotice, (r, director, uint64(NOW + 11 days), calls, ""));
        _only(Guard.Director, address(theAssembly), data);
    }

    function test_RevertWhen_OthersDeclareAnInterestUnsigned() public {
        uint32 r = _noticed(IRulebook.Kind.Office, 1 days);
        _only(Guard.Director, address(theAssembly), abi.encodeCall(theAssembly.declareInterest, (r, director, "")));
    }

    function test_RevertWhen_OthersVoteUnsigned() public {
        uint32 r = _noticed(IRulebook.Kind.Decision, 10 days);
        vm.warp(NOW + 1 + 10 days);
        bytes memory data = abi.encodeCall(theAssembly.vote, (r, holder, IAssembly.Choice.For));
        _only(Guard.Voter, address(theAssembly), data);
    }

    // ---- the governor

    function test_RevertWhen_OthersPublishACharter() public {
        _only(Guard.Governor, address(rulebook), abi.encodeCall(rulebook.publishCharter, (_charter())));
    }

    function test_RevertWhen_OthersSetAPower() public {
        IRulebook.Power memory power = IRulebook.Power(true, IRulebook.Kind.Office, 0);
        bytes memory data = abi.encodeCall(rulebook.setPower, (STRANGER, bytes4("take"), power));
        _only(Guard.Governor, address(rulebook), data);
    }

    function test_RevertWhen_OthersSeatADirector() public {
        _only(Guard.Governor, address(board), abi.encodeCall(board.seat, (alice, uint64(NOW + 9))));
    }

    function test_RevertWhen_OthersUnseatADirector() public {
        _only(Guard.Governor, address(board), abi.encodeCall(board.unseat, (director)));
    }

    function test_RevertWhen_OthersSettleThePause() public {
        IGuardian guarded = IGuardian(address(fund));
        _only(Guard.Governor, address(fund), abi.encodeCall(guarded.settlePause, (uint64(NOW + 9))));
    }

    function test_RevertWhen_OthersPublishRules() public {
        _only(Guard.Governor, address(rulebook), abi.encodeCall(rulebook.publish, (_rules())));
    }

    function test_RevertWhen_OthersGrantARole() public {
        bytes memory data =
            abi.encodeCall(membership.grantRole, (IMembership.Role.Treasurer, STRANGER, uint64(NOW + 9)));
        _only(Guard.Governor, address(membership), data);
    }

    function test_RevertWhen_OthersRevokeARole() public {
        bytes memory data = abi.encodeCall(membership.revokeRole, (IMembership.Role.Treasurer, STRANGER));
        _only(Guard.Governor, address(membership), data);
    }

    function test_RevertWhen_OthersHandOver() public {
        _only(Guard.Governor, address(membership), abi.encodeCall(membership.handOver, ()));
    }

    function test_RevertWhen_OthersUpgrade() public {
        address[9] memory proxies = _proxies();
        for (uint256 i = 0; i < 9; ++i) {
            address same = _implementation(proxies[i]);
            _only(Guard.Governor, proxies[i], abi.encodeCall(IProxied.upgradeToAndCall, (same, "")));
        }
    }
}
