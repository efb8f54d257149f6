"""The assembly as a program reads it: resolutions, their state, tallies and ballots, typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from endogene_token.ballots import AssemblyDomain, Choice
from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import Charter, Kind, State
from endogene_token.chain.views import Category
from endogene_token.outcome import Tally, Terms, Vote

INTEREST_DECLARED: Final = 1
"""What stands in the place of the end of a director's right once an interest was declared."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolution; before its notice only `kind`, `proposer`, `text` and `calls` (their hashes) are set."""

    kind: Kind
    proposer: int
    charter: int
    is_extended: bool
    is_annulled: bool
    is_executed: bool
    epoch: int
    record_day: int
    sealed_batches: int
    opens_at: int
    closes_at: int
    roll_sizes: tuple[int, int, int]
    text: bytes
    calls: bytes
    terms: Terms

    @classmethod
    def read(cls, values: Any) -> Self:
        """Return the resolution that the contract answered."""
        sizes, terms = tuple(values[11]), Terms.read(values[14])
        return cls(*(Kind(values[0]), *values[1:11], sizes, *values[12:14], terms))

    def vote(self, tally: Tally) -> Vote:
        """Return what `outcome` needs to say where it stands, with the ballots that `tally` counts."""
        return Vote(
            terms=self.terms,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            roll_sizes=self.roll_sizes,
            tally=tally,
            is_annulled=self.is_annulled,
            is_executed=self.is_executed,
        )


@dataclass(frozen=True, slots=True)
class CountedBallot:
    """The ballot that counts for a member; a choice None: sealed and not opened."""

    sequence: int
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class Director:
    """A seat on the board: its category, and the end of the term (seconds since 1970)."""

    category: Category
    until: int


class Assembly:
    """The views of one community's assembly, board and charter. Raises as `Ledger` does."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @cached_property
    def domain(self) -> AssemblyDomain:
        """Where the members' signatures count."""
        community = self.ledger.community
        return AssemblyDomain(community.chain_id, community.assembly)

    def count(self) -> int:
        """Return how many resolutions were ever filed: the highest number."""
        return int(self._value("resolutionCount"))

    def resolution(self, number: int) -> Resolution:
        """Return a resolution. Raises UnknownResolutionError."""
        return Resolution.read(self._value("resolution", number))

    def state(self, number: int) -> State:
        """Return where a resolution stands, by the chain's clock. Raises UnknownResolutionError."""
        return State(self._value("stateOf", number))

    def tally(self, number: int) -> Tally:
        """Return the ballots counted so far."""
        return Tally(int.from_bytes(self._value("tally", number)))

    def ballot(self, number: int, member: int) -> CountedBallot | None:
        """Return the ballot that counts for a member, or None."""
        return self.ballots(number, [member])[0]

    def ballots(self, number: int, members: Sequence[int]) -> list[CountedBallot | None]:
        """Return for each of `members` the ballot that counts, or None."""
        rows = self.ledger.read_rows([("Assembly", "ballotOf", (number, member)) for member in members])
        return [
            CountedBallot(sequence, Choice(choice) if choice else None) if sequence else None
            for sequence, choice in rows
        ]

    def nonce(self, member: int) -> int:
        """Return what the member's next proposal, notice or declaration carries."""
        return int(self._value("nonce", member))

    def right(self, number: int, member: int) -> int:
        """Return until when a director may vote on a resolution; 0: never, or `INTEREST_DECLARED`."""
        return int(self.ledger.read([("Board", "rightOf", (number, member))])[0])

    def director(self, member: int) -> Director:
        """Return a director's seat; an end of 0: never seated, or unseated."""
        category, until = self.ledger.read([("Board", "director", (member,))])[0]
        return Director(Category(category), until)

    def directors(self) -> list[int]:
        """Return the numbers of those who were seated; some terms may be over."""
        return list(self.ledger.read([("Board", "directors", ())])[0])

    def charter_version(self) -> int:
        """Return the number of the charter in force; the first is 1."""
        return int(self.ledger.read([("Rulebook", "charterVersion", ())])[0])

    def charter(self, version: int) -> Charter:
        """Return a charter. Raises UnknownRulesError."""
        return Charter.read(self.ledger.read([("Rulebook", "charter", (version,))])[0])

    def _value(self, view: str, *arguments: object) -> Any:
        return self.ledger.read([("Assembly", view, arguments)])[0]
