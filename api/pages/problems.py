"""A page for each problem that this service tells: what it means and what to do, for people and programs."""

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.deps import App, Language, Services
from api.errors import status_of
from api.event_answers import ProblemKinds, ProblemKindTold
from endogene_token.errors import EndogeneError, UnknownProblemError
from endogene_token.i18n import tr

router = APIRouter(tags=["problems"])
LONGEST_ACCEPT: Final = 500
PAGES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "As JSON, or as a page where text/html is asked for.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
}
Code = Annotated[str, Path(pattern="^[a-z0-9-]{1,60}$", description="The `code` of a problem.")]
Accept = Annotated[str, Header()]
_PLACE: Final = re.compile(r"\{[a-z_]+\}")
_TEMPLATES: Final = Environment(
    loader=PackageLoader("api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@router.get("/problems", response_model=ProblemKinds, responses=PAGES)
def problems(app: App, lang: Language, accept: Accept = "") -> Response:
    """Tell every problem of this service, in the order of the tree of errors."""
    told = [kind_told(one, lang) for one in kinds().values()]
    return _answer(app, lang, accept, ProblemKinds(items=told), None)


@router.get("/problems/{code}", response_model=ProblemKindTold, responses=PAGES)
def problem_kind(code: Code, app: App, lang: Language, accept: Accept = "") -> Response:
    """Tell what a problem means and what to do; the values of a single one stand in its answer."""
    kind = kinds().get(code)
    if kind is None:
        raise UnknownProblemError(actual=code)
    return _answer(app, lang, accept, kind_told(kind, lang), code)


@cache
def kinds() -> dict[str, type[EndogeneError]]:
    """Return every class of errors by its code, in the order of the tree."""
    return {kind.code: kind for kind in _classes(EndogeneError)}


def kind_told(kind: type[EndogeneError], lang: str) -> ProblemKindTold:
    """Return what is told of a class of errors, with dots where a single problem has its values."""
    parent = kind.__mro__[1]
    return ProblemKindTold(
        code=kind.code,
        type=f"/v1/problems/{kind.code}",
        title=_PLACE.sub("…", tr(kind.what, lang)),
        advice=_PLACE.sub("…", tr(kind.advice, lang)),
        status=int(status_of(kind) or HTTPStatus.INTERNAL_SERVER_ERROR),
        parent=parent.code if issubclass(parent, EndogeneError) else None,
    )


def _classes(kind: type[EndogeneError]) -> Iterator[type[EndogeneError]]:
    if kind.__module__.startswith("endogene_token."):
        yield kind
        for child in kind.__subclasses__():
            yield from _classes(child)


def _answer(
    app: Services, lang: str, accept: str, told: ProblemKinds | ProblemKindTold, code: str | None
) -> Response:
    headers = {
        "Content-Language": lang,
        "Cache-Control": "public, max-age=3600",
        "Vary": "Accept, Accept-Language",
    }
    if "text/html" not in accept[:LONGEST_ACCEPT].lower():
        return JSONResponse(told.model_dump(), headers=headers)
    items = [told] if isinstance(told, ProblemKindTold) else told.items
    page = _TEMPLATES.get_template("problems.html").render(
        tr=lambda msgid, **params: tr(msgid, lang, **params),
        lang=lang,
        other="en" if lang == "fr" else "fr",
        name=app.community.name,
        path="/v1/problems" if code is None else f"/v1/problems/{code}",
        items=items,
        is_one=code is not None,
    )
    return HTMLResponse(page, headers=headers)
