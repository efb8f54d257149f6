"""What a member signs: our digests and those of the field agree, and no field can change unnoticed."""

from dataclasses import fields, replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.ballots import (
    AssemblyDomain,
    Ballot,
    BallotWord,
    Choice,
    ExecutableCall,
    Interest,
    Message,
    Notice,
    Opening,
    Proposal,
    SealedBallot,
    as_choice,
    calls_hash,
    commitment,
    digest,
    pack,
    text_hash,
    typed_data,
    unpack,
)
from endogene_token.bounds import MAX_UINT32, MAX_UINT64, MAX_UINT256
from endogene_token.errors import (
    AddressError,
    ChoiceError,
    EndogeneError,
    LengthError,
    RangeError,
    TextError,
)

ASSEMBLY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
DOMAIN = AssemblyDomain(31_337, ASSEMBLY)
BALLOT = Ballot(7, 42, Choice.AGAINST, 3, bytes(range(32)))
SEALED = SealedBallot(7, 42, 3, b"\x11" * 32, bytes(range(32)))
PROPOSAL = Proposal(42, 2, bytes(range(32)), b"\x22" * 32, 2**200)
NOTICE = Notice(42, 7, 1_800_000_000, 5)
INTEREST = Interest(42, 7, 6)

numbers = st.integers(0, MAX_UINT32)
hashes = st.binary(min_size=32, max_size=32)
choices = st.sampled_from(Choice)
sequences = st.integers(1, 63)
nonces = st.integers(0, MAX_UINT256)
addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
domains = st.builds(AssemblyDomain, st.integers(1, MAX_UINT256), addresses)
ballots = st.builds(Ballot, numbers, numbers, choices, sequences, hashes)
sealed_ballots = st.builds(SealedBallot, numbers, numbers, sequences, hashes, hashes)
messages: st.SearchStrategy[Message] = st.one_of(
    ballots,
    sealed_ballots,
    st.builds(Proposal, numbers, st.integers(0, 255), hashes, hashes, nonces),
    st.builds(Notice, numbers, numbers, st.integers(0, MAX_UINT64), nonces),
    st.builds(Interest, numbers, numbers, nonces),
)
calls = st.lists(st.builds(ExecutableCall, addresses, st.binary(max_size=100)), max_size=5)


def changed(message: Message, name: str) -> Message:
    """Return the message with another value, also allowed, of one field."""
    value = getattr(message, name)
    other: object
    if isinstance(value, bytes):
        other = bytes([value[0] ^ 1]) + value[1:]
    elif isinstance(value, Choice):
        other = Choice(value % 3 + 1)
    else:
        other = value - 1 if value > 1 else value + 1
    fields_: dict[str, Any] = {name: other}
    return replace(message, **fields_)


@given(messages, domains)
def test_the_digest_is_that_of_the_typed_data_encoding(message: Message, domain: AssemblyDomain) -> None:
    """Our computation and eth-account's agree on whatever a member may sign."""
    signable = encode_typed_data(full_message=typed_data(message, domain))
    assert digest(message, domain) == keccak(b"\x19" + signable.version + signable.header + signable.body)


@given(messages)
def test_a_message_changed_in_any_field_has_another_digest(message: Message) -> None:
    """A signature covers every field."""
    for field in fields(message):
        assert digest(changed(message, field.name), DOMAIN) != digest(message, DOMAIN)


@given(messages)
def test_another_chain_or_another_assembly_gives_another_digest(message: Message) -> None:
    """A ballot for one cooperative is worth nothing in another."""
    here = digest(message, DOMAIN)
    assert digest(message, AssemblyDomain(1, ASSEMBLY)) != here
    assert digest(message, AssemblyDomain(31_337, "0x" + "11" * 20)) != here


@pytest.mark.parametrize(
    ("message", "written"),
    [
        (BALLOT, "Ballot(uint32 resolution,uint32 member,uint8 choice,uint8 sequence,bytes32 text)"),
        (
            SEALED,
            "SealedBallot(uint32 resolution,uint32 member,uint8 sequence,bytes32 commitment,bytes32 text)",
        ),
        (PROPOSAL, "Proposal(uint32 member,uint8 kind,bytes32 text,bytes32 calls,uint256 nonce)"),
        (NOTICE, "Notice(uint32 member,uint32 resolution,uint64 opensAt,uint256 nonce)"),
        (INTEREST, "Interest(uint32 member,uint32 resolution,uint256 nonce)"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_the_types_are_those_of_the_contract(message: Message, written: str) -> None:
    """The field names and widths that the contract hashes, written out once more here."""
    told: Any = typed_data(message, DOMAIN)
    name = type(message).__name__
    inside = ",".join(f"{field['type']} {field['name']}" for field in told["types"][name])
    assert (told["primaryType"], f"{name}({inside})") == (name, written)


def test_the_digest_of_a_known_message_never_changes() -> None:
    """A change of format would void every ballot on its way."""
    assert [
        digest(message, DOMAIN).hex()[:16] for message in (BALLOT, SEALED, PROPOSAL, NOTICE, INTEREST)
    ] == [
        "359a63ef2d235f81",
        "34ced8f76bdfb8c8",
        "ef6ac629500a30c2",
        "a7c8c30147b4c479",
        "e7aff1577aa95bd3",
    ]


@given(ballots)
def test_a_ballot_is_unpacked_as_it_was_packed(ballot: Ballot) -> None:
    """The word loses nothing of what the count needs."""
    assert len(pack(ballot)) == 32
    assert unpack(pack(ballot)) == BallotWord(ballot.member, ballot.choice, ballot.sequence)


@given(sealed_ballots)
def test_a_sealed_ballot_packs_no_choice(ballot: SealedBallot) -> None:
    """Who reads the word of a sealed ballot learns that somebody voted, not how."""
    assert unpack(pack(ballot)) == BallotWord(ballot.member, None, ballot.sequence)


def test_the_fields_of_a_packed_ballot_stand_where_the_contract_reads_them() -> None:
    """choice 8 | sequence 8 | member 32, at the low end."""
    ballot = Ballot(1, 0x11223344, Choice.ABSTAIN, 0x3F, bytes(32))
    assert pack(ballot).hex() == "00" * 26 + "03" + "3f" + "11223344"


@pytest.mark.parametrize(
    ("word", "error"),
    [
        (bytes(31), LengthError),
        (bytes(25) + b"\x01" + bytes.fromhex("010100000001"), RangeError),
        (bytes(26) + bytes.fromhex("040100000001"), ChoiceError),
        (bytes(26) + bytes.fromhex("010000000001"), RangeError),
        (bytes(26) + bytes.fromhex("014000000001"), RangeError),
    ],
    ids=["cut", "something in the unused bytes", "choice 4", "sequence 0", "sequence 64"],
)
def test_a_word_that_is_no_ballot_is_not_unpacked(word: bytes, error: type[EndogeneError]) -> None:
    """What the contract would not take is not read as something else."""
    with pytest.raises(error):
        unpack(word)


@given(calls)
def test_the_hash_of_the_calls_is_that_of_their_abi_encoding(listed: list[ExecutableCall]) -> None:
    """The contract hashes abi.encode(Call[]); eth-abi encodes it the same way."""
    encoded = encode(["(address,bytes)[]"], [[(call.target, call.data) for call in listed]])
    assert calls_hash(listed) == keccak(encoded)


def test_the_order_of_the_calls_counts() -> None:
    """Who votes for two calls votes for the one before the other."""
    one, other = ExecutableCall(ASSEMBLY, b"\x01"), ExecutableCall(ASSEMBLY, b"\x02")
    assert calls_hash([one, other]) != calls_hash([other, one])


def test_a_call_of_no_address_is_refused() -> None:
    """A resolution that could not be executed is not put to the vote."""
    with pytest.raises(AddressError):
        ExecutableCall("0x12", b"")


@given(numbers, numbers, choices, hashes)
def test_the_commitment_is_the_hash_of_the_abi_encoding(
    resolution: int, member: int, choice: Choice, salt: bytes
) -> None:
    """keccak256(abi.encode(resolution, member, choice, salt)), as the contract checks it."""
    encoded = encode(["uint32", "uint32", "uint8", "bytes32"], [resolution, member, choice, salt])
    assert commitment(resolution, member, Opening(choice, salt)) == keccak(encoded)


def test_a_commitment_binds_the_resolution_the_member_the_choice_and_the_salt() -> None:
    """Nobody can open a ballot as another one, nor copy a neighbour's commitment."""
    made = {
        commitment(resolution, member, Opening(choice, salt))
        for resolution in (1, 2)
        for member in (1, 2)
        for choice in Choice
        for salt in (bytes(32), b"\x01" * 32)
    }
    assert len(made) == 24


def test_an_opening_does_not_show_itself() -> None:
    """A log or a traceback tells no vote."""
    shown = repr(Opening(Choice.FOR, b"\xab" * 32))
    assert "FOR" not in shown
    assert "ab" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Résolution\nÀ adopter\n",
        "Re\u0301solution\nA\u0300 adopter\n",
        "Résolution\r\nÀ adopter\r\n",
        "Résolution\rÀ adopter\r",
    ],
    ids=["composed", "decomposed", "Windows", "old Macintosh"],
)
def test_the_same_text_from_another_keyboard_has_the_same_hash(text: str) -> None:
    """NFC, UTF-8, \\n: three lines that anyone can compute again."""
    assert text_hash(text) == keccak("Résolution\nÀ adopter\n".encode())


@pytest.mark.parametrize("text", ["Résolution", "résolution\n", "Résolution \n", "Resolution\n"])
def test_another_text_has_another_hash(text: str) -> None:
    """Nothing but its form is made alike: a space or a capital is another text."""
    assert text_hash(text) != text_hash("Résolution\n")


def test_a_text_that_utf8_cannot_write_is_refused() -> None:
    """Half a surrogate pair has no bytes to hash."""
    with pytest.raises(TextError) as refused:
        text_hash("e\u0301" * 3 + "\udc00")
    assert refused.value.actual == ascii("\udc00")


@pytest.mark.parametrize("value", [0, 4, -1, True, "1"])
def test_a_number_that_is_no_choice_is_refused(value: Any) -> None:
    """A blank is no choice."""
    with pytest.raises(ChoiceError):
        as_choice(value)


@pytest.mark.parametrize(
    ("message", "changes", "error"),
    [
        (BALLOT, {"resolution": -1}, RangeError),
        (BALLOT, {"member": 2**32}, RangeError),
        (BALLOT, {"choice": 0}, ChoiceError),
        (BALLOT, {"sequence": 0}, RangeError),
        (BALLOT, {"sequence": 64}, RangeError),
        (BALLOT, {"text": bytes(31)}, LengthError),
        (SEALED, {"resolution": 2**32}, RangeError),
        (SEALED, {"sequence": 64}, RangeError),
        (SEALED, {"commitment": bytes(33)}, LengthError),
        (SEALED, {"text": b""}, LengthError),
        (PROPOSAL, {"member": -1}, RangeError),
        (PROPOSAL, {"kind": 256}, RangeError),
        (PROPOSAL, {"text": bytes(31)}, LengthError),
        (PROPOSAL, {"calls": bytes(31)}, LengthError),
        (PROPOSAL, {"nonce": 2**256}, RangeError),
        (NOTICE, {"resolution": -1}, RangeError),
        (NOTICE, {"opens_at": 2**64}, RangeError),
        (NOTICE, {"nonce": -1}, RangeError),
        (INTEREST, {"member": 2**32}, RangeError),
        (INTEREST, {"nonce": 2**256}, RangeError),
        (Opening(Choice.FOR, bytes(32)), {"salt": bytes(31)}, LengthError),
        (Opening(Choice.FOR, bytes(32)), {"choice": 4}, ChoiceError),
    ],
)
def test_a_message_that_does_not_fit_is_refused(
    message: Any, changes: dict[str, Any], error: type[EndogeneError]
) -> None:
    """What the contract could not read is not signed."""
    with pytest.raises(error):
        replace(message, **changes)


def test_a_domain_of_no_chain_or_no_address_is_refused() -> None:
    """A signature for no contract would be worth nothing."""
    with pytest.raises(RangeError):
        AssemblyDomain(0, ASSEMBLY)
    with pytest.raises(AddressError):
        AssemblyDomain(1, ASSEMBLY[:-1])
