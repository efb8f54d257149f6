"""Cash against what is owed: the pockets, the coverage, what is due and when, what goes out next."""

import time
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, func, select

from api import money as told
from api.deps import Reading
from api.fund import read_fund
from api.money_answers import SolvencyTold
from api.pages.businesses import numbered
from api.pages.office.falling_due import falling_due
from api.pages.office.labels import ITEM_KINDS, LEFT
from api.pages.office.places import MONEY
from api.pages.office.room import Room, room
from endogene_token.i18n import mark
from endogene_token.indexer.models import Pockets
from endogene_token.office import business_names
from endogene_token.reports.indicators import coverage, leverage
from endogene_token.treasury.collect.payables import Payable, payables
from endogene_token.treasury.confirm.standing import standing
from endogene_token.treasury.exceptions.models import DunningState, Reconciliation

router = APIRouter(prefix="/office")
HOLDS: Final = (
    ("cash", mark("Cash at the bank")),
    ("premiums_receivable", mark("Premiums due from businesses")),
    ("loans_receivable", mark("Loans to projects")),
)
OWES: Final = (
    ("credits_outstanding", mark("Credits of members")),
    ("currency_outstanding", mark("Project money not yet paid out")),
    ("commitments", mark("Promised to projects")),
    ("merchant_prepayments", mark("Paid ahead by businesses")),
    ("reserve", mark("General reserve")),
    ("operations", mark("Operations")),
    ("free", mark("Free")),
)
_PERCENT: Final = 10_000


@router.get("/money", response_class=HTMLResponse)
def page(here: Annotated[Room, Depends(room(MONEY))], session: Reading) -> HTMLResponse:
    """Show the money."""
    now = int(time.time())
    today = here.words.at(now).astimezone(here.words.zone).date()
    fund, gate = read_fund(session), told.solvency(session, now)
    context = {
        **_balance(here, fund.pockets),
        **_gate(here, session, gate),
        **falling_due(here, session, int(gate.liquid), today.year),
        **_due(here, session, today),
        "as_of": None if fund.as_of is None else here.words.moment(fund.as_of),
        "bank": _bank(here, session),
    }
    return here.show("office/money.html", context)


def _balance(here: Room, pockets: Pockets) -> dict[str, object]:
    words, amounts = here.words, pockets.model_dump()
    total = sum(amounts[name] for name, _ in HOLDS)
    return {
        "cash": words.money(pockets.cash),
        "credits": words.money(pockets.credits_outstanding),
        "holds": [(words.tr(label), words.money(amounts[name])) for name, label in HOLDS],
        "owes": [(words.tr(label), words.money(amounts[name])) for name, label in OWES],
        "total": words.money(total),
        "allowed": words.money(pockets.operating_allowed),
    }


def _gate(here: Room, session: Session, gate: SolvencyTold) -> dict[str, object]:
    words = here.words
    # The row of pockets is written with the first block: before, there is nothing to compare.
    has_rows = session.exec(select(Pockets)).first() is not None
    ratio = coverage(session.connection()) if has_rows else None
    outside = leverage(session.connection()) if has_rows else None
    until = None if gate.attested_until is None else words.at(gate.attested_until)
    covered = None
    if ratio is not None and ratio.denominator:
        covered = words.percent(_PERCENT * ratio.numerator // ratio.denominator)
    return {
        "coverage": covered,
        "liquid": words.money(int(gate.liquid)),
        "floor": words.money(int(gate.floor)),
        "floor_percent": words.percent(gate.floor_bps),
        "is_above": int(gate.liquid) >= int(gate.floor),
        "due": words.money(int(gate.due)),
        "is_attested": gate.is_attested,
        "is_due_held": int(gate.liquid) >= int(gate.due),
        "attested_until": None if until is None else words.day(until.astimezone(words.zone).date()),
        "leverage": None
        if outside is None or not outside.denominator
        else words.percent(_PERCENT * outside.numerator // outside.denominator),
    }


def _due(here: Room, session: Session, today: date) -> dict[str, object]:
    awaited, names = payables(session.connection(), today, here.words.zone), business_names.of_all(session)
    late = session.exec(select(func.sum(DunningState.arrears))).one()
    return {
        "payables": [_payable(here, names, one) for one in awaited],
        "payable_total": here.words.money(sum(one.amount for one in awaited)),
        "late": here.words.money(int(late or 0)),
    }


def _payable(here: Room, names: Mapping[int, str], one: Payable) -> dict[str, Any]:
    tr = here.words.tr
    number = one.party_number
    is_merchant = one.party == "merchant"
    party = numbered(here.words, names, number) if is_merchant else tr("member {number}", number=number)
    return {
        "kind": tr(ITEM_KINDS[one.kind]),
        "party": party,
        "amount": here.words.money(one.amount),
        "why": tr("can be paid") if one.why is None else tr(LEFT[one.why]),
        "is_ready": one.why is None,
    }


def _bank(here: Room, session: Session) -> dict[str, object]:
    words, now = here.words, standing(session)
    newest = select(Reconciliation).order_by(col(Reconciliation.number).desc()).limit(1)
    last = session.exec(newest).first()
    return {
        "last_day": here.day(now.last_day),
        "transit": words.money(now.in_transit),
        "debts": words.money(now.debts),
        "held": now.held,
        "compared": None if last is None else words.moment(words.at(last.at)),
        "unexplained": None if last is None or last.unexplained == 0 else words.money(last.unexplained),
    }
