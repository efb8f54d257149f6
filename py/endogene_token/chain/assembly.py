"""The assembly as a program reads it: resolutions, their state, tallies and ballots, typed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from endogene_token.ballots import AssemblyDomain, Choice
from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import Body, Charter, Kind, Majority, State, Unopened
from endogene_token.chain.views import Category

CATEGORY_BITS: Final = 84
LANE_BITS: Final = 21
SEALED: Final = 0
"""The lane of the tally for sealed ballots that nobody has opened."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The part of a charter that binds a resolution."""

    body: Body
    majority: Majority
    unopened: Unopened
    is_sealed: bool
    quorum_bps: int
    contest: int
    validity: int
    late_window: int
    opening: int
    college_bps: tuple[int, int, int]

    @classmethod
    def read(cls, values: Any) -> Self:
        """Return the terms that a contract answered."""
        return cls(Body(values[0]), Majority(values[1]), Unopened(values[2]), *values[3:9], tuple(values[9]))


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
        return cls(Kind(values[0]), *values[1:11], tuple(values[11]), *values[12:14], Terms.read(values[14]))


@dataclass(frozen=True, slots=True)
class Tally:
    """The ballots of a resolution, by category and choice; see `count`."""

    word: int

    def count(self, category: Category, choice: int) -> int:
        """Return the ballots of a category with a choice, or with `SEALED`."""
        return self.word >> (category * CATEGORY_BITS + choice * LANE_BITS) & ((1 << LANE_BITS) - 1)

    def sum(self, choice: int) -> int:
        """Return the ballots of all categories with a choice, or with `SEALED`."""
        return sum(self.count(category, choice) for category in Category)

    @property
    def turnout(self) -> int:
        """All ballots, opened or not."""
        return sum(self.sum(choice) for choice in (SEALED, *Choice))


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
        sequence, choice = self.ledger.read_all("Assembly", "ballotOf", number, member)
        return CountedBallot(sequence, Choice(choice) if choice else None) if sequence else None

    def nonce(self, member: int) -> int:
        """Return what the member's next proposal, notice or declaration carries."""
        return int(self._value("nonce", member))

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
