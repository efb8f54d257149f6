"""A browser, and a town whose public page it opens."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from endogene_token.chain.transactions import settle_premiums
from tests.browser.till_shop import Shop, open_shop
from tests.site import Site, open_site
from tests.town import BAKERY, BAKERY_TILL, BASILE, GROCER, GROCER_TILL, chain, settle_down

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
PATIENCE: Final = 30_000  # milliseconds: a machine that does other work as well is no failure
_ABSENT = pytest.StashKey[str]()


def install() -> str | None:
    """Install Debian's chromium where possible; return why there is none, or None when there is one."""
    if Path(CHROMIUM).exists():
        return None
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return f"{CHROMIUM} is missing, and only root on Debian can install it: apt-get install chromium"
    for command in ([apt, "update"], [apt, "install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"{' '.join(command)} failed: {done.stderr.strip()[-300:]}"
    return None


@pytest.fixture(scope="module")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Chromium; its tests are skipped, loudly, where it cannot be had.

    It closes with its module: while it is open, an event loop runs in this thread, and no other could.
    """
    reason = install()
    if reason is not None:
        pytestconfig.stash[_ABSENT] = reason
        pytest.skip(reason)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[Shop]:
    """A bakery whose till the cooperative keeps, before its first sale."""
    with open_shop(sqlite_url, tmp_path / "data") as opened:
        yield opened


@pytest.fixture(scope="session")
def page_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A town with some purchases, one merchant that has paid ahead and one that owes."""
    folder = tmp_path_factory.mktemp("page")
    with chain(folder / "chain") as rpc:
        town = settle_down(rpc)
        with open_site(town, f"sqlite:///{folder / 'ledger.sqlite'}", currency="CAD") as site:
            site.record(
                town.purchases(BAKERY_TILL, 1, [123_456, 90_000]),
                town.purchases(GROCER_TILL, 1, [45_000] * 3, member=BASILE),
                town.purchases(GROCER_TILL, 4, [30_000], member=0),
            )
            town.do(
                settle_premiums(town.community, BAKERY, 7_000, b"\1" * 32),
                settle_premiums(town.community, GROCER, 2_000, b"\2" * 32),
            )
            site.read()
            yield site


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say, even where skips are quiet, that no page was seen."""
    reason = config.stash.get(_ABSENT, None)
    if reason is not None:
        terminalreporter.write_line(f"NO PAGE WAS TESTED IN A BROWSER. {reason}", red=True, bold=True)
