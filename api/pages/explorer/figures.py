"""What the community is judged by: each figure with its target, formula and sums, and what the data holds."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import App, Reading, Services
from api.pages.explorer import sums
from api.pages.explorer.parts import KEPT, read_until
from api.pages.explorer.year import year_of
from api.pages.shell import page, words_of
from api.pages.words import Words
from endogene_token.indexer.rounds import Ratio
from endogene_token.money import BASIS_POINTS
from endogene_token.reports.indicators import Indicators, hundredths
from endogene_token.reports.public_figures import PublicFigures

router = APIRouter(include_in_schema=False)
LEVERAGE_TARGET: Final = 5_00  # hundredths


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is shown; `sums` are what it is made of, `covers` what the data holds and what not."""

    id: str
    name: str
    value: str | None
    target: str | None
    is_met: bool | None
    formula: str
    sums: list[tuple[str, str]]
    covers: str


@router.get("/figures", response_class=HTMLResponse)
def figures(request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show the figures as of the last block read."""
    words = words_of(request, app)
    found = figures_of(words, app, session, year_of(app, words))
    told: dict[str, Any] = {"figures": found, **read_until(app, session, words)}
    return page(request, app, "explorer/figures.html", told, kept=KEPT)


def figures_of(words: Words, app: Services, session: Session, year: int) -> list[Figure]:
    """Return the figures as anyone may read them; break-even of `year`, the others of all until now."""
    base, more = sums.measures(app, session, year, words.zone)
    return [
        _leverage(words, base),
        _multiplier(words, base, more),
        _participation(words, more),
        _coverage(words, base, more),
        _break_even(words, more, year),
        _concentration(words, more),
    ]


def _leverage(words: Words, base: Indicators) -> Figure:
    tr, value = words.tr, hundredths(base.leverage)
    return Figure(
        "leverage",
        tr("Leverage"),
        None if value is None else words.hundredths(value),
        tr("target: {value}", value=words.number(LEVERAGE_TARGET // 100)),
        None if value is None else value >= LEVERAGE_TARGET,
        tr("What came from outside for the projects, divided by what the fund released to them."),
        [
            (tr("Received from outside"), words.money(base.leverage.numerator)),
            (tr("Released by the fund"), words.money(base.leverage.denominator)),
        ],
        tr("All awarded projects. Outside money counts once the treasurer has seen it; promises do not."),
    )


def _multiplier(words: Words, base: Indicators, more: PublicFigures) -> Figure:
    tr, value = words.tr, hundredths(base.multiplier)
    rounds = (tr("First round: projects"), tr("Second round"), tr("Third round"))
    sums = [(name, words.money(base.rounds.spent[at])) for at, name in enumerate(rounds)]
    return Figure(
        "multiplier",
        tr("Local multiplier"),
        None if value is None else words.hundredths(value),
        None,
        None,
        tr("What member businesses sold for project money in three rounds, divided by the first."),
        sums,
        tr(
            "{share} of the money released is spent so far. What leaves as cash is not followed further.",
            share=_percent(words, more.spent),
        ),
    )


def _participation(words: Words, more: PublicFigures) -> Figure:
    tr, of = words.tr, more.participation
    return Figure(
        "participation",
        tr("Participation"),
        _percent(words, of) if of.numerator else None,  # of fewer than five no share is told, nor 0 %
        None,
        None,
        tr("Members to whom purchases brought something, divided by the members on the register."),
        [
            (tr("Members with credits"), _by_fives(words, of.numerator)),
            (tr("Members on the register"), _by_fives(words, of.denominator)),
        ],
        tr(
            "Counts by fives. In {share} of the purchases the buyer is known. Households are not counted.",
            share=_percent(words, more.known_buyers),
        ),
    )


def _coverage(words: Words, base: Indicators, more: PublicFigures) -> Figure:
    tr, of = words.tr, base.coverage
    floor = more.floor_bps
    is_met = None if floor is None else of.numerator * BASIS_POINTS >= of.denominator * floor
    return Figure(
        "coverage",
        tr("Coverage"),
        _percent(words, of) if of.denominator else None,
        None if floor is None else tr("never under {floor}", floor=words.percent(floor)),
        is_met,
        tr("Cash that is promised to nobody else, divided by what is owed to members."),
        [(tr("Liquid"), words.money(of.numerator)), (tr("Owed to members"), words.money(of.denominator))],
        tr("The whole fund. Most credits are due in decades; what is due soon is attested by an actuary."),
    )


def _break_even(words: Words, more: PublicFigures, year: int) -> Figure:
    tr, of = words.tr, more.break_even
    return Figure(
        "break-even",
        tr("Break-even, {year}", year=year),
        _percent(words, of) if of.denominator else None,
        tr("target: {value}", value=words.percent(BASIS_POINTS)),
        of.numerator >= of.denominator if of.denominator else None,
        tr("The part of this year’s premiums that runs the community, divided by what running it cost."),
        [
            (tr("Brought by premiums"), words.money(of.numerator)),
            (tr("Paid for running it"), words.money(of.denominator)),
        ],
        tr("Only costs paid out of the fund: neither volunteers’ work nor grants from elsewhere."),
    )


def _concentration(words: Words, more: PublicFigures) -> Figure:
    tr, of = words.tr, more.concentration
    return Figure(
        "concentration",
        tr("The five largest businesses"),
        None if of is None else _percent(words, Ratio(of.part, of.whole)),
        None,
        None,
        tr("Premiums of the five businesses that brought most, divided by all premiums."),
        [],
        tr("Told once ten businesses have sold: five to hide among the largest, five among the others.")
        if of is None
        else tr("All premiums since the beginning, in whole per cent."),
    )


def _percent(words: Words, ratio: Ratio) -> str:
    """Return a ratio in whole per cent, rounded down."""
    if ratio.denominator == 0:
        return words.percent(0)
    return words.percent(100 * ratio.numerator // ratio.denominator * 100)


def _by_fives(words: Words, count: int) -> str:
    return words.tr("at least {count}", count=words.number(count)) if count else words.tr("fewer than 5")
