"""What merchants do with project currency: pay one another, net it, ask for cash."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import (
    CashPaid,
    CashRequestDropped,
    CashRequested,
    CurrencyNetted,
    CurrencyPaid,
    MerchantPaid,
    PremiumsNetted,
    SaleRecorded,
)
from endogene_token.indexer.money_models import CashRequest, MerchantPayment, Netting
from endogene_token.indexer.projections.base import Route, expect, on, origin
from endogene_token.indexer.projections.echoes import Echoes
from endogene_token.indexer.projections.holdings import Holdings
from endogene_token.indexer.projections.rows import Rows

NETTINGS = table_of(Netting)
OPEN: Final = 1
PAID: Final = 2
DROPPED: Final = 3


class MerchantPayments:
    """An invoice serves once; each payment owes a premium again."""

    def __init__(self, holdings: Holdings, echoes: Echoes) -> None:
        self._holdings = holdings
        self._echoes = echoes
        self._rows = Rows(table_of(MerchantPayment))
        self._nettings: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the invoices that the events name, should one come twice."""
        invoices = [event.invoice for event in events if isinstance(event, MerchantPaid)]
        self._rows.load(connection, "invoice", invoices)

    def routes(self) -> Iterable[Route]:
        """Follow the currency."""
        return [on(MerchantPaid, self._pay), on(CurrencyNetted, self._net)]

    def write(self, connection: Connection) -> None:
        """Add the payments and the nettings."""
        self._rows.write(connection)
        insert(connection, NETTINGS, self._nettings)

    def _pay(self, place: Place, event: MerchantPaid) -> None:
        label = f"merchant {event.payer}: payment 0x{event.invoice.hex()}"
        self._echoes.answer(label, SaleRecorded(event.merchant, sum(event.moved), event.premium))
        self._holdings.pay_on(event.payer, event.merchant, event.moved)
        said = {"payer": event.payer, "merchant": event.merchant, "premium": event.premium}
        self._rows.add(invoice=event.invoice, **said, **event.moved._asdict(), **origin(place))

    def _net(self, place: Place, event: CurrencyNetted) -> None:
        netted = PremiumsNetted(event.merchant, sum(event.netted))
        self._echoes.answer(f"merchant {event.merchant}: netting", netted)
        self._holdings.take(event.merchant, event.netted)
        said = {"merchant": event.merchant, **event.netted._asdict()}
        self._nettings.append({**said, **origin(place)})


class CashRequests:
    """Asked for, then paid or dropped; meanwhile the merchant cannot spend it."""

    def __init__(self, holdings: Holdings, echoes: Echoes) -> None:
        self._holdings = holdings
        self._echoes = echoes
        self._rows = Rows(table_of(CashRequest))
        self._last = 0

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the requests that the events close, and the number of the last."""
        self._last = self._rows.last(connection)
        closed = [event.request for event in events if isinstance(event, CashPaid | CashRequestDropped)]
        self._rows.load(connection, "number", closed)

    def routes(self) -> Iterable[Route]:
        """Follow the currency."""
        return [on(CashRequested, self._ask), on(CashPaid, self._pay), on(CashRequestDropped, self._drop)]

    def write(self, connection: Connection) -> None:
        """Write each request that changed once."""
        self._rows.write(connection)

    def _ask(self, place: Place, event: CashRequested) -> None:
        expect(f"cash request {event.request}", event.request, self._last + 1)
        self._last = event.request
        self._holdings.ask(event.merchant, event.amount)
        said = {"merchant": event.merchant, "amount": event.amount, "payable_from": event.payable_from}
        self._rows.add(number=event.request, state=OPEN, requested_at=place.block_time, **said)

    def _pay(self, place: Place, event: CashPaid) -> None:
        row, label = self._close(place, event.request, PAID), f"cash request {event.request}"
        expect(label, (event.merchant, sum(event.paid)), (row["merchant"], row["amount"]))
        expect(f"{label}: payable", place.block_time >= row["payable_from"], True)
        self._echoes.answer(label, CurrencyPaid(row["amount"], event.bank_reference))
        self._holdings.take(event.merchant, event.paid)
        row.update(event.paid._asdict(), bank_reference=event.bank_reference)

    def _drop(self, place: Place, event: CashRequestDropped) -> None:
        self._close(place, event.request, DROPPED)

    def _close(self, place: Place, number: int, state: int) -> dict[str, Any]:
        row = self._rows.change(number)
        expect(f"cash request {number}: state", row["state"], OPEN)
        self._holdings.ask(row["merchant"], -row["amount"])
        row.update(state=state, **origin(place))
        return row
