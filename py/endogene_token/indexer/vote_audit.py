"""What the read model says of votes, against the chain's own views, and counted again from the events."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec
from eth_hash.auto import keccak
from sqlalchemy import Connection, RowMapping, select

from endogene_token.ballots import ExecutableCall, calls_hash
from endogene_token.chain.artifacts import Name
from endogene_token.chain.assembly import INTEREST_DECLARED, Assembly, Resolution
from endogene_token.chain.calls import Ledger, View
from endogene_token.errors import EndogeneError
from endogene_token.hexes import from_hex
from endogene_token.indexer import vote_models as models
from endogene_token.indexer.differences import Difference, Rows, each_field, rows_of
from endogene_token.indexer.events import Decoder, Log, Place
from endogene_token.indexer.events import Event as Told
from endogene_token.indexer.models import Event, table_of
from endogene_token.indexer.recount import Recount, recount
from endogene_token.indexer.votes import tallies
from endogene_token.outcome import Tally, Vote, state_at
from endogene_token.typed_data import WORD, as_word

EVENTS: Final = table_of(Event)
COUNTING: Final[tuple[Name, ...]] = ("Membership", "Assembly")
"""The contracts whose events tell who voted what, and in which college."""
MEMBERS_PER_VIEW: Final = 200
NOBODY: Final = (0, 0)


@dataclass(frozen=True, slots=True)
class ReadVotes:
    """What the read model says at one moment."""

    governance: RowMapping
    charters: Rows
    powers: Rows
    directors: Rows
    former: Rows
    resolutions: Rows
    ballots: Rows
    excused: Rows
    batches: Rows
    tallies: Mapping[int, Tally]
    recounted: Recount

    @classmethod
    def read(cls, connection: Connection, decoder: Decoder) -> Self:
        """Return what the transaction of `connection` sees."""
        [governance] = rows_of(connection, models.Governance)
        return cls(
            governance=governance,
            charters=rows_of(connection, models.CharterVersion),
            powers=rows_of(connection, models.Power),
            directors=rows_of(connection, models.Director),
            former=rows_of(connection, models.FormerCategory),
            resolutions=rows_of(connection, models.Resolution),
            ballots=rows_of(connection, models.Ballot),
            excused=rows_of(connection, models.Excused),
            batches=rows_of(connection, models.SealedBatch),
            tallies=tallies(connection),
            recounted=recount(_events(connection, decoder)),
        )


def compare_votes(model: ReadVotes, ledger: Ledger) -> Iterator[Difference]:
    """Compare by-laws, board, resolutions, tallies and ballots; `ledger` answers as of the model's block."""
    assembly = Assembly(ledger)
    yield from _governance(model, ledger)
    yield from _bylaws(model, assembly)
    yield from _directors(model, assembly)
    yield from _resolutions(model, assembly)
    yield from _ballots(model, assembly)
    yield from _colleges(model, ledger)
    yield from _batches(model, ledger)
    yield from _excused(model, ledger)


def _events(connection: Connection, decoder: Decoder) -> Iterator[Told]:
    wanted = [decoder.places[name] for name in COUNTING]
    order = (EVENTS.c.block_number, EVENTS.c.log_index)
    for row in connection.execute(select(EVENTS).where(EVENTS.c.address.in_(wanted)).order_by(*order)):
        place = Place(row.block_number, row.block_hash, row.block_time, row.transaction_hash, row.log_index)
        event = decoder.decode(Log(place, row.address, row.topics, row.data))
        if event is not None:
            yield event


def _governance(model: ReadVotes, ledger: Ledger) -> Iterator[Difference]:
    views: list[View] = [
        ("Membership", "rollEpoch", ()),
        ("CommunityFund", "pausedUntil", ()),
        ("CommunityFund", "isPauseSpent", ()),
    ]
    told = dict(zip(("roll_epoch", "paused_until", "is_pause_spent"), ledger.read(views), strict=True))
    governor = from_hex(ledger.governor())
    yield from each_field("governance", {**told, "governor": governor}, model.governance)


def _bylaws(model: ReadVotes, assembly: Assembly) -> Iterator[Difference]:
    yield Difference("charters: versions", assembly.charter_version(), len(model.charters))
    for row in model.charters:
        charter = assembly.charter(row["version"])
        told = {"profile": charter.profile, "content": msgspec.json.encode(charter).decode()}
        yield from each_field(f"charter {row['version']}", told, row)
    views: list[View] = [("Rulebook", "power", (row["target"], row["selector"])) for row in model.powers]
    for row, power in zip(model.powers, assembly.ledger.read(views), strict=True):
        told = dict(zip(("granted", "kind", "amount_word"), power, strict=True))
        yield from each_field(f"power 0x{row['target'].hex()} 0x{row['selector'].hex()}", told, row)


def _directors(model: ReadVotes, assembly: Assembly) -> Iterator[Difference]:
    rows = {row["member"]: row for row in model.directors}
    for member in sorted({*rows, *assembly.directors()}):
        told, row = assembly.director(member), rows.get(member)
        seat = (row["category"], row["until"]) if row is not None and row["seated"] == 1 else NOBODY
        yield Difference(f"director {member}", (told.category, told.until), seat)


def _resolutions(model: ReadVotes, assembly: Assembly) -> Iterator[Difference]:
    yield Difference("resolutions: count", assembly.count(), len(model.resolutions))
    now, recounted = _time(assembly.ledger), model.recounted.tallies()
    numbers = [row["number"] for row in model.resolutions]
    for number, row, chain in zip(numbers, model.resolutions, _told(assembly, numbers), strict=True):
        what, tally = f"resolution {number}", model.tallies.get(number, Tally())
        yield from each_field(what, _as_row(chain), row)
        yield from each_field(what, {"what it calls": chain.calls}, {"what it calls": _hash_of(row["calls"])})
        counted = assembly.tally(number)
        yield Difference(f"{what}: tally", counted, tally)
        yield Difference(f"{what}: tally, counted again", counted, recounted.get(number, Tally()))
        # By the chain's terms, which are compared above: those of a damaged row may be of no kind.
        sizes = (row["roll_user"], row["roll_worker"], row["roll_supporting"])
        flags = {"is_annulled": bool(row["is_annulled"]), "is_executed": bool(row["is_executed"])}
        vote = Vote(chain.terms, row["opens_at"], row["closes_at"], sizes, tally, **flags)
        yield Difference(f"{what}: state", assembly.state(number), state_at(vote, now))


def _told(assembly: Assembly, numbers: Sequence[int]) -> list[Resolution]:
    views: list[View] = [("Assembly", "resolution", (number,)) for number in numbers]
    return [Resolution.read(one) for one in assembly.ledger.read(views)]


def _as_row(told: Resolution) -> dict[str, Any]:
    """Return what the chain tells under the names of the table's columns."""
    plain = ("kind", "proposer", "charter", "epoch", "record_day", "opens_at", "closes_at", "sealed_batches")
    flags = ("is_extended", "is_annulled", "is_executed")
    terms = ("body", "majority", "unopened", "is_sealed", "quorum_bps")
    delays = ("contest", "validity", "late_window", "opening")
    colleges = ("user", "worker", "supporting")
    return {
        **{name: getattr(told, name) for name in (*plain, *flags)},
        **{name: getattr(told.terms, name) for name in (*terms, *delays)},
        **{f"roll_{name}": size for name, size in zip(colleges, told.roll_sizes, strict=True)},
        **{f"{name}_bps": bps for name, bps in zip(colleges, told.terms.college_bps, strict=True)},
        "text_hash": told.text,
        "calls_hash": told.calls,
    }


def _hash_of(calls: str) -> bytes | None:
    """Return the hash of the calls that a row tells; None when it tells none."""
    try:
        rows = msgspec.json.decode(calls, type=list[dict[str, str]])
        return calls_hash([ExecutableCall(one["target"], from_hex(one["data"])) for one in rows])
    except (EndogeneError, ValueError, KeyError):
        return None


def _ballots(model: ReadVotes, assembly: Assembly) -> Iterator[Difference]:
    cast: defaultdict[int, list[RowMapping]] = defaultdict(list)
    for row in model.ballots:
        cast[row["resolution"]].append(row)
    for number, rows in cast.items():
        chain = assembly.ballots(number, [row["member"] for row in rows])
        for row, told in zip(rows, chain, strict=True):
            fields = {"sequence": told and told.sequence, "choice": int((told and told.choice) or 0)}
            yield from each_field(f"resolution {number}: ballot {row['member']}", fields, row)
    for number, tally in model.tallies.items():
        counts = Counter((row["category"], row["choice"]) for row in cast[number])
        yield Difference(f"law: resolution {number} tally = ballots", tally, Tally.of(counts))


def _colleges(model: ReadVotes, ledger: Ledger) -> Iterator[Difference]:
    """Compare the category of each ballot, and each that a member has left, with the roll of its epoch."""
    epochs = {row["number"]: row["epoch"] for row in model.resolutions}
    by_epoch: defaultdict[int, dict[int, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in model.ballots:
        what = f"resolution {row['resolution']}: ballot {row['member']}: category"
        by_epoch[epochs.get(row["resolution"], 0)][row["member"]].append((what, row["category"]))
    for row in model.former:
        what = f"member {row['member']}: category at roll call {row['epoch']}"
        by_epoch[row["epoch"]][row["member"]].append((what, row["category"]))
    for epoch, told in by_epoch.items():
        for member, category in zip(told, _categories(ledger, list(told), epoch), strict=True):
            yield from (Difference(what, category, ours) for what, ours in told[member])


def _categories(ledger: Ledger, members: Sequence[int], epoch: int) -> Iterator[int]:
    parts = [members[start : start + MEMBERS_PER_VIEW] for start in range(0, len(members), MEMBERS_PER_VIEW)]
    views: list[View] = [
        ("Membership", "rollEntries", ([as_word(member) for member in part], epoch)) for part in parts
    ]
    return (entry[-1] for entries in ledger.read(views) for entry in entries)


def _batches(model: ReadVotes, ledger: Ledger) -> Iterator[Difference]:
    keys = [(row["resolution"], row["batch"]) for row in model.batches]
    views: list[View] = [("Assembly", "sealedBatch", key) for key in keys]
    for (number, batch), row, chain in zip(keys, model.batches, ledger.read(views), strict=True):
        what, digest = f"sealed batch {batch}", keccak(_encoded(row["words"], row["commitments"]))
        yield from each_field(f"resolution {number}", {what: chain}, {what: digest})
    taken = Counter(number for number, _ in keys)
    for row in model.resolutions:
        what = f"law: resolution {row['number']} sealed batches"
        yield Difference(what, row["sealed_batches"], taken[row["number"]])


def _encoded(*lists: bytes) -> bytes:
    """Return lists of words, each in one piece, as the ABI encodes ``(bytes32[], bytes32[])``."""
    places, place = b"", len(lists) * WORD
    for one in lists:
        places += as_word(place)
        place += WORD + len(one)
    return places + b"".join(as_word(len(one) // WORD) + one for one in lists)


def _excused(model: ReadVotes, ledger: Ledger) -> Iterable[Difference]:
    keys = [(row["resolution"], row["member"]) for row in model.excused]
    views: list[View] = [("Board", "rightOf", key) for key in keys]
    for (number, member), right in zip(keys, ledger.read(views), strict=True):
        yield Difference(f"resolution {number}: interest of {member}", right, INTEREST_DECLARED)
    yield Difference("law: interests declared", sorted(model.recounted.excused), keys)


def _time(ledger: Ledger) -> int:
    number = "latest" if ledger.block is None else hex(ledger.block)
    return int(ledger.rpc.request("eth_getBlockByNumber", [number, False])["timestamp"], 16)
