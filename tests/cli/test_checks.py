"""`audit` and `rebuild`: a read model that differs from the chain is found, named and mended."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Imported
from tests.commands import Answer, call

pytestmark = pytest.mark.xdist_group("import")  # one worker, one set-up


def check(command: str, imported: Imported, *options: str) -> Answer:
    return call(command, *options, "--data", imported.data)


def change(data: Path, statement: str) -> int:
    """Change the read model by hand; return how many rows it took."""
    with sqlite3.connect(data.joinpath("ledger.sqlite")) as database:
        rows = database.execute(statement).rowcount
    database.close()
    return rows


@pytest.fixture
def corrupted(imported: Imported) -> Iterator[Imported]:
    """The read model with one member's balance changed by hand; sound again afterwards."""
    query = "UPDATE member SET balance = balance + 1 WHERE number = (SELECT max(number) FROM member)"
    assert change(imported.data, query) == 1
    yield imported
    assert check("rebuild", imported).code == 0


def test_audit_of_a_sound_read_model_prints_zero(imported: Imported) -> None:
    """Every pocket, merchant, till and member was compared; 0 differences, exit 0, in words and in JSON."""
    told = check("audit", imported)
    assert (told.code, told.err) == (0, "")
    assert told.out.rstrip().endswith(": 0")
    answer = check("audit", imported, "--json")
    assert answer.code == 0
    assert (answer.json["differences"], answer.json["rows"]) == (0, [])
    assert answer.json["compared"] > 200


def test_audit_names_what_differs_and_exits_1(corrupted: Imported) -> None:
    """One cent beside the chain is found and named, and the JSON is still one document."""
    answer = check("audit", corrupted, "--json")
    assert (answer.code, answer.error) == (1, "audit")
    assert answer.json["differences"] == len(answer.json["rows"]) > 0
    [row] = [one for one in answer.json["rows"] if "balance" in one["what"]]
    assert int(row["read_model"]) == int(row["chain"]) + 1
    told = check("audit", corrupted)
    assert told.code == 1
    assert row["what"] in told.out
    assert "audit" in told.err


def test_rebuild_check_finds_the_difference_and_changes_nothing(corrupted: Imported) -> None:
    """--check compares a copy: what it found is still there for the next one."""
    first = check("rebuild", corrupted, "--check", "--json")
    assert (first.code, first.error) == (1, "rebuild-differs")
    assert first.json["read_model"] != first.json["rebuilt"]
    second = check("rebuild", corrupted, "--check", "--json")
    assert second.json == first.json


def test_rebuild_mends_what_was_changed_by_hand(imported: Imported) -> None:
    """The read model is worth nothing that the chain does not hold: it is made again from it, to the byte."""
    sound = check("rebuild", imported, "--check", "--json")
    assert sound.code == 0
    assert sound.json["read_model"] == sound.json["rebuilt"]
    assert change(imported.data, "DELETE FROM purchase WHERE sequence = 7") == 1
    assert change(imported.data, "UPDATE pockets SET reserve = reserve - 1") == 1
    assert check("audit", imported, "--json").code == 1
    mended = check("rebuild", imported)
    assert mended.code == 0
    assert mended.out.count(sound.json["read_model"]) == 2  # whole, however narrow the terminal
    assert check("audit", imported, "--json").code == 0


def test_what_nobody_foresaw_is_kept_in_a_file_and_told_in_a_sentence(
    imported: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback reaches a person; those who mend the program find it, and machines get their JSON."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert change(imported.data, "UPDATE member SET balance = 'x' WHERE number = 1") == 1
    answer = check("audit", imported)
    assert (answer.code, answer.out) == (1, "")
    assert "Traceback" not in answer.err
    [kept] = tmp_path.glob("endogene-*.log")
    assert str(kept) in answer.err
    assert "Traceback" in kept.read_text("utf-8")
    assert check("audit", imported, "--json").error == "endogene"
    assert check("rebuild", imported).code == 0


@pytest.mark.parametrize("command", ["audit", "rebuild"])
def test_a_folder_without_a_community_is_named(tmp_path: Path, command: str) -> None:
    """Nothing is founded by a question."""
    data = tmp_path.joinpath("nothing")
    answer = call(command, "--data", data, "--json")
    assert (answer.code, answer.error) == (1, "not-deployed")
    assert not data.exists()
