"""One client used by several threads: a till with several screens."""

import threading

import pytest

from endogene_token import crash
from endogene_token.sdk import Status
from tests.node.tills import Shop, service, sync_shop

__all__ = ["service", "sync_shop"]


def test_threads_share_one_client(sync_shop: Shop) -> None:
    """A till with several screens: every sale once, every batch in order."""
    with sync_shop.open() as till:

        def sell(screen: int) -> None:
            for n in range(20):
                till.record(1 + n, receipt=f"{screen}-{n}")
                if n % 5 == 0:
                    till.flush()

        threads = [threading.Thread(target=sell, args=(screen,)) for screen in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        till.flush()
        assert till.counts()[Status.ACCEPTED] == 80
    assert sorted(sync_shop.service.items) == list(range(1, 81))


def test_two_threads_may_meet_the_service_at_once(sync_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds the outbox bound already: its sale is recorded like the first's."""
    with sync_shop.open() as till:
        second = threading.Thread(target=lambda: till.record(200, receipt="B-1"))

        def meanwhile(name: str) -> None:
            if name == "sdk.profile.stored" and not second.ident:
                second.start()
                second.join()

        monkeypatch.setattr(crash, "point", meanwhile)
        till.record(100, receipt="A-1")
        till.flush()
        assert [(sale.receipt, sale.status) for sale in till.list()] == [
            ("B-1", Status.ACCEPTED),
            ("A-1", Status.ACCEPTED),
        ]
