// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {RollEntry} from "../../../contracts/types/RollEntry.sol";
import {RollTester} from "./Roll.t.sol";

/// @notice Any history of admissions, exits, moves and roll calls, against a list of members that is counted one by one.
contract RollFuzzTest is RollTester {
    uint256 private constant STEPS = 10;

    struct Listed {
        uint256 category;
        uint256 from;
        uint256 until;
    }

    Listed[] private _listed;
    /// @dev What the roll told when each epoch was closed.
    bytes32[] private _told;

    function setUp() public override {
        super.setUp();
        for (uint32 m = 1; m <= carol; ++m) {
            _listed.push(Listed(m == carol ? 1 : 0, TODAY - 400, TODAY + 4000));
        }
    }

    function testFuzz_HeadcountIsTheSumAndClosedRollsNeverChange(uint256 seed) public {
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _step(seed % 6, seed >> 8, uint32(1 + (seed >> 64) % _listed.length));
        }
        _call();
        for (uint32 epoch = 0; epoch < _told.length; ++epoch) {
            vm.assertEq(keccak256(abi.encode(_roll(epoch))), _told[epoch], "a closed roll");
        }
    }

    function _step(uint256 what, uint256 seed, uint32 member) private {
        (uint256 from, uint256 until) = _days(seed);
        if (what == 0) {
            _enter(seed % 3, from, until);
        } else if (what == 1) {
            (_listed[member - 1].from, _listed[member - 1].until) = (from, until);
            _setValidity(member, uint32(from), uint32(until));
        } else if (what == 2) {
            _listed[member - 1].category = seed % 3;
            _setCategory(member, IMembership.Category(seed % 3));
        } else if (what == 3) {
            vm.warp(block.timestamp + seed % 9 days);
        } else if (what == 4) {
            membership.advanceHeadcount(block.timestamp / 1 days - seed % 3);
        } else {
            _call();
        }
    }

    /// @dev Around today: before, now or later, for some days or none.
    function _days(uint256 seed) private view returns (uint256 from, uint256 until) {
        from = block.timestamp / 1 days + (seed >> 128) % 12 - 6;
        until = from + (seed >> 192) % 8;
    }

    function _enter(uint256 category, uint256 from, uint256 until) private {
        IMembership.Admission[] memory a = new IMembership.Admission[](1);
        a[0] = IMembership.Admission(
            IMembership.MemberKind.Person, IMembership.Category(category), uint32(from), uint32(until), ""
        );
        _listed.push(Listed(category, from, until));
        vm.prank(REGISTRAR);
        membership.admitMembers(a);
    }

    function _call() private {
        (uint32 epoch, uint32 day, uint32[3] memory sizes) = _rollCall();
        _eq(day, block.timestamp / 1 days, "day");
        uint32[3] memory counted;
        for (uint256 m = 0; m < _listed.length; ++m) {
            if (_listed[m].from <= day && day < _listed[m].until) ++counted[_listed[m].category];
        }
        vm.assertEq(abi.encode(sizes), abi.encode(counted), "headcount");
        _eq(epoch, _told.length, "epoch");
        _told.push(keccak256(abi.encode(_roll(epoch))));
    }

    /// @dev The entries of all who may ever be admitted here: of some, nothing yet.
    function _roll(uint32 epoch) private view returns (RollEntry[] memory) {
        bytes32[] memory first = new bytes32[](carol + STEPS);
        for (uint256 i = 0; i < first.length; ++i) {
            first[i] = bytes32(i + 1);
        }
        return membership.rollEntries(first, epoch);
    }
}
