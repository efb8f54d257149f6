// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {RollEntry} from "../../../contracts/types/RollEntry.sol";
import {Tester} from "./Tester.sol";

/// @notice Carol signs with an address; a roll call is the assembly's.
abstract contract RollTester is Tester {
    uint256 internal constant SECRET = 0xCA201;

    uint32 internal carol;

    function setUp() public virtual override {
        super.setUp();
        carol = _admitVoter(IMembership.Category.Worker, SECRET);
    }

    function _rollCall() internal returns (uint32 epoch, uint32 day, uint32[3] memory sizes) {
        vm.prank(address(theAssembly));
        return membership.rollCall();
    }

    function _at(uint32 member, uint32 epoch) internal view returns (RollEntry) {
        return membership.rollEntries(_list(bytes32(uint256(member))), epoch)[0];
    }

    function _rotate(uint32 member, bytes memory key) internal {
        vm.prank(REGISTRAR);
        membership.requestKeyRotation(member, key, "");
        vm.warp(membership.rotation(member).readyAt);
        membership.completeKeyRotation(member);
    }

    function _setValidity(uint32 member, uint32 from, uint32 until) internal {
        vm.prank(REGISTRAR);
        membership.setValidity(member, from, until);
    }

    function _setCategory(uint32 member, IMembership.Category category) internal {
        vm.prank(REGISTRAR);
        membership.setCategory(member, category);
    }

    function _assertSizes(uint256 users, uint256 workers, uint256 supporting) internal {
        (,, uint32[3] memory sizes) = _rollCall();
        _eq(sizes[0], users, "users");
        _eq(sizes[1], workers, "workers");
        _eq(sizes[2], supporting, "supporting");
    }
}

contract RollCallTest is RollTester {
    function test_RevertWhen_TheCallerIsNotTheAssembly() public {
        _reverts(IMembership.Membership_NotAssembly.selector, _id(address(this)), _id(address(theAssembly)));
        membership.rollCall();
    }

    function test_WhenTheAssemblyCalls() public {
        _eq(membership.rollEpoch(), 0, "the first epoch is open");
        (uint32 epoch, uint32 day, uint32[3] memory sizes) = _rollCall();
        _eq(epoch, 0, "closed");
        _eq(membership.rollEpoch(), 1, "open");
        _eq(day, TODAY, "day");
        _eq(sizes[0], 3, "the shop and two users");
        _eq(sizes[1], 1, "one worker");
        _eq(sizes[2], 0, "nobody supporting");
    }

    function test_WhenSomebodyIsAdmittedAfter() public {
        _rollCall();
        uint32 late = _admitVoter(IMembership.Category.Worker, 0x1A7E);
        vm.assertEq(RollEntry.unwrap(_at(late, 0)), 0, "not on the roll that was called");
        vm.assertEq(_at(late, 1).validOn(TODAY), true, "on the next");
        _assertSizes(3, 2, 0);
    }

    function test_WhenAMembershipEndsAfter() public {
        _rollCall();
        _setValidity(carol, TODAY - 400, TODAY);
        vm.assertEq(_at(carol, 0).validOn(TODAY), true, "on the roll that was called");
        vm.assertEq(_at(carol, 1).validOn(TODAY), false, "not on the next");
        _assertSizes(3, 0, 0);
    }

    function test_WhenACategoryChangesAfter() public {
        _rollCall();
        _setCategory(carol, IMembership.Category.Supporting);
        _eq(_at(carol, 0).college(), 1, "the roll that was called");
        _eq(_at(carol, 1).college(), 2, "the next");
        _assertSizes(3, 0, 1);
    }

    function test_WhenAKeyChangesAfter() public {
        _rollCall();
        _rotate(carol, _key(0x2e4));
        _eq(_at(carol, 0).key(), _id(vm.addr(SECRET)), "the roll that was called");
        _eq(_at(carol, 1).key(), _id(vm.addr(0x2e4)), "the next");
    }

    /// @notice The closed roll keeps the key with the one who held it.
    function test_WhenAFreedKeyIsTakenByAnother() public {
        _rollCall();
        _rotate(carol, "");
        uint32 heir = _admitVoter(IMembership.Category.User, SECRET);
        _eq(membership.memberByKey(_key(SECRET)), heir, "holder");
        _eq(_at(carol, 0).key(), _id(vm.addr(SECRET)), "the roll that was called");
        _eq(_at(carol, 1).key(), 0, "carol has none");
        _eq(_at(heir, 1).key(), _id(vm.addr(SECRET)), "the heir has it");
        vm.assertEq(RollEntry.unwrap(_at(heir, 0)), 0, "and was not there");
    }

    function test_WhenAMemberChangesTwiceInOneEpoch() public {
        _rollCall();
        _setCategory(carol, IMembership.Category.Supporting);
        _setCategory(carol, IMembership.Category.User);
        _rollCall();
        _setCategory(carol, IMembership.Category.Supporting);
        _eq(_at(carol, 0).college(), 1, "before both");
        _eq(_at(carol, 1).college(), 0, "after both");
        _eq(_at(carol, 2).college(), 2, "now");
    }

    /// @notice Ten roll calls, a change after every second one.
    function test_WhenAMemberChangesBetweenManyCalls() public {
        for (uint256 i = 0; i < 10; ++i) {
            if (i % 2 == 1) _setCategory(carol, IMembership.Category(i % 3));
            _rollCall();
        }
        uint8[10] memory expected = [1, 1, 1, 0, 0, 2, 2, 1, 1, 0];
        for (uint32 epoch = 0; epoch < 10; ++epoch) {
            _eq(_at(carol, epoch).college(), expected[epoch], "college");
        }
        _eq(_at(carol, type(uint32).max).college(), 0, "the roll as it stands");
    }

    function test_WhenDaysPassWithoutATransaction() public {
        _setValidity(alice, TODAY + 1, TODAY + 3);
        _assertSizes(2, 1, 0);
        vm.warp(NOW + 1 days);
        _assertSizes(3, 1, 0);
        vm.warp(NOW + 2 days);
        _assertSizes(3, 1, 0);
        vm.warp(NOW + 3 days);
        _assertSizes(2, 1, 0);
    }

    function test_WhenAMembershipWasMovedIntoThePast() public {
        _setValidity(alice, TODAY - 9, TODAY - 5);
        _assertSizes(2, 1, 0);
        _setValidity(alice, TODAY - 9, TODAY + 1);
        _assertSizes(3, 1, 0);
    }

    /// @notice Such days are as good as the last one that the roll knows, 45,000 years from now.
    function test_WhenAValidityPassesTheRollsLastDay() public {
        _setValidity(carol, type(uint24).max, type(uint32).max);
        _assertSizes(3, 0, 0);
        _eq(_at(carol, 9).validFrom(), type(uint24).max, "from");
        _eq(_at(carol, 9).validUntil(), type(uint24).max, "until");
        _setValidity(carol, TODAY, type(uint32).max);
        _assertSizes(3, 1, 0);
        vm.assertEq(_at(carol, 9).validOn(TODAY + 1_000_000), true, "valid for thousands of years");
    }
}

contract RollEntriesTest is RollTester {
    bytes private constant LONG = hex"00000000000000000000000000000000000000a1c0ffee";

    function test_WhenTheNumberWasNeverGiven() public view {
        vm.assertEq(RollEntry.unwrap(_at(carol + 1, 0)), 0, "beyond the last");
        vm.assertEq(RollEntry.unwrap(_at(0, 0)), 0, "zero");
    }

    function test_WhenNobodyIsAskedFor() public view {
        _eq(membership.rollEntries(new bytes32[](0), 0).length, 0, "entries");
    }

    function test_WhenTheWordsAreBallots() public view {
        bytes32 ballot = bytes32((uint256(0xff) << 240) | (3 << 40) | (7 << 32) | carol);
        RollEntry[] memory entries = membership.rollEntries(_list(ballot, bytes32(uint256(alice))), 0);
        _eq(entries.length, 2, "entries");
        _eq(entries[0].college(), 1, "carol");
        _eq(entries[1].college(), 0, "alice");
    }

    function test_WhenTheMemberHasNoKey() public view {
        vm.assertEq(_at(alice, 0).holdsAddress(), false, "address");
        _eq(_at(alice, 0).key(), 0, "key");
    }

    function test_WhenTheKeyIsAnAddress() public view {
        vm.assertEq(_at(carol, 0).holdsAddress(), true, "address");
        _eq(_at(carol, 0).key(), _id(vm.addr(SECRET)), "key");
        _eq(uint256(_at(carol, 0).kind()), uint256(IMembership.MemberKind.Person), "kind");
        _eq(_at(shop, 0).epoch(), 0, "epoch");
        _eq(uint256(_at(shop, 0).kind()), uint256(IMembership.MemberKind.Organisation), "the shop");
    }

    /// @notice A key that a later one has replaced is still told: the closed roll names its fingerprint.
    function test_WhenTheKeyIsLong() public {
        _rotate(carol, LONG);
        uint160 fingerprint = uint160(uint256(keccak256(LONG)));
        vm.assertEq(_at(carol, 0).holdsAddress(), false, "address");
        _eq(_at(carol, 0).key(), fingerprint, "fingerprint");
        vm.assertEq(membership.longKey(fingerprint), LONG, "long key");
        vm.assertEq(membership.member(carol).key, LONG, "the member's key");
        _eq(membership.memberByKey(LONG), carol, "holder");
        _rollCall();
        _rotate(carol, _key(SECRET));
        _eq(membership.memberByKey(LONG), 0, "nobody's now");
        _eq(_at(carol, 0).key(), fingerprint, "on the roll that was called");
        vm.assertEq(membership.longKey(fingerprint), LONG, "still told");
    }

    function test_WhenAFingerprintIsNobodys() public view {
        vm.assertEq(membership.longKey(1), "", "no key");
    }
}

contract AdvanceHeadcountTest is RollTester {
    function test_RevertWhen_TheDayHasNotBegun() public {
        _reverts(IMembership.Membership_DayNotBegun.selector, TODAY + 1, TODAY);
        membership.advanceHeadcount(TODAY + 1);
    }

    function test_WhenTheDayWasCounted() public {
        membership.advanceHeadcount(0);
        membership.advanceHeadcount(TODAY);
        _assertSizes(3, 1, 0);
    }

    /// @notice After a year without a vote, anyone may spare the next roll call its days.
    function test_WhenManyDaysHavePassed() public {
        _setValidity(alice, TODAY + 100, TODAY + 200);
        vm.warp(NOW + 365 days);
        membership.advanceHeadcount(TODAY + 150);
        _setValidity(bruno, TODAY, TODAY + 300);
        _setValidity(shop, TODAY, TODAY + 140);
        membership.advanceHeadcount(TODAY + 365);
        vm.record();
        _assertSizes(0, 1, 0);
        (bytes32[] memory reads,) = vm.accesses(address(membership));
        vm.assertEq(reads.length < 12, true, "no day is counted again");
    }
}
