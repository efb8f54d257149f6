"""`endogene sales`: files, lists, connectors and erasing, on the database of a data folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.host.folder import DataFolder
from endogene_token.office import trail
from endogene_token.sales import HostedTill, SaleConnector
from endogene_token.sales.models import TillState
from endogene_token.store import migrate, open_engine, reading, writing
from tests.api.bare_site import community
from tests.commands import call, run

FILE = "facture;date;total\nA-1;2026-11-20 17:42;42,75\n=B;2026-11-20;douze\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder of a community whose database knows one hosted till, of merchant 4."""
    data = tmp_path / "data"
    data.mkdir()
    community().save(DataFolder(data).community)
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
        assert call(*given, *said).json["added"] == 0
    engine = open_engine(Settings(data_dir=folder).database)
    with reading(engine) as connection, Session(connection) as session:
        actions = [one.action for one in trail.page(session, 0, 10, "merchant:4/connector:csv")]
    engine.dispose()
    assert actions == ["connector.kept"], "what is said again unchanged is no change"


def test_a_shop_is_connected_with_a_secret_that_is_new_each_time(folder: Path) -> None:
    """Done again, the secret before is worth nothing."""
    given = ("sales", "connect", "woocommerce", "--merchant", 4, "--data", folder, "--json")
    first, second = call(*given).json, call(*given).json
    assert first["path"] == "/v1/connectors/woocommerce/4"
    assert len(first["secret"]) == 64
    assert first["secret"] != second["secret"]


def test_a_shop_is_disconnected_in_one_command_and_no_secret_comes_back(folder: Path) -> None:
    """Connected again it has a third secret; each step is in the trail."""
    given = ("--merchant", 4, "--data", folder, "--json")
    assert call("sales", "disconnect", *given).error == "connector-missing"
    first = call("sales", "connect", "woocommerce", *given).json["secret"]
    assert call("sales", "disconnect", *given).code == 0
    engine = open_engine(Settings(data_dir=folder).database)
    with reading(engine) as connection, Session(connection) as session:
        found = session.get(SaleConnector, (4, "woocommerce"))
        actions = [one.action for one in trail.page(session, 0, 10, "merchant:4/connector:woocommerce")]
    engine.dispose()
    assert found is not None
    assert found.generation == 2
    assert actions == ["connector.kept", "connector.closed"]
    assert call("sales", "connect", "woocommerce", *given).json["secret"] != first


def test_a_file_is_looked_at_and_its_refused_lines_are_found_again(folder: Path) -> None:
    """A preview needs no community; what was refused is written again later."""
    seen = call("sales", "preview", folder / "sales.csv", "--json").json
    assert (seen["columns"]["receipt"], seen["columns"]["dates"], seen["rows"]) == ("facture", "iso", 2)
    call("sales", "import", folder / "sales.csv", "--merchant", 4, "--data", folder)
    [kept] = call("sales", "uploads", "--merchant", 4, "--data", folder, "--json").json["uploads"]
    assert [kept[name] for name in ("kind", "rows", "added", "refused")] == ["csv", 2, 1, 1]
    written = ("--out", folder / "again.csv", "--data", folder, "--json")
    assert call("sales", "errors", kept["id"], *written).json["refused"] == 1
    assert "3,'=B,amount-text" in (folder / "again.csv").read_text("utf-8")
    assert call("sales", "errors", 999, *written).error == "unknown-upload"


def test_people_see_the_columns_and_the_numbers(folder: Path) -> None:
    """As tables."""
    told = run("sales", "preview", folder / "sales.csv").out
    assert "Column" in told
    assert "42,75" in told
    call("sales", "import", folder / "sales.csv", "--merchant", 4, "--data", folder)
    assert "Kept before" in run("sales", "uploads", "--merchant", 4, "--data", folder).out


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
