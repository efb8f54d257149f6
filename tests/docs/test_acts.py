"""What members sign, as the page tells it: its snippets run, its table and its example are whole."""

import json
import re
import runpy
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from eth_account import Account

from api.act_schemas import MemberActGiven
from endogene_token.chain.acts import desk
from endogene_token.keyfile import write_key_file
from endogene_token.member_acts import CONTENTS
from endogene_token.relay import VoteRelay
from tests.node.member_relay import STRICT, awarded, money_town
from tests.site import Site, open_site
from tests.town import GROCER
from tests.unit.source_tree import ROOT

PAGE = ROOT.joinpath("docs/acts.md").read_text(encoding="utf-8")
PATIENCE = 60  # seconds
PASSPHRASE = "a passphrase"  # noqa: S105 - that of the page, for keys that no community knows


def snippets() -> str:
    """Return the page's program: its snippets, one after the other."""
    found = re.findall(r"<!-- run by tests/docs/test_acts.py -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 2
    return "\n".join(found)


@contextmanager
def working(*steps: Callable[[], object]) -> Iterator[None]:
    """Take these steps again and again in the background, as a community's relay and indexer do."""
    stop = threading.Event()

    def loop() -> None:
        while not stop.wait(0.05):
            for step in steps:
                step()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)


def keystore(secret: bytes) -> str:
    """Return a keystore that opens at once, unlike those that `encrypt_key` makes."""
    return json.dumps(Account.encrypt(secret, PASSPHRASE, kdf="pbkdf2", iterations=1))


@contextmanager
def town(folder: Path) -> Iterator[Site]:
    """A town with a call and an award, served, its people's keystores in `folder`."""
    with money_town() as money:
        people = (money.applicant, money.signer, money.mentor, money.releaser, GROCER)
        for member in people:
            write_key_file(folder / f"{member}.json", keystore(bytes(money.keys[member].key)))
        assert awarded(money, 8_000, 4_000) == 1
        with open_site(money.votes.town, f"sqlite:///{folder / 'ledger.sqlite'}") as site:
            site.read()
            relay = VoteRelay(site.engine, site.town.ledger, site.town.relayer)
            with working(relay.step, site.read):
                yield site


def test_the_page_s_snippets_file_claim_spend_and_net(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's developer copies them; only port and folder are this test's own."""
    monkeypatch.chdir(tmp_path)
    with town(tmp_path) as site:
        script = tmp_path / "acts.py"
        code = snippets().replace("http://127.0.0.1:8080", str(site.client.base_url).rstrip("/"))
        script.write_text(code, encoding="utf-8")
        left = runpy.run_path(str(script))
        wait_until(lambda: site.get(f"/v1/member-acts/{left['receipt']}")["status"] != "queued")
        assert site.get(f"/v1/member-acts/{left['receipt']}")["status"] == "done"
        wait_until(lambda: site.get("/v1/health")["lag_blocks"] == 0)
        [filed] = site.get(f"/v1/projects?call={STRICT}&state=submitted")["items"]
        assert (filed["number"], filed["amount"]) == (left["project"], "9000")
        assert site.get(f"/v1/projects/{filed['number']}")["criteria"]["missing"] == ["issue"]
        [bought] = site.get(f"/v1/spendings?merchant={GROCER}")["items"]
        assert (bought["project"], bought["amount"]) == (left["awarded"], "6000")
        assert site.town.ledger.merchant_account(GROCER).owed == int(bought["premium"]) - 100


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_table_names_every_act_where_it_counts() -> None:
    """No act that a member may sign is missing, none is at another contract."""
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    told = {action: row[3].strip() for row in rows for action in re.findall(r"`(\w+)`", row[0])}
    assert told == {kind.ACTION: desk(kind) for kind in CONTENTS}


def test_the_example_of_the_page_is_an_act() -> None:
    """It has the shape that the service takes."""
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert MemberActGiven.model_validate_json(example).act.action == "net"
