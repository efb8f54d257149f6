"""The years of retirement that members named: kept on consent, taken back, and what is owed by them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from endogene_token.errors import (
    ConsentError,
    NoRetirementYearError,
    RetirementYearError,
    UnknownMemberError,
)
from endogene_token.indexer.models import Member
from endogene_token.indexer.money_models import Redemption
from endogene_token.office import erasure, retirements, staff
from endogene_token.office.retirements import Owed, YearOwed
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.projects import RedemptionState
from endogene_token.store import writing
from tests.town import ALICE, BASILE, CHLOE
from tests.unit.office_desk import Desk

CONSENT = date(2026, 3, 1)
YEAR = 2071  # a number that nothing else here has


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def credit(desk: Desk, **balances: int) -> None:
    """Give Alice, Basile and Chloe credits."""
    numbers = {"alice": ALICE, "basile": BASILE, "chloe": CHLOE}
    with writing(desk.engine) as connection, Session(connection) as session:
        for name, balance in balances.items():
            session.get_one(Member, numbers[name]).balance = balance
        session.commit()


def ask_back(desk: Desk, number: int, member: int, state: RedemptionState, *sums: int) -> None:
    """Record a redemption: its amount, and what is paid of it."""
    amount, paid = sums
    whole = ("reason", "attested_at", "approved_at", "closed_at", "block_number", "block_time")
    raw = ("payee", "attestor", "evidence", "approver", "transaction_hash")
    blank: dict[str, Any] = {**dict.fromkeys(whole, 0), **dict.fromkeys(raw, b"")}
    with writing(desk.engine) as connection, Session(connection) as session:
        session.add(Redemption(number=number, member=member, state=state, amount=amount, paid=paid, **blank))
        session.commit()


def keep(desk: Desk, member: int, year: int) -> None:
    with desk.changing() as change:
        retirements.keep(change, member, year, CONSENT)


def owed(desk: Desk) -> Owed:
    with desk.reading() as session:
        return retirements.owed_by_year(session)


def test_a_year_is_kept_replaced_and_taken_back(desk: Desk) -> None:
    """The last one named counts; taken back, none is known; the trail tells each step."""
    keep(desk, ALICE, 2050)
    with desk.changing() as change:
        kept = retirements.keep(change, ALICE, YEAR, CONSENT)
    assert (kept.year, kept.consented_day) == (YEAR, 20_513)
    with desk.reading() as session:
        assert [retirements.year_of(session, one) for one in (ALICE, BASILE)] == [YEAR, None]
    with desk.changing() as change:
        retirements.forget(change, ALICE)
    with desk.reading() as session:
        assert retirements.year_of(session, ALICE) is None
    assert desk.actions() == ["retirement.kept", "retirement.kept", "retirement.forgotten"]
    assert desk.counts()["office_retirement"] == 0


def test_the_trail_does_not_hold_the_year(desk: Desk) -> None:
    """It is for good, and the year is not."""
    keep(desk, ALICE, YEAR)
    [entry] = desk.entries()
    assert (entry.subject, entry.params) == (f"member:{ALICE}/retirement", '{"consented":"2026-03-01"}')
    said = entry.model_dump(exclude={"hash", "previous", "at"})
    assert str(YEAR) not in repr(said)


def test_what_cannot_be_kept_or_taken_back_is_refused(desk: Desk) -> None:
    """No consent of tomorrow, no year out of reach, no stranger, nothing to take back twice."""
    later = datetime.now(UTC).date() + timedelta(days=2)
    with pytest.raises(ConsentError), desk.changing() as change:
        retirements.keep(change, ALICE, YEAR, later)
    with pytest.raises(UnknownMemberError), desk.changing() as change:
        retirements.keep(change, 77, YEAR, CONSENT)
    for year in (CONSENT.year - retirements.SPAN - 1, CONSENT.year + retirements.SPAN + 1):
        with pytest.raises(RetirementYearError) as refusal:
            keep(desk, ALICE, year)
        assert str(year) not in str(refusal.value)
    with pytest.raises(NoRetirementYearError), desk.changing() as change:
        retirements.forget(change, ALICE)
    assert set(desk.counts().values()) == {0}


@pytest.mark.parametrize("apart", [-retirements.SPAN, retirements.SPAN])
def test_the_first_and_the_last_year_are_kept(desk: Desk, apart: int) -> None:
    """The bounds are years like others."""
    keep(desk, ALICE, CONSENT.year + apart)
    with desk.reading() as session:
        assert retirements.year_of(session, ALICE) == CONSENT.year + apart


def test_what_is_owed_is_told_by_years(desk: Desk) -> None:
    """Two of one year together, who named none last; who has no credits is in no year."""
    credit(desk, alice=700, basile=50, chloe=9)
    keep(desk, ALICE, 2040)
    assert owed(desk) == Owed((YearOwed(2040, 1, 700), YearOwed(None, 2, 59)), 0)
    keep(desk, BASILE, 2040)
    keep(desk, CHLOE, 2031)
    credit(desk, chloe=0)
    assert owed(desk) == Owed((YearOwed(2040, 2, 750),), 0)


def test_an_approved_payout_is_of_no_year(desk: Desk) -> None:
    """What two officers approved is set aside, what is only asked for waits; all is told once."""
    credit(desk, alice=700, basile=50, chloe=9)
    for member in (ALICE, BASILE, CHLOE):
        keep(desk, member, 2040)
    ask_back(desk, 1, ALICE, RedemptionState.APPROVED, 400, 100)
    ask_back(desk, 2, BASILE, RedemptionState.APPROVED, 50, 0)
    ask_back(desk, 3, CHLOE, RedemptionState.ATTESTED, 9, 0)
    ask_back(desk, 4, CHLOE, RedemptionState.PAID, 5, 5)
    assert owed(desk) == Owed((YearOwed(2040, 2, 409),), 350)
    credit(desk, basile=20)  # a refund took back some of what was approved
    assert owed(desk) == Owed((YearOwed(2040, 2, 409),), 320)


def test_erasing_the_link_forgets_the_year(desk: Desk, tmp_path: Path) -> None:
    """No row stays, and nothing tells it."""
    person = Person(StaffRole.MEMBER, "Alice Roy", member=ALICE)
    with desk.changing() as change:
        row = staff.create(change, desk.secret, person)
        staff.note(change, "staff.demonstrated", row)
    keep(desk, ALICE, YEAR)
    keep(desk, BASILE, YEAR)
    with desk.changing() as change:
        erasure.erase_link(change, ALICE)
    with desk.reading() as session:
        assert [retirements.year_of(session, one) for one in (ALICE, BASILE)] == [None, YEAR]
    assert "retirement.forgotten" in desk.actions()
