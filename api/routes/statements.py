"""The monthly statements: issued by the treasurer, read by their merchant, as JSON, CSV or PDF."""

import time
from collections.abc import Callable
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Header, Path, Response

from api.askers import Changer, Reader, changing_as, require_merchant_reader, treasurer
from api.deps import App, Language, Reading, Services
from api.schemas import PathNumber
from api.statement_answers import IssueGiven, IssueTold, StatementDocument, StatementsTold, StatementTold
from endogene_token.office.scopes import Scope
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.document import read_document
from endogene_token.treasury.statements.issuer import FILE_NAME, Issuer
from endogene_token.treasury.statements.months import Month
from endogene_token.treasury.statements.render import to_csv, to_pdf

router = APIRouter(tags=["statements"])
JSON: Final = "application/json"
MEDIA: Final = {"json": JSON, "csv": "text/csv", "pdf": "application/pdf"}
LONGEST_ACCEPT: Final = 500  # characters: what a browser sends is far shorter
PAPERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The statement, as stored; with .csv or .pdf after the month, or by Accept, as such.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}},
        },
    }
}
MonthText = Annotated[
    str,
    Path(
        pattern=r"^[0-9]{4}-[0-9]{2}(\.(json|csv|pdf))?$",
        description="Year and month, as in 2026-10; .json, .csv or .pdf may follow.",
    ),
]


@router.get("/merchants/{number}/statements")
def statements(number: PathNumber, asker: Reader, app: App, session: Reading) -> StatementsTold:
    """Tell a merchant which statements it has got. It, its tills and an officer read them."""
    require_merchant_reader(app, session, asker, number, Scope.STATEMENTS_READ)
    rows = issuing.statements_of(session.connection(), number)
    return StatementsTold(items=[StatementTold.of(row) for row in rows])


@router.get("/merchants/{number}/statements/{month}", response_model=StatementDocument, responses=PAPERS)
def statement(
    number: PathNumber,
    month: MonthText,
    asker: Reader,
    *,
    app: App,
    session: Reading,
    lang: Language,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Give a statement: JSON byte for byte as it was issued, CSV, or PDF in the reader's language."""
    require_merchant_reader(app, session, asker, number, Scope.STATEMENTS_READ)
    wanted, _, suffix = month.partition(".")
    connection = session.connection()
    row = issuing.issued(connection, number, Month.parse(wanted))
    kind = suffix or _accepted(accept)
    document = read_document(row.content)
    papers: dict[str, Callable[[], bytes]] = {
        "json": lambda: row.content,
        "csv": lambda: to_csv(document, lang),
        "pdf": lambda: to_pdf(document, issuing.logo_of(connection, document), lang),
    }
    headers = {
        "Content-Disposition": f'inline; filename="{row.number}-{row.month}.{kind}"',
        "Cache-Control": "private, no-cache",
        "Content-Language": lang,
        "Vary": "Accept, Accept-Language",
    }
    return Response(papers[kind](), media_type=MEDIA[kind], headers=headers)


@router.post("/statements/issue")
def issue(given: Annotated[IssueGiven, Body()], asker: Changer, app: App, lang: Language) -> IssueTold:
    """Issue the statements of a month that has ended. The treasurer may; again, it changes nothing."""
    actor = treasurer(app, asker)
    office = _office(app, lang, lambda _: changing_as(app, asker, actor))
    done = issuing.issue(office, Month.parse(given.month), int(time.time()))
    items = [StatementTold.of(row) for row in done.rows]
    return IssueTold(month=str(done.month), is_new=done.is_new, items=items)


def _office(app: Services, lang: str, changing: issuing.Changing) -> issuing.Office:
    found = app.settings
    issuer = Issuer.load(found.data_dir.absolute().joinpath(FILE_NAME), found.community)
    zone = ZoneInfo(found.timezone)
    return issuing.Office(app.engine, app.ledger, issuer, zone, found.currency, lang, changing)


def _accepted(header: str) -> str:
    """Return the first of our kinds that the header Accept names; JSON when it names none."""
    named = [one.partition(";")[0].strip().lower() for one in header[:LONGEST_ACCEPT].split(",")]
    kinds = {media: kind for kind, media in MEDIA.items()}
    return next((kinds[one] for one in named if one in kinds), "json")
