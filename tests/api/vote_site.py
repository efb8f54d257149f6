"""A voting town with its API, and what its members send over HTTP."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from endogene_token.ballots import (
    Ballot,
    Choice,
    ExecutableCall,
    Notice,
    Opening,
    Proposal,
    SealedBallot,
    calls_hash,
    commitment,
    text_hash,
)
from endogene_token.chain.charter import Kind
from endogene_token.relay import VoteRelay
from endogene_token.sdk.access import access_digest, authorization
from endogene_token.sdk.keys import TillKey
from tests.node.vote_relay import voting_town
from tests.node.votes import Votes
from tests.site import Site, open_site

SIGNED_HEADER = 'Endogene key="0x{key}", created="{created}", signature="0x{signature}"'
NOTICE = 10 * 86_400 + 600  # seconds: what the standard charter asks for, and some to spare


@dataclass
class VoteSite:
    """What a test drives."""

    votes: Votes
    site: Site
    relay: VoteRelay

    @property
    def people(self) -> list[int]:
        return sorted(self.votes.voters)

    def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        return self.site.client.post(path, json=body, headers=headers)

    def get(self, path: str) -> Any:
        return self.site.get(path)

    def settle(self) -> None:
        """Bring what is queued to the chain, and the read model to its head."""
        while self.relay.step():
            pass
        self.site.read()

    def text(self, text: str) -> str:
        """Have the first member keep a text; return its hash."""
        answer = self.send_text(
            json.dumps({"text": text}, ensure_ascii=False).encode(), self.votes.voters[self.people[0]]
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["hash"])

    def send_text(self, body: bytes, account: LocalAccount) -> httpx.Response:
        """Send a text with the proof of an account."""
        return self.site.client.post("/v1/texts", content=body, headers=self.proof(body, account))

    def proof(self, body: bytes, account: LocalAccount) -> dict[str, str]:
        """Return the headers by which an account shows that it sends this text."""
        key, domain = TillKey(bytes(account.key)), self.votes.town.ledger.domain
        proof = authorization(key, domain, "POST", "/v1/texts", int(time.time()), body=body)
        return {"authorization": proof, "content-type": "application/json"}

    def proposal(
        self, member: int, kind: Kind, text: str, calls: Sequence[ExecutableCall] = (), **wrong: Any
    ) -> dict[str, Any]:
        """Return the body of a proposal; `wrong` replaces its nonce or the member who signs."""
        nonce = wrong.get("nonce", self.get(f"/v1/governance/nonces/{member}")["nonce"])
        made = Proposal(member, int(kind), text_hash(text), calls_hash(calls), nonce)
        return {
            "member": member,
            "kind": int(kind),
            "text_hash": "0x" + made.text.hex(),
            "calls": [{"target": one.target, "data": "0x" + one.data.hex()} for one in calls],
            "nonce": nonce,
            "signature": "0x" + self.votes.sign(wrong.get("signer", member), made).hex(),
        }

    def notice(self, member: int, number: int, opens_at: int) -> dict[str, Any]:
        """Return the body of a notice."""
        nonce = self.get(f"/v1/governance/nonces/{member}")["nonce"]
        made = Notice(member, number, opens_at, nonce)
        signature = "0x" + self.votes.sign(member, made).hex()
        return {"member": member, "opens_at": opens_at, "nonce": nonce, "signature": signature}

    def filed(self, kind: Kind, text: str, calls: Sequence[ExecutableCall] = ()) -> int:
        """File a resolution over HTTP; return its number."""
        self.text(text)
        answer = self.post("/v1/resolutions", self.proposal(self.people[0], kind, text, calls))
        assert answer.status_code == 202, answer.text
        self.settle()
        return int(self.get(f"/v1/acts/{answer.json()['digest']}")["resolution"])

    def opened(self, kind: Kind, text: str, calls: Sequence[ExecutableCall] = ()) -> int:
        """File a resolution, give its notice over HTTP, and wait until it opens; return its number."""
        number = self.filed(kind, text, calls)
        opens_at = self.votes.now + NOTICE
        body = self.notice(self.people[0], number, opens_at)
        answer = self.post(f"/v1/resolutions/{number}/notice", body)
        assert answer.status_code == 202, answer.text
        self.settle()
        self.votes.wait_until(opens_at)
        return number

    def ballot(
        self, number: int, member: int, choice: Choice, sequence: int = 1, signer: int = 0
    ) -> dict[str, Any]:
        """Return the body of a ballot."""
        text = bytes.fromhex(self.get(f"/v1/resolutions/{number}")["text_hash"][2:])
        made = Ballot(number, member, choice, sequence, text)
        signature = "0x" + self.votes.sign(signer or member, made).hex()
        return {"member": member, "choice": int(choice), "sequence": sequence, "signature": signature}

    def sealed(self, number: int, member: int, opening: Opening, sequence: int = 1) -> dict[str, Any]:
        """Return the body of a sealed ballot."""
        text = bytes.fromhex(self.get(f"/v1/resolutions/{number}")["text_hash"][2:])
        closed = commitment(number, member, opening)
        made = SealedBallot(number, member, sequence, closed, text)
        signature = "0x" + self.votes.sign(member, made).hex()
        return {
            "member": member,
            "commitment": "0x" + closed.hex(),
            "sequence": sequence,
            "signature": signature,
        }

    def vote(self, number: int, member: int, choice: Choice, sequence: int = 1) -> httpx.Response:
        """Send a ballot."""
        return self.post(f"/v1/resolutions/{number}/ballots", self.ballot(number, member, choice, sequence))

    def access(self, path: str, member: int) -> str:
        """Return the header by which a member with an address asks for its own ballot."""
        account, created = self.votes.voters[member], int(time.time())
        digest = access_digest(self.votes.town.ledger.domain, "GET", path, created)
        signature = account.unsafe_sign_hash(Hash32(digest)).signature.hex()
        return SIGNED_HEADER.format(key=account.address[2:], created=created, signature=signature)

    def own(self, number: int, member: int, asker: int = 0) -> httpx.Response:
        """Ask for a member's ballot, as the member or as another one."""
        path = f"/v1/resolutions/{number}/ballots/{member}"
        return self.site.client.get(path, headers={"authorization": self.access(path, asker or member)})

    def code(self, answer: httpx.Response) -> tuple[int, str]:
        """Return the status and the code of a problem."""
        return answer.status_code, answer.json()["code"]


@contextmanager
def vote_site(folder: Any, **settings: Any) -> Iterator[VoteSite]:
    """Serve a voting town."""
    with (
        voting_town() as votes,
        open_site(votes.town, f"sqlite:///{folder / 'ledger.sqlite'}", **settings) as site,
    ):
        site.read()
        yield VoteSite(votes, site, VoteRelay(site.engine, votes.town.ledger, votes.town.relayer))
