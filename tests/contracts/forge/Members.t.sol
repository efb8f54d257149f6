// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {Tester} from "./Tester.sol";

abstract contract MembersTester is Tester {
    bytes internal constant KEY = hex"00000000000000000000000000000000000000a1";

    function _admission(bytes memory key) internal pure returns (IMembership.Admission[] memory a) {
        a = new IMembership.Admission[](1);
        a[0] =
            IMembership.Admission(IMembership.MemberKind.Person, IMembership.Category.Worker, TODAY, TODAY + 365, key);
    }

    function _admitAs(address caller, IMembership.Admission[] memory a) internal returns (uint32) {
        vm.prank(caller);
        return membership.admitMembers(a);
    }
}

contract AdmitMembersTest is MembersTester {
    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        _admitAs(TREASURER, _admission(""));
    }

    function test_RevertWhen_TheKeyIsShorterThanAnAddress() public {
        _reverts(IMembership.Membership_BadKey.selector, 19, 20);
        _admitAs(REGISTRAR, _admission(new bytes(19)));
    }

    function test_RevertWhen_AMemberHoldsTheKey() public {
        uint32 holder = _admitAs(REGISTRAR, _admission(KEY));
        _reverts(IMembership.Membership_KeyTaken.selector, holder);
        _admitAs(REGISTRAR, _admission(KEY));
    }

    function test_RevertWhen_TwoAdmissionsShareAKey() public {
        IMembership.Admission[] memory a = new IMembership.Admission[](2);
        (a[0], a[1]) = (_admission(KEY)[0], _admission(KEY)[0]);
        _reverts(IMembership.Membership_KeyTaken.selector, membership.memberCount() + 1);
        _admitAs(REGISTRAR, a);
    }

    function test_RevertWhen_TheValidityEndsBeforeItBegins() public {
        IMembership.Admission[] memory a = _admission("");
        a[0].validUntil = TODAY - 1;
        _reverts(IMembership.Membership_BadValidity.selector, TODAY, TODAY - 1);
        _admitAs(REGISTRAR, a);
    }

    function test_RevertWhen_TheValidityEndsOnDayZero() public {
        IMembership.Admission[] memory a = _admission("");
        (a[0].validFrom, a[0].validUntil) = (0, 0);
        _reverts(IMembership.Membership_BadValidity.selector, 0, 0);
        _admitAs(REGISTRAR, a);
    }

    function test_WhenThereIsNobodyToAdmit() public {
        uint32 count = membership.memberCount();
        _eq(_admitAs(REGISTRAR, new IMembership.Admission[](0)), count + 1, "first");
        _eq(membership.memberCount(), count, "count");
    }

    /// @notice A validity of no days is one that ends when it begins.
    function test_WhenTheValidityIsEmpty() public {
        IMembership.Admission[] memory a = _admission("");
        a[0].validUntil = TODAY;
        uint32 number = _admitAs(REGISTRAR, a);
        _eq(membership.member(number).validUntil, TODAY, "until");
    }

    function test_WhenTheRegistrarAdmitsTwo() public {
        IMembership.Admission[] memory a = new IMembership.Admission[](2);
        a[0] = _admission(KEY)[0];
        a[1] = IMembership.Admission(IMembership.MemberKind.Organisation, IMembership.Category.Supporting, 7, 9, "");
        uint32 first = membership.memberCount() + 1;
        vm.expectEmit(address(membership));
        emit IMembership.MemberAdmitted(first, a[0].kind, a[0].category, a[0].validFrom, a[0].validUntil, KEY);
        vm.expectEmit(address(membership));
        emit IMembership.MemberAdmitted(first + 1, a[1].kind, a[1].category, 7, 9, "");
        _eq(_admitAs(REGISTRAR, a), first, "first");
        _eq(membership.memberCount(), first + 1, "count");
        _eq(membership.memberByKey(KEY), first, "holder");
        _eq(membership.memberByKey(""), 0, "the empty key is nobody's");
        for (uint32 i = 0; i < 2; ++i) {
            vm.assertEq(abi.encode(membership.member(first + i)), abi.encode(_asMember(a[i])), "member");
        }
        _eq(credit.account(first).validFrom, TODAY, "the credit account opens on the first day");
        _eq(credit.account(first).validUntil, TODAY + 365, "and closes after the last");
    }

    function _asMember(IMembership.Admission memory a) private pure returns (IMembership.Member memory) {
        return IMembership.Member(a.kind, a.category, a.validFrom, a.validUntil, a.key);
    }
}

contract SetValidityTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.setValidity(alice, 0, 1);
    }

    function test_RevertWhen_TheMemberIsZero() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, 0, bruno);
        vm.prank(REGISTRAR);
        membership.setValidity(0, 1, 2);
    }

    function test_RevertWhen_TheMemberIsOneTooHigh() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, bruno + 1, bruno);
        vm.prank(REGISTRAR);
        membership.setValidity(bruno + 1, 1, 2);
    }

    function test_RevertWhen_TheValidityIsBad() public {
        _reverts(IMembership.Membership_BadValidity.selector, 2, 1);
        vm.prank(REGISTRAR);
        membership.setValidity(bruno, 2, 1);
    }

    function test_RevertWhen_AnyoneCallsTheCreditDirectly() public {
        _reverts(ICommunityCredit.CommunityCredit_NotMembership.selector, _id(REGISTRAR), _id(address(membership)));
        vm.prank(REGISTRAR);
        credit.setValidity(alice, 0, 1);
    }

    /// @notice Validity and balance share a slot: neither may touch the other.
    function test_WhenTheMemberHoldsCredits() public {
        _record(_item(alice, 10_000, TODAY));
        vm.expectEmit(address(membership));
        emit IMembership.ValidityChanged(alice, TODAY, type(uint32).max);
        vm.prank(REGISTRAR);
        membership.setValidity(alice, TODAY, type(uint32).max);
        _eq(_creditOf(alice), 238, "balance");
        _eq(membership.member(alice).validFrom, TODAY, "from");
        _eq(membership.member(alice).validUntil, type(uint32).max, "until");
    }
}

contract SetCategoryTest is Tester {
    function test_RevertWhen_TheCallerIsNotTheRegistrar() public {
        _reverts(IMembership.Membership_MissingRole.selector, _id(TREASURER), 0);
        vm.prank(TREASURER);
        membership.setCategory(alice, IMembership.Category.Worker);
    }

    function test_RevertWhen_TheMemberIsUnknown() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, bruno + 1, bruno);
        vm.prank(REGISTRAR);
        membership.setCategory(bruno + 1, IMembership.Category.Worker);
    }

    function test_WhenTheRegistrarMovesAMember() public {
        vm.expectEmit(address(membership));
        emit IMembership.CategoryChanged(alice, IMembership.Category.Supporting);
        vm.prank(REGISTRAR);
        membership.setCategory(alice, IMembership.Category.Supporting);
        IMembership.Member memory m = membership.member(alice);
        _eq(uint256(m.category), uint256(IMembership.Category.Supporting), "category");
        _eq(uint256(m.kind), uint256(IMembership.MemberKind.Person), "kind");
    }
}

contract MemberTest is Tester {
    function test_RevertWhen_TheMemberIsZero() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, 0, bruno);
        membership.member(0);
    }

    function test_RevertWhen_TheMemberIsOneTooHigh() public {
        _reverts(IMembership.Membership_MemberUnknown.selector, bruno + 1, bruno);
        membership.member(bruno + 1);
    }

    function test_WhenTheMemberIsTheLast() public view {
        _eq(membership.member(bruno).validUntil, TODAY + 4000, "until");
    }
}
