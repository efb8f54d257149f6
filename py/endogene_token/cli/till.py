"""What the commands under `endogene till` do."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from rich.table import Table

from endogene_token.cli.console import answering, out, print_json, say, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.cli.signals import signalled
from endogene_token.errors import AgentRunningError, EndogeneError, OutboxLockedError
from endogene_token.i18n import mark, tr
from endogene_token.keyfile import read_key_file
from endogene_token.sdk import TillClient, TillKey
from endogene_token.sdk.effects import Reply
from endogene_token.sdk.outbox import Outbox
from endogene_token.sdk.problems import problem
from endogene_token.till import Agent, Place, Plan
from endogene_token.till.guard import HEADER, Address
from endogene_token.till.status import counted

PASSPHRASE: Final = "ENDOGENE_PASSPHRASE"  # noqa: S105 - the name of a variable, not a secret
TIMEOUT_SECONDS: Final = 60.0  # a flush of many sales
_SHOWN: Final = (
    ("unsent", mark("Not sent yet")),
    ("buyer_problems", mark("Recorded without a member: card or telephone not found")),
    ("files_waiting", mark("Files being read")),
    ("lines_refused", mark("Lines refused")),
    ("clock_ahead_seconds", mark("This machine's clock is ahead by (seconds)")),
    ("sent_at", mark("Last sent")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which till, with which keys, through which service."""

    api: str
    till: int
    key: Path | None
    api_key: Path | None
    data: Path | None

    def till_key(self) -> TillKey:
        """Return the till's key, that of the environment without a file. Raises SigningKeyErrors."""
        if self.key is None:
            return TillKey.from_environment()
        return TillKey.from_file(self.key, os.environ.get(PASSPHRASE))

    def own_api_key(self) -> str | None:
        """Return the key of the API. Raises SigningKeyErrors."""
        return None if self.api_key is None else read_key_file(self.api_key)

    @property
    def place(self) -> Place:
        """Where this till's outbox is."""
        return _place(self.till, self.data)


def run_key(file: Path, *, as_json: bool) -> None:
    """Make a till's key; it stays in its file, its address is told."""
    with answering(as_json) as answer:
        key = TillKey.generate()
        key.save(file, os.environ.get(PASSPHRASE) or None)
        answer.update({"file": str(file), "address": key.address})
        if not as_json:
            tell(key.address)
            say(tr("Give this address to the registrar; the key never leaves {file}.", LANG, file=file))


def run_agent(
    asked: Asked, inbox: Path | None, listen: str | None, rest_seconds: float, *, as_json: bool
) -> None:
    """Run the agent until a signal ends it, or a part of it fails."""
    with answering(as_json) as answer:
        address = None if listen is None else Address.parse(listen)
        plan = Plan(
            asked.api,
            asked.till_key(),
            asked.place,
            None if inbox is None else inbox.absolute(),
            address,
            api_key=asked.own_api_key(),
            rest_seconds=rest_seconds,
        )
        with signalled() as ended, Agent(plan) as agent:
            _announce(agent, plan, as_json)
            agent.wait(ended)
            answer["unsent"] = agent.till.unsent()
        if not as_json:
            say(tr("Stopped. Sales not sent yet: {count}. They are kept.", LANG, count=answer["unsent"]))


def run_status(till: int, *, data: Path | None, as_json: bool) -> None:
    """Show the state of a till."""
    with answering(as_json) as answer:
        answer.update(_state(_place(till, data)))
        if not as_json:
            _show(answer)


def run_send(asked: Asked, *, as_json: bool) -> None:
    """Send what waits."""
    with answering(as_json) as answer:
        try:
            answer.update(_sent_here(asked))
        except OutboxLockedError:
            answer.update(_ask_agent(asked.place, "POST", "/send"))
        if not as_json:
            _show(answer)


def _announce(agent: Agent, plan: Plan, as_json: bool) -> None:
    if as_json:
        print_json({"url": agent.url, "inbox": None if plan.inbox is None else str(plan.inbox)})
        return
    if agent.url is not None:
        tell(tr("This machine's programs call {url}", LANG, url=agent.url))
        tell(tr("Their token is in {path}", LANG, path=plan.place.token))
    if plan.inbox is not None:
        tell(tr("Files are read from {path}", LANG, path=plan.inbox))
    say(tr("Ctrl-C ends; the next start goes on where this one was.", LANG))


def _state(place: Place) -> dict[str, Any]:
    """Return what the running agent tells, or what its outbox holds."""
    if not place.outbox.exists():
        return {"running": False, "unsent": 0, "buyer_problems": 0, "counts": {}}
    try:
        outbox = Outbox(place.outbox, place.till)
    except OutboxLockedError:
        return _ask_agent(place, "GET", "/status")
    try:
        return {
            "running": False,
            "unsent": outbox.unsent_sales(),
            "buyer_problems": outbox.unfound(),
            "counts": counted(outbox.counts()),
        }
    finally:
        outbox.close()


def _sent_here(asked: Asked) -> dict[str, Any]:
    place = asked.place
    place.prepare()
    with TillClient(
        asked.api, asked.till, asked.till_key(), place.outbox, api_key=asked.own_api_key()
    ) as client:
        flushed = client.flush()
        client.refresh()
        return {
            "running": False,
            "sent": flushed.sales,
            "unsent": client.unsent(),
            "buyer_problems": client.buyer_problems(),
            "counts": counted(client.counts()),
        }


def _ask_agent(place: Place, method: str, path: str) -> dict[str, Any]:
    """Ask the agent that holds the outbox. Raises AgentRunningError when none answers, and what it tells."""
    try:
        url = place.address.read_text(encoding="ascii").strip()
        headers = {HEADER: read_key_file(place.token), "Accept-Language": LANG}
        reply = httpx.request(method, url + path, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False)
    except (OSError, EndogeneError, httpx.HTTPError) as error:
        raise AgentRunningError(actual=place.outbox) from error
    if reply.is_error:
        raise problem(Reply(reply.status_code, dict(reply.headers), reply.content))
    told: dict[str, Any] = reply.json()
    return told


def _show(state: dict[str, Any]) -> None:
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, label in _SHOWN:
        if state.get(name) is not None:
            table.add_row(tr(label, LANG), str(state[name]))
    out.print(table)
    if state.get("trouble"):
        tell(f"{state['trouble']['what']} {state['trouble']['advice']}")
    if not state["running"]:
        tell(tr("The agent does not run.", LANG))


def _place(till: int, data: Path | None) -> Place:
    return Place(settings(data_dir=data).data_dir.absolute(), till)
