// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {MoneyActorsTranche} from "./MoneyActorsTranche.sol";
import {Reference} from "./Reference.sol";

/// @notice Projects that spend, merchants that pay on, give back, net and ask for cash.
abstract contract MoneyActorsCurrency is MoneyActorsTranche {
    // ---- projects

    function spend(uint256 which, uint256 seed) external {
        uint32 project = _pickHolder(which);
        if (project == 0) return;
        Dossier storage d = _dossiers[project];
        IProjectCurrency.Spending memory s;
        (s.project, s.line) = (project, uint8((seed >> 8) % 16 == 0 ? 2 : (seed >> 12) % 2));
        s.merchant = (seed >> 16) % 8 == 0 ? CARL : _pickMerchant(seed >> 20);
        s.amount = _part(d.held, seed >> 32);
        s.invoice = _invoice(seed >> 96);
        uint32 signer = d.signer == 0 ? CARL : d.signer;
        Hand memory h = _hand(address(currency), "spend", signer, project, abi.encode(s), seed >> 128);
        bytes memory no = _or(_ifPaused(), _ifNotSpendable(project, s.line), h.refusal);
        if (no.length == 0) no = _refuseSpending(s);
        bool wasRelated = book.isRelated(project, s.merchant);
        if (!_tryAs(h, abi.encodeCall(IProjectCurrency.spend, (s, h.signature)), no)) return;
        d.held -= s.amount;
        d.lines[s.line].spent += s.amount;
        _shops[s.merchant].held[0] += s.amount;
        uint64 premium = _bookSale(s.merchant, s.amount);
        bool wasInactive = membership.merchant(s.merchant).status != IMembership.MerchantStatus.Active;
        _bills[s.invoice] = Bill(project, s.merchant, s.line, wasRelated, wasInactive, s.amount, premium);
        _invoices.push(s.invoice);
    }

    /// @dev To the project that paid, out of what came straight from one, with the premium's part.
    function giveBack(uint256 which, uint256 seed) external {
        if (_invoices.length == 0) return;
        bytes32 invoice = seed % 16 == 0 ? bytes32(seed) : _invoices[which % _invoices.length];
        Bill storage b = _bills[invoice];
        uint32 merchant = b.merchant == 0 ? baker : b.merchant;
        uint64 amount = _part(b.amount, seed >> 8);
        bytes memory content = abi.encode(invoice, amount);
        Hand memory h = _hand(address(currency), "returnSpending", merchant, b.project, content, seed >> 64);
        bytes memory no = _ifPaused();
        if (b.project == 0 && no.length == 0) {
            no = _no(IProjectCurrency.ProjectCurrency_InvoiceUnknown.selector, uint256(invoice));
        }
        no = _or(no, h.refusal);
        if (no.length == 0) no = _refuseReturn(b, amount);
        bytes memory data = abi.encodeCall(IProjectCurrency.returnSpending, (invoice, amount, h.signature));
        if (!_tryAs(h, data, no)) return;
        _bookReturn(b, amount);
    }

    function _bookReturn(Bill storage b, uint64 amount) private {
        Dossier storage d = _dossiers[b.project];
        uint64 premium = uint64(uint256(b.premium) * amount / b.amount);
        (b.amount, b.premium) = (b.amount - amount, b.premium - premium);
        _shops[b.merchant].held[0] -= amount;
        d.held += amount;
        d.lines[b.line].spent -= amount;
        _relieve(b.merchant, premium);
        _takeBack(0, premium);
    }

    // ---- merchants

    function payOn(uint256 which, uint256 seed) external {
        uint32 payer = _pickRich(which);
        uint32 merchant = seed % 12 == 0 ? payer : _pickMerchant(seed >> 8);
        uint64 amount = _part(_unasked(payer), seed >> 32);
        bytes32 invoice = _invoice(seed >> 96);
        bytes memory content = abi.encode(merchant, amount, invoice);
        Hand memory h = _hand(address(currency), "pay", payer, payer, content, seed >> 128);
        bytes memory no = _or(_ifPaused(), h.refusal);
        if (no.length == 0 && payer == merchant) {
            no = _no(IProjectCurrency.ProjectCurrency_SameMerchant.selector, payer);
        }
        no = _or(no, _ifInvoiceUsed(invoice), _ifNotHeld(payer, amount), _ifNotSold(merchant, amount));
        bytes memory data = abi.encodeCall(IProjectCurrency.pay, (payer, merchant, amount, invoice, h.signature));
        if (!_tryAs(h, data, no)) return;
        uint64[4] memory moved = _takeRounds(payer, amount);
        uint64[4] storage held = _shops[merchant].held;
        (held[1], held[2]) = (held[1] + moved[0], held[2] + moved[1]);
        held[3] += moved[2] + moved[3];
        uint64 premium = _bookSale(merchant, amount);
        bool wasInactive = membership.merchant(merchant).status != IMembership.MerchantStatus.Active;
        _bills[invoice] = Bill(0, merchant, 0, false, wasInactive, amount, premium);
        _invoices.push(invoice);
    }

    function net(uint256 which, uint256 seed) external {
        uint32 merchant = _pickRich(which);
        uint256 owed = _shops[merchant].owed;
        uint64 amount = _part(_least(owed, _unasked(merchant)), seed);
        Hand memory h = _hand(address(currency), "net", merchant, merchant, abi.encode(amount), seed >> 64);
        bytes memory no = _or(_ifPaused(), h.refusal);
        if (no.length == 0 && amount > owed) {
            no = _no(IProjectCurrency.ProjectCurrency_MoreThanOwed.selector, amount, owed);
        }
        no = _or(no, _ifNotHeld(merchant, amount));
        if (!_tryAs(h, abi.encodeCall(IProjectCurrency.net, (merchant, amount, h.signature)), no)) return;
        _takeRounds(merchant, amount);
        _relieve(merchant, amount);
        _pots.currency -= amount;
    }

    function requestCash(uint256 which, uint256 seed) external {
        uint32 merchant = _pickRich(which);
        uint64 amount = _part(_unasked(merchant), seed);
        Hand memory h = _hand(address(currency), "requestCash", merchant, merchant, abi.encode(amount), seed >> 64);
        bytes memory no = _or(_ifPaused(), h.refusal, _ifNotHeld(merchant, amount));
        uint256 open = _shops[merchant].requested + amount;
        if (no.length == 0 && open > _outflow.cashLimit) {
            no = _no(IProjectCurrency.ProjectCurrency_CashLimit.selector, open, _outflow.cashLimit);
        }
        bytes memory data = abi.encodeCall(IProjectCurrency.requestCash, (merchant, amount, h.signature));
        if (!_tryAs(h, data, no)) return;
        _shops[merchant].requested = open;
        _asks.push(Ask(merchant, true, amount, block.timestamp + _outflow.cashDelay));
    }

    function dropCashRequest(uint256 which, uint256 seed) external {
        uint32 request = _pickAsk(which);
        if (request == 0) return;
        Ask storage a = _asks[request];
        bytes memory content = abi.encode(request);
        Hand memory h = _hand(address(currency), "dropCashRequest", a.merchant, a.merchant, content, seed);
        bytes memory no = _or(h.refusal, _ifNotOpen(request));
        bytes memory data = abi.encodeCall(IProjectCurrency.dropCashRequest, (request, h.signature));
        if (_tryAs(h, data, no)) _close(a);
    }

    function payCash(uint256 which, uint256 seed) external {
        uint32 request = _pickAsk(which);
        bytes32 bankReference = _reference(seed >> 8);
        Ask storage a = _asks[request];
        bytes memory no = _or(_ifPaused(), _ifNotOpen(request));
        if (no.length == 0 && block.timestamp < a.payableFrom) {
            no = _no(IProjectCurrency.ProjectCurrency_TooEarly.selector, block.timestamp, a.payableFrom);
        }
        no = _or(no, _ifReferenceUsed(bankReference));
        bytes memory data = abi.encodeCall(IProjectCurrency.payCash, (request, bankReference));
        // The pause is met before the role.
        uint256 dice = _ifPaused().length == 0 ? seed >> 16 : 1;
        if (!_tryAsOfficer(IMembership.Role.Treasurer, TREASURER, address(currency), data, no, dice)) return;
        _close(a);
        _takeRounds(a.merchant, a.amount);
        (_pots.currency, _pots.cash) = (_pots.currency - a.amount, _pots.cash - a.amount);
        _references.push(bankReference);
    }

    // ---- what they meet

    function _ifNotSpendable(uint32 project, uint8 line) private view returns (bytes memory no) {
        Dossier storage d = _dossiers[project];
        no = _ifNotSpending(project);
        if (no.length != 0 || line < d.lines.length) return no;
        return _no(IProjectAwards.ProjectBook_LineUnknown.selector, line, d.lines.length);
    }

    function _refuseSpending(IProjectCurrency.Spending memory s) private view returns (bytes memory) {
        Dossier storage d = _dossiers[s.project];
        if (_isRelated[s.project][s.merchant]) {
            return _no(IProjectCurrency.ProjectCurrency_Related.selector, s.project, s.merchant);
        }
        (uint256 kind, uint256 kinds) = (_shops[s.merchant].kind, d.lines[s.line].kinds);
        if (kinds >> kind & 1 == 0) {
            return _no(IProjectCurrency.ProjectCurrency_KindNotAllowed.selector, kind, kinds);
        }
        bytes memory no = _ifInvoiceUsed(s.invoice);
        if (no.length != 0) return no;
        if (s.amount > d.held) return _no(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, s.amount, d.held);
        uint256 spent = uint256(d.lines[s.line].spent) + s.amount;
        if (spent > d.lines[s.line].cap) {
            return _no(IProjectCurrency.ProjectCurrency_LineSpent.selector, spent, d.lines[s.line].cap);
        }
        return _ifNotSold(s.merchant, s.amount);
    }

    function _refuseReturn(Bill storage b, uint64 amount) private view returns (bytes memory) {
        if (amount == 0) return _no(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        bytes4 error_ = IProjectCurrency.ProjectCurrency_MoreThanHeld.selector;
        if (amount > b.amount) return _no(error_, amount, b.amount);
        uint256 most = _least(_shops[b.merchant].held[0], _unasked(b.merchant));
        if (amount > most) return _no(error_, amount, most);
        return _ifNotSpendable(b.project, b.line);
    }

    function _ifInvoiceUsed(bytes32 invoice) private view returns (bytes memory) {
        if (_bills[invoice].merchant == 0) return "";
        return _no(IProjectCurrency.ProjectCurrency_InvoiceUsed.selector, uint256(invoice));
    }

    function _ifNotHeld(uint32 merchant, uint64 amount) private view returns (bytes memory) {
        if (amount == 0) return _no(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        if (amount <= _unasked(merchant)) return "";
        return _no(IProjectCurrency.ProjectCurrency_MoreThanHeld.selector, amount, _unasked(merchant));
    }

    function _ifNotSold(uint32 merchant, uint64 amount) private view returns (bytes memory) {
        if (amount == 0) return _no(IProjectCurrency.ProjectCurrency_ZeroAmount.selector);
        if (_shops[merchant].till == 0) return _no(IMembership.Membership_MerchantUnknown.selector, merchant);
        if (_shops[merchant].isSuspended) {
            return _no(IProjectCurrency.ProjectCurrency_MerchantNotActive.selector, merchant);
        }
        return _ifOwing(merchant, Reference.premium(amount, RATE));
    }

    function _ifNotOpen(uint32 request) private view returns (bytes memory) {
        if (_asks[request].isOpen) return "";
        return _no(IProjectCurrency.ProjectCurrency_RequestUnknown.selector, request);
    }

    // ---- bookings and picks

    function _bookSale(uint32 merchant, uint64 amount) private returns (uint64 premium) {
        premium = uint64(Reference.premium(amount, RATE));
        _charge(merchant, premium);
        _pots.reserve += premium;
        _flows.toReserve += premium;
    }

    function _close(Ask storage a) private {
        a.isOpen = false;
        _shops[a.merchant].requested -= a.amount;
    }

    /// @dev A part of what there is, all of it, nothing, or one more.
    function _part(uint256 whole, uint256 dice) private pure returns (uint64) {
        if (dice % 16 == 0) return uint64(whole + 1);
        if (dice % 16 == 1) return 0;
        if (dice % 16 < 4) return uint64(whole);
        return uint64((dice >> 8) % (whole / 2 + 1));
    }

    function _invoice(uint256 dice) private view returns (bytes32) {
        uint256 count = _invoices.length;
        if (dice % 12 == 0 && count != 0) return _invoices[(dice >> 8) % count];
        return keccak256(abi.encode("invoice", count));
    }

    /// @dev Mostly a project with currency, where there is one.
    function _pickHolder(uint256 which) private view returns (uint32) {
        uint256 count = _dossiers.length - 1;
        for (uint256 i = 0; i < count && (which >> 128) % 12 != 0; ++i) {
            uint32 project = uint32(1 + (which % count + i) % count);
            if (_dossiers[project].held != 0) return project;
        }
        return _pick(which, IProjectBook.State.Active, IProjectBook.State.Completed);
    }

    /// @dev Mostly a merchant with currency, where there is one.
    function _pickRich(uint256 which) private view returns (uint32) {
        for (uint256 i = 0; i < 4 && (which >> 128) % 12 != 0; ++i) {
            uint32 merchant = _merchants[(which % 4 + i) % 4];
            if (_unasked(merchant) != 0) return merchant;
        }
        return _pickMerchant(which);
    }

    /// @dev Mostly a request that is open; 0: none was ever made.
    function _pickAsk(uint256 which) private view returns (uint32) {
        uint256 count = _asks.length - 1;
        for (uint256 i = 0; i < count && (which >> 128) % 12 != 0; ++i) {
            uint32 request = uint32(1 + (which % count + i) % count);
            if (_asks[request].isOpen) return request;
        }
        return count == 0 ? 0 : uint32(1 + which % count);
    }
}
