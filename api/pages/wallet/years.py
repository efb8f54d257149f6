"""The annual statement of a member, as a PDF."""

import time
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.deps import App, Reading
from api.pages.shell import words_of
from api.pages.wallet.common import Holder, number_of, row_of, today
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.ids import day_date
from endogene_token.indexer import funding
from endogene_token.indexer.funding import Bought
from endogene_token.indexer.money_models import Redemption, RedemptionPayment
from endogene_token.treasury.statements.member_year import to_pdf

router = APIRouter()
FIRST: Final = 2020
CREDITS: Final = mark(
    "Credits are no deposit and bear no interest. They are paid back at retirement, or to heirs."
)
Year = Annotated[int, Path(ge=FIRST, le=2200)]


@router.get("/years/{year}")
def statement(year: Year, who: Holder, request: Request, app: App, session: Reading) -> Response:
    """Give the year's statement, as the ledger tells it today."""
    words, day = words_of(request, app), today(words_of(request, app))
    rows = funding.bought(session, number_of(who), date(year, 1, 1), date(year, 12, 31))
    paid = _paid(words, session, number_of(who), year)
    balance = row_of(session, who).balance
    credit, now = _credit(rows), words.at(int(time.time()))
    number = words.number(number_of(who))
    shown: dict[str, Any] = {
        "title": words.tr("Statement of {year}", year=year),
        "community": app.community.name,
        "whom": words.tr("{name} · member no. {number}", name=who.name, number=number),
        "sums": [
            [words.tr("Brought by your purchases of {year}", year=year), words.money(credit), False],
            [words.tr("Paid out to you in {year}", year=year), words.money(paid), False],
            [words.tr("Your credits on {day}", day=words.day(day)), words.money(balance), True],
        ],
        "months_title": words.tr("Month by month"),
        "head": [words.tr("Month"), words.tr("Purchases"), words.tr("Brought you")],
        "months": _months(words, rows, year),
        "notes": [
            words.tr(CREDITS),
            words.tr("A purchase may still change this statement: recorded late, or refunded."),
        ],
        "foot": words.tr("{name} · made on {day}", name=app.community.name, day=words.day(day)),
        "lang": words.lang,
        "region": words.locale.partition("_")[2],
        "paper": "a4" if words.locale.endswith("FR") else "us-letter",
    }
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="endogene-{number_of(who)}-{year}.pdf"',
    }
    return Response(to_pdf(shown, now), headers=headers, media_type="application/pdf")


def _months(words: Words, rows: list[Bought], year: int) -> list[list[str]]:
    """Return a line for each month in which something was bought."""
    found: dict[int, list[Bought]] = {}
    for one in rows:
        if one.reason == 0:
            found.setdefault(day_date(one.day).month, []).append(one)
    lines = [
        [
            words.month(date(year, month, 1)),
            words.number(len(own)),
            words.money(_credit(own)),
        ]
        for month, own in sorted(found.items())
    ]
    return lines or [["—", words.number(0), words.money(0)]]


def _credit(rows: list[Bought]) -> int:
    return sum(one.credit for one in rows)


def _paid(words: Words, session: Session, member: int, year: int) -> int:
    """Return what was paid out to the member in a year of the community's time."""
    query = select(RedemptionPayment.amount, RedemptionPayment.block_time).join(
        Redemption, col(Redemption.number) == col(RedemptionPayment.redemption)
    )
    paid = session.exec(query.where(Redemption.member == member))
    return sum(amount for amount, at in paid if words.at(at).astimezone(words.zone).year == year)
