"""The workers of the doors: what they may do, what they keep, and whose they leave alone."""

import re

import msgspec
import pytest
from fastapi import Response

from api.pages import workers
from api.pages.shell import ASSETS
from api.pages.till.device import worker as till_worker
from api.pages.wallet.install import worker as wallet_worker
from api.pages.workers import worker

DOORS = (("/till", till_worker()), ("/wallet", wallet_worker()))


def kept(answer: Response) -> str:
    [name] = re.findall(r'const KEPT = "([a-z0-9-]+)";', bytes(answer.body).decode())
    return str(name)


@pytest.mark.parametrize(("door", "answer"), DOORS)
def test_a_worker_may_ask_its_own_service_and_nothing_else(door: str, answer: Response) -> None:
    """It works below its own door; a browser asks for it anew each time."""
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert answer.headers["service-worker-allowed"] == door
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("door", "answer"), DOORS)
def test_the_files_that_a_worker_keeps_are_served(door: str, answer: Response) -> None:
    """One that is not would have the whole installation fail."""
    [names] = re.findall(r"const FILES = (\[.*\]);", bytes(answer.body).decode())
    for name in msgspec.json.decode(names, type=list[str]):
        assert ASSETS.find(name.removeprefix("/static/")) is not None, name


def test_each_door_forgets_only_what_it_kept_itself() -> None:
    """They are one origin: on one device, a wallet that comes would leave the till without its pages."""
    for door, answer in DOORS:
        own = door.strip("/")
        [begins] = re.findall(r'name\.startsWith\("([a-z-]+)"\)', bytes(answer.body).decode())
        assert [kept(one).startswith(begins) for _, one in DOORS] == [one == door for one, _ in DOORS], own


def test_other_files_are_kept_under_another_name() -> None:
    """What was kept before is then forgotten."""
    before, after = (worker("/till", "js/till-worker.js", [one]) for one in ("css/shell.css", "css/till.css"))
    assert kept(before) != kept(after)


def test_what_pages_say_names_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that changes a word alone reaches the devices that keep a page."""
    before = kept(worker("/wallet", "js/wallet-worker.js", []))
    monkeypatch.setattr(workers, "_said", lambda: b"other words")
    assert kept(worker("/wallet", "js/wallet-worker.js", [])) != before
    monkeypatch.undo()
    assert len(workers._said()) == 32
