// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {Projects} from "./Projects.sol";

/// @notice A second set of books, kept in the open beside the contracts': what the actors did, and what it should have
/// moved. Amounts are minor units, instants seconds UTC, days count from 1970-01-01.
abstract contract MoneyGhost is Projects {
    /// @dev The fund's pockets, what it set aside, and what the actuary attested.
    struct Pots {
        uint256 cash;
        uint256 receivable;
        uint256 prepayments;
        uint256 credits;
        uint256 operations;
        uint256 reserve;
        uint256 loans;
        uint256 currency;
        uint256 commitments;
        uint256 redemptions;
        uint256 allowed;
        uint256 due;
        uint256 attestedUntil;
        int256 free;
    }

    /// @dev What moved in all, by its reason.
    struct Flows {
        uint256 minted;
        uint256 unminted;
        uint256 toReserve;
        uint256 fromReserve; // Undone with its sale or purchase.
        uint256 lostByReserve;
        uint256 borne; // By what is free, for refunds of what was spent already.
        uint256 toMembers; // Paid at the desk, in cash.
    }

    struct Person {
        uint256 secret;
        uint256 from;
        uint256 until;
        uint256 balance;
        uint32 open; // The redemption that is open.
    }

    struct Shop {
        uint256 owed;
        uint256 prepaid;
        uint256 limit;
        uint256 requested;
        uint64[4] held; // By round.
        uint32 till;
        uint64 next;
        uint8 kind;
        bool isSuspended;
    }

    struct Step {
        uint64 amount;
        uint64 since;
        IProjectBook.TrancheState state;
        uint8 attempt;
        uint32 reviewer;
        uint32 releaser;
        uint64 coFinanced; // What had been received when it was released,
        uint64 needed; // and what had to be.
        bool wasInterested; // One of the three, by the contract's own telling.
        bytes32 claim;
        bytes32 account;
    }

    struct Budget {
        uint64 cap;
        uint64 spent;
        uint256 kinds;
    }

    struct Dossier {
        IProjectBook.State state;
        IProjectBook.State resumesTo;
        bool isLoan;
        bool isMentored;
        uint8 accounted;
        uint32 call;
        uint32 applicant;
        uint32 mentor;
        uint32 signer;
        uint32 resolution;
        uint64 amount;
        uint64 sought;
        uint64 expiresAt;
        uint64 released;
        uint64 received;
        uint64 repaid;
        uint64 writtenOff;
        uint64 recalled;
        uint64 held;
        Step[] steps;
        Budget[] lines;
    }

    struct Stated {
        uint64 value;
        bool isAttested;
        bytes32 evidence;
    }

    /// @dev An invoice: of a project, or (`project` 0) between merchants.
    struct Bill {
        uint32 project;
        uint32 merchant;
        uint8 line;
        bool wasRelated;
        bool wasInactive;
        uint64 amount;
        uint64 premium;
    }

    struct Ask {
        uint32 merchant;
        bool isOpen;
        uint64 amount;
        uint256 payableFrom;
    }

    struct Remise {
        uint32 member;
        IRedemptionDesk.State state;
        uint64 amount;
        uint64 paid;
        uint256 balance; // At its approval.
        address attestor;
        bytes32 payee;
    }

    struct Purchase {
        uint32 merchant;
        uint64 sequence;
        uint64 left;
        bytes32 item;
    }

    uint32 internal constant LAST_MEMBER = 16;
    uint256 internal constant BPS = 10_000;

    Pots internal _pots;
    Flows internal _flows;
    IRulebook.OutflowRules internal _outflow;
    uint256 internal _pausedUntil;
    bool internal _isPauseSpent;
    mapping(uint32 member => Person) internal _people;
    mapping(uint32 merchant => Shop) internal _shops;
    uint32[] internal _merchants;
    mapping(address desk_ => mapping(uint32 member => uint256)) internal _acts;
    IProjectBook.Call[] internal _calls; // Number 0 is none, here and below.
    mapping(uint32 call => uint256) internal _awardedOf;
    Dossier[] internal _dossiers;
    mapping(uint32 project => mapping(uint32 member => bool)) internal _isRelated;
    mapping(uint32 project => mapping(uint256 criterion => Stated)) internal _facts;
    mapping(uint32 project => IProjectBook.Partner[]) internal _partners;
    bytes32[] internal _sources;
    mapping(bytes32 source => uint32) internal _sourceOf;
    bytes32[] internal _invoices;
    mapping(bytes32 invoice => Bill) internal _bills;
    Ask[] internal _asks;
    Remise[] internal _remises;
    Purchase[] internal _purchases;
    bytes32[] internal _references;
    uint256 internal _breaches;

    /// @dev How often each function was done, and how often each error was met.
    mapping(bytes4 function_ => uint256) public done;
    mapping(bytes4 error_ => uint256) public refused;

    // ---- what the laws read

    function pots() external view returns (Pots memory) {
        return _pots;
    }

    function flows() external view returns (Flows memory) {
        return _flows;
    }

    function person(uint32 member) external view returns (Person memory) {
        return _people[member];
    }

    function shop(uint32 merchant) external view returns (Shop memory) {
        return _shops[merchant];
    }

    function merchants() external view returns (uint32[] memory) {
        return _merchants;
    }

    function acts(address desk_, uint32 member) external view returns (uint256) {
        return _acts[desk_][member];
    }

    function callCount() external view returns (uint32) {
        return uint32(_calls.length - 1);
    }

    function awardedOf(uint32 call) external view returns (uint256) {
        return _awardedOf[call];
    }

    function projectCount() external view returns (uint32) {
        return uint32(_dossiers.length - 1);
    }

    function dossier(uint32 project) external view returns (Dossier memory) {
        return _dossiers[project];
    }

    function isRelated(uint32 project, uint32 member) external view returns (bool) {
        return _isRelated[project][member];
    }

    function sources() external view returns (bytes32[] memory) {
        return _sources;
    }

    function sourceOf(bytes32 source) external view returns (uint32) {
        return _sourceOf[source];
    }

    function invoices() external view returns (bytes32[] memory) {
        return _invoices;
    }

    function bill(bytes32 invoice) external view returns (Bill memory) {
        return _bills[invoice];
    }

    function asks() external view returns (Ask[] memory) {
        return _asks;
    }

    function remises() external view returns (Remise[] memory) {
        return _remises;
    }

    function references() external view returns (bytes32[] memory) {
        return _references;
    }

    function breaches() external view returns (uint256) {
        return _breaches;
    }

    function outflow() external view returns (IRulebook.OutflowRules memory) {
        return _outflow;
    }

    function places() external view returns (address[9] memory) {
        return _proxies();
    }

    // ---- what should stand

    function _today() internal view returns (uint256) {
        return block.timestamp / 1 days;
    }

    function _isValid(uint32 member) internal view returns (bool) {
        return _people[member].from <= _today() && _today() < _people[member].until;
    }

    /// @dev Less what is spoken for.
    function _liquid() internal view returns (int256) {
        return int256(_pots.cash) - int256(_pots.currency + _pots.commitments + _pots.redemptions);
    }

    function _owedToMembers() internal view returns (uint256) {
        return _pots.credits > _pots.redemptions ? _pots.credits - _pots.redemptions : 0;
    }

    function _held(uint32 merchant) internal view returns (uint256) {
        uint64[4] memory h = _shops[merchant].held;
        return uint256(h[0]) + h[1] + h[2] + h[3];
    }

    /// @dev What is not asked for in cash.
    function _unasked(uint32 merchant) internal view returns (uint256) {
        return _held(merchant) - _shops[merchant].requested;
    }

    function _debt(Dossier storage d) internal view returns (uint256) {
        return uint256(d.released) - d.repaid - d.writtenOff;
    }

    // ---- what did happen

    /// @dev A premium falls due: first out of what the merchant has prepaid.
    function _charge(uint32 merchant, uint256 premium) internal {
        Shop storage s = _shops[merchant];
        uint256 ahead = _least(premium, s.prepaid);
        (s.prepaid, s.owed) = (s.prepaid - ahead, s.owed + premium - ahead);
        (_pots.prepayments, _pots.receivable) = (_pots.prepayments - ahead, _pots.receivable + premium - ahead);
    }

    /// @dev A merchant owes less; what it did not owe is prepaid.
    function _relieve(uint32 merchant, uint256 amount) internal {
        Shop storage s = _shops[merchant];
        uint256 debt = _least(amount, s.owed);
        (s.owed, s.prepaid) = (s.owed - debt, s.prepaid + amount - debt);
        (_pots.receivable, _pots.prepayments) = (_pots.receivable - debt, _pots.prepayments + amount - debt);
    }

    function _loseFrom(IRulebook.Pocket pocket, uint256 amount) internal {
        if (pocket == IRulebook.Pocket.Free) _pots.free -= int256(amount);
        else if (pocket == IRulebook.Pocket.Operations) _pots.operations -= amount;
        else (_pots.reserve, _flows.lostByReserve) = (_pots.reserve - amount, _flows.lostByReserve + amount);
    }

    /// @dev The lowest rounds first.
    function _takeRounds(uint32 merchant, uint256 amount) internal returns (uint64[4] memory taken) {
        uint64[4] storage held = _shops[merchant].held;
        for (uint256 i = 0; i < 4; ++i) {
            taken[i] = uint64(_least(held[i], amount));
            held[i] -= taken[i];
            amount -= taken[i];
        }
    }

    /// @dev What a closed project did not get, and did not spend, is the fund's again.
    function _bookClosing(uint32 project, IProjectBook.State state) internal {
        Dossier storage d = _dossiers[project];
        uint64 unreleased = d.amount - d.released - d.recalled;
        (d.recalled, d.state) = (d.recalled + unreleased, state);
        _pots.commitments -= unreleased;
        _pots.free += int256(uint256(unreleased));
        for (uint256 i = 0; i < d.steps.length; ++i) {
            IProjectBook.TrancheState was = d.steps[i].state;
            bool isOut = was == IProjectBook.TrancheState.Released || was == IProjectBook.TrancheState.Accounted;
            if (!isOut) d.steps[i].state = IProjectBook.TrancheState.Recalled;
        }
        uint64 unspent = d.held;
        uint64 repaid = d.isLoan ? uint64(_least(unspent, _debt(d))) : 0;
        (d.held, d.repaid) = (0, d.repaid + repaid);
        _pots.currency -= unspent;
        _pots.loans -= repaid;
        _pots.free += int256(uint256(unspent - repaid));
    }

    function _least(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
