"""The voter's client for asynchronous programs, on the same core; `VoterClient` describes each method."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import Choice, ExecutableCall
from endogene_token.sdk.client import DEFAULT_RETRIES
from endogene_token.sdk.drivers import AsyncDriver
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.voter import forget
from endogene_token.sdk.voter_flows import VoterFlows
from endogene_token.signers import Signer


class AsyncVoterClient:
    """Proposes, convenes and votes for one member. Use it in an ``async with`` statement.

    Each method is that of `VoterClient`, awaited. The signer itself is asked on the event loop: for one that
    waits for a person, take `VoterClient` in a thread.
    """

    def __init__(
        self,
        api_url: str,
        member: int,
        signer: Signer,
        *,
        retries: Retries = DEFAULT_RETRIES,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """See `VoterClient`."""
        self._flows = VoterFlows(api_url, member, signer, retries)
        self._driver = AsyncDriver(api_url, http)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See `VoterClient.close`."""
        await self._driver.close()

    async def resolutions(self) -> list[dict[str, Any]]:
        """See `VoterClient.resolutions`."""
        return await self._driver.run(self._flows.resolutions())

    async def resolution(self, number: int) -> dict[str, Any]:
        """See `VoterClient.resolution`."""
        return await self._driver.run(self._flows.resolution(number))

    async def propose(self, kind: int, text: str, calls: Sequence[ExecutableCall] = ()) -> bytes:
        """See `VoterClient.propose`."""
        return await self._driver.run(self._flows.propose(kind, text, calls))

    async def give_notice(self, number: int, opens_at: int) -> None:
        """See `VoterClient.give_notice`."""
        await self._driver.run(self._flows.give_notice(number, opens_at))

    async def declare_interest(self, number: int) -> None:
        """See `VoterClient.declare_interest`."""
        await self._driver.run(self._flows.declare_interest(number))

    async def vote(
        self,
        number: int,
        choice: Choice,
        *,
        keep: Callable[[BallotReceipt], None] = forget,
        replaces: BallotReceipt | None = None,
    ) -> BallotReceipt:
        """See `VoterClient.vote`."""
        sequence = 1 if replaces is None else replaces.sequence + 1
        return await self._driver.run(self._flows.vote(number, choice, sequence, keep))

    async def open_ballot(self, receipt: BallotReceipt) -> None:
        """See `VoterClient.open_ballot`."""
        await self._driver.run(self._flows.open_ballot(receipt))

    async def execute(self, number: int) -> None:
        """See `VoterClient.execute`."""
        await self._driver.run(self._flows.execute(number))
