"""Brings ballots to the assembly. See {Caster}."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
from sqlmodel import Session

from endogene_token import crash
from endogene_token.chain.assembly import Assembly, CountedBallot, Resolution
from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import State
from endogene_token.chain.resolutions import ADDRESS_SIGNATURE, cast_ballots
from endogene_token.chain.sender import Receipt
from endogene_token.errors import EndogeneError, LedgerRefusal, WrongStateError
from endogene_token.hexes import from_hex
from endogene_token.reasons import BallotRefusal
from endogene_token.relay import ballots
from endogene_token.relay.ballots import Fate
from endogene_token.relay.casts import casts
from endogene_token.relay.desk import Desk
from endogene_token.relay.pauses import CLOCK_SECONDS
from endogene_token.relay.vote_models import RelayBallot
from endogene_token.store import writing

BALLOTS_PER_CALL: Final = 200
LONG_PER_CALL: Final = 50  # passkeys and wallets: ten times the gas

log = structlog.get_logger()


class Caster(Desk[RelayBallot]):
    """Casts what is queued: for each resolution by ascending members, of each the highest sequence.

    What became of a ballot is read from the chain: before it casts, it looks which ballot counts for each
    member, so that killed anywhere it goes on, and two casters only do each other's work. A ballot of a vote
    that has not begun waits. One that the assembly refuses, or that comes after closing, is refused with its
    reason; one whose member has a later ballot on the chain is stale.
    """

    queue = "ballots"

    def _waiting(self, session: Session) -> Sequence[int]:
        return ballots.resolutions_waiting(session)

    def _rows(self, session: Session, number: int) -> Sequence[RelayBallot]:
        return ballots.waiting(session, number, BALLOTS_PER_CALL)

    def _advance(self, number: int, rows: Sequence[RelayBallot]) -> bool:
        # One block for all that is read: a node that lags behind another must not make a ballot look absent.
        ledger = self._ledger.at(self._ledger.head())
        assembly = Assembly(ledger)
        resolution = assembly.resolution(number)
        fates, left = _looked_up(ledger, rows, assembly.ballots(number, [one.member for one in rows]))
        wrong = [one for one in left if (one.commitment is not None) != resolution.terms.is_sealed]
        fates += [_refused(one, BallotRefusal.MALFORMED) for one in wrong]
        ended = self._mark(number, fates)
        left = _fitting([one for one in left if one not in wrong])
        return ended > 0 or (bool(left) and self._send(number, resolution, left) > 0)

    def _send(self, number: int, resolution: Resolution, rows: Sequence[RelayBallot]) -> int:
        """Cast `rows` in one call; return how many ended."""
        call = cast_ballots(self._ledger.community, [one.signed(resolution.text) for one in rows])
        self._sender.simulate(call, "pending")
        crash.point("ballots.simulated")
        hashes = self._sender.send([call])
        crash.point("ballots.sent")
        [receipt] = self._sender.outcomes(hashes)
        crash.point("ballots.mined")
        if isinstance(receipt, LedgerRefusal):
            raise receipt
        return self._mark(number, self._told(receipt, rows))

    def _told(self, receipt: Receipt, rows: Sequence[RelayBallot]) -> list[Fate]:
        """Return what the receipt tells. A stale one is left: another caster may have cast it just before."""
        reasons = {
            event.arguments["member"]: event.arguments["reason"]
            for event in self._sender.events(receipt)
            if event.name == "BallotRefused"
        }
        transaction = from_hex(receipt.transaction)
        return [
            _refused(one, reasons[one.member])
            if one.member in reasons
            else Fate(one.member, one.sequence, transaction)
            for one in rows
            if reasons.get(one.member) != BallotRefusal.STALE_SEQUENCE
        ]

    def _wait_or_refuse(self, number: int, rows: Sequence[RelayBallot]) -> bool:
        resolution = Assembly(self._ledger).resolution(number)
        if not resolution.closes_at or max(self._clock(), self._ledger.time()) < resolution.closes_at:
            self._pauses.hold((self.queue, number), CLOCK_SECONDS)
            return False
        closed = WrongStateError(
            resolution=number, actual=State.CLOSED.name.lower(), limit=State.OPEN.name.lower()
        )
        log.warning("ballots came too late", resolution=number, ballots=len(rows))
        return self._mark(number, [Fate(one.member, one.sequence, refusal=closed) for one in rows]) > 0

    def _mark(self, number: int, fates: Iterable[Fate]) -> int:
        known = list(fates)
        if not known:
            return 0
        with self._marking() as session:
            return ballots.mark(session, number, known)

    @contextmanager
    def _marking(self) -> Iterator[Session]:
        with writing(self._engine) as connection, Session(connection) as session:
            yield session
            crash.point("ballots.marked")
        crash.point("ballots.committed")


def _looked_up(
    ledger: Ledger, rows: Sequence[RelayBallot], standing: Sequence[CountedBallot | None]
) -> tuple[list[Fate], list[RelayBallot]]:
    """Return what the chain says already of `rows`, and those that it does not have yet."""
    ahead = [(one, counted.sequence if counted else 0) for one, counted in zip(rows, standing, strict=True)]
    left = [one for one, sequence in ahead if sequence < one.sequence]
    same = [one for one, sequence in ahead if sequence == one.sequence]
    fates = [
        _refused(one, BallotRefusal.STALE_SEQUENCE) for one, sequence in ahead if sequence > one.sequence
    ]
    if same:
        found = casts(ledger, same[0].resolution, {one.member: one.sequence for one in same})
        for one in same:
            cast = found.get(one.member)
            if cast is not None and (cast.choice, cast.commitment) == (one.choice, one.commitment):
                fates.append(Fate(one.member, one.sequence, cast.transaction))
            else:
                fates.append(_refused(one, BallotRefusal.STALE_SEQUENCE))
    return fates, left


def _refused(row: RelayBallot, reason: int) -> Fate:
    refusal: EndogeneError = ballots.refused(reason)
    return Fate(row.member, row.sequence, refusal=refusal)


def _fitting(rows: Sequence[RelayBallot]) -> list[RelayBallot]:
    """Return the first of `rows`, as many as one call has gas for."""
    found: list[RelayBallot] = []
    long = 0
    for one in rows:
        long += len(one.signature) > ADDRESS_SIGNATURE
        if long > LONG_PER_CALL:
            break
        found.append(one)
    return found
