"""The resolutions, and the tallies of their ballots."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from endogene_token.ballots import ExecutableCall, calls_hash
from endogene_token.hexes import to_hex
from endogene_token.indexer.bulk import insert, update
from endogene_token.indexer.events import Event, Place
from endogene_token.indexer.models import table_of
from endogene_token.indexer.projections.base import Route, expect, known, on, parts
from endogene_token.indexer.projections.charters import Charters
from endogene_token.indexer.projections.colleges import Colleges
from endogene_token.indexer.vote_events import (
    InterestDeclared,
    NoticeGiven,
    ProposedCall,
    ResolutionAnnulled,
    ResolutionEvent,
    ResolutionExecuted,
    ResolutionProposed,
    SealedBallotsCast,
    VoteExtended,
)
from endogene_token.indexer.vote_models import Excused, Resolution, ResolutionTally
from endogene_token.outcome import LANES

TABLE = table_of(Resolution)
TALLIES = table_of(ResolutionTally)
EXCUSED = table_of(Excused)
ROLL: Final = ("roll_user", "roll_worker", "roll_supporting")
WEIGHTS: Final = ("user_bps", "worker_bps", "supporting_bps")
PROPOSED: Final = ("number", "proposer", "kind", "text_hash", "calls_hash", "calls", "annulment_reason")
NOT_YET: Final = {column.name: 0 for column in TABLE.columns if column.name not in PROPOSED}


class Resolutions:
    """A notice fixes everything but the ballots; from then on there is a tally."""

    def __init__(self, charters: Charters, colleges: Colleges) -> None:
        self._charters = charters
        self._colleges = colleges
        self._last = 0
        self._rows: dict[int, dict[str, Any]] = {}
        self._stored: set[int] = set()
        self._changed: set[int] = set()
        self._tallies: dict[int, dict[tuple[int, int], int]] = {}
        self._noticed: set[int] = set()
        self._counted: set[int] = set()
        self._excused: list[dict[str, int]] = []

    def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Read the resolutions that the events name, and the number of the last."""
        self._last = connection.execute(select(func.max(TABLE.c.number))).scalar_one() or 0
        named = sorted({event.resolution for event in events if isinstance(event, ResolutionEvent)})
        for some in parts(named):
            for row in connection.execute(select(TABLE).where(TABLE.c.number.in_(some))):
                self._rows[row.number] = dict(row._mapping)
            for row in connection.execute(select(TALLIES).where(TALLIES.c.resolution.in_(some))):
                counts = self._tallies.setdefault(row.resolution, {})
                counts[row.category, row.choice] = row[3]
        self._stored = set(self._rows)

    def routes(self) -> Iterable[Route]:
        """Follow the assembly."""
        return [
            on(ResolutionProposed, self._propose),
            on(NoticeGiven, self._give_notice),
            on(VoteExtended, self._extend),
            on(InterestDeclared, self._excuse),
            on(SealedBallotsCast, self._take_batch),
            on(ResolutionAnnulled, self._annul),
            on(ResolutionExecuted, self._execute),
        ]

    def epoch(self, number: int) -> int:
        """Return the roll's epoch that a noticed resolution counts by."""
        epoch: int = known(self._rows.get(number), f"resolution {number}")["epoch"]
        return epoch

    def move(self, number: int, category: int, before: int | None, after: int | None) -> None:
        """Count a ballot of a category: from one choice, or none, to another, or none."""
        counts = known(self._tallies.get(number), f"resolution {number}: tally")
        if before is not None:
            counts[category, before] -= 1
        if after is not None:
            counts[category, after] += 1
        self._counted.add(number)

    def write(self, connection: Connection) -> None:
        """Write each resolution and each tally that changed once."""
        insert(connection, TABLE, [self._rows[number] for number in sorted(self._changed - self._stored)])
        update(connection, TABLE, [self._rows[number] for number in sorted(self._changed & self._stored)])
        insert(connection, TALLIES, self._tally_rows(self._noticed))
        update(connection, TALLIES, self._tally_rows(self._counted - self._noticed))
        insert(connection, EXCUSED, self._excused)

    def _tally_rows(self, numbers: Iterable[int]) -> list[dict[str, int]]:
        return [
            {"resolution": number, "category": category, "choice": choice, "count": count}
            for number in sorted(numbers)
            for (category, choice), count in self._tallies[number].items()
        ]

    def _change(self, number: int) -> dict[str, Any]:
        self._changed.add(number)
        return known(self._rows.get(number), f"resolution {number}")

    def _propose(self, place: Place, event: ResolutionProposed) -> None:
        expect("resolutions", event.resolution, self._last + 1)
        self._last = event.resolution
        calls = [ExecutableCall(to_hex(one.target), one.data) for one in event.calls]
        proposed = {
            "number": event.resolution,
            "proposer": event.member,
            "kind": event.kind,
            "text_hash": event.text,
            "calls_hash": calls_hash(calls),
            "calls": _written(event.calls),
        }
        origin = {"block_number": place.block_number, "block_time": place.block_time}
        self._rows[event.resolution] = {**proposed, "annulment_reason": b"", **NOT_YET, **origin}
        self._rows[event.resolution]["transaction_hash"] = place.transaction_hash
        self._changed.add(event.resolution)

    def _give_notice(self, _place: Place, event: NoticeGiven) -> None:
        number = event.resolution
        row = self._change(number)
        charter = self._charters.version(event.charter)
        procedure = charter.procedures[row["kind"]]
        label = f"resolution {number}"
        expect(f"{label}: charter", event.charter, self._charters.current)
        expect(f"{label}: closing", event.closes_at, event.opens_at + procedure.voting)
        row.update(
            convener=event.member,
            charter=event.charter,
            epoch=event.epoch,
            record_day=event.record_day,
            opens_at=event.opens_at,
            closes_at=event.closes_at,
            body=int(procedure.body),
            majority=int(procedure.majority),
            unopened=int(charter.unopened),
            is_sealed=int(procedure.is_sealed),
            quorum_bps=procedure.quorum_bps,
            contest=procedure.contest,
            validity=procedure.validity,
            late_window=charter.late_window,
            opening=charter.opening,
            **dict(zip(ROLL, event.roll_sizes, strict=True)),
            **dict(zip(WEIGHTS, charter.college_bps, strict=True)),
        )
        self._tallies[number] = dict.fromkeys(LANES, 0)
        self._noticed.add(number)

    def _extend(self, _place: Place, event: VoteExtended) -> None:
        row = self._change(event.resolution)
        closes_at = row["closes_at"] + row["late_window"]
        expect(f"resolution {event.resolution}: closing", event.closes_at, closes_at)
        row.update(closes_at=closes_at, is_extended=1)

    def _excuse(self, _place: Place, event: InterestDeclared) -> None:
        row = self._change(event.resolution)
        row[ROLL[self._colleges.at_roll_call(event.member, row["epoch"])]] -= 1
        self._excused.append(event._asdict())

    def _take_batch(self, _place: Place, event: SealedBallotsCast) -> None:
        row = self._change(event.resolution)
        expect(f"resolution {event.resolution}: sealed batch", event.batch, row["sealed_batches"] + 1)
        row["sealed_batches"] = event.batch

    def _annul(self, _place: Place, event: ResolutionAnnulled) -> None:
        self._change(event.resolution).update(is_annulled=1, annulment_reason=event.reason)

    def _execute(self, _place: Place, event: ResolutionExecuted) -> None:
        self._change(event.resolution)["is_executed"] = 1


def _written(calls: Sequence[ProposedCall]) -> str:
    rows = [{"target": to_hex(one.target), "data": to_hex(one.data)} for one in calls]
    return msgspec.json.encode(rows).decode()
