"""What projects spend at merchants, line by line, and what comes back."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import ProjectSpent, SaleRecorded, SaleUndone, SpendingReturned
from endogene_token.indexer.money_models import Spending, SpendingReturn
from endogene_token.indexer.project_events import ProjectSubmitted
from endogene_token.indexer.project_models import ProjectLine
from endogene_token.indexer.projections.base import Route, expect, on, origin
from endogene_token.indexer.projections.echoes import Echoes
from endogene_token.indexer.projections.holdings import Holdings
from endogene_token.indexer.projections.projects import SPENDING, Projects
from endogene_token.indexer.projections.rows import Rows
from endogene_token.typed_data import as_word

RETURNS = table_of(SpendingReturn)


class Spendings:
    """Within its line and its account, once per invoice; each sale owes a premium again."""

    def __init__(self, projects: Projects, holdings: Holdings, echoes: Echoes) -> None:
        self._projects = projects
        self._holdings = holdings
        self._echoes = echoes
        self._lines = Rows(table_of(ProjectLine))
        self._rows = Rows(table_of(Spending))
        self._returns: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the lines and the invoices that the events name."""
        moved = [event for event in events if isinstance(event, ProjectSpent | SpendingReturned)]
        self._lines.load(connection, "project", {event.project for event in moved})
        invoices = {one.spending.invoice if isinstance(one, ProjectSpent) else one.invoice for one in moved}
        self._rows.load(connection, "invoice", invoices)

    def routes(self) -> Iterable[Route]:
        """Follow the book and the currency."""
        return [
            on(ProjectSubmitted, self._plan),
            on(ProjectSpent, self._spend),
            on(SpendingReturned, self._give_back),
        ]

    def write(self, connection: Connection) -> None:
        """Write each line and each spending that changed once; add the returns."""
        self._lines.write(connection)
        self._rows.write(connection)
        insert(connection, RETURNS, self._returns)

    def _plan(self, _place: Place, event: ProjectSubmitted) -> None:
        for position, planned in enumerate(event.plan.lines):
            said = {"amount": planned.amount, "merchant_kinds": as_word(planned.merchant_kinds)}
            self._lines.add(project=event.project, position=position, **said)

    def _spend(self, place: Place, event: ProjectSpent) -> None:
        project, merchant, amount, line, invoice = event.spending
        label = f"project {project}: spending 0x{invoice.hex()}"
        expect(label, (event.project, event.merchant), (project, merchant))
        self._echoes.answer(label, SaleRecorded(merchant, amount, event.premium))
        self._move(label, project, line, amount)
        self._holdings.earn(merchant, amount)
        said = {"project": project, "line": line, "merchant": merchant, "amount": amount}
        self._rows.add(invoice=invoice, **said, premium=event.premium, **origin(place))

    def _give_back(self, place: Place, event: SpendingReturned) -> None:
        row, label = self._rows.change(event.invoice), f"spending 0x{event.invoice.hex()}"
        expect(label, (event.project, event.merchant), (row["project"], row["merchant"]))
        left, premium_left = row["amount"] - row["returned"], row["premium"] - row["premium_returned"]
        expect(f"{label}: returned", event.amount <= left, True)
        expect(f"{label}: premium", event.premium, premium_left * event.amount // left if left else 0)
        self._echoes.answer(label, SaleUndone(event.merchant, event.premium))
        self._holdings.give_back(event.merchant, event.amount)
        self._move(label, event.project, row["line"], -event.amount)
        row["returned"] += event.amount
        row["premium_returned"] += event.premium
        said = {"invoice": event.invoice, "amount": event.amount, "premium": event.premium}
        self._returns.append({**said, **origin(place)})

    def _move(self, label: str, project: int, line: int, amount: int) -> None:
        """Spend `amount` of an account on a line; less than 0 comes back."""
        row, of_line = self._projects.row(project, *SPENDING), self._lines.change(project, line)
        row["balance"] -= amount
        of_line["spent"] += amount
        expect(f"{label}: account", row["balance"] >= 0, True)
        expect(f"{label}: line {line}", of_line["spent"] <= of_line["amount"], True)
