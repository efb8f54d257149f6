"""`endogene card`, `endogene key` and `endogene trail`, as the registrar types them, without a node."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.host.folder import DataFolder
from endogene_token.office import cards, keys, sandbox
from endogene_token.office.card_numbers import grouped, payload
from endogene_token.office.secret import OfficeSecret, key_path
from endogene_token.store import open_engine, reading, writing
from tests.api.bare_site import community
from tests.commands import Answer, call
from tests.town import ALICE, BAKERY
from tests.unit.office_desk import Desk


class Terminal:
    """A registrar before the data folder of a community."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder, office_key=None)
        DataFolder(folder).make()
        community().save(DataFolder(folder).community)
        Desk(self.settings.database).engine.dispose()

    def types(self, *words: object) -> Answer:
        return call(*words, "--data", self.settings.data_dir, "--json", ENDOGENE_LANG="en")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in [one for one in os.environ if one.startswith("ENDOGENE_")]:
        monkeypatch.delenv(name)
    return Terminal(tmp_path / "data")


def test_a_card_is_issued_replaced_and_revoked_from_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    """The number is told once, and drawn; the office's key is made with the first card."""
    drawn = tmp_path / "card.svg"
    first = terminal.types("card", "issue", ALICE, "--out", drawn)
    assert (first.code, first.json["member"]) == (0, ALICE), first
    assert first.json["number"] in drawn.read_text("utf-8")
    assert key_path(terminal.settings.data_dir).exists()
    second = terminal.types("card", "replace", ALICE).json
    engine, secret = open_engine(terminal.settings.database), OfficeSecret.load(terminal.settings)
    with reading(engine) as connection, Session(connection) as session:
        assert cards.holder(session, secret, second["payload"]) == ALICE
    engine.dispose()
    assert terminal.types("card", "revoke", ALICE).json["card"] == second["card"]
    assert terminal.types("card", "revoke", ALICE).error == "no-card"
    assert terminal.types("card", "issue", 77).error == "unknown-member"


def test_a_card_that_cannot_be_drawn_is_not_issued(terminal: Terminal, tmp_path: Path) -> None:
    """Otherwise its number would be lost, and the member would hold nothing."""
    assert (
        terminal.types("card", "issue", ALICE, "--out", tmp_path / "no" / "card.svg").error == "data-folder"
    )
    assert terminal.types("card", "issue", ALICE).code == 0


def test_a_card_is_drawn_again_from_a_number_that_no_history_keeps(tmp_path: Path) -> None:
    """It is read from the input; a misread one is refused and not repeated."""
    drawn = tmp_path / "card.svg"
    typed = grouped(sandbox.CARD)
    good = call("card", "print", drawn, "--json", typed=typed + "\n")
    assert (good.code, drawn.exists(), typed in good.out + good.err) == (0, True, False)
    tag = tmp_path / "card.ndef"
    call("card", "print", tag, "--json", typed=typed + "\n")
    assert tag.read_bytes().endswith(payload(sandbox.CARD).encode())
    bad = call("card", "print", drawn, "--json", typed=typed[:-1] + "0\n")
    assert (bad.code, typed[:-1] in bad.out + bad.err) == (1, False)


def test_a_key_is_made_listed_rotated_and_revoked_from_a_terminal(terminal: Terminal) -> None:
    """Rotation is one command; both open meanwhile; a list shows no secret."""
    wanted = ("key", "create", "--merchant", BAKERY, "--scope", "sales:write", "--scope", "buyers:read")
    first = terminal.types(*wanted).json
    second = terminal.types("key", "rotate", first["id"], "--overlap-hours", 1).json
    engine = open_engine(terminal.settings.database)
    with reading(engine) as connection, Session(connection) as session:
        assert [keys.authenticate(session, one["key"]).id for one in (first, second)] == [
            *(first["id"], second["id"])
        ]
    engine.dispose()
    listed = terminal.types("key", "list", "--merchant", BAKERY)
    assert {one["id"] for one in listed.json["keys"]} == {first["id"], second["id"]}
    assert [one for one in (first, second) if one["key"] in listed.out] == []
    assert terminal.types("key", "revoke", second["id"]).json["revoked_at"] is not None
    assert terminal.types("key", "revoke", second["id"]).error == "key-ended"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--scope", "fly", "--merchant", BAKERY), "setting"),
        (("--scope", "sales:read"), "holder"),
        (("--scope", "trail:read", "--role", "king"), "setting"),
        (("--scope", "trail:read", "--merchant", BAKERY), "scope-unfit"),
        (("--scope", "trail:read", "--role", "treasurer"), "setting"),
        (("--scope", "trail:read", "--role", "treasurer", "--officer", "0x12"), "address"),
        (("--scope", "sales:read", "--merchant", 77), "unknown-merchant"),
    ],
)
def test_a_key_that_cannot_be_is_told_in_a_sentence(
    terminal: Terminal, options: tuple[object, ...], error: str
) -> None:
    """Nothing is made."""
    assert terminal.types("key", "create", *options).error == error
    assert terminal.types("key", "list").json["keys"] == []


def test_the_trail_is_listed_and_followed_from_a_terminal(terminal: Terminal) -> None:
    """Who keeps the head elsewhere sees a trail that was cut, too."""
    for member in (ALICE, ALICE + 1):
        terminal.types("card", "issue", member)
    listed = terminal.types("trail", "list", "--subject", f"member:{ALICE}").json["entries"]
    assert [(one["who"], one["action"], one["origin"]) for one in listed] == [
        ("operator", "card.issued", "cli")
    ]
    head = terminal.types("trail", "verify").json["head"]
    assert terminal.types("trail", "verify", "--head", head).code == 0
    engine = open_engine(terminal.settings.database)
    with writing(engine) as connection:
        connection.execute(text("DROP TRIGGER office_trail_whole"))
        connection.execute(text("DELETE FROM office_trail WHERE number = 2"))
    engine.dispose()
    assert terminal.types("trail", "verify").code == 0
    broken = terminal.types("trail", "verify", "--head", head)
    assert (broken.code, broken.error, broken.json["broken"]) == (1, "trail-broken", 2)


def test_without_a_community_nothing_is_made(tmp_path: Path) -> None:
    """A mistyped folder is told, and stays as it is."""
    answer = call("card", "issue", ALICE, "--data", tmp_path / "elsewhere", "--json")
    assert (answer.code, answer.error, (tmp_path / "elsewhere").exists()) == (1, "not-deployed", False)
