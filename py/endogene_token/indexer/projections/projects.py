"""The projects and the states that each has gone through."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.money_events import (
    CommitmentReturned,
    Committed,
    CurrencyRecalled,
    CurrencyReclaimed,
    ProjectSpent,
    SpendingReturned,
)
from endogene_token.indexer.project_events import (
    MentoringAccepted,
    ProjectAwarded,
    ProjectClosed,
    ProjectDrafted,
    ProjectEligible,
    ProjectEvaluated,
    ProjectEvent,
    ProjectResumed,
    ProjectSubmitted,
    ProjectSuspended,
    PutToVote,
    VoteLost,
)
from endogene_token.indexer.project_models import Project
from endogene_token.indexer.projections.base import Route, expect, expect_any, on, origin
from endogene_token.indexer.projections.echoes import Echoes
from endogene_token.indexer.projections.project_calls import ProjectCalls
from endogene_token.indexer.projections.rows import Rows
from endogene_token.projects import Instrument, ProjectState

State = ProjectState
RUNNING: Final = (State.AWARDED, State.ACTIVE)
SPENDING: Final = (*RUNNING, State.COMPLETED)
STANDING: Final = (*RUNNING, State.SUSPENDED)
CLOSED: Final = (State.TERMINATED, State.LAPSED)
ENDED: Final = {State.COMPLETED: (State.COMPLETED, State.TERMINATED), State.EVALUATED: (State.EVALUATED,)}
"""What a project that has ended may be when what it did not spend returns."""
NAMES_PROJECT: Final = ProjectEvent | ProjectSpent | SpendingReturned


class Projects:
    """A step that its state does not allow was never taken: then a log is missing, or came twice."""

    def __init__(self, calls: ProjectCalls, echoes: Echoes) -> None:
        self._calls = calls
        self._echoes = echoes
        self._rows = Rows(table_of(Project))
        self._last = 0

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the projects that the events name, and the number of the last."""
        self._last = self._rows.last(connection)
        self._rows.load(connection, "number", named(events))

    def routes(self) -> Iterable[Route]:
        """Follow the book."""
        return [
            on(ProjectDrafted, self._draft),
            on(ProjectSubmitted, self._submit),
            on(MentoringAccepted, self._mentor),
            on(ProjectEligible, self._qualify),
            on(PutToVote, self._put_to_vote),
            on(VoteLost, self._lose_vote),
            on(ProjectAwarded, self._award),
            on(ProjectSuspended, self._suspend),
            on(ProjectResumed, self._resume),
            on(ProjectEvaluated, self._evaluate),
            on(ProjectClosed, self._close),
        ]

    def row(self, number: int, *states: ProjectState) -> dict[str, Any]:
        """Return a project to be changed, which stands in one of `states`, or in any when none is given.

        Raises LedgerMismatchError.
        """
        row = self._rows.change(number)
        if states:
            expect_any(f"project {number}: state", row["state"], *states)
        return row

    def attestor(self, number: int) -> int:
        """Return the member who attests what the project states."""
        return self._calls.attestor(self._rows.look(number)["call"])

    def write(self, connection: Connection) -> None:
        """Write each project that changed once."""
        self._rows.write(connection)

    def _draft(self, place: Place, event: ProjectDrafted) -> None:
        expect(f"project {event.project}", event.project, self._last + 1)
        self._last = event.project
        self._calls.attestor(event.call)  # Raises for a call that was never opened.
        said = {"call": event.call, "applicant": event.applicant, "text_hash": event.text}
        self._rows.add(number=event.project, state=int(State.DRAFT), **said, **origin(place))

    def _submit(self, place: Place, event: ProjectSubmitted) -> None:
        plan = event.plan
        row, label = self.row(event.project, State.DRAFT), f"project {event.project}"
        expect(f"{label}: tranches", sum(one.amount for one in plan.tranches), plan.amount)
        expect(f"{label}: lines", sum(one.amount for one in plan.lines), plan.amount)
        row.update(
            state=int(State.SUBMITTED),
            instrument=plan.instrument,
            mentor=plan.mentor,
            signer=plan.signer,
            amount=plan.amount,
            sought=plan.sought,
            expires_at=plan.expires_at,
            first_due_at=plan.loan.first_due_at,
            instalment_interval=plan.loan.interval,
            instalments=plan.loan.instalments,
            tranches=len(plan.tranches),
            submitted_at=place.block_time,
        )

    def _mentor(self, _place: Place, event: MentoringAccepted) -> None:
        row = self.row(event.project, State.SUBMITTED)
        expect(f"project {event.project}: mentor", event.mentor, row["mentor"])
        row["is_mentored"] = 1

    def _qualify(self, _place: Place, event: ProjectEligible) -> None:
        self.row(event.project, State.SUBMITTED)["state"] = int(State.ELIGIBLE)

    def _put_to_vote(self, _place: Place, event: PutToVote) -> None:
        row = self.row(event.project, State.ELIGIBLE)
        row.update(state=int(State.BALLOTED), resolution=event.resolution)

    def _lose_vote(self, _place: Place, event: VoteLost) -> None:
        row = self.row(event.project, State.BALLOTED)
        expect(f"project {event.project}: resolution", event.resolution, row["resolution"])
        row["state"] = int(State.ELIGIBLE)

    def _award(self, place: Place, event: ProjectAwarded) -> None:
        row, label = self.row(event.project, State.BALLOTED), f"project {event.project}: award"
        expect(label, event.amount, row["amount"])
        self._echoes.answer(label, Committed(event.project, event.amount))
        self._calls.award(row["call"], event.amount)
        row.update(state=int(State.AWARDED), awarded_at=place.block_time)

    def _suspend(self, _place: Place, event: ProjectSuspended) -> None:
        row = self.row(event.project, *SPENDING)
        row.update(resumes_to=row["state"], state=int(State.SUSPENDED))

    def _resume(self, _place: Place, event: ProjectResumed) -> None:
        row = self.row(event.project, State.SUSPENDED)
        row["state"] = row["resumes_to"]

    def _evaluate(self, _place: Place, event: ProjectEvaluated) -> None:
        self.row(event.project, State.COMPLETED).update(state=int(State.EVALUATED), report=event.report)

    def _close(self, place: Place, event: ProjectClosed) -> None:
        """What was not released and what was not spent returns; what is done stays so, or is terminated."""
        number, label = event.project, f"project {event.project}: closing"
        row = self.row(number, *STANDING, *ENDED)
        expect_any(f"{label}: state", event.state, *ENDED.get(row["state"], CLOSED))
        if event.state == row["state"]:  # told once: nothing is left to return again
            expect(f"{label}: something is unspent", event.unspent > 0, True)
        expect(f"{label}: recalled", event.recalled, row["amount"] - row["released"])
        expect(f"{label}: unspent", event.unspent, row["balance"])
        if event.recalled:
            self._echoes.answer(label, CommitmentReturned(number, event.recalled))
        self._echoes.answer(label, CurrencyRecalled(number, event.unspent))
        self._reclaim(label, row, event.unspent)
        row.update(state=event.state, recalled=event.recalled, balance=0, closed_at=place.block_time)
        row["unspent"] += event.unspent

    def _reclaim(self, label: str, row: dict[str, Any], unspent: int) -> None:
        """Settle with what returns unspent what a loan still owes; the rest is the fund's again."""
        is_loan = row["instrument"] == Instrument.LOAN
        owed = row["released"] - row["repaid"] - row["written_off"] if is_loan else 0
        settled = min(unspent, owed)
        for amount, settles in ((settled, True), (unspent - settled, False)):
            if amount:
                self._echoes.answer(label, CurrencyReclaimed(row["number"], amount, settles))
        row["repaid"] += settled


def named(events: Sequence[Event]) -> set[int]:
    """Return the numbers of the projects that the events name."""
    return {event.project for event in events if isinstance(event, NAMES_PROJECT)}
