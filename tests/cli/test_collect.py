"""`endogene collect`, as treasurer and approver type it, where officers hold their roles on a chain."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.host.folder import DataFolder
from endogene_token.sdk import TillKey
from endogene_token.store import open_engine, writing
from endogene_token.treasury.bankfiles.notice import CANADA, earliest_collection
from tests.cli.conftest import Imported
from tests.commands import Answer, call, run
from tests.unit.collect_desk import CANADA as SETTINGS
from tests.unit.collect_desk import closed, issued
from tests.unit.test_bank_cpa005 import read

MONTH, MERCHANT, ACCOUNT = "2026-10", 1, "12345-006-7654321"
SIGNED = ("--reference", "M-1", "--signed", "2022-03-01", "--name", "Boulangerie du Port")


class Terminal:
    """A treasurer before the data folder of a community with a bank and a statement of 1,149.75."""

    def __init__(self, folder: Path) -> None:
        self.folder = DataFolder(folder)
        lines = ["[canada]", *(f'{name} = "{value}"' for name, value in SETTINGS.items())]
        (folder / "bank.toml").write_text("\n".join(lines), "utf-8")
        engine = open_engine(Settings(data_dir=folder).database)
        with writing(engine) as connection, Session(connection) as session:
            session.add_all(closed([issued(1, MERCHANT, 100_000, 14_975, at=int(time.time()) - 86_400)]))
            session.flush()
        engine.dispose()

    def types(self, *words: object) -> Answer:
        return call("collect", *words, "--data", self.folder.root, "--json", ENDOGENE_LANG="en")

    def reads(self, *words: object, columns: int = 260) -> str:
        screen = {"ENDOGENE_LANG": "en", "COLUMNS": str(columns)}
        return run("collect", *words, "--data", self.folder.root, **screen).out


@pytest.fixture(scope="module")
def terminal(imported: Imported) -> Terminal:
    return Terminal(imported.data)


def first_day() -> str:
    now = datetime.now(UTC)
    return earliest_collection(CANADA, now.date(), now).isoformat()


def test_a_month_is_collected_from_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    """Mandate, draft, approval by the approver's key, the same bytes twice, handing in; each told in JSON."""
    given = terminal.types("mandate", "add", MERCHANT, *SIGNED, "--account", ACCOUNT)
    assert (given.code, given.json["tail"], "7654321" in given.out) == (0, "4321", False), given
    [due] = terminal.types("due", MONTH).json["due"]
    assert (due["amount"], due["why"]) == ("114975", None)
    treasurer, approver = (terminal.folder.keys / f"{name}.key" for name in ("treasurer", "approver"))
    assert terminal.types("draft", MONTH, "--day", first_day(), "--key", approver).error == "access"
    drafted = terminal.types("draft", MONTH, "--day", first_day())
    assert drafted.code == 0, drafted
    assert drafted.json["run"]["drafted_by"] == f"officer:{TillKey.from_file(treasurer).address.lower()}"
    number, [item] = drafted.json["run"]["number"], drafted.json["run"]["items"]
    reference = item["reference"]
    assert terminal.types("file", number, "--out", tmp_path / "early.txt").error == "run-state"
    assert terminal.types("approve", number, "--key", treasurer).error == "access"
    approved = terminal.types("approve", number, "--key", approver).json
    assert approved["approved_by"] == f"officer:{TillKey.from_file(approver).address.lower()}"
    files = [tmp_path / name for name in ("first.txt", "second.txt")]
    files[0].write_text("older, longer and open to all" * 100)
    files[0].chmod(0o644)
    assert [terminal.types("file", number, "--out", one).code for one in files] == [0, 0]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_mode & 0o077 == 0
    assert read(files[0].read_bytes())[2]["debit value"] == 114_975
    assert terminal.types("hand-in", number).json["state"] == "handed-in"
    assert terminal.types("cancel", number).error == "run-state"
    refused = ("reject", number, reference, "--code", "am04", "--key")
    assert terminal.types(*refused, treasurer).error == "access"
    assert terminal.types(*refused, approver).error == "item-day"
    assert terminal.types("reject", number, reference, "--code", "?", "--key", approver).error == "setting"
    assert [one["state"] for one in terminal.types("list").json["runs"]] == ["handed-in"]
    shown = terminal.reads("show", number)
    told = (reference, " 2026-000001", "149", "$", "Boulangerie du Port", "…4321", "operator, 20")
    assert [one for one in told if one not in shown] == [], shown
    narrow = terminal.reads("show", number, columns=80)
    assert [one for one in (reference, "$1,149.75") if one not in narrow] == [], narrow
    assert terminal.types("due", MONTH).json["due"][0]["why"] == "asked"
    assert "2026-000001" in terminal.reads("due", MONTH)
    assert "M-1" in terminal.reads("mandate", "list")


def test_what_cannot_be_is_said_with_its_code(terminal: Terminal) -> None:
    """Each step by its own error; nothing is kept."""
    assert terminal.types("draft", MONTH, "--day", "2026-02-30").error == "bank-date"
    assert terminal.types("draft", "2020-01", "--day", first_day()).error == "month-unissued"
    assert terminal.types("draft", "--day", first_day()).error == "run-empty"
    assert terminal.types("draft", "--day", first_day(), "--instalment", "x").error == "setting"
    assert terminal.types("show", 99).error == "unknown-run"
    assert terminal.types("payee", "add", "--name", "x", "--account", ACCOUNT).error == "setting"
    assert terminal.types("mandate", "end", 99, "--why", "x").error == "unknown-mandate"


def test_an_account_that_is_typed_is_in_no_history(terminal: Terminal) -> None:
    """Left out of the command, it is asked for; the answer shows its last characters."""
    words = ("collect", "payee", "add", "--merchant", MERCHANT, "--name", "Boulangerie du Port")
    done = call(*words, "--data", terminal.folder.root, typed=ACCOUNT + "\n", ENDOGENE_LANG="en")
    told = done.out + done.err
    assert (done.code, ACCOUNT in told, "…4321" in told) == (0, False, True), done
    [payee] = terminal.types("payee", "list").json["payees"]
    assert "Boulangerie du Port" in terminal.reads("payee", "list")
    assert terminal.types("payee", "end", payee["number"], "--why", "moved").json["state"] == "ended"
