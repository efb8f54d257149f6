"""Accounts of staff and officers, their invitations and passkeys: each thing that keeps a stranger out."""

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, select

from endogene_token.errors import (
    InvitationRefusedError,
    OfficeKeyError,
    PasskeyRefusedError,
    RangeError,
    StaffCountError,
    StaffEndedError,
    StaffShapeError,
    UnknownMemberError,
    UnknownMerchantError,
    UnknownStaffError,
)
from endogene_token.office import invitations, passkeys, security_keys, staff
from endogene_token.office.keys import DAY
from endogene_token.office.scopes import (
    MERCHANT_SCOPES,
    ROLE_SCOPES,
    SESSION_SCOPES,
    Holder,
    OfficeRole,
    Scope,
    StaffRole,
)
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff import Person, State
from endogene_token.office.staff_models import (
    STAFF,
    OfficeInvitation,
    OfficePasskey,
)
from tests.passkey_device import Device
from tests.town import ALICE, BAKERY, GROCER
from tests.unit.office_desk import Desk
from tests.unit.staff_desk import (
    NAME,
    NO_MEMBER,
    OFFICER,
    SITE,
    invited,
    logged_in,
    member_of_staff,
    moved,
    registered,
)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def test_the_migration_creates_the_tables_of_the_models(desk: Desk) -> None:
    """A column without its migration, or the reverse, is noticed."""
    ours = {str(one.__tablename__) for one in STAFF}
    with desk.engine.connect() as connection:
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
            "include_object": lambda _object, name, kind, *_rest: kind != "table" or name in ours,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_invited_person_registers_a_passkey_and_logs_in_with_it(desk: Desk) -> None:
    """The account is active from then on; the trail tells each step, without a name."""
    new = invited(desk)
    assert staff.state_of(new.account) is State.INVITED
    device = Device()
    registered(desk, new, device)
    account = logged_in(desk, device.but(count=2))
    assert (account.id, staff.state_of(account)) == (new.account.id, State.ACTIVE)
    assert desk.actions() == ["staff.invited", "passkey.registered", "session.opened"]
    assert {one.subject for one in desk.entries()} == {f"staff:{account.id}"}
    assert staff.name_of(desk.secret, account) == NAME


def test_neither_the_name_nor_the_code_is_kept_in_the_clear(desk: Desk, tmp_path: Path) -> None:
    """The name is sealed under the office's key, the code a hash; the trail has neither."""
    new = invited(desk)
    kept = desk.written(tmp_path) + repr([one.model_dump() for one in desk.entries()]).encode()
    for secret in (NAME, new.code, new.code.replace("-", "").lower()):
        assert secret.encode() not in kept
    assert b"staff.invited" in kept, "the search reads what is kept"
    with pytest.raises(OfficeKeyError):
        staff.name_of(OfficeSecret(secrets.token_bytes(32)), new.account)


@pytest.mark.parametrize(
    ("role", "fits"),
    [
        *((role, "merchant") for role in (StaffRole.STAFF, StaffRole.OWNER)),
        *((role, "member") for role in (StaffRole.MENTOR, StaffRole.DIRECTOR, StaffRole.MEMBER)),
        (StaffRole.AUDITOR, ""),
        *((StaffRole[role.name], "officer") for role in OfficeRole if role is not OfficeRole.AUDITOR),
    ],
)
def test_each_role_is_given_by_what_it_is_worth(role: StaffRole, fits: str) -> None:
    """A merchant's people by the merchant, officers by address, others by their number; nothing else."""
    values: dict[str, Any] = {"merchant": BAKERY, "member": ALICE, "officer": OFFICER}
    given_: list[set[str]] = [set(), {"merchant"}, {"member"}, {"officer"}, {"merchant", "member"}]
    for names in given_:
        is_fit = names == {fits} - {""}
        with nullcontext() if is_fit else pytest.raises(StaffShapeError):
            Person(role, NAME, **{one: values[one] for one in names})


def test_what_a_login_opens_follows_its_role(desk: Desk) -> None:
    """Staff sell, owners have what their keys have, an officer no more than a key of the role."""
    assert SESSION_SCOPES[StaffRole.OWNER] == MERCHANT_SCOPES
    assert SESSION_SCOPES[StaffRole.STAFF] < MERCHANT_SCOPES
    assert {role: SESSION_SCOPES[StaffRole[role.name]] for role in OfficeRole} == ROLE_SCOPES
    assert set(SESSION_SCOPES) == set(StaffRole)
    reading = {StaffRole.AUDITOR, StaffRole.MENTOR, StaffRole.DIRECTOR}
    assert not [one for role in reading for one in SESSION_SCOPES[role] if one.endswith(":write")]
    assert Scope.KEYS_WRITE not in {one for role in OfficeRole for one in ROLE_SCOPES[role]}
    assert staff.holder_of(invited(desk).account) == Holder(BAKERY)
    director = invited(desk, Person(StaffRole.DIRECTOR, NAME, member=ALICE)).account
    assert (staff.holder_of(director), staff.holder_of(director).scopes) == (
        Holder(member=ALICE),
        frozenset(),
    )


def test_nobody_is_invited_for_a_merchant_or_a_member_that_is_not(desk: Desk) -> None:
    """And no merchant opens accounts without end."""
    with pytest.raises(UnknownMerchantError):
        invited(desk, Person(StaffRole.OWNER, NAME, merchant=ALICE))
    with pytest.raises(UnknownMemberError):
        invited(desk, Person(StaffRole.MENTOR, NAME, member=NO_MEMBER))
    assert desk.actions() == []


def test_a_merchant_has_at_most_so_many_accounts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that ended, and another merchant's, do not count."""
    monkeypatch.setattr(staff, "MOST_ACCOUNTS", 2)
    first = invited(desk)
    invited(desk)
    invited(desk, Person(StaffRole.OWNER, NAME, merchant=GROCER))
    with pytest.raises(StaffCountError):
        invited(desk)
    with desk.changing() as change:
        staff.end(change, first.account.id)
    invited(desk)


@given(
    code=st.text(max_size=40) | st.from_regex(r"([0-9A-HJKMNP-Z]{5}-){3}[0-9A-HJKMNP-Z]{5}", fullmatch=True)
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_other_code_opens_an_account(desk: Desk, code: str) -> None:
    """Whatever is typed; the code itself opens however it is typed."""
    with desk.reading() as session, pytest.raises(InvitationRefusedError) as refused:
        invitations.find(session, code)
    assert refused.value.actual == invitations.UNKNOWN


def test_a_code_opens_however_it_is_typed_once_and_in_time(desk: Desk) -> None:
    """In small letters, with an O for a zero; not twice, not late, not after another code, not once ended."""
    new, device = invited(desk), Device()
    typed = new.code.lower().replace("-", " ").replace("0", "O").replace("1", "l")
    registered(desk, new, device, typed)
    with pytest.raises(InvitationRefusedError) as spent:
        registered(desk, new, Device())
    late = invited(desk)
    moved(desk, OfficeInvitation, expires_at=int(time.time()) - 1, spent_at=None)
    with pytest.raises(InvitationRefusedError) as expired:
        registered(desk, late, Device())
    with desk.changing() as change:
        again = invitations.again(change, late.account.id)
    with pytest.raises(InvitationRefusedError) as former:
        registered(desk, late, Device())
    with desk.changing() as change:
        staff.end(change, late.account.id)
    with pytest.raises(InvitationRefusedError) as ended:
        registered(desk, again, Device())
    told = [one.value.actual for one in (spent, expired, former, ended)]
    assert told == [invitations.SPENT, invitations.EXPIRED, invitations.UNKNOWN, invitations.EXPIRED]
    for days in (0, invitations.MOST_DAYS + 1):
        with pytest.raises(RangeError), desk.changing() as change:
            invitations.again(change, new.account.id, days)
    with desk.reading() as session:
        left = session.get_one(OfficeInvitation, new.account.id)
    assert left.code_hash != hashlib.sha256(new.code.encode()).digest(), (
        "the hash is of the code's plain form"
    )
    assert new.expires_at - new.account.created_at <= invitations.DEFAULT_DAYS * DAY + 1


def test_a_second_invitation_ends_the_passkeys_from_before(desk: Desk) -> None:
    """Who found the lost device opens nothing with it; the person goes on with the new one."""
    new, lost = member_of_staff(desk)
    logged_in(desk, lost.but(count=2))
    with desk.changing() as change:
        again = invitations.again(change, new.account.id)
    logged_in(desk, lost.but(count=3))
    device = Device()
    registered(desk, again, device)
    with pytest.raises(PasskeyRefusedError) as refused:
        logged_in(desk, lost.but(count=4))
    assert refused.value.actual == passkeys.UNKNOWN
    assert logged_in(desk, device.but(count=2)).id == new.account.id


def test_a_code_that_was_lost_opens_nothing_once_a_security_key_is_registered(desk: Desk) -> None:
    """Neither the printed one nor its holder's ceremony under way: the member's key stays the newest."""
    lost = invited(desk, Person(StaffRole.MEMBER, NAME, member=ALICE))
    begun = passkeys.registration_options(desk.engine, SITE, lost.account, NAME, is_invited=True)
    with desk.reading() as session:
        asked = security_keys.options(desk.engine, SITE, session, ALICE, NAME)
    made = {**Device().create(asked), "authenticatorAttachment": "cross-platform"}
    given = passkeys.answer(desk.engine, made)
    with desk.changing() as change:
        own = security_keys.register(change, desk.secret, SITE, ALICE, given)
    stranger = passkeys.answer(desk.engine, Device().create(begun))
    with pytest.raises(InvitationRefusedError) as refused, desk.changing() as change:
        passkeys.register(change, SITE, stranger, invitations.spend(change, lost.code))
    assert refused.value.actual == invitations.EXPIRED
    with desk.reading() as session:
        [key] = session.exec(select(OfficePasskey).where(OfficePasskey.account == own.id))
        assert (own.id, key.revoked_at) == (lost.account.id, None)
    with desk.changing() as change:
        again = invitations.again(change, own.id)
    registered(desk, again, Device())


def test_an_ended_account_opens_nothing_any_more(desk: Desk) -> None:
    """Its passkey is refused, it is not invited again, it does not end twice."""
    new, device = member_of_staff(desk)
    with desk.changing() as change:
        staff.end(change, new.account.id)
    with pytest.raises(PasskeyRefusedError):
        logged_in(desk, device.but(count=2))
    for act in (staff.end, invitations.again):
        with pytest.raises(StaffEndedError), desk.changing() as change:
            act(change, new.account.id)
    with pytest.raises(UnknownStaffError), desk.changing() as change:
        staff.end(change, "0" * 16)


def test_accounts_are_listed_page_by_page(desk: Desk) -> None:
    """Of one merchant, or of all."""
    mine = sorted(invited(desk).account.id for _ in range(3))
    other = invited(desk, Person(StaffRole.AUDITOR, NAME)).account.id
    with desk.reading() as session:
        assert [one.id for one in staff.page(session, BAKERY, "", 10)] == mine
        assert [one.id for one in staff.page(session, BAKERY, mine[0], 1)] == mine[1:2]
        assert [one.id for one in staff.page(session, None, "", 10)] == sorted([*mine, other])
