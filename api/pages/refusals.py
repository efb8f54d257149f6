"""A refusal as a person reads it: what, what to do, and the way on.

A part of a page that asks by itself is refused by it as well, and shows none of it (`shell.html`: noSwap).
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.deps import services
from api.errors import public, status_of
from api.pages.shell import page, words_of
from api.pages.visitors import login_for, page_before
from endogene_token.errors import EndogeneError, FreshLoginError, RequestShapeError, UnknownPathError
from endogene_token.i18n import mark
from endogene_token.office.sessions import FRESH_SECONDS

FAILED: Final = 500
ADVICE: Final[Mapping[type[EndogeneError], str]] = {
    UnknownPathError: mark("Go to the first page: what you look for may be found from there."),
    RequestShapeError: mark("Go back, correct it, and send it again."),
}
"""What a person does where the error's own advice speaks to who writes a program."""
STALE: Final = mark("You showed your passkey more than {minutes} minutes ago.")
DOORS: Final = ("/till", "/office", "/wallet")


def told(request: Request, error: EndogeneError) -> HTMLResponse:
    """Return the page that tells an error in the reader's language."""
    app = services(request)
    words = words_of(request, app)
    parts = public(error).as_dict(words.lang)
    advice, is_stale = ADVICE.get(type(error)), isinstance(error, FreshLoginError)
    status = int(status_of(type(error)) or FAILED)
    context = {
        "what": words.tr(STALE, minutes=FRESH_SECONDS // 60) if is_stale else parts["what"],
        "advice": words.tr(advice) if advice else parts["advice"],
        "number": request.state.request_id,
        "is_ours": status >= FAILED,
        "login": login_for(request) if is_stale else None,
        "before": page_before(request),
        "door": door_of(request.url.path),
    }
    return page(request, app, "refusal.html", context, status=status)


def door_of(path: str) -> str:
    """Return the first page of the door in which a page stands."""
    return next((one for one in DOORS if path == one or path.startswith(f"{one}/")), "/")
