"""A shop's folder for tests: files dropped into it, what reads it, what it refused."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from endogene_token.till.inbox import Inbox
from tests.node.agents import Counter

HEADER = "receipt,amount,at,kind,purchase,card\n"
REST = 60.0


@contextmanager
def reading(counter: Counter, now: list[float]) -> Iterator[Inbox]:
    """A process that reads the shop's folder; `now` is its clock."""
    with counter.till() as till:
        yield Inbox(counter.folder / "inbox", till, rest_seconds=REST, clock=lambda: now[0])


def settle(counter: Counter) -> None:
    """Read the folder until all is at rest."""
    now = [0.0]
    with reading(counter, now) as inbox:
        inbox.step()
        now[0] += REST
        inbox.step()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def refused(counter: Counter) -> list[tuple[str, str]]:
    """Return line and code of what stands in the reports."""
    rows: list[tuple[str, str]] = []
    for path in sorted((counter.folder / "inbox/refused").glob("*.*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.DictReader(file))
        rows += [(row["line"], row["code"]) for row in found if "code" in row]
    return rows


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """A shop with an empty folder."""
    (tmp_path / "inbox").mkdir()
    return Counter(tmp_path)


def drop(counter: Counter, name: str, text: str) -> Path:
    """Write a file whole, as a careful program does: under another name, then renamed."""
    path = counter.folder / "inbox" / name
    draft = path.with_name(f".{name}")
    draft.write_text(text, "utf-8", newline="")
    return draft.rename(path)
