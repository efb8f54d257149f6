"""A till, as its software needs to know it."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from sqlmodel import Session

from api.answers import TillTold
from api.askers import reader, require_till_reader
from api.deps import App, Language, Reading, Services
from api.schemas import PathNumber
from endogene_token.errors import (
    AccessError,
    CredentialsError,
    KeyRefusedError,
    ScopeMissingError,
    SessionRefusedError,
)
from endogene_token.relay import queue

router = APIRouter(tags=["tills"])


@router.get("/tills/{till}")
def till(  # noqa: PLR0917  # what a route asks for
    till: PathNumber,
    request: Request,
    app: App,
    session: Reading,
    lang: Language,
    authorization: Annotated[str, Header()] = "",
) -> TillTold:
    """Tell a till's merchant, key and today's rate; its next sequence and cap to those who read its sales.

    These are the till itself, its merchant, an officer, a key or a login that reads the merchant's sales.
    Asked day by day, the sequence would tell anybody else how much a merchant sells; the chain, whose nodes
    are not public, does not either.
    """
    view = app.register.till(till)
    is_reader = _is_reader(request, app, session, till, lang=lang, authorization=authorization)
    return TillTold(
        till=view.number,
        merchant=view.merchant,
        key=view.key,
        next_sequence=queue.next_sequence(session, till, view.next_sequence) if is_reader else None,
        revoked=view.revoked,
        rate_bps=view.rate_bps,
        till_cap=str(view.till_cap) if is_reader else None,
    )


def _is_reader(
    request: Request, app: Services, session: Session, till: int, *, lang: str, authorization: str
) -> bool:
    """Return whether who asks may read the till's sales. Raises CredentialsError for a wrong signature.

    That one is told: a till whose clock is wrong must learn why it gets no sequence.
    """
    try:
        require_till_reader(app, session, reader(request, app, lang, authorization), till)
    except CredentialsError:
        if authorization:
            raise
        return False
    except (AccessError, KeyRefusedError, ScopeMissingError, SessionRefusedError):
        return False
    return True
