"""The tables of webhooks. Instants are whole seconds UTC. No table holds a secret: see `secrets`."""

from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Text
from sqlmodel import Field, SQLModel

from endogene_token.errors import EndogeneError
from endogene_token.relay.models import read_reason


class State(StrEnum):
    """Where a delivery stands: a waiting one is sent by itself, the others have ended."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookEndpoint(SQLModel, table=True):
    """Where a merchant wants to be told. `types` with spaces between them; none: all that it may read.

    It is told of what comes after the place (`since_block`, `since_index`). `generation` numbers its secret;
    until `overlap_until` the one before signs too.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (Index("webhook_endpoint_merchant", "merchant", "id"),)
    id: str = Field(primary_key=True, sa_type=String(24))
    merchant: int = Field(sa_type=BigInteger)
    mode: str = Field(sa_type=String(4))
    url: str = Field(sa_type=Text)
    types: str = Field(sa_type=Text)
    generation: int = Field(default=1, sa_type=Integer)
    overlap_until: int = Field(default=0, sa_type=BigInteger)
    since_block: int = Field(sa_type=BigInteger)
    since_index: int = Field(sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger)
    disabled_at: int | None = Field(default=None, sa_type=BigInteger)
    reason: str | None = Field(default=None, sa_type=Text)
    """Why the service disabled it, as the relay's queue keeps reasons; None: its merchant did."""

    @property
    def trouble(self) -> EndogeneError | None:
        """Why the service disabled it, or None."""
        return None if self.reason is None else read_reason(self.reason)


class WebhookFeed(SQLModel, table=True):
    """How far the list of events was turned into deliveries: one row."""

    __tablename__ = "webhook_feed"
    __table_args__ = (CheckConstraint("only_row = 1", name="webhook_feed_only_row"),)
    only_row: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, nullable=False))
    block_number: int = Field(sa_type=BigInteger)
    log_index: int = Field(sa_type=BigInteger)


class WebhookDelivery(SQLModel, table=True):
    """One event for one endpoint: there is one row, however often it is sent.

    `body` is what is sent, the same each time. `since` is when the three days began; a process that sends it
    holds it until `lease_until`, under the number `attempts` of its try.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("webhook_delivery_once", "endpoint", "event", unique=True),
        Index("webhook_delivery_due", "state", "next_at"),
    )
    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    endpoint: str = Field(sa_type=String(24))
    event: str = Field(sa_type=String(40))
    type: str = Field(sa_type=String(40))
    body: str = Field(sa_type=Text)
    state: str = Field(default=State.WAITING, sa_type=String(12))
    attempts: int = Field(default=0, sa_type=Integer)
    since: int = Field(sa_type=BigInteger)
    next_at: int = Field(sa_type=BigInteger)
    lease_until: int = Field(default=0, sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)


class WebhookAttempt(SQLModel, table=True):
    """One try to deliver; `status` is what was answered, `reason` why it did not arrive."""

    __tablename__ = "webhook_attempt"
    delivery: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, nullable=False))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False, nullable=False))
    at: int = Field(sa_type=BigInteger)
    milliseconds: int = Field(sa_type=Integer)
    status: int | None = Field(default=None, sa_type=Integer)
    reason: str | None = Field(default=None, sa_type=Text)

    @property
    def trouble(self) -> EndogeneError | None:
        """Why it did not arrive, or None."""
        return None if self.reason is None else read_reason(self.reason)


WEBHOOKS: Final = (WebhookEndpoint, WebhookFeed, WebhookDelivery, WebhookAttempt)
