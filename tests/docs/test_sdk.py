"""The page of the SDK is run: a developer copies it from top to bottom."""

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from endogene_token import sdk
from endogene_token.sdk import TillKey
from tests.docs.shop import CSV_SHOP, Shell, blocks
from tests.node.till_service import TillService, serving
from tests.node.tills import KEY
from tests.unit.source_tree import ROOT

PAGE = (ROOT / "docs/sdk.md").read_text(encoding="utf-8")
TILL = 6


class Recording(TillService):
    """Records at once whatever arrives."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        self.states = {one: {"status": "recorded", "premium": "35", "credit": "32"} for one in self.items}
        return super().answer(method, path, body)


def snippets() -> list[str]:
    return re.findall(r"<!-- run by tests/docs/test_sdk.py -->\n```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_s_program_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the port and the folder are this test's own; the second card of the page is nobody's."""
    KEY.save(tmp_path / "till-6.key")
    monkeypatch.chdir(tmp_path)
    with serving(KEY, Recording, till=TILL, buyers={"418 555-0101": 5}) as service:
        script = tmp_path / "shop.py"
        script.write_text("\n".join(snippets()).replace("http://127.0.0.1:8080", service.url), "utf-8")
        runpy.run_path(str(script))
    said = capsys.readouterr().out
    assert "A-1002 was recorded without a member: unknown-card" in said
    assert "Ask for another card: unknown-card" in said
    assert "0 sales not sent yet" in said
    bought = [(one.amount, one.member) for one in service.purchases()]
    assert bought == [(4599, 12), (1250, 0), (2000, 5), (899, 0), (4000, 12), (1500, 12), (700, 12)]
    assert [one.amount for one in service.reversals()] == [599, 4000]


@pytest.mark.xdist_group("pages of hosted sales")
def test_the_page_s_commands_make_enrol_change_and_revoke_a_key(shell: Shell) -> None:
    """As they are written there; what the first ones tell stands in for the page's addresses and numbers."""
    [text] = blocks(PAGE, "run by tests/docs/test_sdk.py: keys")
    make, enrol, rotate, revoke = (line.split("#")[0].strip() for line in text.splitlines())
    address = answer(shell, make)["address"]
    enrolled = answer(shell, enrol.replace("0x…", address))
    till = str(enrolled["till"])
    assert (enrolled["merchant"], enrolled["address"]) == (CSV_SHOP, address)
    rotate = rotate.replace("0x…", TillKey.generate().address).replace(" 6 ", f" {till} ")
    renewed = str(answer(shell, rotate)["ledger_till"])
    assert renewed != till
    assert str(answer(shell, revoke.replace(" 6", f" {renewed}"))["till"]) == renewed


def answer(shell: Shell, command: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shell.types(f"{command} --json"))
    return told


def test_every_snippet_of_python_is_run() -> None:
    """A snippet without the mark would grow old unnoticed."""
    assert len(snippets()) == PAGE.count("```python") == 7


def test_every_name_that_the_page_tells_exists() -> None:
    """Methods, classes and errors."""
    methods = set(re.findall(r"`(\w+)\(\)`", PAGE)) | {"record", "flush", "list", "refresh", "again"}
    assert [name for name in sorted(methods) if not hasattr(sdk.TillClient, name)] == []
    for name in re.findall(r"from endogene_token.sdk import (.*)", PAGE):
        assert all(hasattr(sdk, one.strip()) for one in name.split(","))


def test_each_link_of_the_page_leads_somewhere() -> None:
    """Beside the page."""
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
