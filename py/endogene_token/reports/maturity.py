"""When what is owed to members falls due: by the years that they named, told so that nobody is read. Pure.

It is today's credits, not what they will have become. Years are told together until a row holds as many
members as are told of at all (`masking.LEAST`); see `docs/decisions/0029-maturity.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from endogene_token.i18n import mark, tr
from endogene_token.office.retirements import YearOwed
from endogene_token.reports.masking import LEAST, is_small


@dataclass(frozen=True, slots=True)
class Row:
    """What falls due in some years: to how many members, how much (minor units).

    `first` None: all years before, too. `last` None: nobody of the row named a year. `with_unknown`: those
    who named none are in it.
    """

    first: int | None
    last: int | None
    with_unknown: bool
    members: int
    owed: int


def rows(years: Iterable[YearOwed], this_year: int) -> list[Row]:
    """Return what is owed by rows of years, the earliest first, those who named none last.

    Years that are over are this one's: what was not asked for can be asked for any day. No row is of fewer
    than five members: what is left of the years joins the row before it, and so do fewer than five who named
    none. Nothing where fewer than five have named a year.
    """
    known, unknown = _apart(years, this_year)
    if sum(one.members for one in known) < LEAST:
        return []
    found = _together(known)
    if unknown.members and not is_small(unknown.members):
        return [*found, Row(None, None, True, unknown.members, unknown.owed)]
    if unknown.members:
        found[-1] = replace(_joined(found[-1], unknown), with_unknown=True)
    return found


def label(row: Row, this_year: int, lang: str) -> str:
    """Return the years of a row in words."""
    if row.last is None:
        return tr("Year not known", lang)
    if row.first is None:
        msgid = mark("{year} and before") if row.last == this_year else mark("Until {year}")
        told = tr(msgid, lang, year=row.last)
    else:
        told = str(row.last) if row.first == row.last else f"{row.first}–{row.last}"
    return tr("{years}, or not known", lang, years=told) if row.with_unknown else told


def so_far(told: Sequence[Row]) -> list[int]:
    """Return, beside each row, what is owed up to its end (minor units)."""
    return list(accumulate(one.owed for one in told))


def reach(told: Sequence[Row], liquid: int) -> int:
    """Return how many of the rows, from the first on, money of `liquid` (minor units) pays in full."""
    return sum(owed <= liquid for owed in so_far(told))


def _apart(years: Iterable[YearOwed], this_year: int) -> tuple[list[YearOwed], YearOwed]:
    """Return the years from this one on, in their order, and those who named none."""
    known: dict[int, YearOwed] = {}
    unknown = YearOwed(None, 0, 0)
    for one in years:
        if one.year is None:
            unknown = YearOwed(None, unknown.members + one.members, unknown.owed + one.owed)
            continue
        year = max(one.year, this_year)
        before = known.get(year, YearOwed(year, 0, 0))
        known[year] = YearOwed(year, before.members + one.members, before.owed + one.owed)
    return [known[year] for year in sorted(known)], unknown


def _together(known: Iterable[YearOwed]) -> list[Row]:
    """Return rows of five members at least, of years that hold as many all together."""
    found: list[Row] = []
    open_: Row | None = None
    for one in known:
        start = None if not found else (found[-1].last or 0) + 1
        open_ = _joined(open_ or Row(start, one.year, False, 0, 0), one)
        if open_.members >= LEAST:
            found.append(open_)
            open_ = None
    if open_ is not None:  # the years at the end
        found[-1] = _joined(found[-1], YearOwed(open_.last, open_.members, open_.owed))
    return found


def _joined(row: Row, year: YearOwed) -> Row:
    """Return a row with one more year in it."""
    last = row.last if year.year is None else year.year
    return replace(row, last=last, members=row.members + year.members, owed=row.owed + year.owed)
