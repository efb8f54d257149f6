"""A shop's counter for the tests of hosted sales: a database, a hosted till, a ledger that only counts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from eth_account import Account
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.chain.calls import Ledger
from endogene_token.errors import NodeUnavailableError
from endogene_token.indexer import models
from endogene_token.office.buyers import OfficeBuyers
from endogene_token.office.secret import OfficeSecret
from endogene_token.receipts import Domain, Purchase, Reversal
from endogene_token.relay import queue
from endogene_token.relay.models import RelayBatch, State
from endogene_token.sales import HostedSale, HostedTill, HostedTills, Intake, Signer
from endogene_token.sales.intake import Admitted
from endogene_token.sales.models import TillState
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.sales import Draft
from endogene_token.store import reading, writing

MERCHANT, TILL = 4, 7
PASSPHRASE = "a passphrase of the tests"  # noqa: S105  opens nothing else
ZONE = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
DOMAIN = Domain(450045, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
BUYERS = OfficeBuyers(lambda: OfficeSecret(bytes(32)), "CA")


@dataclass
class Chain:
    """Answers for tills as the ledger does."""

    nexts: dict[int, int] = field(default_factory=dict)
    revoked: set[int] = field(default_factory=set)
    is_away: bool = False
    domain: Domain = DOMAIN

    def till(self, number: int) -> Any:
        if self.is_away:
            raise NodeUnavailableError(actual="nowhere")
        return SimpleNamespace(next_sequence=self.nexts.get(number, 1), revoked=number in self.revoked)


def light_keystore(key_bytes: bytes) -> str:
    """Return a keystore that opens in a millisecond: the tests do not guard against guessing."""
    return json.dumps(Account.encrypt(key_bytes, PASSPHRASE, kdf="pbkdf2", iterations=1))


@dataclass
class Counter:
    """What a test drives."""

    engine: Engine
    chain: Chain = field(default_factory=Chain)
    till: int = TILL

    def __post_init__(self) -> None:
        self.tills = HostedTills(self.engine, PASSPHRASE)
        self.signer = self.new_signer()

    def new_signer(self) -> Signer:
        return Signer(self.engine, cast(Ledger, self.chain), self.tills)

    def host(self, seed: int = 900, till: int = TILL) -> None:
        """Host a till whose number on the ledger is `till`."""
        self.tills.open(self._new_key(seed, None), till)

    def rotate(self, till: int) -> None:
        """Give the till a new key, enrolled under another number of the ledger."""
        self.tills.open(self._new_key(4000 + till, self.till), till)

    def _new_key(self, seed: int, number: int | None) -> HostedTill:
        secret = seed.to_bytes(32, "big")
        made = HostedTill(
            address=TillKey(secret).address,
            merchant=MERCHANT,
            number=number,
            keystore=light_keystore(secret),
        )
        with writing(self.engine) as connection, Session(connection, expire_on_commit=False) as session:
            session.add(made)
            session.flush()
            session.expunge(made)
        return made

    @contextmanager
    def intake(self, now: datetime = NOW) -> Iterator[Intake]:
        with writing(self.engine) as connection, Session(connection, expire_on_commit=False) as session:
            yield Intake(session, MERCHANT, self.till, zone=ZONE, now=now, source="api")

    def take(self, *drafts: Draft) -> list[Admitted]:
        """Take drafts in one transaction."""
        with self.intake() as intake:
            return [intake.admit(one) for one in drafts]

    def sales(self) -> list[HostedSale]:
        with reading(self.engine) as connection, Session(connection) as session:
            return list(session.exec(select(HostedSale).order_by(col(HostedSale.id))).all())

    def sale(self, receipt: str, kind: str = "purchase") -> HostedSale:
        [found] = [one for one in self.sales() if (one.receipt, one.kind) == (receipt, kind)]
        return found

    def batches(self) -> list[RelayBatch]:
        with reading(self.engine) as connection, Session(connection) as session:
            return list(session.exec(select(RelayBatch).order_by(col(RelayBatch.id))).all())

    def open_till(self) -> HostedTill:
        with reading(self.engine) as connection, Session(connection) as session:
            return session.exec(select(HostedTill).where(HostedTill.state == TillState.OPEN)).one()

    def reject(self, row: RelayBatch, error: Any) -> None:
        with writing(self.engine) as connection, Session(connection) as session:
            queue.reject(session, row, error)

    def hold(self, row: RelayBatch, error: Any) -> None:
        with writing(self.engine) as connection, Session(connection) as session:
            queue.hold(session, row, error, 0)

    def record(self, refused: dict[int, int] | None = None) -> None:
        """Do what relay, ledger and indexer do to every open batch; `refused`: a reason by sequence."""
        for row in [one for one in self.batches() if one.state in {State.QUEUED, State.HELD}]:
            with writing(self.engine) as connection, Session(connection) as session:
                for one in _read(row, refused or {}):
                    session.add(one)
                queue.mark_recorded(session, [row])
                session.flush()
            self.chain.nexts[row.till] = row.last_sequence + 1


def _read(row: RelayBatch, refused: dict[int, int]) -> Iterator[Any]:
    batch = row.signed.batch
    items: tuple[Purchase | Reversal, ...] = batch.items
    parts = dict.fromkeys(("premium", "credit", "operations", "reserve"), 0)
    for sequence, item in enumerate(items, batch.first_sequence):
        common: dict[str, Any] = {
            "till": row.till,
            "sequence": sequence,
            "merchant": row.merchant,
            "day": item.day,
            "amount": item.amount,
            "commitment": item.commitment,
            "reason": refused.get(sequence, 0),
            **parts,
        }
        if isinstance(item, Purchase):
            yield models.Purchase(**common, batch=row.first_sequence, member=item.member, reversed=0)
        else:
            yield models.Reversal(
                **common,
                purchase_till=item.purchase_till,
                purchase_batch=item.purchase_batch,
                purchase_sequence=item.purchase_sequence,
                member=0,
                block_number=1,
                block_time=1,
                transaction_hash=bytes(32),
            )
