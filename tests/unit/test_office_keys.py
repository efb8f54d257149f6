"""Keys of the API: shown once, kept as hashes, with scopes, a holder and an end."""

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from endogene_token.errors import (
    HolderError,
    KeyCountError,
    KeyEndedError,
    KeyRefusedError,
    KeyRotatedError,
    RangeError,
    ScopeUnfitError,
    UnknownKeyError,
    UnknownMerchantError,
)
from endogene_token.office import keys
from endogene_token.office.keys import DAY, MOST_KEYS, NewKey, Wanted
from endogene_token.office.models import OfficeApiKey
from endogene_token.office.scopes import MERCHANT_SCOPES, ROLE_SCOPES, Holder, Mode, OfficeRole, Scope
from endogene_token.store import writing
from tests.town import BAKERY, GROCER
from tests.unit.office_desk import Desk

HOLDERS = st.builds(Holder, st.just(BAKERY)) | st.builds(Holder, role=st.sampled_from(OfficeRole))
SALES = frozenset({Scope.SALES_WRITE, Scope.BUYERS_READ})


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def made(desk: Desk, holder: Holder | None = None, mode: Mode = Mode.LIVE, days: int = 365) -> NewKey:
    with desk.changing() as change:
        return keys.make(change, Wanted(holder or Holder(BAKERY), SALES, mode, "Comptoir", days))


def changed(desk: Desk, key_id: str, **values: object) -> None:
    """Move a key in time, as only a test may."""
    with writing(desk.engine) as connection:
        connection.execute(update(OfficeApiKey).where(col(OfficeApiKey.id) == key_id).values(**values))


def opens(desk: Desk, token: str) -> bool:
    with desk.reading() as session:
        try:
            keys.authenticate(session, token)
        except KeyRefusedError:
            return False
        return True


@pytest.mark.parametrize("mode", Mode)
def test_a_key_opens_with_its_holder_and_scopes(desk: Desk, mode: Mode) -> None:
    """The token says its mode and its id; it is told once, here, and never again."""
    new = made(desk, mode=mode)
    assert re.fullmatch(rf"ek_{mode}_{new.key.id}_[0-9a-f]{{64}}", new.token)
    with desk.reading() as session:
        found = keys.authenticate(session, new.token)
        assert keys.page(session, Holder(BAKERY), "", 10) == [found]
        assert keys.page(session, Holder(GROCER), "", 10) == []
    assert (found.holder, found.scopes, found.mode) == (Holder(BAKERY), SALES, mode)
    assert found.expires_at - found.created_at == 365 * DAY


def test_no_token_but_the_whole_one_opens(desk: Desk) -> None:
    """Another mode, another id, another secret, a piece, a space more: one and the same refusal."""
    new, other = made(desk), made(desk)
    token = new.token
    wrong = [
        token.replace("live", "test"),
        token.replace(new.key.id, other.key.id),
        token.replace(new.key.id, "0" * 16),
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token[:-1],
        token.upper(),
        token + " ",
        token + "\n",
        f"{token}{token}",
        "",
    ]
    assert [one for one in wrong if opens(desk, one)] == []
    assert opens(desk, token)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=120) | st.from_regex(r"ek_(live|test)_[0-9a-z]{16}_[0-9a-f]{64}", fullmatch=True))
def test_garbage_is_refused_and_not_repeated(desk: Desk, text: str) -> None:
    """Whatever stands in the header: it may be somebody's key, mistyped."""
    with desk.reading() as session, pytest.raises(KeyRefusedError) as refusal:
        keys.authenticate(session, text)
    assert refusal.value.actual in {keys.UNREADABLE, keys.UNKNOWN}
    assert refusal.value.params == {}


def test_the_database_holds_a_hash_and_never_the_secret(desk: Desk, tmp_path: Path) -> None:
    """A copy of the database opens nothing; a list of keys shows nothing."""
    new = made(desk)
    secret = new.token.rpartition("_")[2]
    written = desk.written(tmp_path)
    assert [one for one in (new.token, secret, secret.upper()) if one.encode() in written] == []
    assert [one for one in (bytes.fromhex(secret),) if one in written] == []
    assert new.key.id.encode() in written, "the search reads what is written"
    assert secret not in repr(new)
    if desk.engine.dialect.name == "sqlite":
        assert hashlib.sha256(secret.encode()).digest() in written


def test_a_key_ends_when_its_time_is_over_and_when_it_is_revoked(desk: Desk) -> None:
    """To the second, without anybody doing anything; revoked, at once."""
    first, second = made(desk), made(desk)
    now = int(time.time())
    changed(desk, first.key.id, expires_at=now + 60)
    assert opens(desk, first.token)
    changed(desk, first.key.id, expires_at=now)
    assert not opens(desk, first.token)
    with desk.changing() as change:
        assert keys.revoke(change, second.key.id).revoked_at is not None
    assert not opens(desk, second.token)
    for ended in (first, second):
        for act in (keys.revoke, keys.rotate):
            with pytest.raises(KeyEndedError), desk.changing() as change:
                act(change, ended.key.id)


@pytest.mark.parametrize("overlap", [0, 3600, 7 * DAY])
def test_a_rotated_key_gives_way_to_its_successor_after_the_overlap(desk: Desk, overlap: int) -> None:
    """One command: the successor has the same holder, scopes, mode and lifetime; both open meanwhile."""
    old = made(desk, days=30)
    with desk.changing() as change:
        new = keys.rotate(change, old.key.id, overlap)
    assert (new.key.holder, new.key.scopes, new.key.mode, new.key.label) == (
        *(old.key.holder, old.key.scopes, old.key.mode),
        old.key.label,
    )
    assert new.key.expires_at - new.key.created_at == 30 * DAY
    assert (opens(desk, new.token), opens(desk, old.token)) == (True, overlap > 0)
    with desk.reading() as session:
        told = keys.find(session, old.key.id)
    assert told.replaced_by == new.key.id
    assert abs(told.expires_at - time.time() - overlap) < 60
    with pytest.raises(KeyRotatedError if overlap else KeyEndedError), desk.changing() as change:
        keys.rotate(change, old.key.id)
    with desk.changing() as change:  # the answer was lost: the successor is rotated in its turn
        again = keys.rotate(change, new.key.id, 0)
    assert again.key.expires_at - again.key.created_at == 30 * DAY


def test_an_overlap_never_lengthens_a_key(desk: Desk) -> None:
    """A key that ends in a minute ends in a minute; an overlap of more than a week is refused."""
    old = made(desk)
    soon = int(time.time()) + 60
    changed(desk, old.key.id, expires_at=soon)
    with desk.changing() as change:
        keys.rotate(change, old.key.id, 7 * DAY)
    with desk.reading() as session:
        assert keys.find(session, old.key.id).expires_at == soon
    other = made(desk).key.id
    for wrong in (-1, 7 * DAY + 1):
        with pytest.raises(RangeError), desk.changing() as change:
            keys.rotate(change, other, wrong)


@given(HOLDERS, st.frozensets(st.sampled_from(Scope)))
def test_a_key_never_has_a_scope_that_is_not_for_its_holder(holder: Holder, scopes: frozenset[Scope]) -> None:
    """Refused before anything is written."""
    allowed = MERCHANT_SCOPES if holder.role is None else ROLE_SCOPES[holder.role]
    if scopes <= allowed:
        assert Wanted(holder, scopes).scopes == scopes
    else:
        with pytest.raises(ScopeUnfitError):
            Wanted(holder, scopes)


def test_an_auditor_reads_and_no_role_makes_keys() -> None:
    """The matrix of scopes, where it must not give."""
    assert all(scope.endswith(":read") for scope in ROLE_SCOPES[OfficeRole.AUDITOR])
    assert [role for role, scopes in ROLE_SCOPES.items() if Scope.KEYS_WRITE in scopes] == []
    treasury = [role for role, scopes in ROLE_SCOPES.items() if Scope.TREASURY_WRITE in scopes]
    assert treasury == [OfficeRole.TREASURER]
    assert MERCHANT_SCOPES & {Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.TRAIL_READ} == set()
    assert set(ROLE_SCOPES) == set(OfficeRole)


def test_a_key_belongs_to_one_merchant_or_to_one_role(desk: Desk) -> None:
    """Neither to nobody nor to both, nor to a merchant that the register does not hold."""
    for wrong in ((None, None), (BAKERY, OfficeRole.TREASURER)):
        with pytest.raises(HolderError):
            Holder(*wrong)
    with pytest.raises(UnknownMerchantError):
        made(desk, Holder(77))
    for days in (0, 732, -1):
        with pytest.raises(RangeError):
            made(desk, days=days)
    assert desk.counts()["office_api_key"] == 0


def test_a_holder_has_a_bounded_number_of_keys_in_force(desk: Desk) -> None:
    """A stolen owner's key cannot fill the table; one that ended makes room; others are not concerned."""
    first = made(desk)
    for _ in range(MOST_KEYS - 1):
        made(desk)
    with pytest.raises(KeyCountError):
        made(desk)
    made(desk, Holder(GROCER))
    changed(desk, first.key.id, expires_at=int(time.time()) - 1)
    made(desk)


def test_the_last_use_is_a_day_and_costs_one_write_a_day(desk: Desk) -> None:
    """Enough to see what is idle; no trace of when somebody works."""
    new = made(desk)
    today = int(time.time()) // DAY
    keys.note_use(desk.engine, new.key)
    with desk.reading() as session:
        used = keys.authenticate(session, new.token)
    assert used.last_used_day in {today, today + 1}
    changed(desk, new.key.id, last_used_day=today + 5)  # a clock that was wrong
    keys.note_use(desk.engine, new.key)
    with desk.reading() as session:
        assert keys.find(session, new.key.id).last_used_day == today + 5


def test_every_act_on_a_key_is_in_the_trail_without_its_secret_or_label(desk: Desk) -> None:
    """Who, what, until when; a label is free text, and may be a name."""
    new = made(desk)
    with desk.changing() as change:
        successor = keys.rotate(change, new.key.id)
    with desk.changing() as change:
        keys.revoke(change, successor.key.id)
    entries = desk.entries()
    assert [one.action for one in entries] == ["key.created", "key.rotated", "key.revoked"]
    assert [one.subject for one in entries][:2] == [f"merchant:{BAKERY}/key:{new.key.id}"] * 2
    text = "".join(one.params for one in entries)
    assert '"scopes":["buyers:read","sales:write"]' in text
    assert "Comptoir" not in text
    with pytest.raises(UnknownKeyError), desk.changing() as change:
        keys.revoke(change, "0" * 16)
