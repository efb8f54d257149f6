"""Files of sales: looked at, tried, taken; what was refused, as a file to work through."""

import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api import hosted
from api.deps import App, Language, Reading, Services
from api.pages.forms import Form, Sent
from api.pages.shell import watched
from api.pages.till.counter import Clerk, merchant_of, own_till, seller_of, till_page, tills_of
from api.pages.visitors import Visitor
from endogene_token.errors import InputError, RequestShapeError, UnknownUploadError
from endogene_token.i18n import mark
from endogene_token.sales import SaleUpload, backlog, connecting, filing
from endogene_token.sales.csv_upload import KIND, MAX_BYTES, Columns, Preview, preview, rows
from endogene_token.sales.deliveries import (
    ROWS_AT_ONCE,
    Desk,
    Taken,
    keep_upload,
    latest_uploads,
    refusals,
    take,
)
from endogene_token.sales.intake import MAX_KEPT
from endogene_token.sales.report import errors_csv

router = APIRouter(prefix="/till")
SHOWN: Final = 20
TAKING: Final = "till/taking_part.html"
CSV: Final = "text/csv; charset=utf-8"
COLUMNS: Final = (
    ("receipt", mark("Receipt number")),
    ("amount", mark("Amount")),
    ("at", mark("Day, or day and time")),
    ("card", mark("Member’s card")),
    ("phone", mark("Member’s telephone")),
    ("member", mark("Member number")),
    ("kind", mark("Sale or refund")),
    ("refund_of", mark("Receipt that a refund is of")),
)
"""What a column may give, in the order in which it is asked."""
DATES: Final = (
    ("iso", mark("year-month-day")),
    ("dmy", mark("day/month/year")),
    ("mdy", mark("month/day/year")),
)
Id = Annotated[int, Path(ge=1, le=MAX_KEPT)]


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it came, and what was said of its columns."""

    content: bytes
    said: Columns
    is_said: bool

    @property
    def packed(self) -> str:
        """Return the file as a field of the next form, which brings it again."""
        return b64encode(zlib.compress(self.content)).decode()


@router.get("/files")
def files(request: Request, app: App, who: Clerk, session: Reading) -> Response:
    """Ask for a file, and list those that came."""
    if not tills_of(session, who):
        return till_page(request, app, who, "till/unhosted.html", {"here": "files"})
    return _asked(request, app, who, session)


@router.post("/files")
def send(  # noqa: PLR0917  # what a route asks for
    request: Request, app: App, who: Clerk, session: Reading, lang: Language, form: Sent
) -> Response:
    """Show what a file looks like, try it, or take it; the same file again adds nothing."""
    mode = form.text_or_none("mode") or "preview"
    till = own_till(request, tills_of(session, who))
    try:
        sent = _sent(app, who, form)
        seen = preview(sent.content, sent.said)
    except InputError as error:
        return _asked(request, app, who, session, error=error.as_dict(lang))
    context: dict[str, Any] = _previewed(sent, seen)
    try:
        if mode == "take" and len(seen.table.lines) > ROWS_AT_ONCE:
            return RedirectResponse(f"/till/files/{_begun(app, who, sent, till)}", status_code=303)
        if mode in {"try", "take"}:
            context |= _taken(app, who, sent, till, is_dry=mode == "try", lang=lang)
    except InputError as error:
        context["error"] = error.as_dict(lang)
    is_wrong = context["error"] is not None
    template = "till/taken.html" if context["upload"] and mode == "take" else "till/preview.html"
    return till_page(request, app, who, template, context, status=422 if is_wrong else 200)


@router.get("/files/{upload}")
def file(  # noqa: PLR0917  # what a route asks for
    upload: Id, request: Request, app: App, who: Clerk, session: Reading, lang: Language
) -> Response:
    """Show how far a file has come, and what became of it at its end. Raises UnknownUploadError."""
    found = _own(session, who, upload)
    now = backlog.standing(session, found)
    if now is not None:
        return till_page(request, app, who, "till/taking.html", {"upload": found, "now": now, "part": TAKING})
    first = hosted.refused_told(refusals(found)[:SHOWN], lang)
    return till_page(request, app, who, "till/taken.html", {"upload": found, "refused": first})


@router.get("/files/{upload}/progress")
def progress(upload: Id, request: Request, app: App, who: Clerk, session: Reading) -> Response:
    """Show how far a file has come, as a part of its page; at its end, lead there."""
    found = _own(session, who, upload)
    now = backlog.standing(session, found)
    if now is None:
        return Response(headers={"HX-Redirect": f"/till/files/{upload}"})
    return watched(request, app, TAKING, {"now": now})


@router.get("/files/{upload}/refused.csv")
def refused(upload: Id, who: Clerk, session: Reading, lang: Language) -> Response:
    """Give the lines that were refused, with their reasons. Raises UnknownUploadError."""
    found = _own(session, who, upload)
    headers = {
        "Content-Disposition": f'attachment; filename="refused-{upload}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(errors_csv(refusals(found), lang), media_type=CSV, headers=headers)


def _own(session: Session, who: Visitor, upload: int) -> SaleUpload:
    """Return a file of the visitor's merchant: of another one's, not even that it is there is told."""
    found = session.get(SaleUpload, upload)
    if found is None or found.merchant != merchant_of(who):
        raise UnknownUploadError(actual=upload)
    return found


def _asked(
    request: Request, app: Services, who: Visitor, session: Session, error: dict[str, Any] | None = None
) -> Response:
    found = latest_uploads(session, merchant_of(who), SHOWN)
    left = backlog.under_way(session, merchant_of(who))
    context = {"uploads": found, "under_way": left, "error": error, "largest": MAX_BYTES // 2**20}
    return till_page(request, app, who, "till/files.html", context, status=422 if error else 200)


def _sent(app: Services, who: Visitor, form: Form) -> Given:
    """Return the file of a form: chosen just now, or brought again. Raises as `connecting.columns` does."""
    content = form.file("file")
    if content is not None:
        return Given(content, connecting.columns(app.engine, merchant_of(who), content), is_said=False)
    names = {field: form.text_or_none(field) for field, _ in COLUMNS}
    told = {**names, "cents": form.text_or_none("cents") == "yes", "dates": form.text_or_none("dates")}
    try:
        said = msgspec.convert(told, Columns)
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(b64decode(form.packed("content")), MAX_BYTES + 1)
    except (ValueError, zlib.error, msgspec.ValidationError) as error:
        raise RequestShapeError(field="content", actual="…", limit="CSV") from error
    if len(content) > MAX_BYTES:
        raise RequestShapeError(field="content", actual=len(content), limit=MAX_BYTES)
    return Given(content, said, is_said=True)


def _previewed(sent: Given, seen: Preview) -> dict[str, Any]:
    """Return how the file would be read."""
    columns = msgspec.to_builtins(seen.columns)
    return {
        "content": sent.packed,
        "names": seen.table.names,
        "sample": seen.sample,
        "count": len(seen.table.lines),
        "fields": [(field, label, columns.get(field)) for field, label in COLUMNS],
        "forms": DATES,
        "dates": seen.columns.dates,
        "cents": seen.columns.cents,
        "error": None,
        "upload": None,
        "refused": [],
    }


def _begun(app: Services, who: Visitor, sent: Given, till: int | None) -> int:
    """Have a long file taken; return its number.

    Raises what `rows` does, NotHostedError, TillUnnamedError.
    """
    desk = hosted.desk_of(app, seller_of(who), till, KIND)
    count = len(rows(sent.content, sent.said, app.settings.currency))
    number = filing.begin(desk, app.secret(), sent.content, sent.said, count)
    _remember(app, desk, sent)
    return number


def _taken(
    app: Services, who: Visitor, sent: Given, till: int | None, *, is_dry: bool, lang: str
) -> dict[str, Any]:
    """Try the file, or take it. Raises what `rows` does, NotHostedError, TillUnnamedError."""
    desk = hosted.desk_of(app, seller_of(who), till, KIND, is_dry=is_dry)
    taken: list[Taken] = take(desk, rows(sent.content, sent.said, app.settings.currency))
    upload = keep_upload(desk, KIND, sent.content, taken)
    _remember(app, desk, sent)
    return {"upload": upload, "refused": hosted.refused_told(taken, lang)[:SHOWN]}


def _remember(app: Services, desk: Desk, sent: Given) -> None:
    """Keep what was said of the columns, for the next file."""
    if sent.is_said and not desk.is_dry:
        connecting.keep_columns(app.engine, desk.actor, desk.merchant, desk.till, sent.said)
