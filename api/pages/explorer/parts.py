"""What several pages of the explorer draw: bars, titles, chips, when all of it was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, select

from api.deps import Services
from api.pages.words import Words
from api.remembered import newest_event
from api.routes.health import head_or_none
from endogene_token.indexer.models import Cursor
from endogene_token.relay.vote_models import RelayText
from endogene_token.reports.masking import steady

BAR: Final = 1_000  # units of a drawing's width
THINNEST: Final = 8  # units: a part that exists is seen
KEPT: Final = "public, max-age=10"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar, `start` and `width` in units of the drawing, and what it says."""

    name: str
    label: str
    told: str
    start: int
    width: int


def bar(parts: Sequence[tuple[str, str, str, int]]) -> list[Segment]:
    """Return the parts (name, label, what is told, amount) as the segments of a bar that they fill."""
    found, start = [], 0
    for (name, label, told, _), width in zip(parts, widths([one[3] for one in parts]), strict=True):
        found.append(Segment(name, label, told, start, width))
        start += width
    return found


def widths(amounts: list[int]) -> list[int]:
    """Return widths, in proportion, that fill the bar: 0 for nothing, at least `THINNEST` for anything."""
    total = sum(amounts)
    if total <= 0:
        return [0] * len(amounts)
    found = [0 if one <= 0 else max(THINNEST, one * BAR // total) for one in amounts]
    largest = max(range(len(found)), key=found.__getitem__)
    found[largest] += BAR - sum(found)
    return found


def people(words: Words, count: int) -> str:
    """Return how many people, or merchants, there are, as the public is told."""
    told = steady(count)
    return words.tr("at least {count}", count=words.number(told)) if told else words.tr("fewer than 5")


def title_and_text(session: Session, text_hash: bytes, instead: str) -> tuple[str, list[str]]:
    """Return the title and the paragraphs of the text of a hash: see `titled`."""
    found = session.get(RelayText, text_hash)
    return titled(None if found is None else found.text, instead)


def titled(text: str | None, instead: str) -> tuple[str, list[str]]:
    """Return the first line of a text, and its other paragraphs; `instead` of one that is not kept here."""
    lines = [] if text is None else text.strip().split("\n\n")
    if not lines:
        return instead, []
    first, _, rest = lines[0].partition("\n")
    return first, [one for one in (rest.strip(), *lines[1:]) if one]


def read_until(app: Services, session: Session, words: Words) -> Mapping[str, object]:
    """Return until when the pages were read: what every foot tells."""
    block = session.exec(select(Cursor.block_number)).first()
    last = newest_event(session)
    head = head_or_none(app.ledger)
    at = None if last is None else words.at(last.block_time)
    return {
        "as_of": None if at is None else words.moment(at),
        "as_of_iso": None if at is None else at.isoformat(),
        "block": None if block is None else words.number(block),
        "head": None if head is None else words.number(head),
        "behind": None if head is None or block is None else max(0, head - block),
    }
