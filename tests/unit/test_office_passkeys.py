"""Passkeys of staff and officers: each thing that keeps a stranger out, and a device's copy."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from endogene_token.errors import (
    PasskeyRefusedError,
    PasskeyTakenError,
)
from endogene_token.office import invitations, passkeys
from endogene_token.office.passkeys import LOGIN
from endogene_token.office.staff_models import (
    OfficeChallenge,
)
from tests.passkey_device import PRESENT, RP_ID, VERIFIED, Device, b64, plain
from tests.unit.office_desk import Desk
from tests.unit.staff_desk import NAME, SITE, answered, invited, logged_in, member_of_staff, moved, registered


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another origin": ({"origin": "https://evil.example"}, "client data origin"),
    "another port": ({"origin": "http://localhost:8081"}, "client data origin"),
    "another site": ({"rp_id": "evil.example"}, "RP ID hash"),
    "an unverified holder": ({"flags": PRESENT}, "User verification"),
    "an absent holder": ({"flags": VERIFIED}, "User"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_registration_is_refused_from(desk: Desk, wrong: str) -> None:
    """One thing otherwise, and the library's reason is this very thing; put right, it is taken."""
    new, device = invited(desk), Device()
    changes, reason = WRONG[wrong]
    with pytest.raises(PasskeyRefusedError) as refused:
        registered(desk, new, device.but(**changes))
    assert refused.value.actual == passkeys.UNPROVEN
    assert reason in str(refused.value.__cause__)
    registered(desk, new, device)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_login_is_refused_from(desk: Desk, wrong: str) -> None:
    """As above."""
    _, device = member_of_staff(desk)
    changes, reason = WRONG[wrong]
    with pytest.raises(PasskeyRefusedError) as refused:
        logged_in(desk, device.but(count=2, **changes))
    assert reason in str(refused.value.__cause__)
    logged_in(desk, device.but(count=2))


def test_a_frame_in_another_site_opens_nothing(desk: Desk) -> None:
    """Even when the browser tells our origin: what surrounds it is not ours."""
    _, device = member_of_staff(desk)
    with pytest.raises(PasskeyRefusedError):
        logged_in(desk, device.but(count=2, is_framed=True))
    logged_in(desk, device.but(count=2))


def test_the_signature_is_checked_against_the_registered_key(desk: Desk) -> None:
    """Another key under the same name opens nothing."""
    _, device = member_of_staff(desk)
    with pytest.raises(PasskeyRefusedError) as refused:
        logged_in(desk, device.but(count=2, key=Device().key))
    assert "signature" in str(refused.value.__cause__)


def test_a_counter_that_went_back_shows_a_copy(desk: Desk) -> None:
    """The same count again, or a smaller one, is refused; a device that counts nothing may stay at nought."""
    _, device = member_of_staff(desk)
    logged_in(desk, device.but(count=5))
    for count in (5, 4, 0):
        with pytest.raises(PasskeyRefusedError) as refused:
            logged_in(desk, device.but(count=count))
        assert "sign count" in str(refused.value.__cause__)
    logged_in(desk, device.but(count=6))
    new, countless = invited(desk), Device(count=0)
    registered(desk, new, countless)
    assert [logged_in(desk, countless).id for _ in range(2)] == [new.account.id] * 2


def test_a_challenge_is_answered_once_and_in_time(desk: Desk) -> None:
    """An answer that was overheard opens nothing, even one that was refused for another reason."""
    _, device = member_of_staff(desk)
    answer = device.but(count=2).get(passkeys.login_options(desk.engine, SITE))
    assert passkeys.answer(desk.engine, answer).subject == LOGIN
    with pytest.raises(PasskeyRefusedError) as replayed:
        passkeys.answer(desk.engine, answer)
    late = device.but(count=3).get(passkeys.login_options(desk.engine, SITE))
    moved(desk, OfficeChallenge, expires_at=int(time.time()))
    with pytest.raises(PasskeyRefusedError) as expired:
        passkeys.answer(desk.engine, late)
    own = device.but(count=4).get({"challenge": b64(secrets.token_bytes(32))})
    with pytest.raises(PasskeyRefusedError) as invented:
        passkeys.answer(desk.engine, own)
    assert {one.value.actual for one in (replayed, expired, invented)} == {passkeys.UNASKED}
    with desk.reading() as session:
        assert session.exec(select(OfficeChallenge)).all() == []


def test_challenges_that_nobody_answered_are_forgotten(desk: Desk) -> None:
    """The table does not grow with questions."""
    passkeys.login_options(desk.engine, SITE)
    moved(desk, OfficeChallenge, expires_at=int(time.time()) - 1)
    passkeys.login_options(desk.engine, SITE)
    with desk.reading() as session:
        assert len(session.exec(select(OfficeChallenge)).all()) == 1


def test_a_challenge_serves_only_what_it_was_given_for(desk: Desk) -> None:
    """One of a login registers nothing, one of another account neither, and the reverse."""
    new, other, device = invited(desk), invited(desk), Device()
    for options in (
        passkeys.login_options(desk.engine, SITE),
        passkeys.registration_options(desk.engine, SITE, other.account, NAME, is_invited=True),
    ):
        answer = passkeys.answer(desk.engine, device.create(options))
        with pytest.raises(PasskeyRefusedError) as refused, desk.changing() as change:
            passkeys.register(change, SITE, answer, invitations.spend(change, new.code))
        assert refused.value.actual == passkeys.UNASKED
    registered(desk, new, device)
    options = passkeys.registration_options(desk.engine, SITE, new.account, NAME, is_invited=False)
    answer = passkeys.answer(desk.engine, device.but(count=2).get(options))
    with pytest.raises(PasskeyRefusedError) as crossed, desk.changing() as change:
        passkeys.login(change, SITE, answer)
    assert crossed.value.actual == passkeys.UNASKED


def test_an_answer_to_one_ceremony_is_none_to_the_other(desk: Desk) -> None:
    """An assertion registers nothing, an attestation logs nobody in."""
    _, device = member_of_staff(desk)
    options = passkeys.login_options(desk.engine, SITE)
    mixed = device.but(count=2).get(options)
    client = plain(mixed["response"]["clientDataJSON"]).replace(b"webauthn.get", b"webauthn.create")
    mixed["response"]["clientDataJSON"] = b64(client)
    answer = passkeys.answer(desk.engine, mixed)
    with pytest.raises(PasskeyRefusedError) as refused, desk.changing() as change:
        passkeys.login(change, SITE, answer)
    assert "client data type" in str(refused.value.__cause__)


def test_a_passkey_belongs_to_one_account(desk: Desk) -> None:
    """What is registered is not registered again, for whomever."""
    _, device = member_of_staff(desk)
    with pytest.raises(PasskeyTakenError):
        registered(desk, invited(desk), device)


def test_options_ask_for_what_is_checked(desk: Desk) -> None:
    """The browser is asked for a holder it verified; who adds a device is told those that he or she has."""
    new, device = member_of_staff(desk)
    made = passkeys.registration_options(desk.engine, SITE, new.account, NAME, is_invited=False)
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert (made["rp"]["id"], made["attestation"]) == (RP_ID, "none")
    assert plain(made["user"]["id"]) == new.account.id.encode(), (
        "a device keeps no more than the account's id"
    )
    assert [plain(one["id"]) for one in made["excludeCredentials"]] == [device.credential]
    asked = passkeys.login_options(desk.engine, SITE)
    assert (asked["userVerification"], asked["allowCredentials"]) == ("required", [])
    assert asked["challenge"] != passkeys.login_options(desk.engine, SITE)["challenge"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(
    junk=JSON, place=st.sampled_from(["", "id", "rawId", "type", "response", "clientDataJSON", "signature"])
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_junk_breaks_a_login(desk: Desk, junk: Any, place: str) -> None:
    """Whatever stands in any part of an answer is refused as an answer, not as a fault of ours."""
    _, device = member_of_staff(desk)
    answer: Any = device.but(count=2).get(passkeys.login_options(desk.engine, SITE))
    if place == "":
        answer = junk if isinstance(junk, dict) else {"response": junk}
    else:
        (answer if place in answer else answer["response"])[place] = junk
    with pytest.raises(PasskeyRefusedError):
        answered(desk, answer)
