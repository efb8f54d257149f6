"""What a booking is: an act of the fund and what it moves between pockets, in either language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from endogene_token.i18n import mark, tr
from endogene_token.indexer.events import Place
from endogene_token.treasury.books.chart import Book, Flow, Pocket

Target: TypeAlias = Pocket | Flow


class Party(StrEnum):
    """Whom an auxiliary account is about; the letter stands before the number."""

    MERCHANT = "M"
    MEMBER = "S"  # sociétaire
    PROJECT = "P"


PARTY_NAMES: Final = {
    Party.MERCHANT: mark("Merchant {number}"),
    Party.MEMBER: mark("Member {number}"),
    Party.PROJECT: mark("Project {number}"),
}


class Auxiliary(NamedTuple):
    """A merchant, a member or a project, by number: nobody's name is in the books."""

    party: Party
    number: int

    @property
    def code(self) -> str:
        """The number of the auxiliary account."""
        return f"{self.party}{self.number}"

    def text(self, lang: str) -> str:
        """Return its name in `lang`."""
        return tr(PARTY_NAMES[self.party], lang, number=self.number)


class Move(NamedTuple):
    """An amount, in minor units: debited to a pocket or a flow, or credited when less than 0."""

    target: Target
    amount: int
    auxiliary: Auxiliary | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What an entry is about, in either language."""

    msgid: str
    params: Mapping[str, object]

    def text(self, lang: str) -> str:
        """Return the sentence in `lang`."""
        return tr(self.msgid, lang, **self.params)


@dataclass(frozen=True, slots=True)
class Booking:
    """An act and its moves, whose sum is 0; `piece_day` is that of what was signed, if it has a day."""

    book: Book
    label: Label
    moves: tuple[Move, ...]
    piece_day: date | None = None
    bank_reference: bytes = b""


class Located(NamedTuple):
    """A booking and where the chain tells of it."""

    place: Place
    booking: Booking
