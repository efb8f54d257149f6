"""The relay's tables of the vote: texts, ballots, openings, and acts that a member signed."""

from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Text
from sqlmodel import Field, SQLModel

from endogene_token.ballots import Ballot, Choice, Opening, SealedBallot
from endogene_token.chain.resolutions import SignedBallot
from endogene_token.errors import EndogeneError
from endogene_token.relay.models import read_reason


class VoteState(StrEnum):
    """Where a ballot, an opening or an act stands: a queued one leaves by itself, the others have ended."""

    QUEUED = "queued"
    DONE = "done"
    REFUSED = "refused"


class ActKind(StrEnum):
    """What a member asks the assembly for."""

    PROPOSAL = "proposal"
    NOTICE = "notice"
    INTEREST = "interest"
    EXECUTION = "execution"


class RelayText(SQLModel, table=True):
    """A resolution's text as it was hashed: in the form NFC, lines ended by \\n alone."""

    __tablename__ = "relay_text"

    hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    text: str = Field(sa_type=Text)


class RelayBallot(SQLModel, table=True):
    """A ballot as its member signed it. `choice` 0 and a commitment: sealed.

    `reason` tells why it was refused: an error's name and values as JSON. `sealed_opening` is for the
    scrutineers' key.
    """

    __tablename__ = "relay_ballot"
    __table_args__ = (Index("relay_ballot_state", "state", "resolution", "member"),)

    resolution: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    member: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sequence: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    choice: int = Field(sa_type=Integer)
    commitment: bytes | None = Field(default=None, sa_type=LargeBinary(32))
    signature: bytes = Field(sa_type=LargeBinary)
    sealed_opening: bytes | None = Field(default=None, sa_type=LargeBinary)
    state: str = Field(default=VoteState.QUEUED, sa_type=String(16))
    reason: str | None = Field(default=None, sa_type=Text)
    transaction: bytes | None = Field(default=None, sa_type=LargeBinary(32))
    received_at: int = Field(sa_type=BigInteger)

    @property
    def trouble(self) -> EndogeneError | None:
        """Why the ballot was refused, or None."""
        return None if self.reason is None else read_reason(self.reason)

    def signed(self, text: bytes) -> SignedBallot:
        """Return the ballot with its signature, for the resolution of this text (its hash)."""
        ballot: Ballot | SealedBallot
        if self.commitment is None:
            choice = Choice(self.choice)
            ballot = Ballot(self.resolution, self.member, choice, self.sequence, text)
        else:
            ballot = SealedBallot(self.resolution, self.member, self.sequence, self.commitment, text)
        return SignedBallot(ballot, self.signature)


class RelayOpening(SQLModel, table=True):
    """What opens a member's sealed ballot, kept from the closing on."""

    __tablename__ = "relay_opening"
    __table_args__ = (Index("relay_opening_state", "state", "resolution"),)

    resolution: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    member: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    choice: int = Field(sa_type=Integer)
    salt: bytes = Field(sa_type=LargeBinary(32))
    state: str = Field(default=VoteState.QUEUED, sa_type=String(16))
    received_at: int = Field(sa_type=BigInteger)

    @property
    def opening(self) -> Opening:
        """The opening itself."""
        return Opening(Choice(self.choice), self.salt)


class RelayAct(SQLModel, table=True):
    """A proposal, a notice, a declaration or an execution, under the digest that its member signed.

    An execution has none, and member 0. `resolution` is what the act is about; of a proposal, its number.
    """

    __tablename__ = "relay_act"
    __table_args__ = (Index("relay_act_state", "state", "received_at"), Index("relay_act_member", "member"))

    digest: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    kind: str = Field(sa_type=String(16))
    member: int = Field(sa_type=BigInteger)
    nonce: int = Field(sa_type=BigInteger)
    payload: str = Field(sa_type=Text)
    state: str = Field(default=VoteState.QUEUED, sa_type=String(16))
    reason: str | None = Field(default=None, sa_type=Text)
    resolution: int | None = Field(default=None, sa_type=BigInteger)
    transaction: bytes | None = Field(default=None, sa_type=LargeBinary(32))
    received_at: int = Field(sa_type=BigInteger)

    @property
    def trouble(self) -> EndogeneError | None:
        """Why the act was refused, or None."""
        return None if self.reason is None else read_reason(self.reason)


VOTE_TABLES: Final[tuple[type[SQLModel], ...]] = (RelayText, RelayBallot, RelayOpening, RelayAct)
