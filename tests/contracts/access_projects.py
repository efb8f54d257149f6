"""Who may call what where projects, their currency and redemptions stand: rows as in access_rows.py.

The stage has a call and one draft, the holder's: what needs more gets as far as the state of that draft.
"""

from collections.abc import Callable, Iterator
from typing import Final

from endogene_token.chain.artifacts import Name
from endogene_token.chain.contracts import encode
from endogene_token.chain.transactions import Call
from endogene_token.errors import (
    AmountZeroError,
    LedgerRefusal,
    MemberSignatureError,
    MissingRoleError,
    NotAttestedError,
    NotGovernorError,
    NotLoanError,
    NotNeighbourError,
    ProjectAmountError,
    ProjectStateError,
    SameMerchantError,
    UnknownCashRequestError,
    UnknownInvoiceError,
    UnknownMemberError,
    UnknownRedemptionError,
)
from tests.contracts.access_rows import OUTFLOW_ROW, TEXT, Expected, Row, Stage
from tests.contracts.cooperative import today

Asked = tuple[Name, str, tuple[object, ...], type[LedgerRefusal] | None]
"""A contract, its function, arguments, and what who may call meets (None: success)."""

PROJECT: Final = 1
PARTNER: Final = (0, 0, False, TEXT, TEXT)
PLAN: Final[tuple[object, ...]] = (0, 0, 0, 0, 0, 0, (0, 0, 0), [], [])


def begin(stage: Stage) -> None:
    """Open a call and draft the holder's dossier for it."""
    cooperative = stage.cooperative
    community = cooperative.ledger.community
    opening = encode("ProjectBook", "openCall", call_terms(stage.held))
    cooperative.sender(cooperative.governor).transact(Call(community.projects, opening))
    drafting = encode("ProjectBook", "draft", 1, stage.held, TEXT, b"")
    cooperative.sender(stage.holder).transact(Call(community.projects, drafting))


def call_terms(attestor: int) -> tuple[object, ...]:
    """Return a call that asks for nothing, and stays open."""
    return 10**6, 2**40, attestor, 0, 0, 0, 0, 0, TEXT


def project_rows(stage: Stage) -> Iterator[Row]:
    """Yield a row for each function of the book, the currency, the desk, and of the fund's outflows."""
    yield from _governor_rows(stage)
    yield from _officer_rows(stage)
    yield from _neighbour_rows(stage)
    yield from _holder_rows(stage)
    yield from _state_rows()


def _rows(caller: str, refused: Callable[[str], Expected], calls: list[Asked]) -> Iterator[Row]:
    for contract, function, arguments, met in calls:
        data = encode(contract, function, *arguments)
        yield Row(contract, function, data, frozenset({caller}), refused, met)


def _told(kind: type[LedgerRefusal], limit: str) -> Callable[[str], Expected]:
    return lambda caller: (kind, caller, limit)


def _governor_rows(stage: Stage) -> Iterator[Row]:
    governor = stage.cooperative.governor.address
    calls: list[Asked] = [
        ("Rulebook", "publishOutflowRules", (OUTFLOW_ROW,), None),
        ("CommunityFund", "writeOffDebt", (stage.merchant, 0), AmountZeroError),
        ("CommunityFund", "allowOperating", (0, TEXT), NotAttestedError),
        ("ProjectBook", "publishIssues", (5, TEXT), None),
        ("ProjectBook", "openCall", (call_terms(stage.held),), None),
        ("ProjectBook", "award", (PROJECT, 1), ProjectStateError),
        ("ProjectBook", "suspend", (PROJECT,), ProjectStateError),
        ("ProjectBook", "resume", (PROJECT,), ProjectStateError),
        ("ProjectBook", "terminate", (PROJECT,), ProjectStateError),
        ("ProjectBook", "writeOffLoan", (PROJECT, 1), NotLoanError),
    ]
    yield from _rows("governor", _told(NotGovernorError, governor), calls)


def _officer_rows(stage: Stage) -> Iterator[Row]:
    money = (1, 0, today(), TEXT, TEXT, TEXT)
    calls: dict[str, list[Asked]] = {
        "registrar": [
            ("Membership", "setMerchantKind", (stage.merchant, 1), None),
            ("RedemptionDesk", "requestForHeirs", (stage.held, 0, TEXT), AmountZeroError),
            ("RedemptionDesk", "attest", (1, TEXT), UnknownRedemptionError),
        ],
        "treasurer": [
            ("CommunityFund", "payOperating", (0, TEXT), AmountZeroError),
            ("ProjectBook", "receiveCoFinancing", (PROJECT, money), None),
            ("ProjectBook", "repayLoan", (PROJECT, 1, TEXT), NotLoanError),
            ("ProjectCurrency", "payCash", (1, TEXT), UnknownCashRequestError),
            ("RedemptionDesk", "pay", (1, 1, TEXT, TEXT), UnknownRedemptionError),
        ],
        "actuary": [("CommunityFund", "attestDue", (1, 0, TEXT), None)],
        "approver": [("RedemptionDesk", "approve", (1, 1, TEXT), UnknownRedemptionError)],
    }
    for role, of_role in calls.items():
        yield from _rows(role, _told(MissingRoleError, role), of_role)


def _neighbour_rows(stage: Stage) -> Iterator[Row]:
    community = stage.cooperative.ledger.community
    calls: dict[str, list[Asked]] = {
        "book": [
            ("CommunityFund", "commit", (PROJECT, 0), NotAttestedError),
            ("CommunityFund", "uncommit", (PROJECT, 0), None),
            ("CommunityFund", "release", (PROJECT, 0, False), NotAttestedError),
            ("CommunityFund", "reclaim", (PROJECT, 0, False), None),
            ("CommunityFund", "receiveRepayment", (0, TEXT), None),
            ("CommunityFund", "writeOffLoan", (0,), None),
            ("ProjectCurrency", "issue", (PROJECT, 1), None),
            ("ProjectCurrency", "recall", (PROJECT,), None),
        ],
        "currency": [
            ("CommunityFund", "recordSale", (stage.merchant, 1), None),
            ("CommunityFund", "undoSale", (stage.merchant, 0), None),
            ("CommunityFund", "net", (stage.merchant, 0), None),
            ("CommunityFund", "payCurrency", (0, TEXT), None),
        ],
        "desk": [
            ("CommunityFund", "backRedemption", (0,), None),
            ("CommunityFund", "releaseRedemption", (0,), None),
            ("CommunityFund", "payRedemption", (stage.held, 0, TEXT), None),
        ],
    }
    addresses = {
        "book": community.projects,
        "currency": community.currency,
        "desk": community.redemptions,
    }
    for name, of_neighbour in calls.items():
        yield from _rows(name, _told(NotNeighbourError, addresses[name]), of_neighbour)


def _holder_rows(stage: Stage) -> Iterator[Row]:
    """What the holder, here a director, does by calling with the key of its own; another member cannot."""
    held = stage.held
    calls: list[Asked] = [
        ("ProjectBook", "draft", (1, held, TEXT, b""), None),
        ("ProjectBook", "addPartner", (PROJECT, PARTNER, b""), None),
        ("ProjectBook", "stateFact", (PROJECT, 1, 1, TEXT, b""), None),
        ("ProjectBook", "declareRelation", (PROJECT, held, held, b""), None),
        ("ProjectBook", "submit", (PROJECT, PLAN, b""), ProjectAmountError),
        ("ProjectBook", "pledgeCoFinancing", (PROJECT, 1, TEXT, TEXT, b""), None),
        ("ProjectCurrency", "pay", (held, held, 1, TEXT, b""), SameMerchantError),
        ("ProjectCurrency", "net", (held, 0, b""), AmountZeroError),
        ("ProjectCurrency", "requestCash", (held, 0, b""), AmountZeroError),
        ("RedemptionDesk", "request", (held, 0, TEXT, b""), AmountZeroError),
    ]
    yield from _rows("director", lambda _: (MemberSignatureError, held, None), calls)


def _state_rows() -> Iterator[Row]:
    """What a draft is too early for, or nothing is there for: everyone gets as far as that."""
    calls: list[Asked] = [
        ("ProjectBook", "acceptMentoring", (PROJECT, b""), ProjectStateError),
        ("ProjectBook", "attestFact", (PROJECT, 0, b""), ProjectStateError),
        ("ProjectBook", "attestPartner", (PROJECT, 0, b""), ProjectStateError),
        ("ProjectBook", "qualify", (PROJECT,), ProjectStateError),
        ("ProjectBook", "putToVote", (PROJECT, 1, []), ProjectStateError),
        ("ProjectBook", "loseVote", (PROJECT,), ProjectStateError),
        ("ProjectBook", "claim", (PROJECT, 0, TEXT, b""), ProjectStateError),
        ("ProjectBook", "review", (PROJECT, 0, TEXT, True, b""), ProjectStateError),
        ("ProjectBook", "release", (PROJECT, 0, TEXT, 1, b""), ProjectStateError),
        ("ProjectBook", "lapseClaim", (PROJECT, 0), ProjectStateError),
        ("ProjectBook", "fileAccount", (PROJECT, 0, TEXT, b""), ProjectStateError),
        ("ProjectBook", "acceptAccount", (PROJECT, 0, TEXT, b""), ProjectStateError),
        ("ProjectBook", "lapse", (PROJECT,), ProjectStateError),
        ("ProjectBook", "evaluate", (PROJECT, TEXT, b""), ProjectStateError),
        ("ProjectCurrency", "spend", ((PROJECT, 1, 1, 0, TEXT), b""), ProjectStateError),
        ("ProjectCurrency", "returnSpending", (TEXT, 1, b""), UnknownInvoiceError),
        ("ProjectCurrency", "dropCashRequest", (1, b""), UnknownMemberError),
        ("RedemptionDesk", "drop", (1, b""), UnknownRedemptionError),
    ]
    for contract, function, arguments, met in calls:
        yield Row(contract, function, encode(contract, function, *arguments), None, _never, met)


def _never(_: str) -> Expected:
    raise AssertionError("anyone may make this call")
