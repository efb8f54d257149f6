"""What a member's purchases became, and may become: in the wallet, and on a sheet that the desk prints.

Money in the fund has no names on it. What a member's premiums became is told in the proportions of the whole:
of each dollar that premiums ever brought, so much was released to this project. It is a way of telling, and
the page says so.

Until retirement, by one plain rule: today's balance, and each year to come what the purchases of the last
twelve months brought. Credits bear no interest and no prices are foreseen.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from api.money import solvency
from api.pages.businesses import called
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.indexer import funding
from endogene_token.indexer.models import Member, Merchant, Purchase, Reversal
from endogene_token.indexer.money_models import Redemption
from endogene_token.indexer.project_models import Project
from endogene_token.money import BASIS_POINTS
from endogene_token.office import business_names
from endogene_token.relay.vote_models import RelayText

YEAR: Final = timedelta(days=365)
DAY: Final = timedelta(days=1)
LONGEST: Final = 60  # years
STATES: Final = {
    1: mark("Asked for"),
    2: mark("Confirmed by the registrar"),
    3: mark("Approved"),
    4: mark("Paid"),
    5: mark("Dropped"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a member's premiums; `bps`: of all of them."""

    label: str
    amount: str
    share: str


def premiums(words: Words, session: Session, member: int) -> dict[str, object]:
    """Return where a member's premiums went: to projects in proportion, from merchants to the cent."""
    by_merchant, names = _by_merchant(session, member), business_names.of_all(session)
    mine = sum(by_merchant.values())
    everybodys = int(session.exec(select(func.sum(Merchant.premiums))).one() or 0)
    return {
        "mine": words.money(mine),
        "is_new": mine <= 0,
        "merchants": [
            Part(called(words, names, number), words.money(amount), _share(words, amount, mine))
            for number, amount in sorted(by_merchant.items(), key=lambda one: -one[1])
        ],
        **_projects(words, session, mine, everybodys),
    }


def retirement(words: Words, session: Session, row: Member, year: int | None, now: int) -> dict[str, object]:
    """Return the balance carried on to a year, if one is told, and what bounds its payout."""
    day = words.today()
    rows = funding.bought(session, row.number, day - YEAR + DAY, day)
    pace, state = sum(one.credit for one in rows), solvency(session, now)
    asked = None if year is None else min(max(year, day.year), day.year + LONGEST)
    mine = select(Redemption).where(Redemption.member == row.number)
    return {
        "balance": words.money(row.balance),
        "pace": words.money(pace),
        "first": day.year,
        "last": day.year + LONGEST,
        "year": asked,
        **_projected(words, row.balance, pace, asked, day),
        "liquid": words.money(int(state.liquid)),
        "owed": words.money(int(state.credits)),
        "redemptions": [
            (words.money(one.amount), words.money(one.paid), words.tr(STATES[one.state]))
            for one in session.exec(mine)
        ],
    }


def _projected(words: Words, balance: int, pace: int, year: int | None, day: date) -> dict[str, object]:
    """Return the figure, or none while no year is asked for: whole years, from this one on."""
    if year is None:
        return {"projected": None, "to_come": None}
    to_come = pace * (year - day.year)
    return {"projected": words.money(balance + to_come), "to_come": words.money(to_come)}


def _projects(words: Words, session: Session, mine: int, everybodys: int) -> dict[str, object]:
    """Return the projects that have money, and which part of it is told as the member's; rounded down."""
    rows = session.exec(select(Project).where(Project.released > Project.unspent)).all()
    found, told = [], 0
    for row in sorted(rows, key=lambda one: one.unspent - one.released):
        out = row.released - row.unspent
        part = min(mine, out * mine // everybodys) if everybodys > 0 else 0
        told += part
        found.append(Part(_title(words, session, row), words.money(part), words.money(out)))
    return {"projects": found, "kept": words.money(max(0, mine - told))}


def _title(words: Words, session: Session, row: Project) -> str:
    kept = session.get(RelayText, row.text_hash)
    first = "" if kept is None else kept.text.strip().partition("\n")[0]
    return first or words.tr("Project {number}", number=row.number)


def _by_merchant(session: Session, member: int) -> dict[int, int]:
    """Return the premiums of a member's purchases, their refunds taken off, by merchant."""
    brought = select(Purchase.merchant, func.sum(Purchase.premium)).where(Purchase.member == member)
    undone = select(Reversal.merchant, func.sum(Reversal.premium)).where(Reversal.member == member)
    found = {
        merchant: int(amount) for merchant, amount in session.exec(brought.group_by(col(Purchase.merchant)))
    }
    for merchant, amount in session.exec(undone.where(Reversal.reason == 0).group_by(col(Reversal.merchant))):
        found[merchant] = found.get(merchant, 0) - int(amount)
    return {merchant: amount for merchant, amount in found.items() if amount > 0}


def _share(words: Words, amount: int, total: int) -> str:
    return words.percent(amount * BASIS_POINTS // total // 100 * 100) if total > 0 else ""
