"""The sale: amount, card, recorded. Sales made without network come here when it is back."""

from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from babel.numbers import get_currency_precision
from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import RedirectResponse

from api import hosted
from api.deps import App, Language, Reading, Services
from api.pages.forms import Sent
from api.pages.shell import ASSETS, YEAR, words_of
from api.pages.till.counter import (
    CHOSEN,
    Clerk,
    merchant_of,
    own_till,
    rates_of,
    seller_of,
    till_page,
    tills_of,
)
from api.pages.till.device import READER
from api.sale_schemas import SalesGiven
from endogene_token.errors import AccessError, GuessingError, NotHostedError
from endogene_token.i18n import mark, tr
from endogene_token.ids import day_number
from endogene_token.office.card_numbers import PAYLOAD
from endogene_token.sales.deliveries import Refused, Taken, take

router = APIRouter(prefix="/till")
SOURCE: Final = "till"
AGAIN: Final = mark("The sale waits on the device with its member, and is sent again by itself.")


@router.get("")
def sale(request: Request, app: App, who: Clerk, session: Reading) -> Response:
    """Show the one screen of a sale; or which till it is, or what to do without one."""
    tills = tills_of(session, who)
    if not tills:
        return till_page(request, app, who, "till/unhosted.html", {})
    till = own_till(request, tills)
    if till is None or "choose" in request.query_params:
        numbers = [one.number for one in tills]
        return till_page(request, app, who, "till/choose.html", {"tills": numbers, "chosen": till})
    merchant = merchant_of(who)
    rates = rates_of(session, merchant, _today(app))
    told = {
        "merchant": merchant,
        "till": till,
        "rates": rates,
        "currency": app.settings.currency,
        "digits": get_currency_precision(app.settings.currency),
        "locale": words_of(request, app).tag,
        "payload": PAYLOAD,
        "reader": ASSETS.url(READER),
    }
    context = {
        "settings": msgspec.json.encode(told).decode(),
        "has_several": len(tills) > 1,
        "till": till,
        "rate": rates["rate"],
    }
    return till_page(request, app, who, "till/sale.html", context)


@router.post("/choose")
def choose(app: App, who: Clerk, session: Reading, form: Sent) -> RedirectResponse:
    """Have this device know its till. Raises NotHostedError."""
    number = form.text("till", 10)
    if number not in {str(one.number) for one in tills_of(session, who)}:
        raise NotHostedError(actual=number, merchant=merchant_of(who))
    answer = RedirectResponse("/till", status_code=303)
    secure = any(one.startswith("https://") for one in app.settings.pages)
    answer.set_cookie(
        CHOSEN, number, max_age=YEAR, path="/till", secure=secure, httponly=True, samesite="strict"
    )
    return answer


@router.post("/sales")
def sell(
    given: Annotated[SalesGiven, Body()], app: App, who: Clerk, lang: Language
) -> dict[str, list[dict[str, Any]]]:
    """Take sales of this device, each by itself; one that was kept before is told as such, and kept once.

    They wait on a device until somebody of their own merchant is logged in: raises AccessError for others.
    """
    if given.merchant != merchant_of(who):
        raise AccessError(actual=who.key.account)
    desk = hosted.desk_of(app, seller_of(who), given.till, SOURCE)
    taken = take(desk, [one.row(line) for line, one in enumerate(given.sales, 1)])
    return {"sales": [told(one, lang) for one in taken]}


def told(one: Taken, lang: str) -> dict[str, Any]:
    """Return what became of a sale, for the script of the page."""
    if isinstance(one, Refused):
        parts = one.error.as_dict(lang)
        is_later = isinstance(one.error, GuessingError)  # its own buyer may be known all the same
        return {
            "receipt": one.receipt,
            "outcome": "later" if is_later else "refused",
            "what": parts["what"],
            "advice": tr(AGAIN, lang) if is_later else parts["advice"],
        }
    outcome = "kept" if one.is_new else "again"
    return {"receipt": one.sale.receipt, "outcome": outcome, "id": one.sale.id}


def _today(app: Services) -> int:
    return day_number(datetime.now(ZoneInfo(app.settings.timezone)).date())
