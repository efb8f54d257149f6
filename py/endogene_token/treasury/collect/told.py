"""Mandates, payees and runs as JSON: amounts are strings of minor units, accounts their last characters."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from endogene_token.hexes import to_hex
from endogene_token.office.models import OfficeTrail
from endogene_token.treasury.collect.dues import Due
from endogene_token.treasury.collect.mandates import mandate_subject, payee_subject
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankPayee, BankRun
from endogene_token.treasury.collect.payables import Payable
from endogene_token.treasury.collect.states import Direction

_MANDATE = ("number", "merchant", "scheme", "reference", "signed", "name", "tail", "state", "ended_why")
_PAYEE = ("number", "party", "party_number", "name", "tail", "state", "ended_why", "created_at")
_RUN = ("number", "direction", "scheme", "month", "day", "noticed_on", "file_kind", "file_number", "state")
_ITEM = ("reference", "kind", "party", "party_number", "object", "statement", "day", "state", "return_code")


def mandate_json(row: BankMandate) -> dict[str, Any]:
    """Return a mandate."""
    told = {name: getattr(row, name) for name in _MANDATE}
    return {**told, "is_used": bool(row.first_used), "created_at": row.created_at}


def payee_json(row: BankPayee) -> dict[str, Any]:
    """Return a payee."""
    commitment = to_hex(row.commitment) if row.commitment else None
    return {**{name: getattr(row, name) for name in _PAYEE}, "commitment": commitment}


def run_json(session: Session, row: BankRun, items: Sequence[BankItem]) -> dict[str, Any]:
    """Return a run with its items, each with whose account it is on, and their total."""
    holders = _holders(session, row, items)
    return {
        **{name: getattr(row, name) for name in _RUN},
        "drafted_by": row.drafted_by,
        "approved_by": row.approved_by or None,
        "sha256": to_hex(row.sha256) if row.sha256 else None,
        "created_at": row.created_at,
        "handed_in_at": row.handed_in_at or None,
        "total": str(sum(one.amount for one in items)),
        "items": [_item_json(one) | holders[one.account] for one in items],
    }


def _item_json(row: BankItem) -> dict[str, Any]:
    sums = {name: str(getattr(row, name)) for name in ("amount", "premiums", "tax")}
    return {**{name: getattr(row, name) for name in _ITEM}, **sums}


def _holders(session: Session, run: BankRun, items: Sequence[BankItem]) -> dict[int, dict[str, Any]]:
    """Return whose each account is, by the number of its mandate or payee; and who kept it when.

    Who approves a run answers for where its money goes: it must be seen that an account is new, and whose
    doing it was.
    """
    numbers = {one.account for one in items}
    found: dict[str, tuple[int, BankMandate | BankPayee]] = {}
    if run.direction == Direction.DEBIT:
        action, mandates = "mandate.given", select(BankMandate).where(col(BankMandate.number).in_(numbers))
        found = {mandate_subject(one): (one.number or 0, one) for one in session.exec(mandates)}
    else:
        action, payees = "payee.added", select(BankPayee).where(col(BankPayee.number).in_(numbers))
        found = {payee_subject(one): (one.number or 0, one) for one in session.exec(payees)}
    kept = select(OfficeTrail.subject, OfficeTrail.who).where(OfficeTrail.action == action)
    by = {subject: who for subject, who in session.exec(kept.where(col(OfficeTrail.subject).in_(found)))}  # noqa: C416 - a row is no pair to mypy
    return {
        number: {"account": number, "name": row.name, "tail": row.tail}
        | {"added_at": row.created_at, "added_by": by.get(subject, "")}
        for subject, (number, row) in found.items()
    }


def left_json(one: Due | Payable) -> dict[str, Any]:
    """Return what is owed or awaited, and why it is not asked of the bank; `why` is None when it can be.

    `reference` is what a transfer names.
    """
    if isinstance(one, Due):
        party, number, reference, about = "merchant", one.merchant, one.reference, 0
    else:
        party, number, reference, about = one.party, one.party_number, "", one.object
    told = {"kind": str(one.kind), "party": party, "party_number": number, "object": about}
    return {**told, "reference": reference, "amount": str(one.amount), "why": one.why and str(one.why)}
