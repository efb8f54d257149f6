// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {MoneyActorsBase} from "./MoneyActorsBase.sol";

/// @notice The clock, the registrar, the treasurer, the actuary, the guardian and the governor, and who is none of them.
abstract contract MoneyActorsOffice is MoneyActorsBase {
    uint32 private _ended; // Whose membership is over,
    uint32 private _suspended; // and who is suspended: one at a time, or little would be left to try.

    function passTime(uint256 seconds_) external {
        vm.warp(block.timestamp + seconds_ % 40 hours);
    }

    // ---- the registrar

    /// @dev Ana and Ben vote: they keep their keys and their validity.
    function rotate(uint256 which) external {
        uint32 member = uint32(3 + which % (LAST_MEMBER - 2));
        uint256 secret = uint256(keccak256(abi.encode("a new key", which, member, _people[member].secret)));
        _people[member].secret = secret;
        _rotate(member, _key(secret));
    }

    /// @dev Ends a membership, or opens again the one that is over.
    function setValidity(uint256 which) external {
        uint32 member = _ended != 0 ? _ended : uint32(3 + which % (LAST_MEMBER - 2));
        Person storage p = _people[member];
        p.until = _ended != 0 ? _today() + 4000 : _today();
        _ended = _ended != 0 ? 0 : member;
        vm.prank(REGISTRAR);
        membership.setValidity(member, uint32(p.from), uint32(p.until));
    }

    function suspendOrReinstate(uint256 which) external {
        uint32 merchant = _suspended != 0 ? _suspended : _pickMerchant(which);
        _shops[merchant].isSuspended = _suspended == 0;
        vm.prank(REGISTRAR);
        if (_suspended != 0) membership.reinstateMerchant(merchant);
        else membership.suspendMerchant(merchant);
        _suspended = _suspended != 0 ? 0 : merchant;
    }

    function setKind(uint256 which, uint256 seed) external {
        uint32 merchant = _pickMerchant(which);
        uint8 kind = uint8(seed % 4);
        _shops[merchant].kind = kind;
        vm.prank(REGISTRAR);
        membership.setMerchantKind(merchant, kind);
    }

    // ---- the treasurer

    /// @dev A limit that is passed at once, at times; else one that is not.
    function setLimits(uint256 which, uint256 limit) external {
        uint32 merchant = _pickMerchant(which);
        limit = limit % 5 == 0 ? (limit >> 8) % (_shops[merchant].owed + 1e5) : LIMIT;
        _shops[merchant].limit = limit;
        vm.prank(TREASURER);
        membership.setLimits(merchant, uint48(limit), CAP);
    }

    /// @dev Less than is owed, all of it, or more.
    function settle(uint256 which, uint256 seed) external {
        uint32 merchant = _pickMerchant(which);
        uint256 owed = _shops[merchant].owed;
        uint256 paid = seed % 3 == 0 ? owed : (seed >> 16) % (seed % 3 == 1 ? owed + 1 : 2 * owed + 1e5);
        bytes32 bankReference = _reference(seed >> 8);
        bytes memory no = _ifPaused();
        if (no.length == 0 && paid == 0) no = _no(ICommunityFund.CommunityFund_ZeroAmount.selector);
        no = _or(no, _ifReferenceUsed(bankReference));
        bytes memory data = abi.encodeCall(ICommunityFund.settlePremiums, (merchant, uint64(paid), bankReference));
        if (!_try(TREASURER, address(fund), data, no)) return;
        _relieve(merchant, paid);
        _pots.cash += paid;
        _references.push(bankReference);
    }

    function payOperating(uint256 seed) external {
        uint64 amount = uint64((seed >> 16) % (_pots.allowed + (seed % 4 == 0 ? 1e4 : 1)));
        bytes32 bankReference = _reference(seed >> 8);
        bytes memory no = _refusePaying(amount, bankReference);
        bytes memory data = abi.encodeCall(IFundOutflows.payOperating, (amount, bankReference));
        if (!_tryAsOfficer(IMembership.Role.Treasurer, TREASURER, address(fund), data, no, seed >> 4)) return;
        _pots.allowed -= amount;
        _pots.cash -= amount;
        _pots.operations -= amount;
        _references.push(bankReference);
        _witnessGate(0);
    }

    function _refusePaying(uint256 amount, bytes32 bankReference) private view returns (bytes memory no) {
        no = _ifPaused();
        if (no.length != 0) return no;
        if (amount == 0) return _no(ICommunityFund.CommunityFund_ZeroAmount.selector);
        if (amount > _pots.allowed) {
            return _no(IFundOutflows.CommunityFund_NotAllowed.selector, amount, _pots.allowed);
        }
        no = _or(_ifInsolvent(_liquid() - int256(amount)), _ifReferenceUsed(bankReference));
        return _or(no, _ifShort(IRulebook.Pocket.Operations, amount));
    }

    // ---- the actuary and the guardian

    function attestDue(uint256 seed) external {
        uint256 most = _liquid() > 0 ? uint256(_liquid()) : 0;
        uint64 due = uint64((seed >> 16) % (seed % 4 == 0 ? 2 * most + 1 : most / 4 + 1));
        uint256 limit = block.timestamp + _outflow.longestAttestation;
        uint256 mode = (seed >> 88) % 8;
        uint256 until = mode == 0 ? limit + 1 : mode == 1 ? block.timestamp + (seed >> 96) % 2 days : limit;
        bytes memory no;
        if (until > limit) no = _no(IFundOutflows.CommunityFund_AttestationTooLong.selector, until, limit);
        bytes memory data = abi.encodeCall(IFundOutflows.attestDue, (due, uint64(until), EVIDENCE));
        if (!_tryAsOfficer(IMembership.Role.Actuary, ACTUARY, address(fund), data, no, seed >> 8)) return;
        (_pots.due, _pots.attestedUntil) = (due, until);
    }

    /// @dev The guardian pauses once, and seldom; the governor ends it.
    function pause(uint256 dice) external {
        if (!_isPauseSpent && (dice >> 8) % 6 != 0) return;
        if (block.timestamp < _pausedUntil || (_isPauseSpent && dice % 2 == 0)) {
            bytes memory end = abi.encodeCall(IGuardian.settlePause, (uint64(block.timestamp)));
            if (!_tryAsGovernor(address(fund), end, "", dice)) return;
            (_pausedUntil, _isPauseSpent) = (block.timestamp, false);
            return;
        }
        bytes memory no = _isPauseSpent ? _no(IGuardian.Guardian_Spent.selector) : bytes("");
        if (!_try(GUARDIAN, address(fund), abi.encodeCall(IGuardian.pause, ()), no)) return;
        (_pausedUntil, _isPauseSpent) = (block.timestamp + 3 days, true);
    }

    // ---- the governor

    function publishOutflowRules(uint256 seed) external {
        IRulebook.OutflowRules memory r;
        r.coverageFloorBps = uint16((seed >> 8) % (seed % 4 == 0 ? 60_000 : 2000));
        r.cashDelay = uint32((seed >> 32) % 6 days);
        r.cashLimit = uint64((seed >> 64) % 80_000);
        r.judgingTime = uint32((seed >> 96) % 8 == 0 ? (seed >> 104) % 120 : 1 days + (seed >> 104) % 20 days);
        r.longestAttestation = uint32(10 days + (seed >> 128) % 300 days);
        r.debtPocket = IRulebook.Pocket((seed >> 160) % 3);
        r.loanPocket = IRulebook.Pocket((seed >> 168) % 3);
        bytes memory no;
        if (r.judgingTime < 1 minutes) {
            no = _no(IRulebook.Rulebook_JudgingTimeTooShort.selector, r.judgingTime, 1 minutes);
        }
        bytes memory data = abi.encodeCall(IRulebook.publishOutflowRules, (r));
        if (_tryAsGovernor(address(rulebook), data, no, seed >> 200)) _outflow = r;
    }

    function allowOperating(uint256 seed) external {
        uint256 spare = _pots.operations > _pots.allowed ? _pots.operations - _pots.allowed : 0;
        uint64 amount = uint64((seed >> 16) % (seed % 8 == 0 ? spare + 2000 : spare / 2 + 1));
        uint256 allowed = _pots.allowed + amount;
        bytes memory no =
            _or(_ifPaused(), _ifShort(IRulebook.Pocket.Operations, allowed), _ifInsolvent(_liquid() - int256(allowed)));
        bytes memory data = abi.encodeCall(IFundOutflows.allowOperating, (amount, TEXT));
        if (!_tryAsGovernor(address(fund), data, no, seed >> 8)) return;
        _pots.allowed = allowed;
        _witnessGate(allowed);
    }

    function writeOffDebt(uint256 which, uint256 seed) external {
        uint32 merchant = _pickMerchant(which);
        uint256 owed = _shops[merchant].owed;
        uint256 amount = seed % 6 == 0 ? owed + 1 : (seed >> 16) % (owed / 4 + 1);
        bytes memory no;
        if (amount == 0) no = _no(ICommunityFund.CommunityFund_ZeroAmount.selector);
        else if (amount > owed) no = _no(IFundOutflows.CommunityFund_MoreThanOwed.selector, amount, owed);
        no = _or(no, _ifShort(_outflow.debtPocket, amount));
        bytes memory data = abi.encodeCall(IFundOutflows.writeOffDebt, (merchant, uint64(amount)));
        if (!_tryAsGovernor(address(fund), data, no, seed >> 8)) return;
        _relieve(merchant, amount);
        _loseFrom(_outflow.debtPocket, amount);
    }

    // ---- who is nobody

    /// @dev What only a neighbour may call: nobody else opens a way out of the fund or of the currency.
    function trespass(uint256 which, uint256 seed) external {
        uint64 amount = uint64(seed >> 8);
        address who = seed % 3 == 0 ? STRANGER : seed % 3 == 1 ? TREASURER : address(theAssembly);
        bytes4 error_ = IFundOutflows.CommunityFund_NotNeighbour.selector;
        bytes[7] memory doors = [
            abi.encodeCall(IFundOutflows.release, (1, amount, false)),
            abi.encodeCall(IFundOutflows.uncommit, (1, amount)),
            abi.encodeCall(IFundOutflows.payCurrency, (amount, bytes32(seed))),
            abi.encodeCall(IFundOutflows.recordSale, (baker, amount)),
            abi.encodeCall(IFundOutflows.payRedemption, (CARL, amount, bytes32(seed))),
            abi.encodeCall(IFundOutflows.backRedemption, (amount)),
            abi.encodeCall(IProjectCurrency.issue, (1, amount))
        ];
        uint256 door = which % 7;
        address neighbour = door < 2 ? address(book) : door < 4 ? address(currency) : address(desk);
        if (door == 6) (error_, neighbour) = (IProjectCurrency.ProjectCurrency_NotBook.selector, address(book));
        address target = door == 6 ? address(currency) : address(fund);
        _try(who, target, doors[door], abi.encodeWithSelector(error_, who, neighbour));
    }
}
