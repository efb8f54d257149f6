"""The chain as the indexer reads it: ranges of final blocks, each bound to the one before it.

Invariant: the parent of a range's first block is the last block of the range before. The hash of a range's
last block is the same before and after its logs are read, so that all of them belong to one history.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from endogene_token.chain.deployment import Community
from endogene_token.chain.rpc import Rpc, RpcCall
from endogene_token.errors import (
    BrokenParentHashError,
    NodeAnswerError,
    NodeUnavailableError,
    NotDeployedError,
)
from endogene_token.hexes import from_hex
from endogene_token.indexer.events import Log, Place
from endogene_token.indexer.pace import Pace

HEADERS_PER_REQUEST: Final = 200


class Position(NamedTuple):
    """A block; in the cursor, the last one that the read model holds."""

    number: int
    hash: bytes


class Range(NamedTuple):
    """The logs of the blocks up to `last`, in their order."""

    last: Position
    logs: list[Log]


class Header(msgspec.Struct, rename="camel"):
    """What we use of a block; hexadecimal, as the node writes it."""

    number: str
    hash: str
    parent_hash: str
    timestamp: str


class RawLog(msgspec.Struct, rename="camel"):
    """A log as the node writes it. Not every node tells the time of the block."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    log_index: str
    block_timestamp: str | None = None
    removed: bool = False


class Failure(msgspec.Struct):
    """The `error` of an answer."""

    message: str = ""


class Answer(msgspec.Struct):
    """What eth_getLogs answers."""

    result: list[RawLog] | None = None
    error: Failure | None = None


ANSWERS: Final = msgspec.json.Decoder(Answer)


class Source:
    """Reads the logs of `addresses`."""

    def __init__(self, rpc: Rpc, addresses: Sequence[str], confirmations: int, pace: Pace) -> None:
        """Stay `confirmations` blocks behind the head: 0 where blocks are final at once."""
        self._rpc = rpc
        self._addresses = list(addresses)
        self._confirmations = confirmations
        self._pace = pace
        self.final = 0
        """The last final block, as of the last reading."""

    def read(self, after: Position, until: int | None = None) -> Range | None:
        """Return the next range after a block, not past `until`; None when there is nothing to read yet.

        Raises BrokenParentHashError when `after` is no longer a block of the chain, NodeUnavailableError, and
        NodeAnswerError when not even one block can be read.
        """
        self._look(after)
        final = self.final if until is None else min(self.final, until)
        if final <= after.number:
            return None
        while True:
            last = min(after.number + self._pace.blocks, final)
            asked = last - after.number
            try:
                return self._range(after.number + 1, last)
            except NodeUnavailableError:
                self._pace.failed(asked)  # it may have been too much to answer in time
                raise
            except NodeAnswerError:
                if not self._pace.failed(asked):
                    raise

    def _look(self, after: Position) -> None:
        """Find the final block, and check that the chain still goes on from `after`."""
        wanted: list[RpcCall] = [
            ("eth_blockNumber", []),
            _header_call(after.number),
            _header_call(after.number + 1),
        ]
        head, *found = self._rpc.requests(wanted)
        self.final = int(head, 16) - self._confirmations
        here, following = map(_header, found)
        actual = following.parent_hash if following is not None else here.hash if here is not None else None
        if actual is not None and _bytes(actual) != after.hash:
            raise BrokenParentHashError(block=after.number, actual=actual, limit=after.hash)

    def _range(self, first: int, last: int) -> Range | None:
        before = self._header(last)
        query = {"address": self._addresses, "fromBlock": hex(first), "toBlock": hex(last)}
        content = self._rpc.request_raw("eth_getLogs", [query])
        found = _decoded(content)
        self._pace.answered(last - first + 1, len(content))
        after = self._header(last)
        if before is None or after is None or before.hash != after.hash:
            return None  # the chain moved, or another node answered that is behind: nothing of it is kept
        position = Position(last, _bytes(after.hash))
        logs = self._logs(found)
        _check(logs, first, position)
        return Range(position, logs)

    def _logs(self, found: Sequence[RawLog]) -> list[Log]:
        times = self._times({int(one.block_number, 16) for one in found if one.block_timestamp is None})
        return [_log(one, times) for one in found]

    def _times(self, blocks: Iterable[int]) -> dict[str, str]:
        """Return the time of each of `blocks` by its hash."""
        wanted = sorted(blocks)
        times: dict[str, str] = {}
        for start in range(0, len(wanted), HEADERS_PER_REQUEST):
            calls = [_header_call(number) for number in wanted[start : start + HEADERS_PER_REQUEST]]
            headers = map(_header, self._rpc.requests(calls))
            times |= {one.hash: one.timestamp for one in headers if one is not None}
        return times

    def _header(self, number: int) -> Header | None:
        return _header(self._rpc.request(*_header_call(number)))


def start(rpc: Rpc, community: Community) -> Position:
    """Return the block before the one that founded the community. Raises NotDeployedError."""
    header = _header(rpc.request(*_header_call(community.founding_block)))
    if header is None:
        raise NotDeployedError(actual=community.fund)
    return Position(community.founding_block - 1, _bytes(header.parent_hash))


def block_hash(rpc: Rpc, number: int) -> bytes | None:
    """Return the hash of a block, or None for one that the node does not have."""
    header = _header(rpc.request(*_header_call(number)))
    return None if header is None else _bytes(header.hash)


def _header_call(number: int) -> RpcCall:
    return "eth_getBlockByNumber", [hex(number), False]


def _header(result: Any) -> Header | None:
    try:
        return msgspec.convert(result, Header | None)
    except msgspec.ValidationError as error:
        raise NodeAnswerError(actual=f"eth_getBlockByNumber: {error}") from error


def _decoded(content: bytes) -> list[RawLog]:
    try:
        answer = ANSWERS.decode(content)
    except msgspec.DecodeError as error:
        raise NodeAnswerError(actual=f"eth_getLogs: {error}") from error
    if answer.result is None:
        raise NodeAnswerError(actual=f"eth_getLogs: {answer.error and answer.error.message}")
    return answer.result


def _log(raw: RawLog, times: dict[str, str]) -> Log:
    time = raw.block_timestamp or times.get(raw.block_hash)
    if time is None or raw.removed:
        raise NodeAnswerError(actual=f"eth_getLogs: {raw.block_hash}")
    place = Place(
        int(raw.block_number, 16),
        _bytes(raw.block_hash),
        int(time, 16),
        _bytes(raw.transaction_hash),
        int(raw.log_index, 16),
    )
    topics = b"".join([_bytes(topic) for topic in raw.topics])
    return Log(place, _bytes(raw.address), topics, _bytes(raw.data))


def _check(logs: Sequence[Log], first: int, last: Position) -> None:
    """Raise NodeAnswerError unless the logs lie in the range, in their order, none twice."""
    before = (first, -1)
    for log in logs:
        place = log.place
        here = (place.block_number, place.log_index)
        at_end = place.block_number == last.number
        if here <= before or place.block_number > last.number or (at_end and place.block_hash != last.hash):
            raise NodeAnswerError(actual=f"eth_getLogs: {here[0]}-{here[1]}")
        before = here


def _bytes(text: str) -> bytes:
    try:
        return from_hex(text)
    except ValueError as error:
        raise NodeAnswerError(actual=text) from error
