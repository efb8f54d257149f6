"""What a member signs for projects, currency and redemptions is computed three times, by three codes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from enum import IntEnum
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from endogene_token import projects as papers
from endogene_token.bounds import MAX_UINT32
from endogene_token.chain import acts
from endogene_token.chain.artifacts import load
from endogene_token.chain.calls import View
from endogene_token.chain.contracts import encode
from endogene_token.chain.projects import Projects, open_call
from endogene_token.chain.rpc import Rpc
from endogene_token.errors import MemberSignatureError
from endogene_token.member_acts import (
    CONTENTS,
    Act,
    ActDomain,
    Claiming,
    Content,
    Drafting,
    Evaluating,
    Releasing,
    Reviewing,
    Submitting,
    digest,
    typed_data,
)
from endogene_token.projects import Claim, Record
from endogene_token.signers import KeyfileSigner
from tests.contracts.cooperative import Cooperative
from tests.town import key

MESSAGES = 40  # of each kind
SEED = 20_260_103
HOLDER = key(7401)
HASH = bytes(range(32))
UNKNOWN = 2**31  # a member who never acted: the nonce is 0
SIGNED_APART = {  # what is signed and not passed to the function, or passed and not signed as such
    *("draft", "declareRelation", "attestFact", "attestPartner", "review", "release", "request")
}
WITHOUT_SUBJECT = {
    "spend",
    "returnSpending",
    "dropCashRequest",
    "drop",
}  # the content, or the ledger, tells it
Generator = random.Random


def number(chance: Generator, most: int) -> int:
    """Return a number up to `most`, and often an end."""
    return chance.choice([0, most, chance.randint(0, most)])


def record(chance: Generator, kind: Any) -> Any:
    """Return a record with whatever its fields can hold."""
    return kind(*(drawn(chance, kind, one.name, one.type) for one in fields(kind)))


def drawn(chance: Generator, kind: Any, name: str, type_: Any) -> Any:
    if type_ is int:
        return number(chance, kind.LIMITS[name])
    if type_ is bytes:
        return chance.randbytes(32)
    if type_ is bool:
        return chance.random() < 0.5
    if name in {"tranches", "lines"}:
        return rows(chance, papers.Tranche if name == "tranches" else papers.Line)
    return chance.choice([*type_]) if issubclass(type_, IntEnum) else record(chance, type_)


def rows(chance: Generator, kind: type[Record]) -> tuple[Record, ...]:
    return tuple(record(chance, kind) for _ in range(chance.choice([0, 1, 2, 12])))


def messages(chance: Generator, kind: type[Content]) -> Iterator[Act]:
    while True:
        yield Act(UNKNOWN, number(chance, MAX_UINT32), record(chance, kind), 0)


def by_eth_account(one: Act, domain: ActDomain) -> bytes:
    message = encode_typed_data(full_message=typed_data(one, domain))
    return keccak(b"\x19" + message.version + message.header + message.body)


def by_the_contract(cooperative: Cooperative, found: Sequence[Act]) -> list[bytes]:
    views: list[View] = [
        (
            acts.desk(type(one.content)),
            "actDigest",
            (one.action, one.member, one.subject, keccak(abi(one.content))),
        )
        for one in found
    ]
    return cooperative.ledger.read(views)


def abi(content: Content) -> bytes:
    """Return the content as eth-abi encodes it, by the types of our own records."""
    if not fields(content):
        return b""
    types = [abi_type(getattr(content, one.name)) for one in fields(content)]
    return abi_encode(types, content.row())


def abi_type(value: Any) -> str:
    """Return the ABI's type of a value: all numbers fill a word, whatever their width."""
    if isinstance(value, papers.Plan):
        head = "uint8,uint32,uint32,uint64,uint64,uint64,(uint64,uint32,uint16)"
        return f"({head},(uint64,uint64,bytes32)[],(uint64,uint256)[])"
    if isinstance(value, Record):
        return f"({','.join(abi_type(each) for _, each in value.items())})"
    if isinstance(value, bytes):
        return "bytes32"
    return "bool" if isinstance(value, bool) else "uint256"


def altered(one: Any) -> Iterator[Any]:
    """Yield the record with each of its fields changed, inside of it, too."""
    for field in fields(one):
        value = getattr(one, field.name)
        if isinstance(value, Record):
            changes: Any = altered(value)
        elif isinstance(value, tuple):
            changes = [value[1:], value[::-1], *((each, *value[1:]) for each in altered(value[0]))]
        elif isinstance(value, bytes):
            changes = [bytes([value[0] ^ 1, *value[1:]])]
        else:
            changes = [type(value)(value ^ 1)]
        yield from (replace(one, **{field.name: change}) for change in changes)


@pytest.mark.parametrize("kind", CONTENTS, ids=lambda one: str(one.ACTION))
def test_three_computations_of_each_act_agree(cooperative: Cooperative, kind: type[Content]) -> None:
    """The contract, eth-account and this project sign the same thing, whatever the act holds."""
    domain = acts.domain(cooperative.ledger.community, kind)
    source = messages(Generator(SEED), kind)
    found = [next(source) for _ in range(MESSAGES)]
    ours = [digest(one, domain) for one in found]
    assert ours == [by_eth_account(one, domain) for one in found]
    assert ours == by_the_contract(cooperative, found)


@pytest.mark.parametrize("kind", CONTENTS, ids=lambda one: str(one.ACTION))
def test_an_altered_field_changes_the_digest(cooperative: Cooperative, kind: type[Content]) -> None:
    """No field is left unsigned, however deep it stands."""
    domain = acts.domain(cooperative.ledger.community, kind)
    chance = Generator(SEED)
    content = record(chance, kind)
    if isinstance(content, Submitting):
        two = (record(chance, papers.Tranche), record(chance, papers.Tranche))
        lines = (record(chance, papers.Line), record(chance, papers.Line))
        content = Submitting(replace(content.plan, tranches=two, lines=lines))
    one = Act(UNKNOWN, 8, content, 0)
    family = [one, *(replace(one, content=each) for each in altered(content))]
    family += [replace(one, member=9), replace(one, subject=9), replace(one, nonce=1)]
    digests = [digest(each, domain) for each in family]
    assert len(set(digests)) == len(family)
    told = by_the_contract(cooperative, family[:-1])
    assert told == [digest(replace(each, nonce=0), domain) for each in family[:-1]]


def test_two_actions_of_the_same_content_have_two_digests(cooperative: Cooperative) -> None:
    """Who drafts a project has not evaluated it."""
    domain = acts.domain(cooperative.ledger.community, Drafting)
    said: tuple[Content, ...] = (Drafting(HASH), Releasing(HASH), Evaluating(HASH))
    assert len({digest(Act(UNKNOWN, 1, one, 0), domain) for one in said}) == len(said)


def test_the_same_act_on_another_chain_or_contract_has_another_digest(cooperative: Cooperative) -> None:
    """A signature counts on one chain, in one contract."""
    community = cooperative.ledger.community
    here = acts.domain(community, Claiming)
    elsewhere = [
        here,
        ActDomain(here.chain_id + 1, here.desk),
        ActDomain(here.chain_id, community.redemptions),
    ]
    act = Act(7, 8, Claiming(1, bytes(32)), 9)
    digests = [digest(act, domain) for domain in elsewhere]
    assert len(set(digests)) == len(elsewhere)
    assert digests == [by_eth_account(act, domain) for domain in elsewhere]


@pytest.mark.parametrize("kind", CONTENTS, ids=lambda one: str(one.ACTION))
def test_a_call_passes_what_the_act_signs(cooperative: Cooperative, kind: type[Content]) -> None:
    """Each action is a function of its contract: the subject, the content, the signature."""
    community = cooperative.ledger.community
    act = next(messages(Generator(SEED), kind))
    call = acts.take(community, act, b"signed", tranche=3)
    name = acts.desk(kind)
    assert call.to == community.address(name)
    [entry] = [one for one in load(name).abi if one["type"] == "function" and one["name"] == kind.ACTION]
    assert entry["inputs"][-1]["name"] == "signature"
    if kind.ACTION not in SIGNED_APART:
        subject = () if kind.ACTION in WITHOUT_SUBJECT else (act.subject,)
        assert call.data == encode(name, kind.ACTION, *subject, *act.content.row(), b"signed")


def test_a_signature_is_taken_once_and_for_its_own_words(contracts_rpc: Rpc) -> None:
    """Anyone may relay what a member signed; nobody may relay it twice, or with another word."""
    cooperative = Cooperative.found(
        contracts_rpc, key(7402)
    )  # the other tests count on a book without a draft
    ledger = cooperative.ledger
    community, stranger = ledger.community, cooperative.sender(cooperative.stranger)
    [member] = cooperative.admit(1, keys=[bytes.fromhex(HOLDER.address[2:])])
    terms = papers.CallTerms(10**6, 2**40, member, 0, 0, 0, 0, 0, bytes(32))
    cooperative.sender(cooperative.governor).transact(open_call(community, terms))
    book = Projects(ledger)
    act = Act(member, book.call_count(), Drafting(keccak(b"text")), book.nonce(member))
    signature = KeyfileSigner(HOLDER).sign(act, book.domain)
    other = replace(act, content=Drafting(keccak(b"other")))
    with pytest.raises(MemberSignatureError):
        stranger.transact(acts.take(community, other, signature))
    stranger.transact(acts.take(community, act, signature))
    assert book.nonce(member) == act.nonce + 1
    assert book.project(book.count()).text == keccak(b"text")
    with pytest.raises(MemberSignatureError):
        stranger.transact(acts.take(community, act, signature))


def test_the_hash_of_a_claim_is_that_of_its_words() -> None:
    """Reviewer and releaser sign it: it tells project, tranche, attempt, amount, payee and evidence."""
    claim = record(Generator(SEED), Claim)
    assert claim.hash == keccak(abi_encode([abi_type(claim)], [claim.row()]))
    family = [claim, *altered(claim)]
    assert len({one.hash for one in family}) == len(family) == 7
    assert Reviewing(claim.hash, True).hash() != Reviewing(claim.hash, False).hash()
