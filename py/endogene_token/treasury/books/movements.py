"""What the fund does, as movements between its pockets: one booking for each act, before any account.

A batch is one booking, not a merchant's day: the batch is what a till signed, it never changes once it is
final, and a sale that arrives late can neither change nor renumber what is booked already. Its label tells
the days of its purchases, its lines the members whose credits it brought.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from endogene_token.chain.views import Pocket as Bearer
from endogene_token.errors import BooksDifferError
from endogene_token.i18n import mark
from endogene_token.indexer import money_events as me
from endogene_token.indexer import project_events as pe
from endogene_token.indexer.events import (
    Decoder,
    PremiumsSettled,
    PurchaseReversed,
    PurchasesRecorded,
)
from endogene_token.indexer.projections.pockets import Moved
from endogene_token.indexer.projections.purchases import TOTALS
from endogene_token.treasury.books.bookings import Auxiliary, Booking, Label, Located, Move, Party
from endogene_token.treasury.books.chart import Book, Flow, Pocket
from endogene_token.treasury.books.told import BatchCredits, Registry, day_of, told

E = TypeVar("E")
DEBTS_LOST: Final = {
    Bearer.FREE: Flow.DEBTS_LOST_BY_FREE,
    Bearer.RESERVE: Flow.DEBTS_LOST_BY_RESERVE,
    Bearer.OPERATIONS: Flow.DEBTS_LOST_BY_OPERATIONS,
}
LOANS_LOST: Final = {
    Bearer.FREE: Flow.LOANS_LOST_BY_FREE,
    Bearer.RESERVE: Flow.LOANS_LOST_BY_RESERVE,
    Bearer.OPERATIONS: Flow.LOANS_LOST_BY_OPERATIONS,
}
COVERED: Final = me.ShortfallBorne(0, 0)


def movements(connection: Connection, decoder: Decoder) -> Iterator[Located]:
    """Yield what the fund did, in the order of the chain; what moved nothing is left out.

    Raises BooksDifferError when what the read model holds does not add up.
    """
    keeper = _Keeper(Registry.read(connection))
    for place, event, credits_ in told(connection, decoder):
        booking = keeper.book(event, credits_)
        if booking is None or not booking.moves:
            continue
        if sum(move.amount for move in booking.moves):
            where = f"block {place.block_number}, log {place.log_index}"
            raise BooksDifferError(place=where, actual=sum(move.amount for move in booking.moves), limit=0)
        yield Located(place, booking)


def _merchant(number: int) -> Auxiliary:
    return Auxiliary(Party.MERCHANT, number)


def _project(number: int) -> Auxiliary:
    return Auxiliary(Party.PROJECT, number)


def _label(msgid: str, **params: object) -> Label:
    return Label(msgid, params)


def _booking(
    book: Book, label: Label, *moves: Move, piece_day: date | None = None, reference: bytes = b""
) -> Booking:
    return Booking(book, label, tuple(move for move in moves if move.amount), piece_day, reference)


class _Keeper:
    """Books each event; remembers what each merchant owes, and what the fund told just before."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._owed: defaultdict[int, int] = defaultdict(int)
        """What a merchant owes; less than 0: what it has paid ahead."""
        self._shortfall = COVERED
        self._before: object = None
        self._routes: dict[type[Any], Callable[[Any], Booking | None]] = {
            PurchaseReversed: self._reverse,
            PremiumsSettled: self._settle,
            me.ShortfallBorne: self._lack,
            me.Committed: lambda event: self._award(event, 1),
            me.CommitmentReturned: lambda event: self._award(event, -1),
            me.CommitmentReleased: self._release,
            me.CurrencyReclaimed: self._reclaim,
            me.ProjectSpent: self._spend,
            me.SpendingReturned: self._give_back,
            me.MerchantPaid: self._pay_on,
            me.CurrencyNetted: self._net,
            me.CashPaid: self._pay_cash,
            pe.LoanRepaid: self._repay,
            pe.LoanWrittenOff: self._lose_loan,
            me.DebtWrittenOff: self._lose_debt,
            me.OperatingPaid: self._pay_operating,
            me.RedemptionApproved: self._approve,
            me.RedemptionDropped: self._drop,
            me.RedemptionInstalment: self._redeem,
        }

    def book(self, event: object, credits_: BatchCredits | None) -> Booking | None:
        """Return the booking of an event, or None when the next event names for whom it was."""
        booking: Booking | None = None
        if isinstance(event, PurchasesRecorded):
            booking = self._record(event, credits_ or BatchCredits())
        elif (route := self._routes.get(type(event))) is not None:
            booking = route(event)
        self._before = event
        return booking

    def _record(self, event: PurchasesRecorded, credits_: BatchCredits) -> Booking | None:
        moved = Moved(*TOTALS.unpack(event.totals))
        brought = sum(credits_.by_member.values())
        if brought != moved.credit:
            place = f"batch {event.till}-{event.first_sequence}"
            raise BooksDifferError(place=place, actual=brought, limit=moved.credit)
        if not credits_.days:  # every sale of it was refused
            return None
        first_day, last_day = day_of(min(credits_.days)), day_of(max(credits_.days))
        label = _label(
            mark(
                "Premiums of merchant {merchant}, till {till}, sales {first} to {last}, {from_day} – {to_day}"
            ),
            merchant=event.merchant,
            till=event.till,
            first=event.first_sequence,
            last=event.first_sequence + event.size - 1,
            from_day=first_day,
            to_day=last_day,
        )
        of_members = [
            Move(Pocket.CREDITS, -amount, Auxiliary(Party.MEMBER, member))
            for member, amount in credits_.by_member.items()
        ]
        return _booking(
            Book.PREMIUMS,
            label,
            *self._accrue(event.merchant, moved.premium),
            *of_members,
            Move(Flow.PREMIUMS_TO_OPERATIONS, -moved.operations),
            Move(Flow.PREMIUMS_TO_RESERVE, -moved.reserve),
            piece_day=last_day,
        )

    def _reverse(self, event: PurchaseReversed) -> Booking:
        moved, signed = Moved(*TOTALS.unpack(event.undone)), event.reversal
        merchant = self._registry.merchant_of[event.till]
        label = _label(
            mark("Refund of sale {sequence} of till {till}, merchant {merchant}"),
            sequence=signed.purchase_sequence,
            till=signed.purchase_till,
            merchant=merchant,
        )
        return _booking(
            Book.PREMIUMS,
            label,
            Move(Pocket.CREDITS, moved.credit, Auxiliary(Party.MEMBER, event.member)),
            *self._undo(merchant, moved),
            piece_day=day_of(signed.day),
        )

    def _accrue(self, merchant: int, premium: int) -> tuple[Move, Move]:
        """A premium comes in: out of what the merchant has paid ahead, the rest is owed."""
        ahead = min(premium, max(0, -self._owed[merchant]))
        self._owed[merchant] += premium
        of = _merchant(merchant)
        return Move(Pocket.RECEIVABLE, premium - ahead, of), Move(Pocket.PREPAYMENTS, ahead, of)

    def _relieve(self, merchant: int, amount: int) -> tuple[Move, Move]:
        """A merchant owes less; what it did not owe is paid ahead."""
        owed = min(amount, max(0, self._owed[merchant]))
        self._owed[merchant] -= amount
        of = _merchant(merchant)
        return Move(Pocket.RECEIVABLE, -owed, of), Move(Pocket.PREPAYMENTS, owed - amount, of)

    def _undo(self, merchant: int, moved: Moved) -> tuple[Move, ...]:
        """A premium goes back; free money bears what the pockets of its shares lack, as the fund told."""
        lacking, self._shortfall = self._shortfall, COVERED
        return (
            Move(Flow.PREMIUMS_TO_OPERATIONS, moved.operations - lacking.operations),
            Move(Flow.PREMIUMS_TO_RESERVE, moved.reserve - lacking.reserve),
            Move(Flow.REFUND_SHORTFALLS, sum(lacking)),
            *self._relieve(merchant, moved.premium),
        )

    def _lack(self, event: me.ShortfallBorne) -> None:
        self._shortfall = event

    def _settle(self, event: PremiumsSettled) -> Booking:
        label = _label(mark("Premiums settled by merchant {merchant}"), merchant=event.merchant)
        relieved = self._relieve(event.merchant, event.amount)
        return self._banked(label, event.bank_reference, Move(Pocket.CASH, event.amount), *relieved)

    def _banked(self, label: Label, reference: bytes, *moves: Move) -> Booking:
        return _booking(Book.BANK, label, *moves, reference=reference)

    def _award(self, event: me.Committed | me.CommitmentReturned, sign: int) -> Booking:
        is_loan = event.project in self._registry.loans
        msgid = (
            mark("Award to project {project}") if sign > 0 else mark("Award of project {project} recalled")
        )
        return _booking(
            Book.PROJECTS,
            _label(msgid, project=event.project),
            Move(Flow.LOANS_AWARDED if is_loan else Flow.GRANTS_AWARDED, sign * event.amount),
            Move(Pocket.COMMITMENTS, -sign * event.amount, _project(event.project)),
        )

    def _release(self, event: me.CommitmentReleased) -> Booking:
        of, lent = _project(event.project), event.amount if event.is_loan else 0
        return _booking(
            Book.PROJECTS,
            _label(mark("Tranche released to project {project}"), project=event.project),
            Move(Pocket.COMMITMENTS, event.amount, of),
            Move(Pocket.CURRENCY, -event.amount, of),
            Move(Pocket.LOANS, lent, of),
            Move(Flow.LOANS_AWARDED, -lent),
        )

    def _reclaim(self, event: me.CurrencyReclaimed) -> Booking:
        of = _project(event.project)
        settles = Move(Pocket.LOANS, -event.amount, of)
        return _booking(
            Book.PROJECTS,
            _label(mark("Project {project} returns what it did not spend"), project=event.project),
            Move(Pocket.CURRENCY, event.amount, of),
            settles if event.is_loan else Move(Flow.UNSPENT_RETURNED, -event.amount),
        )

    def _spend(self, event: me.ProjectSpent) -> Booking:
        label = _label(
            mark("Project {project} spends at merchant {merchant}"),
            project=event.project,
            merchant=event.merchant,
        )
        payer = _project(event.project)
        return self._sell(label, payer, event.merchant, event.spending.amount, event.premium)

    def _pay_on(self, event: me.MerchantPaid) -> Booking:
        label = _label(
            mark("Merchant {payer} pays merchant {merchant} in project currency"),
            payer=event.payer,
            merchant=event.merchant,
        )
        payer = _merchant(event.payer)
        return self._sell(label, payer, event.merchant, sum(event.moved), event.premium)

    def _sell(self, label: Label, payer: Auxiliary, merchant: int, amount: int, premium: int) -> Booking:
        return _booking(
            Book.PROJECTS,
            label,
            Move(Pocket.CURRENCY, amount, payer),
            Move(Pocket.CURRENCY, -amount, _merchant(merchant)),
            *self._accrue(merchant, premium),
            Move(Flow.PREMIUMS_TO_RESERVE, -premium),
        )

    def _give_back(self, event: me.SpendingReturned) -> Booking:
        label = _label(
            mark("Merchant {merchant} gives back a sale to project {project}"),
            merchant=event.merchant,
            project=event.project,
        )
        return _booking(
            Book.PROJECTS,
            label,
            Move(Pocket.CURRENCY, event.amount, _merchant(event.merchant)),
            Move(Pocket.CURRENCY, -event.amount, _project(event.project)),
            *self._undo(event.merchant, Moved(event.premium, 0, 0, event.premium)),
        )

    def _net(self, event: me.CurrencyNetted) -> Booking:
        amount = sum(event.netted)
        return _booking(
            Book.PROJECTS,
            _label(
                mark("Merchant {merchant} sets project currency against premiums"), merchant=event.merchant
            ),
            Move(Pocket.CURRENCY, amount, _merchant(event.merchant)),
            *self._relieve(event.merchant, amount),
        )

    def _pay_cash(self, event: me.CashPaid) -> Booking:
        amount = sum(event.paid)
        label = _label(mark("Project currency of merchant {merchant} paid in cash"), merchant=event.merchant)
        taken = Move(Pocket.CURRENCY, amount, _merchant(event.merchant))
        return self._banked(label, event.bank_reference, taken, Move(Pocket.CASH, -amount))

    def _repay(self, event: pe.LoanRepaid) -> Booking:
        label = _label(mark("Loan of project {project} repaid"), project=event.project)
        settled = Move(Pocket.LOANS, -event.amount, _project(event.project))
        return self._banked(label, event.bank_reference, Move(Pocket.CASH, event.amount), settled)

    def _lose_loan(self, event: pe.LoanWrittenOff) -> Booking:
        bearer = Bearer(self._told(me.LoanLossBooked).pocket)
        return _booking(
            Book.GENERAL,
            _label(mark("Loan of project {project} written off"), project=event.project),
            Move(LOANS_LOST[bearer], event.amount),
            Move(Pocket.LOANS, -event.amount, _project(event.project)),
        )

    def _lose_debt(self, event: me.DebtWrittenOff) -> Booking:
        return _booking(
            Book.GENERAL,
            _label(mark("Premiums of merchant {merchant} written off"), merchant=event.merchant),
            Move(DEBTS_LOST[Bearer(event.pocket)], event.amount),
            *self._relieve(event.merchant, event.amount),
        )

    def _pay_operating(self, event: me.OperatingPaid) -> Booking:
        spent = Move(Flow.OPERATING_PAYMENTS, event.amount)
        label = _label(mark("Operating payment"))
        return self._banked(label, event.bank_reference, spent, Move(Pocket.CASH, -event.amount))

    def _approve(self, event: me.RedemptionApproved) -> Booking:
        label = mark("Redemption {redemption} approved")
        return self._back(label, event.redemption, self._told(me.RedemptionBacked).amount)

    def _drop(self, event: me.RedemptionDropped) -> Booking | None:
        if not isinstance(self._before, me.RedemptionReleased):  # it was never approved
            return None
        label = mark("Redemption {redemption} dropped")
        return self._back(label, event.redemption, -event.unpaid)

    def _back(self, msgid: str, redemption: int, amount: int) -> Booking:
        of = self._member(redemption)
        return _booking(
            Book.GENERAL,
            _label(msgid, redemption=redemption),
            Move(Pocket.CREDITS, amount, of),
            Move(Flow.REDEMPTIONS_APPROVED, -amount, of),
        )

    def _redeem(self, event: me.RedemptionInstalment) -> Booking:
        label = _label(mark("Redemption {redemption} paid"), redemption=event.redemption)
        due = Move(Flow.REDEMPTIONS_APPROVED, event.amount, self._member(event.redemption))
        return self._banked(label, event.bank_reference, due, Move(Pocket.CASH, -event.amount))

    def _member(self, redemption: int) -> Auxiliary:
        return Auxiliary(Party.MEMBER, self._registry.member_of[redemption])

    def _told(self, kind: type[E]) -> E:
        """Return what the fund told just before. Raises BooksDifferError when that was something else."""
        if not isinstance(self._before, kind):
            raise BooksDifferError(place=kind.__name__, actual=self._before, limit=kind.__name__)
        return self._before
