"""A journal imported: its sums, its refused lines, the same run again."""

import csv
import sqlite3
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from endogene_token.indexer.digest import canonical_digest
from endogene_token.store import open_engine
from tests.cli.conftest import Imported
from tests.commands import call
from tests.journals import COLUMNS, RATE_BPS

pytestmark = pytest.mark.xdist_group("import")  # one worker, one set-up

KEYS = {
    *("lines", "sales", "returns", "anonymous", "refused", "waiting", "premiums", "credits"),
    *("shifted_days", "refused_file", "milliseconds"),
}


def digest(data: Path) -> str:
    engine = open_engine(f"sqlite:///{data / 'ledger.sqlite'}")
    try:
        return canonical_digest(engine)
    finally:
        engine.dispose()


def small(folder: Path, *lines: str) -> Path:
    path = folder.joinpath("small.csv")
    path.write_text("\n".join([COLUMNS, *lines, ""]), "utf-8")
    return path


def test_an_import_reports_what_the_rules_make_of_the_journal(imported: Imported) -> None:
    """Premiums and credits to the cent, by a computation that shares no code with ours.

    Refused lines are no failure: the command exits 0.
    """
    assert imported.answer.code == 0, imported.answer
    report = imported.answer.json
    assert {name: report[name] for name in imported.expected.report} == imported.expected.report
    assert set(report) == KEYS
    told = report["sales"] + report["returns"] + sum(report["refused"].values())
    assert told == report["lines"]
    assert len(imported.expected.refused) >= 12  # every disorder of the generator is there


def test_json_comes_without_a_progress_bar(imported: Imported) -> None:
    """The standard output is one document; the standard error holds sentences only."""
    assert imported.answer.out.startswith("{")
    assert "━" not in imported.answer.err + imported.answer.out


def test_each_refused_line_stands_once_in_the_file_with_its_reason(imported: Imported) -> None:
    """Nothing is dropped in silence, and a formula in a journal stays text."""
    with Path(imported.answer.json["refused_file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["line"]) for row in rows] == imported.expected.refused_lines
    assert all(row["code"] and row["reason"] for row in rows)
    assert [row["invoice"] for row in rows if row["invoice"].endswith("=1+1")] == ["'=1+1"]


def test_the_last_day_of_the_journal_becomes_yesterday(imported: Imported) -> None:
    """By default the days are shifted; today is that of the community's time zone."""
    last = imported.journal.read_text("latin-1").split("\n")[-2].split(",")[1].partition(" ")[0]
    today = datetime.now(ZoneInfo("America/Toronto")).date()
    shifted = (today - date.fromisoformat(last)).days - 1
    assert imported.answer.json["shifted_days"] in {shifted, shifted - 1}  # midnight may lie between


def test_the_same_journal_again_records_nothing_new(imported: Imported) -> None:
    """Run twice, by whatever accident: the same figures, the same read model to the byte."""
    before = digest(imported.data)
    again = call(*imported.arguments)
    assert again.code == 0, again
    first = imported.answer.json
    assert {**again.json, "milliseconds": 0} == {**first, "milliseconds": 0}
    assert digest(imported.data) == before


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--merchant", 1, "--rate-bps", RATE_BPS + 1), "rate-differs"),
        (("--merchant", 1_000), "unknown-merchant"),
    ],
)
def test_terms_that_the_register_does_not_hold_are_refused(
    imported: Imported, tmp_path: Path, options: tuple[object, ...], error: str
) -> None:
    """An import changes no rate, and admits nobody but the register's next number."""
    before = digest(imported.data)
    answer = call("import", small(tmp_path), *options, "--data", imported.data, "--json")
    assert (answer.code, answer.error) == (1, error)
    assert digest(imported.data) == before


def test_without_enrol_the_unknown_customers_are_refused_by_name(imported: Imported, tmp_path: Path) -> None:
    """The known customer of the same journal is recorded; the others' codes stand in the file."""
    known = imported.journal.read_text("latin-1").split("\n")[1].split(",")[2] or "17000"
    journal = small(
        tmp_path,
        f"X1,2011-03-01 08:00:00,{known},1000,sale,",
        "X2,2011-03-01 08:01:00,stranger,1000,sale,",
        "X3,2011-03-01 08:02:00,,1000,sale,",
        "X4,2011-03-01 08:03:00,stranger,-1000,return,X2",
    )
    refused = tmp_path.joinpath("refused.csv")
    arguments = ("import", journal, "--merchant", 1, "--refused", refused, "--data", imported.data)
    answer = call(*arguments, "--json")
    assert answer.code == 0, answer
    assert answer.json["refused"] == {"unknown-customer": 1, "return-without-purchase": 1}
    assert (answer.json["sales"], answer.json["anonymous"]) == (2, 1)
    assert "stranger" in refused.read_text("utf-8")


def test_a_journal_that_is_none_is_refused_before_anything_is_founded(tmp_path: Path) -> None:
    """A mistyped path costs no community; values that look like markup are shown, not obeyed."""
    data = tmp_path.joinpath("data")
    journal = tmp_path.joinpath("journal.csv")
    for content, error in ((None, "journal-missing"), (b"[/bold] :smile:\n", "header")):
        if content is not None:
            journal.write_bytes(content)
        answer = call("import", journal, "--merchant", 1, "--data", data, "--json")
        assert (answer.code, answer.error) == (1, error)
        assert not data.exists()
    told = call("import", journal, "--merchant", 1, "--data", data)
    assert told.code == 1
    assert "[/bold] :smile:" in told.err
    assert "Traceback" not in told.err + told.out


def test_a_journal_may_keep_its_days_in_a_community_founded_for_it(tmp_path: Path) -> None:
    """Its windows admit the journal's age; what no calendar of ours holds is refused alone."""
    journal = small(
        tmp_path,
        "K1,1998-01-31 08:00:00,,1000,sale,",
        "K2,1969-12-31 08:00:00,,1000,sale,",
        "K3,9999-12-31 08:00:00,,1000,sale,",
    )
    data = tmp_path.joinpath("data")
    answer = call("import", journal, "--merchant", 1, "--keep-days", "--data", data, "--json")
    assert answer.code == 0, answer
    report = answer.json
    assert (report["sales"], report["shifted_days"], report["premiums"]) == (1, 0, "28")
    assert report["refused"] == {"day": 1, "future-day": 1}
    with sqlite3.connect(data.joinpath("ledger.sqlite")) as database:
        [days] = database.execute("SELECT day FROM purchase WHERE reason = 0").fetchall()
    database.close()
    assert days == ((date(1998, 1, 31) - date(1970, 1, 1)).days,)
