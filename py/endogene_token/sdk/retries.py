"""Whether to try again, how long to wait, and the jitter: three small questions.

stamina answers the same ones but sleeps by itself, and this core does no I/O: here the client sleeps.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from endogene_token.sdk.effects import NoReply, Reply

# 408 and 425 ask for it, 429 asks to wait, 500 to 504 are of servers that stop, start or lean on such a one
RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_ASKED_SECONDS: Final = 60.0  # a service that asks for longer is left until the next flush


@dataclass(frozen=True, slots=True)
class Retries:
    """Tries a request `attempts` times, waiting twice as long each time, less a random part of up to half.

    Each try is the same request under the same key: a batch's is its till and first sequence, which its
    signature covers, so that the service records it once however often and however late it comes again.
    `timeout_seconds` is that of one try; None: the client's own.
    """

    attempts: int = 5
    first_wait_seconds: float = 0.25
    longest_wait_seconds: float = 8.0
    random: Callable[[], float] = random.random
    timeout_seconds: float | None = None

    def again(self, attempt: int, reply: Reply | NoReply) -> bool:
        """Return whether to send the same request again after its `attempt`-th try (from 1) gave `reply`."""
        if attempt >= self.attempts:
            return False
        if isinstance(reply, NoReply):
            return True
        return reply.status in RETRIED and self.asked_seconds(reply) <= LONGEST_ASKED_SECONDS

    def wait_seconds(self, attempt: int, reply: Reply | NoReply) -> float:
        """Return how long to wait before the next try: as the service asks, or the backoff if longer."""
        backoff_seconds = min(self.first_wait_seconds * 2 ** (attempt - 1), self.longest_wait_seconds)
        return max(self.jittered_seconds(backoff_seconds), self.asked_seconds(reply))

    def jittered_seconds(self, seconds: float) -> float:
        """Return `seconds` less a random part: tills that lost the service together come back apart."""
        return seconds - seconds * self.random() * 2**-1

    @staticmethod
    def asked_seconds(reply: Reply | NoReply) -> int:
        """Return the seconds of a ``Retry-After`` header, 0 without one (its form as a date is not read)."""
        text = "" if isinstance(reply, NoReply) else reply.headers.get("retry-after", "")
        return int(text) if len(text) <= 9 and text.isascii() and text.isdigit() else 0
