"""Where a member's premiums went: at which merchants they arose, and to which projects the fund's money goes.

Money in the fund has no names on it. What a member's premiums became is told in the proportions of the whole:
of each dollar that premiums ever brought, so much was released to this project. It is a way of telling, and
the page says so.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, func, select

from api.deps import App, Reading
from api.pages.businesses import called
from api.pages.shell import page, words_of
from api.pages.wallet.common import Holder, number_of
from api.pages.words import Words
from endogene_token.indexer.models import Merchant, Purchase, Reversal
from endogene_token.indexer.project_models import Project
from endogene_token.money import BASIS_POINTS
from endogene_token.office import business_names
from endogene_token.relay.vote_models import RelayText

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a member's premiums; `bps`: of all of them."""

    label: str
    amount: str
    share: str


@router.get("/where", response_class=HTMLResponse)
def where(who: Holder, request: Request, app: App, session: Reading) -> HTMLResponse:
    """Show projects in proportion, and merchants to the cent."""
    words, by_merchant = words_of(request, app), _by_merchant(session, number_of(who))
    names, mine = business_names.of_all(session), sum(by_merchant.values())
    everybodys = int(session.exec(select(func.sum(Merchant.premiums))).one() or 0)
    context = {
        "here": "purchases",
        "mine": words.money(mine),
        "is_new": mine <= 0,
        "merchants": [
            Part(
                called(words, names, number),
                words.money(amount),
                _share(words, amount, mine),
            )
            for number, amount in sorted(by_merchant.items(), key=lambda one: -one[1])
        ],
        **_projects(words, session, mine, everybodys),
    }
    return page(request, app, "wallet/where.html", context)


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
