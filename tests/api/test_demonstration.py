"""The demo's identities: a button where the demo made them, nothing anywhere else."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from endogene_token.office import staff, trail
from endogene_token.office.identities import Identity, introduce
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from tests.api.bare_site import ACTOR, Bare, bare_site
from tests.town import BAKERY

OWNER = Person(StaffRole.OWNER, "Denis Roy", merchant=BAKERY)
AUDITOR = Person(StaffRole.AUDITOR, "Paul Ouellet")
PAGE = {"accept": "text/html"}


@pytest.fixture
def bare(database_url: str) -> Iterator[Bare]:
    with bare_site(database_url) as bare:
        yield bare


def known(bare: Bare, *people: Person) -> list[Identity]:
    """Open accounts; return their identities."""
    return [introduce(bare.engine, bare.secret, one) for one in people]


def demonstrate(bare: Bare, identities: list[Identity]) -> None:
    """Have the service know identities, as the demo's does."""
    bare.app.state.services = replace(bare.app.state.services, identities=lambda: identities)


def enter(
    bare: Bare, identity: Identity, path: str = "", origin: str = "http://localhost:8080"
) -> httpx.Response:
    return bare.client.post(f"/enter/as/{identity.account}{path}", headers={"origin": origin, **PAGE})


def test_an_identity_of_the_demo_enters_its_door_without_a_passkey(bare: Bare) -> None:
    """The page offers it; the session is that of its account; it comes back to where it was going."""
    owner, auditor = identities = known(bare, OWNER, AUDITOR)
    demonstrate(bare, identities)
    offered = bare.client.get("/enter?to=/till", headers=PAGE).text
    assert ("Denis Roy" in offered, "Paul Ouellet" in offered) == (True, False)
    answer = enter(bare, owner, "?to=/till/today")
    assert (answer.status_code, answer.headers["location"]) == (303, "/till/today")
    told = bare.client.get("/v1/sessions/current").json()
    assert (told["who"]["role"], told["who"]["name"]) == ("owner", "Denis Roy")
    assert enter(bare, auditor).headers["location"] == "/office"


def test_an_account_that_is_no_identity_is_not_entered(bare: Bare) -> None:
    """Neither where there is no demo, nor one of another person beside it; nobody is logged in."""
    owner, auditor = known(bare, OWNER, AUDITOR)
    assert enter(bare, owner).status_code == 404
    assert "Denis Roy" not in bare.client.get("/enter", headers=PAGE).text
    demonstrate(bare, [auditor])
    assert enter(bare, owner).status_code == 404
    assert bare.client.get("/v1/sessions/current").status_code == 401


def test_no_other_site_enters_for_a_visitor(bare: Bare) -> None:
    """Only a page of this service may."""
    [owner] = identities = known(bare, OWNER)
    demonstrate(bare, identities)
    assert enter(bare, owner, origin="https://elsewhere.example").status_code == 403
    assert bare.client.get("/v1/sessions/current").status_code == 401


def test_an_identity_whose_account_ended_enters_no_more(bare: Bare) -> None:
    """Who works at the office may end it, as any other; the demo's next start makes a new one."""
    [owner] = identities = known(bare, OWNER)
    demonstrate(bare, identities)
    assert known(bare, OWNER) == identities
    with trail.changing(bare.engine, ACTOR) as change:
        staff.end(change, owner.account)
    assert enter(bare, owner).status_code == 409
    assert known(bare, OWNER) != identities
