"""The README is run: its snippet records a purchase, its commands exist, its links lead somewhere."""

import re
import runpy
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from endogene_token.cli import app, meeting, story
from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FoundingPlan
from endogene_token.sdk import TillClient, TillKey
from tests.commands import call
from tests.unit.source_tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The demo's community, as `make demo` serves it, on free ports."""
    folder = tmp_path_factory.mktemp("readme")
    settings = Settings.load(data_dir=folder.joinpath(".endogene"), node_port=free_port())
    with Host(settings, FoundingPlan("Démo", charter=meeting.brisk_charter()), api_port=0) as running:
        list(story.tell(running))
        yield running


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def snippet() -> str:
    [code] = re.findall(r"<!-- run by tests/docs/test_readme.py -->\n```python\n(.*?)```", README, re.DOTALL)
    return str(code)


def test_the_first_purchase_of_the_readme_is_recorded_and_its_refund_too(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newcomer copies fifteen lines and owns a recorded purchase: only the port is this test's own."""
    code = snippet().replace("http://127.0.0.1:8080", host.url)
    monkeypatch.chdir(host.folder.root.parent)
    script = tmp_path.joinpath("first.py")
    script.write_text(code, encoding="utf-8")
    runpy.run_path(str(script))
    key = TillKey.from_file(host.folder.root.joinpath("keys", "till-6.key"))
    with TillClient(host.url, 6, key, Path("my-till.sqlite")) as till:
        deadline = time.monotonic() + PATIENCE
        statuses: set[str] = set()
        while statuses != {"recorded"} and time.monotonic() < deadline:
            till.refresh()
            statuses = {str(sale.status) for sale in till.sales()}
            time.sleep(0.1)
        sales = till.sales()
    assert statuses == {"recorded"}
    assert [(sale.kind, sale.amount, sale.premium) for sale in sales] == [
        ("purchase", 1250, 35),
        ("reversal", 250, 7),
    ]


def test_the_board_s_vote_of_the_demo_is_listed_and_shown_as_the_readme_says(host: Host) -> None:
    """`endogene vote` finds the service of the data folder by itself."""
    data = host.folder.root
    listed = call("vote", "list", "--data", data, "--json")
    shown = call("vote", "show", 1, "--data", data, "--json")
    states = [one["state"] for one in listed.json["resolutions"]]
    assert (states.count("executed"), states.count("defeated")) == (3, 1)  # the board's; three awards
    assert shown.json["tallies"][0]["in_favour"] == 1


def test_each_vote_command_of_the_readme_exists() -> None:
    """The commands of members and directors too."""
    for command in set(re.findall(r"endogene vote (\w+)", README)):
        assert CliRunner().invoke(app, ["vote", command, "--help"]).exit_code == 0


def test_each_command_of_projects_and_redemptions_of_the_readme_exists() -> None:
    """What the table of the money's round names."""
    named = set(re.findall(r"endogene (project|redemption) (\w+)", README))
    assert {group for group, _ in named} == {"project", "redemption"}
    for group, command in named:
        assert CliRunner().invoke(app, [group, command, "--help"]).exit_code == 0
    assert CliRunner().invoke(app, ["solvency", "--help"]).exit_code == 0


def test_the_snippet_has_at_most_fifteen_lines() -> None:
    """What the README promises to a shop's developer."""
    assert len([line for line in snippet().splitlines() if line.strip()]) <= 15


def test_each_command_of_the_readme_exists() -> None:
    """No command that a newcomer types is unknown."""
    named = set(re.findall(r"(?:^|`)endogene (\w+)", README, re.MULTILINE))
    typed = {"import", "audit", "rebuild", "vote", "reconcile", "books"}
    assert named == typed | {"project", "solvency", "redemption", "trail"}
    for command in named:
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
    targets = set(
        re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(re.findall(r"\bmake (\w+)", README)) <= targets


def test_each_path_and_link_of_the_readme_leads_somewhere() -> None:
    """The map of the house shows rooms that exist."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert (ROOT / "py/endogene_token/config.py").exists()
