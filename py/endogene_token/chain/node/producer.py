"""From raw transactions to a journalled block, and from the journal back to the same chain."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from endogene_token import crash
from endogene_token.chain.node.anvil import PINNED_VERSION
from endogene_token.chain.node.journal import Genesis, Journal, JournalledBlock
from endogene_token.chain.node.rpc import Answer, Block, Rpc, failure_message
from endogene_token.errors import (
    NodeAnswerError,
    ReplayMismatchError,
    StoreError,
    WrongChainError,
)
from endogene_token.hexes import from_hex, to_hex

SEND: Final = "eth_sendRawTransaction"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Head:
    """The last block: its number, timestamp in seconds since 1970, and hash."""

    number: int
    timestamp: int
    hash: bytes


class BlockProducer:
    """The only writer of an anvil, through its journal. Not for several threads at once.

    A block goes through four states, at whose borders the process may die: checked by the pool, appended to
    the journal (from here on it exists), mined, sealed with its hash.
    """

    def __init__(self, journal: Journal, rpc: Rpc) -> None:
        self._journal = journal
        self._rpc = rpc
        self.head = _head(rpc.block())

    def replay(self, chain_id: int, hardfork: str) -> Genesis:
        """Execute the whole journal and return its genesis; in a new one, write that of this chain instead.

        Raises WrongChainError when the journal is of another chain, and ReplayMismatchError at the first
        block that does not come out as it was.
        """
        genesis = self._journal.genesis()
        if genesis is None:
            genesis = Genesis(chain_id, self.head.timestamp, hardfork, PINNED_VERSION, self.head.hash)
            self._journal.found(genesis)
        if genesis.chain_id != chain_id:
            raise WrongChainError(actual=genesis.chain_id, limit=chain_id)
        if genesis.hash != self.head.hash:
            raise _mismatch(0, to_hex(self.head.hash), genesis.hash)
        for block in self._journal.blocks():
            self._replay_block(block)
        return genesis

    def produce(self, transactions: Sequence[str]) -> list[Answer]:
        """Make one block of the raw `transactions` (0x and hexadecimal digits) that the pool takes.

        Return the pool's answers in the same order: hashes, whose transactions are journalled, and errors,
        whose transactions are not. Without a hash there is no block.
        Raises StoreError when the journal cannot be written: the pool then forgets them all. After another
        error the node must be started again, since only a replay tells what anvil holds.
        """
        answers = [self._offer(raw) for raw in transactions]
        taken = [(raw, answer) for raw, answer in zip(transactions, answers, strict=True) if not answer.error]
        if not taken:
            return answers
        block = JournalledBlock(
            number=self.head.number + 1,
            timestamp=max(int(time.time()), self.head.timestamp + 1),
            transactions=tuple(from_hex(raw) for raw, _ in taken),
        )
        crash.point("node.journal.appending")
        try:
            self._journal.append(block)
        except StoreError:
            for _, answer in taken:
                self._rpc.call("anvil_dropTransaction", _text(answer.result), kind=msgspec.Raw)
            raise
        crash.point("node.journal.appended")
        self._mine(block)
        crash.point("node.block.mined")
        try:
            self._journal.seal(block.number, self.head.hash)
        except StoreError as error:  # the block is whole in the journal: the next replay seals it
            log.warning("node.seal.failed", block=block.number, error=str(error))
        crash.point("node.block.sealed")
        return answers

    def _replay_block(self, block: JournalledBlock) -> None:
        if block.number != self.head.number + 1:
            raise _mismatch(block.number, f"{block.number} > {self.head.number} + 1", block.hash)
        if block.timestamp <= self.head.timestamp:
            raise _mismatch(block.number, f"{block.timestamp} <= {self.head.timestamp}", block.hash)
        for raw in block.transactions:
            answer = self._offer(to_hex(raw))
            if answer.error:
                raise _mismatch(block.number, failure_message(answer.error), block.hash)
        try:
            self._mine(block)
        except NodeAnswerError as error:
            raise _mismatch(block.number, str(error.actual), block.hash) from error
        if block.hash is None:  # the process died between the append and the seal
            self._journal.seal(block.number, self.head.hash)
        elif block.hash != self.head.hash:
            raise _mismatch(block.number, to_hex(self.head.hash), block.hash)

    def _offer(self, raw: str) -> Answer:
        # one request each: within a batch, anvil works on many at once and shuffles those after some 170,
        # which a replay without the rejected ones would shuffle otherwise
        return self._rpc.attempt(SEND, raw)

    def _mine(self, block: JournalledBlock) -> None:
        self._rpc.call("evm_mine", {"timestamp": block.timestamp}, kind=msgspec.Raw)
        mined = self._rpc.block()
        head = _head(mined)
        expected = (block.number, block.timestamp, to_hex(self.head.hash))
        if (head.number, head.timestamp, mined.parent_hash) != expected:
            raise _mismatch(block.number, f"{head} < {mined.parent_hash}", self.head.hash)
        self.head = head


def _head(block: Block) -> Head:
    return Head(int(block.number, 16), int(block.timestamp, 16), from_hex(block.hash))


def _text(raw: msgspec.Raw) -> str:
    return msgspec.json.decode(raw, type=str)


def _mismatch(number: int, actual: str, expected: bytes | None) -> ReplayMismatchError:
    return ReplayMismatchError(
        block=number, actual=actual, limit="?" if expected is None else to_hex(expected)
    )
