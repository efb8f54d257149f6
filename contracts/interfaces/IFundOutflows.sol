// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IRulebook} from "./IRulebook.sol";

/// @title What goes out of the fund, and the gate before it
/// @notice The extension of {ICommunityFund}, at the same address. Amounts are minor units, instants seconds UTC.
interface IFundOutflows {
    /// @notice What bounds the outflows, and where the fund stands.
    /// @param liquid Cash less currency, commitments and approved redemptions, which are spoken for.
    /// @param credits What is owed to members, less approved redemptions.
    /// @param floorBps The rulebook's floor of `liquid / credits`.
    /// @param due What members will be due within the horizon, as the actuary attested it.
    /// @param attestedUntil When that attestation ends.
    struct Solvency {
        int256 liquid;
        uint256 credits;
        uint256 floorBps;
        uint256 due;
        uint64 attestedUntil;
    }

    /// @param due What members will be due within the horizon, in minor units.
    /// @param evidence The hash of the actuary's report.
    event DueAttested(uint64 due, uint64 until, bytes32 evidence);
    event Committed(uint32 indexed project, uint64 amount);
    event CommitmentReturned(uint32 indexed project, uint64 amount);
    event CommitmentReleased(uint32 indexed project, uint64 amount, bool isLoan);
    event CurrencyReclaimed(uint32 indexed project, uint64 amount, bool isLoan);
    /// @notice A sale paid in project currency owed its premium, which is the reserve's.
    event SaleRecorded(uint32 indexed merchant, uint64 amount, uint256 premium);
    event SaleUndone(uint32 indexed merchant, uint256 premium);
    event PremiumsNetted(uint32 indexed merchant, uint64 amount);
    event CurrencyPaid(uint64 amount, bytes32 indexed bankReference);
    event RepaymentReceived(uint64 amount, bytes32 indexed bankReference);
    event LoanLossBooked(uint64 amount, IRulebook.Pocket pocket);
    event DebtWrittenOff(uint32 indexed merchant, uint64 amount, IRulebook.Pocket pocket);
    event OperatingAllowed(uint64 amount, bytes32 purpose);
    event OperatingPaid(uint64 amount, bytes32 indexed bankReference);
    event RedemptionBacked(uint64 amount);
    event RedemptionReleased(uint64 amount);
    event RedemptionPaid(uint32 indexed member, uint64 amount, bytes32 indexed bankReference);

    error CommunityFund_NotNeighbour(address actual, address limit);
    error CommunityFund_NotAttested(uint64 actual, uint64 limit);
    error CommunityFund_AttestationTooLong(uint256 actual, uint256 limit);
    /// @notice Coverage would be too low: `actual` minor units are liquid, `limit` must be.
    error CommunityFund_CoverageTooLow(int256 actual, uint256 limit);
    /// @notice What is due to members would not be covered: `actual` minor units are liquid, `limit` must be.
    error CommunityFund_DueNotCovered(int256 actual, uint256 limit);
    /// @notice Cash would not back what is promised in full.
    error CommunityFund_NotBacked(uint256 actual, uint256 limit);
    error CommunityFund_PocketShort(IRulebook.Pocket pocket, uint256 actual, uint256 limit);
    error CommunityFund_MoreThanOwed(uint256 actual, uint256 limit);
    error CommunityFund_NotAllowed(uint256 actual, uint256 limit);

    /// @notice Attests what members will be due within the horizon; the last attestation counts, until `until`.
    /// @dev Requires the actuary. Emits {DueAttested}.
    function attestDue(uint64 due, uint64 until, bytes32 evidence) external;

    /// @notice Sets aside what a project is awarded. Requires the book, and the solvency gate. Emits {Committed}.
    function commit(uint32 project, uint64 amount) external;

    /// @notice Frees what a project will not get. Requires the book. Emits {CommitmentReturned}.
    function uncommit(uint32 project, uint64 amount) external;

    /// @notice Turns a commitment into project currency; of a loan, the fund is owed it back. Requires the book, and the
    /// solvency gate. Emits {CommitmentReleased}.
    function release(uint32 project, uint64 amount, bool isLoan) external;

    /// @notice Takes a project's unspent currency back. Requires the book. Emits {CurrencyReclaimed}.
    function reclaim(uint32 project, uint64 amount, bool isLoan) external;

    /// @notice Books what a borrower paid. Requires the book. Emits {RepaymentReceived}.
    function receiveRepayment(uint64 amount, bytes32 bankReference) external;

    /// @notice Books the loss of a loan, in the pocket that the rulebook names. Requires the book. Emits {LoanLossBooked}.
    function writeOffLoan(uint64 amount) external;

    /// @notice Accrues the premium of a sale paid in project currency: the reserve's. Requires the currency.
    /// Emits {SaleRecorded}.
    function recordSale(uint32 merchant, uint64 amount) external returns (uint256 premium);

    /// @notice Undoes such a premium. Requires the currency. Emits {SaleUndone}.
    function undoSale(uint32 merchant, uint64 premium) external;

    /// @notice Nets currency against premiums owed. Requires the currency. Emits {PremiumsNetted}.
    function net(uint32 merchant, uint64 amount) external;

    /// @notice Books cash paid out for currency. Requires the currency. Emits {CurrencyPaid}.
    function payCurrency(uint64 amount, bytes32 bankReference) external;

    /// @notice Sets cash aside for a redemption. Requires the desk, and that cash backs all that is promised.
    /// Emits {RedemptionBacked}.
    function backRedemption(uint64 amount) external;

    /// @notice Frees what a redemption will not take. Requires the desk. Emits {RedemptionReleased}.
    function releaseRedemption(uint64 amount) external;

    /// @notice Books a redemption's payment, and burns the credits. Requires the desk. Emits {RedemptionPaid}.
    function payRedemption(uint32 member, uint64 amount, bytes32 bankReference) external;

    /// @notice Writes off what a merchant owes, from the pocket that the rulebook names. Requires the governor.
    /// Emits {DebtWrittenOff}.
    function writeOffDebt(uint32 merchant, uint64 amount) external;

    /// @notice Allows the treasurer to pay out of the operations' pocket. Requires the governor, and the solvency gate.
    /// Emits {OperatingAllowed}.
    function allowOperating(uint64 amount, bytes32 purpose) external;

    /// @notice Books an operating payment, within what was allowed. Requires the treasurer, and the solvency gate.
    /// Emits {OperatingPaid}.
    function payOperating(uint64 amount, bytes32 bankReference) external;
    /// @notice What bounds the outflows, now.
    function solvency() external view returns (Solvency memory);
    /// @notice What approved redemptions will take.
    function redemptionsBacked() external view returns (uint256);
    /// @notice What the treasurer may still pay out of the operations' pocket.
    function operatingAllowed() external view returns (uint256);
}
