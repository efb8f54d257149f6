"""Erasing a member's link: every name that nobody needs goes; what the books and an office need stays."""

from collections.abc import Iterator

import pytest

from api.erasing import erase
from endogene_token.indexer.money_models import Redemption
from endogene_token.office import staff
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.projects import RedemptionState
from endogene_token.treasury.collect import mandates
from endogene_token.treasury.collect.models import BankItem, BankPayee
from tests.browser.office_house import blank
from tests.town import ALICE, BASILE
from tests.unit.collect_desk import CollectDesk

NAME = "Alice Roy"
COMMITMENT = b"\x31" * 32


@pytest.fixture
def desk(database_url: str) -> Iterator[CollectDesk]:
    desk = CollectDesk(database_url)
    yield desk
    desk.engine.dispose()


def opened(desk: CollectDesk, role: StaffRole, member: int = ALICE) -> str:
    with desk.changing() as change:
        row = staff.create(change, desk.secret, Person(role, NAME, member=member))
        staff.note(change, "staff.demonstrated", row)
        return row.id


def ended(desk: CollectDesk, account: str) -> None:
    with desk.changing() as change:
        staff.end(change, account)


def erased(desk: CollectDesk) -> None:
    with desk.changing() as change:
        erase(change, ALICE)


def names(desk: CollectDesk, *accounts: str) -> list[str]:
    with desk.reading() as session:
        return [staff.name_of(desk.secret, session.get_one(OfficeAccount, one)) for one in accounts]


def payee(desk: CollectDesk, number: int) -> BankPayee:
    with desk.reading() as session:
        return session.get_one(BankPayee, number)


def test_a_seat_keeps_its_name_until_it_ends_and_no_account_that_ended_does(desk: CollectDesk) -> None:
    """The wallet before the present one, too; another member's names are not touched."""
    old = opened(desk, StaffRole.MEMBER)
    ended(desk, old)
    wallet, seat = opened(desk, StaffRole.MEMBER), opened(desk, StaffRole.DIRECTOR)
    other = opened(desk, StaffRole.MEMBER, BASILE)
    ended(desk, other)
    erased(desk)
    assert names(desk, old, wallet, seat, other) == ["", "", NAME, NAME]
    ended(desk, seat)
    assert names(desk, seat, other) == ["", NAME]


def test_who_comes_back_with_a_new_wallet_keeps_the_name_of_a_seat(desk: CollectDesk) -> None:
    """What was erased before says nothing of the new link."""
    erased(desk)
    seat = opened(desk, StaffRole.MENTOR)
    opened(desk, StaffRole.MEMBER)
    ended(desk, seat)
    assert names(desk, seat) == [NAME]


def test_an_account_on_which_nothing_was_to_be_paid_is_forgotten(desk: CollectDesk) -> None:
    """Holder and account; another member's stays."""
    own, other = desk.pay_on("member", ALICE, COMMITMENT), desk.pay_on("member", BASILE, COMMITMENT)
    erased(desk)
    row = payee(desk, own)
    assert (row.name, row.tail, row.sealed_account, row.commitment) == ("", "", b"", b"")
    assert row.state == mandates.ENDED
    assert payee(desk, other).name
    assert "payee.forgotten" in desk.actions()


@pytest.mark.parametrize("kept", ["paid", "awaited", "closed", "of another"])
def test_an_account_that_the_books_need_stays(desk: CollectDesk, kept: str) -> None:
    """One that a payment names, or a redemption under way does: not one that is over, or of another."""
    number = desk.pay_on("member", ALICE, COMMITMENT)
    state = RedemptionState.DROPPED if kept == "closed" else RedemptionState.APPROVED
    named = bytes(32) if kept == "of another" else COMMITMENT
    payment = {"reference": "C1", "direction": "credit", "party": "member", "party_number": ALICE}
    if kept == "paid":
        desk.keep(blank(BankItem, account=number, state="settled", **payment))
    else:
        desk.keep(blank(Redemption, number=1, member=ALICE, state=state, payee=named))
    erased(desk)
    assert bool(payee(desk, number).name) == (kept in {"paid", "awaited"})
