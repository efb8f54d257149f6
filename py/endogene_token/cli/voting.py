"""`endogene vote`: resolutions proposed, convened, voted, opened, carried out."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import typer
from rich.table import Table

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import Choice, Opening
from endogene_token.chain.charter import Kind
from endogene_token.cli.calls_file import read_calls
from endogene_token.cli.console import answering, out, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.errors import KeyMissingError, NotDeployedError, ServiceUnavailableError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.host.folder import DataFolder
from endogene_token.host.service import running_service
from endogene_token.i18n import tr
from endogene_token.receipts import Domain
from endogene_token.sdk import ProjectClient, VoterClient
from endogene_token.sdk.access import authorization
from endogene_token.sdk.effects import Reply
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.problems import problem
from endogene_token.signers import CommandDevice, DeviceSigner, KeyfileSigner, Signer

PASSPHRASE: Final = "ENDOGENE_PASSPHRASE"  # noqa: S105 - the name of a variable, not a secret
TIMEOUT_SECONDS: Final = 15
HTTP_ERROR: Final = 400
CONTRACTS: Final = {
    "Membership": "membership",
    "CommunityCredit": "credit",
    "CommunityFund": "fund",
    "Rulebook": "rulebook",
    "Assembly": "assembly",
    "Board": "board",
    "ProjectBook": "project_book",
    "ProjectCurrency": "project_currency",
    "RedemptionDesk": "redemption_desk",
}
"""Where `GET /v1/community` tells each contract that a resolution may call."""


@dataclass(frozen=True, slots=True)
class Voter:
    """Who votes, with which key, and through which service."""

    member: int
    key: Path | None
    device: str | None
    device_key: str | None
    api: str | None
    data: Path | None

    def signer(self) -> Signer:
        """Return whoever signs. Raises KeyMissingError and what else a signer raises."""
        if self.device is not None:
            return DeviceSigner(from_hex(self.device_key or ""), CommandDevice(self.device.split()))
        if self.key is None:
            raise KeyMissingError(actual="--key")
        asked = os.environ.get(PASSPHRASE)
        return KeyfileSigner.open(
            self.key,
            asked if asked is not None else typer.prompt(tr("Passphrase", LANG), hide_input=True, err=True),
        )

    @contextmanager
    def client(self) -> Iterator[VoterClient]:
        """Open the client."""
        with VoterClient(service(self.api, self.data), self.member, self.signer()) as opened:
            yield opened

    @contextmanager
    def acting(self) -> Iterator[ProjectClient]:
        """Open the client of projects and project money."""
        with ProjectClient(service(self.api, self.data), self.member, self.signer()) as opened:
            yield opened


def service(api: str | None, data: Path | None) -> str:
    """Return the service to ask: `api`, or the one that serves the data folder. Raises NotDeployedError."""
    if api is not None:
        return api
    folder = DataFolder(settings(data_dir=data).data_dir.absolute())
    found = running_service(folder)
    if found is None:
        raise NotDeployedError(actual=folder.root)
    return found


def run_list(*, api: str | None, data: Path | None, as_json: bool) -> None:
    """List the resolutions."""
    with answering(as_json) as answer:
        rows = get(service(api, data), "/v1/resolutions")["items"]
        answer["resolutions"] = rows
        if as_json:
            return
        table = Table("", tr("Kind", LANG), tr("Body", LANG), tr("State", LANG), tr("Closes", LANG))
        for row in rows:
            table.add_row(
                str(row["number"]),
                row["kind"],
                row.get("body") or "",
                row["state"],
                _when(row.get("closes_at")),
            )
        out.print(table)


def run_show(number: int, *, api: str | None, data: Path | None, as_json: bool) -> None:
    """Show one resolution, its text and its tallies."""
    with answering(as_json) as answer:
        found = get(service(api, data), f"/v1/resolutions/{number}")
        answer.update(found)
        if as_json:
            return
        for name, value in found.items():
            tell(f"{name}: {value}")


def run_propose(voter: Voter, kind: Kind, text: Path, calls: Path | None, *, as_json: bool) -> None:
    """File a resolution."""
    with answering(as_json) as answer, voter.client() as client:
        where = get(service(voter.api, voter.data), "/v1/community")
        addresses = {name: str(where[key]) for name, key in CONTRACTS.items() if key in where}
        digest = client.propose(kind, text.read_text("utf-8"), read_calls(calls, addresses))
        answer["text_hash"] = to_hex(digest)
        if not as_json:
            tell(tr("Filed. The hash of its text: {digest}", LANG, digest=to_hex(digest)))


def run_notice(voter: Voter, number: int, opens_in: int, *, as_json: bool) -> None:
    """Give notice of a draft that opens in so many seconds."""
    with answering(as_json) as answer, voter.client() as client:
        opens_at = int(time.time()) + opens_in
        client.give_notice(number, opens_at)
        answer.update({"resolution": number, "opens_at": opens_at})
        if not as_json:
            tell(
                tr(
                    "Notice given: resolution {number} opens on {when}.",
                    LANG,
                    number=number,
                    when=_when(opens_at),
                )
            )


def run_cast(voter: Voter, number: int, choice: Choice, receipt: Path, *, as_json: bool) -> None:
    """Cast a ballot, or replace the one whose receipt is in the file."""
    with answering(as_json) as answer, voter.client() as client:
        before = BallotReceipt.load(receipt) if receipt.exists() else None
        done = client.vote(number, choice, keep=lambda one: one.save(receipt), replaces=before)
        answer.update(
            {"resolution": number, "member": voter.member, "sequence": done.sequence, "receipt": str(receipt)}
        )
        if not as_json:
            tell(tr("Your ballot is on its way. Your receipt: {path}", LANG, path=receipt))
            tell(tr("It tells how you voted: keep it for yourself.", LANG))


def run_open(receipt: Path, *, api: str | None, data: Path | None, as_json: bool) -> None:
    """Open one's own sealed ballot, after closing; who has the receipt needs no key."""
    with answering(as_json) as answer:
        cast = BallotReceipt.load(receipt)
        if cast.opening is not None:
            body = opening_body(cast.member, cast.opening)
            post(service(api, data), f"/v1/resolutions/{cast.resolution}/openings", body)
        answer["opened"] = str(receipt)
        if not as_json:
            tell(tr("Your ballot is being opened.", LANG))


def run_execute(number: int, *, api: str | None, data: Path | None, as_json: bool) -> None:
    """Have a final resolution carried out: anyone may."""
    with answering(as_json) as answer:
        post(service(api, data), f"/v1/resolutions/{number}/execute", {})
        answer["resolution"] = number
        if not as_json:
            tell(tr("Resolution {number} is being carried out.", LANG, number=number))


def opening_body(member: int, opening: Opening) -> dict[str, object]:
    """Return what opens a member's sealed ballot, as the service takes it."""
    return {"member": member, "choice": int(opening.choice), "salt": to_hex(opening.salt)}


def get(url: str, path: str) -> dict[str, Any]:
    """Ask the service. Raises ServiceUnavailableError, and the error that it tells."""
    return _answer(url, lambda: httpx.get(f"{url}{path}", timeout=TIMEOUT_SECONDS, trust_env=False))


def post(url: str, path: str, body: object) -> dict[str, Any]:
    """Tell the service. Raises ServiceUnavailableError, and the error that it tells."""
    return _answer(
        url, lambda: httpx.post(f"{url}{path}", json=body, timeout=TIMEOUT_SECONDS, trust_env=False)
    )


def keep_text(url: str, text: str, key: TillKey, domain: Domain) -> None:
    """Have the service keep a text for a member or an officer with this key. Raises as `post`."""
    body = msgspec.json.encode({"text": text})
    proof = authorization(key, domain, "POST", "/v1/texts", int(time.time()), body=body)
    headers = {"authorization": proof, "content-type": "application/json"}
    options: dict[str, Any] = {"timeout": TIMEOUT_SECONDS, "trust_env": False}
    _answer(url, lambda: httpx.post(f"{url}/v1/texts", content=body, headers=headers, **options))


def _answer(url: str, ask: Callable[[], httpx.Response]) -> dict[str, Any]:
    """Return what the service answers. Raises ServiceUnavailableError, and the error that it tells."""
    try:
        reply = ask()
        if reply.status_code >= HTTP_ERROR:
            raise problem(Reply(reply.status_code, dict(reply.headers), reply.content))
        answer: dict[str, Any] = reply.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ServiceUnavailableError(actual=url) from error
    return answer


def _when(instant: int | None) -> str:
    return (
        "" if not instant else datetime.fromtimestamp(instant, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    )
