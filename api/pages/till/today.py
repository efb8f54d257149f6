"""The sales of a day, to compare with the cash register; a mistake undone, a part taken back."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api import hosted
from api.deps import App, Language, Reading, Services
from api.pages.forms import Sent
from api.pages.shell import words_of
from api.pages.till.counter import Clerk, merchant_of, seller_of, till_page
from api.pages.till.sale import SOURCE
from api.pages.visitors import Visitor
from api.pages.words import Words
from endogene_token.errors import AmountTextError, EndogeneError, UnknownPurchaseError
from endogene_token.i18n import mark
from endogene_token.ids import day_number
from endogene_token.office.card_numbers import ALPHABET
from endogene_token.sales import HostedSale, SaleState
from endogene_token.sales.cells import amount as read_amount
from endogene_token.sales.days import day_of, returned, reversals_of, sales_of
from endogene_token.sales.deliveries import Refused, Row, take
from endogene_token.sales.intake import MAX_KEPT
from endogene_token.sdk.sales import NewReversal

router = APIRouter(prefix="/till")
SHOWN: Final = 300
STATES: Final = {
    SaleState.PENDING: (mark("On its way"), ""),
    SaleState.ACCEPTED: (mark("On its way"), ""),
    SaleState.HELD: (mark("Held back"), "warn"),
    SaleState.RECORDED: (mark("Counted"), "good"),
    SaleState.REFUSED: (mark("Not taken"), "bad"),
    SaleState.ERASED: (mark("Erased"), ""),
}
"""How far a sale has come, as a person calls it, and how it is coloured."""
Id = Annotated[int, Path(ge=1, le=MAX_KEPT)]


@dataclass(frozen=True, slots=True)
class Line:
    """A sale as the list shows it; `left` is what of a purchase was not taken back."""

    id: int
    is_refund: bool
    receipt: str
    hour: str
    amount: int
    left: int
    has_member: bool
    state: str
    colour: str
    address: str


@router.get("/today")
def today(
    request: Request,
    app: App,
    who: Clerk,
    session: Reading,
    *,
    day: date | None = None,
    register: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """List a day's sales and add them up."""
    now = _now(app).date()
    shown = min(day or now, now)
    sums = day_of(session, merchant_of(who), day_number(shown))
    rows = sales_of(session, merchant_of(who), day_number(shown), SHOWN)
    told = amount_of(register, app.settings.currency) if register else None
    context = {
        "day": shown,
        "is_today": shown == now,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "sums": sums,
        "lines": lines(session, words_of(request, app), rows),
        "is_cut": len(rows) == SHOWN,
        "register": register,
        "register_wrong": bool(register) and told is None,
        "difference": None if told is None else told - sums.total,
    }
    return till_page(request, app, who, "till/today.html", context)


@router.get("/today/{sale}")
def one(  # noqa: PLR0917  # what a route asks for
    sale: Id, request: Request, app: App, who: Clerk, session: Reading, lang: Language
) -> Response:
    """Show a sale, and what can still be taken back of it."""
    return _shown(request, app, who, session, _own(session, who, sale), lang=lang)


@router.post("/today/{sale}")
def take_back(  # noqa: PLR0917  # what a route asks for
    sale: Id, request: Request, app: App, who: Clerk, session: Reading, lang: Language, form: Sent
) -> Response:
    """Undo a purchase, or take back a part of it; the form's number makes a repeat the same refund."""
    bought = _own(session, who, sale)
    whole, given = form.text_or_none("what") == "whole", form.text("amount", 40, least=0)
    amount = None if whole else amount_of(given, app.settings.currency)
    if not whole and not amount:
        wrong = mark("Write the amount to give back, such as 12.50.")
        return _shown(request, app, who, session, bought, lang=lang, wrong=wrong, given=given)
    draft = NewReversal(bought.receipt, form.text("number"), amount)
    desk = hosted.desk_of(app, seller_of(who), bought.till, SOURCE)
    [taken] = take(desk, [Row(1, draft)])
    if isinstance(taken, Refused):
        return _shown(request, app, who, session, bought, lang=lang, error=taken.error, given=given)
    return RedirectResponse(f"/till/today/{sale}?done=1", status_code=303)


def amount_of(text: str, currency: str) -> int | None:
    """Return an amount as people write it, in minor units; None for what is none."""
    try:
        found = read_amount(text, 1, currency, is_cents=False)
    except AmountTextError:
        return None
    return found if found >= 0 else None


def new_receipt(day: date) -> str:
    """Return a number for a sale or a refund that has none: its day, and 40 bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{day:%y%m%d}-{letters[:4]}-{letters[4:]}"


def lines(session: Session, words: Words, rows: Sequence[HostedSale]) -> list[Line]:
    """Return sales as the list shows them."""
    back = returned(session, [one.id or 0 for one in rows])
    return [_line(words, one, back.get(one.id or 0, 0)) for one in rows]


def _line(words: Words, row: HostedSale, back: int) -> Line:
    state, colour = STATES[SaleState(row.state)]
    is_refund = row.kind == "reversal"
    return Line(
        id=row.id or 0,
        is_refund=is_refund,
        receipt=row.receipt,
        hour=_hour(words, row.at),
        amount=row.amount,
        left=row.amount - back,
        has_member=row.member != 0,
        state=words.tr(state),
        colour=colour,
        address=f"/till/today/{row.purchase if is_refund else row.id}",
    )


def _hour(words: Words, at: str) -> str:
    """Return the time of a local instant; nothing for a sale of which only the day was told."""
    found = datetime.fromisoformat(at)
    return "" if "T" not in at else words.hour(found.replace(tzinfo=words.zone))


def _own(session: Session, who: Visitor, number: int) -> HostedSale:
    """Return a purchase of the visitor's own merchant. Raises UnknownPurchaseError for any other."""
    found = session.get(HostedSale, number)
    if found is None or found.merchant != merchant_of(who) or found.kind != "purchase":
        raise UnknownPurchaseError(actual=number)
    return found


def _shown(
    request: Request,
    app: Services,
    who: Visitor,
    session: Session,
    sale: HostedSale,
    *,
    lang: str,
    wrong: str = "",
    error: EndogeneError | None = None,
    given: str = "",
) -> Response:
    words = words_of(request, app)
    parts = {} if error is None else error.as_dict(lang)
    if sale.id is not None:
        session.refresh(sale)
    reversals = reversals_of(session, sale.id or 0)
    back = sum(one.amount for one in reversals if one.state != SaleState.REFUSED)
    context = {
        "sale": sale,
        "line": _line(words, sale, back),
        "day": datetime.fromisoformat(sale.at).date(),
        "reversals": lines(session, words, reversals),
        "explanation": hosted.told(session, sale, lang).explanation,
        "can_return": sale.state not in {SaleState.REFUSED, SaleState.ERASED} and back < sale.amount,
        "number": new_receipt(_now(app).date()),
        "is_done": "done" in request.query_params and not wrong and not parts,
        "wrong": words.tr(wrong) if wrong else "",
        "refused": parts,
        "given": given,
    }
    return till_page(request, app, who, "till/one.html", context, status=422 if wrong or parts else 200)


def _now(app: Services) -> datetime:
    return datetime.now(ZoneInfo(app.settings.timezone))
