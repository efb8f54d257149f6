"""When what is owed to members falls due, as the board reads it: by rows of years, beside today's money."""

from typing import Any, Final

from sqlmodel import Session

from api.pages.office.room import Room
from api.pages.words import Words
from endogene_token.office import retirements
from endogene_token.reports import maturity
from endogene_token.reports.maturity import Row

_PERCENT: Final = 100  # basis points


def falling_due(here: Room, session: Session, liquid: int, this_year: int) -> dict[str, object]:
    """Return the table of today's credits by years, and how far `liquid` (minor units) pays it."""
    words, owed = here.words, retirements.owed_by_year(session)
    rows = maturity.rows(owed.years, this_year)
    total = owed.set_aside + sum(one.owed for one in owed.years)
    paid = maturity.reach(rows, liquid)
    shown = zip(rows, maturity.so_far(rows), strict=True)
    return {
        "dues": [
            {
                "years": maturity.label(row, this_year, words.lang),
                "members": words.number(row.members),
                "owed": words.money(row.owed),
                "so_far": words.money(so_far),
                "share": _share(words, row.owed, total),
                "is_last_paid": place == paid < len(rows),
            }
            for place, (row, so_far) in enumerate(shown, 1)
        ],
        "set_aside": None
        if not owed.set_aside
        else {"owed": words.money(owed.set_aside), "share": _share(words, owed.set_aside, total)},
        "owed_in_all": words.money(total),
        "reach": _reach(words, rows, paid, liquid),
    }


def _share(words: Words, part: int, whole: int) -> str:
    """Return a share in whole per cent, rounded half up."""
    return words.percent(_PERCENT * ((2 * 100 * part + whole) // (2 * whole)))


def _reach(words: Words, rows: list[Row], paid: int, liquid: int) -> str:
    """Say how far today's money reaches."""
    told: dict[str, Any] = {"liquid": words.money(liquid)}
    if paid == len(rows):
        return words.tr("Today’s liquid money, {liquid}, pays all of it.", **told)
    if paid == 0:
        return words.tr("Today’s liquid money, {liquid}, does not pay all that falls due first.", **told)
    until = rows[paid - 1].last
    return words.tr("Today’s liquid money, {liquid}, pays what falls due until {year}.", year=until, **told)
