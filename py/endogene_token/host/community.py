"""Everything that one community needs, in one process. See {Host}."""

import json
import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from sqlalchemy import Engine, update
from sqlmodel import col

from api.app import create_app
from api.hosted import filing_of
from endogene_token.config import Settings
from endogene_token.errors import DataFolderError
from endogene_token.host.ground import FoundingPlan, Ground
from endogene_token.host.officers import Officers
from endogene_token.host.service import running_service, settle_down
from endogene_token.host.threads import Server, Worker
from endogene_token.indexer import Indexer
from endogene_token.office.identities import Identity
from endogene_token.office.secret import OfficeSecret
from endogene_token.relay import Relay
from endogene_token.relay.models import RelayBatch, State
from endogene_token.sales import HostedTills, Signer
from endogene_token.sales.secret import hosting_passphrase
from endogene_token.store import writing
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm.bookings import Bookings
from endogene_token.treasury.confirm.settler import Settler, Terms
from endogene_token.treasury.daily import Daily
from endogene_token.treasury.desk import Desk
from endogene_token.webhooks.guard import Guard
from endogene_token.webhooks.posting import Poster
from endogene_token.webhooks.sender import Sender

INDEXER_PAUSE_SECONDS: Final = 0.1  # the chain is on this machine: asking it costs a millisecond


class Host(Ground):
    """The community of a data folder at work: its chain, relay, indexer and API. A context manager.

    The contracts are deployed at first use; killed at any moment, the next start goes on where this one was.
    """

    def __init__(
        self,
        settings: Settings,
        plan: FoundingPlan | None,
        *,
        api_port: int | None = None,
        node_port: int | None = None,
    ) -> None:
        """Start everything. A port None: that of the settings; `FREE_PORT`: any free one.

        Raises as Ground does, and as Server does.
        """
        self._api_port = settings.api_port if api_port is None else api_port
        self.identities: Sequence[Identity] = ()
        """Whom a visitor may be without a passkey: the demo's."""
        super().__init__(settings, plan, node_port=node_port)

    @property
    def url(self) -> str:
        """Where the API and the public page answer."""
        return self._server.url

    def check(self) -> None:
        """Raise what ended a worker, if anything did."""
        workers = (self._relay, self._indexer, self._signer, self._sender, self._settler, self._daily)
        for worker in (*workers, self._filing, self._server):
            worker.check()

    def settle_down(self) -> None:
        """Wait as the function `settle_down` does; raise also what ended a worker."""
        settle_down(self.url, self.folder, self.check)

    def _open(self, plan: FoundingPlan | None) -> None:
        super()._open(plan)
        self.officers = Officers(self.ledger, self.folder)
        self.officers.take_office()
        index = Indexer(self.engine, self.rpc, self.community)
        relay = Relay(self.engine, self.ledger, self.folder.account("relay"))
        self._indexer = self._worker("indexer", lambda stop: index.run(stop, INDEXER_PAUSE_SECONDS))
        self._relay = self._worker("relay", relay.run)
        hosted = HostedTills(self.engine, hosting_passphrase(self.settings))
        self._signer = self._worker("signer", Signer(self.engine, self.ledger, hosted).run)
        poster = Poster(Guard(self.settings.webhook_loopback))
        secret = cache(lambda: OfficeSecret.load(self.settings))
        sender = Sender(self.engine, self.community, secret, poster)
        self._sender = self._worker("webhooks", sender.run)
        settler = Settler(self.engine, Bookings(self.officers.treasurer), secret, self._terms)
        self._settler = self._worker("settler", settler.run)
        desk = Desk(self.engine, self.community, self.settings, secret)
        self._daily = self._worker("daily", Daily(desk, self.officers.registrar).run)
        app = create_app(self.settings, self.engine, self.ledger, self.community, lambda: self.identities)
        self._filing = self._worker("files", filing_of(app.state.services).run)
        self._server = Server(app, self.settings.api_host, self._api_port)
        self.parts.callback(self._server.stop)
        self._announce()

    def _terms(self) -> Terms:
        profile = BankProfile.load(self.folder.root)
        return Terms(profile.terms, profile.waiting)

    def _worker(self, name: str, run: Callable[[threading.Event], None]) -> Worker:
        worker = Worker(name, run)
        self.parts.callback(worker.stop)
        return worker

    def _announce(self) -> None:
        """Leave the API's address for other commands on this folder; they ask whether it still answers.

        The address of another host that serves the same folder stays: who comes second may leave first.
        """
        if running_service(self.folder) is not None:
            return
        try:
            self.folder.service.write_text(json.dumps({"url": self.url, "pid": os.getpid()}), "utf-8")
        except OSError as error:
            raise DataFolderError(actual=self.folder.root) from error
        self.parts.callback(self.folder.service.unlink, missing_ok=True)


def retry_held(engine: Engine) -> None:
    """Have the relay try at once what it holds for later: what stood in the way may be gone."""
    held = update(RelayBatch).where(col(RelayBatch.state) == State.HELD)
    with writing(engine) as connection:
        connection.execute(held.values({"state": State.QUEUED, "retry_at": 0}))
