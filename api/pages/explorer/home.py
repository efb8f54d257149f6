"""The public page: the fund today, for every citizen. Sums only, nobody's own."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.deps import App, Reading
from api.fund import read_pockets
from api.pages.explorer import sums
from api.pages.explorer.movements import movements
from api.pages.explorer.parts import BAR, KEPT, people, read_until, widths
from api.pages.explorer.year import in_and_out, year_of
from api.pages.shell import page, words_of
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.indexer.models import Pockets

router = APIRouter(include_in_schema=False)

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
def summary(request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show the fund as of the last block read, this year, and what moved last."""
    words, now = words_of(request, app), app.clock.now()
    year = year_of(app, words)
    premiums = sums.premiums(app, session, year, words.zone, now)
    told = {
        **_figures(words, read_pockets(session), sums.counts(app, session)),
        **in_and_out(words, sums.the_year(app, session, year, words.zone)),
        "year": year,
        "movements": movements(session, words, premiums),
        **read_until(app, session, words),
        "fund_address": app.community.fund,
        "chain_id": app.community.chain_id,
    }
    return page(request, app, "explorer/home.html", told, kept=KEPT)


def _figures(words: Words, pockets: Pockets, counts: tuple[int, int, int]) -> dict[str, object]:
    amounts, (purchases, merchants, members) = both_sides(pockets), counts
    total = sum(amounts[name] for name in ("cash", "premiums_receivable", "loans_receivable"))
    return {
        "total": words.money(total),
        "balance": words.money(sum(amounts[name] for name, *_ in HOLDS)),
        "is_empty": total == 0,
        "bar": BAR,
        "holds": parts(amounts, HOLDS, words),
        "owes": parts(amounts, OWES, words),
        "purchases": people(words, purchases),
        "merchants": people(words, merchants),
        "members": people(words, members),
    }


def both_sides(pockets: Pockets) -> dict[str, int]:
    """Return the amount of each part; free money below 0 stands on the other side: none is negative."""
    amounts: dict[str, int] = pockets.model_dump()
    return {**amounts, "free": max(0, pockets.free), "spent_ahead": max(0, -pockets.free)}


def parts(sides: dict[str, int], pockets: tuple[tuple[str, str, str], ...], words: Words) -> list[Part]:
    """Return one side of the balance sheet as the parts of a bar."""
    shown = [one for one in pockets if sides[one[0]] or one[0] not in SHOWN_ONCE_USED]
    amounts = [sides[name] for name, _, _ in shown]
    found, start = [], 0
    for (name, label, meaning), amount, width in zip(shown, amounts, widths(amounts), strict=True):
        told = words.money(amount)
        found.append(Part(name.replace("_", "-"), words.tr(label), words.tr(meaning), told, start, width))
        start += width
    return found
