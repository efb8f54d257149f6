"""The service that works on a data folder, in any process: whether one does, and when it has done all."""

import json
import time
from collections.abc import Callable
from typing import Final

import httpx

from endogene_token.chain.community import Community
from endogene_token.errors import DiskFullError, NotDeployedError, ServiceUnavailableError, UnconfirmedError
from endogene_token.host.folder import DataFolder

POLL_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 120.0
STALL_SECONDS: Final = 3.0
PROBE_SECONDS: Final = 10.0  # where nothing listens the answer is immediate; who is busy is waited for


def settle_down(
    url: str,
    folder: DataFolder,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Wait until the service at `url` has recorded all that it can and its read model is at the chain's head.

    Sales of hosted tills that wait for their signature are waited for, too, and the lines of long files. What
    cannot be taken now (a suspended merchant, an exposure limit, a till that signs nothing, a file that waits
    for the hour to turn) stays held: nobody waits for it.
    `check` is called meanwhile; `progress` is told how many items wait.
    Raises ServiceUnavailableError; DiskFullError, or UnconfirmedError, when nothing moves any more.
    """
    last, since = (-1, -1), time.monotonic()
    with httpx.Client(base_url=url, timeout=PROBE_SECONDS) as client:
        while True:
            check()
            now = _moving(client, url)
            progress(now[0])
            if now == (0, 0):
                return
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > STALL_SECONDS and folder.full():
                raise DiskFullError(actual=folder.root)
            elif time.monotonic() - since > PATIENCE_SECONDS:
                raise UnconfirmedError(actual=f"{now[0]} + {now[1]}", limit=round(PATIENCE_SECONDS))
            time.sleep(POLL_SECONDS)


def _moving(client: httpx.Client, url: str) -> tuple[int, int]:
    """Return how many items are on their way to the ledger, and how many blocks the read model is behind."""
    try:
        health = client.get("/v1/health").json()
        # A sale of a hosted till leaves the one count only once the read model holds it.
        queued = health["queue_depth"] - health["held"]
        hosted = health["sales_waiting"] - health["sales_held"]
        lines = health["lines_waiting"] - health["lines_held"]
        return queued + hosted + lines, health["lag_blocks"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise ServiceUnavailableError(actual=url) from error


def running_service(folder: DataFolder) -> str | None:
    """Return the address of the API that serves this folder now, or None.

    After a kill the address may be that of another community by now: the fund tells.
    """
    try:
        url = str(json.loads(folder.service.read_text("utf-8"))["url"])
        answer = httpx.get(f"{url}/v1/community", timeout=PROBE_SECONDS, trust_env=False).json()
        return url if answer["fund"] == Community.load(folder.community).fund else None
    except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError, NotDeployedError):
        return None
