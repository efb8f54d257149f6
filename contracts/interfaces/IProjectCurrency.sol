// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Project currency: released project money, spendable only at member merchants
/// @notice A unit carries its *round*: 0 in a project's account, 1 with the merchant at which the project spent it, one
/// more with each merchant that it is paid on to; the fourth lane holds every later round. Every sale paid in it owes a
/// premium again, which is the reserve's. Who acts is a member, by number: see {IMemberActs}; `content` is said of each
/// function. Amounts are minor units, instants seconds UTC.
interface IProjectCurrency {
    /// @notice What a merchant holds, by round, in one slot.
    struct Holding {
        uint64 first;
        uint64 second;
        uint64 third;
        uint64 later;
    }

    /// @notice A conversion asked for in cash, in one slot. What it asks for stays the merchant's until it is paid.
    struct CashRequest {
        uint32 merchant;
        uint64 amount;
        uint64 payableFrom;
        bool isOpen;
    }

    /// @notice A purchase that a project paid for.
    /// @param invoice A salted commitment to the invoice, used once.
    /// @param line The budget line.
    struct Spending {
        uint32 project;
        uint32 merchant;
        uint64 amount;
        uint8 line;
        bytes32 invoice;
    }

    /// @notice What a project spent on an invoice and did not get back, and the premium that stands for it.
    struct Sale {
        uint32 project;
        uint32 merchant;
        uint64 amount;
        uint64 premium;
        uint8 line;
    }

    event CurrencyIssued(uint32 indexed project, uint64 amount);
    /// @param premium What the merchant owes for it, credited to the reserve.
    event ProjectSpent(uint32 indexed project, uint32 indexed merchant, Spending spending, uint256 premium);
    event SpendingReturned(
        uint32 indexed project, uint32 indexed merchant, bytes32 indexed invoice, uint64 amount, uint256 premium
    );
    /// @param moved What moved, by the round that it had before.
    event MerchantPaid(
        uint32 indexed payer, uint32 indexed merchant, bytes32 indexed invoice, Holding moved, uint256 premium
    );
    event CurrencyNetted(uint32 indexed merchant, Holding netted);
    event CashRequested(uint32 indexed request, uint32 indexed merchant, uint64 amount, uint64 payableFrom);
    event CashRequestDropped(uint32 indexed request);
    event CashPaid(uint32 indexed request, uint32 indexed merchant, Holding paid, bytes32 indexed bankReference);
    event CurrencyRecalled(uint32 indexed project, uint64 amount);

    error ProjectCurrency_NotBook(address actual, address limit);
    error ProjectCurrency_ZeroAmount();
    error ProjectCurrency_MoreThanHeld(uint256 actual, uint256 limit);
    error ProjectCurrency_LineSpent(uint256 actual, uint256 limit);
    error ProjectCurrency_InvoiceUsed(bytes32 invoice);
    error ProjectCurrency_InvoiceUnknown(bytes32 invoice);
    error ProjectCurrency_MerchantNotActive(uint32 merchant);
    error ProjectCurrency_KindNotAllowed(uint256 actual, uint256 limit);
    error ProjectCurrency_Related(uint32 project, uint32 merchant);
    error ProjectCurrency_SameMerchant(uint32 merchant);
    error ProjectCurrency_MoreThanOwed(uint256 actual, uint256 limit);
    error ProjectCurrency_CashLimit(uint256 actual, uint256 limit);
    error ProjectCurrency_RequestUnknown(uint32 request);
    error ProjectCurrency_TooEarly(uint64 actual, uint64 limit);

    /// @notice Puts a released tranche into a project's account. Requires the book. Emits {CurrencyIssued}.
    function issue(uint32 project, uint64 amount) external;

    /// @notice Empties a project's account. Requires the book. Emits {CurrencyRecalled}.
    function recall(uint32 project) external returns (uint64 amount);

    /// @notice Pays a merchant's invoice. By the project's signer. Content: `(spending)`. Emits {ProjectSpent}.
    function spend(Spending calldata spending, bytes calldata signature) external;

    /// @notice Gives a part of what a project paid for an invoice back to its account, and its premium with it; never cash.
    /// @dev By the merchant. Content: `(invoice, amount)`; subject: the project. Emits {SpendingReturned}.
    function returnSpending(bytes32 invoice, uint64 amount, bytes calldata signature) external;

    /// @notice Pays another merchant, the lowest rounds first. By the payer. Content: `(merchant, amount, invoice)`.
    /// @dev Subject: the payer. Emits {MerchantPaid}.
    function pay(uint32 payer, uint32 merchant, uint64 amount, bytes32 invoice, bytes calldata signature) external;

    /// @notice Nets currency against premiums owed. By the merchant. Content: `(amount)`; subject: the merchant.
    /// Emits {CurrencyNetted}.
    function net(uint32 merchant, uint64 amount, bytes calldata signature) external;

    /// @notice Asks for cash, payable after the rulebook's delay, within its limit. By the merchant. Content: `(amount)`;
    /// subject: the merchant. Emits {CashRequested}.
    function requestCash(uint32 merchant, uint64 amount, bytes calldata signature) external returns (uint32 request);

    /// @notice Takes a request back. By the merchant. Content: `(request)`; subject: the merchant.
    /// Emits {CashRequestDropped}.
    function dropCashRequest(uint32 request, bytes calldata signature) external;

    /// @notice Books the payment of a request. Requires the treasurer. Emits {CashPaid}.
    function payCash(uint32 request, bytes32 bankReference) external;

    /// @notice All of it: what the fund counts as currency outstanding.
    function totalSupply() external view returns (uint256);
    function balanceOfProject(uint32 project) external view returns (uint64);
    function spentOfLine(uint32 project, uint8 line) external view returns (uint64);
    function holdingOf(uint32 merchant) external view returns (Holding memory);
    /// @notice What a merchant asked for in cash and has not got yet: it cannot be spent meanwhile.
    function requestedOf(uint32 merchant) external view returns (uint64);
    function cashRequest(uint32 request) external view returns (CashRequest memory);
    function requestCount() external view returns (uint32);
    /// @notice What stands of an invoice that a project paid; an unused invoice has no project.
    function saleOf(bytes32 invoice) external view returns (Sale memory);
    /// @notice Whether an invoice was paid between merchants.
    function invoicePaid(bytes32 invoice) external view returns (bool);
}
