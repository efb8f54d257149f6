"""What a voter's client does, without I/O; see `flows` for how it is driven."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import (
    SALT_BYTES,
    AssemblyDomain,
    Choice,
    ExecutableCall,
    Interest,
    Notice,
    Proposal,
    SealedBallot,
    calls_hash,
    text_hash,
)
from endogene_token.errors import SettingError, TextMismatchError, UnreadableAnswerError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.sdk.asking import ask
from endogene_token.sdk.effects import Flow, Reply, Request
from endogene_token.sdk.messages import read
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.voter_messages import Place, ResolutionAnswer
from endogene_token.sealing import seal
from endogene_token.signers import Signer

PATH: Final = "/v1/resolutions"


class VoterFlows:
    """The core of a voter's client: one flow for each thing that a member does."""

    def __init__(self, api_url: str, member: int, signer: Signer, retries: Retries) -> None:
        """Take the member's number, and whoever signs for it. Raises SettingError."""
        parts = urlsplit(api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingError(field="api_url", actual=api_url, limit="http://… https://…")
        self._api_url = api_url
        self._member = member
        self._signer = signer
        self._retries = retries
        self._domain: AssemblyDomain | None = None

    def resolutions(self) -> Flow[list[dict[str, Any]]]:
        """Return every resolution, as the service tells them."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = _members((yield from self._ask("GET", f"{PATH}{after}")))
            found += page["items"]
            if page.get("next") is None:
                return found
            after = f"?after={page['next']}"

    def resolution(self, number: int) -> Flow[dict[str, Any]]:
        """Return a resolution, its text proven to be the one that was noticed."""
        reply = yield from self._ask("GET", f"{PATH}/{number}")
        _proven(read(reply, ResolutionAnswer))
        return _members(reply)

    def propose(self, kind: int, text: str, calls: Sequence[ExecutableCall]) -> Flow[bytes]:
        """File a resolution with its text; return the hash of the text."""
        digest = text_hash(text)
        nonce = yield from self._nonce()
        message = Proposal(self._member, kind, digest, calls_hash(calls), nonce)
        signature = self._signer.sign(message, (yield from self._met()))
        rows = [{"target": one.target, "data": to_hex(one.data)} for one in calls]
        named = {"text_hash": to_hex(digest), "text": text}
        body = {"member": self._member, "kind": kind, **named, "calls": rows}
        yield from self._post(PATH, {**body, "nonce": nonce, "signature": to_hex(signature)})
        return digest

    def give_notice(self, number: int, opens_at: int) -> Flow[None]:
        """Give notice of a draft."""
        nonce = yield from self._nonce()
        message = Notice(self._member, number, opens_at, nonce)
        signature = self._signer.sign(message, (yield from self._met()))
        body = {"member": self._member, "opens_at": opens_at, "nonce": nonce, "signature": to_hex(signature)}
        yield from self._post(f"{PATH}/{number}/notice", body)

    def declare_interest(self, number: int) -> Flow[None]:
        """Leave a resolution of the board."""
        nonce = yield from self._nonce()
        signature = self._signer.sign(Interest(self._member, number, nonce), (yield from self._met()))
        body = {"member": self._member, "nonce": nonce, "signature": to_hex(signature)}
        yield from self._post(f"{PATH}/{number}/interests", body)

    def vote(
        self, number: int, choice: Choice, sequence: int, keep: Callable[[BallotReceipt], None]
    ) -> Flow[BallotReceipt]:
        """Cast a ballot; `keep` has the receipt before the service has the ballot."""
        domain = yield from self._met()
        found = read((yield from self._ask("GET", f"{PATH}/{number}")), ResolutionAnswer)
        _proven(found)
        salt = secrets.token_bytes(SALT_BYTES) if found.is_sealed else None
        text = from_hex(found.text_hash)
        draft = BallotReceipt(domain, number, self._member, sequence, choice, text, b"", salt)
        signature = self._signer.sign(draft.ballot, domain)
        receipt = BallotReceipt(domain, number, self._member, sequence, choice, text, signature, salt)
        keep(receipt)
        yield from self._post(f"{PATH}/{number}/ballots", self._ballot_body(receipt, found))
        return receipt

    def open_ballot(self, receipt: BallotReceipt) -> Flow[None]:
        """Open a sealed ballot, after closing."""
        opening = receipt.opening
        if opening is None:
            return
        body = {"member": receipt.member, "choice": int(opening.choice), "salt": to_hex(opening.salt)}
        yield from self._post(f"{PATH}/{receipt.resolution}/openings", body)

    def execute(self, number: int) -> Flow[None]:
        """Have a final resolution carried out."""
        yield from self._post(f"{PATH}/{number}/execute", {})

    def _ballot_body(self, receipt: BallotReceipt, found: ResolutionAnswer) -> dict[str, object]:
        ballot = receipt.ballot
        body: dict[str, object] = {
            "member": ballot.member,
            "sequence": ballot.sequence,
            "signature": to_hex(receipt.signature),
        }
        if not isinstance(ballot, SealedBallot):
            return {**body, "choice": int(receipt.choice)}
        body["commitment"] = to_hex(ballot.commitment)
        if found.sealing_key and receipt.opening is not None:
            key = from_hex(found.sealing_key)
            body["sealed_opening"] = to_hex(seal(receipt.opening, key, receipt.resolution, receipt.member))
        return body

    def _met(self) -> Flow[AssemblyDomain]:
        if self._domain is None:
            self._domain = read((yield from self._ask("GET", "/v1/community")), Place).domain()
        return self._domain

    def _nonce(self) -> Flow[int]:
        answer = _members((yield from self._ask("GET", f"/v1/governance/nonces/{self._member}")))
        try:
            return int(answer["nonce"])
        except (KeyError, ValueError, TypeError) as error:
            raise UnreadableAnswerError(actual=error) from error

    def _post(self, path: str, body: object) -> Flow[Reply]:
        return ask(Request("POST", path, msgspec.json.encode(body)), self._retries, self._api_url)

    def _ask(self, method: str, path: str) -> Flow[Reply]:
        return ask(Request(method, path), self._retries, self._api_url)


def _proven(found: ResolutionAnswer) -> None:
    """Raise TextMismatchError unless the text, where it is served, has the hash that the resolution names."""
    if found.text is not None and to_hex(text_hash(found.text)) != found.text_hash:
        raise TextMismatchError(actual=to_hex(text_hash(found.text)), limit=found.text_hash)


def _members(reply: Reply) -> dict[str, Any]:
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableAnswerError(actual=error) from error
