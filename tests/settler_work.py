"""What the bank states and the settler does in the tests of kills, in a process that is killed."""

import sys
from datetime import date
from pathlib import Path

from eth_account.signers.local import LocalAccount
from sqlalchemy import Engine
from sqlmodel import SQLModel

from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.sender import Sender
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.store import open_engine
from endogene_token.treasury.bankfiles.notice import CANADA
from endogene_token.treasury.bankstatements.lines import StatementLine, numbered
from endogene_token.treasury.confirm import importing
from endogene_token.treasury.confirm.bookings import Bookings
from endogene_token.treasury.confirm.importing import Imported, Read
from endogene_token.treasury.confirm.settler import Settler, Terms
from tests.town import Town

SECRET = OfficeSecret(b"\x5e" * 32)
DAY = date(2026, 10, 5)  # long enough ago for a debit to have waited its days
HOLD_DAYS = 3
ITEMS = ("D2026-000001", "D2026-000002", "D2026-000003")
AMOUNTS = (2_100, 1_050, 315)


def line(amount: int, reference: str = "", **changed: object) -> StatementLine:
    """Return a line of the bank."""
    told = {"account": "300008150123456", "booked": DAY, "currency": "CAD", "end_to_end": reference}
    return StatementLine(amount=amount, **{**told, "bank_reference": f"B{amount}", **changed})  # type: ignore[arg-type]


def lines() -> list[StatementLine]:
    """Return what the bank states: one debit by itself, two in one booking."""
    return [line(AMOUNTS[0], ITEMS[0]), line(AMOUNTS[1] + AMOUNTS[2], bank_reference="whole", parts=2)]


def take(engine: Engine, *told: StatementLine) -> Imported:
    """Import lines."""
    with changing(engine, COMMAND_LINE) as change:
        return importing.take(change, Read("csv", bytes(32), tuple(numbered(told))))


def keep(engine: Engine, *rows: SQLModel) -> None:
    """Put rows into the database."""
    with changing(engine, COMMAND_LINE) as change:
        change.session.add_all(rows)
        change.note("test", "test:rows")


def settler(
    engine: Engine, town: Town, account: LocalAccount | None = None, secret: OfficeSecret = SECRET
) -> Settler:
    """Return the treasurer's settler."""
    bookings = Bookings(Sender(town.ledger, account or town.officer))
    return Settler(engine, bookings, lambda: secret, lambda: Terms(CANADA, HOLD_DAYS))


def work(engine: Engine, town: Town) -> None:
    """Import the statement and settle until nothing moves."""
    take(engine, *lines())
    worker = settler(engine, town)
    while worker.step():
        pass


if __name__ == "__main__":
    work(open_engine(sys.argv[1]), Town(Rpc([sys.argv[2]]), Community.load(Path(sys.argv[3]))))
