"""Lists ask the database as often for thirty rows as for three."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlmodel import Session

from endogene_token.indexer.project_models import (
    Project,
    ProjectCall,
    ProjectFact,
    ProjectLine,
    ProjectTranche,
)
from endogene_token.indexer.vote_models import Resolution, ResolutionTally
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import Criterion, ProjectState, TrancheState
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import writing
from tests.api.staff_house import House
from tests.browser.office_house import blank, furnished, logged_in, read
from tests.town import ALICE, BASILE

FEW, MANY = range(10, 13), range(13, 40)
LISTS = (
    *("/data/projects.json", "/data/votes.json", "/projects", "/projects?view=map", "/projects?state=late"),
    *("/votes", "/v1/projects", "/v1/calls", "/v1/resolutions"),
    *("/office/projects", "/office/claims", "/office/votes"),
)
TEXT = "Une serre au marché, no. {number}\n\nDe mars à novembre.\n\ngeo:46.8303,-71.2276\n"


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        yield opened


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Give a list that gets each question to the database."""
    asked: list[str] = []

    def seen(_c: object, _cursor: object, statement: str, _p: object, _context: object, _many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    event.listen(house.bare.engine, "before_cursor_execute", seen)
    try:
        yield asked
    finally:
        event.remove(house.bare.engine, "before_cursor_execute", seen)


def add(house: House, numbers: range) -> None:
    """Record projects under way and late, each with all that one has; votes with ballots; texts of each."""
    states = (ProjectState.ACTIVE, ProjectState.AWARDED)
    with writing(house.bare.engine) as connection, Session(connection) as session:
        for number in numbers:
            text, of = number.to_bytes(32), {"project": number}
            session.add(RelayText(hash=text, text=TEXT.format(number=number)))
            session.add(blank(ProjectCall, number=number, text_hash=text, budget=1, closes_at=1))
            plan = {"submitted_at": 1, "awarded_at": 1, "amount": 300, "mentor": BASILE, "is_mentored": 1}
            session.add(
                blank(Project, number=number, call=number, state=states[number % 2], text_hash=text, **plan)
            )
            claimed = {"state": TrancheState.CLAIMED, "milestone": text, "evidence": text, "claim_hash": text}
            session.add(
                blank(ProjectTranche, **of, position=0, amount=300, due_at=2, since=number, **claimed)
            )
            session.add(blank(ProjectLine, **of, position=0, amount=300, spent=20))
            session.add(blank(ProjectFact, **of, criterion=Criterion.ISSUE, value=4, attestor=ALICE))
            vote = {"proposer": ALICE, "calls": "[]", "charter": 1, "opens_at": 1, "closes_at": 2}
            session.add(blank(Resolution, number=number, text_hash=text, **vote))
            session.add(ResolutionTally(resolution=number, category=0, choice=1, count=9))
        session.flush()


def test_a_list_asks_the_database_as_often_for_thirty_rows_as_for_three(house: House) -> None:
    """The public's tables and pages, the answers of the API, the office's pages: each tells all of them."""
    director = logged_in(house, StaffRole.DIRECTOR)
    found: dict[str, list[int]] = {one: [] for one in LISTS}
    for numbers in (FEW, MANY):
        add(house, numbers)
        for path in LISTS:
            before = read(director, path)
            with counted(house) as asked:
                answer = read(director, path)
            assert (before.status_code, answer.status_code) == (200, 200), path
            found[path].append(len(asked))
        assert (
            TEXT.format(number=numbers[-1]).partition("\n")[0] in read(director, "/projects?state=late").text
        )
    assert {path: counts for path, counts in found.items() if counts[0] != counts[1]} == {}
    assert all(counts[0] for counts in found.values())
