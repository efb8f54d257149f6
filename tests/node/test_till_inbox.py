"""The folder of a till's agent: each line recorded once, whatever the files do, whenever the agent ends."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from endogene_token import crash
from endogene_token.errors import InboxError, ServiceUnavailableError
from endogene_token.sdk import Status
from endogene_token.till.inbox import Inbox
from tests.node.agents import Counter
from tests.node.inboxes import HEADER, REST, counter, drop, names, reading, refused, settle

__all__ = ["counter"]


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the process goes on after it."""


def test_a_file_written_whole_is_recorded_and_moved_to_done(counter: Counter) -> None:
    """Its last line needs no line feed; a refund may stand in the same file as its purchase."""
    drop(counter, "a.csv", HEADER + "A-1,100,2026-11-20T09:00,,,\nR-1,40,2026-11-20T10:00,refund,A-1,")
    settle(counter)
    assert names(counter.folder / "inbox") == []
    assert names(counter.folder / "inbox/done") == ["a.csv"]
    with counter.till() as till:
        till.flush()
        assert [(sale.receipt, sale.amount) for sale in till.sales()] == [("A-1", 100), ("R-1", 40)]
    assert [one.amount for one in counter.service.items.values()] == [100, 40]


def test_a_line_is_recorded_as_soon_as_it_has_ended(counter: Counter) -> None:
    """A growing file: no half line, and no line late."""
    now = [0.0]
    path = counter.folder / "inbox/day.csv"
    with reading(counter, now) as inbox, path.open("w", encoding="utf-8") as file:
        for text, expected in (
            (HEADER, 0),
            ("A-1,100,2026-11-20", 0),
            (",,,\nA-2,2", 1),
            ("00,2026-11-20,,,\n", 1),
        ):
            file.write(text)
            file.flush()
            now[0] += 1
            assert inbox.step() == expected
        assert inbox.waiting == 1
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [100, 200]


def test_a_program_that_keeps_its_file_open_loses_nothing_when_it_was_moved(counter: Counter) -> None:
    """What it goes on writing lands in done/, and is read there; also by the next process."""
    now = [0.0]
    path = counter.folder / "inbox/day.csv"
    with path.open("w", encoding="utf-8") as file:
        with reading(counter, now) as inbox:
            file.write(HEADER + "A-1,100,2026-11-20,,,\n")
            file.flush()
            inbox.step()
            now[0] += REST
            inbox.step()
            assert names(counter.folder / "inbox/done") == ["day.csv"]
            file.write("A-2,200,2026-11-20,,,\n")
            file.flush()
            assert sum(inbox.step() for _ in range(11)) == 1
        file.write("A-3,300,2026-11-20,,,\n")
    settle(counter)
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [100, 200, 300]


def test_a_program_that_goes_on_without_the_names_of_columns_is_understood(counter: Counter) -> None:
    """It writes them in the morning only; its file was moved at noon. Nothing in done/ is written over."""
    drop(counter, "day.csv", HEADER + "A-1,100,2026-11-20,,,\n")
    settle(counter)
    for n in (2, 3):
        drop(counter, "day.csv", f"A-{n},{n}00,2026-11-20,,,\n{HEADER}")
        settle(counter)
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [100, 200, 300]
    assert names(counter.folder / "inbox/done") == ["day-2.csv", "day-3.csv", "day.csv"]


def test_a_bad_line_is_told_with_its_reason_and_hides_no_other(counter: Counter) -> None:
    """The report opens in a spreadsheet, which runs nothing of it."""
    lines = [
        "A-1,100,2026-11-20,,,",
        "=1+1,5,x,,,",
        "A-2,12.50,2026-11-20,,,",
        "R-1,5,2026-11-20,refund,A-9,",
    ]
    drop(counter, "a.csv", HEADER + "\n".join([*lines, "A-3,300,2026-11-20,,,\n"]))
    settle(counter)
    assert refused(counter) == [("3", "agent-field"), ("4", "amount"), ("5", "return-without-purchase")]
    [report] = (counter.folder / "inbox/refused").iterdir()
    assert ",\"'=1+1" in report.read_text("utf-8-sig") or ",'=1+1" in report.read_text("utf-8-sig")
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [100, 300]


@pytest.mark.parametrize(("name", "text"), [("a.csv", "A-1;100\n"), ("a.json", '[{"receipt":')])
def test_a_file_that_cannot_be_read_as_a_whole_is_set_aside(counter: Counter, name: str, text: str) -> None:
    """Only once it is at rest: it may still be being written."""
    drop(counter, name, text)
    now = [0.0]
    with reading(counter, now) as inbox:
        inbox.step()
        assert names(counter.folder / "inbox") == [name]
        now[0] += REST
        inbox.step()
        assert (names(counter.folder / "inbox"), inbox.refused) == ([], 1)
    assert len(names(counter.folder / "inbox/refused")) == 2


def test_what_is_no_file_of_sales_is_left_alone(counter: Counter) -> None:
    """Drafts, other files, folders, and links that lead elsewhere."""
    inbox = counter.folder / "inbox"
    (counter.folder / "elsewhere.csv").write_text(HEADER + "A-9,1,2026-11-20,,,\n", "utf-8")
    (inbox / "link.csv").symlink_to(counter.folder / "elsewhere.csv")
    (inbox / "folder.csv").mkdir()
    for name in (".hidden.csv", "a.csv.tmp", "a.csv.part", "notes.txt"):
        (inbox / name).write_text(HEADER + "A-9,1,2026-11-20,,,\n", "utf-8")
    settle(counter)
    with counter.till() as till:
        assert till.sales() == []
    assert len(list(inbox.iterdir())) == 8


def test_a_file_written_again_under_its_name_is_read_again(counter: Counter) -> None:
    """Software that exports the whole day each time: what is known is not recorded twice."""
    now = [0.0]
    with reading(counter, now) as inbox:
        for count in (1, 3, 2):
            drop(counter, "day.csv", HEADER + "".join(f"A-{n},{n + 1},2026-11-20,,,\n" for n in range(count)))
            inbox.step()
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [1, 2, 3]


def test_a_full_day_s_file_that_cannot_be_recorded_yet_waits(counter: Counter) -> None:
    """A till that never met its community: nothing is moved, nothing is refused."""
    drop(counter, "a.csv", HEADER + "A-1,100,2026-11-20,,,\n")
    counter.wire.is_cut = True
    now = [0.0]
    with reading(counter, now) as inbox, pytest.raises(ServiceUnavailableError):
        inbox.step()
    assert names(counter.folder / "inbox") == ["a.csv"]
    counter.wire.is_cut = False
    settle(counter)
    assert names(counter.folder / "inbox") == []


def test_a_folder_that_is_gone_is_told(counter: Counter) -> None:
    """A stick that was pulled out; and one that never was."""
    now = [0.0]
    with reading(counter, now) as inbox:
        for folder in ("done", "refused", "."):
            (counter.folder / "inbox" / folder).rmdir()
        with pytest.raises(InboxError):
            inbox.step()
    (counter.folder / "file").write_text("", "utf-8")
    with counter.till() as till, pytest.raises(InboxError):
        Inbox(counter.folder / "file", till)


def test_a_file_that_cannot_be_opened_holds_back_no_other(counter: Counter) -> None:
    """It is told; the others are recorded all the same."""
    drop(counter, "a.csv", HEADER + "A-1,100,2026-11-20,,,\n")
    drop(counter, "b.csv", HEADER + "A-2,200,2026-11-20,,,\n")
    now = [0.0]
    with reading(counter, now) as inbox, pytest.MonkeyPatch.context() as patch:
        opened = Path.open

        def refusing(path: Path, *mode: str, **options: str) -> object:
            if path.name == "a.csv":
                raise PermissionError(13, "Permission denied")
            return opened(path, *mode, **options)  # type: ignore[call-overload]

        patch.setattr(Path, "open", refusing)
        with pytest.raises(InboxError):
            inbox.step()
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [200]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    "point", ["till.chunk.recorded", "till.report.written", "till.file.moved", "till.file.refused"]
)
def test_killed_at_any_point_the_next_process_ends_as_undisturbed(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, point: str, nth: int
) -> None:
    """Each sale once, each bad line told once, each file at its place."""
    sales = "".join(f"A-{n},{n + 1},2026-11-20,,,\n" for n in range(700))
    drop(counter, "a.csv", HEADER + sales + "bad\n")
    drop(counter, "b.csv", HEADER + "B-1,1000,2026-11-20,,,\nworse\n")
    drop(counter, "c.csv", "no columns\n")
    passes = [0]

    def killing(name: str) -> None:
        if name == point:
            passes[0] += 1
            if passes[0] == nth:
                raise Killed

    with monkeypatch.context() as killer:
        killer.setattr(crash, "point", killing)
        try:
            settle(counter)
        except Killed:
            pass
        else:
            assert passes[0] < nth, "the point was passed and killed nobody"
    assert passes[0] > 0
    settle(counter)
    with counter.till() as till:
        till.flush()
        assert till.counts()[Status.ACCEPTED] == 701
    assert sorted(one.amount for one in counter.service.items.values()) == [*range(1, 701), 1000]
    assert (names(counter.folder / "inbox"), len(names(counter.folder / "inbox/done"))) == ([], 2)
    assert sorted(refused(counter)) == [("1", "agent-header"), ("3", "agent-line"), ("702", "agent-line")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_the_files_and_restarts_do_each_receipt_is_recorded_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Files grow, rest, are dropped again; the agent ends and starts. In the end: all lines, each once."""
    counter = Counter(tmp_path_factory.mktemp("shop"))
    folder = counter.folder / "inbox"
    folder.mkdir()
    now, written = [0.0], 0
    for _ in range(data.draw(st.integers(1, 5))):
        with reading(counter, now) as inbox:
            for step in data.draw(
                st.lists(st.sampled_from(["grow", "drop", "again", "rest", "read"]), max_size=6)
            ):
                if step == "grow":
                    path = folder / "day.csv"
                    with path.open("a", encoding="utf-8") as file:
                        file.write("" if file.tell() else HEADER)
                        file.write(f"A-{written},{written + 1},2026-11-20,,,\n")
                    written += 1
                elif step == "drop":
                    drop(counter, f"x{written}.csv", HEADER + f"A-{written},{written + 1},2026-11-20,,,")
                    written += 1
                elif step == "again" and written:
                    drop(counter, "again.csv", HEADER + f"A-{written - 1},{written},2026-11-20,,,\n")
                else:
                    now[0] += REST if step == "rest" else 1
                    inbox.step()
    settle(counter)
    with counter.till() as till:
        assert sorted(sale.amount for sale in till.sales()) == list(range(1, written + 1))
    assert (names(folder), refused(counter)) == ([], [])


def test_files_in_done_that_rest_for_days_are_read_no_more(counter: Counter) -> None:
    """A year of files costs the agent nothing."""
    drop(counter, "a.csv", HEADER + "A-1,100,2026-11-20,,,\n")
    settle(counter)
    done = counter.folder / "inbox/done/a.csv"
    done.write_text(HEADER + "A-2,200,2026-11-20,,,\n", "utf-8")
    old = time.time() - 3 * 86_400
    os.utime(done, (old, old))
    settle(counter)
    with counter.till() as till:
        assert [sale.amount for sale in till.sales()] == [100]
