// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {IProxied} from "./Community.sol";
import {Tester} from "./Tester.sol";

error InvalidInitialization();

contract InitializeTest is Tester {
    function _mustRefuse(address target, bytes memory data) private {
        (bool done, bytes memory answer) = target.call(data);
        vm.assertEq(done, false, "initialised");
        vm.assertEq(answer, abi.encodePacked(InvalidInitialization.selector), "error");
    }

    function test_RevertWhen_TheProxyIsAlreadyInitialised() public {
        for (uint256 i = 0; i < 6; ++i) {
            _mustRefuse(_proxies()[i], _beginnings()[i]);
        }
    }

    function test_RevertWhen_TheCallGoesToTheImplementation() public {
        for (uint256 i = 0; i < 6; ++i) {
            _mustRefuse(_implementation(_proxies()[i]), _beginnings()[i]);
        }
    }

    function test_RevertWhen_TheGovernorIsZero() public {
        bytes memory data = abi.encodeWithSignature("initialize(address)", address(0));
        address implementation = _implementation(address(membership));
        _reverts(IMembership.Membership_ZeroAddress.selector);
        _proxy(implementation, data);
    }

    function test_RevertWhen_TheFirstRulesAreRefused() public {
        IRulebook.Rules memory rules = _rules();
        rules.operationsBps = 9501;
        address implementation = _implementation(address(rulebook));
        _reverts(IRulebook.Rulebook_SplitTooHigh.selector, 10_001, 10_000);
        _proxy(implementation, abi.encodeCall(IProxied.initialize, (rules, _outflowRules(), _charter(), _grants())));
    }

    /// @dev Founds a second rulebook, with a fund of its own that answers to it.
    function _foundRulebook(IRulebook.Charter memory charter, IRulebook.Grant[] memory grants, bytes memory error_)
        private
    {
        address proxy = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        bytes memory neighbours = abi.encode(membership, credit, proxy, _outflows());
        address other = _deploy("CommunityFund.sol:CommunityFund", neighbours);
        address implementation = _deploy("Rulebook.sol:Rulebook", abi.encode(membership, other));
        vm.expectRevert(error_);
        _proxy(implementation, abi.encodeCall(IProxied.initialize, (_rules(), _outflowRules(), charter, grants)));
    }

    function test_RevertWhen_TheFirstCharterIsRefused() public {
        IRulebook.Charter memory charter = _charter();
        charter.boardSeats = [uint8(0), 0, 0];
        _foundRulebook(charter, _grants(), abi.encodePacked(IRulebook.Rulebook_NoSeat.selector));
    }

    function test_RevertWhen_TheFirstPowersAreRefused() public {
        bytes4 upgrade = IProxied.upgradeToAndCall.selector;
        IRulebook.Grant[] memory grants = _grants();
        grants[14] = _grant(address(fund), upgrade, IRulebook.Kind.Office);
        _foundRulebook(_charter(), grants, abi.encodeWithSelector(IRulebook.Rulebook_ByLawOnly.selector, upgrade));
    }

    function test_WhenTheFounderFounds() public {
        vm.expectEmit(vm.computeCreateAddress(address(this), vm.getNonce(address(this))));
        emit IMembership.GovernorChanged(address(0xF0));
        _proxy(_implementation(address(membership)), abi.encodeWithSignature("initialize(address)", address(0xF0)));
        vm.assertEq(membership.governor(), address(this), "governor");
        vm.assertEq(credit.name(), "Community credit", "name");
        vm.assertEq(credit.symbol(), "CC", "symbol");
        _eq(rulebook.currentVersion(), 1, "version");
        _eq(rulebook.charterVersion(), 1, "charter");
        for (uint256 i = 0; i < _grants().length; ++i) {
            IRulebook.Grant memory g = _grants()[i];
            vm.assertEq(abi.encode(rulebook.power(g.target, g.selector)), abi.encode(g.power), "power");
        }
        _eq(board.directorsInOffice(), 0, "directors");
        _eq(theAssembly.resolutionCount(), 0, "resolutions");
        _eq(credit.totalSupply(), 0, "supply");
        _assertSheet(0, 0, 0, 0, 0, 0);
    }
}

contract GrantRoleTest is Tester {
    address private constant OFFICER = address(0x0FF1);

    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(TREASURER), _id(address(this)));
        vm.prank(TREASURER);
        membership.grantRole(IMembership.Role.Registrar, TREASURER, uint64(NOW + 1));
    }

    function test_RevertWhen_TheAccountIsZero() public {
        _reverts(IMembership.Membership_ZeroAddress.selector);
        membership.grantRole(IMembership.Role.Registrar, address(0), uint64(NOW + 1));
    }

    function test_RevertWhen_TheExpiryIsNow() public {
        _reverts(IMembership.Membership_ExpiryPast.selector, NOW, NOW);
        membership.grantRole(IMembership.Role.Registrar, OFFICER, uint64(NOW));
    }

    function test_WhenTheExpiryIsTheNextSecond() public {
        vm.expectEmit(address(membership));
        emit IMembership.RoleGranted(IMembership.Role.Treasurer, OFFICER, uint64(NOW + 1));
        membership.grantRole(IMembership.Role.Treasurer, OFFICER, uint64(NOW + 1));
        _eq(membership.roleUntil(IMembership.Role.Treasurer, OFFICER), NOW + 1, "until");
        _eq(membership.roleUntil(IMembership.Role.Registrar, OFFICER), 0, "the other role");
    }
}

contract RevokeRoleTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheGovernor() public {
        _reverts(IGoverned.Governed_NotGovernor.selector, _id(REGISTRAR), _id(address(this)));
        vm.prank(REGISTRAR);
        membership.revokeRole(IMembership.Role.Treasurer, TREASURER);
    }

    function test_WhenTheGovernorRevokes() public {
        vm.expectEmit(address(membership));
        emit IMembership.RoleRevoked(IMembership.Role.Treasurer, TREASURER);
        membership.revokeRole(IMembership.Role.Treasurer, TREASURER);
        _eq(membership.roleUntil(IMembership.Role.Treasurer, TREASURER), 0, "until");
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), uint256(IMembership.Role.Treasurer));
        vm.prank(TREASURER);
        membership.setLimits(shop, 1, 1);
    }
}

contract RequireRoleTest is Tester {
    uint256 private constant END = NOW + 3650 days;

    function test_RevertWhen_TheAccountNeverHadTheRole() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(address(this)), 0);
        membership.requireRole(IMembership.Role.Registrar, address(this));
    }

    function test_RevertWhen_TheRoleEndsNow() public {
        vm.warp(END);
        _reverts(IMembership.Membership_MissingRole.selector, _id(REGISTRAR), 0);
        membership.requireRole(IMembership.Role.Registrar, REGISTRAR);
    }

    function test_WhenTheRoleEndsInOneSecond() public {
        vm.warp(END - 1);
        membership.requireRole(IMembership.Role.Registrar, REGISTRAR);
        _reverts(IMembership.Membership_MissingRole.selector, _id(REGISTRAR), 1);
        membership.requireRole(IMembership.Role.Treasurer, REGISTRAR);
    }
}
