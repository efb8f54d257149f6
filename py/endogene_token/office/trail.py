"""The trail: every change made through the office, the API or a command, in order, for good.

    with changing(engine, actor) as change:
        change.session.add(…)
        change.note("card.issued", "member:12/card:3")

Each entry holds the hash of the one before it, so that an entry altered, left out or put in later is found;
the triggers of the database refuse UPDATE and DELETE to begin with. Who can do everything in the database
could still write a whole new trail: a head that was kept elsewhere (`verify` takes it) shows that.

Appends are serialised: SQLite has one writer; PostgreSQL takes a lock until the commit.
"""

import hashlib
import ipaddress
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Engine, text
from sqlmodel import Session, col, select

from endogene_token.errors import CardNumberError
from endogene_token.office.card_numbers import read_number
from endogene_token.office.models import OfficeTrail
from endogene_token.store import is_sqlite, writing

GENESIS: Final = bytes(32)
LOCK: Final = 0x7472_6169_6C  # "trail", of PostgreSQL's advisory locks
COMMAND: Final = "cli"
OPERATOR: Final = "operator"
V4_PREFIX: Final = 24  # bits of an address that are kept: a neighbourhood, not a household
V6_PREFIX: Final = 48

Public = int | bool | str | Sequence[str] | None
_DOMAIN: Final = b"endogene trail v1\n"
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/@+-]{0,119}")
_CHUNK: Final = 1000
_SUSPECT: Final = re.compile(
    r"\+[0-9][0-9 .-]{6,}|\b[0-9]{3}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}\b"  # telephone numbers
    r"|ek_(?:live|test)_|\S@\S|endogene:card:",
    re.IGNORECASE,
)
_CARD_LIKE: Final = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z]{4}[- ]?){4}[0-9A-Z](?![0-9A-Z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: `key:<id>`, `officer:0x…`, `member:<n>`, `till:<n>`, `operator` (a command).

    `where` is a network prefix or `cli`; `request` the id of the request, or empty.
    """

    who: str
    where: str
    request: str = ""


COMMAND_LINE: Final = Actor(OPERATOR, COMMAND)


@dataclass(frozen=True, slots=True)
class Followed:
    """How a trail was found: its entries, its head, and the number of the first broken one, or None."""

    entries: int
    head: bytes
    broken: int | None


class Change:
    """A change of state under way: its session, and the entries that tell it."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session = session
        self.actor = actor
        self.noted = 0

    def note(self, action: str, subject: str, **params: Public) -> OfficeTrail:
        """Append an entry about this change. Raises ValueError for what does not belong into a trail."""
        self.noted += 1
        return append(self.session, self.actor, action, subject, params)


@contextmanager
def changing(engine: Engine, actor: Actor) -> Iterator[Change]:
    """Open a transaction that changes something; it commits only with an entry of the trail.

    Changes take turns from their beginning: what one reads stands until its commit.
    """
    with writing(engine) as connection, Session(connection, expire_on_commit=False) as session:
        lock(session)
        change = Change(session, actor)
        yield change
        session.flush()
        if change.noted == 0:
            raise RuntimeError("a change without an entry in the trail")


def lock(session: Session) -> None:
    """Wait for the turn to append; it lasts until the end of the transaction. Take it before other locks."""
    engine = session.connection().engine
    if not is_sqlite(engine):  # there, the transaction of `writing` holds the only lock already
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def append(
    session: Session, actor: Actor, action: str, subject: str, params: Mapping[str, Public]
) -> OfficeTrail:
    """Append an entry within the caller's transaction, one of `store.writing`, and return it.

    `params` are public: numbers, words, hashes; nothing personal, nothing secret. Raises ValueError.
    """
    lock(session)
    last = session.exec(select(OfficeTrail).order_by(col(OfficeTrail.number).desc()).limit(1)).first()
    row = OfficeTrail(
        number=1 if last is None else last.number + 1,
        at=int(time.time()),
        who=_plain(actor.who),
        action=_plain(action),
        subject=_plain(subject),
        params=_public(params),
        origin=_plain(actor.where),
        request=actor.request and _plain(actor.request),
        previous=GENESIS if last is None else last.hash,
        hash=b"",
    )
    row.hash = entry_hash(row)
    session.add(row)
    session.flush()
    return row


def entry_hash(row: OfficeTrail) -> bytes:
    """Return the hash of all that an entry says, the hash before it included."""
    said = (
        *(row.number, row.at, row.who, row.action, row.subject, row.params, row.origin, row.request),
        row.previous.hex(),
    )
    return hashlib.sha256(_DOMAIN + _canonical(said)).digest()


def verify(session: Session, known: bytes | None = None) -> Followed:
    """Follow the whole trail. `known`: a head that was kept elsewhere, which must be on it.

    When `known` is missing, what is broken is the entry after the last one.
    """
    count, head, is_met = 0, GENESIS, known in {None, GENESIS}
    for row in _rows(session):
        if row.number != count + 1 or row.previous != head or row.hash != entry_hash(row):
            return Followed(count, head, count + 1)
        count, head = row.number, row.hash
        is_met = is_met or head == known
    return Followed(count, head, None if is_met else count + 1)


def page(session: Session, after: int, limit: int, subject: str | None = None) -> list[OfficeTrail]:
    """Return `limit` entries after a number; only those about `subject` and its parts, if one is given."""
    query = select(OfficeTrail).where(OfficeTrail.number > after, *_about(subject))
    return list(session.exec(query.order_by(col(OfficeTrail.number)).limit(limit)))


def newest(session: Session, before: int, limit: int, subject: str | None = None) -> list[OfficeTrail]:
    """Return `limit` entries before a number, the newest first; of one subject as `page` does."""
    query = select(OfficeTrail).where(OfficeTrail.number < before, *_about(subject))
    return list(session.exec(query.order_by(col(OfficeTrail.number).desc()).limit(limit)))


def _about(subject: str | None) -> tuple[ColumnElement[bool], ...]:
    if subject is None:
        return ()
    # As a range, which the index has in a row. "0" is the character after "/": member:70 lies past member:7.
    named = col(OfficeTrail.subject)
    return (named >= subject, named < f"{subject}0", (named == subject) | (named >= f"{subject}/"))


def network(host: str | None) -> str:
    """Return the network that an address lies in: /24 of IPv4, /48 of IPv6; `unknown` for no address."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])  # without the scope of a link
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = V4_PREFIX if address.version == 4 else V6_PREFIX
    found = str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
    return f"0{found}" if found.startswith(":") else found  # as a word of the trail begins


def _rows(session: Session) -> Iterator[OfficeTrail]:
    last = 0
    while rows := page(session, last, _CHUNK):
        yield from rows
        last = rows[-1].number
        session.expunge_all()  # a trail of years does not stay in memory


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _plain(word: str) -> str:
    if not _PLAIN.fullmatch(word) or _is_personal(word):
        raise ValueError("not a word of a trail")  # without the word: it may be what must not be written
    return word


def _public(params: Mapping[str, Public]) -> str:
    written = _canonical(dict(params)).decode()
    for value in params.values():
        words = [value] if isinstance(value, str) else value if isinstance(value, Sequence) else []
        if any(map(_is_personal, words)):
            raise ValueError("personal or secret")
    return written


def _is_personal(word: str) -> bool:
    """Return whether a word looks like a card or telephone number, a key of the API or an address of mail.

    The last line, behind callers who know what they write: it need not see through a disguise.
    """
    return bool(_SUSPECT.search(word)) or any(map(_is_card, _CARD_LIKE.findall(word)))


def _is_card(word: str) -> bool:
    try:
        return not read_number(word).isdigit()  # a long number is more likely a receipt's
    except CardNumberError:
        return False
