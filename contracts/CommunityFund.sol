// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Extended} from "./Extended.sol";
import {FundLedger} from "./fund/FundLedger.sol";
import {Reversals} from "./fund/Reversals.sol";
import {ICommunityCredit} from "./interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "./interfaces/ICommunityFund.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {Funds} from "./types/Funds.sol";
import {MerchantBalance} from "./types/MerchantBalance.sol";
import {Pockets} from "./types/Pockets.sol";

/// @title The fund that the cooperative owns, see {ICommunityFund}
contract CommunityFund is Reversals, Extended {
    constructor(IMembership membership_, ICommunityCredit credit_, IRulebook rulebook_, address extension_)
        FundLedger(membership_, credit_, rulebook_)
        Extended(extension_)
    {}

    /// @notice Closes the door that {Initializable} leaves open. Called once, by the proxy's constructor.
    function initialize() external initializer {}

    /// @inheritdoc ICommunityFund
    function settlePremiums(uint32 merchant, uint64 amount, bytes32 bankReference) external {
        _requireRunning();
        MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);
        if (amount == 0) revert CommunityFund_ZeroAmount();
        MEMBERSHIP.merchant(merchant); // Reverts for a number that is no merchant's.
        _useReference(bankReference);
        uint256 prepaid = _receive(merchant, amount);
        emit PremiumsSettled(merchant, amount, prepaid, bankReference);
    }

    /// @inheritdoc ICommunityFund
    function adoptRules(uint16 version, IRulebook.Rules calldata rules) external {
        if (msg.sender != address(RULEBOOK)) revert CommunityFund_NotRulebook(msg.sender, address(RULEBOOK));
        _pockets = _pockets.withRules(version, rules);
    }

    /// @inheritdoc ICommunityFund
    function creditsOutstanding() external view returns (uint256) {
        return _pockets.credits();
    }

    /// @inheritdoc ICommunityFund
    function merchantAccount(uint32 merchant) external view returns (MerchantAccount memory) {
        MerchantBalance b = _merchants[merchant];
        return MerchantAccount(b.owed(), b.prepaid());
    }

    /// @inheritdoc ICommunityFund
    function batchRecord(uint32 till, uint64 firstSequence) external view returns (bytes32) {
        return _records[_place(till, firstSequence)];
    }

    /// @inheritdoc ICommunityFund
    function reversedOf(uint32 till, uint64 sequence) external view returns (uint64) {
        return _reversed[_place(till, sequence)];
    }

    /// @inheritdoc ICommunityFund
    function requireRunning() external view {
        _requireRunning();
    }

    /// @inheritdoc ICommunityFund
    function balanceSheet() external view returns (BalanceSheet memory) {
        Pockets p = _pockets;
        Funds memory f = _funds;
        return BalanceSheet({
            cash: _cash,
            premiumsReceivable: p.receivable(),
            creditsOutstanding: p.credits(),
            merchantPrepayments: _merchantPrepayments,
            reserve: p.reserve(),
            operations: p.operations(),
            loansReceivable: f.loans,
            currencyOutstanding: f.currency,
            commitments: f.commitments,
            free: f.free
        });
    }

    /// @inheritdoc ICommunityFund
    function referenceUsed(bytes32 bankReference) external view returns (bool) {
        return _referenceUsed[bankReference];
    }
}
