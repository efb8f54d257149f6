"""`endogene books` on a community into which a till's journal was imported."""

import re
from pathlib import Path

import pytest

from endogene_token.treasury.books.fec_check import check_fec
from tests.cli.conftest import Imported
from tests.commands import Answer, call, run

SIREN = "732829320"


def books(imported: Imported, *words: object, **variables: str) -> Answer:
    return call("books", *words, "--data", imported.data, **variables)


def test_the_journal_and_the_trial_balance_agree(imported: Imported) -> None:
    """What was imported is booked; debits and credits are equal to the cent."""
    entries = books(imported, "journal", "--json").json["entries"]
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    lines = [line for entry in entries for line in entry["lines"]]
    trial = books(imported, "trial", "--json").json
    debit, credit = (sum(int(line[side]) for line in lines) for side in ("debit", "credit"))
    assert (trial["totals"]["debit"], trial["totals"]["credit"]) == (str(debit), str(credit))
    assert debit == credit > 0
    assert (trial["totals"]["opening"], trial["totals"]["closing"]) == ("0", "0")
    parts = books(imported, "trial", "--auxiliaries", "--json").json["rows"]
    assert {"M1"} <= {row["auxiliary"] for row in parts}


@pytest.mark.parametrize("word", ["journal", "trial"])
def test_people_read_a_table(imported: Imported, word: str) -> None:
    """With the names of accounts, and amounts as people here write them."""
    shown = run("books", word, "--data", imported.data, ENDOGENE_LANG="en")
    assert shown.code == 0
    assert re.search("Premiums receivable", shown.out)


def test_the_french_file_is_written_with_its_description_and_checked(
    imported: Imported, tmp_path: Path
) -> None:
    """One that was changed afterwards is refused, with the rule that it breaks."""
    options = ("--chart", "france", "--siren", SIREN, "--out", tmp_path)
    told = books(imported, "fec", *options, "--json").json
    file = Path(told["file"])
    assert told["faults"] == []
    assert check_fec(file.name, file.read_bytes()) == []
    assert file.with_name(f"{file.stem}_description.txt").exists()
    assert call("books", "fec", "--check", file).code == 0
    file.write_bytes(file.read_bytes().replace(b"\t0,00\t", b"\t0,01\t", 1))
    refused = call("books", "fec", "--check", file, "--json")
    assert (refused.code, refused.error) == (1, "fec-fault")
    assert refused.json["faults"]


def test_the_ledger_is_written_on_the_screen_or_into_a_file(imported: Imported, tmp_path: Path) -> None:
    """The same text."""
    path = tmp_path / "fund.beancount"
    shown = books(imported, "beancount", ENDOGENE_LANG="en")
    assert books(imported, "beancount", "--out", path, ENDOGENE_LANG="en").code == 0
    assert path.read_text("utf-8") == shown.out
    assert " balance Assets:Cash " in shown.out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("journal", "--year", 1999), "year-empty"),
        (("trial", "--until", "31/12/2026"), "books-date"),
        (("fec", "--siren", "123456789"), "siren"),
        (("fec",), "siren"),
        (("fec", "--check", "absent.txt"), "books-file"),
        (("beancount", "--chart", "absent.toml"), "chart-missing"),
        (("beancount", "--out", "/nowhere/fund.beancount"), "books-file"),
    ],
)
def test_what_cannot_be_drawn_up_is_told_by_name(
    imported: Imported, words: tuple[object, ...], error: str
) -> None:
    """Exit 1, one sentence, nothing written."""
    answer = books(imported, *words, "--json")
    assert (answer.code, answer.error) == (1, error)


def test_a_chart_in_the_data_folder_is_the_communitys_own(imported: Imported) -> None:
    """Without an option, and one that is not whole is refused with the pocket's name."""
    path = imported.data / "chart.toml"
    path.write_text("year_begins = ''", "utf-8")
    try:
        assert books(imported, "trial", "--json").error == "chart-format"
    finally:
        path.unlink()
