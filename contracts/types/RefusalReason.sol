// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice Why an item of a valid batch moved no money. It keeps its sequence, so the till's queue goes on.
enum RefusalReason {
    None,
    ZeroAmount,
    OverTillCap,
    FutureDay,
    TooOld,
    UnknownMember,
    MemberNotValid,
    UnknownPurchase,
    OtherMerchant,
    NothingLeft,
    MoreThanLeft,
    BeforePurchase,
    WindowClosed,
    InsufficientCredits
}
