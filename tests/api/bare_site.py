"""The service over a database alone: a register of two merchants with their keys, and no node at all."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session

from api.app import create_app
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.config import Settings
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Merchant, Till
from endogene_token.office import keys, trail
from endogene_token.office.scopes import Holder, Mode, OfficeRole, Scope
from endogene_token.office.secret import OfficeSecret
from endogene_token.store import reading, writing
from tests.site import served
from tests.town import BAKERY, GROCER, MERCHANT_OF, database, key

ACTOR = trail.Actor("operator", "cli")
OFFICE_KEY = "ab" * 32
NOBODY = "http://127.0.0.1:9"


def community() -> Community:
    """Return a community whose contracts stand nowhere."""
    fields = Community.__struct_fields__
    addresses = {name: f"0x{number:040x}" for number, name in enumerate(fields, 0xC0)}
    known: dict[str, Any] = {"name": "Endogène", "chain_id": 450_045, "founding_block": 1}
    known |= {"founding_hash": "0x" + "11" * 32}
    return Community(**{**addresses, **known})


@dataclass
class Bare:
    """What a test drives."""

    engine: Engine
    app: FastAPI
    client: httpx.Client
    url: str
    community: Community
    secret: OfficeSecret

    def key(
        self, merchant: int = BAKERY, *scopes: Scope, role: OfficeRole | None = None, mode: Mode = Mode.LIVE
    ) -> str:
        """Return a new key of the API, with these scopes or all of its holder's."""
        holder = Holder(None if role else merchant, role)
        with trail.changing(self.engine, ACTOR) as change:
            wanted = keys.Wanted(holder, frozenset(scopes) or holder.scopes, mode)
            return keys.make(change, wanted).token

    def ask(self, method: str, path: str, token: str | None = None, **options: Any) -> httpx.Response:
        """Send a request, with a key."""
        headers = {**options.pop("headers", {}), **({"authorization": f"Bearer {token}"} if token else {})}
        return self.client.request(method, path, headers=headers, **options)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with reading(self.engine) as connection, Session(connection) as session:
            yield session


@contextmanager
def bare_site(
    url: str, change: Callable[[FastAPI], object] = lambda _: None, **settings: Any
) -> Iterator[Bare]:
    """Serve the database at `url`, whose register gets two merchants; `change` may add routes."""
    engine = database(url)
    with writing(engine) as connection, Session(connection) as session:
        for number in (BAKERY, GROCER):
            session.add(merchant(number))
        for number, owner in MERCHANT_OF.items():
            address = from_hex(key(300 + number).address)
            session.add(Till(number=number, merchant=owner, key=address, revoked=0, next_sequence=1))
        session.flush()
    ours, chosen = community(), Settings(**{"office_key": OFFICE_KEY, "lang": "en", **settings})
    with Rpc([NOBODY], timeout=1) as nobody:
        app = create_app(chosen, engine, Ledger(nobody, ours), ours)
        change(app)
        with served(app) as where, httpx.Client(base_url=where, trust_env=False, timeout=30) as client:
            yield Bare(engine, app, client, where, ours, OfficeSecret(bytes.fromhex(OFFICE_KEY)))
    engine.dispose()


def merchant(number: int) -> Merchant:
    """Return a merchant that has sold nothing."""
    fields = ("exposure_limit", "till_cap", "owed", "prepaid", "premiums", "settled", "written_off")
    return Merchant(number=number, status=1, kind=0, netted=0, **dict.fromkeys(fields, 0))


def some_key() -> str:
    """Return an idempotency key."""
    return secrets.token_hex(16)
