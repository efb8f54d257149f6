"""What a member signs for projects, project currency and redemptions, as the API reads it.

Instants are seconds UTC since 1970, amounts strings of minor units, hashes keccak-256 of what stays off the
chain, commitments salted hashes.
"""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from api.schemas import Amount, Given, Number32, Told, example
from api.vote_schemas import EXAMPLE_HASH, EXAMPLE_SIGNED, ActStatus, Bytes32, MemberSignature, Nonce, Text
from endogene_token.bounds import MAX_UINT64
from endogene_token.projects import MAX_UINT8, MAX_UINT16

MOST_TRANCHES: Final = 12
MOST_LINES: Final = 16
MOST_KINDS: Final = 256
Position = Annotated[int, Field(ge=0, le=MAX_UINT8, description="Counted from 0.")]
Number64 = Annotated[int, Field(ge=0, le=MAX_UINT64)]
MerchantKind = Annotated[int, Field(ge=0, le=MOST_KINDS - 1)]
CriterionName = Literal[
    "issue",
    "inter-cooperation",
    "grouping",
    "short-circuit",
    "merchant-share",
    "leverage",
    "mentor",
    "evaluation",
    "beneficiary",
]
PartnerKind = Literal["enterprise", "cooperative", "association", "institution", "local-authority"]
InstrumentName = Literal["grant", "loan"]


class PartnerGiven(Given):
    """An organisation of the grouping. `member` 0: it is no member."""

    kind: PartnerKind
    member: Number32 = 0
    is_attested: bool = False
    organisation: Bytes32
    controller: Bytes32


class TrancheGiven(Given):
    """A part of the money; `milestone` is the hash of what unlocks it."""

    amount: Amount
    due_at: Number64
    milestone: Bytes32


class LineGiven(Given):
    """A line of the budget, and the kinds of merchant where it may be spent."""

    amount: Amount
    merchant_kinds: Annotated[list[MerchantKind], Field(max_length=MOST_KINDS)]


class LoanGiven(Given):
    """Equal instalments, one each `interval` seconds; all zeros for a grant."""

    first_due_at: Number64 = 0
    interval: Number32 = 0
    instalments: Annotated[int, Field(ge=0, le=MAX_UINT16)] = 0


class PlanGiven(Given):
    """What a dossier asks for: tranches and lines each add up to `amount`; `signer` spends it."""

    instrument: InstrumentName
    mentor: Number32
    signer: Number32
    amount: Amount
    sought: Amount
    expires_at: Number64
    loan: LoanGiven = LoanGiven()
    tranches: Annotated[list[TrancheGiven], Field(max_length=MOST_TRANCHES)]
    lines: Annotated[list[LineGiven], Field(max_length=MOST_LINES)]


class SpendingGiven(Given):
    """A purchase that a project pays for; `invoice` is a commitment to the invoice, used once."""

    project: Number32
    merchant: Number32
    amount: Amount
    line: Position
    invoice: Bytes32


class Draft(Given):
    """Begins a dossier, by the hash of its text. Subject: the call. `dossier` is the text, to be kept."""

    action: Literal["draft"]
    text: Bytes32
    dossier: Text | None = None


class AddPartner(Given):
    """Adds an organisation to a draft. Subject: the project, as for all up to `returnSpending`."""

    action: Literal["addPartner"]
    partner: PartnerGiven


class StateFact(Given):
    """States a fact of a draft."""

    action: Literal["stateFact"]
    criterion: CriterionName
    value: Number64
    evidence: Bytes32


class DeclareRelation(Given):
    """Says, for good, that a member is related to the project."""

    action: Literal["declareRelation"]
    related: Number32


class Submit(Given):
    """Files a draft with its plan."""

    action: Literal["submit"]
    plan: PlanGiven


class AcceptMentoring(Given):
    """Takes the mentoring on. Signed by the mentor whom the plan names."""

    action: Literal["acceptMentoring"]


class AttestFact(Given):
    """Attests a fact as it was stated. Signed by the call's attestor."""

    action: Literal["attestFact"]
    criterion: CriterionName
    value: Number64
    evidence: Bytes32


class AttestPartner(Given):
    """Attests a partner as it was added. Signed by the call's attestor."""

    action: Literal["attestPartner"]
    index: Position
    partner: PartnerGiven


class ClaimTranche(Given):
    """Claims the next tranche."""

    action: Literal["claim"]
    tranche: Position
    evidence: Bytes32


class ReviewClaim(Given):
    """Approves or rejects exactly the claim that has this hash. Signed by the mentor."""

    action: Literal["review"]
    tranche: Position
    claim: Bytes32
    is_approved: bool


class ReleaseTranche(Given):
    """Releases exactly the claim that has this hash. Signed by a director."""

    action: Literal["release"]
    tranche: Position
    claim: Bytes32


class FileAccount(Given):
    """Files the account of a released tranche, by its hash."""

    action: Literal["fileAccount"]
    tranche: Position
    account: Bytes32


class AcceptAccount(Given):
    """Accepts exactly this account. Signed by the mentor."""

    action: Literal["acceptAccount"]
    tranche: Position
    account: Bytes32


class PledgeCoFinancing(Given):
    """Shows a pledge of outside money, which counts for nothing."""

    action: Literal["pledgeCoFinancing"]
    amount: Amount
    financier: Bytes32
    evidence: Bytes32


class Evaluate(Given):
    """Records the evaluation of a completed project. Signed by the call's attestor."""

    action: Literal["evaluate"]
    report: Bytes32


class SpendMoney(Given):
    """Pays a merchant's invoice with the project's money. Signed by the project's signer."""

    action: Literal["spend"]
    spending: SpendingGiven


class ReturnSpending(Given):
    """Gives a part of what a project paid for an invoice back to it. Signed by the merchant."""

    action: Literal["returnSpending"]
    invoice: Bytes32
    amount: Amount


class PayMerchant(Given):
    """Pays another merchant in project currency. Subject: the merchant that pays, as for the next three."""

    action: Literal["pay"]
    merchant: Number32
    amount: Amount
    invoice: Bytes32


class NetPremiums(Given):
    """Nets project currency against premiums owed."""

    action: Literal["net"]
    amount: Amount


class RequestCash(Given):
    """Asks for cash in the place of project currency."""

    action: Literal["requestCash"]
    amount: Amount


class DropCashRequest(Given):
    """Takes a request of cash back."""

    action: Literal["dropCashRequest"]
    request: Number32


class RequestRedemption(Given):
    """Asks for one's credits; `payee` is a commitment to the account that is paid. Subject: 0, as next."""

    action: Literal["request"]
    amount: Amount
    payee: Bytes32


class DropRedemption(Given):
    """Ends a redemption that is not paid in full."""

    action: Literal["drop"]
    redemption: Number32


AnyAct = (
    Draft
    | AddPartner
    | StateFact
    | DeclareRelation
    | Submit
    | AcceptMentoring
    | AttestFact
    | AttestPartner
    | ClaimTranche
    | ReviewClaim
    | ReleaseTranche
    | FileAccount
    | AcceptAccount
    | PledgeCoFinancing
    | Evaluate
    | SpendMoney
    | ReturnSpending
    | PayMerchant
    | NetPremiums
    | RequestCash
    | DropCashRequest
    | RequestRedemption
    | DropRedemption
)


class MemberActGiven(Given):
    """An act, signed by its member: EIP-712
    `Act(string action,uint32 member,uint32 subject,bytes32 content,uint256 nonce)`.

    It counts in the domain Endogene/1 of the contract that takes it (`GET /v1/community`): for `request` and
    `drop` the redemption desk; for `spend`, `returnSpending`, `pay`, `net`, `requestCash`, `dropCashRequest`
    the project currency; for the others the book of projects. `content` is the keccak-256 of the act's other
    members, ABI-encoded in their order, but without `tranche` in `review` and `release`, which the claim's
    hash tells, and without the `dossier` of a draft. `subject` is what the act is about: a call, a project,
    a merchant, or 0.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            member=4,
            subject=4,
            nonce=0,
            act={"action": "pay", "merchant": 5, "amount": "12500", "invoice": EXAMPLE_HASH},
            signature=EXAMPLE_SIGNED,
        )
    )

    member: Number32
    subject: Number32 = 0
    nonce: Nonce
    act: Annotated[AnyAct, Field(discriminator="action")]
    signature: MemberSignature


class MemberActAccepted(Told):
    """The act is kept for good; what became of it follows at ``GET /v1/member-acts/{receipt}``.

    The receipt is the keccak-256 of what was signed (32 bytes) and the signature that came first with it.
    """

    model_config = ConfigDict(json_schema_extra=example(receipt=EXAMPLE_HASH, status="queued"))

    receipt: str
    status: ActStatus


class MemberActTold(Told):
    """An act and how far it has come; whoever has its receipt may ask.

    `number` is that of what it made: a project, a request of cash, a redemption.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            receipt=EXAMPLE_HASH,
            action="draft",
            status="done",
            number=3,
            transaction="0x" + "9e" * 32,
        )
    )

    receipt: str
    action: str
    status: ActStatus
    reason: str | None = None
    explanation: str | None = None
    number: int | None = None
    transaction: str | None = None


class MemberNonces(Told):
    """The number that a member's next act carries in a contract, after all that is queued.

    That of the redemption desk is the member's own affair: an act for it, signed with any number that is not
    the next one, is answered by 409, with the next one as `limit`.
    """

    model_config = ConfigDict(json_schema_extra=example(member=4, projects=0, currency=2))

    member: int
    projects: int
    currency: int
