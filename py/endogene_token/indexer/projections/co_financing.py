"""Outside money that came, and loans that came back, or did not."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import LoanLossBooked, RepaymentReceived
from endogene_token.indexer.money_models import WriteOff
from endogene_token.indexer.project_events import CoFinancingReceived, LoanRepaid, LoanWrittenOff
from endogene_token.indexer.project_models import CoFinancing, LoanRepayment
from endogene_token.indexer.projections.base import Route, expect, on, origin
from endogene_token.indexer.projections.echoes import Echoes
from endogene_token.indexer.projections.projects import Projects
from endogene_token.indexer.projections.rows import Rows
from endogene_token.projects import Instrument

REPAYMENTS = table_of(LoanRepayment)
WRITE_OFFS = table_of(WriteOff)


class CoFinancings:
    """The same money serves one project, once."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._rows = Rows(table_of(CoFinancing))

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the sources that the events name, should one come twice."""
        sources = [event.money.source for event in events if isinstance(event, CoFinancingReceived)]
        self._rows.load(connection, "source", sources)

    def routes(self) -> Iterable[Route]:
        """Follow the book."""
        return [on(CoFinancingReceived, self._receive)]

    def write(self, connection: Connection) -> None:
        """Add what came."""
        self._rows.write(connection)

    def _receive(self, place: Place, event: CoFinancingReceived) -> None:
        self._projects.row(event.project)["received"] += event.money.amount
        self._rows.add(project=event.project, **event.money._asdict(), **origin(place))


class Loans:
    """What is paid back and what is lost never passes what was released."""

    def __init__(self, projects: Projects, echoes: Echoes) -> None:
        self._projects = projects
        self._echoes = echoes
        self._repaid: list[dict[str, Any]] = []
        self._lost: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read nothing: the projects read theirs."""

    def routes(self) -> Iterable[Route]:
        """Follow the book."""
        return [on(LoanRepaid, self._repay), on(LoanWrittenOff, self._write_off)]

    def write(self, connection: Connection) -> None:
        """Add the repayments and the losses."""
        insert(connection, REPAYMENTS, self._repaid)
        insert(connection, WRITE_OFFS, self._lost)

    def _repay(self, place: Place, event: LoanRepaid) -> None:
        label = self._reduce(event, "repaid")
        self._echoes.answer(label, RepaymentReceived(event.amount, event.bank_reference))
        self._repaid.append({**event._asdict(), **origin(place)})

    def _write_off(self, place: Place, event: LoanWrittenOff) -> None:
        told = self._echoes.take(self._reduce(event, "written_off"), LoanLossBooked)
        expect(f"project {event.project}: loss", told.amount, event.amount)
        said = {"merchant": 0, **event._asdict(), "pocket": told.pocket}
        self._lost.append({**said, **origin(place)})

    def _reduce(self, event: LoanRepaid | LoanWrittenOff, how: str) -> str:
        row, label = self._projects.row(event.project), f"project {event.project}: loan"
        expect(label, row["instrument"], int(Instrument.LOAN))
        row[how] += event.amount
        expect(f"{label}: owed", row["repaid"] + row["written_off"] <= row["released"], True)
        return label
