"""The tranches of each project's money: claimed, reviewed, released, accounted for, one after the other."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import CommitmentReleased, CurrencyIssued
from endogene_token.indexer.project_events import (
    AccountFiled,
    ClaimLapsed,
    ClaimReviewed,
    ProjectClosed,
    ProjectCompleted,
    ProjectSubmitted,
    TrancheAccounted,
    TrancheClaimed,
    TrancheEvent,
    TrancheReleased,
)
from endogene_token.indexer.project_models import ProjectTranche
from endogene_token.indexer.projections.base import Route, expect, expect_any, on
from endogene_token.indexer.projections.echoes import Echoes
from endogene_token.indexer.projections.projects import RUNNING, Projects
from endogene_token.indexer.projections.rows import Rows
from endogene_token.projects import Claim, Instrument, ProjectState
from endogene_token.projects import TrancheState as State


class Tranches:
    """Three members stand behind each release, all of exactly one claim, which is told by its hash."""

    def __init__(self, projects: Projects, echoes: Echoes) -> None:
        self._projects = projects
        self._echoes = echoes
        self._rows = Rows(table_of(ProjectTranche))

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the tranches of the projects that the events move."""
        moved = {event.project for event in events if isinstance(event, TrancheEvent | ProjectClosed)}
        self._rows.load(connection, "project", moved)

    def routes(self) -> Iterable[Route]:
        """Follow the book."""
        return [
            on(ProjectSubmitted, self._plan),
            on(TrancheClaimed, self._claim),
            on(ClaimReviewed, self._review),
            on(TrancheReleased, self._release),
            on(ClaimLapsed, self._lapse),
            on(AccountFiled, self._file_account),
            on(TrancheAccounted, self._account),
            on(ProjectCompleted, self._complete),
            on(ProjectClosed, self._recall),
        ]

    def write(self, connection: Connection) -> None:
        """Write each tranche that changed once."""
        self._rows.write(connection)

    def _plan(self, _place: Place, event: ProjectSubmitted) -> None:
        for position, planned in enumerate(event.plan.tranches):
            self._rows.add(project=event.project, position=position, **planned._asdict())

    def _tranche(self, event: TrancheEvent, *states: State) -> dict[str, Any]:
        """Return the tranche of a running project, which stands in one of `states`."""
        self._projects.row(event.project, *RUNNING)
        row = self._rows.change(event.project, event.tranche)
        expect_any(f"{_label(event)}: state", row["state"], *states)
        return row

    def _claim(self, place: Place, event: TrancheClaimed) -> None:
        label, row = _label(event), self._tranche(event, State.LOCKED, State.REJECTED)
        project, claim = self._projects.row(event.project), event.claim
        expect(f"{label}: the next to be accounted for", event.tranche, project["accounted"])
        expected = (event.project, event.tranche, row["attempt"] + 1, row["amount"], project["signer"])
        expect(f"{label}: claim", claim[:5], expected)
        expect(f"{label}: claim", event.claim_hash, Claim(*claim).hash)
        # Law 6: outside money came in proportion to what is out already.
        in_proportion = project["received"] * project["amount"] >= project["sought"] * project["released"]
        expect(f"{label}: co-financed", in_proportion, True)
        said = {"claim_hash": event.claim_hash, "evidence": claim.evidence, "payee": claim.payee}
        row.update(**said, attempt=claim.attempt, reviewer=0, releaser=0)
        _move(row, State.CLAIMED, place)

    def _review(self, place: Place, event: ClaimReviewed) -> None:
        row = self._judged(event, State.CLAIMED)
        expect(f"{_label(event)}: mentor", event.reviewer, self._projects.row(event.project)["mentor"])
        row["reviewer"] = event.reviewer
        _move(row, State.REVIEWED if event.approved else State.REJECTED, place)

    def _release(self, place: Place, event: TrancheReleased) -> None:
        label, row = _label(event), self._judged(event, State.REVIEWED)
        project = self._projects.row(event.project)
        expect(f"{label}: amount", event.amount, row["amount"])
        # Law 9: three different members.
        judges = {project["applicant"], row["reviewer"], event.releaser}
        expect(f"{label}: applicant, reviewer and releaser", len(judges), 3)
        is_loan = project["instrument"] == Instrument.LOAN
        self._echoes.answer(
            label,
            CommitmentReleased(event.project, event.amount, is_loan),
            CurrencyIssued(event.project, event.amount),
        )
        project["state"] = int(ProjectState.ACTIVE)
        project["released"] += event.amount
        project["balance"] += event.amount
        row.update(releaser=event.releaser, released_at=place.block_time)
        _move(row, State.RELEASED, place)

    def _judged(self, event: ClaimReviewed | TrancheReleased, state: State) -> dict[str, Any]:
        row = self._tranche(event, state)
        expect(f"{_label(event)}: claim", event.claim_hash, row["claim_hash"])
        return row

    def _lapse(self, place: Place, event: ClaimLapsed) -> None:
        row = self._tranche(event, State.CLAIMED, State.REVIEWED)
        expect(f"{_label(event)}: lapsed from", event.state, row["state"])
        _move(row, State.LOCKED, place)

    def _file_account(self, _place: Place, event: AccountFiled) -> None:
        self._tranche(event, State.RELEASED)["account"] = event.account

    def _account(self, place: Place, event: TrancheAccounted) -> None:
        label, row = _label(event), self._tranche(event, State.RELEASED)
        project = self._projects.row(event.project)
        expect(f"{label}: account", event.account, row["account"])
        expect(f"{label}: mentor", event.reviewer, project["mentor"])
        project["accounted"] += 1
        _move(row, State.ACCOUNTED, place)

    def _complete(self, place: Place, event: ProjectCompleted) -> None:
        project = self._projects.row(event.project, *RUNNING)
        expect(f"project {event.project}: accounted", project["accounted"], project["tranches"])
        project.update(state=int(ProjectState.COMPLETED), completed_at=place.block_time)

    def _recall(self, _place: Place, event: ProjectClosed) -> None:
        """Take back what was not released; the chain leaves `since` as it is."""
        open_ = [row for row in self._rows.of(event.project) if row["state"] not in _OUT]
        for row in open_:
            self._rows.change(event.project, row["position"])["state"] = int(State.RECALLED)


_OUT = (State.RELEASED, State.ACCOUNTED)


def _move(row: dict[str, Any], state: State, place: Place) -> None:
    row.update(state=int(state), since=place.block_time)


def _label(event: TrancheEvent) -> str:
    return f"project {event.project}: tranche {event.tranche}"
