"""Opens sealed ballots after closing. See {Opener}."""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlmodel import Session

from endogene_token import crash
from endogene_token.ballots import Opening, commitment, unpack
from endogene_token.chain.assembly import Assembly, CountedBallot
from endogene_token.chain.resolutions import SealedBatch, open_ballots
from endogene_token.errors import LedgerRefusal
from endogene_token.relay import ballots
from endogene_token.relay.casts import sealed_batches
from endogene_token.relay.desk import Desk
from endogene_token.relay.pauses import CLOCK_SECONDS
from endogene_token.relay.vote_models import RelayOpening, VoteState
from endogene_token.store import writing

OPENINGS_PER_STEP: Final = 1_000

log = structlog.get_logger()
Place = tuple[SealedBatch, int]
"""A batch of sealed ballots, and which of it."""


class Opener(Desk[RelayOpening]):
    """Gives the assembly the openings that are queued, batch by batch, as the sealed ballots were cast.

    What is open already is read from the chain first. An opening that fits no ballot that counts, or comes
    after the time for openings, is refused; one that comes before closing waits.
    """

    queue = "openings"

    def _waiting(self, session: Session) -> Sequence[int]:
        return ballots.openings_waiting(session)

    def _rows(self, session: Session, number: int) -> Sequence[RelayOpening]:
        return ballots.openings(session, number, OPENINGS_PER_STEP)

    def _advance(self, number: int, rows: Sequence[RelayOpening]) -> bool:
        ledger = self._ledger.at(self._ledger.head())
        standing = Assembly(ledger).ballots(number, [one.member for one in rows])
        pairs = list(zip(rows, standing, strict=True))
        opened = [row.member for row, ballot in pairs if ballot is not None and ballot.choice is not None]
        places = _places(sealed_batches(ledger, number), pairs) if len(opened) < len(rows) else {}
        misfits = [row.member for row in rows if row.member not in {*opened, *places}]
        ended = self._mark(number, opened, VoteState.DONE) + self._mark(number, misfits, VoteState.REFUSED)
        return ended > 0 or (bool(places) and self._send(number, rows, places) > 0)

    def _send(self, number: int, rows: Sequence[RelayOpening], places: dict[int, Place]) -> int:
        openings: dict[SealedBatch, list[Opening | None]] = {}
        for row in rows:
            if row.member in places:
                batch, index = places[row.member]
                openings.setdefault(batch, [None] * len(batch.words))[index] = row.opening
        calls = [open_ballots(self._ledger.community, batch, given) for batch, given in openings.items()]
        self._sender.simulate(calls[0], "pending")
        hashes = self._sender.send(calls)
        crash.point("openings.sent")
        outcomes = self._sender.outcomes(hashes)
        crash.point("openings.mined")
        opened: list[int] = []
        for outcome in outcomes:
            if isinstance(outcome, LedgerRefusal):
                raise outcome  # what the other calls opened is seen on the chain in the next step
            events = [one for one in self._sender.events(outcome) if one.name == "BallotsOpened"]
            opened += [unpack(word).member for one in events for word in one.arguments["ballots"]]
        return self._mark(number, opened, VoteState.DONE)

    def _wait_or_refuse(self, number: int, rows: Sequence[RelayOpening]) -> bool:
        resolution = Assembly(self._ledger).resolution(number)
        if max(self._clock(), self._ledger.time()) < resolution.closes_at + resolution.terms.opening:
            self._pauses.hold((self.queue, number), CLOCK_SECONDS)
            return False
        return self._mark(number, [one.member for one in rows], VoteState.REFUSED) > 0

    def _mark(self, number: int, members: Sequence[int], state: VoteState) -> int:
        if not members:
            return 0
        with writing(self._engine) as connection, Session(connection) as session:
            ended = ballots.mark_openings(session, number, members, state)
        crash.point("openings.marked")
        return ended


def _places(
    batches: Sequence[SealedBatch], pairs: Sequence[tuple[RelayOpening, CountedBallot | None]]
) -> dict[int, Place]:
    """Return where the sealed ballot of each member stands whose opening fits it."""
    wanted = {row.member: (ballot.sequence, row) for row, ballot in pairs if ballot is not None}
    found: dict[int, Place] = {}
    for batch in batches:
        for index, (word, closed) in enumerate(zip(batch.words, batch.commitments, strict=True)):
            ballot = unpack(word) if any(word) else None
            if ballot is None or ballot.member not in wanted:
                continue
            sequence, row = wanted[ballot.member]
            if ballot.sequence == sequence and commitment(row.resolution, row.member, row.opening) == closed:
                found[ballot.member] = (batch, index)
    return found
