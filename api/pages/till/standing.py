"""What a business owes the fund, how much it may, what its bank will be asked for, and its statements."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response

from api.deps import App, Language, Reading
from api.pages.shell import words_of
from api.pages.till.counter import Owner, merchant_of, rates_of, till_page
from api.pages.words import Words
from endogene_token.errors import UnknownMerchantError
from endogene_token.ids import day_number
from endogene_token.indexer.models import Merchant
from endogene_token.treasury.collect.coming import coming
from endogene_token.treasury.collect.states import Left
from endogene_token.treasury.dunning import examining
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.document import read_document
from endogene_token.treasury.statements.models import IssuedStatement
from endogene_token.treasury.statements.months import Month
from endogene_token.treasury.statements.render import to_pdf

router = APIRouter(prefix="/till")
BAR: Final = 1_000  # units of the drawing's width
WARNED: Final = 8_000  # basis points of the limit from which the bar warns
FULL: Final = 10_000
SHOWN: Final = 12
MonthText = Annotated[str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


@dataclass(frozen=True, slots=True)
class Gauge:
    """How much of its exposure limit a merchant has used: in units of a bar, and how it is coloured."""

    width: int
    colour: str
    left: int

    @classmethod
    def of(cls, owed: int, limit: int) -> "Gauge":
        """Return the gauge of premiums owed under a limit, 0 for none at all."""
        used = FULL if limit <= 0 else min(FULL, owed * FULL // limit)
        colour = "bad" if used >= FULL else "warn" if used >= WARNED else ""
        return cls(used * BAR // FULL, colour, max(0, limit - owed))


@router.get("/standing")
def standing(request: Request, app: App, who: Owner, session: Reading) -> Response:
    """Show where the business stands with the fund."""
    number, zone = merchant_of(who), ZoneInfo(app.settings.timezone)
    found = session.get(Merchant, number)
    if found is None:
        raise UnknownMerchantError(actual=number)
    expected = coming(session.connection(), number, zone)
    words = words_of(request, app)
    rates = rates_of(session, number, day_number(datetime.now(zone).date()))
    context = {
        "found": found,
        "gauge": Gauge.of(found.owed, found.exposure_limit),
        "bar": BAR,
        "rate": rates["rate"],
        "debits": [(words.day(date.fromisoformat(one.day)), one.amount) for one in expected.debits],
        "dues": [one for one in expected.dues if one.why is not Left.ASKED],
        "tail": expected.tail,
        "late": next((one for one in examining.states(session, number) if one.level > 0), None),
        "statements": [
            (one, month_of(words, one)) for one in issuing.statements_of(session.connection(), number)[:SHOWN]
        ],
    }
    return till_page(request, app, who, "till/standing.html", context)


@router.get("/standing/{month}.pdf")
def paper(month: MonthText, who: Owner, session: Reading, lang: Language) -> Response:
    """Give a statement of the business on paper. Raises UnknownStatementError."""
    connection = session.connection()
    row = issuing.issued(connection, merchant_of(who), Month.parse(month))
    document = read_document(row.content)
    headers = {
        "Content-Disposition": f'inline; filename="{row.number}-{row.month}.pdf"',
        "Cache-Control": "no-store",
        "Content-Language": lang,
    }
    content = to_pdf(document, issuing.logo_of(connection, document), lang)
    return Response(content, media_type="application/pdf", headers=headers)


def month_of(words: Words, row: IssuedStatement) -> str:
    """Return the month of a statement as people call it."""
    return words.month(Month.parse(row.month).first_day)
