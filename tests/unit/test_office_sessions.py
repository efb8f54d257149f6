"""Sessions: what a login opens, until it is idle, old, ended, or its account is."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from endogene_token.errors import EndogeneError, FreshLoginError, SessionRefusedError, UnknownSessionError
from endogene_token.office import sessions, staff
from endogene_token.office.scopes import SESSION_SCOPES, Holder, Mode, StaffRole
from endogene_token.office.sessions import (
    FRESH_SECONDS,
    IDLE_SECONDS,
    LONGEST_SECONDS,
    SEEN_EVERY,
    NewSession,
)
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount, OfficeSession
from endogene_token.store import writing
from tests.town import BAKERY
from tests.unit.office_desk import ACTOR, Desk
from tests.unit.staff_desk import NAME, OFFICER, invited


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def opened(desk: Desk, account: OfficeAccount | None = None) -> NewSession:
    account = account or invited(desk).account
    with desk.changing() as change:
        return sessions.begin(change, account)


def shown(desk: Desk, new: NewSession) -> OfficeSession:
    with desk.reading() as session:
        return sessions.authenticate(session, new.token)


def is_open(desk: Desk, new: NewSession) -> bool:
    try:
        shown(desk, new)
    except SessionRefusedError:
        return False
    return True


def moved(desk: Desk, new: NewSession, **values: Any) -> None:
    """Move a session in time, as only a test may."""
    own = col(OfficeSession.id) == new.row.id
    with writing(desk.engine) as connection:
        connection.execute(update(OfficeSession).where(own).values(**values))


def test_a_session_opens_with_its_token_which_is_kept_nowhere(desk: Desk, tmp_path: Path) -> None:
    """Its id is for lists and the trail; the secret is a hash; it tells from which network it was opened."""
    new = opened(desk)
    assert re.fullmatch(rf"es_{new.row.id}_[0-9a-f]{{64}}", new.token)
    assert shown(desk, new).id == new.row.id
    assert (new.row.origin, new.row.expires_at - new.row.created_at) == (ACTOR.where, LONGEST_SECONDS)
    kept = desk.written(tmp_path) + repr([one.model_dump() for one in desk.entries()]).encode()
    assert new.token.rpartition("_")[2].encode() not in kept
    assert new.row.id.encode() in kept, "the search reads what is kept"
    assert new.token not in repr(new)


def test_no_other_token_opens(desk: Desk) -> None:
    """Another id, another secret, a piece, something more: refused, without a repetition."""
    new, other = opened(desk), opened(desk)
    _, own, secret = new.token.split("_")
    wrong = [
        *(
            "",
            "es_",
            new.token[:-1],
            f"{new.token}0",
            f" {new.token}",
            new.token.upper(),
            f"ek_{own}_{secret}",
        ),
        *(f"es_{other.row.id}_{secret}", f"es_{'0' * 16}_{secret}", f"es_{own}_{'0' * 64}"),
    ]
    for token in wrong:
        with desk.reading() as session, pytest.raises(SessionRefusedError) as refused:
            sessions.authenticate(session, token)
        assert secret not in refused.value.render("fr")
    assert is_open(desk, new)


@given(text=st.text(max_size=100))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_text_opens(desk: Desk, text: str) -> None:
    """Whatever a cookie holds."""
    with desk.reading() as session, pytest.raises(SessionRefusedError):
        sessions.authenticate(session, text)


def test_a_session_ends_idle_old_revoked_and_with_its_account(desk: Desk) -> None:
    """Each by itself; a moment before, it opens."""
    now = int(time.time())
    idle, old, revoked = opened(desk), opened(desk), opened(desk)
    moved(desk, idle, seen_at=now - IDLE_SECONDS + 30)
    moved(desk, old, expires_at=now + 30)
    assert [is_open(desk, one) for one in (idle, old, revoked)] == [True] * 3
    moved(desk, idle, seen_at=now - IDLE_SECONDS)
    moved(desk, old, expires_at=now)
    with desk.changing() as change:
        sessions.revoke(change, revoked.row.id)
    assert [is_open(desk, one) for one in (idle, old, revoked)] == [False] * 3
    account = invited(desk).account
    new = opened(desk, account)
    with desk.changing() as change:
        staff.end(change, account.id)
    assert not is_open(desk, new)
    moved(desk, new, revoked_at=None)  # as one opened while its account was ended
    assert not is_open(desk, new), "its account has ended"
    for ended in (idle, old, revoked, new):
        with pytest.raises(UnknownSessionError), desk.changing() as change:
            sessions.revoke(change, ended.row.id)


def test_use_keeps_a_session_from_being_idle_but_not_from_growing_old(desk: Desk) -> None:
    """It is noted once a minute; a session that ended is not woken by it."""
    now, new = int(time.time()), opened(desk)
    sessions.note_use(desk.engine, shown(desk, new))
    assert shown(desk, new).seen_at == new.row.seen_at, "not at every request"
    moved(desk, new, seen_at=now - SEEN_EVERY)
    before = shown(desk, new)
    sessions.note_use(desk.engine, before)
    after = shown(desk, new)
    assert now <= after.seen_at <= now + 60
    assert after.expires_at == new.row.expires_at
    moved(desk, new, seen_at=now - SEEN_EVERY, revoked_at=now)
    sessions.note_use(desk.engine, before)
    assert not is_open(desk, new)


def test_a_login_over_a_session_makes_it_fresh_and_gives_it_another_token(desk: Desk) -> None:
    """What was stolen before opens nothing; the session ends when it would have."""
    account = invited(desk).account
    first = opened(desk, account)
    moved(desk, first, confirmed_at=first.row.confirmed_at - 2 * FRESH_SECONDS)
    with pytest.raises(FreshLoginError):
        sessions.require_fresh(sessions.key_of(shown(desk, first), account))
    with desk.changing() as change:
        second = sessions.take_over(change, first.token, account)
    sessions.require_fresh(sessions.key_of(shown(desk, second), account))
    with pytest.raises(SessionRefusedError):
        shown(desk, first)
    assert (second.row.id, second.row.expires_at) == (first.row.id, first.row.expires_at)
    assert desk.actions()[-2:] == ["session.opened", "session.confirmed"]


def test_a_login_over_another_persons_session_ends_it(desk: Desk) -> None:
    """One browser is one person; a token that opens nothing is left aside."""
    first, account = opened(desk), invited(desk).account
    with desk.changing() as change:
        second = sessions.take_over(change, first.token, account)
    assert (is_open(desk, first), is_open(desk, second)) == (False, True)
    for token in ("", first.token):
        with desk.changing() as change:
            sessions.take_over(change, token, account)
    assert desk.actions()[-1] == "session.opened"


def test_the_sessions_in_force_are_listed(desk: Desk) -> None:
    """Of one account, the oldest first."""
    account = invited(desk).account
    first, ended, last = (opened(desk, account) for _ in range(3))
    opened(desk)
    moved(desk, last, created_at=last.row.created_at + 5)
    with desk.changing() as change:
        sessions.revoke(change, ended.row.id)
    with desk.reading() as session:
        assert [one.id for one in sessions.open_of(session, account.id)] == [first.row.id, last.row.id]


@pytest.mark.parametrize("role", StaffRole)
def test_a_session_is_like_a_live_key_of_its_role(desk: Desk, role: StaffRole) -> None:
    """With the role's scopes and no more, and its account where a key's id is in the trail."""
    people: dict[str, Any] = {"merchant": BAKERY, "member": BAKERY, "officer": OFFICER}
    account, tried = None, []
    for given_ in ([], ["merchant"], ["member"], ["officer"]):
        try:
            account = invited(desk, Person(role, NAME, **{one: people[one] for one in given_})).account
        except EndogeneError as refusal:
            tried.append(refusal.code)
    assert account is not None
    assert tried == ["staff-shape"] * 3
    key = sessions.key_of(opened(desk, account).row, account)
    assert (key.mode, key.scopes, key.who) == (Mode.LIVE, SESSION_SCOPES[role], f"staff:{account.id}")
    assert key.holder == staff.holder_of(account)
    assert (key.holder == Holder(BAKERY)) == (role in {StaffRole.STAFF, StaffRole.OWNER})
    assert key.officer == (OFFICER if key.holder.on_chain is not None else None)
