// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MemberActs} from "./MemberActs.sol";
import {ICommunityCredit} from "./interfaces/ICommunityCredit.sol";
import {IFundOutflows} from "./interfaces/IFundOutflows.sol";
import {IMembership} from "./interfaces/IMembership.sol";
import {IRedemptionDesk} from "./interfaces/IRedemptionDesk.sol";

/// @title The redemption desk, see {IRedemptionDesk}
contract RedemptionDesk is IRedemptionDesk, MemberActs {
    ICommunityCredit public immutable CREDIT;
    IFundOutflows public immutable FUND;

    uint32 public redemptionCount;
    mapping(uint32 redemption => Redemption) private _redemptions;
    /// @inheritdoc IRedemptionDesk
    mapping(uint32 member => uint32) public openOf;

    constructor(IMembership membership_, ICommunityCredit credit_, IFundOutflows fund_) MemberActs(membership_) {
        CREDIT = credit_;
        FUND = fund_;
    }

    modifier onlyRole(IMembership.Role role) {
        MEMBERSHIP.requireRole(role, msg.sender);
        _;
    }

    /// @notice Closes the door that {Initializable} leaves open. Called once, by the proxy's constructor.
    function initialize() external initializer {}

    /// @inheritdoc IRedemptionDesk
    function request(uint32 member, uint64 amount, bytes32 payee, bytes calldata signature) external returns (uint32) {
        _authoriseHolder("request", member, 0, abi.encode(amount, payee), signature);
        return _request(member, Reason.Retirement, amount, payee);
    }

    /// @inheritdoc IRedemptionDesk
    function requestForHeirs(uint32 member, uint64 amount, bytes32 payee)
        external
        onlyRole(IMembership.Role.Registrar)
        returns (uint32)
    {
        MEMBERSHIP.member(member); // Reverts for a number that is no member's.
        return _request(member, Reason.Heirs, amount, payee);
    }

    /// @inheritdoc IRedemptionDesk
    function attest(uint32 redemption_, bytes32 evidence) external onlyRole(IMembership.Role.Registrar) {
        Redemption storage r = _inState(redemption_, State.Requested);
        r.state = State.Attested;
        r.attestor = msg.sender;
        r.evidence = evidence;
        emit RedemptionAttested(redemption_, evidence, msg.sender);
    }

    /// @inheritdoc IRedemptionDesk
    function approve(uint32 redemption_, uint64 amount, bytes32 payee) external onlyRole(IMembership.Role.Approver) {
        Redemption storage r = _inState(redemption_, State.Attested);
        if (msg.sender == r.attestor) revert RedemptionDesk_SameOfficer(msg.sender);
        if (amount != r.amount) revert RedemptionDesk_MoreThanLeft(amount, r.amount);
        _requirePayee(r, payee);
        _requireBalance(r.member, amount);
        r.state = State.Approved;
        FUND.backRedemption(amount);
        emit RedemptionApproved(redemption_, msg.sender);
    }

    /// @inheritdoc IRedemptionDesk
    function pay(uint32 redemption_, uint64 amount, bytes32 payee, bytes32 bankReference)
        external
        onlyRole(IMembership.Role.Treasurer)
    {
        Redemption storage r = _inState(redemption_, State.Approved);
        uint64 left = r.amount - r.paid;
        if (amount == 0) revert RedemptionDesk_ZeroAmount();
        if (amount > left) revert RedemptionDesk_MoreThanLeft(amount, left);
        _requirePayee(r, payee);
        _requireBalance(r.member, amount);
        r.paid += amount;
        FUND.payRedemption(r.member, amount, bankReference);
        emit RedemptionInstalment(redemption_, amount, bankReference);
        if (amount < left) return;
        r.state = State.Paid;
        delete openOf[r.member];
        emit RedemptionCompleted(redemption_);
    }

    /// @inheritdoc IRedemptionDesk
    function drop(uint32 redemption_, bytes calldata signature) external {
        Redemption storage r = _known(redemption_);
        if (r.state == State.Paid || r.state == State.Dropped) {
            revert RedemptionDesk_WrongState(redemption_, r.state, State.Requested);
        }
        bool isRegistrar = MEMBERSHIP.roleUntil(IMembership.Role.Registrar, msg.sender) > block.timestamp;
        if (signature.length != 0 || !isRegistrar) {
            _authoriseHolder("drop", r.member, 0, abi.encode(redemption_), signature);
        }
        uint64 unpaid = r.amount - r.paid;
        bool isBacked = r.state == State.Approved;
        r.state = State.Dropped;
        delete openOf[r.member];
        if (isBacked) FUND.releaseRedemption(unpaid);
        emit RedemptionDropped(redemption_, unpaid);
    }

    /// @inheritdoc IRedemptionDesk
    function redemption(uint32 redemption_) external view returns (Redemption memory) {
        return _known(redemption_);
    }

    function _request(uint32 member, Reason reason, uint64 amount, bytes32 payee) private returns (uint32 redemption_) {
        if (amount == 0) revert RedemptionDesk_ZeroAmount();
        if (openOf[member] != 0) revert RedemptionDesk_AlreadyOpen(openOf[member]);
        _requireBalance(member, amount);
        redemption_ = ++redemptionCount;
        _redemptions[redemption_] = Redemption(member, State.Requested, reason, amount, 0, address(0), payee, 0);
        openOf[member] = redemption_;
        emit RedemptionRequested(redemption_, member, reason, amount, payee);
    }

    function _requireBalance(uint32 member, uint64 amount) private view {
        uint64 balance = CREDIT.account(member).balance;
        if (amount > balance) revert RedemptionDesk_BeyondBalance(amount, balance);
    }

    function _requirePayee(Redemption storage r, bytes32 payee) private view {
        if (payee != r.payee) revert RedemptionDesk_OtherPayee(payee, r.payee);
    }

    function _known(uint32 redemption_) private view returns (Redemption storage) {
        if (redemption_ == 0 || redemption_ > redemptionCount) {
            revert RedemptionDesk_Unknown(redemption_, redemptionCount);
        }
        return _redemptions[redemption_];
    }

    function _inState(uint32 redemption_, State limit) private view returns (Redemption storage r) {
        r = _known(redemption_);
        if (r.state != limit) revert RedemptionDesk_WrongState(redemption_, r.state, limit);
    }
}
