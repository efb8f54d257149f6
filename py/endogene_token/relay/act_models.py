"""The relay's table of what members signed for projects, project currency and redemptions."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Text
from sqlmodel import Field, SQLModel

from endogene_token.errors import EndogeneError
from endogene_token.relay.models import read_reason
from endogene_token.relay.vote_models import VoteState


class RelayMemberAct(SQLModel, table=True):
    """An act for the book, the currency, the desk or the register (`contract`), by the digest that is signed.

    The digest of an act may be guessed; its `receipt`, which depends on the signature, may not.
    `content` is JSON, see `act_json`; `tranche` that of a claim which is reviewed or released. `number` is
    that of what the act made: a project, a request of cash, a redemption.
    """

    __tablename__ = "relay_member_act"
    __table_args__ = (
        Index("relay_member_act_state", "state", "received_at"),
        Index("relay_member_act_member", "member", "contract"),
        Index("relay_member_act_receipt", "receipt", unique=True),
    )

    digest: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    receipt: bytes = Field(sa_type=LargeBinary(32))
    contract: str = Field(sa_type=String(24))
    action: str = Field(sa_type=String(24))
    member: int = Field(sa_type=BigInteger)
    subject: int = Field(sa_type=BigInteger)
    nonce: int = Field(sa_type=BigInteger)
    tranche: int = Field(sa_type=Integer)
    content: str = Field(sa_type=Text)
    signature: bytes = Field(sa_type=LargeBinary)
    state: str = Field(default=VoteState.QUEUED, sa_type=String(16))
    reason: str | None = Field(default=None, sa_type=Text)
    number: int | None = Field(default=None, sa_type=BigInteger)
    transaction: bytes | None = Field(default=None, sa_type=LargeBinary(32))
    received_at: int = Field(sa_type=BigInteger)

    @property
    def trouble(self) -> EndogeneError | None:
        """Why the act was refused, or None."""
        return None if self.reason is None else read_reason(self.reason)
