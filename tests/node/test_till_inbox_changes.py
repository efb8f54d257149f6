"""A shop's folder while others write, clean and fail: no sale missed, none doubled, and nothing untold."""

import os
import time
from pathlib import Path

import pytest

from endogene_token.errors import InboxError, UnendedLineError
from endogene_token.sdk import Sale
from endogene_token.sdk.intake import Intake
from endogene_token.sdk.sales import Draft
from tests.node.agents import Counter
from tests.node.inboxes import HEADER, REST, counter, drop, names, reading, refused, settle

__all__ = ["counter"]


def test_a_file_written_again_in_its_place_is_read_again(counter: Counter) -> None:
    """The newest sale first, or one document after another: none is missed or read from its middle."""
    now = [0.0]
    csv_file, document = (counter.folder / "inbox" / name for name in ("day.csv", "sale.json"))
    with reading(counter, now) as inbox:
        for rows in (["AA-1001,4599"], ["A-7,5", "AA-1001,4599"], ["B-10001,123", "A-7,5", "AA-1001,4599"]):
            csv_file.write_text(HEADER + "".join(f"{row},2026-11-20,,,\n" for row in rows), "utf-8")
            inbox.step()
            inbox.step()
        for receipt, amount in (("A-1001", 4599), ("A-1002", 1250)):
            told = f'{{"receipt":"{receipt}","amount":{amount},"at":"2026-11-20"}}'
            document.write_text(told, "utf-8")
            inbox.step()
            inbox.step()
    with counter.till() as till:
        found = [(sale.receipt, sale.amount) for sale in till.sales()]
        csv_rows = [("AA-1001", 4599), ("A-7", 5), ("B-10001", 123)]
        assert found == [*csv_rows, ("A-1001", 4599), ("A-1002", 1250)]
    assert refused(counter) == []


@pytest.mark.parametrize("age_seconds", [0, 3_600])
def test_a_file_of_the_same_length_written_in_its_place_is_read_again(
    counter: Counter, age_seconds: int
) -> None:
    """Within one tick of the file system's clock, or later; its refused lines are those it now has."""
    now = [0.0]
    path = counter.folder / "inbox/day.csv"
    with reading(counter, now) as inbox:
        for receipt in ("A-1", "A-2", "A-3"):
            path.write_text(f"{HEADER}{receipt},100,2026-11-20,,,\n{receipt},bad,,,,\n", "utf-8")
            written = time.time() - age_seconds
            os.utime(path, (written, written))
            for _ in range(3):
                inbox.step()
        assert inbox.refused == 3
    with counter.till() as till:
        assert [sale.receipt for sale in till.sales()] == ["A-1", "A-2", "A-3"]
    assert refused(counter) == [("3", "agent-field")] * 3


def test_a_cut_last_line_of_a_file_that_grew_is_told_and_not_recorded(counter: Counter) -> None:
    """Software that writes block by block stops within a line, overnight too: half an amount is no amount."""
    now = [0.0]
    path = counter.folder / "inbox/day.csv"
    with reading(counter, now) as inbox:
        for text in (HEADER, "A-1,100,2026-11-20,,,\nA-2,2"):
            with path.open("a", encoding="utf-8") as file:
                file.write(text)
            inbox.step()
        now[0] += 3_599
        inbox.step()
        assert inbox.trouble is None
        now[0] += 1
        inbox.step()
        assert isinstance(inbox.trouble, UnendedLineError)
        with path.open("a", encoding="utf-8") as file:
            file.write("00,2026-11-20,,,\n")
        assert (inbox.step(), inbox.trouble) == (1, None)
        with path.open("a", encoding="utf-8") as file:
            file.write("A-3")
        inbox.step()
        now[0] += 3_600
        inbox.step()
        assert inbox.trouble is not None
        path.unlink()
        inbox.step()
        assert inbox.trouble is None
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [100, 200]


def test_a_report_that_could_not_be_written_is_written_once_it_can(counter: Counter) -> None:
    """The file stays until its refused line is told."""
    drop(counter, "a.csv", HEADER + "A-1,bad,2026-11-20,,,\n")
    now = [0.0]
    with reading(counter, now) as inbox:
        (counter.folder / "inbox/refused").rmdir()
        for _ in range(2):
            with pytest.raises(InboxError):
                inbox.step()
            now[0] += REST
        assert names(counter.folder / "inbox") == ["a.csv"]
        (counter.folder / "inbox/refused").mkdir()
        inbox.step()
    assert (names(counter.folder / "inbox"), refused(counter)) == ([], [("2", "amount")])


def test_a_file_that_is_cleaned_away_while_the_folder_is_read_ends_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the listing of done/ and the look at its files."""
    drop(counter, "a.csv", HEADER + "A-1,100,2026-11-20,,,\n")
    settle(counter)
    drop(counter, "b.csv", HEADER + "A-2,200,2026-11-20,,,\n")
    scanned = os.scandir

    def cleaning(folder: Path) -> list[os.DirEntry[str]]:
        found = list(scanned(folder))
        (counter.folder / "inbox/done/a.csv").unlink(missing_ok=True)
        return found

    now = [0.0]
    with reading(counter, now) as inbox:
        found = list(scanned(counter.folder / "inbox/done"))
        assert [one.name for one in found] == ["a.csv"]
        monkeypatch.setattr(os, "scandir", cleaning)
        assert (inbox.step(), inbox.trouble) == (1, None)


def test_a_sale_at_which_the_program_fails_is_refused_and_the_others_are_recorded(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told among the refused lines; the agent goes on."""
    drop(counter, "a.csv", HEADER + "".join(f"A-{n},{n}00,2026-11-20,,,\n" for n in (1, 2, 3)))
    now = [0.0]
    with reading(counter, now) as inbox:
        admit = Intake.admit

        def failing(intake: Intake, draft: Draft) -> Sale:
            if draft.receipt == "A-2":
                raise ArithmeticError
            return admit(intake, draft)

        monkeypatch.setattr(Intake, "admit", failing)
        assert inbox.step() == 3
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [100, 300]
    assert refused(counter) == [("3", "agent-fault")]
