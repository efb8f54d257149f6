"""Cards: a number that notices a misread, kept as a keyed hash; one a member; a lost one replaced."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from endogene_token.errors import (
    CardHeldError,
    CardNumberError,
    EndogeneError,
    NoCardError,
    RevokedCardError,
    UnknownCardError,
    UnknownMemberError,
)
from endogene_token.office import cards, sandbox
from endogene_token.office.card_numbers import (
    ALPHABET,
    LENGTH,
    grouped,
    new_number,
    payload,
    read_number,
    svg,
)
from endogene_token.office.models import OfficeCard
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.office.trail import Change
from tests.town import ALICE, BASILE
from tests.unit.office_desk import Desk

LETTERS = st.sampled_from(ALPHABET)
PLACES = st.integers(0, LENGTH - 1)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


@pytest.mark.parametrize("number", [sandbox.CARD, sandbox.REVOKED_CARD, new_number()], ids=["1", "2", "new"])
def test_a_number_is_read_back_however_it_is_typed(number: str) -> None:
    """Grouped, in small letters, as a payload; O for 0 and I or L for 1, as Crockford reads them."""
    typed = number.replace("0", "o").replace("1", "l")
    forms = (number, grouped(number), payload(number), payload(number).upper(), f" {grouped(typed).lower()} ")
    assert {read_number(one) for one in forms} == {number}
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", grouped(number))


@given(PLACES, LETTERS)
def test_one_character_misread_is_noticed_wherever_it_stands(place: int, letter: str) -> None:
    """The sale is never booked to a stranger for a scratch."""
    number = new_number()
    wrong = number[:place] + letter + number[place + 1 :]
    if wrong != number:
        with pytest.raises(CardNumberError):
            read_number(wrong)


@given(PLACES, PLACES)
def test_two_characters_exchanged_are_noticed_wherever_they_stand(first: int, second: int) -> None:
    """The commonest slip of a hand, and also of two that are not neighbours."""
    number = new_number()
    letters = list(number)
    letters[first], letters[second] = letters[second], letters[first]
    if "".join(letters) != number:
        with pytest.raises(CardNumberError):
            read_number("".join(letters))


@given(st.text(max_size=200))
def test_what_is_no_number_is_refused_and_not_repeated(text: str) -> None:
    """Whatever a scanner gives: a sentence, without what was scanned."""
    with pytest.raises(CardNumberError) as refusal:
        read_number(text)
    assert isinstance(refusal.value.actual, int)


def test_numbers_have_eighty_random_bits() -> None:
    """Every place of the sixteen takes every value; none is drawn twice."""
    drawn = [new_number() for _ in range(2000)]
    assert len(set(drawn)) == len(drawn)
    assert all({one[place] for one in drawn} == set(ALPHABET) for place in range(LENGTH))


def test_the_square_code_is_an_svg_that_scales_and_has_a_name() -> None:
    """For print: no size in pixels; a title for those who do not see it; nothing is fetched."""
    drawn = svg(new_number(), "Carte de membre")
    assert "<title>Carte de membre</title>" in drawn
    assert "viewBox" in drawn
    assert re.search(r"<svg[^>]* (width|height)=", drawn) is None
    assert "<script" not in drawn


def test_a_card_names_its_member_until_it_is_replaced(desk: Desk) -> None:
    """The new one serves at once, the old one at once no more; the register is not touched."""
    with desk.changing() as change:
        first = cards.issue(change, desk.secret, ALICE)
    with desk.reading() as session:
        assert cards.holder(session, desk.secret, grouped(first.number)) == ALICE
    with desk.changing() as change:
        second = cards.replace(change, desk.secret, ALICE)
    with desk.reading() as session:
        assert cards.holder(session, desk.secret, payload(second.number)) == ALICE
        with pytest.raises(RevokedCardError):
            cards.holder(session, desk.secret, first.number)
        assert [one.reason for one in cards.cards_of(session, ALICE)] == ["replaced", None]
    assert desk.actions() == ["card.issued", "card.replaced"]


def test_a_lost_card_is_revoked_and_another_may_be_issued(desk: Desk) -> None:
    """By its number in the list: who lost a card does not know what is printed on it."""
    with desk.changing() as change:
        first = cards.issue(change, desk.secret, ALICE)
    with desk.changing() as change:
        assert cards.revoke(change, ALICE, first.card).reason == "lost"
    with desk.changing() as change:
        assert cards.issue(change, desk.secret, ALICE).card != first.card


@pytest.mark.parametrize(
    "act", ["issue again", "replace none", "revoke again", "revoke another's", "issue to nobody"]
)
def test_what_cannot_be_done_changes_nothing_and_leaves_no_entry(desk: Desk, act: str) -> None:
    """Each refusal by its own error; rows and trail stay as they were."""
    with desk.changing() as change:
        card = cards.issue(change, desk.secret, ALICE).card
    with desk.changing() as change:
        cards.revoke(change, ALICE, card)
    with desk.changing() as change:
        held = cards.issue(change, desk.secret, ALICE).card
    before = desk.counts()
    acts: dict[str, tuple[type[EndogeneError], Callable[[Change], object]]] = {
        "issue again": (CardHeldError, lambda change: cards.issue(change, desk.secret, ALICE)),
        "replace none": (NoCardError, lambda change: cards.replace(change, desk.secret, BASILE)),
        "revoke again": (RevokedCardError, lambda change: cards.revoke(change, ALICE, card)),
        "revoke another's": (UnknownCardError, lambda change: cards.revoke(change, BASILE, held)),
        "issue to nobody": (UnknownMemberError, lambda change: cards.issue(change, desk.secret, 77)),
    }
    expected, call = acts[act]
    with desk.changing() as change:
        with pytest.raises(expected):
            call(change)
        change.note("nothing.done", "test")  # so that the transaction commits whatever the call wrote
    assert desk.counts() == before | {"office_trail": before["office_trail"] + 1}


def test_the_database_itself_refuses_a_second_card_in_force(desk: Desk) -> None:
    """The index holds even if the program forgot to ask."""
    with desk.changing() as change:
        cards.issue(change, desk.secret, ALICE)
    second = insert(OfficeCard).values(member=ALICE, number_hash=bytes(32), issued_at=0)
    with pytest.raises(IntegrityError), desk.changing() as change:
        change.session.execute(second)


def test_another_offices_key_finds_nobody(desk: Desk) -> None:
    """Who copies the database without the key has a list of noise."""
    with desk.changing() as change:
        number = cards.issue(change, desk.secret, ALICE).number
    with desk.reading() as session, pytest.raises(UnknownCardError):
        cards.holder(session, OfficeSecret(bytes(32)), number)


def test_the_database_holds_a_hash_and_never_the_number(desk: Desk, tmp_path: Path) -> None:
    """The bytes of its files are searched: neither form of the number, nor its payload, nor the key."""
    with structlog.testing.capture_logs() as logs, desk.changing() as change:
        card = cards.issue(change, desk.secret, ALICE)
    with desk.reading() as session:
        kept = session.exec(select(OfficeCard.number_hash)).one()
    assert kept == desk.secret.hashed(Purpose.CARD, card.number)
    written = desk.written(tmp_path)
    found = {one: one.encode() in written for one in (card.number, grouped(card.number), card.number.lower())}
    assert set(found.values()) == {False}
    assert b"card.issued" in written, "the search reads what is written"
    assert (logs, card.number in repr(card)) == ([], False)


def test_test_cards_are_whole_numbers_of_members_that_no_register_holds() -> None:
    """A sandbox that a misprint cannot leave."""
    found = (sandbox.card_holder(sandbox.CARD), sandbox.card_holder(grouped(sandbox.SECOND_CARD)))
    assert found == (sandbox.FIRST_MEMBER, sandbox.SECOND_MEMBER)
    with pytest.raises(RevokedCardError):
        sandbox.card_holder(sandbox.REVOKED_CARD)
    with pytest.raises(UnknownCardError):
        sandbox.card_holder(new_number())
