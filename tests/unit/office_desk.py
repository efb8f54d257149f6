"""An office over a fresh database whose register holds three members and two merchants, with no chain."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlmodel import Session

from endogene_token.indexer.models import Member, Merchant
from endogene_token.office import trail
from endogene_token.office.models import OFFICE, OfficeTrail
from endogene_token.office.secret import OfficeSecret
from endogene_token.store import migrate, open_engine, reading, writing
from tests.town import ALICE, BAKERY, BASILE, CHLOE, FOREVER, GROCER

ACTOR = trail.Actor("officer:0x" + "ab" * 20, "203.0.113.0/24", "6d1f5a2e-0000-4000-8000-000000000001")


class Desk:
    """What a test of the office drives."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_engine(url)
        self.secret = OfficeSecret(secrets.token_bytes(32))
        migrate(self.engine)
        with writing(self.engine) as connection, Session(connection) as session:
            for number in (ALICE, BASILE, CHLOE, BAKERY, GROCER):
                session.add(_member(number))
            for number in (BAKERY, GROCER):
                session.add(_merchant(number))
            session.flush()

    @contextmanager
    def changing(self) -> Iterator[trail.Change]:
        with trail.changing(self.engine, ACTOR) as change:
            yield change

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with reading(self.engine) as connection, Session(connection) as session:
            yield session

    def entries(self) -> list[OfficeTrail]:
        with self.reading() as session:
            return trail.page(session, 0, 10_000)

    def actions(self) -> list[str]:
        return [one.action for one in self.entries()]

    def counts(self) -> dict[str, int]:
        """Return how many rows each table of the office has."""
        with reading(self.engine) as connection:
            return {
                str(one.__tablename__): connection.execute(
                    text(f"SELECT count(*) FROM {one.__tablename__}")  # noqa: S608  # names of our own models
                ).scalar_one()
                for one in OFFICE
            }

    def written(self, folder: Path) -> bytes:
        """Return all that the database keeps: the files of SQLite, every row of the office on PostgreSQL."""
        if self.engine.dialect.name == "sqlite":
            self.engine.dispose()
            return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
        with reading(self.engine) as connection:
            rows = [
                connection.execute(text(f"SELECT * FROM {one.__tablename__}")).all()  # noqa: S608  # as above
                for one in OFFICE
            ]
        return repr(rows).encode()


def _member(number: int) -> Member:
    valid = {"valid_from": 0, "valid_until": FOREVER}
    return Member(number=number, kind=0, category=0, key=bytes([number]) * 20, balance=0, **valid)


def _merchant(number: int) -> Merchant:
    fields = ("exposure_limit", "till_cap", "owed", "prepaid", "premiums", "settled", "written_off")
    return Merchant(number=number, status=1, kind=0, netted=0, **dict.fromkeys(fields, 0))
