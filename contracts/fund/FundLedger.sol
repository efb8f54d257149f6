// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Governed} from "../Governed.sol";
import {ICommunityCredit} from "../interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../interfaces/ICommunityFund.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Pockets} from "../types/Pockets.sol";
import {Premiums} from "../types/Premiums.sol";

/// @title The fund's pockets, and the only ways they move
/// @dev Every function here keeps `cash + premiumsReceivable = creditsOutstanding + merchantPrepayments + reserve +
/// operations`. The community's contracts call one another and nobody else, so there is no reentrancy to guard against.
abstract contract FundLedger is ICommunityFund, Governed, EIP712 {
    using Pockets for bytes32;
    using SafeCast for uint256;

    uint256 internal constant MAX_BATCH = 512;

    IMembership public immutable MEMBERSHIP;
    ICommunityCredit public immutable CREDIT;
    IRulebook public immutable RULEBOOK;

    /// @dev See {Pockets}. The rulebook pushes each version of its rules here: a call to it would cost every batch
    /// 9,500 gas.
    bytes32 internal _pockets;
    uint128 internal _cash;
    uint128 internal _merchantPrepayments;
    mapping(uint32 merchant => MerchantAccount) internal _merchants;
    /// @inheritdoc ICommunityFund
    mapping(uint32 till => mapping(uint64 firstSequence => bytes32)) public batchRecord;
    /// @inheritdoc ICommunityFund
    mapping(uint32 till => mapping(uint64 sequence => uint64)) public reversedOf;
    /// @inheritdoc ICommunityFund
    mapping(bytes32 bankReference => bool) public referenceUsed;

    constructor(IMembership membership_, ICommunityCredit credit_, IRulebook rulebook_) EIP712("Endogene", "1") {
        MEMBERSHIP = membership_;
        CREDIT = credit_;
        RULEBOOK = rulebook_;
    }

    /// @inheritdoc ICommunityFund
    function adoptRules(uint16 version, IRulebook.Rules calldata rules) external {
        if (msg.sender != address(RULEBOOK)) revert CommunityFund_NotRulebook(msg.sender, address(RULEBOOK));
        _pockets = _pockets.withRules(version, rules);
    }

    /// @inheritdoc ICommunityFund
    function creditsOutstanding() external view returns (uint256) {
        return _pockets.amounts().credits;
    }

    /// @inheritdoc ICommunityFund
    function balanceSheet() external view returns (BalanceSheet memory) {
        Pockets.Amounts memory p = _pockets.amounts();
        return BalanceSheet(_cash, p.receivable, p.credits, _merchantPrepayments, p.reserve, p.operations);
    }

    /// @inheritdoc ICommunityFund
    function merchantAccount(uint32 merchant) external view returns (MerchantAccount memory) {
        return _merchants[merchant];
    }

    /// @dev A premium accrues: first out of what the merchant has prepaid, the rest is owed, up to its limit.
    function _accrue(bytes32 pockets, uint32 merchant, Premiums.Shares memory s, uint256 exposureLimit) internal {
        MerchantAccount memory m = _merchants[merchant];
        uint256 prepaid = s.premium < m.prepaid ? s.premium : m.prepaid;
        uint256 owed = m.owed + s.premium - prepaid;
        if (owed > exposureLimit) revert CommunityFund_OverExposure(owed, exposureLimit);
        // At most the exposure limit and the former prepayment: both fit.
        _merchants[merchant] = MerchantAccount(uint64(owed), uint64(m.prepaid - prepaid));
        if (prepaid != 0) _merchantPrepayments -= uint128(prepaid);
        _pockets = pockets.plus(Pockets.Amounts(s.premium - prepaid, s.credit, s.operations, s.reserve));
    }

    /// @dev A premium is undone: off what the merchant owes; what it had already paid becomes its prepayment.
    function _undo(uint32 merchant, Premiums.Shares memory s) internal {
        MerchantAccount memory m = _merchants[merchant];
        uint256 owed = s.premium < m.owed ? s.premium : m.owed;
        uint256 prepaid = s.premium - owed;
        _merchants[merchant] = MerchantAccount(uint64(m.owed - owed), (m.prepaid + prepaid).toUint64());
        _merchantPrepayments += uint128(prepaid);
        _pockets = _pockets.minus(Pockets.Amounts(owed, s.credit, s.operations, s.reserve));
    }

    /// @dev Real money comes in for premiums; what is not owed is prepaid.
    /// @return prepaid The part that was not owed.
    function _receive(uint32 merchant, uint64 amount) internal returns (uint64 prepaid) {
        MerchantAccount memory m = _merchants[merchant];
        uint64 owed = amount < m.owed ? amount : m.owed;
        prepaid = amount - owed;
        _merchants[merchant] = MerchantAccount(m.owed - owed, m.prepaid + prepaid);
        _cash += amount;
        _merchantPrepayments += prepaid;
        _pockets = _pockets.minus(Pockets.Amounts(owed, 0, 0, 0));
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }
}
