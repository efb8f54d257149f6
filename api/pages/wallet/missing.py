"""Reporting a purchase that is missing: it goes to the office's inbox, and its state is shown here."""

import re
import time
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Final
from unicodedata import normalize

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, select

from api.deps import App, Reading
from api.pages.businesses import called
from api.pages.forms import Sent
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of, today
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.indexer.models import Merchant
from endogene_token.office import business_names
from endogene_token.office.trail import changing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding, Kind
from endogene_token.treasury.exceptions.models import TreasuryException

router = APIRouter()
LONGEST_AGO: Final = timedelta(days=366)
SEE: Final = 303


_AMOUNT: Final = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")
WRONG_AMOUNT: Final = mark("Write the amount that you paid, as on the receipt.")
WRONG_DAY: Final = mark("Choose a day of the last twelve months.")


@router.get("/missing", response_class=HTMLResponse)
def missing(
    who: Holder, request: Request, app: App, session: Reading, *, said: Annotated[bool, Query()] = False
) -> HTMLResponse:
    """Show the form, and what was reported before."""
    words, names = words_of(request, app), business_names.of_all(session)
    rows = inbox.reports_of(session, Kind.MISSING, f"member:{number_of(who)}")
    told = {"said": said, "reports": [_told(words, names, one) for one in rows]}
    return page(request, app, "wallet/missing.html", {**_form(words, session), **told})


@router.post("/missing")
def report(who: Holder, request: Request, app: App, session: Reading, sent: Sent) -> Response:
    """Put a report into the office's inbox; the same one twice is one."""
    merchant, day, amount = sent.number("merchant", least=1), sent.day("day"), sent.text("amount")
    words, cents = words_of(request, app), cents_of(amount)
    is_day = today(words) - LONGEST_AGO <= day <= today(words)
    if not cents or not is_day:
        wrong = words.tr(WRONG_AMOUNT) if not cents else "", "" if is_day else words.tr(WRONG_DAY)
        given = {"merchant": merchant, "day": day.isoformat(), "amount": amount}
        context = {**_form(words, session), **given, "wrong": wrong, "said": False, "reports": []}
        return page(request, app, "wallet/missing.html", context, status=422)
    subject = f"member:{number_of(who)}/merchant:{merchant}/day:{day.isoformat()}/{cents}"
    with changing(app.engine, who.actor) as change:
        if not inbox.report(change, Finding(Kind.MISSING, subject, cents), int(time.time())):
            change.note("exception.repeated", subject)
    return RedirectResponse("/wallet/missing?said=true", SEE)


def cents_of(text: str) -> int:
    """Return an amount as people write it, in minor units: ``12,5`` is 1250. 0: it is none."""
    found = _AMOUNT.fullmatch(re.sub(r"[\s$€]", "", text))
    return 0 if found is None else int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _form(words: Words, session: Session) -> dict[str, object]:
    last, names = today(words), business_names.of_all(session)
    numbers = session.exec(select(Merchant.number).order_by(col(Merchant.number)))
    shops = [(number, called(words, names, number)) for number in numbers]
    return {
        "here": "home",
        "shops": sorted(shops, key=lambda one: normalize("NFKD", one[1]).casefold()),  # É is an E
        "merchant": "",
        "day": last.isoformat(),
        "amount": "",
        "first": (last - LONGEST_AGO).isoformat(),
        "last": last.isoformat(),
        "wrong": ("", ""),
    }


def _told(words: Words, names: Mapping[int, str], row: TreasuryException) -> dict[str, object]:
    _, merchant, day, *_ = (part.partition(":")[2] for part in row.subject.split("/"))
    return {
        "merchant": called(words, names, int(merchant)),
        "day": words.day(date.fromisoformat(day)),
        "amount": words.money(row.amount),
        "is_open": row.closed_at == 0,
        "how": row.how,
        "due": words.day(words.at(row.due_at).astimezone(words.zone).date()),
    }
