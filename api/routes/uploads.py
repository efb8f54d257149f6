"""Files of sales in CSV: looked at, tried, taken; what was refused, as a file to work through."""

from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Body, Path, Query, Request, Response

from api import hosted
from api.deps import App, Language, Reading
from api.routes.sales import Merchant, Till
from api.sale_schemas import ColumnsTold, UploadKept, UploadsTold, UploadTold
from api.sellers import seller
from endogene_token.errors import AccessError, UnknownUploadError
from endogene_token.office.scopes import Scope
from endogene_token.sales import SaleUpload, connecting
from endogene_token.sales.backlog import under_way
from endogene_token.sales.csv_upload import KIND, MAX_BYTES, Preview, preview, rows
from endogene_token.sales.deliveries import Taken, keep_upload, refusals, take, uploads
from endogene_token.sales.intake import MAX_KEPT
from endogene_token.sales.report import errors_csv

router = APIRouter(tags=["sales"])
PAGE: Final = 100
KEPT: Final = tuple(name for name in UploadKept.model_fields if name != "is_under_way")
Mode = Literal["preview", "dry-run", "commit"]
CSV: Final = "text/csv; charset=utf-8"
File = Annotated[bytes, Body(media_type="text/csv", max_length=MAX_BYTES)]
Said = Annotated[
    str | None,
    Query(max_length=2_000, description="Which column gives what, as JSON; left out: as said before."),
]


@router.post("/uploads")
def send(
    content: File,
    request: Request,
    app: App,
    lang: Language,
    *,
    mode: Mode = "preview",
    merchant: Merchant = None,
    till: Till = None,
    columns: Said = None,
) -> UploadTold:
    """Look at a file of sales, try it, or take it. The same file again, or one that overlaps, adds nothing.

    Each line is taken or refused by itself, within this request, which takes up to a minute for the longest
    file. A trial (dry-run) checks everything and keeps nothing.
    """
    who = seller(app, request, lang, merchant, Scope.SALES_WRITE)
    said = hosted.columns_of(app, who.merchant, columns, content)
    seen = preview(content, said)
    if mode == "preview":
        return _told(mode, seen)
    desk = hosted.desk_of(app, who, till, KIND, is_dry=mode == "dry-run")
    taken = take(desk, rows(content, said, app.settings.currency))
    kept = keep_upload(desk, KIND, content, taken)
    if columns is not None and not desk.is_dry:
        connecting.keep_columns(app.engine, desk.actor, desk.merchant, desk.till, said)
    return _told(mode, seen, kept, taken, lang=lang)


@router.get("/uploads")
def sent(  # noqa: PLR0917  # what a route asks for
    request: Request,
    app: App,
    session: Reading,
    lang: Language,
    merchant: Merchant = None,
    after: Annotated[int, Query(ge=0, le=MAX_KEPT, description="Only those after this id.")] = 0,
) -> UploadsTold:
    """Tell a hundred files of a merchant, and deliveries of which something was refused, by ascending id."""
    who = seller(app, request, lang, merchant, Scope.SALES_READ)
    found = [] if who.is_test else uploads(session, who.merchant, after, PAGE + 1)
    now = under_way(session, who.merchant)
    items = [_kept(one, is_under_way=one.id in now) for one in found[:PAGE]]
    return UploadsTold(items=items, next=items[-1].id if len(found) > PAGE else None)


@router.get(
    "/uploads/{upload}/errors.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def errors(
    upload: Annotated[int, Path(ge=1, le=MAX_KEPT)],
    request: Request,
    app: App,
    session: Reading,
    lang: Language,
) -> Response:
    """Tell why lines of a file, or orders of a delivery, were refused: a file for a spreadsheet.

    Of a file that is under way, those of the lines so far.

    A number that nothing has, and one of another merchant, are told alike.
    """
    found = session.get(SaleUpload, upload)
    try:  # the proof first, of whatever number: to nobody is told which files there are
        who = seller(app, request, lang, 0 if found is None else found.merchant, Scope.SALES_READ)
    except AccessError:
        raise UnknownUploadError(actual=upload) from None
    if found is None or who.is_test:
        raise UnknownUploadError(actual=upload)
    return Response(errors_csv(refusals(found), lang), media_type=CSV)


def _kept(upload: SaleUpload, *, is_under_way: bool) -> UploadKept:
    told = {name: getattr(upload, name) for name in KEPT}
    return UploadKept.model_validate({**told, "is_under_way": is_under_way})


def _told(
    mode: Mode,
    seen: Preview,
    kept: SaleUpload | None = None,
    taken: list[Taken] | None = None,
    *,
    lang: str = "",
) -> UploadTold:
    told = UploadTold(
        mode=mode,
        names=list(seen.table.names),
        columns=ColumnsTold.model_validate(msgspec.to_builtins(seen.columns)),
        sample=seen.sample,
        rows=len(seen.table.lines),
    )
    if kept is None:
        return told
    numbers = {name: getattr(kept, name) for name in ("added", "again", "refused", "id")}
    first = hosted.refused_told(taken or [], lang)[: hosted.SHOWN_ERRORS]
    return told.model_copy(update={**numbers, "errors": first})
