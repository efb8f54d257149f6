"""What happened, in its order, to whom it may be told."""

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request

from api.bearers import authenticated, credential, require_scope
from api.deps import App, Language, Reading
from api.event_answers import Events, EventTold, EventTypes, EventTypeTold
from endogene_token.indexer.events import Decoder
from endogene_token.office.keys import ApiKey
from endogene_token.office.scopes import Mode, Scope
from endogene_token.office.sessions import SessionKey
from endogene_token.webhooks import listing
from endogene_token.webhooks.listing import MOST, Position, Wanted
from endogene_token.webhooks.telling import BY_TYPE, TYPES, Reader

router = APIRouter(tags=["events"])
NOW: Final = "now"
After = Annotated[
    str,
    Query(
        pattern=r"^([0-9]{1,15}-[0-9]{1,9}|now)$",
        description="Only what happened after this place, as `next` told it; `now`: only what is to come.",
    ),
]
Types = Annotated[
    str | None,
    Query(max_length=2_000, description="Only these types, with commas between them; see /v1/events/types."),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]


@router.get("/events")
def events(
    request: Request,
    app: App,
    *,
    session: Reading,
    lang: Language,
    after: After = "0-0",
    types: Types = None,
    limit: Limit = MOST,
    authorization: Annotated[str | None, Header()] = None,
) -> Events:
    """Tell what happened after a place: what is public; with a key of the API also what it may read."""
    # Who shows a key that opens nothing is told so: what is public is not all there is.
    # Who has logged in without the right to more reads what is public.
    key = credential(request, app, lang, authorization or "")
    if key is None and authorization is not None:
        key = authenticated(app, lang, authorization)
    is_public = key is None or (isinstance(key, SessionKey) and Scope.EVENTS_READ not in key.scopes)
    reader = Reader() if is_public or key is None else reader_of(key)
    place = listing.last(session) if after == NOW else Position.parse(after)
    wanted = Wanted(place, listing.wanted_types(types), limit)
    found = listing.page(session, Decoder(app.community), reader, wanted)
    return Events(
        items=[EventTold(**one.as_json()) for one in found.items],
        next=str(found.next),
        has_more=found.has_more,
    )


@router.get("/events/types")
def types() -> EventTypes:
    """Tell every type of events, and who may read it."""
    return EventTypes.model_validate(
        {"items": [EventTypeTold(type=one, audience=BY_TYPE[one].audience.value) for one in TYPES]}
    )


def reader_of(key: ApiKey) -> Reader:
    """Return what a key may read; a test key sees nobody's business. Raises ScopeMissingError."""
    require_scope(key, Scope.EVENTS_READ)
    if key.mode is Mode.TEST:
        return Reader()
    is_office = key.holder.role is not None
    return Reader(
        key.holder.merchant,
        is_office and bool({Scope.SALES_READ, Scope.TREASURY_READ} & key.scopes),
        is_office and Scope.MEMBERS_READ in key.scopes,
    )
