// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICommunityCredit} from "../../../contracts/interfaces/ICommunityCredit.sol";
import {ICommunityFund} from "../../../contracts/interfaces/ICommunityFund.sol";
import {IFundOutflows} from "../../../contracts/interfaces/IFundOutflows.sol";
import {IMembership} from "../../../contracts/interfaces/IMembership.sol";
import {IProjectAwards} from "../../../contracts/interfaces/IProjectAwards.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {IRedemptionDesk} from "../../../contracts/interfaces/IRedemptionDesk.sol";
import {MoneyGhost} from "./MoneyGhost.sol";

/// @notice Laws 1 to 5 of the design, with money going out: each a check of its own with its own error.
abstract contract MoneyFundLaws {
    error Law1_BalanceSheet(uint256 assets, int256 claims);
    error Law1_Cash(uint256 actual, uint256 expected);
    error Law1_Receivable(uint256 actual, uint256 expected);
    error Law1_Prepayments(uint256 actual, uint256 expected);
    error Law1_MerchantAccount(uint32 merchant);
    error Law1_MerchantSums(uint256 owed, uint256 prepaid);
    error Law1_Credits(uint256 actual, uint256 expected);
    error Law1_Operations(uint256 actual, uint256 expected);
    error Law1_Reserve(uint256 actual, uint256 expected);
    error Law1_Loans(uint256 actual, uint256 expected);
    error Law1_Currency(uint256 actual, uint256 expected);
    error Law1_Commitments(uint256 actual, uint256 expected);
    error Law1_Free(int256 actual, int256 expected);
    error Law2_Supply(uint256 actual, uint256 sum);
    error Law2_Balance(uint32 member, uint256 actual, uint256 expected);
    error Law2_Burned(uint256 actual, uint256 expected);
    error Law2_Redemption(uint32 redemption);
    error Law2_RedeemedBeyond(uint32 redemption, uint256 amount, uint256 balance);
    error Law2_OneOpen(uint32 member, uint32 actual, uint32 expected);
    error Law3_NextSequence(uint32 till, uint64 actual, uint64 expected);
    error Law4_NotBacked(uint256 cash, uint256 promised);
    error Law4_Gate(uint256 breaches);
    error Law4_Solvency();
    error Law4_Redemptions(uint256 actual, uint256 sum);
    error Law4_Allowed(uint256 actual, uint256 expected);
    error Law4_Supply(uint256 outstanding, uint256 supply);
    error Law4_Holders(uint256 supply, uint256 sum);
    error Law4_Reference(bytes32 bankReference);
    error Law5_Reserve(uint256 actual, uint256 expected);
    error Law5_ToMembers(uint256 paid, uint256 burned);

    MoneyGhost internal immutable GHOST;
    IMembership internal immutable MEMBERSHIP;
    ICommunityCredit internal immutable CREDIT;
    ICommunityFund internal immutable FUND;
    IFundOutflows internal immutable OUTFLOWS;
    IProjectBook internal immutable BOOK;
    IProjectAwards internal immutable AWARDS;
    IProjectCurrency internal immutable CURRENCY;
    IRedemptionDesk internal immutable DESK;

    constructor(MoneyGhost ghost) {
        GHOST = ghost;
        address[9] memory places = ghost.places();
        (MEMBERSHIP, CREDIT, FUND) = (IMembership(places[0]), ICommunityCredit(places[1]), ICommunityFund(places[2]));
        (OUTFLOWS, BOOK) = (IFundOutflows(places[2]), IProjectBook(places[6]));
        (AWARDS, CURRENCY, DESK) = (IProjectAwards(places[6]), IProjectCurrency(places[7]), IRedemptionDesk(places[8]));
    }

    // ---- law 1: every cent is in one pocket

    function checkBalanceSheet() public view {
        ICommunityFund.BalanceSheet memory s = FUND.balanceSheet();
        uint256 assets = s.cash + s.premiumsReceivable + s.loansReceivable;
        uint256 sum = s.creditsOutstanding + s.merchantPrepayments + s.currencyOutstanding;
        int256 claims = int256(sum + s.commitments + s.reserve + s.operations) + s.free;
        if (int256(assets) != claims) revert Law1_BalanceSheet(assets, claims);
    }

    function checkCash() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().cash, GHOST.pots().cash);
        if (actual != expected) revert Law1_Cash(actual, expected);
    }

    function checkReceivable() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().premiumsReceivable, GHOST.pots().receivable);
        if (actual != expected) revert Law1_Receivable(actual, expected);
    }

    function checkPrepayments() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().merchantPrepayments, GHOST.pots().prepayments);
        if (actual != expected) revert Law1_Prepayments(actual, expected);
    }

    function checkMerchants() public view {
        uint32[] memory merchants = GHOST.merchants();
        for (uint256 i = 0; i < merchants.length; ++i) {
            ICommunityFund.MerchantAccount memory a = FUND.merchantAccount(merchants[i]);
            MoneyGhost.Shop memory s = GHOST.shop(merchants[i]);
            if (a.owed != s.owed || a.prepaid != s.prepaid) revert Law1_MerchantAccount(merchants[i]);
        }
    }

    function checkMerchantSums() public view {
        uint32[] memory merchants = GHOST.merchants();
        (uint256 owed, uint256 prepaid) = (0, 0);
        for (uint256 i = 0; i < merchants.length; ++i) {
            ICommunityFund.MerchantAccount memory a = FUND.merchantAccount(merchants[i]);
            (owed, prepaid) = (owed + a.owed, prepaid + a.prepaid);
        }
        ICommunityFund.BalanceSheet memory s = FUND.balanceSheet();
        bool isWhole = s.premiumsReceivable == owed && s.merchantPrepayments == prepaid;
        if (!isWhole) revert Law1_MerchantSums(owed, prepaid);
    }

    function checkCredits() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().creditsOutstanding, GHOST.pots().credits);
        if (actual != expected) revert Law1_Credits(actual, expected);
    }

    function checkOperations() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().operations, GHOST.pots().operations);
        if (actual != expected) revert Law1_Operations(actual, expected);
    }

    function checkReserve() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().reserve, GHOST.pots().reserve);
        if (actual != expected) revert Law1_Reserve(actual, expected);
    }

    function checkLoans() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().loansReceivable, GHOST.pots().loans);
        if (actual != expected) revert Law1_Loans(actual, expected);
    }

    function checkCurrency() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().currencyOutstanding, GHOST.pots().currency);
        if (actual != expected) revert Law1_Currency(actual, expected);
    }

    function checkCommitments() public view {
        (uint256 actual, uint256 expected) = (FUND.balanceSheet().commitments, GHOST.pots().commitments);
        if (actual != expected) revert Law1_Commitments(actual, expected);
    }

    function checkFree() public view {
        (int256 actual, int256 expected) = (FUND.balanceSheet().free, GHOST.pots().free);
        if (actual != expected) revert Law1_Free(actual, expected);
    }

    // ---- law 2: credits are what premiums brought, less refunds, less what was paid back

    function checkSupply() public view {
        uint256 sum = 0;
        for (uint32 m = 0; m <= MEMBERSHIP.memberCount(); ++m) {
            sum += CREDIT.account(m).balance;
        }
        if (CREDIT.totalSupply() != sum) revert Law2_Supply(CREDIT.totalSupply(), sum);
    }

    function checkBalances() public view {
        for (uint32 m = 0; m <= MEMBERSHIP.memberCount(); ++m) {
            (uint256 actual, uint256 expected) = (CREDIT.account(m).balance, GHOST.person(m).balance);
            if (actual != expected) revert Law2_Balance(m, actual, expected);
        }
    }

    /// @notice What the desk tells it has paid, and what refunds took, is what is gone of all that was minted.
    function checkBurned() public view {
        MoneyGhost.Flows memory f = GHOST.flows();
        uint256 burned = f.minted - CREDIT.totalSupply();
        uint256 expected = f.unminted + _paidByDesk();
        if (burned != expected) revert Law2_Burned(burned, expected);
    }

    function checkRedemptions() public view {
        MoneyGhost.Remise[] memory remises = GHOST.remises();
        for (uint32 i = 1; i < remises.length; ++i) {
            IRedemptionDesk.Redemption memory r = DESK.redemption(i);
            MoneyGhost.Remise memory g = remises[i];
            bool isSame = r.member == g.member && r.state == g.state && r.amount == g.amount && r.paid == g.paid
                && r.payee == g.payee && r.attestor == g.attestor;
            if (!isSame) revert Law2_Redemption(i);
        }
    }

    /// @notice Paid at most what was approved, approved at most what the member held then.
    function checkRedeemed() public view {
        MoneyGhost.Remise[] memory remises = GHOST.remises();
        for (uint32 i = 1; i < remises.length; ++i) {
            IRedemptionDesk.Redemption memory r = DESK.redemption(i);
            bool isApproved = r.state >= IRedemptionDesk.State.Approved && remises[i].balance != 0;
            uint256 most = isApproved ? r.amount : 0;
            if (r.paid > most) revert Law2_RedeemedBeyond(i, r.paid, most);
            if (isApproved && r.amount > remises[i].balance) {
                revert Law2_RedeemedBeyond(i, r.amount, remises[i].balance);
            }
        }
    }

    function checkOneOpen() public view {
        for (uint32 m = 0; m <= MEMBERSHIP.memberCount(); ++m) {
            uint32 expected = 0;
            for (uint32 i = 1; i <= DESK.redemptionCount(); ++i) {
                IRedemptionDesk.Redemption memory r = DESK.redemption(i);
                bool isOpen = r.state != IRedemptionDesk.State.Paid && r.state != IRedemptionDesk.State.Dropped;
                if (r.member != m || !isOpen) continue;
                if (expected != 0) revert Law2_OneOpen(m, i, expected);
                expected = i;
            }
            if (DESK.openOf(m) != expected) revert Law2_OneOpen(m, DESK.openOf(m), expected);
        }
    }

    // ---- law 3: every sequence once

    function checkSequences() public view {
        uint32[] memory merchants = GHOST.merchants();
        for (uint256 i = 0; i < merchants.length; ++i) {
            MoneyGhost.Shop memory s = GHOST.shop(merchants[i]);
            uint64 next = MEMBERSHIP.till(s.till).nextSequence;
            if (next != s.next) revert Law3_NextSequence(s.till, next, s.next);
        }
    }

    // ---- law 4: the gate

    function checkBacked() public view {
        ICommunityFund.BalanceSheet memory s = FUND.balanceSheet();
        uint256 promised = s.currencyOutstanding + OUTFLOWS.redemptionsBacked();
        if (promised > s.cash) revert Law4_NotBacked(s.cash, promised);
    }

    /// @notice The actors looked after each outflow: none left too little behind.
    function checkGate() public view {
        uint256 breaches = GHOST.breaches();
        if (breaches != 0) revert Law4_Gate(breaches);
    }

    /// @notice What the gate goes by is what the books say.
    function checkSolvency() public view {
        IFundOutflows.Solvency memory s = OUTFLOWS.solvency();
        MoneyGhost.Pots memory p = GHOST.pots();
        int256 liquid = int256(p.cash) - int256(p.currency + p.commitments + p.redemptions);
        uint256 credits = p.credits > p.redemptions ? p.credits - p.redemptions : 0;
        bool isSame = s.liquid == liquid && s.credits == credits && s.due == p.due && s.attestedUntil == p.attestedUntil
            && s.floorBps == GHOST.outflow().coverageFloorBps;
        if (!isSame) revert Law4_Solvency();
    }

    function checkRedemptionsBacked() public view {
        uint256 sum = 0;
        for (uint32 i = 1; i <= DESK.redemptionCount(); ++i) {
            IRedemptionDesk.Redemption memory r = DESK.redemption(i);
            if (r.state == IRedemptionDesk.State.Approved) sum += r.amount - r.paid;
        }
        if (OUTFLOWS.redemptionsBacked() != sum) revert Law4_Redemptions(OUTFLOWS.redemptionsBacked(), sum);
    }

    function checkAllowed() public view {
        (uint256 actual, uint256 expected) = (OUTFLOWS.operatingAllowed(), GHOST.pots().allowed);
        if (actual != expected) revert Law4_Allowed(actual, expected);
    }

    function checkCurrencySupply() public view {
        (uint256 outstanding, uint256 supply) = (FUND.balanceSheet().currencyOutstanding, CURRENCY.totalSupply());
        if (outstanding != supply) revert Law4_Supply(outstanding, supply);
    }

    function checkHolders() public view {
        uint256 sum = 0;
        for (uint32 p = 1; p <= BOOK.projectCount(); ++p) {
            sum += CURRENCY.balanceOfProject(p);
        }
        for (uint32 m = 0; m <= MEMBERSHIP.memberCount(); ++m) {
            IProjectCurrency.Holding memory h = CURRENCY.holdingOf(m);
            sum += uint256(h.first) + h.second + h.third + h.later;
        }
        if (CURRENCY.totalSupply() != sum) revert Law4_Holders(CURRENCY.totalSupply(), sum);
    }

    /// @notice Each movement of real money by a reference of its own.
    function checkReferences() public view {
        bytes32[] memory references = GHOST.references();
        for (uint256 i = 0; i < references.length; ++i) {
            if (!FUND.referenceUsed(references[i])) revert Law4_Reference(references[i]);
        }
        bytes32 next = keccak256(abi.encode("transfer", references.length));
        if (FUND.referenceUsed(next)) revert Law4_Reference(next);
    }

    // ---- law 5: the reserve never flows to a member

    /// @notice What left the reserve was undone with its purchase or sale, or was a loss that the rules gave it to bear.
    function checkReserveFlows() public view {
        MoneyGhost.Flows memory f = GHOST.flows();
        uint256 expected = f.toReserve - f.fromReserve - f.lostByReserve;
        uint256 actual = FUND.balanceSheet().reserve;
        if (actual != expected) revert Law5_Reserve(actual, expected);
    }

    /// @notice What members were paid was their own credits, to the cent.
    function checkPaidToMembers() public view {
        (uint256 paid, uint256 burned) = (GHOST.flows().toMembers, _paidByDesk());
        if (paid != burned) revert Law5_ToMembers(paid, burned);
    }

    function _paidByDesk() private view returns (uint256 sum) {
        for (uint32 i = 1; i <= DESK.redemptionCount(); ++i) {
            sum += DESK.redemption(i).paid;
        }
    }
}
