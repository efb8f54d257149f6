"""The members and their credits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import (
    CategoryChanged,
    Event,
    KeyRotated,
    MemberAdmitted,
    Place,
    ValidityChanged,
)
from endogene_token.indexer.models import Member, table_of
from endogene_token.indexer.projections.base import Route, known, on

TABLE = table_of(Member)
EDITS: Final = (ValidityChanged, CategoryChanged, KeyRotated)


class Members:
    """The register; a range writes each member's credits once, however many purchases it holds."""

    def __init__(self) -> None:
        self.credited: defaultdict[int, int] = defaultdict(int)
        """What each member's balance gains, in minor units; less than 0 where refunds passed purchases."""
        self._new: dict[int, dict[str, Any]] = {}
        self._edited: dict[int, dict[str, Any]] = {}

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the members that the events edit."""
        for number in sorted({event.member for event in events if isinstance(event, EDITS)}):
            row = connection.execute(select(TABLE).where(TABLE.c.number == number)).one_or_none()
            if row is not None:
                self._edited[number] = {**row._mapping}
                del self._edited[number]["balance"]

    def routes(self) -> Iterable[Route]:
        """Follow the register."""
        return [
            on(MemberAdmitted, self._admit),
            on(ValidityChanged, lambda _place, event: self._edit(event, "valid_from", "valid_until")),
            on(CategoryChanged, lambda _place, event: self._edit(event, "category")),
            on(KeyRotated, lambda _place, event: self._edit(event, "key")),
        ]

    def write(self, connection: Connection) -> None:
        """Add the new members, write the edited ones, then add the credits."""
        insert(connection, TABLE, list(self._new.values()))
        update(connection, TABLE, list(self._edited.values()))
        changes = [(member, credit) for member, credit in sorted(self.credited.items()) if credit]
        rows = [{"number": member, "balance": credit} for member, credit in changes]
        update(connection, TABLE, rows, adding=True)

    def _admit(self, _place: Place, event: MemberAdmitted) -> None:
        row = event._asdict()
        self._new[event.member] = {"number": row.pop("member"), **row, "balance": 0}

    def _edit(self, event: ValidityChanged | CategoryChanged | KeyRotated, *fields: str) -> None:
        row = self._new.get(event.member) or self._edited.get(event.member)
        changes = {name: getattr(event, name) for name in fields}
        known(row, f"member {event.member}").update(changes)
