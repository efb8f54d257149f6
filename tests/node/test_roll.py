"""A member as a roll call found it, read by a program."""

from collections.abc import Iterator

import pytest

from endogene_token.chain import transactions as tx
from endogene_token.chain.charter import Kind
from endogene_token.chain.roll import is_signed, key_of, roll_entry
from endogene_token.chain.views import Admission, Category, MemberKind
from endogene_token.signers import SoftwareAuthenticator
from tests.node.vote_relay import voting_town
from tests.node.votes import Votes


@pytest.fixture(scope="module")
def votes() -> Iterator[Votes]:
    with voting_town() as opened:
        yield opened


def test_an_entry_tells_what_the_register_held_at_the_notice(votes: Votes) -> None:
    """What changes afterwards changes the register, and not this roll."""
    ledger, community = votes.town.ledger, votes.town.community
    passkey = SoftwareAuthenticator().passkey(community.passkey_verifier)
    rows = [
        Admission(MemberKind.ORGANISATION, Category.SUPPORTING, 12, 2**24 - 2, passkey.key),
        Admission(MemberKind.PERSON, Category.USER, 0, 100, b""),
    ]
    votes.do(tx.admit_members(community, rows), account=votes.registrar)
    last = ledger.member_count()
    epoch = votes.assembly.resolution(votes.call_vote(min(votes.voters), Kind.DECISION)).epoch
    votes.do(tx.set_validity(community, last - 1, 0, 20), account=votes.registrar)
    votes.move(last - 1, Category.WORKER)
    found = roll_entry(ledger, last - 1, epoch)
    assert (found.kind, found.category) == (MemberKind.ORGANISATION, Category.SUPPORTING)
    assert (found.valid_from, found.valid_until, found.is_address) == (12, 2**24 - 2, False)
    assert key_of(ledger, found) == passkey.key
    now = roll_entry(ledger, last - 1)
    assert (now.category, now.valid_on(19), now.valid_on(20)) == (Category.WORKER, True, False)
    assert key_of(ledger, roll_entry(ledger, last, epoch)) == b""
    voter = min(votes.voters)
    assert key_of(ledger, roll_entry(ledger, voter, epoch)) == ledger.member(voter).key


def test_a_number_that_was_never_admitted_is_on_no_roll(votes: Votes) -> None:
    """All zeros: valid on no day, without a key, and signed by nobody."""
    found = roll_entry(votes.town.ledger, 4_000_000)
    assert not any(found.valid_on(day) for day in (0, 1, 20_000))
    assert key_of(votes.town.ledger, found) == b""
    assert not is_signed(votes.town.ledger, b"", bytes(32), bytes(65))


def test_a_key_that_is_none_signs_nothing(votes: Votes) -> None:
    """A point on no curve, an address without a contract, a verifier that is not there."""
    for key in (b"\xab" * 84, b"\xab" * 20, b"\xab" * 33):
        assert not is_signed(votes.town.ledger, key, bytes(32), bytes(65))
