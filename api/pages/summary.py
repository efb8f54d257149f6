"""The public page: the fund today, for every citizen. Sums only, nobody's own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.deps import App, Language, Reading, Services
from api.fund import Fund, last_batches, read_fund
from api.routes.health import head_or_none
from endogene_token.i18n import mark, tr
from endogene_token.indexer.models import Batch, Pockets
from endogene_token.money import format_money

router = APIRouter(include_in_schema=False)
SHOWN_BATCHES: Final = 6
BAR: Final = 1_000  # units of the drawing's width
THINNEST: Final = 8  # units: a part that exists is seen
LOCALES: Final = {"fr": "fr_CA", "en": "en_CA"}
MOMENTS: Final = {"fr": "d MMM y, HH\u00a0'h'\u00a0mm", "en": "MMM d, y, h:mm\u00a0a"}
_TEMPLATES: Final = Environment(
    loader=PackageLoader("api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# Of each pocket: its name in the read model and in the style sheet, its label, its meaning.
HOLDS: Final = (
    ("cash", mark("Cash"), mark("paid in by the merchants, at the bank")),
    ("premiums_receivable", mark("Premiums due"), mark("recorded, to be paid at the month’s end")),
    ("loans_receivable", mark("Loans"), mark("lent to projects, to be paid back")),
    ("spent_ahead", mark("Put into projects"), mark("today, before the credits are due")),
)
OWES: Final = (
    ("credits_outstanding", mark("Members’ credits"), mark("paid back to each at retirement")),
    ("merchant_prepayments", mark("Paid ahead"), mark("by merchants, for premiums to come")),
    ("reserve", mark("General reserve"), mark("everyone’s, never shared out")),
    ("operations", mark("Operations"), mark("what running the community costs")),
    ("commitments", mark("Promised to projects"), mark("awarded, released step by step")),
    ("currency_outstanding", mark("Project money"), mark("released, to be spent at member businesses")),
    ("free", mark("Free money"), mark("promised to nobody yet")),
)
SHOWN_ONCE_USED: Final = {"loans_receivable", "spent_ahead", "commitments", "currency_outstanding", "free"}
"""The parts that a community without projects need not read."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: `start` and `width` in units of the drawing, `width` 0 for nothing."""

    pocket: str
    label: str
    meaning: str
    amount: str
    start: int
    width: int


@router.get("/", response_class=HTMLResponse)
def summary(app: App, session: Reading, lang: Language) -> HTMLResponse:
    """Show the fund as of the last block read."""
    fund = read_fund(session)
    page = _TEMPLATES.get_template("summary.html").render(
        _context(app, fund, last_batches(session, SHOWN_BATCHES), head_or_none(app.ledger), lang)
    )
    headers = {"Content-Language": f"{lang}-CA", "Cache-Control": "public, max-age=10"}
    return HTMLResponse(page, headers=headers)


def _context(
    app: Services, fund: Fund, batches: list[Batch], head: int | None, lang: str
) -> dict[str, object]:
    money = partial(format_money, currency=app.settings.currency, lang=lang)
    number = partial(format_decimal, locale=LOCALES[lang])
    amounts = both_sides(fund.pockets)
    moment = partial(_moment, zone=ZoneInfo(app.settings.timezone), lang=lang)
    total = sum(amounts[name] for name in ("cash", "premiums_receivable", "loans_receivable"))
    balance = sum(amounts[name] for name, *_ in HOLDS)
    return {
        "tr": partial(_said, lang=lang),
        "lang": lang,
        "other": "en" if lang == "fr" else "fr",
        "name": app.community.name,
        "total": money(total),
        "balance": money(balance),
        "is_empty": total == 0,
        "bar": BAR,
        "holds": parts(amounts, HOLDS, app.settings.currency, lang),
        "owes": parts(amounts, OWES, app.settings.currency, lang),
        "purchases": number(fund.purchases),
        "merchants": number(fund.merchants),
        "members": number(fund.members),
        "as_of": None if fund.as_of is None else moment(fund.as_of),
        "as_of_iso": None if fund.as_of is None else fund.as_of.isoformat(),
        "batches": [
            {
                "at": moment(datetime.fromtimestamp(one.block_time, UTC)),
                "size": number(one.size),
                "premiums": money(one.premiums),
            }
            for one in batches
        ],
        "block": None if fund.block is None else number(fund.block),
        "head": None if head is None else number(head),
        "behind": None if head is None or fund.block is None else max(0, head - fund.block),
        "fund_address": app.community.fund,
        "chain_id": app.community.chain_id,
    }


def both_sides(pockets: Pockets) -> dict[str, int]:
    """Return the amount of each part; free money below 0 stands on the other side: none is negative."""
    amounts: dict[str, int] = pockets.model_dump()
    return {**amounts, "free": max(0, pockets.free), "spent_ahead": max(0, -pockets.free)}


def parts(
    sides: dict[str, int], pockets: tuple[tuple[str, str, str], ...], currency: str, lang: str
) -> list[Part]:
    """Return one side of the balance sheet as the parts of a bar."""
    shown = [one for one in pockets if sides[one[0]] or one[0] not in SHOWN_ONCE_USED]
    amounts = [sides[name] for name, _, _ in shown]
    found, start = [], 0
    for (name, label, meaning), amount, width in zip(shown, amounts, widths(amounts), strict=True):
        told = format_money(amount, currency, lang)
        found.append(Part(name.replace("_", "-"), tr(label, lang), tr(meaning, lang), told, start, width))
        start += width
    return found


def widths(amounts: list[int]) -> list[int]:
    """Return widths, in proportion, that fill the bar: 0 for nothing, at least `THINNEST` for anything."""
    total = sum(amounts)
    if total <= 0:
        return [0] * len(amounts)
    found = [0 if one <= 0 else max(THINNEST, one * BAR // total) for one in amounts]
    largest = max(range(len(found)), key=found.__getitem__)
    found[largest] += BAR - sum(found)
    return found


def _said(msgid: str, *, lang: str, **params: object) -> str:
    return tr(msgid, lang, **params)


def _moment(instant: datetime, *, zone: ZoneInfo, lang: str) -> str:
    return format_datetime(instant, MOMENTS[lang], tzinfo=zone, locale=LOCALES[lang])
