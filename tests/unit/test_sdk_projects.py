"""The client of projects against a service that answers anything: nothing false is signed or believed."""

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from eth_account import Account
from eth_hash.auto import keccak

from endogene_token.ballots import text_hash
from endogene_token.errors import (
    OtherClaimError,
    SettingError,
    UnknownTrancheError,
    UnreadableAnswerError,
)
from endogene_token.projects import Claim
from endogene_token.sdk import ProjectClient
from endogene_token.signers import KeyfileSigner

ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
EVIDENCE = keccak(b"photos")
COMMUNITY = {
    "chain_id": 450045,
    "project_book": ADDRESS,
    "project_currency": ADDRESS,
    "redemption_desk": ADDRESS,
}
NONCES = {"member": 4, "projects": 2, "currency": 0}
ACCEPTED = {"receipt": "0x" + "11" * 32, "status": "queued"}


def client(answers: dict[str, Any], seen: list[dict[str, Any]] | None = None) -> ProjectClient:
    """Return a client whose service answers what `answers` holds for a path; `seen` gets what is posted."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and seen is not None:
            seen.append(msgspec.json.decode(request.content))
        found = answers[request.url.raw_path.decode()]
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    signer = KeyfileSigner(Account.from_key((7).to_bytes(32)))
    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://till.test")
    return ProjectClient("http://till.test", 4, signer, http=http)


def service(**changed: Any) -> dict[str, Any]:
    """Return the answers of a sound service, but for what is changed."""
    claim = Claim(3, 0, 1, 500, 9, EVIDENCE)
    told = {"hash": "0x" + claim.hash.hex(), "attempt": 1, "amount": "500", "payee": 9}
    return {
        "/v1/community": COMMUNITY,
        "/v1/member-acts/nonces/4": NONCES,
        "/v1/member-acts": ACCEPTED,
        "/v1/projects/3": {"number": 3, "tranches": [{"position": 0, "claim": told}]},
        **changed,
    }


def test_a_list_is_read_page_by_page() -> None:
    """Until the service says that nothing follows."""
    pages = {
        "/v1/projects": {"items": [{"number": 1}], "next": 1},
        "/v1/projects?after=1": {"items": [{"number": 2}], "next": None},
    }
    assert [one["number"] for one in client(pages).projects()] == [1, 2]


def test_a_claim_is_signed_by_the_hash_of_what_its_judge_saw() -> None:
    """The tranche goes beside it: the hash tells it already."""
    seen: list[dict[str, Any]] = []
    assert client(service(), seen).review(3, 0, EVIDENCE, is_approved=False) == ACCEPTED["receipt"]
    [sent] = seen
    claim = "0x" + Claim(3, 0, 1, 500, 9, EVIDENCE).hash.hex()
    assert sent["act"] == {"action": "review", "tranche": 0, "claim": claim, "is_approved": False}
    assert (sent["member"], sent["subject"], sent["nonce"]) == (4, 3, 2)


@pytest.mark.parametrize("changed", [{"amount": "501"}, {"payee": 8}, {"attempt": 2}])
def test_a_claim_told_otherwise_than_it_was_made_is_not_signed(changed: dict[str, Any]) -> None:
    """A service that shows another amount, payee or attempt than the claim's hash holds."""
    answers = service()
    seen: list[dict[str, Any]] = []
    answers["/v1/projects/3"]["tranches"][0]["claim"].update(changed)
    with pytest.raises(OtherClaimError):
        client(answers, seen).release(3, 0, EVIDENCE)
    assert seen == []


def test_a_tranche_without_a_claim_is_told() -> None:
    """There is nothing to judge."""
    none = {"number": 3, "tranches": [{"position": 0}]}
    with pytest.raises(UnknownTrancheError):
        client(service(**{"/v1/projects/3": none})).review(3, 0, EVIDENCE)


def test_a_dossier_goes_with_the_act_that_names_it() -> None:
    """One signature, which covers the hash of the text: a passkey is asked once."""
    seen: list[dict[str, Any]] = []
    client(service(), seen).draft(1, "Une serre")
    assert [one["act"]["dossier"] for one in seen] == ["Une serre"]
    assert seen[0]["act"]["text"] == "0x" + text_hash("Une serre").hex()


UNREADABLE: list[Callable[[], dict[str, Any]]] = [
    lambda: service(**{"/v1/community": {"chain_id": 1}}),
    lambda: service(**{"/v1/community": {**COMMUNITY, "project_book": "0x12"}}),
    lambda: service(**{"/v1/member-acts/nonces/4": {"projects": "many"}}),
    lambda: service(**{"/v1/member-acts": httpx.Response(202, content=b"<html>")}),
]


@pytest.mark.parametrize("answers", UNREADABLE)
def test_an_answer_that_is_none_is_told(answers: Callable[[], dict[str, Any]]) -> None:
    """A proxy's page, another service, an address that is none."""
    with pytest.raises(UnreadableAnswerError):
        client(answers()).claim(3, 0, EVIDENCE)


@pytest.mark.parametrize("told", ["soon", "-1x", ""])
def test_a_next_number_that_is_none_is_told(told: str) -> None:
    """The desk's number comes with the refusal of another one."""
    body = {"code": "act-number", "actual": "9", "limit": told, "member": "4"}
    refused = httpx.Response(409, json=body)
    with pytest.raises(UnreadableAnswerError):
        client(service(**{"/v1/member-acts": refused})).request_redemption(1, EVIDENCE)


def test_a_url_that_is_none_is_refused() -> None:
    """Before anything is signed."""
    with pytest.raises(SettingError):
        ProjectClient("till.test", 4, KeyfileSigner(Account.from_key((7).to_bytes(32))))
