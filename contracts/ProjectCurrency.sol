// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MemberActs} from "./MemberActs.sol";
import {ICommunityFund} from "./interfaces/ICommunityFund.sol";
import {IFundOutflows} from "./interfaces/IFundOutflows.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IProjectAwards} from "./interfaces/IProjectAwards.sol";
import {IProjectBook} from "./interfaces/IProjectBook.sol";
import {IProjectCurrency} from "./interfaces/IProjectCurrency.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {Rounds} from "./types/Rounds.sol";

/// @title Project currency, see {IProjectCurrency}
contract ProjectCurrency is IProjectCurrency, MemberActs {
    using Rounds for Holding;

    IRulebook public immutable RULEBOOK;
    ICommunityFund public immutable FUND;
    IFundOutflows public immutable OUTFLOWS; // the fund's own address
    IProjectBook public immutable BOOK;
    IProjectAwards public immutable AWARDS; // the book's own address

    /// @inheritdoc IProjectCurrency
    uint256 public totalSupply;
    uint32 public requestCount;
    mapping(uint32 project => uint64) public balanceOfProject;
    mapping(uint32 project => mapping(uint8 line => uint64)) public spentOfLine;
    mapping(uint32 merchant => Holding) private _holdings;
    /// @inheritdoc IProjectCurrency
    mapping(uint32 merchant => uint64) public requestedOf;
    mapping(uint32 request => CashRequest) private _requests;
    mapping(bytes32 invoice => Sale) private _sales;
    /// @inheritdoc IProjectCurrency
    mapping(bytes32 invoice => bool) public invoicePaid;

    constructor(IMembership membership_, IRulebook rulebook_, ICommunityFund fund_, IProjectBook book_)
        MemberActs(membership_)
    {
        RULEBOOK = rulebook_;
        FUND = fund_;
        OUTFLOWS = IFundOutflows(address(fund_));
        BOOK = book_;
        AWARDS = IProjectAwards(address(book_));
    }

    modifier onlyBook() {
        if (msg.sender != address(BOOK)) revert ProjectCurrency_NotBook(msg.sender, address(BOOK));
        _;
    }

    /// @notice Closes the door that {Initializable} leaves open. Called once, by the proxy's constructor.
    function initialize() external initializer {}

    /// @inheritdoc IProjectCurrency
    function issue(uint32 project, uint64 amount) external onlyBook {
        totalSupply += amount;
        balanceOfProject[project] += amount;
        emit CurrencyIssued(project, amount);
    }

    /// @inheritdoc IProjectCurrency
    function recall(uint32 project) external onlyBook returns (uint64 amount) {
        amount = balanceOfProject[project];
        totalSupply -= amount;
        balanceOfProject[project] = 0;
        emit CurrencyRecalled(project, amount);
    }

    /// @inheritdoc IProjectCurrency
    function spend(Spending calldata s, bytes calldata signature) external {
        FUND.requireRunning();
        (uint32 signer, uint64 cap, uint256 kinds) = AWARDS.spendable(s.project, s.line);
        _authorise("spend", signer, s.project, abi.encode(s), signature);
        if (BOOK.isRelated(s.project, s.merchant)) revert ProjectCurrency_Related(s.project, s.merchant);
        uint256 kind = MEMBERSHIP.merchantKind(s.merchant);
        if (kinds >> kind & 1 == 0) revert ProjectCurrency_KindNotAllowed(kind, kinds);
        _requireUnused(s.invoice);
        uint64 held = balanceOfProject[s.project];
        if (s.amount > held) revert ProjectCurrency_MoreThanHeld(s.amount, held);
        uint256 spent = uint256(spentOfLine[s.project][s.line]) + s.amount;
        if (spent > cap) revert ProjectCurrency_LineSpent(spent, cap);
        balanceOfProject[s.project] = held - s.amount;
        spentOfLine[s.project][s.line] = uint64(spent);
        _holdings[s.merchant].first += s.amount;
        uint256 premium = _sell(s.merchant, s.amount);
        _sales[s.invoice] = Sale(s.project, s.merchant, s.amount, uint64(premium), s.line);
        emit ProjectSpent(s.project, s.merchant, s, premium);
    }

    /// @inheritdoc IProjectCurrency
    function returnSpending(bytes32 invoice, uint64 amount, bytes calldata signature) external {
        FUND.requireRunning();
        Sale storage s = _sales[invoice];
        if (s.project == 0) revert ProjectCurrency_InvoiceUnknown(invoice);
        uint32 merchant = s.merchant;
        _authorise("returnSpending", merchant, s.project, abi.encode(invoice, amount), signature);
        if (amount == 0) revert ProjectCurrency_ZeroAmount();
        if (amount > s.amount) revert ProjectCurrency_MoreThanHeld(amount, s.amount);
        // Only what came straight from a project goes back to one.
        Holding memory held = _holdings[merchant];
        uint256 free = _free(merchant, held);
        uint256 limit = held.first < free ? held.first : free;
        if (amount > limit) revert ProjectCurrency_MoreThanHeld(amount, limit);
        // Reverts unless the project may still spend: what is over stays with the merchant.
        AWARDS.spendable(s.project, s.line);
        _holdings[merchant].first -= amount;
        balanceOfProject[s.project] += amount;
        spentOfLine[s.project][s.line] -= amount;
        // In parts that add up to the sale's own premium, whatever the rate has become.
        uint64 premium = uint64(uint256(s.premium) * amount / s.amount);
        s.amount -= amount;
        s.premium -= premium;
        OUTFLOWS.undoSale(merchant, premium);
        emit SpendingReturned(s.project, merchant, invoice, amount, premium);
    }

    /// @inheritdoc IProjectCurrency
    function pay(uint32 payer, uint32 merchant, uint64 amount, bytes32 invoice, bytes calldata signature) external {
        FUND.requireRunning();
        _authorise("pay", payer, payer, abi.encode(merchant, amount, invoice), signature);
        if (payer == merchant) revert ProjectCurrency_SameMerchant(payer);
        _requireUnused(invoice);
        invoicePaid[invoice] = true;
        Holding memory moved = _take(payer, amount);
        _holdings[merchant] = _holdings[merchant].plusPaid(moved);
        uint256 premium = _sell(merchant, amount);
        emit MerchantPaid(payer, merchant, invoice, moved, premium);
    }

    /// @inheritdoc IProjectCurrency
    function net(uint32 merchant, uint64 amount, bytes calldata signature) external {
        FUND.requireRunning();
        _authorise("net", merchant, merchant, abi.encode(amount), signature);
        uint256 owed = FUND.merchantAccount(merchant).owed;
        if (amount > owed) revert ProjectCurrency_MoreThanOwed(amount, owed);
        Holding memory netted = _take(merchant, amount);
        totalSupply -= amount;
        OUTFLOWS.net(merchant, amount);
        emit CurrencyNetted(merchant, netted);
    }

    /// @inheritdoc IProjectCurrency
    function requestCash(uint32 merchant, uint64 amount, bytes calldata signature) external returns (uint32 request) {
        FUND.requireRunning();
        _authorise("requestCash", merchant, merchant, abi.encode(amount), signature);
        if (amount == 0) revert ProjectCurrency_ZeroAmount();
        uint256 free = _free(merchant, _holdings[merchant]);
        if (amount > free) revert ProjectCurrency_MoreThanHeld(amount, free);
        IRulebook.OutflowRules memory rules = RULEBOOK.outflowRules();
        uint256 open = uint256(requestedOf[merchant]) + amount;
        if (open > rules.cashLimit) revert ProjectCurrency_CashLimit(open, rules.cashLimit);
        request = ++requestCount;
        requestedOf[merchant] = uint64(open);
        uint64 payableFrom = uint64(block.timestamp) + rules.cashDelay;
        _requests[request] = CashRequest(merchant, amount, payableFrom, true);
        emit CashRequested(request, merchant, amount, payableFrom);
    }

    /// @inheritdoc IProjectCurrency
    function dropCashRequest(uint32 request, bytes calldata signature) external {
        CashRequest memory r = _requests[request];
        _authorise("dropCashRequest", r.merchant, r.merchant, abi.encode(request), signature);
        _closeRequest(request, r);
        emit CashRequestDropped(request);
    }

    /// @inheritdoc IProjectCurrency
    function payCash(uint32 request, bytes32 bankReference) external {
        FUND.requireRunning();
        MEMBERSHIP.requireRole(IMembership.Role.Treasurer, msg.sender);
        CashRequest memory r = _requests[request];
        _closeRequest(request, r);
        if (block.timestamp < r.payableFrom) {
            revert ProjectCurrency_TooEarly(uint64(block.timestamp), r.payableFrom);
        }
        Holding memory paid = _take(r.merchant, r.amount);
        totalSupply -= r.amount;
        OUTFLOWS.payCurrency(r.amount, bankReference);
        emit CashPaid(request, r.merchant, paid, bankReference);
    }

    /// @inheritdoc IProjectCurrency
    function holdingOf(uint32 merchant) external view returns (Holding memory) {
        return _holdings[merchant];
    }

    /// @inheritdoc IProjectCurrency
    function cashRequest(uint32 request) external view returns (CashRequest memory) {
        return _requests[request];
    }

    /// @inheritdoc IProjectCurrency
    function saleOf(bytes32 invoice) external view returns (Sale memory) {
        return _sales[invoice];
    }

    /// @dev A sale paid in project currency, at an active merchant, owes its premium.
    function _sell(uint32 merchant, uint64 amount) private returns (uint256 premium) {
        if (amount == 0) revert ProjectCurrency_ZeroAmount();
        if (MEMBERSHIP.merchant(merchant).status != IMembership.MerchantStatus.Active) {
            revert ProjectCurrency_MerchantNotActive(merchant);
        }
        return OUTFLOWS.recordSale(merchant, amount);
    }

    function _take(uint32 merchant, uint64 amount) private returns (Holding memory taken) {
        if (amount == 0) revert ProjectCurrency_ZeroAmount();
        Holding memory held = _holdings[merchant];
        uint256 free = _free(merchant, held);
        if (amount > free) revert ProjectCurrency_MoreThanHeld(amount, free);
        taken = held.part(amount);
        _holdings[merchant] = held.minus(taken);
    }

    function _closeRequest(uint32 request, CashRequest memory r) private {
        if (!r.isOpen) revert ProjectCurrency_RequestUnknown(request);
        _requests[request].isOpen = false;
        requestedOf[r.merchant] -= r.amount;
    }

    function _requireUnused(bytes32 invoice) private view {
        if (_sales[invoice].project != 0 || invoicePaid[invoice]) revert ProjectCurrency_InvoiceUsed(invoice);
    }

    /// @dev What is not asked for in cash.
    function _free(uint32 merchant, Holding memory held) private view returns (uint256) {
        return held.total() - requestedOf[merchant];
    }
}
