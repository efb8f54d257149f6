"""`endogene project`: what the service tells of projects, and what members do there."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from endogene_token.act_json import content
from endogene_token.cli.console import amount, answering, out, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.cli.voting import Voter, get, service
from endogene_token.errors import ActFileError, UnconfirmedError
from endogene_token.i18n import tr
from endogene_token.member_acts import Content, Releasing, Reviewing

PATIENCE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.2
ON_ITS_WAY: Final = "queued"


def run_list(*, api: str | None, data: Path | None, as_json: bool) -> None:
    """List the projects."""
    with answering(as_json) as answer:
        found, url = settings(data_dir=data), service(api, data)
        answer["projects"] = rows = _listed(url, "/v1/projects")
        if as_json:
            return
        table = Table(
            *("", tr("Call", LANG), tr("State", LANG), tr("Asked for", LANG), tr("Released", LANG)),
        )
        for row in rows:
            asked = row.get("amount")
            table.add_row(
                str(row["number"]),
                str(row["call"]),
                row["state"],
                "" if asked is None else amount(int(asked), found),
                amount(int(row["released"]), found),
            )
        out.print(table)


def run_show(number: int, *, api: str | None, data: Path | None, as_json: bool) -> None:
    """Show one project."""
    with answering(as_json) as answer:
        answer.update(get(service(api, data), f"/v1/projects/{number}"))
        if not as_json:
            for name, value in answer.items():
                tell(f"{name}: {value}")


def run_missing(number: int, *, api: str | None, data: Path | None, as_json: bool) -> None:
    """List the criteria of its call that a project's dossier does not meet."""
    with answering(as_json) as answer:
        missing = get(service(api, data), f"/v1/projects/{number}")["criteria"]["missing"]
        answer.update({"project": number, "missing": missing})
        if not as_json:
            tell("\n".join(missing) or tr("The dossier misses nothing.", LANG))


def run_act(
    voter: Voter, action: str, subject: int, given: Sequence[str], file: Path | None, *, as_json: bool
) -> None:
    """Sign a member's act, send it, and wait for what becomes of it."""
    with answering(as_json) as answer:
        told = _told(given, file)
        said = _content(action, told)
        with voter.acting() as client:
            receipt = client.do(subject, said, told.get("tranche") if _is_verdict(said) else None)
            became = client.status(receipt)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while became["status"] == ON_ITS_WAY:
                if time.monotonic() > deadline:
                    raise UnconfirmedError(actual=receipt, limit=round(PATIENCE_SECONDS))
                time.sleep(POLL_SECONDS)
                became = client.status(receipt)
        answer.update(became)
        if not as_json:
            tell(tr("{action}: {status}.", LANG, action=action, status=became["status"]))
            for name in ("number", "explanation"):
                if became.get(name) is not None:
                    tell(f"{name}: {became[name]}")


def _is_verdict(said: Content) -> bool:
    return isinstance(said, Reviewing | Releasing)


def _told(given: Sequence[str], file: Path | None) -> dict[str, Any]:
    """Return what the file says, and over it what the options say. Raises ActFileError."""
    try:
        told = {} if file is None else json.loads(file.read_text("utf-8"))
        pairs = [one.partition("=") for one in given]
        if not isinstance(told, dict) or not all(sign for _, sign, _ in pairs):
            raise ValueError("name=value")
        return {**told, **{name: _value(value) for name, _, value in pairs}}
    except (OSError, ValueError) as error:
        raise ActFileError(actual=file or " ".join(given), limit=error) from error


def _content(action: str, told: dict[str, Any]) -> Content:
    try:
        return content(action, told)
    except (KeyError, ValueError, TypeError, AttributeError, StopIteration) as error:
        raise ActFileError(actual=action, limit=error) from error


def _value(written: str) -> Any:
    """Return a value as JSON has it; what is no JSON is a word, or hexadecimal digits."""
    try:
        return json.loads(written)
    except ValueError:
        return written


def _listed(url: str, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        page = get(url, f"{path}{after}")
        rows += page["items"]
        if page.get("next") is None:
            return rows
        after = f"?after={page['next']}"
