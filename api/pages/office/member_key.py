"""A member's security key: registered at the desk, and how far it is on its way to the ledger."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from api.deps import Language, Reading
from api.logins import translated
from api.pages.office.desk import PREFIX, Reader, Registrar, row_of
from api.pages.office.room import Room
from api.schemas import PathNumber
from endogene_token.errors import ChainError, NoDeviceKeyError
from endogene_token.indexer.models import RulesVersion
from endogene_token.office import device_keys, passkeys, security_keys
from endogene_token.office.passkeys import Site
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind

router = APIRouter(prefix=f"{PREFIX}/key")
DAY: Final = 86_400
NONE: Final = "none"
UNKNOWN: Final = "unknown"


class Made(BaseModel):
    """What the security key made, as the browser tells it."""

    model_config = ConfigDict(extra="forbid")

    credential: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """How far a member's key is: a word of `Way`, `none` or `unknown`; when it takes over, in words.

    `is_contested`: the member reported that a change is not his or her own, and nobody has answered yet.
    """

    way: str
    since: str = ""
    is_due: bool = False
    is_contested: bool = False


@router.get("", response_class=HTMLResponse)
def page(number: PathNumber, here: Reader, session: Reading) -> HTMLResponse:
    """Show what the member signs with, and what is to be done next."""
    context = {
        "number": number,
        "key": key_of(here, session, number),
        "had": bool(row_of(session, number).key),
        "days": -(-_delay(session) // DAY),
    }
    return here.show("office/member_key.html", context)


@router.post("/options")
def options(number: PathNumber, here: Registrar, session: Reading) -> JSONResponse:
    """Tell what the browser needs to make the key."""
    here.who.require_fresh()
    row_of(session, number)
    name = here.words.tr("Member {number}", number=number)
    site = Site.of(here.app.settings)
    told = {"options": security_keys.options(here.app.engine, site, session, number, name)}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.post("", status_code=201)
def register(
    number: PathNumber, given: Annotated[Made, Body()], here: Registrar, lang: Language
) -> JSONResponse:
    """Keep the key that the member holds in the hand."""
    here.who.require_fresh()
    with translated(lang):
        answer = passkeys.answer(here.app.engine, given.credential)
        with here.changing() as change:
            site = Site.of(here.app.settings)
            security_keys.register(change, here.app.secret(), site, number, answer)
    return JSONResponse({"status": "registered"}, 201)


def key_of(here: Room, session: Session, number: int) -> Key:
    """Return how far the key of a member is."""
    try:
        found = device_keys.standing(session, here.app.ledger, number)
    except NoDeviceKeyError:
        return Key(NONE)
    except ChainError:
        return Key(UNKNOWN)
    words = here.words
    since = words.moment(words.at(found.ready_at)) if found.ready_at else ""
    is_due = 0 < found.ready_at <= here.app.clock.now()
    is_contested = bool(inbox.open_reports_of(session, Kind.KEY, f"member:{number}"))
    return Key(found.way.value, since, is_due=is_due, is_contested=is_contested)


def _delay(session: Session) -> int:
    """Return how long a new key waits, in seconds, by the rules in force."""
    newest = select(RulesVersion.key_rotation_delay).order_by(col(RulesVersion.version).desc())
    return session.exec(newest.limit(1)).first() or 0
