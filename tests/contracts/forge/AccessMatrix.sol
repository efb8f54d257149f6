// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {ProjectActs} from "./ProjectActs.sol";

/// @notice Everyone who might call, in a community that was handed over and has an active loan: its founder comes first.
abstract contract AccessMatrix is ProjectActs {
    address private constant ENDED_ACTUARY = address(0xE6);
    address private constant REVOKED_APPROVER = address(0xE7);

    uint32 internal project;

    /// @dev An active loan, with money spent at the carpenter's, who owes a premium; and Dave has credits.
    function setUp() public override {
        super.setUp();
        _govern();
        membership.grantRole(IMembership.Role.Actuary, ENDED_ACTUARY, uint64(NOW + 1));
        _govern();
        membership.grantRole(IMembership.Role.Approver, REVOKED_APPROVER, uint64(NOW + 1000 days));
        _govern();
        membership.revokeRole(IMembership.Role.Approver, REVOKED_APPROVER);
        project = _active();
        _spend(project, 0, carpenter, 40_000, "planks");
        _buy(DAVE, 10_000_000);
    }

    function _plan() internal view override returns (IProjectBook.Plan memory plan) {
        plan = super._plan();
        plan.instrument = IProjectBook.Instrument.Loan;
        plan.loan = IProjectBook.Loan(uint64(NOW + 100 days), 30 days, 3);
    }

    function _callers() private view returns (address[26] memory) {
        return [
            address(this),
            REGISTRAR,
            TREASURER,
            GUARDIAN,
            ACTUARY,
            APPROVER,
            ENDED_ACTUARY,
            REVOKED_APPROVER,
            address(membership),
            address(credit),
            address(fund),
            address(rulebook),
            address(theAssembly),
            address(board),
            address(book),
            address(currency),
            address(desk),
            vm.addr(_keyOf(CARL)),
            vm.addr(_keyOf(FRED)),
            vm.addr(_keyOf(MENTOR)),
            vm.addr(_keyOf(ATTESTOR)),
            vm.addr(_keyOf(ANA)),
            vm.addr(_keyOf(DAVE)),
            vm.addr(BAKER_KEY),
            vm.addr(CARPENTER_KEY),
            STRANGER
        ];
    }

    /// @dev Everyone but these is refused with this error, in which a word of `caller` stands for who called; then
    /// `allowed` goes through, with the same call.
    function _only(address allowed, address also, address target, bytes memory data, bytes memory error_) internal {
        address[26] memory callers = _callers();
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == allowed || callers[i] == also) continue;
            vm.prank(callers[i]);
            (bool passed, bytes memory answer) = target.call(data);
            vm.assertEq(passed, false, "a call went through");
            vm.assertEq(answer, _named(error_, callers[i]), "error");
        }
        vm.prank(allowed);
        (bool done,) = target.call(data);
        vm.assertEq(done, true, "the allowed caller was refused");
    }

    /// @dev The first argument of an error of two is the caller.
    function _named(bytes memory error_, address account) private pure returns (bytes memory) {
        if (error_.length == 36) return error_;
        assembly ("memory-safe") {
            mstore(add(error_, 36), account)
        }
        return error_;
    }

    function _onlyOne(bytes4 error_, address allowed, address target, bytes memory data) internal {
        _only(allowed, allowed, target, data, abi.encodeWithSelector(error_, address(0), allowed));
    }

    function _onlyGovernor(address target, bytes memory data) internal {
        _onlyOne(IGoverned.Governed_NotGovernor.selector, address(theAssembly), target, data);
    }

    function _onlyNeighbour(address neighbour, bytes memory data) internal {
        _onlyOne(IFundOutflows.CommunityFund_NotNeighbour.selector, neighbour, address(fund), data);
    }

    function _onlyRole(IMembership.Role role, address officer, address target, bytes memory data) internal {
        bytes memory missing = abi.encodeWithSelector(IMembership.Membership_MissingRole.selector, address(0), role);
        _only(officer, officer, target, data, missing);
    }

    function _onlyTreasurer(address target, bytes memory data) internal {
        _onlyRole(IMembership.Role.Treasurer, TREASURER, target, data);
    }

    function _onlyRegistrar(address target, bytes memory data) internal {
        _onlyRole(IMembership.Role.Registrar, REGISTRAR, target, data);
    }

    function _onlyMember(uint32 member, address target, bytes memory data) internal {
        address holder = vm.addr(_secretOf(member));
        bytes memory error_ = abi.encodeWithSelector(IMemberActs.MemberActs_BadSignature.selector, member);
        _only(holder, holder, target, data, error_);
    }
}
