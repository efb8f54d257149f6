"""`endogene sales`: files, lists, connectors and erasing, on the database of a data folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.sales import HostedTill
from endogene_token.sales.models import TillState
from endogene_token.store import migrate, open_engine, writing
from tests.commands import call, run

FILE = "facture;date;total\nA-1;2026-11-20 17:42;42,75\n=B;2026-11-20;douze\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose database knows one hosted till, of merchant 4."""
    data = tmp_path / "data"
    data.mkdir()
    engine = open_engine(Settings(data_dir=data).database)
    migrate(engine)
    with writing(engine) as connection, Session(connection) as session:
        till: dict[str, Any] = {
            "merchant": 4,
            "number": 7,
            "till": 7,
            "keystore": "{}",
            "state": TillState.OPEN,
        }
        session.add(HostedTill(address="0x" + "11" * 20, **till))
        session.flush()
    engine.dispose()
    (data / "sales.csv").write_text(FILE, "utf-8")
    return data


def test_a_file_is_tried_taken_and_taken_again(folder: Path) -> None:
    """A trial keeps nothing; the second time nothing is new; the refused lines are a file."""
    given = ("sales", "import", folder / "sales.csv", "--merchant", 4, "--data", folder, "--json")
    tried = call(*given, "--dry-run").json
    first = call(*given, "--errors", folder / "errors.csv").json
    again = call(*given).json
    assert [(one["added"], one["again"], one["refused"]) for one in (tried, first, again)] == [
        (1, 0, 1),
        (1, 0, 1),
        (0, 1, 1),
    ]
    assert "3,'=B,amount-text" in (folder / "errors.csv").read_text("utf-8")
    listed = call("sales", "list", "--merchant", 4, "--data", folder, "--json").json["sales"]
    assert [(one["receipt"], one["amount"], one["status"]) for one in listed] == [("A-1", "4275", "pending")]


def test_a_person_reads_what_became_of_the_file(folder: Path) -> None:
    """One sentence of numbers, and a line for each refusal."""
    answer = run("sales", "import", folder / "sales.csv", "--merchant", 4, "--data", folder)
    assert "2 lines: 1 new, 0 kept before, 1 refused." in answer.out
    assert "3: On line 3" in answer.err, answer.err
    assert call("sales", "list", "--merchant", 4, "--data", folder).code == 0


def test_columns_are_said_once(folder: Path) -> None:
    """The next file of the same software needs no word."""
    for number, said in (
        ("1", ("--column", "receipt=x", "--column", "at=y", "--column", "amount=z")),
        ("2", ()),
    ):
        (folder / "other.csv").write_text(f"x,y,z\n{number},2026-11-20,2.50\n", "utf-8")
        given = ("sales", "import", folder / "other.csv", "--merchant", 4, "--data", folder, "--json")
        assert call(*given, *said).json["added"] == 1


def test_a_shop_is_connected_with_a_secret_that_is_new_each_time(folder: Path) -> None:
    """Done again, the secret before is worth nothing."""
    given = ("sales", "connect", "woocommerce", "--merchant", 4, "--data", folder, "--json")
    first, second = call(*given).json, call(*given).json
    assert first["path"] == "/v1/connectors/woocommerce/4"
    assert len(first["secret"]) == 64
    assert first["secret"] != second["secret"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import", "nothing.csv", "--merchant", 4), "journal-missing"),
        (("import", "sales.csv", "--merchant", 5), "not-hosted"),
        (("import", "sales.csv", "--merchant", 4, "--till", 8), "not-hosted"),
        (("import", "sales.csv", "--merchant", 4, "--column", "receipt=no"), "column-unmapped"),
        (("erase", "nothing", "--merchant", 4), "unknown-purchase"),
    ],
)
def test_what_cannot_be_done_is_told_by_name(
    folder: Path, arguments: tuple[object, ...], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, no traceback."""
    monkeypatch.chdir(folder)
    answer = call("sales", *arguments, "--data", folder, "--json")
    assert (answer.code, answer.error) == (1, code), json.dumps(answer.json)
