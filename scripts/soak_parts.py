"""The processes of the soak: API, relay, indexer and tills, each on its own, forked from one that is ready.

A Python that has imported everything makes each of them (`multiprocessing`'s fork server), so that one that
was killed is back within a moment and can be killed again.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

import uvicorn
from eth_account import Account

from api.app import create_app
from endogene_token import log
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.config import Settings
from endogene_token.indexer import Indexer
from endogene_token.relay import Relay
from endogene_token.store import open_engine
from scripts.soak_tills import Shop, sell

INDEXER_PAUSE_SECONDS: Final = 0.1
KILLED: Final = -signal.SIGKILL
_FORKING: Final = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Site:
    """One database, one node, the port of the API, the tills."""

    database_url: str
    rpc_url: str
    community: Community
    relayer: bytes
    """The private key of the relay's account, which has no right."""
    port: int
    shop: Shop

    @property
    def folder(self) -> Path:
        """Where the processes write what they have to say."""
        return self.shop.folder


def serve(site: Site) -> None:
    """Be the API."""
    with Rpc([site.rpc_url]) as rpc:
        engine = open_engine(site.database_url)
        settings = Settings(office_key="ab" * 32, data_dir=site.folder)
        app = create_app(settings, engine, Ledger(rpc, site.community), site.community)
        uvicorn.run(app, port=site.port, log_config=None, access_log=False, lifespan="off")


def relay(site: Site) -> None:
    """Be the relay."""
    with Rpc([site.rpc_url]) as rpc:
        account = Account.from_key(site.relayer)
        ledger = Ledger(rpc, site.community)
        Relay(open_engine(site.database_url), ledger, account).run(threading.Event())


def index(site: Site) -> None:
    """Be the indexer."""
    with Rpc([site.rpc_url]) as rpc:
        indexer = Indexer(open_engine(site.database_url), rpc, site.community)
        indexer.run(threading.Event(), INDEXER_PAUSE_SECONDS)


def trade(site: Site) -> None:
    """Be the tills."""
    sell(site.shop)


WORK: Final[dict[str, Callable[[Site], None]]] = {
    "api": serve,
    "relay": relay,
    "indexer": index,
    "tills": trade,
}


class Part:
    """One of the processes; killed, it can be started again."""

    def __init__(self, name: str, site: Site) -> None:
        """Start it."""
        self.name = name
        self.kills = 0
        self.falls = 0
        self._site = site
        self.start()

    @property
    def is_running(self) -> bool:
        """Whether it is at work."""
        return self._process.is_alive()

    @property
    def is_done(self) -> bool:
        """Whether its work is done: only that of the tills has an end."""
        return self.name == "tills" and self._process.exitcode == 0

    def start(self) -> None:
        """Start it, for the first time or anew."""
        self._process: ForkServerProcess = _FORKING.Process(
            target=_live, args=(self.name, self._site), daemon=True
        )
        self._process.start()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.join()
        self.kills += self._process.exitcode == KILLED

    def keep_up(self) -> None:
        """Start it again if it fell by itself, which it should not have."""
        if not self.is_running and not self.is_done:
            self.falls += 1
            self.start()

    def stop(self) -> None:
        """End it, uncounted."""
        self._process.kill()
        self._process.join()


def prepare() -> None:
    """Have the fork server import what the processes need."""
    _FORKING.set_forkserver_preload([__name__])


def _live(name: str, site: Site) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with site.folder.joinpath(f"{name}.log").open("ab") as told:
        os.dup2(told.fileno(), sys.stderr.fileno())
        os.dup2(told.fileno(), sys.stdout.fileno())
    log.configure("warning", json=False)
    WORK[name](site)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
