// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../interfaces/IMembership.sol";
import {RollEntry, RollEntryLib} from "../types/RollEntry.sol";

/// @title Who is a member, and who was at each roll call
/// @dev A roll call closes an epoch. A change after it keeps what stood before: the roll of an epoch never changes again.
abstract contract Roll is IMembership {
    uint256 internal constant CATEGORIES = 3;

    uint256 private constant ADDRESS_LENGTH = 20;

    /// @inheritdoc IMembership
    uint32 public rollEpoch;
    /// @dev The day that `_headcount` counts.
    uint32 private _headcountDay;
    int64[CATEGORIES] private _headcount;
    /// @dev What each later day adds to the headcount: validity begins and ends without any transaction.
    mapping(uint256 day => int64[CATEGORIES]) private _changes;
    mapping(uint32 member => RollEntry) private _entries;
    /// @dev The entries that later epochs replaced, oldest first.
    mapping(uint32 member => RollEntry[]) private _pastEntries;
    mapping(uint160 fingerprint => bytes) private _longKeys;
    mapping(bytes32 keyHash => uint32) private _holders;

    /// @inheritdoc IMembership
    function advanceHeadcount(uint256 lastDay) external {
        if (lastDay > _today()) revert Membership_DayNotBegun(lastDay, _today());
        _advanceHeadcount(lastDay);
    }

    /// @inheritdoc IMembership
    function memberByKey(bytes calldata key) external view returns (uint32) {
        return _holders[keccak256(key)];
    }

    /// @inheritdoc IMembership
    function rollEntries(bytes32[] calldata members, uint32 epoch) external view returns (RollEntry[] memory entries) {
        entries = new RollEntry[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            RollEntry entry = _entryAt(uint32(uint256(members[i])), epoch);
            // Safe: both lists have the same length. A checked index would cost each ballot 60 gas.
            assembly ("memory-safe") {
                mstore(add(add(entries, 0x20), shl(5, i)), entry)
            }
        }
        // Returns the list from where it stands: encoding it anew would cost each ballot another 45 gas. What is
        // overwritten is read by nobody any more.
        assembly {
            mstore(sub(entries, 0x20), 0x20)
            return(sub(entries, 0x20), add(0x40, shl(5, members.length)))
        }
    }

    /// @inheritdoc IMembership
    function longKey(uint160 fingerprint) external view returns (bytes memory) {
        return _longKeys[fingerprint];
    }

    function _openRoll() internal {
        _headcountDay = uint32(_today());
    }

    /// @dev Closes the epoch, and counts who is valid today.
    function _rollCall() internal returns (uint32 epoch, uint32 day, uint32[CATEGORIES] memory sizes) {
        _advanceHeadcount(_today());
        epoch = rollEpoch++;
        day = _headcountDay;
        for (uint256 c = 0; c < CATEGORIES; ++c) {
            sizes[c] = uint32(uint64(_headcount[c]));
        }
    }

    function _enter(uint32 member_, MemberKind kind, Category category) internal {
        _entries[member_] = RollEntryLib.pack(kind, category).withEpoch(rollEpoch);
    }

    function _changeCategory(uint32 member_, Category category) internal {
        RollEntry before = _entries[member_];
        _count(before, -1);
        _count(_replace(member_, before, before.withCategory(category)), 1);
    }

    function _changeValidity(uint32 member_, uint32 from, uint32 until) internal {
        RollEntry before = _entries[member_];
        _count(before, -1);
        _count(_replace(member_, before, before.withValidity(from, until)), 1);
    }

    /// @dev The key that the member held is free again.
    function _changeKey(uint32 member_, bytes memory key) internal {
        RollEntry before = _entries[member_];
        if (before.key() != 0) delete _holders[keccak256(_keyOf(before))];
        if (key.length == 0) {
            _replace(member_, before, before.withKey(0, false));
            return;
        }
        bytes32 keyHash = keccak256(key);
        _holders[keyHash] = member_;
        if (key.length == ADDRESS_LENGTH) {
            _replace(member_, before, before.withKey(uint160(bytes20(key)), true));
        } else {
            uint160 fingerprint = uint160(uint256(keyHash));
            _longKeys[fingerprint] = key;
            _replace(member_, before, before.withKey(fingerprint, false));
        }
    }

    function _entry(uint32 member_) internal view returns (RollEntry) {
        return _entries[member_];
    }

    function _keyOf(RollEntry entry) internal view returns (bytes memory) {
        return entry.holdsAddress() ? abi.encodePacked(entry.key()) : _longKeys[entry.key()];
    }

    function _requireFreeKey(bytes memory key) internal view {
        if (key.length == 0) return;
        if (key.length < ADDRESS_LENGTH) revert Membership_BadKey(key.length, ADDRESS_LENGTH);
        uint32 holder = _holders[keccak256(key)];
        if (holder != 0) revert Membership_KeyTaken(holder);
    }

    function _replace(uint32 member_, RollEntry before, RollEntry after_) private returns (RollEntry) {
        uint32 epoch = rollEpoch;
        if (before.epoch() != epoch) _pastEntries[member_].push(before);
        _entries[member_] = after_.withEpoch(epoch);
        return after_;
    }

    function _advanceHeadcount(uint256 lastDay) private {
        uint256 day = _headcountDay;
        if (day >= lastDay) return;
        int64[CATEGORIES] memory sum = _headcount;
        while (day < lastDay) {
            int64[CATEGORIES] storage change = _changes[++day];
            for (uint256 c = 0; c < CATEGORIES; ++c) {
                sum[c] += change[c];
            }
        }
        _headcount = sum;
        _headcountDay = uint32(day);
    }

    /// @dev Adds a member's days to the headcount, or takes them out of it.
    function _count(RollEntry entry, int64 sign) private {
        uint256 category = uint256(entry.category());
        _countFrom(entry.validFrom(), category, sign);
        _countFrom(entry.validUntil(), category, -sign);
    }

    function _countFrom(uint256 day, uint256 category, int64 change) private {
        if (day <= _headcountDay) _headcount[category] += change;
        else _changes[day][category] += change;
    }

    function _entryAt(uint32 member_, uint32 epoch) private view returns (RollEntry entry) {
        entry = _entries[member_];
        if (entry.epoch() <= epoch) return entry;
        RollEntry[] storage past = _pastEntries[member_];
        for (uint256 i = past.length; i > 0; --i) {
            entry = past[i - 1];
            if (entry.epoch() <= epoch) return entry;
        }
        return RollEntry.wrap(0);
    }

    /// @dev The roll's days are those of UTC.
    function _today() private view returns (uint256) {
        return block.timestamp / 1 days;
    }
}
