"""`endogene staff`, as the office's operator types it, without a node."""

import os
import re
from pathlib import Path

import pytest
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.host.folder import DataFolder
from endogene_token.office import invitations, trail
from endogene_token.store import open_engine, reading
from tests.api.bare_site import community
from tests.commands import Answer, call
from tests.town import ALICE, BAKERY
from tests.unit.office_desk import Desk

NAME = "Maude Tremblay-Roy"
OFFICER = "0x" + "ab" * 20


class Terminal:
    """An operator before the data folder of a community."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder, office_key=None)
        DataFolder(folder).make()
        community().save(DataFolder(folder).community)
        Desk(self.settings.database).engine.dispose()

    def types(self, *words: object) -> Answer:
        return call("staff", *words, "--data", self.settings.data_dir, "--json", ENDOGENE_LANG="en")

    def reads(self, *words: object) -> Answer:
        return call("staff", *words, "--data", self.settings.data_dir)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in [one for one in os.environ if one.startswith("ENDOGENE_")]:
        monkeypatch.delenv(name)
    return Terminal(tmp_path / "data")


def test_a_person_is_invited_listed_and_ended_from_a_terminal(terminal: Terminal) -> None:
    """The code opens the account, and is in no list; the trail says that it was the operator."""
    made = terminal.types("invite", "owner", "--merchant", BAKERY, "--name", NAME)
    assert made.code == 0, made
    account, code = made.json["account"], made.json["code"]
    engine = open_engine(terminal.settings.database)
    with reading(engine) as connection, Session(connection) as session:
        assert invitations.find(session, code).account == account
    again = terminal.types("reinvite", account, "--days", 1)
    assert again.json["code"] != code
    listed = terminal.types("list", "--merchant", BAKERY)
    [told] = listed.json["staff"]
    assert (told["account"], told["name"], told["state"]) == (account, NAME, "invited")
    assert code not in listed.out
    assert terminal.types("end", account).json["state"] == "ended"
    assert terminal.types("end", account).error == "staff-ended"
    with reading(engine) as connection, Session(connection) as session:
        entries = trail.page(session, 0, 10)
        assert [one.action for one in entries] == ["staff.invited", "staff.reinvited", "staff.ended"]
        assert {one.who for one in entries} == {trail.OPERATOR}
    engine.dispose()


def test_an_officer_is_named_by_address_and_a_director_by_number(terminal: Terminal) -> None:
    """And nobody else is taken."""
    assert terminal.types("invite", "treasurer", "--officer", OFFICER, "--name", NAME).code == 0
    assert terminal.types("invite", "director", "--member", ALICE, "--name", NAME).code == 0
    assert terminal.types("invite", "treasurer", "--merchant", BAKERY, "--name", NAME).error == "staff-shape"
    assert terminal.types("invite", "king", "--name", NAME).error == "setting"
    assert terminal.types("invite", "auditor", "--name", "").error == "setting"
    assert terminal.types("invite", "owner", "--merchant", 77, "--name", NAME).error == "unknown-merchant"
    assert len(terminal.types("list").json["staff"]) == 2


def test_a_person_reads_what_was_done(terminal: Terminal) -> None:
    """The code once, the name in the list, the end."""
    made = terminal.reads("invite", "auditor", "--name", NAME)
    [account] = [one["account"] for one in terminal.types("list").json["staff"]]
    code = re.compile(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}")
    assert (bool(code.search(made.out)), account in made.out) == (True, True)
    listed = terminal.reads("list").out
    assert (NAME in listed, code.search(listed)) == (True, None)
    assert account in terminal.reads("end", account).out
