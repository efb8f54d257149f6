"""Resolutions over HTTP: filed, noticed, voted, counted and carried out, on a real chain."""

import json
import unicodedata

import pytest
from eth_account import Account
from eth_hash.auto import keccak
from sqlmodel import Session

from api.texts import LONGEST
from endogene_token.ballots import Choice, ExecutableCall, Interest, text_hash
from endogene_token.chain import resolutions as rs
from endogene_token.chain.charter import Kind
from endogene_token.office import trail
from endogene_token.store import reading
from tests.api.vote_site import NOTICE, VoteSite
from tests.node.vote_relay import FAR

FOR, AGAINST, ABSTAIN = Choice


def test_a_text_is_served_with_the_hash_that_it_has(hall: VoteSite) -> None:
    """Whoever reads it computes the hash again: one form of a text, whatever keyboard it came from."""
    typed = unicodedata.normalize("NFD", "Résolution\r\nAcheter un four à pain.\r\n")
    served = hall.get(f"/v1/texts/{hall.text(typed)}")
    assert served["text"] == unicodedata.normalize("NFC", typed).replace("\r\n", "\n")
    assert served["hash"] == "0x" + keccak(served["text"].encode()).hex()
    assert hall.text(served["text"]) == served["hash"]
    number = hall.filed(Kind.DECISION, typed)
    told = hall.get(f"/v1/resolutions/{number}")
    assert told["text_hash"] == "0x" + keccak(told["text"].encode()).hex() == served["hash"]


def test_a_resolution_goes_from_its_text_to_its_execution(hall: VoteSite) -> None:
    """Every step over HTTP, for members who have no gas; what each answer then tells."""
    number = hall.filed(Kind.DECISION, "Ouvrir le samedi.")
    told = hall.get(f"/v1/resolutions/{number}")
    assert (told["state"], told["kind"], told["proposer"]) == ("draft", "decision", hall.people[0])
    assert [told[name] for name in ("body", "opens_at", "tallies", "roll", "quorum")] == [None] * 5
    opens_at = hall.votes.now + NOTICE
    notice = hall.notice(hall.people[0], number, opens_at)
    digest = hall.post(f"/v1/resolutions/{number}/notice", notice).json()["digest"]
    assert hall.get(f"/v1/acts/{digest}")["status"] == "queued"
    hall.settle()
    assert hall.get(f"/v1/acts/{digest}")["status"] == "done"
    assert hall.get(f"/v1/resolutions/{number}")["state"] == "noticed"
    hall.votes.wait_until(opens_at)
    for member, choice in zip(hall.people[:4], (FOR, FOR, AGAINST, ABSTAIN), strict=True):
        assert hall.vote(number, member, choice).status_code == 202
    hall.settle()
    told = hall.get(f"/v1/resolutions/{number}")
    assert (told["state"], told["opens_at"], told["body"]) == ("open", opens_at, "general-assembly")
    assert told["quorum"] == {"needed": 1, "ballots": 4}
    assert told["roll"]["total"] == sum(hall.votes.assembly.resolution(number).roll_sizes)
    users = {"in_favour": 2, "against": 1, "abstained": 1, "unopened": 0}
    assert told["tallies"][0] == {"college": "user", **users}
    hall.votes.wait_until_counted(number)
    told = hall.get(f"/v1/resolutions/{number}")
    assert (told["state"], told["outcome"]) == ("contestable", "carried")
    assert hall.code(hall.post(f"/v1/resolutions/{number}/execute")) == (409, "wrong-state")
    hall.votes.wait_until(told["executable_from"])
    assert hall.get(f"/v1/resolutions/{number}")["state"] == "final"
    assert hall.post(f"/v1/resolutions/{number}/execute", {}).status_code == 202
    hall.settle()
    assert hall.get(f"/v1/resolutions/{number}")["state"] == "executed"
    assert hall.code(hall.post(f"/v1/resolutions/{number}/execute")) == (409, "wrong-state")


def test_the_calls_of_a_resolution_are_told_by_name(hall: VoteSite) -> None:
    """A member who votes sees which function of which contract it is; a foreign one only as data."""
    seat = rs.executable(rs.seat(hall.votes.town.community, hall.people[3], FAR))
    foreign = ExecutableCall("0x" + "12" * 20, b"\x01\x02")
    number = hall.filed(Kind.ELECTION, "Élire une administratrice.", (seat, foreign))
    named = [(one["contract"], one["function"]) for one in hall.get(f"/v1/resolutions/{number}")["calls"]]
    assert named == [("Board", "seat"), (None, None)]
    assert hall.get(f"/v1/resolutions/{number}")["calls"][1]["data"] == "0x0102"


def test_resolutions_are_listed_page_by_page(hall: VoteSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """By ascending number; `next` is where the following page begins, and null at the end."""
    monkeypatch.setattr("api.routes.resolutions.PAGE", 2)
    for text in ("Une.", "Deux.", "Trois."):
        hall.filed(Kind.DECISION, text)
    numbers, after = [], 0
    while after is not None:
        page = hall.get(f"/v1/resolutions?after={after}")
        assert len(page["items"]) <= 2
        numbers += [one["number"] for one in page["items"]]
        after = page["next"]
    assert numbers == list(range(1, hall.votes.assembly.count() + 1))
    assert hall.site.client.get("/v1/resolutions?after=-1").status_code == 422


def test_what_cannot_be_filed_is_told_at_once(hall: VoteSite) -> None:
    """An unknown text, a forged signature, a number out of turn."""
    text = "Un texte gardé."
    good = hall.proposal(hall.people[1], Kind.DECISION, text)
    assert hall.code(hall.post("/v1/resolutions", good)) == (404, "unknown-text")
    hall.text(text)
    forged = hall.proposal(hall.people[1], Kind.DECISION, text, signer=hall.people[2])
    assert hall.code(hall.post("/v1/resolutions", forged)) == (422, "member-signature")
    early = hall.proposal(hall.people[1], Kind.DECISION, text, nonce=good["nonce"] + 1)
    assert hall.code(hall.post("/v1/resolutions", early)) == (409, "act-number")
    first = hall.post("/v1/resolutions", good)
    assert hall.post("/v1/resolutions", good).json() == first.json()
    assert hall.get(f"/v1/governance/nonces/{hall.people[1]}")["nonce"] == good["nonce"] + 1
    assert hall.post("/v1/resolutions", early).status_code == 202
    hall.settle()


def test_a_notice_that_the_assembly_would_refuse_is_refused_at_once(hall: VoteSite) -> None:
    """Too short, by somebody who is no director, of an unknown resolution: in the reader's language."""
    number = hall.filed(Kind.DECISION, "Un avis trop court.")
    path = f"/v1/resolutions/{number}/notice"
    soon = hall.post(path, hall.notice(hall.people[0], number, hall.votes.now + 60))
    assert hall.code(soon) == (422, "vote-too-soon")
    member = hall.notice(hall.people[3], number, hall.votes.now + NOTICE)
    assert hall.code(hall.post(path, member)) == (422, "not-director")
    unknown = hall.notice(hall.people[0], 9_999, hall.votes.now + NOTICE)
    answer = hall.post("/v1/resolutions/9999/notice", unknown, **{"accept-language": "en"})
    assert hall.code(answer) == (404, "unknown-resolution")
    assert answer.json()["title"].startswith("There is no resolution 9999")
    assert hall.get(f"/v1/governance/nonces/{hall.people[0]}")["nonce"] == hall.votes.assembly.nonce(
        hall.people[0]
    )


def test_a_director_leaves_a_resolution_of_the_board(hall: VoteSite) -> None:
    """Signed, relayed, and from then on the director's ballot is refused."""
    number = hall.opened(Kind.SPENDING, "Payer la fournée.")
    director = hall.people[1]
    nonce = hall.get(f"/v1/governance/nonces/{director}")["nonce"]
    signature = "0x" + hall.votes.sign(director, Interest(director, number, nonce)).hex()
    body = {"member": director, "nonce": nonce, "signature": signature}
    assert hall.post(f"/v1/resolutions/{number}/interests", body).status_code == 202
    hall.settle()
    told = hall.vote(number, director, FOR)
    assert (told.status_code, told.json()["actual"]) == (422, "interest-declared")
    stranger = hall.vote(number, hall.people[4], FOR)
    assert (stranger.status_code, stranger.json()["actual"]) == (422, "not-on-roll")
    assert hall.get(f"/v1/resolutions/{number}")["roll"]["total"] == 1


def test_who_governs_is_told(hall: VoteSite) -> None:
    """The charter in force by its kinds, the directors in office, the members of each college."""
    hall.site.read()
    told = hall.get("/v1/governance")
    assert (told["governor"], told["handed_over"]) == (hall.votes.town.officer.address, False)
    assert [one["member"] for one in told["directors"]] == hall.people[:2]
    assert told["members"]["worker"] == 0  # fewer than five
    charter = told["charter"]
    assert (charter["version"], charter["profile"], charter["board_limit"]) == (1, "qc-solidarity", "500000")
    election = next(one for one in charter["procedures"] if one["kind"] == "election")
    assert (election["is_sealed"], election["body"]) == (True, "general-assembly")
    assert "member-rebate" not in {one["kind"] for one in charter["procedures"]}


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("x" * (LONGEST + 1), 413, "text-too-long"),
        ("", 422, "request-shape"),
        ("a\0b", 422, "request-shape"),
        ("\ud800", 422, None),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(
    hall: VoteSite, text: str, status: int, code: str | None
) -> None:
    """Too long, empty, or none that UTF-8 can write."""
    content = json.dumps({"text": text}).encode()
    answer = hall.send_text(content, hall.votes.voters[hall.people[0]])
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code


def test_a_text_is_kept_for_members_and_officers_alone(hall: VoteSite) -> None:
    """Nobody else fills the disk; the trail says whose text it was, once."""
    body = json.dumps({"text": "Le texte d'une inconnue."}).encode()
    stranger, member = Account.create(), hall.people[1]
    assert hall.code(hall.post("/v1/texts", json.loads(body))) == (401, "credentials")
    assert hall.code(hall.send_text(body, stranger)) == (403, "access")
    proof = hall.proof(body, hall.votes.voters[member])
    other = hall.site.client.post("/v1/texts", content=body.replace(b"texte", b"livre"), headers=proof)
    assert hall.code(other) == (401, "credentials"), "a proof is for one text"
    before = _kept(hall)
    assert [hall.site.client.post("/v1/texts", content=body, headers=proof).status_code] * 2 == [201] * 2
    assert _kept(hall)[len(before) :] == [f"member:{member}"]
    assert hall.text("Le texte d'une inconnue.")
    assert len(_kept(hall)) == len(before) + 1, "kept already"
    assert hall.send_text(b'{"text": "D\'office."}', hall.votes.town.officer).status_code == 201
    assert _kept(hall)[-1].startswith("officer:0x")


def test_a_proposal_brings_its_text(hall: VoteSite) -> None:
    """One signature for both; a text of another hash, or one of a proposal that is refused, is not kept."""
    member, words = hall.people[1], "Acheter une enseigne."
    good = hall.proposal(member, Kind.DECISION, words)
    assert hall.code(hall.post("/v1/resolutions", {**good, "text": "Autre chose."})) == (404, "unknown-text")
    forged = hall.proposal(member, Kind.DECISION, words, signer=hall.people[2])
    refused = hall.post("/v1/resolutions", {**forged, "text": words})
    assert hall.code(refused) == (422, "member-signature")
    assert hall.site.client.get(f"/v1/texts/{good['text_hash']}").status_code == 404
    assert hall.post("/v1/resolutions", {**good, "text": words}).status_code == 202
    assert hall.get(f"/v1/texts/{good['text_hash']}")["text"] == words
    assert _kept(hall)[-1] == f"member:{member}"
    too_long = hall.post("/v1/resolutions", {**good, "text": "x" * (LONGEST + 1)})
    assert hall.code(too_long) == (413, "text-too-long")
    hall.settle()


def _kept(hall: VoteSite) -> list[str]:
    """Return who had texts kept, as the trail says."""
    with reading(hall.site.engine) as connection, Session(connection) as session:
        return [one.who for one in trail.page(session, 0, 1_000) if one.action == "text.kept"]


def test_a_long_text_is_kept_whole(hall: VoteSite) -> None:
    """Two hundred thousand bytes: a budget with all its lines."""
    text = "é" * (LONGEST // 2)
    assert hall.text(text) == "0x" + text_hash(text).hex()
