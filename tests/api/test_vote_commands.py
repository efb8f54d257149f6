"""`endogene vote`, as a director and a member type it, against the real service."""

import json
import time
from pathlib import Path

import pytest

from endogene_token.chain import artifacts
from endogene_token.chain.charter import Kind
from endogene_token.cli import voting
from endogene_token.keyfile import encrypt_key, write_key_file
from endogene_token.sealing import KeyShare, SealingKeys, combine_shares
from tests.api.vote_site import NOTICE, VoteSite
from tests.commands import Answer, call

PASSPHRASE = "une phrase de passe"  # noqa: S105  # of keys that no community knows


class Person:
    """A member at a terminal: a keystore, a service, and a folder for receipts."""

    def __init__(self, hall: VoteSite, member: int, folder: Path) -> None:
        self.hall, self.member, self.folder = hall, member, folder
        self.key = folder / f"{member}.json"
        write_key_file(self.key, encrypt_key(bytes(hall.votes.voters[member].key), PASSPHRASE))

    def types(self, *words: object, signed: bool = True) -> Answer:
        """Run `endogene vote …` with this member's key, for machines."""
        own = ("--member", self.member, "--key", self.key) if signed else ()
        where = ("--api", self.hall.site.client.base_url, "--json")
        answer = call("vote", *words, *own, *where, ENDOGENE_PASSPHRASE=PASSPHRASE)
        self.hall.settle()
        return answer


@pytest.fixture
def people(hall: VoteSite, tmp_path: Path) -> list[Person]:
    """A director and a member."""
    return [Person(hall, member, tmp_path) for member in hall.people[:3]]


def test_a_resolution_is_filed_voted_verified_and_carried_out_from_a_terminal(
    hall: VoteSite, people: list[Person], tmp_path: Path
) -> None:
    """Each step is one command; the receipt proves the ballot to whoever has a node."""
    director, second, third = people
    text, calls = tmp_path / "texte.md", tmp_path / "calls.json"
    text.write_text("Le règlement est adopté.\n", "utf-8")
    calls.write_text("[]", "utf-8")
    filed = director.types("propose", "decision", text, "--calls", calls)
    assert filed.code == 0, filed
    number = director.types("list", signed=False).json["resolutions"][-1]["number"]
    assert director.types("notice", number, "--opens-in", 1).error == "vote-too-soon"
    opens_in = hall.votes.now - int(time.time()) + NOTICE + 60  # other tests have moved the chain's clock
    assert director.types("notice", number, "--opens-in", opens_in).code == 0
    hall.votes.wait_until(hall.get(f"/v1/resolutions/{number}")["opens_at"])
    receipt = tmp_path / "ballot.json"
    assert second.types("cast", number, "against", "--receipt", receipt).json["sequence"] == 1
    assert second.types("cast", number, "for", "--receipt", receipt).json["sequence"] == 2
    for person in (director, third):
        own = tmp_path / f"{person.member}-ballot.json"
        assert person.types("cast", number, "for", "--receipt", own).code == 0
    rpc = hall.votes.town.rpc.urls[0]
    assert call("vote", "verify", receipt, "--rpc", rpc, "--json").json["verdict"] == "counted"
    hall.votes.wait_until_final(number)
    assert director.types("execute", number, signed=False).code == 0
    assert director.types("show", number, signed=False).json["state"] == "executed"


def test_a_resolution_may_call_each_contract_where_it_stands(hall: VoteSite) -> None:
    """The service tells the address of all nine, and the command finds each."""
    told, community = hall.get("/v1/community"), hall.votes.town.community
    assert {name: told[key] for name, key in voting.CONTRACTS.items()} == {
        name: community.address(name) for name in artifacts.CONTRACTS
    }
    assert told["passkey_verifier"] == community.passkey_verifier


def test_a_sealed_ballot_is_opened_by_its_receipt_from_a_terminal(
    hall: VoteSite, people: list[Person], tmp_path: Path
) -> None:
    """Without the scrutineers, whoever holds the receipt opens the ballot."""
    number = hall.opened(Kind.ELECTION, "Scellé, au terminal.")
    receipt = tmp_path / "sealed.json"
    assert people[1].types("cast", number, "abstain", "--receipt", receipt).code == 0
    rpc = hall.votes.town.rpc.urls[0]
    assert call("vote", "verify", receipt, "--rpc", rpc, "--json").json["verdict"] == "sealed"
    hall.votes.wait_until(hall.get(f"/v1/resolutions/{number}")["closes_at"])
    assert people[1].types("open", receipt, signed=False).code == 0
    assert call("vote", "verify", receipt, "--rpc", rpc, "--json").json["verdict"] == "counted"


def test_a_wrong_passphrase_and_a_missing_key_are_told_in_a_sentence(people: list[Person]) -> None:
    """No traceback, no key on the screen."""
    person = people[1]
    where = ("--member", person.member, "--api", person.hall.site.client.base_url)
    typed = ("vote", "cast", 1, "for", "--json", *where)
    wrong = call(*typed, "--key", person.key, ENDOGENE_PASSPHRASE=PASSPHRASE[1:])
    nothing = call(*typed)
    assert (wrong.code, wrong.error) == (1, "key-password")
    assert (nothing.code, nothing.error) == (1, "key-missing")
    assert "Traceback" not in wrong.out + wrong.err + nothing.out + nothing.err


def test_the_scrutineers_key_is_handed_out_in_shares_that_open_together() -> None:
    """Three of five, as asked; the command keeps nothing."""
    answer = call("vote", "seal-keys", "--shares", 5, "--threshold", 3, "--json").json
    public = bytes.fromhex(answer["public_key"])
    shares = [KeyShare.parse(one) for one in answer["shares"]]
    assert len(shares) == 5
    private = combine_shares(shares[1:4], public)
    assert SealingKeys(private, public).public == public
    assert json.dumps(answer).count(private.hex()) == 0
