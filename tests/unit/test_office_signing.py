"""What a member signs with a passkey: on a page of ours, counted, by this member's own and no other."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest

from endogene_token.errors import PasskeyRefusedError
from endogene_token.office import passkeys
from endogene_token.office.passkeys import Answer, holding
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficePasskey
from tests.passkey_device import PRESENT, Device, b64
from tests.town import ALICE, BASILE
from tests.unit.office_desk import Desk
from tests.unit.staff_desk import NAME, SITE, invited, member_of_staff, moved, registered

DIGEST = secrets.token_bytes(32)
WRONG: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "another site": {"rp_id": "evil.example"},
    "an unverified holder": {"flags": PRESENT},
    "a count that went back": {"count": 5},
    "another key": {"key": Device().key},
    "a frame": {"is_framed": True},
}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def member(desk: Desk, number: int) -> Device:
    device = Device()
    registered(desk, invited(desk, Person(StaffRole.MEMBER, NAME, member=number)), device)
    return device


def sign(desk: Desk, device: Device, number: int = ALICE, *, is_ended_too: bool = False) -> OfficePasskey:
    """Sign `DIGEST` with a device, for a member."""
    given = Answer(device.get({"challenge": b64(DIGEST)}), DIGEST, holding(number))
    return passkeys.confirm(desk.engine, SITE, given, is_ended_too=is_ended_too)


@pytest.mark.parametrize("wrong", WRONG)
def test_an_act_is_refused_that_comes_from(desk: Desk, wrong: str) -> None:
    """One thing otherwise; put right, its count is kept."""
    device = member(desk, ALICE)
    assert sign(desk, device.but(count=5)).sign_count == 5
    with pytest.raises(PasskeyRefusedError) as refused:
        sign(desk, device.but(**{"count": 6, **WRONG[wrong]}))
    assert refused.value.actual == passkeys.UNPROVEN
    assert sign(desk, device.but(count=6)).sign_count == 6


def test_another_message_than_the_one_that_was_signed_is_refused(desk: Desk) -> None:
    """The challenge is the digest of the act, and of no other."""
    device = member(desk, ALICE)
    other = Answer(device.but(count=2).get({"challenge": b64(bytes(32))}), DIGEST, holding(ALICE))
    with pytest.raises(PasskeyRefusedError):
        passkeys.confirm(desk.engine, SITE, other)


def test_a_member_signs_with_its_own_passkey_alone(desk: Desk) -> None:
    """Not with another member's, nor with that of a shop."""
    member(desk, ALICE)
    for stranger in (member(desk, BASILE), member_of_staff(desk)[1]):
        with pytest.raises(PasskeyRefusedError) as refused:
            sign(desk, stranger.but(count=2))
        assert refused.value.actual == passkeys.UNKNOWN


def test_a_passkey_that_ended_signs_only_where_its_key_may_still_stand(desk: Desk) -> None:
    """A ballot wants one in force; to stop a change of key, the one from before is enough."""
    device = member(desk, ALICE)
    moved(desk, OfficePasskey, revoked_at=int(time.time()))
    with pytest.raises(PasskeyRefusedError):
        sign(desk, device.but(count=2))
    assert sign(desk, device.but(count=2), is_ended_too=True).credential == device.credential
