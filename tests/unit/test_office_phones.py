"""Telephone numbers: one form, kept as keyed hashes with the day of consent, erased on demand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from endogene_token.errors import (
    ConsentError,
    NoPhoneError,
    PhoneNumberError,
    PhoneTakenError,
    SettingError,
    UnknownMemberError,
    UnknownPhoneError,
)
from endogene_token.office import phones, sandbox
from endogene_token.office.secret import Purpose
from tests.town import ALICE, BASILE
from tests.unit.office_desk import Desk

NUMBER = "+14186921234"
CONSENT = date(2026, 3, 1)
NAMES = ("E164", "INTERNATIONAL", "NATIONAL", "RFC3966")
FORMS = [getattr(phonenumbers.PhoneNumberFormat, one) for one in NAMES]


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


@given(st.integers(200_0000, 999_9999), st.sampled_from(FORMS))
def test_a_number_has_one_form_however_it_is_written(line: int, form: int) -> None:
    """National, international, as a link: the till finds what the registrar kept."""
    parsed = phonenumbers.PhoneNumber(country_code=1, national_number=418_000_0000 + line)
    assume(phonenumbers.is_valid_number(parsed))
    assert phones.normal(phonenumbers.format_number(parsed, form), "CA") == f"+1418{line}"


@pytest.mark.parametrize(
    ("written", "region", "read"),
    [
        ("418 692-1234", "CA", NUMBER),
        ("(418) 692.1234", "CA", NUMBER),
        ("1-418-692-1234", "CA", NUMBER),
        ("+1 418 692 1234", "FR", NUMBER),
        ("01 42 68 53 00", "FR", "+33142685300"),
        ("+33 (0)1 42 68 53 00", "CA", "+33142685300"),
    ],
)
def test_a_number_without_a_country_is_one_of_the_region(written: str, region: str, read: str) -> None:
    """The default region is a setting; a number with its country's code needs none."""
    assert phones.normal(written, region) == read


@given(st.text(max_size=300) | st.integers(0, 10**6).map(str))
def test_what_cannot_be_called_is_refused_and_not_repeated(text: str) -> None:
    """A log or a screen never shows what might be somebody's number."""
    try:
        read = phones.normal(text, "CA")
    except PhoneNumberError as error:
        refusal = error
    else:
        assert phones.normal(read, "FR") == read
        return
    assert refusal.actual == "CA"
    assert refusal.__suppress_context__ or refusal.__context__ is None


def test_an_extension_is_no_number_of_a_person() -> None:
    """Two members behind one switchboard would be one."""
    with pytest.raises(PhoneNumberError):
        phones.normal("418 692-1234 ext. 12", "CA")


def test_a_region_that_is_none_is_named() -> None:
    """A fault of the setting is not blamed on the number."""
    with pytest.raises(SettingError, match="phone_region"):
        phones.normal("418 692-1234", "QC")


def test_a_kept_number_is_found_replaced_and_erased(desk: Desk) -> None:
    """The last one given counts; erased, nothing finds the member; the trail tells each step."""
    with desk.changing() as change:
        kept = phones.keep(change, desk.secret, ALICE, "+14186920000", CONSENT)
    assert kept.consented_day == 20_513
    with desk.changing() as change:
        phones.keep(change, desk.secret, ALICE, NUMBER, CONSENT)
    with desk.reading() as session:
        assert phones.holder(session, desk.secret, NUMBER) == ALICE
        with pytest.raises(UnknownPhoneError):
            phones.holder(session, desk.secret, "+14186920000")
    with desk.changing() as change:
        phones.erase(change, ALICE)
    with desk.reading() as session, pytest.raises(UnknownPhoneError):
        phones.holder(session, desk.secret, NUMBER)
    assert desk.actions() == ["phone.kept", "phone.kept", "phone.erased"]
    assert desk.counts()["office_phone"] == 0


def test_a_number_belongs_to_one_member(desk: Desk) -> None:
    """Who is found by a number must not depend on chance; erased, it may be another's."""
    with desk.changing() as change:
        phones.keep(change, desk.secret, ALICE, NUMBER, CONSENT)
    with pytest.raises(PhoneTakenError), desk.changing() as change:
        phones.keep(change, desk.secret, BASILE, NUMBER, CONSENT)
    with desk.changing() as change:
        phones.erase(change, ALICE)
    with desk.changing() as change:
        phones.keep(change, desk.secret, BASILE, NUMBER, CONSENT)
    with desk.reading() as session:
        assert phones.holder(session, desk.secret, NUMBER) == BASILE


def test_what_cannot_be_kept_or_erased_is_refused(desk: Desk) -> None:
    """No consent of tomorrow, no number of a stranger, nothing to erase twice."""
    later = datetime.now(UTC).date() + timedelta(days=2)
    with pytest.raises(ConsentError), desk.changing() as change:
        phones.keep(change, desk.secret, ALICE, NUMBER, later)
    with pytest.raises(UnknownMemberError), desk.changing() as change:
        phones.keep(change, desk.secret, 77, NUMBER, CONSENT)
    with pytest.raises(NoPhoneError), desk.changing() as change:
        phones.erase(change, ALICE)
    assert set(desk.counts().values()) == {0}


def test_the_database_holds_a_hash_and_never_the_number(desk: Desk, tmp_path: Path) -> None:
    """Nothing of its digits; and as a card, the same digits have another hash."""
    with desk.changing() as change:
        kept = phones.keep(change, desk.secret, ALICE, NUMBER, CONSENT)
    assert kept.number_hash == desk.secret.hashed(Purpose.PHONE, NUMBER)
    assert kept.number_hash != desk.secret.hashed(Purpose.CARD, NUMBER)
    written = desk.written(tmp_path)
    digits = NUMBER.removeprefix("+1")
    assert [one for one in (NUMBER, digits, digits[3:]) if one.encode() in written] == []
    assert b"phone.kept" in written, "the search reads what is written"


def test_test_numbers_are_numbers_that_no_member_can_have() -> None:
    """Of the range kept for fiction, in the form that the lookup asks for."""
    found = [phones.normal(one, "CA") for one in ("418 555-0101", "418 555-0102")]
    assert [sandbox.phone_holder(one) for one in found] == [sandbox.FIRST_MEMBER, sandbox.SECOND_MEMBER]
    with pytest.raises(UnknownPhoneError):
        sandbox.phone_holder(NUMBER)
