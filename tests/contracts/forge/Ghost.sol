// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {RefusalReason} from "../../../contracts/types/RefusalReason.sol";
import {Reference} from "./Reference.sol";
import {Tester} from "./Tester.sol";

/// @notice A second ledger, kept in the open beside the contracts': what the actors did, and what it should have moved.
abstract contract Ghost is Tester {
    struct Batch {
        uint32 till;
        uint32 merchant;
        uint64 first;
        uint64 count;
        uint16 version; // 0: refunds, which record nothing.
        bytes32[] items;
    }

    struct Purchase {
        uint256 batch;
        uint64 sequence;
        bytes32 item;
        uint256 rateBps;
        uint256 left; // 0 from the start when refused.
    }

    struct Judgement {
        RefusalReason reason;
        uint256 actual;
        uint256 limit;
    }

    uint32[] internal _merchants;
    uint32[] internal _tills;
    uint32 internal _lastMember;
    Batch[] internal _batches;
    Purchase[] internal _purchases;
    mapping(uint32 merchant => Reference.Rate[]) internal _rates;
    mapping(uint32 merchant => uint256) internal _owed;
    mapping(uint32 merchant => uint256) internal _prepaid;
    mapping(uint32 merchant => uint256) internal _limit;
    mapping(uint32 merchant => bool) internal _suspended;
    mapping(uint32 till => uint32) internal _merchantOf;
    mapping(uint32 till => uint64) internal _nextOf;
    mapping(uint32 till => bool) internal _revoked;
    mapping(uint32 member => uint256) internal _balance;
    mapping(uint32 member => uint256) internal _validFrom;
    mapping(uint32 member => uint256) internal _validUntil;
    mapping(uint16 version => IRulebook.Rules) internal _rulesOf;
    uint16 internal _version;
    uint256 internal _cash;
    Reference.Shares internal _total;

    /// @dev How often each outcome was met: by purchases (0) and by refunds (1).
    mapping(uint256 kind => mapping(RefusalReason => uint256)) internal _met;

    // ---- what the laws read

    function met(uint256 kind, RefusalReason reason) external view returns (uint256) {
        return _met[kind][reason];
    }

    function contracts() external view returns (IMembership, ICommunityCredit, ICommunityFund) {
        return (membership, credit, fund);
    }

    function merchants() external view returns (uint32[] memory) {
        return _merchants;
    }

    function tills() external view returns (uint32[] memory) {
        return _tills;
    }

    function batches() external view returns (Batch[] memory) {
        return _batches;
    }

    function purchases() external view returns (Purchase[] memory) {
        return _purchases;
    }

    function lastMember() external view returns (uint32) {
        return _lastMember;
    }

    function balance(uint32 member) external view returns (uint256) {
        return _balance[member];
    }

    function account(uint32 merchant) external view returns (uint256 owed, uint256 prepaid) {
        return (_owed[merchant], _prepaid[merchant]);
    }

    /// @notice All the cash that came in, and all the shares that purchases moved less what refunds took back.
    function sums() external view returns (uint256 cash, Reference.Shares memory total) {
        return (_cash, _total);
    }

    // ---- what should happen

    function _latestDay() internal view returns (uint256) {
        return (block.timestamp + 14 hours) / 1 days;
    }

    function _firstDay() internal view returns (uint256) {
        return (block.timestamp - 12 hours) / 1 days - _rulesOf[_version].purchaseWindowDays;
    }

    function _split(uint16 version) internal view returns (Reference.Split memory) {
        return Reference.Split(_rulesOf[version].operationsBps, _rulesOf[version].reserveBps);
    }

    function _parts(bytes32 item) internal pure returns (uint256 amount, uint32 member, uint256 day) {
        return (uint64(uint256(item) >> 64), uint32(uint256(item) >> 32), uint32(uint256(item)));
    }

    function _judgePurchase(bytes32 item) internal view returns (Judgement memory) {
        (uint256 amount, uint32 member, uint256 day) = _parts(item);
        if (amount == 0) return Judgement(RefusalReason.ZeroAmount, 0, 1);
        if (amount > CAP) return Judgement(RefusalReason.OverTillCap, amount, CAP);
        if (day > _latestDay()) return Judgement(RefusalReason.FutureDay, day, _latestDay());
        if (day < _firstDay()) return Judgement(RefusalReason.TooOld, day, _firstDay());
        if (member == 0) return Judgement(RefusalReason.None, 0, 0);
        if (member > _lastMember) return Judgement(RefusalReason.UnknownMember, member, _lastMember);
        (uint256 from, uint256 until) = (_validFrom[member], _validUntil[member]);
        if (day < from) return Judgement(RefusalReason.MemberNotValid, day, from);
        if (day >= until) return Judgement(RefusalReason.MemberNotValid, day, until);
        return Judgement(RefusalReason.None, 0, 0);
    }

    function _judgeReversal(Purchase memory p, uint32 merchant, uint256 amount, uint256 day)
        internal
        view
        returns (Judgement memory)
    {
        (,, uint256 purchaseDay) = _parts(p.item);
        uint32 owner = _batches[p.batch].merchant;
        uint256 end = purchaseDay + _rulesOf[_version].reversalWindowDays;
        if (owner != merchant) return Judgement(RefusalReason.OtherMerchant, merchant, owner);
        if (amount == 0) return Judgement(RefusalReason.ZeroAmount, 0, 1);
        if (p.left == 0) return Judgement(RefusalReason.NothingLeft, amount, 0);
        if (amount > p.left) return Judgement(RefusalReason.MoreThanLeft, amount, p.left);
        if (day > _latestDay()) return Judgement(RefusalReason.FutureDay, day, _latestDay());
        if (day < _firstDay()) return Judgement(RefusalReason.TooOld, day, _firstDay());
        if (day < purchaseDay) return Judgement(RefusalReason.BeforePurchase, day, purchaseDay);
        if (day > end) return Judgement(RefusalReason.WindowClosed, day, end);
        return Judgement(RefusalReason.None, 0, 0);
    }

    function _sharesOf(bytes32 item, uint256 rateBps) internal view returns (Reference.Shares memory) {
        (uint256 amount, uint32 member,) = _parts(item);
        return Reference.shares(amount, rateBps, _split(_version), member == 0);
    }

    // ---- what did happen

    function _bookPremium(uint32 merchant, uint256 premium) internal {
        uint256 ahead = premium < _prepaid[merchant] ? premium : _prepaid[merchant];
        _prepaid[merchant] -= ahead;
        _owed[merchant] += premium - ahead;
    }

    function _bookPayment(uint32 merchant, uint256 amount) internal {
        uint256 debt = amount < _owed[merchant] ? amount : _owed[merchant];
        _owed[merchant] -= debt;
        _prepaid[merchant] += amount - debt;
    }

    function _bookBatch(uint32 till_, uint64 count, uint16 version, bytes32[] memory items) internal {
        _batches.push(Batch(till_, _merchantOf[till_], _nextOf[till_], count, version, items));
        _nextOf[till_] += count;
    }
}
