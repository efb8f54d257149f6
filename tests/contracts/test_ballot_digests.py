"""What a member signs for the assembly is computed three times, by three codes that share nothing."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from endogene_token.ballots import (
    MAX_SEQUENCE,
    AssemblyDomain,
    Ballot,
    Choice,
    ExecutableCall,
    Interest,
    Message,
    Notice,
    Proposal,
    SealedBallot,
    calls_hash,
    digest,
    pack,
    typed_data,
)
from endogene_token.bounds import MAX_UINT32, MAX_UINT64
from endogene_token.chain import resolutions
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.calls import View
from endogene_token.chain.charter import Kind
from tests.contracts.cooperative import Cooperative, chain_time
from tests.town import key

pytestmark = pytest.mark.xdist_group("ballot digests")  # one pair of resolutions serves all
MESSAGES = 2_000
SEED = 20_260_102
HOLDER = key(7301)
TEXT = keccak(b"text")
Generator = random.Random
UNKNOWN = 2**31  # a member who never signed: the nonce is 0


class Votes:
    """Two resolutions, one in the open and one sealed, as the contract has them."""

    def __init__(self, cooperative: Cooperative) -> None:
        ledger = cooperative.ledger
        community, sender = ledger.community, cooperative.sender(HOLDER)
        self.assembly = Assembly(ledger)
        [self.member] = cooperative.admit(1, keys=[bytes.fromhex(HOLDER.address[2:])])
        last = self.assembly.count()
        for kind in (Kind.DECISION, Kind.ELECTION):
            sender.transact(resolutions.propose(community, self.member, kind, TEXT))
        self.open, self.sealed = last + 1, last + 2
        governor = cooperative.sender(cooperative.governor)
        governor.transact(resolutions.seat(community, self.member, 2**40))
        opens_at = chain_time(ledger) + 20 * 86_400
        for number in (self.open, self.sealed):
            sender.transact(resolutions.give_notice(community, number, self.member, opens_at))


@pytest.fixture(scope="module")
def votes(cooperative: Cooperative) -> Votes:
    """Resolutions that await their opening: their mode and their text are known."""
    return Votes(cooperative)


def number(chance: Generator, most: int, least: int = 0) -> int:
    """Return a number from `least` to `most`, and often an end."""
    return chance.choice([least, most, chance.randint(least, most)])


def messages(chance: Generator, votes: Votes) -> Iterator[Message]:
    """Yield messages of each kind in turn, with whatever fields the contract's views let one choose."""
    nonce = votes.assembly.nonce(votes.member)
    while True:
        signer, its_nonce = chance.choice([(votes.member, nonce), (UNKNOWN, 0)])
        someone, sequence = number(chance, MAX_UINT32), number(chance, MAX_SEQUENCE, 1)
        some_resolution = number(chance, MAX_UINT32)
        yield Ballot(votes.open, someone, chance.choice([*Choice]), sequence, TEXT)
        yield SealedBallot(votes.sealed, someone, sequence, chance.randbytes(32), TEXT)
        kind = chance.choice([*Kind])
        yield Proposal(signer, kind, chance.randbytes(32), chance.randbytes(32), its_nonce)
        yield Notice(signer, some_resolution, number(chance, MAX_UINT64), its_nonce)
        yield Interest(signer, some_resolution, its_nonce)


def by_eth_account(one: Message, domain: AssemblyDomain) -> bytes:
    message = encode_typed_data(full_message=typed_data(one, domain))
    return keccak(b"\x19" + message.version + message.header + message.body)


def view(one: Message) -> View:
    """Return the view by which the contract tells the digest of a message."""
    if isinstance(one, Ballot | SealedBallot):
        seal = one.commitment if isinstance(one, SealedBallot) else bytes(32)
        return "Assembly", "ballotDigest", (one.resolution, pack(one), seal)
    if isinstance(one, Proposal):
        return "Assembly", "proposalDigest", (one.member, int(one.kind), one.text, one.calls)
    if isinstance(one, Notice):
        return "Assembly", "noticeDigest", (one.member, one.resolution, one.opens_at)
    return "Assembly", "interestDigest", (one.member, one.resolution)


def by_the_contract(votes: Votes, found: Sequence[Message]) -> list[bytes]:
    return votes.assembly.ledger.read([view(one) for one in found])


def altered(one: Any) -> Iterator[Message]:
    """Yield the message with each of its fields changed, but those that the contract holds itself."""
    for field in fields(one):
        value: Any = getattr(one, field.name)
        held = {"nonce", "resolution", "text"} if isinstance(one, Ballot | SealedBallot) else {"nonce"}
        if field.name in held:
            continue
        changed: Any = bytes([value[0] ^ 1, *value[1:]]) if isinstance(value, bytes) else value ^ 3
        yield replace(one, **{field.name: Choice(changed) if field.name == "choice" else changed})


def test_three_computations_of_each_message_agree(votes: Votes) -> None:
    """The contract, eth-account and this project sign the same thing, whatever the message holds."""
    domain = votes.assembly.domain
    source = messages(Generator(SEED), votes)
    found = [next(source) for _ in range(MESSAGES)]
    ours = [digest(one, domain) for one in found]
    assert ours == [by_eth_account(one, domain) for one in found]
    assert ours == by_the_contract(votes, found)


@pytest.mark.parametrize("place", range(5), ids=["ballot", "sealed", "proposal", "notice", "interest"])
def test_an_altered_field_changes_all_three_digests(votes: Votes, place: int) -> None:
    """No field is left unsigned: each one that a member fills in is in the digest."""
    nonce = votes.assembly.nonce(UNKNOWN)
    one: Message = (
        Ballot(votes.open, 7, Choice.FOR, 5, TEXT),
        SealedBallot(votes.sealed, 7, 5, bytes(range(32)), TEXT),
        Proposal(UNKNOWN, Kind.RULES, TEXT, bytes(range(32)), nonce),
        Notice(UNKNOWN, 9, 1_800_000_000, nonce),
        Interest(UNKNOWN, 9, nonce),
    )[place]
    family: list[Message] = [one, *altered(one)]
    domain = votes.assembly.domain
    ours = [digest(each, domain) for each in family]
    assert len(set(ours)) == len(family) > 2
    assert ours == [by_eth_account(each, domain) for each in family]
    assert ours == by_the_contract(votes, family)


def test_the_text_the_resolution_and_the_nonce_are_in_the_digest(votes: Votes) -> None:
    """A ballot counts for one resolution and its very text; a proposal's signature serves once."""
    domain = votes.assembly.domain
    ballot = Ballot(votes.open, votes.member, Choice.FOR, 1, TEXT)
    proposal = Proposal(votes.member, Kind.DECISION, TEXT, calls_hash([]), votes.assembly.nonce(votes.member))
    family: list[Message] = [
        *(ballot, replace(ballot, text=keccak(b"other")), replace(ballot, resolution=votes.sealed)),
        *(proposal, replace(proposal, nonce=proposal.nonce + 1)),
    ]
    digests = [digest(one, domain) for one in family]
    assert len(set(digests)) == len(family)
    told = by_the_contract(votes, family)
    assert [ours == theirs for ours, theirs in zip(digests, told, strict=True)] == [
        *(True, False, False),  # the contract knows its own text; the other resolution is sealed
        *(True, False),
    ]


def test_the_same_message_on_another_chain_or_assembly_has_another_digest(votes: Votes) -> None:
    """A signature counts on one chain, for one assembly."""
    here = votes.assembly.domain
    elsewhere = [
        here,
        AssemblyDomain(here.chain_id + 1, here.assembly),
        AssemblyDomain(here.chain_id, votes.assembly.ledger.community.fund),
    ]
    ballot = Ballot(votes.open, 7, Choice.ABSTAIN, 1, TEXT)
    digests = [digest(ballot, domain) for domain in elsewhere]
    assert len(set(digests)) == len(elsewhere)
    assert digests == [by_eth_account(ballot, domain) for domain in elsewhere]


def test_the_hash_of_calls_is_the_one_that_the_assembly_keeps(cooperative: Cooperative, votes: Votes) -> None:
    """What a proposal signs as its calls is what the contract binds, whatever the calls hold."""
    chance = Generator(SEED)
    community, sender = cooperative.ledger.community, cooperative.sender(HOLDER)
    for lengths in ((), (0,), (4, 32, 33), (100, 31, 64, 1)):
        datas = [chance.randbytes(size) for size in lengths]
        calls = [ExecutableCall(f"0x{chance.randbytes(20).hex()}", data) for data in datas]
        sender.transact(resolutions.propose(community, votes.member, Kind.RULES, TEXT, calls))
        assert votes.assembly.resolution(votes.assembly.count()).calls == calls_hash(calls)
