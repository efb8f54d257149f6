"""What the API reads and writes of resolutions and ballots. Instants are seconds UTC since 1970."""

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.schemas import Given, Number32, Told, example
from endogene_token.ballots import MAX_SEQUENCE, Choice
from endogene_token.bounds import MAX_UINT64
from endogene_token.bylaws import Kind
from endogene_token.sealing import SEALED_BYTES

MOST_CALLS: Final = 64
MOST_BYTES: Final = 4_096  # of a signature: a passkey's has some 700
EXAMPLE_HASH: Final = "0x" + "4c" * 32
EXAMPLE_ADDRESS: Final = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
EXAMPLE_SIGNED: Final = "0x" + "3b" * 64 + "1b"

Bytes32 = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{64}$", description="32 bytes.")]
Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", description="20 bytes.")]
Data = Annotated[str, Field(pattern="^0x([0-9a-fA-F]{2})*$", description="Bytes in hexadecimal.")]
MemberSignature = Annotated[
    str,
    Field(
        pattern=f"^0x([0-9a-fA-F]{{2}}){{1,{MOST_BYTES}}}$",
        description="r, s, v of an address's key (65 bytes), or what a passkey or a wallet signed.",
    ),
]
ChoiceNumber = Annotated[
    int, Field(ge=Choice.FOR, le=Choice.ABSTAIN, description="1 for, 2 against, 3 abstain.")
]
SealedOpening = Annotated[str, Field(pattern=f"^0x[0-9a-fA-F]{{{2 * SEALED_BYTES}}}$")]
BallotSequence = Annotated[int, Field(ge=1, le=MAX_SEQUENCE)]
Nonce = Annotated[int, Field(ge=0, le=2**63 - 1)]
College = Literal["user", "worker", "supporting"]
BallotStatus = Literal["queued", "counted", "refused"]
ActStatus = Literal["queued", "done", "refused"]


Text = Annotated[str, Field(pattern="^[^\\x00]+$")]


class TextGiven(Given):
    """The text of a resolution, in full. It is kept in the form NFC, its lines ended by \\n alone."""

    model_config = ConfigDict(json_schema_extra=example(text="Résolution : acheter un four.\n"))

    text: Text


class TextTold(Told):
    """A text, and the keccak-256 of its UTF-8: whoever reads it can compute the hash again."""

    model_config = ConfigDict(
        json_schema_extra=example(hash=EXAMPLE_HASH, text="Résolution : acheter un four.\n")
    )

    hash: str
    text: str


class CallGiven(Given):
    """A call that the resolution makes once it is final."""

    target: Address
    data: Data


class ProposalGiven(Given):
    """A resolution to file, signed by a member (EIP-712 `Proposal`). `kind`: the contract's number of it.

    `text`, whose hash is `text_hash`, is kept with it; left out, it must be kept already.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            member=1,
            kind=0,
            text_hash=EXAMPLE_HASH,
            calls=[{"target": EXAMPLE_ADDRESS, "data": "0x8456cb59"}],
            nonce=0,
            signature=EXAMPLE_SIGNED,
        )
    )

    member: Number32
    kind: Annotated[int, Field(ge=0, le=max(Kind))]
    text_hash: Bytes32
    text: Text | None = None
    calls: Annotated[list[CallGiven], Field(default_factory=list, max_length=MOST_CALLS)]
    nonce: Nonce
    signature: MemberSignature


class NoticeGiven(Given):
    """The notice of a draft, signed by a director (EIP-712 `Notice`)."""

    model_config = ConfigDict(
        json_schema_extra=example(member=1, opens_at=1795000000, nonce=1, signature=EXAMPLE_SIGNED)
    )

    member: Number32
    opens_at: Annotated[int, Field(ge=0, le=MAX_UINT64)]
    nonce: Nonce
    signature: MemberSignature


class InterestGiven(Given):
    """A director's leave of a resolution of the board, for an interest in it (EIP-712 `Interest`)."""

    model_config = ConfigDict(json_schema_extra=example(member=1, nonce=2, signature=EXAMPLE_SIGNED))

    member: Number32
    nonce: Nonce
    signature: MemberSignature


class ActAccepted(Told):
    """The act is kept for good; what became of it follows at ``GET /v1/acts/{digest}``."""

    model_config = ConfigDict(json_schema_extra=example(digest=EXAMPLE_HASH, status="queued"))

    digest: str
    status: ActStatus


class ActTold(Told):
    """An act and how far it has come; `resolution` is what it is about, of a proposal its number."""

    model_config = ConfigDict(
        json_schema_extra=example(
            digest=EXAMPLE_HASH,
            kind="proposal",
            status="done",
            reason=None,
            explanation=None,
            resolution=7,
            transaction="0x" + "9e" * 32,
        )
    )

    digest: str
    kind: Literal["proposal", "notice", "interest", "execution"]
    status: ActStatus
    reason: str | None = None
    explanation: str | None = None
    resolution: int | None = None
    transaction: str | None = None


class BallotGiven(Given):
    """A ballot, signed by its member: with a choice, or under seal with a commitment to it.

    `sealed_opening`: choice and salt, encrypted to the scrutineers' key, so that the member need not come
    back after closing.
    """

    model_config = ConfigDict(
        json_schema_extra=example(member=1, choice=1, sequence=1, signature=EXAMPLE_SIGNED)
    )

    member: Number32
    choice: ChoiceNumber | None = None
    commitment: Bytes32 | None = None
    sequence: BallotSequence
    signature: MemberSignature
    sealed_opening: SealedOpening | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.choice is None) == (self.commitment is None):
            raise PydanticCustomError("ballot", "either choice or commitment")
        return self


class BallotAccepted(Told):
    """The ballot is kept for good; its member follows it at ``GET /v1/resolutions/{n}/ballots/{member}``."""

    model_config = ConfigDict(json_schema_extra=example(resolution=7, member=1, sequence=1, status="queued"))

    resolution: int
    member: int
    sequence: int
    status: BallotStatus


class ReceiptTold(Told):
    """What the member signed, and where: enough to find the ballot on the chain without this service."""

    chain_id: int
    assembly: str
    resolution: int
    member: int
    sequence: int
    choice: int | None = None
    commitment: str | None = None
    text_hash: str
    signature: str


class StandingTold(Told):
    """The ballot that counts; a choice null: sealed and not opened."""

    sequence: int
    choice: int | None = None


class BallotTold(Told):
    """A member's own last ballot here and how far it has come; `standing` is the one that counts.

    queued: on its way to the assembly; counted; refused: it changed nothing (`reason`).
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            sequence=1,
            choice=1,
            status="counted",
            reason=None,
            explanation=None,
            transaction="0x" + "9e" * 32,
            receipt={
                "chain_id": 450045,
                "assembly": EXAMPLE_ADDRESS,
                "resolution": 7,
                "member": 1,
                "sequence": 1,
                "choice": 1,
                "commitment": None,
                "text_hash": EXAMPLE_HASH,
                "signature": EXAMPLE_SIGNED,
            },
            standing={"sequence": 1, "choice": 1},
        )
    )

    sequence: int
    choice: int | None = None
    status: BallotStatus
    reason: str | None = None
    explanation: str | None = None
    transaction: str | None = None
    receipt: ReceiptTold
    standing: StandingTold | None = None


class OpeningGiven(Given):
    """What opens a member's sealed ballot, after closing. Who knows the salt may give it."""

    model_config = ConfigDict(json_schema_extra=example(member=1, choice=1, salt="0x" + "7d" * 32))

    member: Number32
    choice: ChoiceNumber
    salt: Bytes32


class OpeningAccepted(Told):
    """The opening is kept for good, and on its way to the assembly."""

    model_config = ConfigDict(json_schema_extra=example(resolution=7, member=1, status="queued"))

    resolution: int
    member: int
    status: Literal["queued", "opened", "refused"]


class SealedOpeningTold(Told):
    """A member's choice and salt, which only the scrutineers can read."""

    member: int
    sequence: int
    sealed_opening: str


class SealedOpenings(Told):
    """What members sealed for the scrutineers, for the last ballot of each that was counted."""

    model_config = ConfigDict(
        json_schema_extra=example(
            items=[{"member": 1, "sequence": 1, "sealed_opening": "0x" + "5a" * SEALED_BYTES}]
        )
    )

    items: list[SealedOpeningTold]
