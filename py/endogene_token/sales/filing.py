"""Long files of sales: kept as they came, then taken in blocks by a worker, which tells how far it has come.

    begin ── sale_upload + sale_unfinished ── Filing ── a block of sales and its count, in one transaction

Killed between two blocks, another worker goes on with the next one; nothing is taken or counted twice.
See `docs/decisions/0032-long-work.md`.
"""

import hashlib
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import ColumnElement, CursorResult, Engine
from sqlmodel import Session, and_, col, delete, select, update

from endogene_token.errors import (
    FilesWaitingError,
    GuessingError,
    InputError,
    NotHostedError,
    StoreError,
    UnknownCardError,
    UnknownPhoneError,
)
from endogene_token.office import trail
from endogene_token.office.sealed import seal, unseal
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.office.trail import Actor
from endogene_token.sales.backlog import LATE_SECONDS, give_up, note_upload, under_way
from endogene_token.sales.buyers import Buyer
from endogene_token.sales.csv_upload import KIND, Columns, rows
from endogene_token.sales.deliveries import (
    MOST_ERRORS,
    ROWS_AT_ONCE,
    Desk,
    Finder,
    Known,
    Refused,
    Row,
    Taken,
    keep_block,
    refusals,
    sells,
    write_refusals,
)
from endogene_token.sales.intake import Admitted
from endogene_token.sales.models import SaleUnfinished, SaleUpload
from endogene_token.sales.tills import hosted
from endogene_token.store import reading, writing

GIVEN_UP_SECONDS: Final = 86_400  # of tries in vain: nobody's cards wait here for nothing
MOST_FILES: Final = 5  # of a merchant at once: the days of a week, or a few months brought together
IDLE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 30.0
NEVER: Final = threading.Event()
log = structlog.get_logger()


def begin(desk: Desk, secret: OfficeSecret, content: bytes, said: Columns, lines: int) -> int:
    """Keep a file of `lines` lines to be taken; return the number of its upload.

    The same file, read in the same way and still under way, is not begun again. Raises NotHostedError for a
    till that was given up meanwhile, FilesWaitingError.
    """
    columns, digest = msgspec.json.encode(said).decode(), hashlib.sha256(content).digest()
    own = (
        *(SaleUpload.merchant == desk.merchant, SaleUpload.till == desk.till, SaleUpload.digest == digest),
        *(SaleUnfinished.upload == SaleUpload.id, SaleUnfinished.columns == columns),
    )
    with writing(desk.engine) as connection, Session(connection) as session:
        trail.lock(session)
        found = session.exec(select(SaleUpload.id).where(*own)).first()
        if found is not None:
            return found
        hosted(session, desk.merchant, desk.till)
        waiting = len(under_way(session, desk.merchant))
        if waiting >= MOST_FILES:
            raise FilesWaitingError(actual=waiting, limit=MOST_FILES)
        upload = SaleUpload(
            merchant=desk.merchant,
            till=desk.till,
            kind=KIND,
            digest=digest,
            rows=lines,
            **dict.fromkeys(("added", "again", "refused"), 0),
            errors=write_refusals([]),
            received_at=int(time.time()),
        )
        session.add(upload)
        session.flush()
        number, who = upload.id or 0, desk.actor
        sealed = seal(secret, Purpose.SALES, _place(number), zlib.compress(content))
        by: dict[str, Any] = {"who": who.who, "place": who.where, "request": who.request}
        session.add(SaleUnfinished(upload=number, content=sealed, columns=columns, **by))
        session.flush()
        return number


class _OvertakenError(Exception):
    """Another worker has gone on with the file: what this one holds of it comes to nothing."""


class Filing:
    """Takes long files, one at a time, of one merchant after the other.

    A file is a worker's for `LATE_SECONDS` after each block: one that was killed leaves its file to another.
    A block counts only where the one before it ended: a worker that sleeps and comes back changes nothing.
    """

    def __init__(
        self,
        engine: Engine,
        currency: str,
        secret: Callable[[], OfficeSecret],
        desk_of: Callable[[SaleUpload, Actor], Desk],
    ) -> None:
        """Take the files of `engine`; `desk_of` gives the desk that a file was brought to."""
        self._engine = engine
        self._currency = currency
        self._secret = secret
        self._desk_of = desk_of
        self._served: dict[int, int] = {}
        self._turns = count(1)

    def run(self, stop: threading.Event) -> None:
        """Take files until `stop` is set; a database that does not answer is waited for."""
        failures = 0
        while not stop.is_set():
            try:
                is_moving = self.step(stop)
                failures = 0
            except StoreError as error:
                is_moving, failures = False, failures + 1
                log.warning("files of sales wait", error=str(error), failures=failures)
            if not is_moving:
                stop.wait(min(IDLE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS))

    def step(self, stop: threading.Event = NEVER) -> bool:
        """Take one file to its end, or until `stop` is set; return whether there was one."""
        found = self._claimed()
        if found is None:
            return False
        try:
            self._take(*found, stop)
        except Exception as error:  # of ours: the other files go on, and this one is tried again
            if not isinstance(error, StoreError):
                log.exception("file of sales stopped", upload=found[0].upload)
            self._failed(found[0].upload)
            if isinstance(error, StoreError):
                raise
        return True

    def _claimed(self) -> tuple[SaleUnfinished, SaleUpload] | None:
        """Return a file that nobody has: of the merchant served the longest ago, the oldest first."""
        now = int(time.time())
        is_free = and_(SaleUnfinished.beat < now - LATE_SECONDS, SaleUnfinished.waits_until <= now)
        with reading(self._engine) as connection, Session(connection) as session:
            own = SaleUnfinished.upload == SaleUpload.id
            queue = session.exec(select(SaleUpload.merchant, SaleUnfinished.upload).where(own, is_free)).all()
        for merchant, number in sorted(queue, key=lambda one: (self._served.get(one[0], 0), one[1])):
            found = self._claim(number, is_free)
            if found is not None:
                self._served[merchant] = next(self._turns)
                return found
        return None

    def _claim(self, number: int, is_free: ColumnElement[bool]) -> tuple[SaleUnfinished, SaleUpload] | None:
        with writing(self._engine) as connection, Session(connection, expire_on_commit=False) as session:
            own = (SaleUnfinished.upload == SaleUpload.id, SaleUnfinished.upload == number)
            query = select(SaleUnfinished, SaleUpload).where(*own, is_free)
            found = session.exec(query.with_for_update(skip_locked=True)).first()
            if found is None:
                return None
            found[0].beat = int(time.time())
            session.add(found[0])
            session.flush()
            session.expunge_all()
        return found[0], found[1]

    def _take(self, left: SaleUnfinished, upload: SaleUpload, stop: threading.Event) -> None:
        desk = self._desk_of(upload, Actor(left.who, left.place, left.request))
        content = zlib.decompress(unseal(self._secret(), Purpose.SALES, _place(left.upload), left.content))
        said = msgspec.json.decode(left.columns, type=Columns)
        # Purchases first: a file may list the latest first. The order is the file's own, whoever goes on.
        given = sorted(rows(content, said, self._currency), key=lambda one: not sells(one))
        finder = Finder(desk, _sought(given, upload))
        for start in range(left.done, len(given), ROWS_AT_ONCE):
            if stop.is_set():
                self._leave(left.upload)
                return
            block, until = _answered(finder.known(given[start : start + ROWS_AT_ONCE]))
            try:
                keep_block(desk, block, _Count(left.upload, start, desk.actor, until))
            except (_OvertakenError, NotHostedError):
                return
            if until:
                return

    def _failed(self, number: int) -> None:
        """Note that a try came to nothing; a file of which nothing could be taken for a day is given up.

        The day runs from its first failure, so that no time counts in which nobody tried.
        """
        now = int(time.time())
        with writing(self._engine) as connection, Session(connection) as session:
            trail.lock(session)
            left, upload = session.get(SaleUnfinished, number), session.get(SaleUpload, number)
            if left is None or upload is None:
                return
            left.failing_since = left.failing_since or now
            if left.failing_since < now - GIVEN_UP_SECONDS:
                give_up(session, upload, Actor(left.who, left.place, left.request))
            session.flush()

    def _leave(self, upload: int) -> None:
        """Leave a file to whoever comes next, at once."""
        with writing(self._engine) as connection, Session(connection) as session:
            session.exec(update(SaleUnfinished).where(col(SaleUnfinished.upload) == upload).values(beat=0))


@dataclass(frozen=True, slots=True)
class _Count:
    """Counts a block with its sales, in their transaction. `start`: how many rows came before it.

    `until`: when the next one may be tried; 0: at once.
    """

    upload: int
    start: int
    actor: Actor
    until: int

    def __call__(self, session: Session, taken: Sequence[Taken]) -> None:
        """Raise _OvertakenError when the block before this one is not the last that was counted."""
        end, now = self.start + len(taken), int(time.time())
        own = (col(SaleUnfinished.upload) == self.upload, col(SaleUnfinished.done) == self.start)
        moved: CursorResult[object] = session.exec(
            update(SaleUnfinished)
            .where(*own)
            .values(done=end, beat=0 if self.until else now, waits_until=self.until, failing_since=0)
        )
        upload = session.get(SaleUpload, self.upload)
        if moved.rowcount != 1 or upload is None:
            raise _OvertakenError
        refused = [one for one in taken if isinstance(one, Refused)]
        added = sum(1 for one in taken if isinstance(one, Admitted) and one.is_new)
        upload.added += added
        upload.refused += len(refused)
        upload.again += len(taken) - added - len(refused)
        kept = refusals(upload)
        if len(kept) < MOST_ERRORS:
            upload.errors = write_refusals(sorted([*kept, *refused], key=lambda one: one.line))
        session.add(upload)
        if end == upload.rows:
            session.exec(delete(SaleUnfinished).where(col(SaleUnfinished.upload) == self.upload))
            note_upload(session, self.actor, upload)


def _sought(given: Sequence[Row | Refused], upload: SaleUpload) -> dict[Buyer, InputError]:
    """Return the buyers whom a worker before this one sought in vain: each unknown number costs one guess."""
    told = {one.line: one.error for one in refusals(upload)}
    found: dict[Buyer, InputError] = {}
    for one in given:
        error = told.get(one.line)
        if isinstance(one, Row) and isinstance(error, UnknownCardError | UnknownPhoneError):
            found[one.buyer] = error
    return found


def _answered(block: Sequence[Known | Refused]) -> tuple[Sequence[Known | Refused], int]:
    """Return the rows before the first whose buyer cannot be sought now, and when he can be; 0: all were."""
    for at, one in enumerate(block):
        if isinstance(one, Refused) and isinstance(one.error, GuessingError):
            return block[:at], int(time.time()) + int(str(one.error.actual))
    return block, 0


def _place(upload: int) -> bytes:
    return f"upload:{upload}".encode()
