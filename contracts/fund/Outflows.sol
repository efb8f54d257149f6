// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICommunityFund} from "../interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../interfaces/IFundOutflows.sol";
import {IMembership} from "../interfaces/IMembership.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Funds} from "../types/Funds.sol";
import {Pockets} from "../types/Pockets.sol";
import {Premiums} from "../types/Premiums.sol";
import {Totals, TotalsLib} from "../types/Totals.sol";
import {FundLedger} from "./FundLedger.sol";

/// @title What goes out of the fund, and the gate before it
abstract contract Outflows is IFundOutflows, FundLedger {
    using SafeCast for uint256;

    /// @notice The contracts through which money is promised.
    struct Desks {
        address book;
        address currency;
        address redemptions;
    }

    address public immutable BOOK;
    address public immutable CURRENCY;
    address public immutable REDEMPTIONS;

    constructor(Desks memory desks) {
        BOOK = desks.book;
        CURRENCY = desks.currency;
        REDEMPTIONS = desks.redemptions;
    }

    modifier onlyFrom(address neighbour) {
        if (msg.sender != neighbour) revert CommunityFund_NotNeighbour(msg.sender, neighbour);
        _;
    }

    modifier whenRunning() {
        _requireRunning();
        _;
    }

    modifier onlyTreasurer() {
        MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);
        _;
    }

    /// @inheritdoc IFundOutflows
    function attestDue(uint64 due, uint64 until, bytes32 evidence) external {
        MEMBERSHIP.requireRole(IMembership.Role.Actuary, msg.sender);
        uint256 limit = block.timestamp + RULEBOOK.outflowRules().longestAttestation;
        if (until > limit) revert CommunityFund_AttestationTooLong(until, limit);
        _funds.due = uint256(due).toUint48();
        _funds.attestedUntil = until;
        emit DueAttested(due, until, evidence);
    }

    /// @inheritdoc IFundOutflows
    function commit(uint32 project, uint64 amount) external onlyFrom(BOOK) whenRunning {
        _funds.commitments += uint256(amount).toUint48();
        _funds.free -= int80(uint80(amount));
        _requireSolvent(0);
        emit Committed(project, amount);
    }

    /// @inheritdoc IFundOutflows
    function uncommit(uint32 project, uint64 amount) external onlyFrom(BOOK) {
        _funds.commitments -= uint256(amount).toUint48();
        _funds.free += int80(uint80(amount));
        emit CommitmentReturned(project, amount);
    }

    /// @inheritdoc IFundOutflows
    function release(uint32 project, uint64 amount, bool isLoan) external onlyFrom(BOOK) whenRunning {
        uint48 money = uint256(amount).toUint48();
        _funds.commitments -= money;
        _funds.currency += money;
        if (isLoan) {
            _funds.loans += money;
            _funds.free += int80(uint80(amount));
        }
        _requireSolvent(0);
        emit CommitmentReleased(project, amount, isLoan);
    }

    /// @inheritdoc IFundOutflows
    function reclaim(uint32 project, uint64 amount, bool isLoan) external onlyFrom(BOOK) {
        uint48 money = uint256(amount).toUint48();
        _funds.currency -= money;
        if (isLoan) _funds.loans -= money;
        else _funds.free += int80(uint80(amount));
        emit CurrencyReclaimed(project, amount, isLoan);
    }

    /// @inheritdoc IFundOutflows
    function receiveRepayment(uint64 amount, bytes32 bankReference) external onlyFrom(BOOK) {
        _useReference(bankReference);
        _cash += amount;
        _funds.loans -= uint256(amount).toUint48();
        emit RepaymentReceived(amount, bankReference);
    }

    /// @inheritdoc IFundOutflows
    function writeOffLoan(uint64 amount) external onlyFrom(BOOK) {
        IRulebook.Pocket pocket = RULEBOOK.outflowRules().loanPocket;
        _funds.loans -= uint256(amount).toUint48();
        _bear(pocket, 0, amount);
        emit LoanLossBooked(amount, pocket);
    }

    /// @inheritdoc IFundOutflows
    function recordSale(uint32 merchant, uint64 amount)
        external
        onlyFrom(CURRENCY)
        whenRunning
        returns (uint256 premium)
    {
        uint256 rateBps = MEMBERSHIP.rateOn(merchant, block.timestamp / 1 days);
        premium = Premiums.premiumHalfUp(amount, rateBps);
        Totals toReserve = Totals.wrap(bytes32(TotalsLib.lanes(premium, 0, 0)));
        _accrue(_pockets, merchant, toReserve, MEMBERSHIP.merchant(merchant).exposureLimit);
        emit SaleRecorded(merchant, amount, premium);
    }

    /// @inheritdoc IFundOutflows
    function undoSale(uint32 merchant, uint64 premium) external onlyFrom(CURRENCY) {
        _undo(merchant, Totals.wrap(bytes32(TotalsLib.lanes(premium, 0, 0))));
        emit SaleUndone(merchant, premium);
    }

    /// @inheritdoc IFundOutflows
    function net(uint32 merchant, uint64 amount) external onlyFrom(CURRENCY) whenRunning {
        _requireOwed(merchant, amount);
        _pockets = _pockets.minus(_relieve(merchant, amount), Totals.wrap(0));
        _funds.currency -= uint256(amount).toUint48();
        emit PremiumsNetted(merchant, amount);
    }

    /// @inheritdoc IFundOutflows
    function payCurrency(uint64 amount, bytes32 bankReference) external onlyFrom(CURRENCY) whenRunning {
        _useReference(bankReference);
        _funds.currency -= uint256(amount).toUint48();
        _cash -= amount;
        emit CurrencyPaid(amount, bankReference);
    }

    /// @inheritdoc IFundOutflows
    function backRedemption(uint64 amount) external onlyFrom(REDEMPTIONS) whenRunning {
        Funds memory f = _funds;
        uint256 promised = uint256(f.currency) + f.redemptions + amount;
        if (promised > _cash) revert CommunityFund_NotBacked(_cash, promised);
        _funds.redemptions = f.redemptions + uint256(amount).toUint48();
        emit RedemptionBacked(amount);
    }

    /// @inheritdoc IFundOutflows
    function releaseRedemption(uint64 amount) external onlyFrom(REDEMPTIONS) {
        _funds.redemptions -= uint256(amount).toUint48();
        emit RedemptionReleased(amount);
    }

    /// @inheritdoc IFundOutflows
    function payRedemption(uint32 member, uint64 amount, bytes32 bankReference)
        external
        onlyFrom(REDEMPTIONS)
        whenRunning
    {
        _useReference(bankReference);
        _funds.redemptions -= uint256(amount).toUint48();
        _cash -= amount;
        _pockets = _pockets.minus(0, Totals.wrap(bytes32(TotalsLib.lanes(amount, amount, 0))));
        CREDIT.burn(member, amount);
        emit RedemptionPaid(member, amount, bankReference);
    }

    /// @inheritdoc IFundOutflows
    function writeOffDebt(uint32 merchant, uint64 amount) external onlyGovernor {
        if (amount == 0) revert ICommunityFund.CommunityFund_ZeroAmount();
        _requireOwed(merchant, amount);
        IRulebook.Pocket pocket = RULEBOOK.outflowRules().debtPocket;
        _bear(pocket, _relieve(merchant, amount), amount);
        emit DebtWrittenOff(merchant, amount, pocket);
    }

    /// @inheritdoc IFundOutflows
    function allowOperating(uint64 amount, bytes32 purpose) external onlyGovernor whenRunning {
        uint256 allowed = uint256(_funds.operatingAllowed) + amount;
        uint256 held = _pockets.operations();
        if (allowed > held) revert CommunityFund_PocketShort(IRulebook.Pocket.Operations, allowed, held);
        _funds.operatingAllowed = allowed.toUint48();
        _requireSolvent(allowed);
        emit OperatingAllowed(amount, purpose);
    }

    /// @inheritdoc IFundOutflows
    function payOperating(uint64 amount, bytes32 bankReference) external onlyTreasurer whenRunning {
        uint48 allowed = _funds.operatingAllowed;
        if (amount == 0) revert ICommunityFund.CommunityFund_ZeroAmount();
        if (amount > allowed) revert CommunityFund_NotAllowed(amount, allowed);
        _requireSolvent(amount); // Before it goes: cash that is not there is the gate's to refuse.
        _useReference(bankReference);
        _funds.operatingAllowed = allowed - uint48(amount);
        _cash -= amount;
        _bear(IRulebook.Pocket.Operations, 0, amount);
        emit OperatingPaid(amount, bankReference);
    }

    /// @inheritdoc IFundOutflows
    function solvency() external view returns (Solvency memory) {
        return _solvency();
    }

    /// @inheritdoc IFundOutflows
    function redemptionsBacked() external view returns (uint256) {
        return _funds.redemptions;
    }

    /// @inheritdoc IFundOutflows
    function operatingAllowed() external view returns (uint256) {
        return _funds.operatingAllowed;
    }

    /// @dev The gate: reverts unless, less `leaving`, enough is liquid for what is owed to members.
    function _requireSolvent(uint256 leaving) private view {
        Solvency memory s = _solvency();
        if (block.timestamp >= s.attestedUntil) {
            revert CommunityFund_NotAttested(uint64(block.timestamp), s.attestedUntil);
        }
        int256 liquid = s.liquid - int256(leaving);
        uint256 floor = (s.credits * s.floorBps + Premiums.BPS - 1) / Premiums.BPS;
        if (liquid < int256(floor)) revert CommunityFund_CoverageTooLow(liquid, floor);
        if (liquid < int256(s.due)) revert CommunityFund_DueNotCovered(liquid, s.due);
    }

    function _solvency() private view returns (Solvency memory) {
        Funds memory f = _funds;
        // A refund after an approval may leave fewer credits than were approved.
        uint256 credits = _pockets.credits();
        return Solvency({
            liquid: int256(uint256(_cash)) - int256(uint256(f.currency) + f.commitments + f.redemptions),
            credits: credits > f.redemptions ? credits - f.redemptions : 0,
            floorBps: RULEBOOK.outflowRules().coverageFloorBps,
            due: f.due,
            attestedUntil: f.attestedUntil
        });
    }

    /// @dev A pocket bears `amount`; `owed` less is receivable.
    function _bear(IRulebook.Pocket pocket, uint256 owed, uint64 amount) private {
        if (pocket == IRulebook.Pocket.Free) {
            _funds.free -= int80(uint80(amount));
            _pockets = _pockets.minus(owed, Totals.wrap(0));
            return;
        }
        bool isReserve = pocket == IRulebook.Pocket.Reserve;
        uint256 held = isReserve ? _pockets.reserve() : _pockets.operations();
        if (amount > held) revert CommunityFund_PocketShort(pocket, amount, held);
        uint256 lanes = isReserve ? TotalsLib.lanes(amount, 0, 0) : TotalsLib.lanes(amount, 0, amount);
        _pockets = _pockets.minus(owed, Totals.wrap(bytes32(lanes)));
    }

    function _requireOwed(uint32 merchant, uint64 amount) private view {
        uint256 owed = _merchants[merchant].owed();
        if (amount > owed) revert CommunityFund_MoreThanOwed(amount, owed);
    }
}
