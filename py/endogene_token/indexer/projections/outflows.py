"""What goes out of the fund, as the fund itself tells it: which pockets move, and by how much."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from endogene_token.chain.views import Pocket
from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import (
    CommitmentReleased,
    CommitmentReturned,
    Committed,
    CurrencyPaid,
    CurrencyReclaimed,
    DebtWrittenOff,
    LoanLossBooked,
    PremiumsNetted,
    RedemptionBacked,
    RedemptionPaid,
    RedemptionReleased,
    RepaymentReceived,
    SaleRecorded,
    SaleUndone,
)
from endogene_token.indexer.money_models import WriteOff
from endogene_token.indexer.projections.base import DAY_SECONDS, Route, expect, on, origin
from endogene_token.indexer.projections.books import Books
from endogene_token.indexer.projections.pockets import Moved
from endogene_token.money import premium_half_up

WRITE_OFFS = table_of(WriteOff)
POCKETS: Final = {Pocket.FREE: "free", Pocket.RESERVE: "reserve", Pocket.OPERATIONS: "operations"}


class Outflows:
    """Each moves as much on one side of the balance sheet as on the other."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._pockets = books.pockets
        self._losses: list[dict[str, object]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read nothing: the pockets and the merchants read theirs."""

    def routes(self) -> Iterable[Route]:
        """Follow the fund."""
        return [
            on(Committed, lambda _place, event: self._commit(event.amount)),
            on(CommitmentReturned, lambda _place, event: self._commit(-event.amount)),
            on(CommitmentReleased, self._release),
            on(CurrencyReclaimed, self._reclaim),
            on(SaleRecorded, self._sell),
            on(SaleUndone, self._undo_sale),
            on(PremiumsNetted, self._net),
            on(CurrencyPaid, self._pay_currency),
            on(RepaymentReceived, self._receive_repayment),
            on(LoanLossBooked, self._lose_loan),
            on(DebtWrittenOff, self._write_off_debt),
            on(RedemptionBacked, lambda _place, event: self._back(event.amount)),
            on(RedemptionReleased, lambda _place, event: self._back(-event.amount)),
            on(RedemptionPaid, self._pay_redemption),
        ]

    def write(self, connection: Connection) -> None:
        """Add the merchants' debts that were written off; the losses of loans stand with the loans."""
        insert(connection, WRITE_OFFS, self._losses)

    def _commit(self, amount: int) -> None:
        self._pockets.move(commitments=amount, free=-amount)

    def _release(self, _place: Place, event: CommitmentReleased) -> None:
        self._pockets.move(commitments=-event.amount, currency_outstanding=event.amount)
        if event.is_loan:  # the fund is owed it back
            self._pockets.move(loans_receivable=event.amount, free=event.amount)

    def _reclaim(self, _place: Place, event: CurrencyReclaimed) -> None:
        self._pockets.move(currency_outstanding=-event.amount)
        if event.is_loan:
            self._pockets.move(loans_receivable=-event.amount)
        else:
            self._pockets.move(free=event.amount)

    def _sell(self, place: Place, event: SaleRecorded) -> None:
        # The chain's own day: a sale in project currency has no day of a till.
        rate_bps = self._books.merchants.rates(event.merchant)[place.block_time // DAY_SECONDS]
        label = f"merchant {event.merchant}: sale in project currency"
        expect(label, event.premium, premium_half_up(event.amount, rate_bps))
        prepaid = self._books.merchants.accrue(event.merchant, event.premium)
        self._pockets.accrue(_to_reserve(event.premium), prepaid)

    def _undo_sale(self, _place: Place, event: SaleUndone) -> None:
        owed = self._books.merchants.undo(event.merchant, event.premium)
        self._pockets.undo(_to_reserve(event.premium), owed)

    def _net(self, _place: Place, event: PremiumsNetted) -> None:
        self._books.merchants.relieve(event.merchant, event.amount, "netted")
        self._pockets.move(premiums_receivable=-event.amount, currency_outstanding=-event.amount)

    def _pay_currency(self, _place: Place, event: CurrencyPaid) -> None:
        self._pockets.move(cash=-event.amount, currency_outstanding=-event.amount)

    def _receive_repayment(self, _place: Place, event: RepaymentReceived) -> None:
        self._pockets.move(cash=event.amount, loans_receivable=-event.amount)

    def _lose_loan(self, _place: Place, event: LoanLossBooked) -> None:
        self._pockets.move(loans_receivable=-event.amount)
        self._bear("loan", event.amount, event.pocket)

    def _write_off_debt(self, place: Place, event: DebtWrittenOff) -> None:
        self._books.merchants.relieve(event.merchant, event.amount, "written_off")
        self._pockets.move(premiums_receivable=-event.amount)
        self._bear("debt", event.amount, event.pocket)
        self._losses.append({**event._asdict(), "project": 0, **origin(place)})

    def _bear(self, what: str, amount: int, pocket: int) -> None:
        expect(f"pocket of a {what}", pocket, self._books.outflow_rules.pocket(f"{what}_pocket"))
        self._pockets.move(**{POCKETS[Pocket(pocket)]: -amount})

    def _back(self, amount: int) -> None:
        self._pockets.move(redemptions_backed=amount)

    def _pay_redemption(self, _place: Place, event: RedemptionPaid) -> None:
        amount = event.amount
        self._pockets.move(cash=-amount, credits_outstanding=-amount, redemptions_backed=-amount)
        self._books.members.credited[event.member] -= amount


def _to_reserve(premium: int) -> Moved:
    return Moved(premium, 0, 0, premium)
