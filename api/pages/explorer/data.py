"""The tables to take away, under links that stay, with their licence."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import App, Reading, Services
from api.pages.explorer.parquet import parquet
from api.pages.explorer.parts import KEPT, read_until
from api.pages.explorer.tables import AMOUNTS, TABLES, TEXTS, Cell, Moment, Row, Table
from api.pages.explorer.year import year_of
from api.pages.shell import page, words_of
from api.pages.words import Words
from endogene_token.errors import UnknownPathError
from endogene_token.spreadsheet import inert

router = APIRouter(include_in_schema=False)
LICENCE: Final = "CC-BY-4.0"
LICENCE_LINK: Final = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'


@router.get("/data", response_class=HTMLResponse)
def data(request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show the tables and what each can be taken as."""
    words = words_of(request, app)
    tables = [
        {"name": one.name, "title": words.tr(one.title), "meaning": words.tr(one.meaning)}
        for one in TABLES.values()
    ]
    told = {"tables": tables, "forms": list(FORMS), **read_until(app, session, words)}
    return page(request, app, "explorer/data.html", told, kept=KEPT)


@router.get("/data/{file}")
def table(request: Request, file: str, app: App, session: Reading) -> Response:
    """Give a table. Raises UnknownPathError."""
    name, _, form = file.rpartition(".")
    if name not in TABLES or form not in FORMS:
        raise UnknownPathError(actual=request.url.path)
    found, (kind, write) = TABLES[name], FORMS[form]
    words = words_of(request, app)
    rows = list(found.rows(session, _moment(app, words)))
    headers = {
        "Cache-Control": KEPT,
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Link": LICENCE_LINK,
        "Access-Control-Allow-Origin": "*",
    }
    return Response(write(found, rows), media_type=kind, headers=headers)


def as_csv(table: Table, rows: list[Row]) -> bytes:
    """Return the rows as CSV (RFC 4180), in UTF-8; no cell runs in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for row in rows:
        cells = (row.get(one) for one in table.columns)
        writer.writerow([inert(one) if isinstance(one, str) else one for one in cells])
    return text.getvalue().encode()


def as_json(table: Table, rows: list[Row]) -> bytes:
    """Return the rows as JSON, each with every column; amounts as texts."""
    whole = [{one: _as_told(one, row.get(one)) for one in table.columns} for row in rows]
    told = {"table": table.name, "license": LICENCE, "rows": whole}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def as_parquet(table: Table, rows: list[Row]) -> bytes:
    """Return the rows as an Apache Parquet file."""
    columns = {one: one in TEXTS for one in table.columns}
    return parquet(columns, rows, {"table": table.name, "license": LICENCE})


def _as_told(column: str, cell: Cell) -> Cell:
    return str(cell) if column in AMOUNTS and cell is not None else cell


FORMS: Final[Mapping[str, tuple[str, Callable[[Table, list[Row]], Any]]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", as_csv),
    "json": ("application/json", as_json),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
}


def _moment(app: Services, words: Words) -> Moment:
    return Moment(app, app.clock.now(), year_of(app, words), words.zone)
