"""Whatever is sent that should not be: refused in the one form of refusals, with nothing changed by it.

Some thousand generated requests on each database by default; ENDOGENE_BAD_INPUTS=1000000 makes as many.
"""

import asyncio
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from endogene_token.store import writing
from tests.site import Site
from tests.survival.callers import callers
from tests.survival.hostile import Hostile, operations
from tests.survival.inside import Answer, Sent, answer_of
from tests.survival.state import changed, rows_of
from tests.town import BAKERY_TILL, GROCER_TILL

WANTED = int(os.environ.get("ENDOGENE_BAD_INPUTS", "3000"))
SEED = int(os.environ.get("ENDOGENE_BAD_INPUTS_SEED", "1"))
COUNTED = ("office_guesses", "office_api_key.last_used_day")
"""What counts the questions themselves: who asks for unknown cards, and the day on which a key last asked."""
MEMBERS = frozenset({"type", "title", "status", "detail", "code", "instance", "advice", "actual", "limit"})
READS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOKS = "/v1/uploads"
"""Where a file may be looked at without being kept."""
SHOWN = 10
INSIDE = (b"Traceback", b"sqlite", b"psycopg", b"sqlalchemy", b'File "')


@dataclass
class Campaign:
    """What was sent to an application, and what came back that should not have."""

    app: ASGIApp
    faults: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def run(self, hostile: Hostile, wanted: int) -> None:
        """Send so many requests."""
        for _ in range(wanted):
            sent = hostile.next()
            answer = await answer_of(self.app, sent)
            self.statuses[answer.status] += 1
            fault = wrong(sent, answer)
            if fault and len(self.faults) < SHOWN:
                self.faults.append(f"{fault}: {sent.shown()} -> {answer.status} {answer.body[:300]!r}")


def wrong(sent: Sent, answer: Answer) -> str:
    """Return what is wrong with an answer to a bad request, or nothing."""
    if answer.status >= 500 or (answer.status == 0 and not sent.leaves):
        return "a fault of the service"
    if 0 < answer.status < 400:
        looked = sent.path.startswith(LOOKS.encode()) and b'"id":null' in answer.body
        return "" if sent.method in READS or looked else "it was done"
    if sent.leaves or sent.method == "HEAD":
        return ""
    if answer.headers.get(b"content-type") != b"application/problem+json":
        return "no problem of RFC 9457"
    told = json.loads(answer.body)
    if not told.keys() >= MEMBERS or told["status"] != answer.status:
        return "a problem without its members"
    return "our inside is told" if any(one in answer.body for one in INSIDE) else ""


def prepared(site: Site, seed: int = SEED) -> Hostile:
    """Return requests for a town in which something was sold."""
    town = site.town
    site.record(town.purchases(BAKERY_TILL, 1, [1000, 2000]), town.purchases(GROCER_TILL, 1, [500]))
    return Hostile(seed, operations(site.app.openapi()), callers(site.engine, town))


def test_bad_requests_are_refused_and_change_nothing(site: Site) -> None:
    """None is answered by a fault, none that would change something is done, every row stays as it was."""
    hostile = prepared(site)
    before, head = rows_of(site.engine, but=COUNTED), site.town.ledger.head()
    campaign, begun = Campaign(site.app), time.monotonic()
    asyncio.run(campaign.run(hostile, WANTED))
    seconds = time.monotonic() - begun
    print(f"{WANTED} in {seconds:.0f} s, {WANTED / seconds:.0f} a second", hostile.kinds, campaign.statuses)  # noqa: T201
    assert campaign.faults == []
    assert changed(before, rows_of(site.engine, but=COUNTED)) == set()
    assert site.town.ledger.head() == head
    assert len(hostile.kinds) == 10
    assert site.get("/v1/health")["ok"], "and it serves on"


@pytest.mark.parametrize("way", ["fails", "does", "writes"])
def test_a_service_that_gives_way_is_found_out(site: Site, way: str) -> None:
    """The guard of the test above can fail: a fault, a thing done, and a row written behind its back."""
    hostile = prepared(site)
    before = rows_of(site.engine, but=COUNTED)

    async def weak(scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if way == "does" and message.get("status") == 404:
                message["status"] = 204
            await send(message)

        if way == "fails" and "\x00" in scope["path"]:
            await PlainTextResponse("no", 500)(scope, receive, send)
            return
        if way == "writes":
            with writing(site.engine) as connection:
                connection.exec_driver_sql("UPDATE till SET next_sequence = next_sequence + 1")
        await site.app(scope, receive, told)

    campaign = Campaign(weak)
    asyncio.run(campaign.run(hostile, 300 if way != "writes" else 5))
    assert bool(campaign.faults) == (way != "writes")
    assert changed(before, rows_of(site.engine, but=COUNTED)) == ({"till"} if way == "writes" else set())
