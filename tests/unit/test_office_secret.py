"""The office's key: made once, whole, for its owner only; and a database knows its own."""

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.errors import KeyExposedError, KeyFormatError, OfficeKeyError
from endogene_token.office import cards
from endogene_token.office.secret import OfficeSecret, Purpose, key_path
from endogene_token.store import writing
from tests.town import ALICE, BASILE
from tests.unit.office_desk import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def test_the_key_is_made_once_in_the_data_folder_for_its_owner_only(tmp_path: Path) -> None:
    """The second process, and the next start, read what the first one made."""
    settings = Settings(data_dir=tmp_path / "new", office_key=None)
    made: list[OfficeSecret] = []
    threads = [threading.Thread(target=lambda: made.append(OfficeSecret.load(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.hashed(Purpose.CARD, "x") for one in (*made, OfficeSecret.load(settings))}) == 1
    path = key_path(settings.data_dir)
    assert (stat.S_IMODE(path.stat().st_mode), len(path.read_text().strip())) == (0o600, 64)
    assert [one.name for one in path.parent.iterdir()] == ["office.key"], "no draft is left behind"


def test_a_setting_stands_above_the_file(tmp_path: Path) -> None:
    """Where the environment gives the key, none is made."""
    settings = Settings(data_dir=tmp_path, office_key="0x" + "5e" * 32)
    assert OfficeSecret.load(settings).hashed(Purpose.CARD, "x") == OfficeSecret(b"\x5e" * 32).hashed(
        Purpose.CARD, "x"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_may_read_or_that_is_cut_is_refused_and_not_shown(tmp_path: Path) -> None:
    """A key half written, or copied with the wrong rights, serves nobody."""
    settings = Settings(data_dir=tmp_path, office_key=None)
    OfficeSecret.load(settings)
    path = key_path(tmp_path)
    path.chmod(0o640)
    with pytest.raises(KeyExposedError):
        OfficeSecret.load(settings)
    path.chmod(0o600)
    whole = path.read_text()
    for text in (whole[:40], "not hexadecimal", ""):
        path.write_text(text)
        with pytest.raises(KeyFormatError) as refusal:
            OfficeSecret.load(settings)
        assert whole[:8] not in str(refusal.value)


def test_the_key_shows_itself_nowhere() -> None:
    """Not in a log, not in a traceback with its values."""
    secret = OfficeSecret(b"\x5e" * 32)
    assert "5e" not in repr(secret) + str(secret)


def test_each_purpose_and_each_value_has_a_hash_of_its_own() -> None:
    """A telephone number typed as a card finds nothing by accident."""
    secret = OfficeSecret(b"\x5e" * 32)
    hashes = [secret.hashed(purpose, value) for purpose in Purpose for value in ("", "a", "b")]
    assert len(set(hashes)) == len(hashes)


def test_a_database_begun_with_another_key_is_noticed_and_left_as_it_is(desk: Desk) -> None:
    """A lost key is told as such: it does not turn a town's cards into unknown ones."""
    with desk.changing() as change:
        cards.issue(change, desk.secret, ALICE)
    before = desk.counts()
    with pytest.raises(OfficeKeyError), desk.changing() as change:
        cards.issue(change, OfficeSecret(bytes(32)), BASILE)
    assert desk.counts() == before
    with writing(desk.engine) as connection, Session(connection) as session:
        desk.secret.claim(session)
