"""Mandates, payees and runs as JSON: amounts are strings of minor units, accounts their last characters."""

from collections.abc import Sequence
from typing import Any

from endogene_token.hexes import to_hex
from endogene_token.treasury.collect.dues import Due
from endogene_token.treasury.collect.models import BankItem, BankMandate, BankPayee, BankRun
from endogene_token.treasury.collect.payables import Payable

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


def run_json(row: BankRun, items: Sequence[BankItem]) -> dict[str, Any]:
    """Return a run with its items and their total."""
    return {
        **{name: getattr(row, name) for name in _RUN},
        "drafted_by": row.drafted_by,
        "approved_by": row.approved_by or None,
        "sha256": to_hex(row.sha256) if row.sha256 else None,
        "created_at": row.created_at,
        "handed_in_at": row.handed_in_at or None,
        "total": str(sum(one.amount for one in items)),
        "items": [item_json(one) for one in items],
    }


def item_json(row: BankItem) -> dict[str, Any]:
    """Return an item."""
    sums = {name: str(getattr(row, name)) for name in ("amount", "premiums", "tax")}
    return {**{name: getattr(row, name) for name in _ITEM}, **sums}


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
