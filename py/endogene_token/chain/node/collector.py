"""Many senders, one writer: transactions that arrive together share one block."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from endogene_token.chain.node.producer import BlockProducer
from endogene_token.chain.node.rpc import Answer
from endogene_token.errors import EndogeneError, NodeUnavailableError, StoreError

QUIET: Final = 0.002  # seconds without another send that close a block
LONGEST_WAIT: Final = 0.020  # seconds after its first send that close a block all the same


@dataclass(frozen=True, slots=True)
class _Send:
    transactions: Sequence[str]
    answers: asyncio.Future[list[Answer]] = field(default_factory=asyncio.Future)


class Collector:
    """Gathers sends into blocks. While one block is made, the next one gathers by itself.

    `run` must run for `send` to answer.
    """

    def __init__(self, producer: BlockProducer) -> None:
        self._producer = producer
        self._waiting: asyncio.Queue[_Send] = asyncio.Queue()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="node-writer")

    async def send(self, transactions: Sequence[str]) -> list[Answer]:
        """Put `transactions` into one block, in this order; return the pool's answers once it is journalled.

        Raises StoreError when the journal cannot be written: none was recorded. Raises another EndogeneError
        when the node stops: they may or may not be recorded, and sending them again is safe.
        """
        sent = _Send(transactions)
        self._waiting.put_nowait(sent)
        return await sent.answers

    async def run(self) -> None:
        """Make blocks until cancelled. Raises what makes the node unable to go on."""
        batch: list[_Send] = []
        try:
            while True:
                batch = await self._gather()
                await self._make_block(batch)
                batch = []
        finally:
            self._writer.shutdown(wait=True)
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            _fail(batch, NodeUnavailableError(actual="endogene_token.chain.node"))

    async def _gather(self) -> list[_Send]:
        batch = [await self._waiting.get()]
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST_WAIT
        while loop.time() < deadline:
            await asyncio.sleep(QUIET)
            if self._waiting.empty():
                break
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
        return batch

    async def _make_block(self, batch: list[_Send]) -> None:
        everything = [raw for sent in batch for raw in sent.transactions]
        loop = asyncio.get_running_loop()
        making = loop.run_in_executor(self._writer, self._producer.produce, everything)
        try:
            # a stop waits for the block in hand: its senders learn that it is recorded
            answers = await asyncio.shield(making)
        except asyncio.CancelledError:
            _answer(batch, await making)
            raise
        except StoreError as error:
            _fail(batch, error)
        except EndogeneError as error:
            _fail(batch, error)
            raise
        else:
            _answer(batch, answers)


def _answer(batch: list[_Send], answers: list[Answer]) -> None:
    start = 0
    for sent in batch:
        end = start + len(sent.transactions)
        if not sent.answers.done():  # cancelled when the client hung up
            sent.answers.set_result(answers[start:end])
        start = end


def _fail(batch: list[_Send], error: EndogeneError) -> None:
    for sent in batch:
        if not sent.answers.done():
            sent.answers.set_exception(error)
