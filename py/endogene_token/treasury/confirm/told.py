"""The confirmation as JSON: amounts are strings of minor units."""

from typing import Any

from endogene_token.treasury.confirm.importing import Imported
from endogene_token.treasury.confirm.matching import Queued


def imported_json(done: Imported) -> dict[str, Any]:
    """Return what an import added."""
    counts = {
        name: getattr(done, name)
        for name in ("kind", "new", "known", "matched", "proposed", "unmatched", "returned")
    }
    errors = [{"line": one.params["line"], "detail": str(one)} for one in done.errors]
    return {**counts, "strange": list(done.strange), "errors": errors}


def queued_json(queued: Queued) -> dict[str, Any]:
    """Return a line with its matches."""
    line = queued.line
    return {
        "identity": line.identity.hex(),
        "booked": line.booked,
        "amount": str(line.amount),
        "currency": line.currency,
        "bank_reference": line.bank_reference,
        "end_to_end": line.end_to_end,
        "name": line.name,
        "text": line.text,
        "return_code": line.return_code,
        "parts": line.parts,
        "state": line.state,
        "why": line.why,
        "matches": [
            {
                "item": one.item,
                "merchant": one.merchant,
                "amount": str(one.amount),
                "premiums": str(one.premiums),
                "tax": str(one.tax),
                "state": one.state,
                "proposed_by": one.proposed_by,
                "decided_by": one.decided_by,
                "commitment": f"0x{one.commitment.hex()}" if one.commitment else None,
            }
            for one in queued.matches
        ],
    }
