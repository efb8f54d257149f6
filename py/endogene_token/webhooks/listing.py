"""The list of events, page by page, out of the read model's raw logs.

A place in it is the place of a log on the chain, `<block>-<index>`: final blocks only, so that it never
moves, and a rebuilt read model has the same ones.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Self

from sqlalchemy import func, or_, select
from sqlmodel import Session

from endogene_token.errors import CursorError, EventTypeError
from endogene_token.indexer.events import Decoder, Log, Place
from endogene_token.indexer.events import Event as LedgerEvent
from endogene_token.indexer.models import Event, Till, table_of
from endogene_token.indexer.money_models import CashRequest
from endogene_token.typed_data import WORD
from endogene_token.webhooks.telling import BY_TYPE, TYPES, Happening, Reader, happening, topics

LOGS: Final = table_of(Event)
MOST: Final = 100
SCANNED: Final = 1_000
"""Logs that one page looks at: who may read few of them is told where to go on, not made to wait."""
_TEXT: Final = re.compile(r"(0|[1-9][0-9]{0,14})-(0|[1-9][0-9]{0,8})", re.ASCII)
_SHOWN: Final = 5


class Position(NamedTuple):
    """A place in the list."""

    block_number: int = 0
    log_index: int = 0

    def __str__(self) -> str:
        return f"{self.block_number}-{self.log_index}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place that `text` writes. Raises CursorError."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise CursorError(actual=text, limit="1042-3")
        return cls(*map(int, found.groups()))


class Wanted(NamedTuple):
    """What is asked for: at most `most` events of these types, after a place."""

    after: Position
    types: frozenset[str]
    most: int = MOST


class Page(NamedTuple):
    """Events in their order; `next` is where to go on, `has_more` whether there is more already."""

    items: list[Happening]
    next: Position
    has_more: bool


def wanted_types(text: str | None) -> frozenset[str]:
    """Return the types that `text` lists, all for None. Raises EventTypeError."""
    if text is None:
        return frozenset(TYPES)
    asked = frozenset(text.split(","))
    for one in sorted(asked - set(TYPES)):
        raise EventTypeError(actual=one, limit=f"{', '.join(TYPES[:_SHOWN])}, … (/v1/events/types)")
    return asked


def page(session: Session, decoder: Decoder, reader: Reader, wanted: Wanted) -> Page:
    """Return what this reader may read of what is wanted."""
    end = last(session)  # first: what comes meanwhile lies behind it, and is not passed over
    items: list[Happening] = []
    place, allowed = wanted.after, reader.audiences()
    types = frozenset(one for one in wanted.types if BY_TYPE[one].audience in allowed)
    for seen, log in enumerate(_logs(session, wanted.after, types)):
        if len(items) == wanted.most or seen == SCANNED:
            return Page(items, place, has_more=True)
        place = Position(log.place.block_number, log.place.log_index)
        event = decoder.decode(log)
        if event is not None:
            told = happening(log.place, event, merchants_of(session, event))
            if reader.may_read(told):
                items.append(told)
    # Nothing of these types is left: go on behind all there is, so that it is not looked through again.
    return Page(items, max(place, end), has_more=False)


def last(session: Session) -> Position:
    """Return the place of the last log, or the beginning."""
    order = (LOGS.c.block_number.desc(), LOGS.c.log_index.desc())
    row = session.execute(select(LOGS.c.block_number, LOGS.c.log_index).order_by(*order).limit(1)).first()
    return Position() if row is None else Position(*row)


def merchants_of(session: Session, event: LedgerEvent) -> frozenset[int]:
    """Return the merchants whose business an event is, looked up where it names but a till or a request."""
    named = [getattr(event, field, None) for field in ("merchant", "payer")]
    if getattr(event, "till", None) is not None and named[0] is None:
        till = session.get(Till, getattr(event, "till"))  # noqa: B009  # not every event has one
        named.append(None if till is None else till.merchant)
    if getattr(event, "request", None) is not None and named[0] is None:
        request = session.get(CashRequest, getattr(event, "request"))  # noqa: B009  # as above
        named.append(None if request is None else request.merchant)
    return frozenset(one for one in named if one is not None)


def _logs(session: Session, after: Position, types: frozenset[str]) -> Iterator[Log]:
    later = or_(
        LOGS.c.block_number > after.block_number,
        (LOGS.c.block_number == after.block_number) & (LOGS.c.log_index > after.log_index),
    )
    topic = func.substr(LOGS.c.topics, 1, WORD)
    order = (LOGS.c.block_number, LOGS.c.log_index)
    query = select(LOGS).where(later, topic.in_(sorted(topics(types)))).order_by(*order).limit(SCANNED + 1)
    for row in session.execute(query):
        place = Place(row.block_number, row.block_hash, row.block_time, row.transaction_hash, row.log_index)
        yield Log(place, row.address, row.topics, row.data)
