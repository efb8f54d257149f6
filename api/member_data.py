"""What the service keeps of one member, in one file for the member to take along: by the wallet, or the desk.

Secrets and what only a program reads (hashes, signatures, the sealed account of a payout) are not in it, nor
what the member wrote as somebody else: for a business, or as an officer.
"""

import json
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from api import member_acts_data, member_office_data
from api.deps import Services
from api.money import redemption
from api.text import day_text
from endogene_token.bounds import MAX_UINT32
from endogene_token.hexes import to_hex
from endogene_token.indexer.models import Member, Purchase, Reversal
from endogene_token.indexer.money_models import Redemption
from endogene_token.office import cards, sessions, staff
from endogene_token.office.models import OfficePhone, OfficeRetirement
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind
from endogene_token.treasury.exceptions.models import TreasuryException


def data_of(app: Services, session: Session, member: Member) -> str:
    """Return what is kept of a member as JSON. Amounts are strings of minor units."""
    number, phone = member.number, session.get(OfficePhone, member.number)
    account = staff.wallet(session, number)
    told: dict[str, Any] = {
        "community": app.community.name,
        "member": number,
        "name": None if account is None else staff.name_of(app.secret(), account) or None,
        "category": ("user", "worker", "supporting")[member.category],
        "valid_from": day_text(member.valid_from) if member.valid_from else None,
        "valid_until": None if member.valid_until == MAX_UINT32 else day_text(member.valid_until),
        "key": to_hex(member.key) if member.key else None,
        "credits": str(member.balance),
        "telephone": {
            "is_kept": phone is not None,
            "consented_on": None if phone is None else day_text(phone.consented_day),
        },
        "retirement": _retirement(session, number),
        "cards": [
            {"issued_at": one.issued_at, "revoked_at": one.revoked_at, "reason": one.reason}
            for one in cards.cards_of(session, number)
        ],
        "purchases": [_purchase(one) for one in _rows(session, Purchase, number)],
        "refunds": [_refund(one) for one in _rows(session, Reversal, number)],
        "redemptions": [redemption(session, one).model_dump() for one in _rows(session, Redemption, number)],
        "reports": [_report(one) for one in _reports(session, number)],
        "sessions": [
            {"from": one.origin, "created_at": one.created_at, "seen_at": one.seen_at}
            for one in (() if account is None else sessions.open_of(session, account.id))
        ],
        **member_acts_data.told(session, number),
        **member_office_data.told(session, app.secret(), number),
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _retirement(session: Session, member: int) -> dict[str, Any]:
    row = session.get(OfficeRetirement, member)
    day = None if row is None else day_text(row.consented_day)
    return {"year": None if row is None else row.year, "consented_on": day}


def _rows(session: Session, model: type[SQLModel], member: int) -> list[Any]:
    place = list(model.__table__.primary_key.columns)  # type: ignore[attr-defined]  # each has one
    return list(session.exec(select(model).where(col(model.member) == member).order_by(*place)))  # type: ignore[attr-defined]


def _reports(session: Session, member: int) -> list[TreasuryException]:
    kinds = (Kind.MISSING, Kind.KEY)
    return [one for kind in kinds for one in inbox.reports_of(session, kind, f"member:{member}")]


def _report(row: TreasuryException) -> dict[str, Any]:
    return {"kind": row.kind, "subject": row.subject, "amount": str(row.amount), "opened_at": row.opened_at}


def _purchase(row: Purchase) -> dict[str, Any]:
    return {
        "till": row.till,
        "sequence": row.sequence,
        "merchant": row.merchant,
        "day": day_text(row.day),
        "refused": row.reason != 0,
        **{name: str(getattr(row, name)) for name in ("amount", "premium", "credit", "reversed")},
    }


def _refund(row: Reversal) -> dict[str, Any]:
    return {
        "purchase": f"{row.purchase_till}-{row.purchase_sequence}",
        "merchant": row.merchant,
        "day": day_text(row.day),
        "refused": row.reason != 0,
        **{name: str(getattr(row, name)) for name in ("amount", "premium", "credit")},
    }
