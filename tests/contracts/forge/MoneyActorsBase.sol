// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IGuardian} from "../../../contracts/interfaces/IGuardian.sol";
import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IRulebook} from "../../../contracts/interfaces/IRulebook.sol";
import {MoneyGhost} from "./MoneyGhost.sol";

/// @notice How the actors of the campaign try, sign, and foresee what everything meets: a pause, the gate, a state.
abstract contract MoneyActorsBase is MoneyGhost {
    /// @notice A call that had to be done was refused.
    error Unforeseen(bytes4 function_, bytes answer);

    /// @dev How a member acts, and why it must be refused; empty: it may act.
    struct Hand {
        address desk;
        uint32 member;
        address sender;
        bytes signature;
        bytes refusal;
    }

    address internal constant STRANGER = address(0x57A);
    bytes32 private constant ACT =
        keccak256("Act(string action,uint32 member,uint32 subject,bytes32 content,uint256 nonce)");
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @dev Twelve members, and four shops of three kinds, with a till each: numbers 13 to 16.
    function setUp() public override {
        super.setUp();
        _shop(0x5A3, 1);
        _shop(0x5A4, 3);
        vm.prank(address(theAssembly));
        membership.grantRole(IMembership.Role.Approver, REGISTRAR, uint64(NOW + 3650 days));
        for (uint32 m = 1; m <= LAST_MEMBER; ++m) {
            (_people[m].from, _people[m].until) = (TODAY - 400, TODAY + 4000);
            _people[m].secret = m > MEMBERS ? 0x5A1 + m - MEMBERS - 1 : _keyOf(m);
            if (m > MEMBERS) _openShop(m);
        }
        (_pots.cash, _pots.prepayments, _shops[baker].prepaid) = (MONEY, MONEY, MONEY);
        (_pots.due, _pots.attestedUntil) = (100_000, NOW + 365 days);
        _references.push(keccak256("capital"));
        _outflow = _outflowRules();
        _calls.push();
        _calls.push(_callTerms());
        _dossiers.push();
        _asks.push();
        _remises.push();
    }

    /// @dev A key takes over at once, so that rotations need no clock.
    function _rules() internal pure override returns (IRulebook.Rules memory) {
        return IRulebook.Rules(30, 60, 1000, 500, 10, 0);
    }

    /// @dev A call that dossiers come through; those that the governor opens ask for anything.
    function _callTerms() internal view override returns (IProjectBook.Call memory c) {
        c = super._callTerms();
        (c.required, c.minPartners, c.minKinds, c.budget) = (1 << 0 | 1 << 2 | 1 << 6, 2, 2, 700_000);
    }

    /// @dev Short delays, so that a campaign sees many projects to their end.
    function _charter() internal pure override returns (IRulebook.Charter memory c) {
        c = super._charter();
        c.lateWindow = 0;
        for (uint256 k = 0; k < c.procedures.length; ++k) {
            IRulebook.Procedure memory p = c.procedures[k];
            if (p.voting == 0) continue;
            (p.notice, p.voting, p.contest, p.validity) = (2 hours, 2 days, 16 hours, 4 days);
        }
        IRulebook.Procedure memory annulment = c.procedures[uint256(IRulebook.Kind.Annulment)];
        (annulment.voting, annulment.contest) = (6 hours, 0);
    }

    function _openShop(uint32 merchant) private {
        Shop storage s = _shops[merchant];
        vm.prank(REGISTRAR);
        s.till = membership.enrolTill(merchant, vm.addr(TILL_KEY));
        (s.next, s.limit, s.kind) = (1, LIMIT, membership.merchantKind(merchant));
        _merchants.push(merchant);
    }

    // ---- trying

    /// @dev Calls, and fails the campaign unless it ends with exactly this error; empty: it must be done.
    function _try(address sender, address target, bytes memory data, bytes memory expected)
        internal
        returns (bool isDone)
    {
        vm.prank(sender);
        bytes memory answer;
        (isDone, answer) = target.call(data);
        ++done[expected.length == 0 ? bytes4(data) : bytes4(0)];
        ++refused[bytes4(expected)];
        if (expected.length != 0) {
            vm.assertEq(isDone, false, "must revert");
            vm.assertEq(answer, expected, "must revert with");
        } else if (!isDone) {
            revert Unforeseen(bytes4(data), answer);
        }
    }

    function _tryAs(Hand memory h, bytes memory data, bytes memory expected) internal returns (bool isDone) {
        isDone = _try(h.sender, h.desk, data, expected);
        if (isDone) ++_acts[h.desk][h.member];
    }

    /// @dev Mostly by the governor; else by somebody who is not.
    function _tryAsGovernor(address target, bytes memory data, bytes memory expected, uint256 dice)
        internal
        returns (bool)
    {
        if (dice % 16 != 0) return _try(address(theAssembly), target, data, expected);
        bytes4 error_ = IGoverned.Governed_NotGovernor.selector;
        return _try(TREASURER, target, data, abi.encodeWithSelector(error_, TREASURER, theAssembly));
    }

    /// @dev Mostly by who holds the role; else by somebody who does not.
    function _tryAsOfficer(
        IMembership.Role role,
        address officer,
        address target,
        bytes memory data,
        bytes memory expected,
        uint256 dice
    ) internal returns (bool) {
        if (dice % 16 != 0) return _try(officer, target, data, expected);
        bytes4 error_ = IMembership.Membership_MissingRole.selector;
        return _try(STRANGER, target, data, abi.encodeWithSelector(error_, STRANGER, role));
    }

    /// @dev Mostly in person or by a good signature; else by a stranger, another's key, an old number, another content.
    function _hand(
        address desk_,
        string memory action,
        uint32 member,
        uint32 subject,
        bytes memory content,
        uint256 dice
    ) internal view returns (Hand memory h) {
        (h.desk, h.member, h.sender) = (desk_, member, STRANGER);
        uint256 mode = dice % 64;
        uint256 secret = _people[member].secret;
        if (mode < 40) {
            h.sender = vm.addr(secret);
        } else if (mode > 40) {
            uint256 number = _acts[desk_][member];
            if (mode == 41) secret = _people[member % LAST_MEMBER + 1].secret;
            if (mode == 42) number = number == 0 ? 1 : number - 1;
            if (mode == 43) content = abi.encode(content);
            bytes32 act =
                keccak256(abi.encode(ACT, keccak256(bytes(action)), member, subject, keccak256(content), number));
            h.signature = _sign(_typed(desk_, act), secret);
        }
        if (mode >= 40 && mode < 44) h.refusal = _no(IMemberActs.MemberActs_BadSignature.selector, member);
        else if (!_isValid(member)) h.refusal = _no(IMemberActs.MemberActs_NotValid.selector, member);
    }

    function _typed(address desk_, bytes32 act) private view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN, keccak256("Endogene"), keccak256("1"), block.chainid, desk_));
        return keccak256(abi.encodePacked(hex"1901", domain, act));
    }

    // ---- what everything meets

    function _ifPaused() internal view returns (bytes memory) {
        return block.timestamp < _pausedUntil ? _no(IGuardian.Guardian_Paused.selector, _pausedUntil) : bytes("");
    }

    /// @dev The gate, with so much liquid after the outflow.
    function _ifInsolvent(int256 liquid) internal view returns (bytes memory) {
        if (block.timestamp >= _pots.attestedUntil) {
            return _no(IFundOutflows.CommunityFund_NotAttested.selector, block.timestamp, _pots.attestedUntil);
        }
        uint256 needed = (_owedToMembers() * _outflow.coverageFloorBps + BPS - 1) / BPS;
        if (liquid < int256(needed)) {
            return _no(IFundOutflows.CommunityFund_CoverageTooLow.selector, uint256(liquid), needed);
        }
        if (liquid < int256(_pots.due)) {
            return _no(IFundOutflows.CommunityFund_DueNotCovered.selector, uint256(liquid), _pots.due);
        }
        return "";
    }

    /// @dev After an outflow: what the contracts tell must hold the gate that they should have kept.
    function _witnessGate(uint256 leaving) internal {
        ICommunityFund.BalanceSheet memory s = fund.balanceSheet();
        uint256 backed = outflows.redemptionsBacked();
        int256 liquid = int256(s.cash) - int256(s.currencyOutstanding + s.commitments + backed + leaving);
        uint256 owed = s.creditsOutstanding > backed ? s.creditsOutstanding - backed : 0;
        IFundOutflows.Solvency memory told = outflows.solvency();
        bool isCovered = liquid * int256(BPS) >= int256(owed * told.floorBps);
        if (!isCovered || liquid < int256(told.due) || block.timestamp >= told.attestedUntil) ++_breaches;
    }

    function _ifShort(IRulebook.Pocket pocket, uint256 amount) internal view returns (bytes memory) {
        if (pocket == IRulebook.Pocket.Free) return "";
        uint256 held = pocket == IRulebook.Pocket.Reserve ? _pots.reserve : _pots.operations;
        if (amount <= held) return "";
        return _no(IFundOutflows.CommunityFund_PocketShort.selector, uint256(pocket), amount, held);
    }

    function _ifNotIn(uint32 project, IProjectBook.State limit) internal view returns (bytes memory) {
        IProjectBook.State state = _dossiers[project].state;
        return state == limit ? bytes("") : _wrongState(project, limit);
    }

    function _wrongState(uint32 project, IProjectBook.State limit) internal view returns (bytes memory) {
        bytes4 error_ = IProjectBook.ProjectBook_WrongState.selector;
        return _no(error_, project, uint256(_dossiers[project].state), uint256(limit));
    }

    /// @dev Awarded or active, and not expired.
    function _ifNotRunning(uint32 project) internal view returns (bytes memory) {
        IProjectBook.State state = _dossiers[project].state;
        bool isRunning = state == IProjectBook.State.Awarded || state == IProjectBook.State.Active;
        return isRunning ? _ifExpired(project) : _wrongState(project, IProjectBook.State.Active);
    }

    /// @dev Running, or completed and not expired.
    function _ifNotSpending(uint32 project) internal view returns (bytes memory) {
        bool isCompleted = _dossiers[project].state == IProjectBook.State.Completed;
        return isCompleted ? _ifExpired(project) : _ifNotRunning(project);
    }

    function _ifExpired(uint32 project) internal view returns (bytes memory) {
        uint256 end = _dossiers[project].expiresAt;
        if (block.timestamp < end) return "";
        return _no(IProjectBook.ProjectBook_TooLate.selector, block.timestamp, end);
    }

    function _ifInterested(uint32 project, uint32 member) internal view returns (bytes memory) {
        return _isRelated[project][member] ? _no(IProjectBook.ProjectBook_Interested.selector, member) : bytes("");
    }

    function _ifOwing(uint32 merchant, uint256 premium) internal view returns (bytes memory) {
        Shop storage s = _shops[merchant];
        uint256 owed = premium > s.prepaid ? s.owed + premium - s.prepaid : s.owed;
        if (owed <= s.limit) return "";
        return _no(ICommunityFund.CommunityFund_OverExposure.selector, owed, s.limit);
    }

    function _ifReferenceUsed(bytes32 bankReference) internal view returns (bytes memory) {
        for (uint256 i = 0; i < _references.length; ++i) {
            if (_references[i] == bankReference) {
                return _no(ICommunityFund.CommunityFund_ReferenceUsed.selector, uint256(bankReference));
            }
        }
        return "";
    }

    // ---- picking

    /// @dev Mostly a new one.
    function _reference(uint256 seed) internal view returns (bytes32) {
        uint256 count = _references.length;
        return seed % 12 == 0 ? _references[(seed >> 8) % count] : keccak256(abi.encode("transfer", count));
    }

    function _pickMerchant(uint256 which) internal view returns (uint32) {
        return _merchants[which % _merchants.length];
    }

    /// @dev Mostly a project in this state, where there is one; 0: there is no project at all.
    function _pick(uint256 which, IProjectBook.State wanted) internal view returns (uint32) {
        return _pick(which, wanted, wanted);
    }

    function _pick(uint256 which, IProjectBook.State a, IProjectBook.State b) internal view returns (uint32) {
        uint256 count = _dossiers.length - 1;
        if (count == 0) return 0;
        uint256 first = which % count;
        for (uint256 i = 0; i < count && (which >> 128) % 12 != 0; ++i) {
            IProjectBook.State state = _dossiers[1 + (first + i) % count].state;
            if (state == a || state == b) return uint32(1 + (first + i) % count);
        }
        return uint32(1 + first);
    }

    // ---- errors

    function _no(bytes4 error_) internal pure returns (bytes memory) {
        return abi.encodePacked(error_);
    }

    function _no(bytes4 error_, uint256 a) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(error_, a);
    }

    function _no(bytes4 error_, uint256 a, uint256 b) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(error_, a, b);
    }

    function _no(bytes4 error_, uint256 a, uint256 b, uint256 c) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(error_, a, b, c);
    }

    function _no(bytes4 error_, uint256 a, uint256 b, uint256 c, uint256 d) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(error_, a, b, c, d);
    }

    /// @dev The first of two refusals.
    function _or(bytes memory a, bytes memory b) internal pure returns (bytes memory) {
        return a.length != 0 ? a : b;
    }

    function _or(bytes memory a, bytes memory b, bytes memory c) internal pure returns (bytes memory) {
        return _or(_or(a, b), c);
    }

    function _or(bytes memory a, bytes memory b, bytes memory c, bytes memory d) internal pure returns (bytes memory) {
        return _or(_or(a, b), _or(c, d));
    }
}
