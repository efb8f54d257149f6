"""The page of Odoo is run: its program reads an Odoo of the tests, and its orders are found in the ledger."""

import json
import re
import runpy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from msgspec.structs import fields

from endogene_token.sales.connectors import odoo
from tests.docs.shop import ODOO_SHOP, SERVICE, Shell, blocks, page, yesterday
from tests.unit.source_tree import ROOT

PAGE = page("odoo.md")
MARK = "run by tests/docs/test_odoo.py"
BASILE = 2
KEY = "a key of Odoo"
PARTS = {"pos.order": "orders", "pos.order.line": "lines", "res.partner": "partners"}
pytestmark = pytest.mark.xdist_group("pages of hosted sales")


class Odoo(BaseHTTPRequestHandler):
    """Answers as Odoo's external API does: the fields that were asked for, and the id."""

    records: dict[str, Any]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["params"]
        told = {"jsonrpc": "2.0", "id": 1, **self.told(asked["service"], asked["args"])}
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def told(self, service: str, args: list[Any]) -> dict[str, Any]:
        if service == "common":
            return {"result": 7} if args[2] == KEY else {"error": {"data": {"message": "Access Denied"}}}
        _, _, _, model, method, [_domain], options = args
        assert (args[:3], method) == (["shop", 7, KEY], "search_read")
        names = {"id", *options["fields"]}
        records = self.records[PARTS[model]]
        assert names <= set().union(*records), "a field that Odoo does not have"
        return {"result": [{name: one[name] for name in names if name in one} for one in records]}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def records(card: str) -> dict[str, Any]:
    """Return the documented orders; only their days and the customer's card are this test's own."""
    before = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    text = ROOT.joinpath("tests/data/odoo_orders.json").read_text("utf-8")
    for old, new in (("2026-11-20", before), ("2026-11-21", yesterday()), ("CARD-1", card)):
        text = text.replace(old, new)
    found: dict[str, Any] = json.loads(text)
    return {**found, "orders": found["orders"]["result"]}


@contextmanager
def serving(card: str) -> Iterator[str]:
    """Serve the orders; give the address."""
    handler = type("Served", (Odoo,), {"records": records(card)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_page_s_program_brings_sales_refunds_and_an_exchange_to_the_ledger_once(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run twice, as each hour: nothing is new the second time."""
    [setup] = blocks(PAGE, f"{MARK}: setup")
    shell.types(setup)
    card = json.loads(shell.types(f"endogene card issue {BASILE} --json"))["number"]
    shell.write("odoo.key", KEY + "\n")
    [program] = blocks(PAGE, MARK)
    monkeypatch.chdir(shell.folder)
    monkeypatch.setenv("NO_PROXY", "*")
    with serving(card) as address:
        code = program.replace("https://shop.odoo.com", address).replace(SERVICE, shell.host.url)
        script = shell.write("orders.py", code)
        for _ in range(2):
            runpy.run_path(str(script))
        shell.write("odoo.key", "another\n")
        with pytest.raises(SystemExit, match="Access Denied"):
            runpy.run_path(str(script))
    assert capsys.readouterr().out.splitlines() == [
        "5 new, 0 known, 0 refused",
        "0 new, 5 known, 0 refused",
    ]
    found = [
        (one.receipt.split("-")[2], one.kind, one.amount, one.member) for one in shell.recorded(ODOO_SHOP)
    ]
    assert found == [
        ("0003", "purchase", 3_618, BASILE),
        ("0004", "purchase", 1_200, 0),
        ("0005", "reversal", 1_035, BASILE),
        ("0007", "purchase", 1_200, 0),
        ("0007", "reversal", 400, 0),
    ]
    assert {one.state for one in shell.sales(ODOO_SHOP)} == {"recorded"}
    assert shell.owed(ODOO_SHOP) == 72 + 22 + 34  # of what is left: 25.83, 8.00, 12.00


def test_the_table_tells_what_is_read_and_the_program_asks_for_it() -> None:
    """Every field of the records that the connector knows, and none that it does not."""
    part = PAGE.split("## What is read")[1]
    told = set(re.findall(r"`(\w+)`", part)) - {*odoo.SOLD, "order_id"}
    known = {one.name for kind in (odoo.Order, odoo.Line, odoo.Partner) for one in fields(kind)}
    assert known - {"id", "order_id"} == told
    [program] = blocks(PAGE, MARK)
    assert [one for one in known - {"id"} if f'"{one}"' not in program] == []
    assert f"{odoo.MOST_ORDERS:,} orders" in PAGE
