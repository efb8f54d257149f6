"""Open the four doors of a demo, take their pictures, weigh their first pages: python -m scripts.doors

Writes docs/doors/*.png and docs/doors.md. The times are those of one run on one machine, slowed to a poor
phone's pace and network: compare them.
"""

import argparse
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from endogene_token.cli import identities, meeting, story
from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan
from scripts.bench_report import machine
from tests.browser.budget import SLOWER, Cost, cost
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.commands import free_port

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "docs" / "doors"
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
DESK: Final = {"viewport": {"width": 1280, "height": 860}}
LINE: Final = "|---|---:|---:|---:|---:|"
err = Console(stderr=True)


@dataclass(frozen=True)
class Door:
    """A door: its page, whose it is (None: everybody's), on what it is shown, what the README calls it."""

    name: str
    path: str
    who: str | None
    screen: dict[str, Any] = field(default_factory=lambda: PHONE)


DOORS: Final = (
    Door("wallet", "/wallet", "Maude Tremblay"),
    Door("till", "/till", "Denis Roy"),
    Door("office", "/office/money", "Nadia Belkacem", DESK),
    Door("explorer", "/", None, DESK),
)


def main() -> None:
    """Found a demo, look at it, write what was seen."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    PICTURES.mkdir(exist_ok=True)
    plan = FoundingPlan("Coopérative de solidarité du Vieux-Marché", charter=meeting.brisk_charter())
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data_dir=Path(name), api_port=free_port())
        with Host(settings, plan, node_port=FREE_PORT) as host, sync_playwright() as playwright:
            for step in story.tell(host):
                err.print(f"A day in a small town: {step}/{story.STEPS}")
            host.identities = identities.welcome(host)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            costs = [_visit(browser, host.settings.pages[0], one) for one in DOORS]
            browser.close()
    _write(costs)


def _visit(browser: Browser, address: str, door: Door) -> tuple[Door, Cost]:
    err.print(f"{door.name}…")
    context = browser.new_context(base_url=address, locale="fr-CA", **door.screen)
    page = context.new_page()
    if door.who is not None:
        page.goto(f"/enter?to={door.path}")
        page.get_by_role("button", name=re.compile(door.who)).click()
        page.wait_for_load_state("networkidle")
    page.goto(door.path, wait_until="networkidle")
    page.screenshot(path=PICTURES / f"{door.name}.png", animations="disabled")
    found = cost(context, door.path)
    context.close()
    return door, found


def _write(costs: list[tuple[Door, Cost]]) -> None:
    rows = "\n".join(
        f"| {door.name} | {one.size / 1000:.0f} KB | {one.requests} | {one.painted:,} ms | {one.shift:.3f} |"
        for door, one in costs
    )
    where = machine()
    text = (
        "# The four doors\n\nThe first page of each, with an empty cache, on a phone "
        f"{SLOWER} times slower than this machine and a network of 1.6 Mbit/s with 150 ms a round trip; "
        f"one run of `make doors`, {where['cpu']}, {where['date']}.\n\n"
        f"| first page | travels | requests | first seen after | layout shift |\n{LINE}\n{rows}\n"
    )
    ROOT.joinpath("docs/doors.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
