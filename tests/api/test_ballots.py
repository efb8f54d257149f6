"""Ballots over HTTP: who may send one, who may read it, and what nobody learns before the end."""

import time
from collections.abc import Iterator

import pytest

from endogene_token.ballots import Ballot, Choice, Opening
from endogene_token.chain import transactions as tx
from endogene_token.chain.assembly import CountedBallot
from endogene_token.chain.charter import Kind
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.chain.views import Admission, Category, MemberKind
from endogene_token.sdk.access import access_digest
from endogene_token.sealing import SEALED_BYTES, SealingKeys, open_, seal
from endogene_token.signers import PasskeySigner, SoftwareAuthenticator
from tests.api.test_access import OFFICER
from tests.api.vote_site import SIGNED_HEADER, VoteSite
from tests.town import FOREVER

FOR, AGAINST, ABSTAIN = Choice
YES_WALLET = "0x6010600c60003960106000f3631626ba7e60e01b60005260206000f3"
"""A contract that answers every question with the magic value of ERC-1271: it signs whatever one likes."""


@pytest.fixture
def number(hall: VoteSite) -> int:
    """An open vote."""
    return hall.opened(Kind.DECISION, f"Une décision, à {time.monotonic_ns()}.")


@pytest.fixture
def sealed(hall: VoteSite) -> int:
    """A sealed vote that is open."""
    return hall.opened(Kind.ELECTION, f"Une élection, à {time.monotonic_ns()}.")


def opening(choice: Choice, member: int) -> Opening:
    return Opening(choice, bytes([choice, member % 256]) * 16)


def told(answer: object) -> Iterator[tuple[str, object]]:
    """Yield every field of an answer, however deep, by its name."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield name, value
            yield from told(value)
    elif isinstance(answer, list):
        for one in answer:
            yield from told(one)


def test_a_ballot_is_accepted_counted_and_shown_to_its_member(hall: VoteSite, number: int) -> None:
    """202 at once; then the transaction, and a receipt that is enough to find it without the service."""
    member = hall.people[0]
    body = hall.ballot(number, member, FOR)
    answer = hall.post(f"/v1/resolutions/{number}/ballots", body)
    place = {"resolution": number, "member": member, "sequence": 1}
    assert (answer.status_code, answer.json()) == (202, {**place, "status": "queued"})
    assert hall.own(number, member).json()["status"] == "queued"
    hall.settle()
    own = hall.own(number, member).json()
    assert (own["status"], own["choice"], own["reason"]) == ("counted", 1, None)
    assert len(own["transaction"]) == 66
    assert own["standing"] == {"sequence": 1, "choice": 1}
    receipt, domain = own["receipt"], hall.votes.assembly.domain
    assert (receipt["chain_id"], receipt["assembly"]) == (domain.chain_id, domain.assembly)
    ballot = Ballot(
        *(receipt["resolution"], receipt["member"], Choice(receipt["choice"]), receipt["sequence"]),
        bytes.fromhex(receipt["text_hash"][2:]),
    )
    assert receipt["signature"] == body["signature"] == "0x" + hall.votes.sign(member, ballot).hex()


def test_a_ballot_is_taken_once_replaced_by_a_higher_one_and_never_changed(
    hall: VoteSite, number: int
) -> None:
    """The same again is the same answer; another choice under its number is a conflict."""
    member = hall.people[0]
    assert [hall.vote(number, member, FOR).json()["status"] for _ in range(2)] == ["queued"] * 2
    assert hall.code(hall.vote(number, member, AGAINST)) == (409, "ballot-taken")
    assert hall.vote(number, member, AGAINST, sequence=2).status_code == 202
    hall.settle()
    assert hall.vote(number, member, AGAINST, sequence=2).json()["status"] == "counted"
    assert hall.own(number, member).json()["standing"] == {"sequence": 2, "choice": 2}
    assert hall.vote(number, member, FOR).json()["status"] == "queued"  # stale, as the chain will say
    hall.settle()
    assert hall.own(number, member).json()["standing"] == {"sequence": 2, "choice": 2}


def test_only_the_member_reads_its_ballot(hall: VoteSite, number: int) -> None:
    """Not another member, not an officer, nobody without a proof: how one voted is nobody's business."""
    member, path = hall.people[0], f"/v1/resolutions/{number}/ballots/{hall.people[0]}"
    hall.vote(number, member, FOR)
    assert hall.own(number, member).status_code == 200
    assert hall.own(number, member, asker=hall.people[1]).status_code == 403
    assert hall.site.signed_get(path, OFFICER).status_code == 403
    assert hall.site.client.get(path).status_code == 401
    assert hall.code(hall.own(number, hall.people[1])) == (404, "unknown-ballot")
    header = hall.access(path, member)
    other_parity = header[:-3] + ('1c"' if header[-3:] == '1b"' else '1b"')
    for forged in (header.replace('created="', 'created="1'), other_parity, header + ", more"):
        assert hall.site.client.get(path, headers={"authorization": forged}).status_code == 401


def test_a_signature_by_another_key_tells_nothing_of_the_roll(hall: VoteSite, number: int) -> None:
    """The same answer for a member, and for a number that was never admitted: the roll is not to be read."""
    body = hall.ballot(number, hall.people[0], FOR, signer=hall.people[1])
    path = f"/v1/resolutions/{number}/ballots"
    codes = [hall.code(hall.post(path, {**body, "member": n})) for n in (hall.people[0], 0, 4_000_000)]
    assert codes == [(422, "unsigned-ballot")] * 3


def test_a_member_admitted_after_the_notice_is_told_why_its_ballot_is_none(
    hall: VoteSite, number: int
) -> None:
    """Its key is not on this roll: the notice fixed who may vote."""
    [late] = hall.votes.admit(Category.USER)
    assert hall.code(hall.vote(number, late, FOR)) == (422, "unsigned-ballot")


def test_a_ballot_before_the_notice_or_after_closing_is_refused(hall: VoteSite) -> None:
    """Too early there is nothing to sign for; too late is told at once, in the reader's language."""
    draft = hall.filed(Kind.DECISION, "Pas encore.")
    assert hall.code(hall.vote(draft, hall.people[0], FOR)) == (409, "wrong-state")
    number = hall.opened(Kind.DECISION, "Déjà fini.")
    body = hall.ballot(number, hall.people[0], FOR)
    hall.votes.wait_until_counted(number)
    answer = hall.post(f"/v1/resolutions/{number}/ballots", body, **{"accept-language": "en"})
    assert hall.code(answer) == (409, "wrong-state")
    assert answer.json()["title"] == f"Resolution {number} is no_quorum; this needs one that is open."


def test_a_refused_ballot_is_told_with_its_reason_to_its_member(hall: VoteSite) -> None:
    """Accepted before closing, it came to the chain too late."""
    number = hall.opened(Kind.DECISION, "Trop tard de peu.")
    assert hall.vote(number, hall.people[0], FOR).status_code == 202
    hall.votes.wait_until_counted(number)
    hall.settle()
    own = hall.own(number, hall.people[0]).json()
    assert (own["status"], own["reason"], own["standing"]) == ("refused", "wrong-state", None)
    assert own["explanation"].startswith("La résolution")


def test_nothing_but_the_turnout_is_told_while_a_sealed_vote_is_open(hall: VoteSite, sealed: int) -> None:
    """Whatever is asked: no tally, no outcome, no choice, no opening, before the ballots are counted."""
    members = hall.people[:3]
    openings = dict(zip(members, map(opening, (FOR, FOR, AGAINST), members), strict=True))
    for member, one in openings.items():
        answer = hall.post(f"/v1/resolutions/{sealed}/ballots", hall.sealed(sealed, member, one))
        assert answer.status_code == 202, answer.text
    hall.settle()
    path = f"/v1/resolutions/{sealed}"
    shown = [hall.get(path), hall.get(f"/v1/resolutions?after={sealed - 1}")]
    shown += [hall.own(sealed, member).json() for member in members]
    silent = {"tallies", "outcome", "choice", "in_favour", "against", "abstained", "unopened"}
    assert [(name, value) for name, value in told(shown) if name in silent and value is not None] == []
    assert hall.get(path)["quorum"]["ballots"] == 3
    assert hall.code(hall.site.client.get(f"{path}/sealed-openings")) == (409, "wrong-state")
    body = {"member": members[0], "choice": 1, "salt": "0x" + openings[members[0]].salt.hex()}
    assert hall.code(hall.post(f"{path}/openings", body)) == (409, "wrong-state")
    hall.votes.wait_until(hall.get(path)["closes_at"])
    assert hall.post(f"{path}/openings", body).json()["status"] == "queued"
    hall.settle()
    between = hall.get(path)
    assert (between["state"], between["tallies"], between["quorum"]["ballots"]) == ("closed", None, 3)
    assert hall.post(f"{path}/openings", body).json()["status"] == "opened"
    hall.votes.wait_until_counted(sealed)
    after = hall.get(path)
    users = {"college": "user", "in_favour": 1, "against": 0, "abstained": 0, "unopened": 2}
    assert (after["tallies"][0], after["quorum"]["ballots"]) == (users, 1)
    late = {"member": members[1], "choice": 1, "salt": "0x" + openings[members[1]].salt.hex()}
    assert hall.code(hall.post(f"{path}/openings", late)) == (409, "wrong-state")


def test_only_what_opens_the_ballot_that_counts_is_an_opening(hall: VoteSite, sealed: int) -> None:
    """Another choice, another member's salt, the ballot that was replaced: each is refused."""
    first, second = hall.people[:2]
    for member, one, sequence in (
        *((first, opening(FOR, 1), 1), (first, opening(AGAINST, 2), 2)),
        (second, opening(FOR, 3), 1),
    ):
        body = hall.sealed(sealed, member, one, sequence)
        assert hall.post(f"/v1/resolutions/{sealed}/ballots", body).status_code == 202
        hall.settle()
    path = f"/v1/resolutions/{sealed}/openings"
    hall.votes.wait_until(hall.get(f"/v1/resolutions/{sealed}")["closes_at"])
    for member, one in (
        *((first, opening(FOR, 1)), (first, Opening(FOR, opening(AGAINST, 2).salt))),
        *((second, opening(AGAINST, 2)), (4_000, opening(FOR, 1))),
    ):
        body = {"member": member, "choice": int(one.choice), "salt": "0x" + one.salt.hex()}
        assert hall.code(hall.post(path, body)) == (422, "opening-mismatch")
    good = {"member": first, "choice": 2, "salt": "0x" + opening(AGAINST, 2).salt.hex()}
    assert hall.post(path, good).status_code == 202
    hall.settle()
    assert hall.votes.assembly.ballot(sealed, first) == CountedBallot(2, AGAINST)


def test_scrutineers_fetch_what_was_sealed_for_them(hall: VoteSite, sealed: int) -> None:
    """After closing: of each member the last ballot; only their key, told with the vote, reads it."""
    keys = SealingKeys.generate()
    member, one = hall.people[0], opening(ABSTAIN, 9)
    hidden = seal(one, keys.public, sealed, member)
    body = {**hall.sealed(sealed, member, one), "sealed_opening": "0x" + hidden.hex()}
    assert hall.post(f"/v1/resolutions/{sealed}/ballots", body).status_code == 202
    hall.settle()
    told_key = hall.get(f"/v1/resolutions/{sealed}")["sealing_key"]
    assert told_key == "0x" + "ab" * 32
    hall.votes.wait_until(hall.get(f"/v1/resolutions/{sealed}")["closes_at"])
    [item] = hall.get(f"/v1/resolutions/{sealed}/sealed-openings")["items"]
    assert (item["member"], item["sequence"]) == (member, 1)
    found = bytes.fromhex(item["sealed_opening"][2:])
    assert (len(found), open_(found, keys.private, sealed, member)) == (SEALED_BYTES, one)


def test_a_ballot_of_the_wrong_kind_is_refused(hall: VoteSite, number: int) -> None:
    """Sealed in an open vote, both at once, neither; and an opening where nothing is sealed."""
    member = hall.people[0]
    closed = hall.sealed(number, member, opening(FOR, 1))
    path = f"/v1/resolutions/{number}/ballots"
    assert hall.code(hall.post(path, closed)) == (422, "ballot-mode")
    assert hall.code(hall.post(path, {**closed, "choice": 1})) == (422, "request-shape")
    closed.pop("commitment")
    assert hall.code(hall.post(path, closed)) == (422, "request-shape")
    body = {"member": member, "choice": 1, "salt": "0x" + "00" * 32}
    assert hall.code(hall.post(f"/v1/resolutions/{number}/openings", body)) == (422, "ballot-mode")


def test_an_open_ballot_in_a_sealed_vote_is_refused(hall: VoteSite, sealed: int) -> None:
    """It would show its choice: it is not even kept."""
    assert hall.code(hall.vote(sealed, hall.people[0], FOR)) == (422, "ballot-mode")
    assert hall.code(hall.own(sealed, hall.people[0])) == (404, "unknown-ballot")


def test_a_passkey_and_a_wallet_vote_and_read_their_ballots(hall: VoteSite) -> None:
    """ERC-7913 and ERC-1271, beside plain keys: over HTTP, through the relay, on the chain."""
    votes, community = hall.votes, hall.votes.town.community
    phone = SoftwareAuthenticator()
    passkey = phone.passkey(community.passkey_verifier)
    wallet = deployed_wallet(hall)
    numbers = [votes.town.ledger.member_count() + n for n in (1, 2)]
    rows = [Admission(MemberKind.PERSON, Category.USER, 0, FOREVER, one) for one in (passkey.key, wallet)]
    votes.do(tx.admit_members(community, rows), account=votes.registrar)
    number = hall.opened(Kind.DECISION, "Pour les téléphones.")
    text = bytes.fromhex(hall.get(f"/v1/resolutions/{number}")["text_hash"][2:])
    ballot = Ballot(number, numbers[0], FOR, 1, text)
    by_phone = PasskeySigner(passkey, phone).sign(ballot, votes.assembly.domain)
    for member, signature in zip(numbers, (by_phone, b"\x01"), strict=True):
        body = {"member": member, "choice": 1, "sequence": 1, "signature": "0x" + signature.hex()}
        answer = hall.post(f"/v1/resolutions/{number}/ballots", body)
        assert answer.status_code == 202, answer.text
    hall.settle()
    assert votes.assembly.tally(number).sum(FOR) == 2
    for member, key in zip(numbers, (passkey.key, wallet), strict=True):
        path, created = f"/v1/resolutions/{number}/ballots/{member}", int(time.time())
        asked = access_digest(votes.town.ledger.domain, "GET", path, created)
        signature = passkey.encode(phone.assertion(asked), asked) if member == numbers[0] else b"\x01"
        header = SIGNED_HEADER.format(key=key.hex(), created=created, signature=signature.hex())
        answer = hall.site.client.get(path, headers={"authorization": header})
        assert (answer.status_code, answer.json()["status"]) == (200, "counted")


def deployed_wallet(hall: VoteSite) -> bytes:
    """Return the address of a new wallet, 20 bytes."""
    sender = Sender(hall.votes.town.ledger, hall.votes.town.relayer)
    return bytes.fromhex(str(sender.transact(Call(None, YES_WALLET, 1_000_000)).contract)[2:])
