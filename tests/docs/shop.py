"""A community at work, and a shell in which a page's snippets are typed: for the pages of hosted sales."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan
from endogene_token.host.officers import organisation, person
from endogene_token.sales import HostedSale, SaleState
from endogene_token.store import reading
from tests.commands import PATIENCE, environment
from tests.unit.source_tree import ROOT

ALICE = 1
CSV_SHOP, WOO_SHOP, ODOO_SHOP = 4, 5, 6  # merchants; each page has its own, members 1 to 3 are persons
RATE_BPS = 280
SERVICE = "http://127.0.0.1:8080"
LAST = (SaleState.RECORDED, SaleState.REFUSED)


@dataclass
class Shell:
    """Types what a page says, in a folder whose `.endogene` is a community's; only ports and days differ."""

    host: Host
    folder: Path

    def types(self, text: str) -> str:
        """Return what the commands write; each must succeed."""
        script = text.replace(SERVICE, self.host.url).replace("curl ", "curl --fail-with-body --noproxy '*' ")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        command = ["bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment(PATH=path),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        return done.stdout

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def recorded(self, merchant: int) -> list[HostedSale]:
        """Wait until each of a merchant's sales has come to its end; return them in the order of receipts."""
        deadline = time.monotonic() + PATIENCE
        while any(one.state not in LAST for one in self.sales(merchant)):
            self.host.check()
            assert time.monotonic() < deadline, self.sales(merchant)
            time.sleep(0.1)
        return self.sales(merchant)

    def sales(self, merchant: int) -> list[HostedSale]:
        query = select(HostedSale).where(HostedSale.merchant == merchant)
        with reading(self.host.engine) as connection, Session(connection) as session:
            return list(session.exec(query.order_by(col(HostedSale.receipt), col(HostedSale.kind))).all())

    def owed(self, merchant: int) -> int:
        """Return what the ledger says that a merchant owes."""
        return self.host.ledger.merchant_account(merchant).owed


@contextmanager
def town(folder: Path) -> Iterator[Shell]:
    """Serve a community with three members and three merchants; the chain, the relay and all are real."""
    settings = Settings(data_dir=folder / ".endogene")
    with Host(settings, FoundingPlan("Limoilou"), api_port=FREE_PORT, node_port=FREE_PORT) as host:
        host.officers.admit([person() for _ in range(3)] + [organisation() for _ in range(3)])
        for merchant in (CSV_SHOP, WOO_SHOP, ODOO_SHOP):
            host.officers.enrol_merchant(merchant, RATE_BPS, 10**9, 10**7)
        host.settle_down()
        yield Shell(host, folder)


def page(name: str) -> str:
    return ROOT.joinpath("docs", name).read_text("utf-8")


def blocks(text: str, mark: str) -> list[str]:
    """Return the snippets of a page under this mark."""
    return re.findall(rf"<!-- {re.escape(mark)} -->\n```\w+\n(.*?)```", text, re.DOTALL)


def yesterday() -> str:
    """Return a day that is over everywhere: the pages' own days grow old."""
    return (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
