// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMemberActs} from "../../../contracts/interfaces/IMemberActs.sol";
import {IProjectBook} from "../../../contracts/interfaces/IProjectBook.sol";
import {IProjectCurrency} from "../../../contracts/interfaces/IProjectCurrency.sol";
import {MoneyFundLaws} from "./MoneyFundLaws.sol";
import {MoneyGhost} from "./MoneyGhost.sol";

/// @notice Laws 6, 7 and 9 of the design, each a check of its own with its own error; the others are {MoneyFundLaws}.
contract MoneyLaws is MoneyFundLaws {
    error Law6_Tranches(uint32 project, uint256 sum, uint256 award);
    error Law6_Released(uint32 project, uint256 actual, uint256 sum);
    error Law6_Order(uint32 project, uint8 tranche);
    error Law6_CoFinancing(uint32 project, uint8 tranche, uint256 actual, uint256 needed);
    error Law6_Received(uint32 project, uint256 actual, uint256 expected);
    error Law6_Source(bytes32 source);
    error Law6_Commitments(uint256 actual, uint256 sum);
    error Law6_Loans(uint256 actual, uint256 sum);
    error Law6_Budget(uint32 call, uint256 awarded, uint256 limit);
    error Law6_State(uint32 project);
    error Law7_Line(uint32 project, uint8 line, uint256 spent, uint256 cap);
    error Law7_Invoice(bytes32 invoice);
    error Law7_Account(uint32 project, uint256 actual, uint256 expected);
    error Law7_Holding(uint32 merchant);
    error Law7_Requested(uint32 merchant, uint256 actual, uint256 limit);
    error Law7_Related(bytes32 invoice);
    error Law7_Inactive(bytes32 invoice);
    error Law7_Relation(uint32 project, uint32 member);
    error Law9_ThreePersons(uint32 project, uint8 tranche);
    error Law9_Interest(uint32 project, uint8 tranche);
    error Law9_Acts(address desk, uint32 member, uint256 actual, uint256 expected);

    constructor(MoneyGhost ghost) MoneyFundLaws(ghost) {}

    function checkAll() external view {
        _checkFund();
        checkPlans();
        checkReleased();
        checkOrder();
        checkCoFinancing();
        checkReceived();
        checkSources();
        checkCommitted();
        checkLent();
        checkBudgets();
        checkStates();
        checkLines();
        checkInvoices();
        checkAccounts();
        checkHoldings();
        checkRequested();
        checkRelated();
        checkInactive();
        checkRelations();
        checkThreePersons();
        checkInterests();
        checkActs();
    }

    function _checkFund() private view {
        checkBalanceSheet();
        checkCash();
        checkReceivable();
        checkPrepayments();
        checkMerchants();
        checkMerchantSums();
        checkCredits();
        checkOperations();
        checkReserve();
        checkLoans();
        checkCurrency();
        checkCommitments();
        checkFree();
        checkSupply();
        checkBalances();
        checkBurned();
        checkRedemptions();
        checkRedeemed();
        checkOneOpen();
        checkSequences();
        checkBacked();
        checkGate();
        checkSolvency();
        checkRedemptionsBacked();
        checkAllowed();
        checkCurrencySupply();
        checkHolders();
        checkReferences();
        checkReserveFlows();
        checkPaidToMembers();
    }

    // ---- law 6: tranches

    /// @notice Open, released and recalled tranches add up to what is awarded.
    function checkPlans() public view {
        for (uint32 p = 1; p <= BOOK.projectCount(); ++p) {
            (uint256 open, uint256 released, uint256 recalled) = _tranchesOf(p);
            uint256 award = BOOK.project(p).amount;
            bool isClosed = _isClosed(BOOK.project(p).state);
            if (open + released + recalled != award) {
                revert Law6_Tranches(p, open + released + recalled, award);
            }
            // What is closed has nothing open left, what is not has nothing recalled.
            if (isClosed ? open != 0 : recalled != 0) revert Law6_Tranches(p, open, recalled);
        }
    }

    function checkReleased() public view {
        for (uint32 p = 1; p <= BOOK.projectCount(); ++p) {
            (, uint256 released,) = _tranchesOf(p);
            uint256 actual = BOOK.project(p).released;
            if (actual != released) revert Law6_Released(p, actual, released);
        }
    }

    /// @notice One after the other: what is out is accounted for, but for the last.
    function checkOrder() public view {
        for (uint32 p = 1; p <= BOOK.projectCount(); ++p) {
            uint256 count = BOOK.tranches(p).length;
            uint8 accounted = BOOK.project(p).accounted;
            for (uint8 t = 0; t < count; ++t) {
                IProjectBook.TrancheState state = BOOK.progress(p, t).state;
                bool isAccounted = state == IProjectBook.TrancheState.Accounted;
                if ((t < accounted) != isAccounted) revert Law6_Order(p, t);
                bool isQuiet = state == IProjectBook.TrancheState.Locked || state == IProjectBook.TrancheState.Recalled;
                if (t > accounted && !isQuiet) revert Law6_Order(p, t);
            }
        }
    }

    /// @notice When a tranche went out, co-financing had been received for what was out before.
    function checkCoFinancing() public view {
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            MoneyGhost.Step[] memory steps = GHOST.dossier(p).steps;
            IProjectBook.Project memory told = BOOK.project(p);
            uint256 before = 0;
            for (uint8 t = 0; t < steps.length && steps[t].releaser != 0; ++t) {
                uint256 needed = uint256(told.sought) * before;
                uint256 actual = uint256(steps[t].coFinanced) * told.amount;
                if (actual < needed) revert Law6_CoFinancing(p, t, actual, needed);
                before += steps[t].amount;
            }
        }
    }

    /// @notice What is received, and not what is pledged.
    function checkReceived() public view {
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            (uint256 actual, uint256 expected) = (BOOK.project(p).received, GHOST.dossier(p).received);
            if (actual != expected) revert Law6_Received(p, actual, expected);
        }
    }

    /// @notice The same money serves one project.
    function checkSources() public view {
        bytes32[] memory sources = GHOST.sources();
        for (uint256 i = 0; i < sources.length; ++i) {
            if (BOOK.sourceOf(sources[i]) != GHOST.sourceOf(sources[i])) revert Law6_Source(sources[i]);
        }
    }

    /// @notice What stands committed is what awarded projects may still get.
    function checkCommitted() public view {
        uint256 sum = 0;
        for (uint32 p = 1; p <= BOOK.projectCount(); ++p) {
            if (!_isStanding(BOOK.project(p).state)) continue;
            sum += BOOK.project(p).amount - BOOK.project(p).released;
        }
        uint256 actual = FUND.balanceSheet().commitments;
        if (actual != sum) revert Law6_Commitments(actual, sum);
    }

    /// @notice What is lent is what was released, less what came back and what was written off.
    function checkLent() public view {
        uint256 sum = 0;
        for (uint32 p = 1; p <= BOOK.projectCount(); ++p) {
            IProjectBook.Project memory told = BOOK.project(p);
            if (told.instrument != IProjectBook.Instrument.Loan) continue;
            sum += uint256(told.released) - told.repaid - told.writtenOff;
        }
        uint256 actual = FUND.balanceSheet().loansReceivable;
        if (actual != sum) revert Law6_Loans(actual, sum);
    }

    function checkBudgets() public view {
        for (uint32 c = 1; c <= BOOK.callCount(); ++c) {
            uint256 awarded = BOOK.awardedOf(c);
            if (awarded != GHOST.awardedOf(c)) revert Law6_Budget(c, awarded, GHOST.awardedOf(c));
            if (awarded > BOOK.call(c).budget) revert Law6_Budget(c, awarded, BOOK.call(c).budget);
        }
    }

    /// @notice Each project, and each of its tranches, stands where the actors brought it.
    function checkStates() public view {
        if (BOOK.projectCount() != GHOST.projectCount()) revert Law6_State(0);
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            MoneyGhost.Dossier memory d = GHOST.dossier(p);
            IProjectBook.Project memory told = BOOK.project(p);
            bool isSame = told.state == d.state && told.mentor == d.mentor && told.signer == d.signer
                && told.amount == d.amount && told.resolution == d.resolution && told.repaid == d.repaid
                && told.writtenOff == d.writtenOff && BOOK.tranches(p).length == d.steps.length;
            for (uint8 t = 0; isSame && t < d.steps.length; ++t) {
                IProjectBook.Progress memory progress = BOOK.progress(p, t);
                isSame = progress.state == d.steps[t].state && progress.claim == d.steps[t].claim
                    && progress.attempt == d.steps[t].attempt;
            }
            if (!isSame) revert Law6_State(p);
        }
    }

    // ---- law 7: project currency

    function checkLines() public view {
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            IProjectBook.Line[] memory lines = BOOK.lines(p);
            for (uint8 i = 0; i < lines.length; ++i) {
                uint256 spent = CURRENCY.spentOfLine(p, i);
                if (spent > lines[i].amount) revert Law7_Line(p, i, spent, lines[i].amount);
                uint256 expected = GHOST.dossier(p).lines[i].spent;
                if (spent != expected) revert Law7_Line(p, i, spent, expected);
            }
        }
    }

    /// @notice Each invoice stands once: with a project's sale, or between merchants.
    function checkInvoices() public view {
        bytes32[] memory invoices = GHOST.invoices();
        for (uint256 i = 0; i < invoices.length; ++i) {
            MoneyGhost.Bill memory b = GHOST.bill(invoices[i]);
            IProjectCurrency.Sale memory s = CURRENCY.saleOf(invoices[i]);
            bool isPayment = b.project == 0;
            bool isSame = s.project == b.project && CURRENCY.invoicePaid(invoices[i]) == isPayment;
            if (!isPayment) {
                isSame = isSame && s.merchant == b.merchant && s.amount == b.amount && s.premium == b.premium
                    && s.line == b.line;
            }
            if (!isSame) revert Law7_Invoice(invoices[i]);
        }
    }

    function checkAccounts() public view {
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            (uint256 actual, uint256 expected) = (CURRENCY.balanceOfProject(p), GHOST.dossier(p).held);
            if (actual != expected) revert Law7_Account(p, actual, expected);
        }
    }

    /// @notice By round; and nobody who is no merchant holds any.
    function checkHoldings() public view {
        for (uint32 m = 0; m <= MEMBERSHIP.memberCount(); ++m) {
            IProjectCurrency.Holding memory h = CURRENCY.holdingOf(m);
            uint64[4] memory held = GHOST.shop(m).held;
            bool isSame = h.first == held[0] && h.second == held[1] && h.third == held[2] && h.later == held[3];
            if (!isSame) revert Law7_Holding(m);
        }
    }

    /// @notice What is asked for in cash is what open requests ask for, and is held.
    function checkRequested() public view {
        uint32[] memory merchants = GHOST.merchants();
        for (uint256 i = 0; i < merchants.length; ++i) {
            uint256 sum = 0;
            for (uint32 r = 1; r <= CURRENCY.requestCount(); ++r) {
                IProjectCurrency.CashRequest memory asked = CURRENCY.cashRequest(r);
                if (asked.merchant == merchants[i] && asked.isOpen) sum += asked.amount;
            }
            uint256 actual = CURRENCY.requestedOf(merchants[i]);
            if (actual != sum) revert Law7_Requested(merchants[i], actual, sum);
            IProjectCurrency.Holding memory h = CURRENCY.holdingOf(merchants[i]);
            uint256 held = uint256(h.first) + h.second + h.third + h.later;
            if (actual > held) revert Law7_Requested(merchants[i], actual, held);
        }
    }

    /// @notice The actors looked at each sale: the merchant was no related party of the project then,
    function checkRelated() public view {
        bytes32[] memory invoices = GHOST.invoices();
        for (uint256 i = 0; i < invoices.length; ++i) {
            if (GHOST.bill(invoices[i]).wasRelated) revert Law7_Related(invoices[i]);
        }
    }

    /// @notice and it was active.
    function checkInactive() public view {
        bytes32[] memory invoices = GHOST.invoices();
        for (uint256 i = 0; i < invoices.length; ++i) {
            if (GHOST.bill(invoices[i]).wasInactive) revert Law7_Inactive(invoices[i]);
        }
    }

    function checkRelations() public view {
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            for (uint32 m = 0; m <= MEMBERSHIP.memberCount(); ++m) {
                if (BOOK.isRelated(p, m) != GHOST.isRelated(p, m)) revert Law7_Relation(p, m);
            }
        }
    }

    // ---- law 9: three members

    /// @notice Submitter, reviewer and releaser of each tranche that went out, and the spender beside them.
    function checkThreePersons() public view {
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            MoneyGhost.Dossier memory d = GHOST.dossier(p);
            uint32 submitter = BOOK.project(p).applicant;
            for (uint8 t = 0; t < d.steps.length; ++t) {
                uint32 releaser = d.steps[t].releaser;
                if (releaser == 0) continue;
                uint32 reviewer = BOOK.progress(p, t).reviewer;
                bool isThree = reviewer != 0 && submitter != reviewer && submitter != releaser && reviewer != releaser
                    && reviewer != d.signer && releaser != d.signer;
                if (!isThree) revert Law9_ThreePersons(p, t);
            }
        }
    }

    /// @notice The actors looked at each release: neither reviewer nor releaser had an interest then.
    function checkInterests() public view {
        for (uint32 p = 1; p <= GHOST.projectCount(); ++p) {
            MoneyGhost.Step[] memory steps = GHOST.dossier(p).steps;
            for (uint8 t = 0; t < steps.length; ++t) {
                if (steps[t].wasInterested) revert Law9_Interest(p, t);
            }
        }
    }

    /// @notice What members signed or did themselves was taken once each.
    function checkActs() public view {
        address[3] memory desks = [address(BOOK), address(CURRENCY), address(DESK)];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint32 m = 0; m <= MEMBERSHIP.memberCount(); ++m) {
                uint256 actual = IMemberActs(desks[i]).nonce(m);
                uint256 expected = GHOST.acts(desks[i], m);
                if (actual != expected) revert Law9_Acts(desks[i], m, actual, expected);
            }
        }
    }

    // ---- parts

    function _tranchesOf(uint32 p) private view returns (uint256 open, uint256 released, uint256 recalled) {
        IProjectBook.Tranche[] memory tranches = BOOK.tranches(p);
        for (uint8 t = 0; t < tranches.length; ++t) {
            IProjectBook.TrancheState state = BOOK.progress(p, t).state;
            if (state == IProjectBook.TrancheState.Recalled) recalled += tranches[t].amount;
            else if (_isOut(state)) released += tranches[t].amount;
            else open += tranches[t].amount;
        }
    }

    function _isOut(IProjectBook.TrancheState state) private pure returns (bool) {
        return state == IProjectBook.TrancheState.Released || state == IProjectBook.TrancheState.Accounted;
    }

    function _isStanding(IProjectBook.State state) private pure returns (bool) {
        return state == IProjectBook.State.Awarded || state == IProjectBook.State.Active
            || state == IProjectBook.State.Suspended;
    }

    function _isClosed(IProjectBook.State state) private pure returns (bool) {
        return state == IProjectBook.State.Terminated || state == IProjectBook.State.Lapsed;
    }
}
