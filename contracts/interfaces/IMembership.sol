// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {RollEntry} from "../types/RollEntry.sol";

/// @title The register: members, merchants, tills and officers
/// @notice Members are numbers. What a number means (name, address, age) never comes on chain. Days count from
/// 1970-01-01; amounts are minor units; rates are basis points; instants are seconds UTC.
interface IMembership {
    /// @notice What an officer may do. A role is held by an account, until an instant.
    enum Role {
        Registrar,
        Treasurer,
        Guardian,
        Actuary,
        Approver
    }

    enum MemberKind {
        Person,
        Organisation
    }

    /// @notice The college a member votes in.
    enum Category {
        User,
        Worker,
        Supporting
    }

    enum MerchantStatus {
        None,
        Active,
        Suspended
    }

    /// @notice A member to admit. Valid on each day of `[validFrom, validUntil)`.
    /// @param key How the member signs: empty (a plastic card), an address of 20 bytes, or an ERC-7913 verifier and key.
    struct Admission {
        MemberKind kind;
        Category category;
        uint32 validFrom;
        uint32 validUntil;
        bytes key;
    }

    struct Member {
        MemberKind kind;
        Category category;
        uint32 validFrom;
        uint32 validUntil;
        bytes key;
    }

    /// @notice A key that takes over at `readyAt`, unless the holder or the registrar cancels before.
    struct Rotation {
        uint64 readyAt;
        bytes key;
    }

    /// @notice The terms of a merchant, see {Terms} for their slot.
    /// @param rateBps The rate on the days `[rateFrom, nextFrom)`; for earlier days see {rateOn}.
    /// @param nextRateBps The rate on the days from `nextFrom` on.
    /// @param exposureLimit Premiums owed may not pass it.
    /// @param tillCap The largest purchase that a till of this merchant may record.
    struct Merchant {
        MerchantStatus status;
        uint48 exposureLimit;
        uint48 tillCap;
        uint32 rateFrom;
        uint16 rateBps;
        uint32 nextFrom;
        uint16 nextRateBps;
    }

    /// @notice A till, see {Tills} for its slot. A revoked till has no key.
    struct Till {
        address key;
        uint32 merchant;
        uint64 nextSequence;
    }

    event GovernorChanged(address indexed governor);
    event RoleGranted(Role indexed role, address indexed account, uint64 until);
    event RoleRevoked(Role indexed role, address indexed account);
    event MemberAdmitted(
        uint32 indexed member, MemberKind kind, Category category, uint32 validFrom, uint32 validUntil, bytes key
    );
    event ValidityChanged(uint32 indexed member, uint32 validFrom, uint32 validUntil);
    event CategoryChanged(uint32 indexed member, Category category);
    event KeyRotationRequested(uint32 indexed member, bytes key, uint64 readyAt);
    event KeyRotationCancelled(uint32 indexed member);
    event KeyRotated(uint32 indexed member, bytes key);
    event MerchantEnrolled(uint32 indexed merchant, uint16 rateBps, uint48 exposureLimit, uint48 tillCap);
    event RateScheduled(uint32 indexed merchant, uint16 rateBps, uint32 fromDay);
    event LimitsChanged(uint32 indexed merchant, uint48 exposureLimit, uint48 tillCap);
    event MerchantSuspended(uint32 indexed merchant);
    event MerchantReinstated(uint32 indexed merchant);
    event MerchantKindSet(uint32 indexed merchant, uint8 kind);
    event TillEnrolled(uint32 indexed till, uint32 indexed merchant, address key);
    event TillRevoked(uint32 indexed till);

    error Membership_NotFund(address actual, address limit);
    error Membership_NotAssembly(address actual, address limit);
    error Membership_AlreadyHandedOver(address governor);
    error Membership_NoDirector();
    error Membership_DayNotBegun(uint256 actual, uint256 limit);
    error Membership_MissingRole(address account, Role role);
    error Membership_ZeroAddress();
    error Membership_ExpiryPast(uint64 actual, uint64 limit);
    error Membership_MemberUnknown(uint32 actual, uint32 limit);
    error Membership_BadValidity(uint32 validFrom, uint32 validUntil);
    error Membership_BadKey(uint256 actual, uint256 limit);
    error Membership_KeyTaken(uint32 holder);
    error Membership_BadSignature(uint32 member);
    error Membership_RotationPending(uint64 readyAt);
    error Membership_NoRotation(uint32 member);
    error Membership_RotationTooEarly(uint64 actual, uint64 limit);
    error Membership_NotOrganisation(uint32 member);
    error Membership_MerchantExists(uint32 merchant);
    error Membership_MerchantUnknown(uint32 merchant);
    error Membership_MerchantStatus(MerchantStatus actual, MerchantStatus limit);
    error Membership_RateTooHigh(uint16 actual, uint16 limit);
    error Membership_RateTooSoon(uint32 actual, uint32 limit);
    error Membership_TillUnknown(uint32 actual, uint32 limit);
    error Membership_TillRevoked(uint32 till);
    error Membership_WrongMerchant(uint32 actual, uint32 limit);
    error Membership_SequenceMismatch(uint64 actual, uint64 limit);

    /// @notice Hands the founder's power over to the assembly, for good, and takes every role from the founder.
    /// @dev Requires the governor, and a director in office. Emits {GovernorChanged}, and {RoleRevoked} for each role.
    function handOver() external;

    /// @notice Gives `account` the role until `until`. Requires the governor. Emits {RoleGranted}.
    function grantRole(Role role, address account, uint64 until) external;

    /// @notice Ends the role at once. Requires the governor. Emits {RoleRevoked}.
    function revokeRole(Role role, address account) external;

    /// @notice Admits members under consecutive numbers. Requires the registrar. Emits {MemberAdmitted} for each.
    /// @return first The number of the first.
    function admitMembers(Admission[] calldata admissions) external returns (uint32 first);

    /// @notice Renews or ends a membership. Requires the registrar. Emits {ValidityChanged}.
    function setValidity(uint32 member_, uint32 validFrom, uint32 validUntil) external;

    /// @notice Moves a member to another college. Requires the registrar. Emits {CategoryChanged}.
    function setCategory(uint32 member_, Category category) external;

    /// @notice Asks for a new key, which takes over after the rulebook's delay. Emits {KeyRotationRequested}.
    /// @dev Requires the registrar, or anyone with the holder's signature over {rotationDigest}.
    /// @param key May be empty: back to a plastic card.
    function requestKeyRotation(uint32 member_, bytes calldata key, bytes calldata signature) external;

    /// @notice Cancels a rotation that has not been completed. Emits {KeyRotationCancelled}.
    /// @dev Requires the registrar, or anyone with the holder's signature over {cancellationDigest}.
    function cancelKeyRotation(uint32 member_, bytes calldata signature) external;

    /// @notice Puts the new key in place once its delay is over. Anyone may call. Emits {KeyRotated}.
    function completeKeyRotation(uint32 member_) external;

    /// @notice Makes an organisation a merchant, at one rate for every day until a change. Requires the registrar.
    /// Emits {MerchantEnrolled}.
    function enrolMerchant(uint32 member_, uint16 rateBps, uint48 exposureLimit, uint48 tillCap) external;

    /// @notice Changes a merchant's rate from a day on, after the rulebook's notice, never backwards.
    /// @dev Requires the registrar. A change already announced and not begun is replaced. Emits {RateScheduled}.
    function scheduleRate(uint32 merchant_, uint16 rateBps, uint32 fromDay) external;

    /// @notice Changes what a merchant may owe and its tills' cap. Requires the treasurer. Emits {LimitsChanged}.
    function setLimits(uint32 merchant_, uint48 exposureLimit, uint48 tillCap) external;

    /// @notice Says of which kind a merchant is, for projects that may spend at some kinds only; 0: unspecified.
    /// @dev Requires the registrar. Emits {MerchantKindSet}.
    function setMerchantKind(uint32 merchant_, uint8 kind) external;

    /// @notice Stops a merchant's tills from recording purchases; refunds go on. Requires the registrar.
    /// Emits {MerchantSuspended}.
    function suspendMerchant(uint32 merchant_) external;

    /// @notice Ends a suspension. Requires the registrar. Emits {MerchantReinstated}.
    function reinstateMerchant(uint32 merchant_) external;

    /// @notice Gives a merchant a till, whose first sequence is 1. Requires the registrar. Emits {TillEnrolled}.
    function enrolTill(uint32 merchant_, address key) external returns (uint32 till_);

    /// @notice Revokes a till for good: from this block on nothing it signed is recorded, however old.
    /// @dev Requires the registrar. Emits {TillRevoked}.
    function revokeTill(uint32 till_) external;

    /// @notice Advances a till by `count` sequences, from `first` on, which must be its next. Requires the fund.
    /// @dev The fund reverts the whole unless the returned key signed.
    /// @return key The till's key.
    /// @return terms Its merchant's terms, see {Terms}.
    function advanceSequences(uint32 till_, uint32 merchant_, uint64 first, uint64 count)
        external
        returns (address key, bytes32 terms);

    /// @notice Closes the roll's epoch: what changes later does not change the roll that was called.
    /// @dev Requires the assembly.
    /// @return epoch The epoch that is closed, for {rollEntries}.
    /// @return day The day that is counted: today, in UTC.
    /// @return sizes The members valid on that day, by category.
    function rollCall() external returns (uint32 epoch, uint32 day, uint32[3] memory sizes);

    /// @notice Counts the days up to `lastDay`, so that a later roll call has fewer to count. Anyone may call.
    function advanceHeadcount(uint256 lastDay) external;

    /// @notice Reverts unless `account` holds the role now.
    function requireRole(Role role, address account) external view;

    function governor() external view returns (address);
    /// @notice The instant at which the role of `account` ends; 0 when it never had it or lost it.
    function roleUntil(Role role, address account) external view returns (uint64);
    function memberCount() external view returns (uint32);
    function tillCount() external view returns (uint32);
    function member(uint32 member_) external view returns (Member memory);
    /// @notice The number that signs with `key`; 0 for none.
    function memberByKey(bytes calldata key) external view returns (uint32);
    /// @notice The roll's epoch that is open: the number of roll calls.
    function rollEpoch() external view returns (uint32);
    /// @notice Members as they stood when an epoch was closed; an empty entry for a number admitted later.
    /// @param members Words that end with the 32 bits of a number: ballots may be passed as they are.
    function rollEntries(bytes32[] calldata members, uint32 epoch) external view returns (RollEntry[] memory entries);
    /// @notice The key under a roll entry's fingerprint.
    function longKey(uint160 fingerprint) external view returns (bytes memory);
    function rotation(uint32 member_) external view returns (Rotation memory);
    function merchant(uint32 merchant_) external view returns (Merchant memory);
    function merchantKind(uint32 merchant_) external view returns (uint8);
    function till(uint32 till_) external view returns (Till memory);
    /// @notice The rate of a merchant on a day; a day that has begun keeps its rate for ever.
    function rateOn(uint32 merchant_, uint256 day) external view returns (uint16);
    /// @notice What the holder signs to ask for `key`: EIP-712 `KeyRotation(uint32 member,bytes key,uint256 nonce)`.
    function rotationDigest(uint32 member_, bytes calldata key) external view returns (bytes32);
    /// @notice What the holder signs to cancel: EIP-712 `KeyRotationCancellation(uint32 member,uint256 nonce)`.
    function cancellationDigest(uint32 member_) external view returns (bytes32);
    function nonce(uint32 member_) external view returns (uint256);
}
