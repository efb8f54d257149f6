"""What the client of projects and project money does, without I/O; see `flows` for how it is driven."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from endogene_token.act_json import as_json
from endogene_token.ballots import text_hash
from endogene_token.errors import (
    ActNumberError,
    OtherClaimError,
    SettingError,
    UnknownTrancheError,
    UnreadableAnswerError,
)
from endogene_token.hexes import to_hex
from endogene_token.member_acts import Act, Content, Drafting, Releasing, Reviewing
from endogene_token.sdk.asking import ask
from endogene_token.sdk.effects import Flow, Reply, Request
from endogene_token.sdk.messages import read
from endogene_token.sdk.project_messages import Accepted, Contracts, Nonces, ProjectAnswer, counter
from endogene_token.sdk.retries import Retries
from endogene_token.signers import Signer

PATH: Final = "/v1/member-acts"
PRIVATE: Final = "redemptions"
NO_NONCE: Final = 2**63 - 1  # no contract ever comes so far: what bears it is never done, and tells the next


class ProjectFlows:
    """The core of the client: one flow for each kind of request."""

    def __init__(self, api_url: str, member: int, signer: Signer, retries: Retries) -> None:
        """Take the member's number, and whoever signs for it. Raises SettingError."""
        parts = urlsplit(api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingError(field="api_url", actual=api_url, limit="http://… https://…")
        self.member = member
        self._api_url = api_url
        self._signer = signer
        self._retries = retries
        self._contracts: Contracts | None = None

    def listed(self, path: str) -> Flow[list[dict[str, Any]]]:
        """Return every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = _members((yield from self._ask("GET", f"{path}{after}")))
            found += page["items"]
            if page.get("next") is None:
                return found
            after = f"?after={page['next']}"

    def get(self, path: str) -> Flow[dict[str, Any]]:
        """Return what the service tells at a path."""
        return _members((yield from self._ask("GET", path)))

    def draft(self, call: int, text: str) -> Flow[str]:
        """Begin a dossier by the hash of its text, and have the text kept with it."""
        return (yield from self._act(call, Drafting(text_hash(text)), {"dossier": text}))

    def review(self, project: int, tranche: int, evidence: bytes, *, is_approved: bool) -> Flow[str]:
        """Approve or reject the claim that stands, if it is made with this evidence."""
        claim = yield from self._claim(project, tranche, evidence)
        return (yield from self.do(project, Reviewing(claim, is_approved), tranche))

    def release(self, project: int, tranche: int, evidence: bytes) -> Flow[str]:
        """Release the claim that stands, if it is made with this evidence."""
        claim = yield from self._claim(project, tranche, evidence)
        return (yield from self.do(project, Releasing(claim), tranche))

    def do(self, subject: int, content: Content, tranche: int | None = None) -> Flow[str]:
        """Sign an act and send it; return its receipt."""
        beside = {} if tranche is None else {"tranche": tranche}
        return (yield from self._act(subject, content, beside))

    def _act(self, subject: int, content: Content, beside: Mapping[str, object]) -> Flow[str]:
        """Sign an act and send it, with what is told beside what was signed."""
        name = counter(content)
        if name != PRIVATE:
            nonces = read((yield from self._ask("GET", f"{PATH}/nonces/{self.member}")), Nonces)
            return (yield from self._send(subject, content, beside, int(getattr(nonces, name))))
        try:
            return (yield from self._send(subject, content, beside, NO_NONCE))
        except ActNumberError as error:  # told to nobody but who has signed
            return (yield from self._send(subject, content, beside, _number(error)))

    def _send(self, subject: int, content: Content, beside: Mapping[str, object], nonce: int) -> Flow[str]:
        act = Act(self.member, subject, content, nonce)
        domain = (yield from self._met()).domain(content)
        body = {
            "member": self.member,
            "subject": subject,
            "nonce": nonce,
            "act": {"action": act.action, **beside, **as_json(content)},
            "signature": to_hex(self._signer.sign(act, domain)),
        }
        return read((yield from self._post(PATH, body)), Accepted).receipt

    def _claim(self, project: int, tranche: int, evidence: bytes) -> Flow[bytes]:
        """Return the hash of the claim that stands, computed from what its judge has seen."""
        told = read((yield from self._ask("GET", f"/v1/projects/{project}")), ProjectAnswer)
        standing = next((one.claim for one in told.tranches if one.position == tranche), None)
        if standing is None:
            raise UnknownTrancheError(actual=tranche, limit=len(told.tranches))
        claim = standing.claim(project, tranche, evidence)
        if to_hex(claim.hash) != standing.hash:
            raise OtherClaimError(actual=to_hex(claim.hash), limit=standing.hash)
        return claim.hash

    def _met(self) -> Flow[Contracts]:
        if self._contracts is None:
            self._contracts = read((yield from self._ask("GET", "/v1/community")), Contracts)
        return self._contracts

    def _post(self, path: str, body: Mapping[str, object]) -> Flow[Reply]:
        return ask(Request("POST", path, msgspec.json.encode(body)), self._retries, self._api_url)

    def _ask(self, method: str, path: str) -> Flow[Reply]:
        return ask(Request(method, path), self._retries, self._api_url)


def _number(error: ActNumberError) -> int:
    try:
        return int(str(error.limit))
    except ValueError:
        raise UnreadableAnswerError(actual=error) from error


def _members(reply: Reply) -> dict[str, Any]:
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableAnswerError(actual=error) from error
