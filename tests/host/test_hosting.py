"""A hosted till on a whole community: from a file to the ledger, through a rotation, to its end."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from endogene_token.config import Settings
from endogene_token.errors import NodeUnavailableError, NotHostedError, TillBusyError
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan
from endogene_token.host.hosting import Hosting
from endogene_token.host.officers import organisation
from endogene_token.host.own_tills import OwnTills
from endogene_token.office.buyers import OfficeBuyers
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE
from endogene_token.sales import HostedSale, HostedTills, SaleState, filing
from endogene_token.sales.csv_upload import KIND, Columns
from endogene_token.sales.deliveries import Desk, Row, take
from endogene_token.sales.secret import hosting_passphrase
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.sales import Draft, NewPurchase, NewReversal
from endogene_token.store import reading

PATIENCE = 60  # seconds
MERCHANT = 1


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A community with one merchant."""
    settings = Settings(data_dir=tmp_path / "data")
    with Host(settings, FoundingPlan("Limoilou"), api_port=FREE_PORT, node_port=FREE_PORT) as opened:
        opened.officers.admit([organisation()])
        opened.officers.enrol_merchant(MERCHANT, 280, 10**9, 10**7)
        yield opened


def sell(host: Host, till: int, *drafts: Draft) -> None:
    zone = ZoneInfo(host.settings.timezone)
    buyers = OfficeBuyers(lambda: OfficeSecret.load(host.settings), host.settings.phone_region)
    desk = Desk(host.engine, MERCHANT, till, zone, "api", buyers, COMMAND_LINE)
    take(desk, [Row(line, one) for line, one in enumerate(drafts, 1)])


def states(host: Host) -> set[str]:
    with reading(host.engine) as connection, Session(connection) as session:
        return set(session.exec(select(HostedSale.state)).all())


def wait(host: Host, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        host.check()
        assert time.monotonic() < deadline, states(host)
        time.sleep(0.1)


def test_a_hosted_tills_sales_reach_the_ledger_before_and_after_its_key_is_rotated(host: Host) -> None:
    """The refund under the new key undoes the sale of the old one; the till's number stays."""
    tills = HostedTills(host.engine, hosting_passphrase(host.settings))
    hosting = Hosting(host.ledger, host.officers, tills)
    number = hosting.host(MERCHANT)
    sell(host, number, NewPurchase(10_000, "A-1"), NewPurchase(5_000, "A-2"))
    host.settle_down()
    assert states(host) == {SaleState.RECORDED}, "what waits for its signature is waited for"
    successor = hosting.rotate(number)
    assert successor != number
    assert host.ledger.till(number).revoked
    sell(host, number, NewReversal("A-1", "R-1"), NewPurchase(5_000, "A-2"), NewPurchase(1_000, "A-3"))
    wait(host, lambda: states(host) == {SaleState.RECORDED})
    assert host.ledger.balance_sheet().premiums_receivable == 140 + 28
    assert host.ledger.till(successor).next_sequence == 3
    assert hosting.unhost(number) == 0
    assert host.ledger.till(successor).revoked
    with pytest.raises(NotHostedError):
        hosting.unhost(number)


def test_a_long_file_is_taken_by_the_host_itself(host: Host) -> None:
    """Nobody asks it to: what a page began, a worker ends. Who waits until all is recorded waits for it."""
    number = Hosting(
        host.ledger, host.officers, HostedTills(host.engine, hosting_passphrase(host.settings))
    ).host(MERCHANT)
    secret, content = OfficeSecret.load(host.settings), b"receipt;date;amount\nA-1;2026-11-20;500"
    buyers = OfficeBuyers(lambda: secret, host.settings.phone_region)
    zone = ZoneInfo(host.settings.timezone)
    desk = Desk(host.engine, MERCHANT, number, zone, KIND, buyers, COMMAND_LINE)
    filing.begin(desk, secret, content, Columns(), 1)
    host.settle_down()
    assert states(host) == {SaleState.RECORDED}


def test_a_till_with_sales_on_their_way_is_not_given_up_by_mistake(host: Host) -> None:
    """What waits for its signature would wait for good."""
    tills = HostedTills(host.engine, hosting_passphrase(host.settings))
    hosting = Hosting(host.ledger, host.officers, tills)
    number = hosting.host(MERCHANT)
    host.officers.revoke_till(number)  # so that nothing leaves
    sell(host, number, NewPurchase(10_000, "A-1"))
    with pytest.raises(TillBusyError):
        hosting.unhost(number)
    assert hosting.unhost(number, at_once=True) == 1


def test_a_sale_that_comes_while_its_till_is_given_up_is_refused(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept after the count, it would have been answered, and recorded by nobody."""
    hosting = Hosting(host.ledger, host.officers, HostedTills(host.engine, hosting_passphrase(host.settings)))
    number, revoke = hosting.host(MERCHANT), host.officers.revoke_till

    def revoke_late(till: int) -> None:
        with pytest.raises(NotHostedError):
            sell(host, number, NewPurchase(500, "A-1"))
        revoke(till)

    monkeypatch.setattr(host.officers, "revoke_till", revoke_late)
    assert hosting.unhost(number) == 0
    assert (states(host), host.ledger.till(number).revoked) == (set(), True)


def test_a_till_that_the_chain_could_not_revoke_is_given_up_by_the_next_try(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile it takes nothing, and is found by its number."""
    hosting = Hosting(host.ledger, host.officers, HostedTills(host.engine, hosting_passphrase(host.settings)))
    number = hosting.host(MERCHANT)
    with monkeypatch.context() as away:
        away.setattr(host.officers, "revoke_till", silent)
        with pytest.raises(NodeUnavailableError):
            hosting.unhost(number)
    with pytest.raises(NotHostedError):
        sell(host, number, NewPurchase(500, "A-1"))
    assert hosting.known(number) is not None
    assert hosting.unhost(number) == 0
    assert (hosting.known(number), host.ledger.till(number).revoked) == (None, True)


def test_a_handing_over_that_was_cut_short_is_ended_by_the_next_try(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The merchant's key is enrolled once; the one that was kept here is revoked."""
    hosting = Hosting(host.ledger, host.officers, HostedTills(host.engine, hosting_passphrase(host.settings)))
    own, address = OwnTills(host.ledger, host.officers, host.engine), TillKey.generate().address
    number = hosting.host(MERCHANT)
    with monkeypatch.context() as away:
        away.setattr(host.officers, "revoke_till", silent)
        with pytest.raises(NodeUnavailableError):
            hosting.hand_over(number, address, own)
    successor = hosting.hand_over(number, address, own)
    assert (hosting.known(number), host.ledger.till(number).revoked) == (None, True)
    assert (host.ledger.till_count(), host.ledger.till(successor).revoked) == (2, False)


def silent(till: int) -> None:
    """Stand for a chain that does not answer."""
    raise NodeUnavailableError(actual=till)
