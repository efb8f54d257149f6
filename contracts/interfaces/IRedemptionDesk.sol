// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Credits paid back, at retirement or to heirs
/// @notice Requested, attested by the registrar, approved by a second officer, paid by the treasurer. Nothing personal
/// comes on chain: the payee and the evidence are salted commitments. Amounts are minor units.
interface IRedemptionDesk {
    enum State {
        None,
        Requested,
        Attested,
        Approved,
        Paid,
        Dropped
    }

    enum Reason {
        Retirement,
        Heirs
    }

    /// @param payee A commitment to the account that is paid.
    /// @param attestor The registrar's account.
    struct Redemption {
        uint32 member;
        State state;
        Reason reason;
        uint64 amount;
        uint64 paid;
        address attestor;
        bytes32 payee;
        bytes32 evidence;
    }

    event RedemptionRequested(
        uint32 indexed redemption, uint32 indexed member, Reason reason, uint64 amount, bytes32 payee
    );
    event RedemptionAttested(uint32 indexed redemption, bytes32 evidence, address attestor);
    event RedemptionApproved(uint32 indexed redemption, address approver);
    event RedemptionInstalment(uint32 indexed redemption, uint64 amount, bytes32 indexed bankReference);
    event RedemptionCompleted(uint32 indexed redemption);
    event RedemptionDropped(uint32 indexed redemption, uint64 unpaid);

    error RedemptionDesk_Unknown(uint32 actual, uint32 limit);
    error RedemptionDesk_WrongState(uint32 redemption, State actual, State limit);
    error RedemptionDesk_AlreadyOpen(uint32 redemption);
    error RedemptionDesk_ZeroAmount();
    error RedemptionDesk_BeyondBalance(uint64 actual, uint64 limit);
    error RedemptionDesk_OtherPayee(bytes32 actual, bytes32 limit);
    error RedemptionDesk_SameOfficer(address account);
    error RedemptionDesk_MoreThanLeft(uint64 actual, uint64 limit);

    /// @notice Asks for one's credits. By the member, valid or not any more: see {IMemberActs}. Content: `(amount, payee)`;
    /// subject: 0. Emits {RedemptionRequested}.
    function request(uint32 member, uint64 amount, bytes32 payee, bytes calldata signature)
        external
        returns (uint32 redemption);

    /// @notice Asks for the credits of a member who died. Requires the registrar. Emits {RedemptionRequested}.
    function requestForHeirs(uint32 member, uint64 amount, bytes32 payee) external returns (uint32 redemption);

    /// @notice Attests that the evidence was seen. Requires the registrar. Emits {RedemptionAttested}.
    function attest(uint32 redemption, bytes32 evidence) external;

    /// @notice Approves exactly this amount to this payee, and sets the cash aside. Requires the approver, who is not who
    /// attested. Emits {RedemptionApproved}.
    function approve(uint32 redemption, uint64 amount, bytes32 payee) external;

    /// @notice Books a payment, whole or in part, to the payee that was approved. Requires the treasurer.
    /// Emits {RedemptionInstalment}, and {RedemptionCompleted} after the last.
    function pay(uint32 redemption, uint64 amount, bytes32 payee, bytes32 bankReference) external;

    /// @notice Ends a redemption that is not paid in full. By the member, with a signature or its own call, or by the
    /// registrar's call. Content: `(redemption)`; subject: 0. Emits {RedemptionDropped}.
    function drop(uint32 redemption, bytes calldata signature) external;

    function redemptionCount() external view returns (uint32);
    function redemption(uint32 redemption_) external view returns (Redemption memory);
    /// @notice The redemption of a member that is open; 0: none.
    function openOf(uint32 member) external view returns (uint32);
}
