"""What was started twice by mistake: two relays on one database, two hosts on one folder. Recorded once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from eth_account.signers.local import LocalAccount
from sqlmodel import Session, select

from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan
from endogene_token.host.hosting import Hosting
from endogene_token.host.officers import organisation
from endogene_token.indexer.audit import audit
from endogene_token.indexer.models import Purchase
from endogene_token.office.buyers import OfficeBuyers
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE
from endogene_token.relay import Relay, worker
from endogene_token.relay.models import RelayBatch, State
from endogene_token.sales import HostedSale, HostedTills, SaleState
from endogene_token.sales.deliveries import Desk, Row, take
from endogene_token.sales.secret import hosting_passphrase
from endogene_token.sdk.sales import NewPurchase
from endogene_token.store import open_engine, reading
from tests.site import Site
from tests.town import BAKERY_TILL, GROCER_SHOP, GROCER_TILL, key

BATCHES = 8  # of each of three tills
PREMIUM = 28  # minor units, of a sale of 1000
PATIENCE = 90.0  # seconds


def wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def states(site: Site) -> set[str]:
    with reading(site.engine) as connection, Session(connection) as session:
        return set(session.exec(select(RelayBatch.state)).all())


@pytest.mark.parametrize("account", [key(102), key(103)], ids=["the same key", "another key"])
def test_two_relays_on_one_database_record_once(site: Site, account: LocalAccount) -> None:
    """Each with its own connections, as two processes have; they send while the tills do."""
    other = open_engine(str(site.engine.url.render_as_string(hide_password=False)))
    relays = [site.relay, Relay(other, site.town.ledger, account)]
    stop = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(one.run, stop) for one in relays]
        try:
            for number in range(BATCHES):
                for till in (BAKERY_TILL, GROCER_TILL, GROCER_SHOP):
                    assert site.post(site.town.purchases(till, 1 + number, [1000])).status_code == 202
            wait(lambda: states(site) == {State.RECORDED} or any(run.done() for run in runs))
        finally:
            stop.set()
            for run in runs:
                run.exception(PATIENCE)
            other.dispose()
        for run in runs:
            run.result()
    recorded_once(site)


def recorded_once(site: Site) -> None:
    """Each sale is in the read model once, the premiums are theirs, and the chain agrees."""
    site.read()
    ledger = site.town.ledger
    assert {ledger.till(one).next_sequence for one in (1, 2, 3)} == {BATCHES + 1}
    with reading(site.engine) as connection, Session(connection) as session:
        assert len(session.exec(select(Purchase.till)).all()) == 3 * BATCHES
    assert ledger.balance_sheet().premiums_receivable == 3 * BATCHES * PREMIUM
    assert audit(site.engine, ledger).differences == []


def test_a_relay_that_trusts_its_memory_would_reject_what_the_other_recorded(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard above can fail: what the chain holds is looked at, or a recorded sale is told as lost."""
    monkeypatch.setattr(worker, "recorded", lambda _ledger, batches: [False] * len(batches))
    site.post(site.town.purchases(BAKERY_TILL, 1, [1000]))
    site.relay.step()
    assert states(site) == {State.REJECTED}
    assert site.town.ledger.till(BAKERY_TILL).next_sequence == 2


def test_two_hosts_on_one_folder_do_each_others_work_and_record_once(tmp_path: Path) -> None:
    """The second joins the chain of the first; sales that either signs and relays are recorded once."""
    settings = Settings(data_dir=tmp_path / "data")
    plan = FoundingPlan("Limoilou")
    with Host(settings, plan, api_port=FREE_PORT, node_port=FREE_PORT) as first:
        first.officers.admit([organisation()])
        first.officers.enrol_merchant(1, 280, 10**9, 10**7)
        tills = HostedTills(first.engine, hosting_passphrase(settings))
        till = Hosting(first.ledger, first.officers, tills).host(1)
        with Host(settings, plan, api_port=FREE_PORT, node_port=FREE_PORT) as second:
            assert second.rpc_url == first.rpc_url
            for number in range(12):
                sell((first, second)[number % 2], till, f"A-{number}")
            wait(lambda: _hosted(first) == {SaleState.RECORDED})
            first.check()
            second.check()
        sell(first, till, "A-12")
        wait(lambda: _hosted(first) == {SaleState.RECORDED})
        first.settle_down()
        assert first.ledger.till(till).next_sequence == 14
        assert first.ledger.balance_sheet().premiums_receivable == 13 * PREMIUM
        assert audit(first.engine, first.ledger).differences == []


def sell(host: Host, till: int, receipt: str) -> None:
    """Have a host take one sale of its hosted till."""
    buyers = OfficeBuyers(lambda: OfficeSecret.load(host.settings), host.settings.phone_region)
    desk = Desk(host.engine, 1, till, ZoneInfo(host.settings.timezone), "api", buyers, COMMAND_LINE)
    take(desk, [Row(1, NewPurchase(1000, receipt))])


def _hosted(host: Host) -> set[str]:
    with reading(host.engine) as connection, Session(connection) as session:
        return set(session.exec(select(HostedSale.state)).all())
