"""The voter's client for ordinary programs; see `async_voter` for asynchronous ones."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import Choice, ExecutableCall
from endogene_token.sdk.client import DEFAULT_RETRIES
from endogene_token.sdk.drivers import Driver
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.voter_flows import VoterFlows
from endogene_token.signers import Signer


def forget(receipt: BallotReceipt) -> None:
    """Keep no receipt: for a voter who wants none."""


class VoterClient:
    """Proposes, convenes and votes for one member, whose key may be a file, a passkey or a device.

    Nothing of it needs the chain's gas: the service's relay sends what the member has signed. Close it, or
    use it in a ``with`` statement. Each method raises ServiceErrors, LedgerRefusals, and the signer's errors.
    """

    def __init__(
        self,
        api_url: str,
        member: int,
        signer: Signer,
        *,
        retries: Retries = DEFAULT_RETRIES,
        http: httpx.Client | None = None,
    ) -> None:
        """Take the member's number, and whoever signs for it. Raises SettingError."""
        self._flows = VoterFlows(api_url, member, signer, retries)
        self._driver = Driver(api_url, http)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._driver.close()

    def resolutions(self) -> list[dict[str, Any]]:
        """Return every resolution, as the service tells them."""
        return self._driver.run(self._flows.resolutions())

    def resolution(self, number: int) -> dict[str, Any]:
        """Return a resolution with its text, whose hash is checked. Raises TextMismatchError."""
        return self._driver.run(self._flows.resolution(number))

    def propose(self, kind: int, text: str, calls: Sequence[ExecutableCall] = ()) -> bytes:
        """File a resolution of a `Kind`, with what it does once it is final; return its text's hash."""
        return self._driver.run(self._flows.propose(kind, text, calls))

    def give_notice(self, number: int, opens_at: int) -> None:
        """Give notice of a draft: the vote opens at that instant (seconds since 1970)."""
        self._driver.run(self._flows.give_notice(number, opens_at))

    def declare_interest(self, number: int) -> None:
        """Leave a resolution of the board, for an interest in it."""
        self._driver.run(self._flows.declare_interest(number))

    def vote(
        self,
        number: int,
        choice: Choice,
        *,
        keep: Callable[[BallotReceipt], None] = forget,
        replaces: BallotReceipt | None = None,
    ) -> BallotReceipt:
        """Cast a ballot, or another one in the place of `replaces`, while the vote is open.

        The text is checked against its hash before it is signed for. Under seal, the receipt holds the only
        opening: `keep` has it before the ballot leaves. Raises TextMismatchError.
        """
        sequence = 1 if replaces is None else replaces.sequence + 1
        return self._driver.run(self._flows.vote(number, choice, sequence, keep))

    def open_ballot(self, receipt: BallotReceipt) -> None:
        """Open a sealed ballot oneself, after closing; a ballot cast in the open needs nothing."""
        self._driver.run(self._flows.open_ballot(receipt))

    def execute(self, number: int) -> None:
        """Have a final resolution carried out. Anyone may."""
        self._driver.run(self._flows.execute(number))
