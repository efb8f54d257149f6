"""What a member signs for the book of projects, the currency and the redemption desk: an EIP-712 `Act`. Pure.

All acts have one type; what an action is about stands in `content`, the hash of its arguments. The digest is
computed here from keccak alone; `typed_data` gives the same message to the tools of the field (wallets,
eth-account). Tests hold that both, and the contracts, agree.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from eth_hash.auto import keccak

from endogene_token.bounds import MAX_UINT32, MAX_UINT64, MAX_UINT256, check_range
from endogene_token.projects import MAX_UINT8, Criterion, Partner, Plan, Record, Spending
from endogene_token.typed_data import SigningDomain, Types, as_word, document, signing_hash, type_hash

_TYPES: Final[Types] = {
    "Act": (
        ("action", "string"),
        ("member", "uint32"),
        ("subject", "uint32"),
        ("content", "bytes32"),
        ("nonce", "uint256"),
    ),
    "KeyRotationCancellation": (("member", "uint32"), ("nonce", "uint256")),
}
_ACT: Final = type_hash(_TYPES, "Act")
_CANCELLATION: Final = type_hash(_TYPES, "KeyRotationCancellation")


@dataclass(frozen=True, slots=True)
class ActDomain(SigningDomain):
    """Where an act counts: one chain, one contract in which members act. Raises RangeError, AddressError."""

    desk: str

    @property
    def contract(self) -> str:
        """The address of the contract's proxy."""
        return self.desk


@dataclass(frozen=True, slots=True)
class Content(Record):
    """What an action is about, besides its subject. Its fields are hashed in the order of the class."""

    ACTION: ClassVar = ""

    def hash(self) -> bytes:
        """Return the hash that is signed: of the arguments, as the contract's ABI encodes them."""
        return keccak(self.encoded())


@dataclass(frozen=True, slots=True)
class Drafting(Content):
    """Begins a dossier, by the hash of its text. Subject: the call."""

    text: bytes

    ACTION: ClassVar = "draft"


@dataclass(frozen=True, slots=True)
class AddingPartner(Content):
    """Adds an organisation to a draft. Subject: the project, as for all that follow up to `Returning`."""

    partner: Partner

    ACTION: ClassVar = "addPartner"


@dataclass(frozen=True, slots=True)
class StatingFact(Content):
    """States a fact of a draft."""

    criterion: Criterion
    value: int
    evidence: bytes

    ACTION: ClassVar = "stateFact"
    LIMITS: ClassVar = {"criterion": max(Criterion), "value": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class DeclaringRelation(Content):
    """Says, for good, that a member is related to the project."""

    related: int

    ACTION: ClassVar = "declareRelation"
    LIMITS: ClassVar = {"related": MAX_UINT32}


@dataclass(frozen=True, slots=True)
class Submitting(Content):
    """Files a draft with its plan."""

    plan: Plan

    ACTION: ClassVar = "submit"


@dataclass(frozen=True, slots=True)
class Mentoring(Content):
    """Takes the mentoring on."""

    ACTION: ClassVar = "acceptMentoring"


@dataclass(frozen=True, slots=True)
class AttestingFact(Content):
    """Attests a fact as it was stated."""

    criterion: Criterion
    value: int
    evidence: bytes

    ACTION: ClassVar = "attestFact"
    LIMITS: ClassVar = {"criterion": max(Criterion), "value": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class AttestingPartner(Content):
    """Attests a partner as it was added; `index` from 0."""

    index: int
    partner: Partner

    ACTION: ClassVar = "attestPartner"
    LIMITS: ClassVar = {"index": MAX_UINT8}


@dataclass(frozen=True, slots=True)
class Claiming(Content):
    """Claims the next tranche."""

    tranche: int
    evidence: bytes

    ACTION: ClassVar = "claim"
    LIMITS: ClassVar = {"tranche": MAX_UINT8}


@dataclass(frozen=True, slots=True)
class Reviewing(Content):
    """Approves or rejects exactly this claim, by its hash."""

    claim: bytes
    is_approved: bool

    ACTION: ClassVar = "review"


@dataclass(frozen=True, slots=True)
class Releasing(Content):
    """Releases exactly this claim."""

    claim: bytes

    ACTION: ClassVar = "release"


@dataclass(frozen=True, slots=True)
class FilingAccount(Content):
    """Files the account of a released tranche, by its hash."""

    tranche: int
    account: bytes

    ACTION: ClassVar = "fileAccount"
    LIMITS: ClassVar = {"tranche": MAX_UINT8}


@dataclass(frozen=True, slots=True)
class AcceptingAccount(Content):
    """Accepts exactly this account."""

    tranche: int
    account: bytes

    ACTION: ClassVar = "acceptAccount"
    LIMITS: ClassVar = {"tranche": MAX_UINT8}


@dataclass(frozen=True, slots=True)
class Pledging(Content):
    """Shows a pledge of outside money, which counts for nothing."""

    amount: int
    financier: bytes
    evidence: bytes

    ACTION: ClassVar = "pledgeCoFinancing"
    LIMITS: ClassVar = {"amount": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class Evaluating(Content):
    """Records the evaluation of a completed project, by the hash of its report."""

    report: bytes

    ACTION: ClassVar = "evaluate"


@dataclass(frozen=True, slots=True)
class Spend(Content):
    """Pays a merchant's invoice with the project's money."""

    spending: Spending

    ACTION: ClassVar = "spend"


@dataclass(frozen=True, slots=True)
class Returning(Content):
    """Gives a part of what a project paid for an invoice back to it."""

    invoice: bytes
    amount: int

    ACTION: ClassVar = "returnSpending"
    LIMITS: ClassVar = {"amount": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class Paying(Content):
    """Pays another merchant. Subject: the merchant that acts, as for all that follow up to `Asking`."""

    merchant: int
    amount: int
    invoice: bytes

    ACTION: ClassVar = "pay"
    LIMITS: ClassVar = {"merchant": MAX_UINT32, "amount": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class Netting(Content):
    """Nets project currency against premiums owed."""

    amount: int

    ACTION: ClassVar = "net"
    LIMITS: ClassVar = {"amount": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class AskingCash(Content):
    """Asks for cash."""

    amount: int

    ACTION: ClassVar = "requestCash"
    LIMITS: ClassVar = {"amount": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class DroppingCash(Content):
    """Takes a request of cash back."""

    request: int

    ACTION: ClassVar = "dropCashRequest"
    LIMITS: ClassVar = {"request": MAX_UINT32}


@dataclass(frozen=True, slots=True)
class Asking(Content):
    """Asks for one's credits; `payee` is a commitment to the account that is paid. Subject: 0, as next."""

    amount: int
    payee: bytes

    ACTION: ClassVar = "request"
    LIMITS: ClassVar = {"amount": MAX_UINT64}


@dataclass(frozen=True, slots=True)
class Dropping(Content):
    """Ends a redemption that is not paid in full."""

    redemption: int

    ACTION: ClassVar = "drop"
    LIMITS: ClassVar = {"redemption": MAX_UINT32}


@dataclass(frozen=True, slots=True)
class KeepingKey(Content):
    """Cancels a change of one's key, by the key in force. The register has a type of its own for it.

    Subject: 0.
    """

    ACTION: ClassVar = "cancelKeyRotation"


@dataclass(frozen=True, slots=True)
class Act:
    """What a member does. `nonce`: how many acts of this member the contract has taken. Raises RangeError."""

    member: int
    subject: int
    content: Content
    nonce: int

    def __post_init__(self) -> None:
        check_range("member", self.member, MAX_UINT32)
        check_range("subject", self.subject, MAX_UINT32)
        check_range("nonce", self.nonce, MAX_UINT256)

    @property
    def action(self) -> str:
        """The name of the contract's function."""
        return self.content.ACTION


def digest(act: Act, domain: SigningDomain) -> bytes:
    """Return the 32 bytes that the member signs for this act: its EIP-712 hash in this domain."""
    if isinstance(act.content, KeepingKey):
        return signing_hash(domain, _CANCELLATION + as_word(act.member) + as_word(act.nonce))
    head = _ACT + keccak(act.action.encode()) + as_word(act.member) + as_word(act.subject)
    return signing_hash(domain, head + act.content.hash() + as_word(act.nonce))


def typed_data(act: Act, domain: SigningDomain) -> dict[str, object]:
    """Return the act as EIP-712 typed data, for eth-account's ``encode_typed_data(full_message=…)``."""
    if isinstance(act.content, KeepingKey):
        kept = {"member": act.member, "nonce": act.nonce}
        return document(domain, _TYPES, "KeyRotationCancellation", message=kept)
    message = {
        "action": act.action,
        "member": act.member,
        "subject": act.subject,
        "content": act.content.hash(),
        "nonce": act.nonce,
    }
    return document(domain, _TYPES, "Act", message=message)


CONTENTS: Final[tuple[type[Content], ...]] = (
    *(Drafting, AddingPartner, StatingFact, DeclaringRelation, Submitting, Mentoring),
    *(AttestingFact, AttestingPartner, Claiming, Reviewing, Releasing, FilingAccount, AcceptingAccount),
    *(Pledging, Evaluating, Spend, Returning, Paying, Netting, AskingCash, DroppingCash, Asking, Dropping),
)
"""Every kind of content that is signed as an `Act`: one for each action."""
