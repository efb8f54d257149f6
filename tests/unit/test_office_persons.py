"""One person under several names: a signature, keys of the API, sessions, a member's number."""

from collections.abc import Iterator

import pytest

from endogene_token.errors import OwnProposalError
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member
from endogene_token.office import invitations, keys, trail
from endogene_token.office.keys import Wanted
from endogene_token.office.persons import is_same_person
from endogene_token.office.scopes import Holder, OfficeRole, Scope, StaffRole
from endogene_token.office.staff import Person
from endogene_token.treasury.dunning import proposals
from endogene_token.treasury.dunning.rules import Arrears
from tests.town import ALICE, FOREVER, GROCER
from tests.unit.office_desk import Desk

OFFICER, OTHER = "0x" + "a1" * 20, "0x" + "b2" * 20


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def names_of(desk: Desk, officer: str) -> set[str]:
    """Return every name under which this officer may come: signature, keys of two roles, two sessions."""
    own = from_hex(officer)
    names = {f"officer:{officer}"}
    with desk.changing() as change:
        for role in ("treasurer", "registrar"):
            wanted = Wanted(Holder(role=OfficeRole(role)), frozenset({Scope.TRAIL_READ}), officer=own)
            names.add(f"key:{keys.make(change, wanted).key.id}")
            person = Person(StaffRole(role), "Ida", officer=own)
            names.add(f"staff:{invitations.invite(change, desk.secret, person).account.id}")
    return names


def test_an_officer_is_one_person_under_every_name_and_no_other(desk: Desk) -> None:
    """Each name of one with each name of the other: the same among themselves, and never across."""
    mine, theirs = names_of(desk, OFFICER), names_of(desk, OTHER)
    strangers = {"operator", "rule:arrears", "key:0000000000000000", "staff:0000000000000000", "member:77"}
    with desk.reading() as session:
        assert all(is_same_person(session, one, other) for one in mine for other in mine)
        assert not any(is_same_person(session, one, other) for one in mine for other in theirs | strangers)


def test_a_member_who_is_an_officer_is_one_person(desk: Desk) -> None:
    """By the key on the register, also through an account of the member's number."""
    with desk.changing() as change:
        own = {"kind": 0, "category": 0, "balance": 0, "valid_from": 0, "valid_until": FOREVER}
        change.session.merge(Member(number=ALICE, key=from_hex(OFFICER), **own))
        change.note("test.made", "member:1")
        person = Person(StaffRole.DIRECTOR, "Alice", member=ALICE)
        account = invitations.invite(change, desk.secret, person).account.id
        for name in (f"member:{ALICE}", f"staff:{account}"):
            assert is_same_person(change.session, name, f"officer:{OFFICER}")


def test_nobody_decides_by_a_key_what_the_same_person_proposed_by_a_signature(desk: Desk) -> None:
    """With every name that the officer has; another officer decides."""
    mine, theirs = names_of(desk, OFFICER), names_of(desk, OTHER)
    with trail.changing(desk.engine, trail.Actor(f"officer:{OFFICER}", trail.COMMAND)) as change:
        number = proposals.propose(change, GROCER, proposals.Act.SUSPEND, Arrears(), 1).number
    for name in mine:
        with (
            pytest.raises(OwnProposalError),
            trail.changing(desk.engine, trail.Actor(name, trail.COMMAND)) as change,
        ):
            proposals.decide(change, number or 0, is_approved=True, why="x", now=2)
    with trail.changing(desk.engine, trail.Actor(min(theirs), trail.COMMAND)) as change:
        assert proposals.decide(change, number or 0, is_approved=True, why="x", now=2).decided_at == 2
