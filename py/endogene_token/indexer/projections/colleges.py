"""The category in which a member votes: the one in which it stood when the notice was given."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from endogene_token.indexer.bulk import insert
from endogene_token.indexer.events import CategoryChanged, Event, MemberAdmitted, Place
from endogene_token.indexer.models import Member, table_of
from endogene_token.indexer.projections.base import Route, known, on, parts
from endogene_token.indexer.projections.governance import Governing
from endogene_token.indexer.vote_events import BallotEvent, InterestDeclared, words
from endogene_token.indexer.vote_models import FormerCategory

TABLE = table_of(FormerCategory)
MEMBERS = table_of(Member)


class Colleges:
    """The categories of the members that vote or change, now and at each roll call before a change.

    As in Roll.sol: a change after a roll call leaves what stood there in place.
    """

    def __init__(self, governing: Governing) -> None:
        self._governing = governing
        self._now: dict[int, int] = {}
        self._former: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._new: list[dict[str, int]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the categories of the members that the events name."""
        for some in parts(sorted(_named(events))):
            of_members = select(MEMBERS.c.number, MEMBERS.c.category).where(MEMBERS.c.number.in_(some))
            self._now.update((number, category) for number, category in connection.execute(of_members))
            for row in connection.execute(select(TABLE).where(TABLE.c.member.in_(some))):
                self._former[row.member][row.epoch] = row.category

    def routes(self) -> Iterable[Route]:
        """Follow the register."""
        return [on(MemberAdmitted, self._admit), on(CategoryChanged, self._change)]

    def at_roll_call(self, member: int, epoch: int) -> int:
        """Return the category of a member at the roll call that closed `epoch`."""
        since = [one for one in self._former[member] if one >= epoch]
        if since:
            return self._former[member][min(since)]
        return known(self._now.get(member), f"member {member}")

    def write(self, connection: Connection) -> None:
        """Add the categories that roll calls have seen and members have left."""
        insert(connection, TABLE, self._new)

    def _admit(self, _place: Place, event: MemberAdmitted) -> None:
        self._now[event.member] = event.category

    def _change(self, _place: Place, event: CategoryChanged) -> None:
        before = known(self._now.get(event.member), f"member {event.member}")
        last_closed = self._governing.epoch - 1
        if last_closed >= 0 and last_closed not in self._former[event.member]:
            self._former[event.member][last_closed] = before
            self._new.append({"member": event.member, "epoch": last_closed, "category": before})
        self._now[event.member] = event.category


def _named(events: Sequence[Event]) -> set[int]:
    named: set[int] = set()
    for event in events:
        if isinstance(event, BallotEvent):
            named.update(word.member for word in words(event.ballots))
        elif isinstance(event, CategoryChanged | InterestDeclared):
            named.add(event.member)
    return named
