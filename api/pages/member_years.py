"""The annual statement of a member, as a PDF: in the wallet, and at the desk for who has none."""

import time
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Path
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.ids import day_date
from endogene_token.indexer import funding
from endogene_token.indexer.funding import Bought
from endogene_token.indexer.models import Member
from endogene_token.indexer.money_models import Redemption, RedemptionPayment
from endogene_token.treasury.statements.member_year import to_pdf

FIRST: Final = 2020
CREDITS: Final = mark(
    "Credits are no deposit and bear no interest. They are paid back at retirement, or to heirs."
)
Year = Annotated[int, Path(ge=FIRST, le=2200)]


def years_of(words: Words, row: Member) -> list[int]:
    """Return the years of which a member has a statement, the newest first."""
    first = max(day_date(max(row.valid_from, 0)), date(2026, 1, 1)).year
    return list(range(words.today().year, first - 1, -1))


def statement(words: Words, session: Session, row: Member, year: int, whom: tuple[str, str]) -> Response:
    """Return a year's statement, as the ledger tells it today.

    `whom`: the community's name, and the member's, or nothing where none is kept.
    """
    community, name = whom
    day, number = words.today(), str(row.number)
    rows = funding.bought(session, row.number, date(year, 1, 1), date(year, 12, 31))
    paid = _paid(words, session, row.number, year)
    shown: dict[str, Any] = {
        "title": words.tr("Statement of {year}", year=year),
        "community": community,
        "whom": words.tr("{name} · member no. {number}", name=name, number=number)
        if name
        else words.tr("Member no. {number}", number=number),
        "sums": [
            [words.tr("Brought by your purchases of {year}", year=year), words.money(_credit(rows)), False],
            [words.tr("Paid out to you in {year}", year=year), words.money(paid), False],
            [words.tr("Your credits on {day}", day=words.day(day)), words.money(row.balance), True],
        ],
        "months_title": words.tr("Month by month"),
        "head": [words.tr("Month"), words.tr("Purchases"), words.tr("Brought you")],
        "months": _months(words, rows, year),
        "notes": [
            words.tr(CREDITS),
            words.tr("A purchase may still change this statement: recorded late, or refunded."),
        ],
        "foot": words.tr("{name} · made on {day}", name=community, day=words.day(day)),
        "lang": words.lang,
        "region": words.locale.partition("_")[2],
        "paper": "a4" if words.locale.endswith("FR") else "us-letter",
    }
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="endogene-{row.number}-{year}.pdf"',
    }
    made = to_pdf(shown, words.at(int(time.time())))
    return Response(made, headers=headers, media_type="application/pdf")


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
