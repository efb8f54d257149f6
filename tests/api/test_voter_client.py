"""The SDK's voter and the service understand each other: a sealed vote all the way, and its proof."""

import contextlib
from collections.abc import Iterator

import pytest

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Kind
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import UnknownResolutionError, VoteTooSoonError, WrongStateError
from endogene_token.sdk import VoterClient
from endogene_token.signers import KeyfileSigner
from endogene_token.verification import Verdict, verify_ballot
from tests.api.vote_site import NOTICE, VoteSite

FOR, AGAINST, _ = Choice


@pytest.fixture
def clients(hall: VoteSite) -> Iterator[list[VoterClient]]:
    """Three members, the first of whom is a director."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                VoterClient(str(hall.site.client.base_url), member, KeyfileSigner(hall.votes.voters[member]))
            )
            for member in hall.people[:3]
        ]


def test_members_decide_through_the_sdk(hall: VoteSite, clients: list[VoterClient]) -> None:
    """Proposed, noticed, voted, replaced, executed; the receipt alone then proves the ballot on the chain."""
    director, second, third = clients
    director.propose(Kind.DECISION, "Par la trousse.")
    hall.settle()
    number = director.resolutions()[-1]["number"]
    with pytest.raises(VoteTooSoonError):
        director.give_notice(number, hall.votes.now + 60)
    director.give_notice(number, opens_at := hall.votes.now + NOTICE)
    hall.settle()
    hall.votes.wait_until(opens_at)
    assert second.resolution(number)["text"] == "Par la trousse."
    first = second.vote(number, AGAINST)
    hall.settle()
    receipts = [director.vote(number, FOR), second.vote(number, FOR, replaces=first), third.vote(number, FOR)]
    hall.settle()
    rpc: Rpc = hall.votes.town.rpc
    assert [verify_ballot(rpc, one).verdict for one in receipts] == [Verdict.COUNTED] * 3
    assert verify_ballot(rpc, first).verdict is Verdict.REPLACED
    with pytest.raises(WrongStateError):
        director.execute(number)
    hall.votes.wait_until_final(number)
    director.execute(number)
    hall.settle()
    assert director.resolution(number)["state"] == "executed"


def test_a_sealed_ballot_is_opened_through_the_sdk(hall: VoteSite, clients: list[VoterClient]) -> None:
    """The receipt holds what opens it; the scrutineers' key of the service takes a copy."""
    director, second, _third = clients
    number = hall.opened(Kind.ELECTION, "Sous scellé, par la trousse.")
    receipt = second.vote(number, AGAINST)
    hall.settle()
    rpc: Rpc = hall.votes.town.rpc
    assert verify_ballot(rpc, receipt).verdict is Verdict.SEALED
    hall.votes.wait_until(hall.get(f"/v1/resolutions/{number}")["closes_at"])
    [item] = hall.get(f"/v1/resolutions/{number}/sealed-openings")["items"]
    assert item["member"] == receipt.member
    second.open_ballot(receipt)
    hall.settle()
    assert verify_ballot(rpc, receipt).verdict is Verdict.COUNTED
    with pytest.raises(UnknownResolutionError):
        director.resolution(9_999)
