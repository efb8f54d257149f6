"""What every page has: its frame, the words of its reader, and what its browser may load.

A page holds no script and no style of its own: the files of `api/static`, each named with the nonce of this
very answer, are all that runs; text becomes HTML only through the one policy that htmx has (Trusted Types),
and htmx works on what carries the nonce; the policy `own` makes addresses of our own scripts and workers.
See `docs/decisions/0026-doors.md`.
"""

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.deps import Services
from api.language import LANGUAGE_COOKIE, language_of
from api.pages.assets import Assets
from api.pages.words import Words

STATIC: Final = Path(__file__).resolve().parents[1] / "static"
ASSETS: Final = Assets(STATIC)
YEAR: Final = 365 * 24 * 3600
POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx own"
)
PRIVATE: Final = "no-store"
VARIES: Final = "Cookie, Accept-Language"
"""What of a request decides a page's language (`api/language.py`): who keeps a page must not mix them up."""
OWN_PAGES: Final = "same-origin"
"""Under no-referrer, a browser would send the forms of our pages with the origin null."""
SEEN: Final = "seen"
"""The field by which a page tells what a part of it shows already (`templates/watched.html`)."""
_NONCE_BYTES: Final = 16
_TEMPLATES: Final = Environment(
    loader=PackageLoader("api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.do"],
)
_TEMPLATES.filters["digest"] = lambda text: hashlib.sha256(text.encode()).hexdigest()[:16]


def page(
    request: Request,
    app: Services,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    kept: str = PRIVATE,
) -> HTMLResponse:
    """Return a page, or a part of one, in the language of its reader.

    `kept`: how long it may be kept (Cache-Control); what is somebody's own is not kept at all.
    """
    words, nonce = words_of(request, app), secrets.token_urlsafe(_NONCE_BYTES)
    text = _TEMPLATES.get_template(template).render(
        words=words,
        tr=words.tr,
        many=words.many,
        nonce=nonce,
        asset=ASSETS.url,
        name=app.community.name,
        is_trial=app.settings.sandbox,
        elsewhere=_elsewhere(request, words),
        **context,
    )
    headers = {
        "Content-Language": words.tag,
        "Cache-Control": kept,
        "Vary": VARIES,
        "Content-Security-Policy": POLICY.format(nonce=nonce),
        "Referrer-Policy": OWN_PAGES,
    }
    answer = HTMLResponse(text, status_code=status, headers=headers)
    if "lang" in request.query_params:  # who changes the language goes on in it
        answer.set_cookie(LANGUAGE_COOKIE, words.lang, max_age=YEAR, samesite="lax", httponly=True)
    return answer


def watched(request: Request, app: Services, template: str, context: Mapping[str, object]) -> Response:
    """Return a part that its page asks for again and again; nothing (204) when the page shows the same.

    What is not sent is not put into the page: a screen reader reads it once, and nobody loses a place in it.
    """
    answer = page(request, app, "watched.html", {**context, "part": template})
    seen = request.query_params.get(SEEN, "")
    if seen and f'name="{SEEN}" value="{seen}"'.encode() in bytes(answer.body):
        return Response(status_code=204, headers={"Cache-Control": PRIVATE})
    return answer


def _elsewhere(request: Request, words: Words) -> str | None:
    """Return where this page stands in the other language.

    None for what a form was answered: only the form could ask for it again, and a code may be shown once.
    """
    if request.method != "GET":
        return None
    return str(request.url.include_query_params(lang=words.other).replace(scheme="", netloc=""))


def words_of(request: Request, app: Services) -> Words:
    """Return the words of who asks."""
    return Words.of(app.settings, language_of(request))
