"""The application: routes under /v1, the public page, one way to tell errors."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from sqlalchemy import Engine

from api import errors, pages
from api.bodies import Bodies
from api.clock import ChainClock
from api.deps import Services
from api.description import describe
from api.door import Door
from api.envelope import Envelope
from api.idempotency import Idempotency
from api.known import KnownAddresses
from api.pages import problems
from api.register import Register
from api.routes import (
    acts,
    ballots,
    bank,
    buyers,
    cards,
    collections,
    community,
    connectors,
    dunning,
    events,
    exceptions,
    fund,
    governance,
    health,
    keys,
    member_acts,
    members,
    merchants,
    money,
    passkeys,
    phones,
    projects,
    purchases,
    reconciliations,
    redemptions,
    resolutions,
    reversals,
    sales,
    sessions,
    staff,
    statements,
    texts,
    tills,
    trail,
    uploads,
    webhooks,
)
from api.turns import Turns
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.config import Settings
from endogene_token.office.identities import Identity
from endogene_token.office.secret import OfficeSecret

VERSION: Final = "1"
ROUTERS: Final = tuple(
    one.router
    for one in (
        *(health, community, fund, tills, purchases, reversals, members, merchants),
        *(governance, texts, resolutions, ballots, acts),
        *(sales, uploads, connectors),
        *(buyers, cards, phones, keys, trail),
        *(staff, passkeys, sessions),
        *(events, webhooks, problems),
        *(projects, money, redemptions, member_acts, statements),
        *(collections, bank, reconciliations, exceptions, dunning),
    )
)


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return describe(self)


def create_app(
    settings: Settings,
    engine: Engine,
    ledger: Ledger,
    community_: Community,
    identities: Callable[[], Sequence[Identity]] = tuple,
) -> FastAPI:
    """Return the application that serves one community. Nothing is opened, sent or read before a request.

    `engine` is that of the migrated database that the indexer and the relay write; the caller closes it.
    `identities`: of the demo, whom its visitors may be.
    """
    app = _Api(
        title="Endogène",
        version=VERSION,
        description="Purchases and refunds in, the fund and its summaries out; resolutions, ballots and what "
        "they decide; projects and the money that goes out. Amounts are in minor units.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would send on to the host that the caller names, maybe in the clear
    )
    register = Register(engine, ledger, ZoneInfo(settings.timezone))
    secret = cache(lambda: OfficeSecret.load(settings))
    clock, known = ChainClock(ledger), KnownAddresses(engine)
    app.state.services = Services(
        settings, engine, ledger, community_, register, clock, secret, known, identities
    )
    app.state.lang = settings.lang
    for router in ROUTERS:
        app.include_router(router, prefix="/v1")
    pages.install(app)
    errors.install(app)
    app.add_middleware(Idempotency)
    app.add_middleware(Turns)
    app.add_middleware(Bodies)
    app.add_middleware(Door, settings=settings)  # before the body: who asks too often sends none
    app.add_middleware(Envelope)
    return app
