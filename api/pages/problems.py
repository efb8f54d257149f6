"""A page for each problem that this service tells: what it means and what to do, for people and programs."""

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import JSONResponse, Response

from api.deps import App, Language, Services
from api.errors import status_of
from api.event_answers import ProblemKinds, ProblemKindTold
from api.pages.shell import VARIES, page
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
KEPT: Final = "public, max-age=3600"


@router.get("/problems", response_model=ProblemKinds, responses=PAGES)
def problems(request: Request, app: App, lang: Language, accept: Accept = "") -> Response:
    """Tell every problem of this service, in the order of the tree of errors."""
    told = [kind_told(one, lang) for one in kinds().values()]
    return _answer(request, app, lang, accept, ProblemKinds(items=told))


@router.get("/problems/{code}", response_model=ProblemKindTold, responses=PAGES)
def problem_kind(request: Request, code: Code, app: App, lang: Language, accept: Accept = "") -> Response:
    """Tell what a problem means and what to do; the values of a single one stand in its answer."""
    kind = kinds().get(code)
    if kind is None:
        raise UnknownProblemError(actual=code)
    return _answer(request, app, lang, accept, kind_told(kind, lang))


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
    request: Request, app: Services, lang: str, accept: str, told: ProblemKinds | ProblemKindTold
) -> Response:
    if "text/html" not in accept[:LONGEST_ACCEPT].lower():
        headers = {"Content-Language": lang, "Cache-Control": KEPT, "Vary": f"Accept, {VARIES}"}
        return JSONResponse(told.model_dump(), headers=headers)
    is_one = isinstance(told, ProblemKindTold)
    items = [told] if isinstance(told, ProblemKindTold) else told.items
    answer = page(request, app, "problems.html", {"items": items, "is_one": is_one}, kept=KEPT)
    answer.headers["Vary"] = f"Accept, {VARIES}"
    return answer
