"""What a dossier says of its project: partners, facts, related members, pledges."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.project_events import (
    CoFinancingPledged,
    DossierEvent,
    FactAttested,
    FactStated,
    PartnerAdded,
    PartnerAttested,
    RelationDeclared,
)
from endogene_token.indexer.project_models import (
    CoFinancingPledge,
    ProjectFact,
    ProjectPartner,
    ProjectRelation,
)
from endogene_token.indexer.projections.base import Route, expect, on, origin
from endogene_token.indexer.projections.projects import Projects
from endogene_token.indexer.projections.rows import Rows
from endogene_token.projects import ProjectState

PLEDGES: Final = table_of(CoFinancingPledge)
NOBODY: Final = 0


class Dossiers:
    """A draft is written by its applicant; once it is submitted, what it says is attested, and stands."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._partners = Rows(table_of(ProjectPartner))
        self._facts = Rows(table_of(ProjectFact))
        self._relations = Rows(table_of(ProjectRelation))
        self._pledges: list[dict[str, Any]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the dossiers that the events name."""
        dossiers = {event.project for event in events if isinstance(event, DossierEvent)}
        for rows in (self._partners, self._facts, self._relations):
            rows.load(connection, "project", dossiers)

    def routes(self) -> Iterable[Route]:
        """Follow the book."""
        return [
            on(PartnerAdded, self._add_partner),
            on(PartnerAttested, self._attest_partner),
            on(FactStated, self._state_fact),
            on(FactAttested, self._attest_fact),
            on(RelationDeclared, self._relate),
            on(CoFinancingPledged, self._pledge),
        ]

    def write(self, connection: Connection) -> None:
        """Write each row that changed once."""
        for rows in (self._partners, self._facts, self._relations):
            rows.write(connection)
        insert(connection, PLEDGES, self._pledges)

    def _add_partner(self, _place: Place, event: PartnerAdded) -> None:
        number = event.project
        self._projects.row(number, ProjectState.DRAFT)
        expect(f"project {number}: partner", event.index, len(list(self._partners.of(number))))
        said = event.partner._asdict() | {"attested": int(event.partner.attested)}
        self._partners.add(project=number, position=event.index, **said)

    def _attest_partner(self, _place: Place, event: PartnerAttested) -> None:
        self._attestor(event.project, event.attestor)
        self._partners.change(event.project, event.index)["attested"] = 1

    def _state_fact(self, _place: Place, event: FactStated) -> None:
        self._projects.row(event.project, ProjectState.DRAFT)
        said = {"value": event.value, "evidence": event.evidence, "attestor": NOBODY}
        if (event.project, event.criterion) in self._facts:
            self._facts.change(event.project, event.criterion).update(said)
        else:
            self._facts.add(project=event.project, criterion=event.criterion, **said)

    def _attest_fact(self, _place: Place, event: FactAttested) -> None:
        self._attestor(event.project, event.attestor)
        self._facts.change(event.project, event.criterion)["attestor"] = event.attestor

    def _attestor(self, project: int, attestor: int) -> None:
        self._projects.row(project, ProjectState.SUBMITTED)
        expect(f"project {project}: attestor", attestor, self._projects.attestor(project))

    def _relate(self, _place: Place, event: RelationDeclared) -> None:
        self._projects.row(event.project)  # Raises for a project that was never drafted.
        self._relations.add(**event._asdict())

    def _pledge(self, place: Place, event: CoFinancingPledged) -> None:
        self._projects.row(event.project)  # As above.
        self._pledges.append({**event._asdict(), **origin(place)})
