"""Stopping a change of one's key, by the key in force. For whom a code used elsewhere has logged out, too."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import key_stops
from api.askers import place_of
from api.deps import App, Language
from api.logins import require_own_page, translated
from api.pages.shell import page
from endogene_token.bounds import MAX_UINT32

router = APIRouter()


class Asked(BaseModel):
    """Whose change is to be stopped."""

    model_config = ConfigDict(extra="forbid")

    member: Annotated[int, Field(strict=True, ge=1, le=MAX_UINT32)]


class Signed(Asked):
    """The same, and what the device signed."""

    credential: dict[str, Any]


@router.get("/stop", response_class=HTMLResponse)
def ask(request: Request, app: App) -> HTMLResponse:
    """Show how a change of one's key is stopped. Nobody's name stands here."""
    return page(request, app, "wallet/stop.html", {"here": "", "member": None})


@router.post("/stop/options")
def options(given: Annotated[Asked, Body()], request: Request, app: App) -> JSONResponse:
    """Tell what the device signs."""
    require_own_page(request, app.settings)
    told = {"options": key_stops.options(app, given.member)}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.post("/stop", status_code=202)
def stop(given: Annotated[Signed, Body()], request: Request, app: App, lang: Language) -> JSONResponse:
    """Take the signed cancellation to the chain."""
    require_own_page(request, app.settings)
    with translated(lang):
        key_stops.stop(app, given.member, given.credential, place_of(request))
    return JSONResponse({"status": "queued"}, 202)
