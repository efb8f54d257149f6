// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title What the fund has promised besides credits, in two slots
/// @notice Drawn from the most significant bit to the least, in minor units:
/// ```
/// | unused 64 | redemptions backed 48 | loans receivable 48 | currency outstanding 48 | commitments 48 |
/// | unused 16 | attested until 64 | due 48 | operating allowed 48 | free 80 (signed) |
/// ```
struct Funds {
    uint48 commitments;
    uint48 currency;
    uint48 loans;
    uint48 redemptions;
    int80 free;
    uint48 operatingAllowed;
    uint48 due;
    uint64 attestedUntil;
}
