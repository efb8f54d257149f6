// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "./Governed.sol";
import {IBoard} from "./interfaces/IBoard.sol";
import {ICommunityCredit} from "./interfaces/ICommunityCredit.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {Roll} from "./membership/Roll.sol";
import {Days} from "./types/Days.sol";
import {Premiums} from "./types/Premiums.sol";
import {RollEntry} from "./types/RollEntry.sol";
import {Terms} from "./types/Terms.sol";
import {Tills} from "./types/Tills.sol";

/// @title The register, see {IMembership}
contract Membership is Roll, Governed, EIP712 {
    using Terms for bytes32;
    using Terms for Merchant;
    using Tills for bytes32;

    /// @dev A rate that a later one has replaced, and its first day.
    struct PastRate {
        uint32 fromDay;
        uint16 rateBps;
    }

    bytes32 private constant KEY_ROTATION = keccak256("KeyRotation(uint32 member,bytes key,uint256 nonce)");
    bytes32 private constant KEY_ROTATION_CANCELLATION =
        keccak256("KeyRotationCancellation(uint32 member,uint256 nonce)");

    address public immutable FUND;
    ICommunityCredit public immutable CREDIT;
    IRulebook public immutable RULEBOOK;
    address public immutable ASSEMBLY;
    IBoard public immutable BOARD;

    address public governor;
    uint32 public memberCount;
    uint32 public tillCount;
    mapping(Role role => mapping(address account => uint64)) public roleUntil;
    mapping(uint32 member => Rotation) private _rotations;
    mapping(uint32 member => uint256) public nonce;
    /// @dev See {Terms}.
    mapping(uint32 merchant => bytes32) private _merchants;
    mapping(uint32 merchant => PastRate[]) private _pastRates;
    /// @dev See {Tills}.
    mapping(uint32 till => bytes32) private _tills;
    mapping(uint32 merchant => uint8) public merchantKind;

    constructor(address fund_, ICommunityCredit credit_, IRulebook rulebook_, address assembly_, IBoard board_)
        EIP712("Endogene", "1")
    {
        FUND = fund_;
        CREDIT = credit_;
        RULEBOOK = rulebook_;
        ASSEMBLY = assembly_;
        BOARD = board_;
    }

    modifier onlyRole(Role role) {
        requireRole(role, msg.sender);
        _;
    }

    /// @notice Names the first governor, the founder. Called once, by the proxy's constructor.
    function initialize(address governor_) external initializer {
        if (governor_ == address(0)) revert Membership_ZeroAddress();
        _openRoll();
        _setGovernor(governor_);
    }

    /// @inheritdoc IMembership
    function handOver() external onlyGovernor {
        if (governor == ASSEMBLY) revert Membership_AlreadyHandedOver(governor);
        if (BOARD.directorsInOffice() == 0) revert Membership_NoDirector();
        _setGovernor(ASSEMBLY);
        _revokeRole(Role.Registrar, msg.sender);
        _revokeRole(Role.Treasurer, msg.sender);
        _revokeRole(Role.Guardian, msg.sender);
        _revokeRole(Role.Actuary, msg.sender);
        _revokeRole(Role.Approver, msg.sender);
    }

    /// @inheritdoc IMembership
    function grantRole(Role role, address account, uint64 until) external onlyGovernor {
        if (account == address(0)) revert Membership_ZeroAddress();
        if (until <= block.timestamp) revert Membership_ExpiryPast(until, uint64(block.timestamp));
        roleUntil[role][account] = until;
        emit RoleGranted(role, account, until);
    }

    /// @inheritdoc IMembership
    function revokeRole(Role role, address account) external onlyGovernor {
        _revokeRole(role, account);
    }

    /// @inheritdoc IMembership
    function admitMembers(Admission[] calldata admissions) external onlyRole(Role.Registrar) returns (uint32 first) {
        first = memberCount + 1;
        memberCount += uint32(admissions.length);
        for (uint256 i = 0; i < admissions.length; ++i) {
            _admit(first + uint32(i), admissions[i]);
        }
    }

    /// @inheritdoc IMembership
    function setValidity(uint32 member_, uint32 validFrom, uint32 validUntil) external onlyRole(Role.Registrar) {
        _requireMember(member_);
        _setValidity(member_, validFrom, validUntil);
        emit ValidityChanged(member_, validFrom, validUntil);
    }

    /// @inheritdoc IMembership
    function setCategory(uint32 member_, Category category) external onlyRole(Role.Registrar) {
        _requireMember(member_);
        _changeCategory(member_, category);
        emit CategoryChanged(member_, category);
    }

    /// @inheritdoc IMembership
    function requestKeyRotation(uint32 member_, bytes calldata key, bytes calldata signature) external {
        _authoriseRotation(member_, rotationDigest(member_, key), signature);
        Rotation storage r = _rotations[member_];
        if (r.readyAt != 0) revert Membership_RotationPending(r.readyAt);
        _requireFreeKey(key);
        r.readyAt = uint64(block.timestamp) + RULEBOOK.current().keyRotationDelay;
        r.key = key;
        emit KeyRotationRequested(member_, key, r.readyAt);
    }

    /// @inheritdoc IMembership
    function cancelKeyRotation(uint32 member_, bytes calldata signature) external {
        _authoriseRotation(member_, cancellationDigest(member_), signature);
        if (_rotations[member_].readyAt == 0) revert Membership_NoRotation(member_);
        delete _rotations[member_];
        emit KeyRotationCancelled(member_);
    }

    /// @inheritdoc IMembership
    function completeKeyRotation(uint32 member_) external {
        Rotation memory r = _rotations[member_];
        if (r.readyAt == 0) revert Membership_NoRotation(member_);
        if (block.timestamp < r.readyAt) revert Membership_RotationTooEarly(uint64(block.timestamp), r.readyAt);
        // Another member may have taken the key during the delay.
        _requireFreeKey(r.key);
        delete _rotations[member_];
        _changeKey(member_, r.key);
        emit KeyRotated(member_, r.key);
    }

    /// @inheritdoc IMembership
    function enrolMerchant(uint32 member_, uint16 rateBps, uint48 exposureLimit, uint48 tillCap)
        external
        onlyRole(Role.Registrar)
    {
        _requireMember(member_);
        if (_entry(member_).kind() != MemberKind.Organisation) revert Membership_NotOrganisation(member_);
        if (_merchants[member_] != 0) revert Membership_MerchantExists(member_);
        _requireRate(rateBps);
        _merchants[member_] = Merchant(MerchantStatus.Active, exposureLimit, tillCap, 0, rateBps, 0, rateBps).pack();
        emit MerchantEnrolled(member_, rateBps, exposureLimit, tillCap);
    }

    /// @inheritdoc IMembership
    function scheduleRate(uint32 merchant_, uint16 rateBps, uint32 fromDay) external onlyRole(Role.Registrar) {
        Merchant memory m = merchant(merchant_);
        _requireRate(rateBps);
        // At least a day after the latest that has begun anywhere: no purchase of `fromDay` can stand recorded yet.
        uint256 earliest = Days.latest() + RULEBOOK.current().rateNoticeDays;
        if (fromDay < earliest) revert Membership_RateTooSoon(fromDay, uint32(earliest));
        if (m.nextFrom <= Days.latest()) {
            _pastRates[merchant_].push(PastRate(m.rateFrom, m.rateBps));
            m.rateBps = m.nextRateBps;
            m.rateFrom = m.nextFrom;
        }
        m.nextRateBps = rateBps;
        m.nextFrom = fromDay;
        _merchants[merchant_] = m.pack();
        emit RateScheduled(merchant_, rateBps, fromDay);
    }

    /// @inheritdoc IMembership
    function setLimits(uint32 merchant_, uint48 exposureLimit, uint48 tillCap) external onlyRole(Role.Treasurer) {
        Merchant memory m = merchant(merchant_);
        m.exposureLimit = exposureLimit;
        m.tillCap = tillCap;
        _merchants[merchant_] = m.pack();
        emit LimitsChanged(merchant_, exposureLimit, tillCap);
    }

    /// @inheritdoc IMembership
    function setMerchantKind(uint32 merchant_, uint8 kind) external onlyRole(Role.Registrar) {
        merchant(merchant_);
        merchantKind[merchant_] = kind;
        emit MerchantKindSet(merchant_, kind);
    }

    /// @inheritdoc IMembership
    function suspendMerchant(uint32 merchant_) external onlyRole(Role.Registrar) {
        _changeStatus(merchant_, MerchantStatus.Active, MerchantStatus.Suspended);
        emit MerchantSuspended(merchant_);
    }

    /// @inheritdoc IMembership
    function reinstateMerchant(uint32 merchant_) external onlyRole(Role.Registrar) {
        _changeStatus(merchant_, MerchantStatus.Suspended, MerchantStatus.Active);
        emit MerchantReinstated(merchant_);
    }

    /// @inheritdoc IMembership
    function enrolTill(uint32 merchant_, address key) external onlyRole(Role.Registrar) returns (uint32 till_) {
        merchant(merchant_);
        if (key == address(0)) revert Membership_ZeroAddress();
        till_ = ++tillCount;
        _tills[till_] = Tills.pack(key, merchant_, 1);
        emit TillEnrolled(till_, merchant_, key);
    }

    /// @inheritdoc IMembership
    function revokeTill(uint32 till_) external onlyRole(Role.Registrar) {
        Till memory t = till(till_);
        if (t.key == address(0)) revert Membership_TillRevoked(till_);
        _tills[till_] = Tills.pack(address(0), t.merchant, t.nextSequence);
        emit TillRevoked(till_);
    }

    /// @inheritdoc IMembership
    function advanceSequences(uint32 till_, uint32 merchant_, uint64 first, uint64 count)
        external
        returns (address, bytes32)
    {
        if (msg.sender != FUND) revert Membership_NotFund(msg.sender, FUND);
        bytes32 t = _tills[till_];
        uint32 owner = t.merchant();
        address key = t.key();
        if (owner == 0) revert Membership_TillUnknown(till_, tillCount);
        if (key == address(0)) revert Membership_TillRevoked(till_);
        if (merchant_ != owner) revert Membership_WrongMerchant(merchant_, owner);
        if (first != t.nextSequence()) revert Membership_SequenceMismatch(first, t.nextSequence());
        _tills[till_] = t.advancedBy(count);
        return (key, _merchants[merchant_]);
    }

    /// @inheritdoc IMembership
    function rollCall() external returns (uint32 epoch, uint32 day, uint32[CATEGORIES] memory sizes) {
        if (msg.sender != ASSEMBLY) revert Membership_NotAssembly(msg.sender, ASSEMBLY);
        return _rollCall();
    }

    /// @inheritdoc IMembership
    function member(uint32 member_) external view returns (Member memory) {
        _requireMember(member_);
        RollEntry e = _entry(member_);
        ICommunityCredit.Account memory a = CREDIT.account(member_);
        return Member(e.kind(), e.category(), a.validFrom, a.validUntil, _keyOf(e));
    }

    /// @inheritdoc IMembership
    function rotation(uint32 member_) external view returns (Rotation memory) {
        return _rotations[member_];
    }

    /// @inheritdoc IMembership
    function merchant(uint32 merchant_) public view returns (Merchant memory) {
        bytes32 terms = _merchants[merchant_];
        if (terms == 0) revert Membership_MerchantUnknown(merchant_);
        return terms.unpack();
    }

    /// @inheritdoc IMembership
    function till(uint32 till_) public view returns (Till memory) {
        bytes32 t = _tills[till_];
        if (t == 0) revert Membership_TillUnknown(till_, tillCount);
        return Till(t.key(), t.merchant(), t.nextSequence());
    }

    /// @inheritdoc IMembership
    function rateOn(uint32 merchant_, uint256 day) external view returns (uint16) {
        bytes32 terms = _merchants[merchant_];
        if (terms == 0) revert Membership_MerchantUnknown(merchant_);
        (uint256 from, uint256 rateBps) = terms.rateAt(day);
        if (day >= from) return uint16(rateBps);
        PastRate[] storage past = _pastRates[merchant_];
        uint256 i = past.length - 1;
        // The first entry begins on day 0, so this always ends.
        while (day < past[i].fromDay) --i;
        return past[i].rateBps;
    }

    /// @inheritdoc IMembership
    function requireRole(Role role, address account) public view {
        if (roleUntil[role][account] <= block.timestamp) revert Membership_MissingRole(account, role);
    }

    /// @inheritdoc IMembership
    function rotationDigest(uint32 member_, bytes calldata key) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(KEY_ROTATION, member_, keccak256(key), nonce[member_])));
    }

    /// @inheritdoc IMembership
    function cancellationDigest(uint32 member_) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(KEY_ROTATION_CANCELLATION, member_, nonce[member_])));
    }

    function _setGovernor(address governor_) private {
        governor = governor_;
        emit GovernorChanged(governor_);
    }

    function _revokeRole(Role role, address account) private {
        delete roleUntil[role][account];
        emit RoleRevoked(role, account);
    }

    function _admit(uint32 member_, Admission calldata a) private {
        _requireFreeKey(a.key);
        _enter(member_, a.kind, a.category);
        _changeKey(member_, a.key);
        _setValidity(member_, a.validFrom, a.validUntil);
        emit MemberAdmitted(member_, a.kind, a.category, a.validFrom, a.validUntil, a.key);
    }

    function _setValidity(uint32 member_, uint32 validFrom, uint32 validUntil) private {
        // An end of 0 would read as never admitted, see {ICommunityCredit.account}.
        if (validFrom > validUntil || validUntil == 0) revert Membership_BadValidity(validFrom, validUntil);
        _changeValidity(member_, validFrom, validUntil);
        CREDIT.setValidity(member_, validFrom, validUntil);
    }

    function _changeStatus(uint32 merchant_, MerchantStatus from, MerchantStatus to) private {
        Merchant memory m = merchant(merchant_);
        if (m.status != from) revert Membership_MerchantStatus(m.status, from);
        m.status = to;
        _merchants[merchant_] = m.pack();
    }

    /// @dev A signature is the holder's, and used once; without one the caller must be the registrar.
    function _authoriseRotation(uint32 member_, bytes32 digest, bytes calldata signature) private {
        _requireMember(member_);
        if (signature.length == 0) {
            requireRole(Role.Registrar, msg.sender);
        } else if (!SignatureChecker.isValidSignatureNow(_keyOf(_entry(member_)), digest, signature)) {
            revert Membership_BadSignature(member_);
        }
        ++nonce[member_];
    }

    function _requireMember(uint32 member_) private view {
        if (member_ == 0 || member_ > memberCount) revert Membership_MemberUnknown(member_, memberCount);
    }

    function _requireRate(uint16 rateBps) private pure {
        if (rateBps > Premiums.BPS) revert Membership_RateTooHigh(rateBps, uint16(Premiums.BPS));
    }

    function _governor() internal view override returns (address) {
        return governor;
    }
}
