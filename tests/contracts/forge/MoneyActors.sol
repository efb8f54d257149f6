// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {MoneyActorsCurrency} from "./MoneyActorsCurrency.sol";

/// @notice Everyone through whom money goes out and comes back: what a campaign calls at random. Each call predicts what
/// must happen from the {MoneyGhost} alone, and reverts, which fails the campaign, when the contracts tell otherwise.
contract MoneyActors is MoneyActorsCurrency {
    /// @dev By the member, valid or not any more.
    function requestRedemption(uint256 which, uint256 seed) public {
        uint32 member = _pickEarner(which);
        (uint64 amount, bytes32 payee) = (_wanted(_people[member].balance, seed), bytes32(1 + (seed >> 24) % 4));
        Hand memory h = _holder("request", member, abi.encode(amount, payee), seed >> 64);
        bytes memory no = _or(h.refusal, _refuseRequest(member, amount));
        bytes memory data = abi.encodeCall(IRedemptionDesk.request, (member, amount, payee, h.signature));
        if (_tryAs(h, data, no)) _open(member, amount, payee);
    }

    function requestForHeirs(uint256 which, uint256 seed) external {
        uint32 member = seed % 8 == 0 ? LAST_MEMBER + 1 : _pickEarner(which);
        (uint64 amount, bytes32 payee) = (_wanted(_people[member].balance, seed >> 4), bytes32(1 + (seed >> 24) % 4));
        bytes memory no;
        if (member > LAST_MEMBER) no = _no(IMembership.Membership_MemberUnknown.selector, member, LAST_MEMBER);
        no = _or(no, _refuseRequest(member, amount));
        bytes memory data = abi.encodeCall(IRedemptionDesk.requestForHeirs, (member, amount, payee));
        bool isDone = _tryAsOfficer(IMembership.Role.Registrar, REGISTRAR, address(desk), data, no, seed >> 32);
        if (isDone) _open(member, amount, payee);
    }

    function attest(uint256 which, uint256 seed) public {
        uint32 redemption = _pickRemise(which, IRedemptionDesk.State.Requested);
        bytes memory no = _ifNotIn(redemption, IRedemptionDesk.State.Requested);
        bytes memory data = abi.encodeCall(IRedemptionDesk.attest, (redemption, EVIDENCE));
        if (!_tryAsOfficer(IMembership.Role.Registrar, REGISTRAR, address(desk), data, no, seed)) return;
        (_remises[redemption].state, _remises[redemption].attestor) = (IRedemptionDesk.State.Attested, REGISTRAR);
    }

    /// @dev The registrar holds this role too, and may not approve what it attested.
    function approve(uint256 which, uint256 seed) public {
        uint32 redemption = _pickRemise(which, IRedemptionDesk.State.Attested);
        Remise memory r = _remises[redemption];
        address officer = seed % 8 == 0 ? REGISTRAR : APPROVER;
        if ((seed >> 8) % 12 == 0) ++r.amount;
        if ((seed >> 16) % 12 == 0) r.payee = bytes32(uint256(99));
        bytes memory no = _ifNotIn(redemption, IRedemptionDesk.State.Attested);
        if (no.length == 0) no = _refuseApproval(redemption, r.amount, r.payee, officer);
        bytes memory data = abi.encodeCall(IRedemptionDesk.approve, (redemption, r.amount, r.payee));
        if (!_tryAsOfficer(IMembership.Role.Approver, officer, address(desk), data, no, seed >> 24)) return;
        _remises[redemption].state = IRedemptionDesk.State.Approved;
        _remises[redemption].balance = _people[r.member].balance;
        _pots.redemptions += r.amount;
    }

    /// @dev An instalment, the rest, one more than the rest, or to another account.
    function payRedemption(uint256 which, uint256 seed) public {
        uint32 redemption = _pickRemise(which, IRedemptionDesk.State.Approved);
        Remise storage r = _remises[redemption];
        uint64 amount = _wanted(r.amount - r.paid, seed);
        bytes32 payee = (seed >> 16) % 12 == 0 ? bytes32(uint256(99)) : r.payee;
        bytes32 bankReference = _reference(seed >> 24);
        bytes memory no = _ifNotIn(redemption, IRedemptionDesk.State.Approved);
        if (no.length == 0) no = _refusePayment(r, amount, payee);
        no = _or(no, _ifPaused(), _ifReferenceUsed(bankReference));
        bytes memory data = abi.encodeCall(IRedemptionDesk.pay, (redemption, amount, payee, bankReference));
        if (!_tryAsOfficer(IMembership.Role.Treasurer, TREASURER, address(desk), data, no, seed >> 32)) return;
        r.paid += amount;
        _people[r.member].balance -= amount;
        (_pots.redemptions, _pots.cash) = (_pots.redemptions - amount, _pots.cash - amount);
        (_pots.credits, _flows.toMembers) = (_pots.credits - amount, _flows.toMembers + amount);
        _references.push(bankReference);
        if (r.paid == r.amount) (r.state, _people[r.member].open) = (IRedemptionDesk.State.Paid, 0);
    }

    /// @dev By the member or by the registrar.
    function dropRedemption(uint256 which, uint256 seed) external {
        uint32 redemption = _pickRemise(which, IRedemptionDesk.State(1 + (seed >> 8) % 3));
        Remise storage r = _remises[redemption];
        bytes memory no;
        bool isOver = r.state == IRedemptionDesk.State.Paid || r.state == IRedemptionDesk.State.Dropped;
        if (isOver || redemption == 0) no = _ifNotIn(redemption, IRedemptionDesk.State.Requested);
        bool isDone;
        if (seed % 2 == 0) {
            bytes memory data = abi.encodeCall(IRedemptionDesk.drop, (redemption, ""));
            isDone = _try(REGISTRAR, address(desk), data, no);
        } else {
            uint32 member = r.member == 0 ? CARL : r.member;
            Hand memory h = _holder("drop", member, abi.encode(redemption), seed >> 64);
            bytes memory data = abi.encodeCall(IRedemptionDesk.drop, (redemption, h.signature));
            isDone = _tryAs(h, data, _or(no, h.refusal));
        }
        if (!isDone) return;
        if (r.state == IRedemptionDesk.State.Approved) _pots.redemptions -= r.amount - r.paid;
        (r.state, _people[r.member].open) = (IRedemptionDesk.State.Dropped, 0);
    }

    /// @dev One step after the other, of a redemption that is there.
    function redeem(uint256 which, uint256 seed) external {
        requestRedemption(which, seed);
        attest(which, seed >> 8);
        approve(which, seed >> 16);
        if (seed % 2 == 0) payRedemption(which, seed >> 24);
    }

    // ---- what they meet

    function _refuseRequest(uint32 member, uint64 amount) private view returns (bytes memory) {
        if (amount == 0) return _no(IRedemptionDesk.RedemptionDesk_ZeroAmount.selector);
        uint32 open = _people[member].open;
        if (open != 0) return _no(IRedemptionDesk.RedemptionDesk_AlreadyOpen.selector, open);
        return _ifBeyond(member, amount);
    }

    function _refuseApproval(uint32 redemption, uint64 amount, bytes32 payee, address officer)
        private
        view
        returns (bytes memory)
    {
        Remise storage r = _remises[redemption];
        if (officer == r.attestor) {
            return abi.encodeWithSelector(IRedemptionDesk.RedemptionDesk_SameOfficer.selector, officer);
        }
        if (amount != r.amount) return _no(IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector, amount, r.amount);
        bytes memory no = _or(_ifOtherPayee(r, payee), _ifBeyond(r.member, amount), _ifPaused());
        uint256 promised = _pots.currency + _pots.redemptions + amount;
        if (no.length != 0 || promised <= _pots.cash) return no;
        return _no(IFundOutflows.CommunityFund_NotBacked.selector, _pots.cash, promised);
    }

    function _refusePayment(Remise storage r, uint64 amount, bytes32 payee) private view returns (bytes memory) {
        if (amount == 0) return _no(IRedemptionDesk.RedemptionDesk_ZeroAmount.selector);
        uint256 left = r.amount - r.paid;
        if (amount > left) return _no(IRedemptionDesk.RedemptionDesk_MoreThanLeft.selector, amount, left);
        return _or(_ifOtherPayee(r, payee), _ifBeyond(r.member, amount));
    }

    function _ifBeyond(uint32 member, uint64 amount) private view returns (bytes memory) {
        uint256 balance = _people[member].balance;
        if (amount <= balance) return "";
        return _no(IRedemptionDesk.RedemptionDesk_BeyondBalance.selector, amount, balance);
    }

    function _ifOtherPayee(Remise storage r, bytes32 payee) private view returns (bytes memory) {
        if (payee == r.payee) return "";
        return _no(IRedemptionDesk.RedemptionDesk_OtherPayee.selector, uint256(payee), uint256(r.payee));
    }

    /// @dev Number 0, and the one after the last, are nobody's.
    function _ifNotIn(uint32 redemption, IRedemptionDesk.State limit) private view returns (bytes memory) {
        uint256 count = _remises.length - 1;
        if (redemption == 0) return _no(IRedemptionDesk.RedemptionDesk_Unknown.selector, 0, count);
        IRedemptionDesk.State state = _remises[redemption].state;
        if (state == limit) return "";
        return _no(IRedemptionDesk.RedemptionDesk_WrongState.selector, redemption, uint256(state), uint256(limit));
    }

    // ---- bookings and picks

    function _open(uint32 member, uint64 amount, bytes32 payee) private {
        _people[member].open = uint32(_remises.length);
        _remises.push(Remise(member, IRedemptionDesk.State.Requested, amount, 0, 0, address(0), payee));
    }

    /// @dev As {_hand}, for who need not be valid.
    function _holder(string memory action, uint32 member, bytes memory content, uint256 dice)
        private
        view
        returns (Hand memory h)
    {
        h = _hand(address(desk), action, member, 0, content, dice);
        if (dice % 64 < 40 || dice % 64 > 43) h.refusal = "";
    }

    function _wanted(uint256 whole, uint256 dice) private pure returns (uint64) {
        if (dice % 16 == 0) return uint64(whole + 1);
        if (dice % 16 == 1) return 0;
        if (dice % 16 < 6) return uint64(whole);
        return uint64((dice >> 8) % (whole + 1));
    }

    /// @dev Mostly a member with credits and no open redemption.
    function _pickEarner(uint256 which) private view returns (uint32) {
        for (uint32 i = 0; i < 12 && (which >> 128) % 8 != 0; ++i) {
            uint32 member = uint32(1 + (which % 12 + i) % 12);
            if (_people[member].balance != 0 && _people[member].open == 0) return member;
        }
        return uint32(1 + which % 12);
    }

    /// @dev Mostly a redemption in this state, where there is one; 0: none was ever asked for.
    function _pickRemise(uint256 which, IRedemptionDesk.State wanted) private view returns (uint32) {
        uint256 count = _remises.length - 1;
        for (uint256 i = 0; i < count && (which >> 128) % 12 != 0; ++i) {
            uint32 redemption = uint32(1 + (which % count + i) % count);
            if (_remises[redemption].state == wanted) return redemption;
        }
        return count == 0 ? 0 : uint32(1 + which % count);
    }
}
