"""Who may ask what of the treasury: the auditor reads, the treasurer changes, another officer approves."""

from typing import Final

from tests.api.matrix_bodies import BANK
from tests.api.matrix_groups import APPROVER, READS_TREASURY, REGISTRAR, TREASURER, Line, line
from tests.unit.told_bank import IBAN

MANDATE: Final = {"merchant": 4, "scheme": "b2b", "reference": "M-1", "signed": "2026-03-01"}
ACCOUNT: Final = {"name": "Boulangerie du Port", "account": IBAN}
WHY: Final = {"why": "The account is closed"}

TREASURY_READ: Final[dict[str, list[Line]]] = {
    "GET /v1/dunning": [line("/v1/dunning", READS_TREASURY)],
    "GET /v1/exceptions": [line("/v1/exceptions", READS_TREASURY)],
    "GET /v1/reconciliations/{day}": [
        line("/v1/reconciliations/2026-11-22", READS_TREASURY, told="bank-unknown")
    ],
    "GET /v1/bank/lines": [line("/v1/bank/lines", READS_TREASURY)],
    "GET /v1/bank/status": [line("/v1/bank/status", READS_TREASURY)],
    "GET /v1/bank/lines/{line}": [
        line(f"/v1/bank/lines/{'7f' * 32}", READS_TREASURY, told="unknown-bank-line")
    ],
    "GET /v1/collect/mandates": [line("/v1/collect/mandates", READS_TREASURY)],
    "GET /v1/collect/payees": [line("/v1/collect/payees", READS_TREASURY)],
    "GET /v1/collect/due/{month}": [line("/v1/collect/due/2026-10", READS_TREASURY, told="month-unissued")],
    "GET /v1/collect/runs": [line("/v1/collect/runs", READS_TREASURY)],
    "GET /v1/collect/runs/{number}": [line("/v1/collect/runs/1", READS_TREASURY, told="unknown-run")],
    # It holds whole accounts: for who brings it to the bank, and for nobody else.
    "GET /v1/collect/runs/{number}/file": [line("/v1/collect/runs/1/file", TREASURER, told="unknown-run")],
}

TREASURY_CHANGED: Final[dict[str, list[Line]]] = {
    "POST /v1/statements/issue": [line("/v1/statements/issue", TREASURER, body={"month": "2026-10"})],
    "POST /v1/bank/statements": [line("/v1/bank/statements", TREASURER, body=BANK)],
    **{
        f"POST /v1/bank/lines/{{line}}/{what}": [
            line(f"/v1/bank/lines/{{bank_line}}/{what}", TREASURER, body=body, told="line-state")
        ]
        for what, body in (
            ("match", {"parts": [{"merchant": 5, "tax": "400"}]}),
            ("undo", None),
            ("approve", None),
            ("set-aside", {"why": "Bank fees"}),
        )
    },
    "POST /v1/exceptions/{number}/take": [line("/v1/exceptions/{new_exception}/take", TREASURER)],
    "POST /v1/exceptions/{number}/close": [
        line("/v1/exceptions/{new_exception}/close", TREASURER, body={"how": "The bank corrected it."})
    ],
    "POST /v1/reconciliations": [line("/v1/reconciliations", TREASURER, told="bank-unknown")],
    # Two officers suspend a merchant: the treasurer proposes, the registrar decides.
    "POST /v1/dunning/proposals": [
        line(
            "/v1/dunning/proposals",
            TREASURER,
            body={"merchant": 4, "act": "suspend"},
            told="proposal-open",
        )
    ],
    "POST /v1/dunning/proposals/{number}/decide": [
        line(
            "/v1/dunning/proposals/{new_proposal}/decide",
            REGISTRAR,
            body={"approved": False, "why": "It has paid."},
        )
    ],
    "POST /v1/collect/mandates": [
        line("/v1/collect/mandates", TREASURER, body={**MANDATE, **ACCOUNT}, told="mandate-held")
    ],
    "POST /v1/collect/mandates/{number}/end": [
        line("/v1/collect/mandates/1/end", TREASURER, body=WHY, told="mandate-ended")
    ],
    "POST /v1/collect/payees": [
        line(
            "/v1/collect/payees",
            TREASURER,
            body={"party": "merchant", "number": 4, **ACCOUNT},
            told="payee-held",
        )
    ],
    "POST /v1/collect/payees/{number}/end": [
        line("/v1/collect/payees/1/end", TREASURER, body=WHY, told="payee-ended")
    ],
    # Two officers have the bank move money: the treasurer drafts, the approver approves, by no API key.
    "POST /v1/collect/runs": [
        line(
            "/v1/collect/runs",
            TREASURER,
            body={"direction": "debit", "month": "2026-10", "day": "2026-12-15"},
            told="run-empty month-unissued",
        )
    ],
    "POST /v1/collect/runs/{number}/approve": [
        line("/v1/collect/runs/1/approve", APPROVER, told="unknown-run")
    ],
    "POST /v1/collect/runs/{number}/hand-in": [
        line("/v1/collect/runs/1/hand-in", TREASURER, told="unknown-run")
    ],
    "POST /v1/collect/runs/{number}/reject": [
        line(
            "/v1/collect/runs/1/reject",
            APPROVER,
            body={"items": ["D2026-000001"], "code": "AM04"},
            told="unknown-run",
        )
    ],
    "POST /v1/collect/runs/{number}/cancel": [
        line("/v1/collect/runs/1/cancel", TREASURER, told="unknown-run")
    ],
}
