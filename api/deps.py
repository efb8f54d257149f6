"""What a route may ask for: the services of this application, a session, the reader's language."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, cast

from anyio import CapacityLimiter
from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlmodel import Session

from api.clock import ChainClock
from api.known import KnownAddresses
from api.language import language_of
from api.register import Register
from api.remembered import Remembered
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.config import Settings
from endogene_token.office.identities import Identity
from endogene_token.office.secret import OfficeSecret
from endogene_token.store import AT_ONCE, reading


@dataclass(frozen=True)
class Services:
    """What `create_app` was given, and what it made of it."""

    settings: Settings
    engine: Engine
    ledger: Ledger
    community: Community
    register: Register
    clock: ChainClock
    secret: Callable[[], OfficeSecret]
    """The office's key, read at its first use."""
    known: KnownAddresses
    """Whose signatures are counted for themselves."""
    identities: Callable[[], Sequence[Identity]] = tuple
    """Whom a visitor may be without a passkey: nobody, except in the demo."""
    turns: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))
    """Who may use the database now: see `api.turns`."""
    remembered: Remembered = field(default_factory=Remembered)


def services(request: Request) -> Services:
    """Return the services of the application that serves this request."""
    return cast(Services, request.app.state.services)


def session(request: Request) -> Iterator[Session]:
    """Give a session that reads one moment of the database and writes nothing."""
    with reading(services(request).engine) as connection, Session(connection) as opened:
        yield opened


# Asynchronous, since FastAPI sends what is not to another thread, and these only look something up.


async def _services(request: Request) -> Services:
    return services(request)


async def _language(request: Request) -> str:
    return language_of(request)


App = Annotated[Services, Depends(_services)]
Reading = Annotated[Session, Depends(session, scope="function")]  # closed before the answer is sent
Language = Annotated[str, Depends(_language)]
