// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Guardian} from "../Guardian.sol";
import {ICommunityCredit} from "../interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../interfaces/ICommunityFund.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Funds} from "../types/Funds.sol";
import {MerchantBalance} from "../types/MerchantBalance.sol";
import {Pockets} from "../types/Pockets.sol";
import {Totals} from "../types/Totals.sol";

/// @title The fund's pockets, and the only ways they move
/// @dev Every function here keeps the balance sheet of {ICommunityFund}. The community's contracts call one another and nobody else, so there is no reentrancy to guard against.
abstract contract FundLedger is Guardian, EIP712 {
    uint256 internal constant MAX_BATCH = 512;

    IMembership public immutable MEMBERSHIP;
    ICommunityCredit public immutable CREDIT;
    IRulebook public immutable RULEBOOK;

    /// @dev See {Pockets}. The rulebook pushes each version of its rules here: a call to it would cost every batch
    /// 9,500 gas.
    Pockets internal _pockets;
    uint128 internal _cash;
    uint128 internal _merchantPrepayments;
    mapping(uint32 merchant => MerchantBalance) internal _merchants;
    /// @dev By {_place}: one hash, where a mapping in a mapping takes two.
    mapping(uint256 place => bytes32) internal _records;
    mapping(uint256 place => uint64) internal _reversed;
    mapping(bytes32 bankReference => bool) internal _referenceUsed;
    /// @dev See {Funds}.
    Funds internal _funds;

    constructor(IMembership membership_, ICommunityCredit credit_, IRulebook rulebook_) EIP712("Endogene", "1") {
        MEMBERSHIP = membership_;
        CREDIT = credit_;
        RULEBOOK = rulebook_;
    }

    /// @dev A sequence of a till, as one key.
    function _place(uint256 till, uint256 sequence) internal pure returns (uint256) {
        return (till << 64) | sequence;
    }

    /// @dev Premiums accrue: first out of what the merchant has prepaid, the rest is owed, up to its limit.
    function _accrue(Pockets pockets, uint32 merchant, Totals totals, uint256 exposureLimit) internal {
        MerchantBalance before = _merchants[merchant];
        MerchantBalance after_ = before.charged(totals.premiums());
        (uint256 owed, uint256 ahead) = (after_.owed(), before.prepaid());
        if (owed > exposureLimit) revert ICommunityFund.CommunityFund_OverExposure(owed, exposureLimit);
        _merchants[merchant] = after_;
        if (ahead != 0) _merchantPrepayments -= uint128(ahead - after_.prepaid());
        // Unchecked: a charge never makes the merchant owe less.
        unchecked {
            _pockets = pockets.plus(owed - before.owed(), totals);
        }
    }

    /// @dev A premium is undone: off what the merchant owes; what it had already paid becomes its prepayment. Operations
    /// may be spent by then, and the reserve have borne a loss: a refund that waited would hold up its till, whose
    /// sequences follow one another, so what they lack is borne by what is free.
    function _undo(uint32 merchant, Totals totals) internal {
        uint256 owed = _relieve(merchant, totals.premiums());
        (uint256 operations, uint256 reserve) = _pockets.lacks(totals);
        if (operations + reserve != 0) {
            totals = totals.without(operations, reserve);
            _funds.free -= int80(uint80(operations + reserve));
            emit ICommunityFund.ShortfallBorne(operations, reserve);
        }
        _pockets = _pockets.minus(owed, totals);
    }

    /// @dev Real money comes in for premiums; what is not owed is prepaid.
    /// @return prepaid The part that was not owed.
    function _receive(uint32 merchant, uint64 amount) internal returns (uint256 prepaid) {
        uint256 owed = _relieve(merchant, amount);
        _cash += amount;
        _pockets = _pockets.minus(owed, Totals.wrap(0));
        return amount - owed;
    }

    /// @dev A bank reference stands for one movement of real money.
    function _useReference(bytes32 bankReference) internal {
        if (_referenceUsed[bankReference]) revert ICommunityFund.CommunityFund_ReferenceUsed(bankReference);
        _referenceUsed[bankReference] = true;
    }

    /// @dev Takes `amount` off what the merchant owes and adds the rest to its prepayment.
    /// @return owed The part that was owed.
    function _relieve(uint32 merchant, uint256 amount) internal returns (uint256 owed) {
        MerchantBalance before = _merchants[merchant];
        MerchantBalance after_ = before.relieved(amount);
        _merchants[merchant] = after_;
        owed = before.owed() - after_.owed();
        _merchantPrepayments += uint128(amount - owed);
    }

    function _requireGuardian() internal view override {
        MEMBERSHIP.requireRole(IMembership.Role.Guardian, msg.sender);
    }

    function _pauseChanged() internal override {
        _pockets = _pockets.withPause(block.timestamp < pausedUntil);
    }

    function _governor() internal view override returns (address) {
        return MEMBERSHIP.governor();
    }
}
