"""Logs are cut by slices; every cut is where the ABI puts it."""

from typing import Any, cast

import pytest
from eth_abi.abi import encode
from eth_typing import ABIEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from web3 import Web3
from web3._utils.events import get_event_data
from web3.types import LogReceipt

from endogene_token.chain.artifacts import Name, load
from endogene_token.errors import NodeAnswerError
from endogene_token.indexer.events import CONTRACTS, EVENTS, STRUCTS, Refund, layouts
from endogene_token.indexer.layout import FIXED, Layout, layout, signature, struct_name
from endogene_token.indexer.project_events import Plan, PlannedLine, PlannedTranche, Schedule
from endogene_token.indexer.vote_events import ProposedCall

ENTRIES = [(name, entry) for name in CONTRACTS for entry in load(name).abi if entry["type"] == "event"]
IDS = [f"{name}.{entry['name']}" for name, entry in ENTRIES]


def item(entry: dict[str, Any]) -> tuple[dict[str, Any], int | None] | None:
    """Return what an array is made of and its fixed length, None for a list; None for what is no array."""
    kind = entry["type"]
    if fixed := FIXED.fullmatch(kind):
        return {**entry, "type": fixed[1]}, int(fixed[2])
    return ({**entry, "type": "tuple"}, None) if kind == "tuple[]" else None


def written(entry: dict[str, Any]) -> str:
    """Return the type as eth_abi writes it."""
    kind = str(entry["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(written, entry['components']))}){kind.removeprefix('tuple')}"


def values(kind: str) -> st.SearchStrategy[Any]:
    """Return values of an ABI type."""
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(Web3.to_checksum_address)
    if kind == "bytes":
        return st.binary(max_size=200)
    if kind == "bool":
        return st.booleans()
    if kind == "bytes32[]":
        return st.lists(st.binary(min_size=32, max_size=32), max_size=12)
    if kind.startswith("bytes"):
        return st.binary(min_size=int(kind[5:]), max_size=int(kind[5:]))
    return st.integers(0, 2 ** int(kind.removeprefix("uint")) - 1)


def any_value(entry: dict[str, Any]) -> st.SearchStrategy[Any]:
    if array := item(entry):
        one, count = array
        if count is None:
            return st.lists(any_value(one), max_size=4)
        return st.tuples(*[any_value(one)] * count)
    if entry["type"] == "tuple":
        return st.tuples(*map(any_value, entry["components"]))
    return values(entry["type"])


def ours(entry: dict[str, Any], value: Any) -> Any:
    """Return `value` in the form in which we read it."""
    if array := item(entry):
        return tuple(ours(array[0], one) for one in value)
    if entry["type"] == "tuple":
        parts = (ours(one, part) for one, part in zip(entry["components"], value, strict=True))
        return STRUCTS[struct_name(entry)](*parts)
    if entry["type"] == "address":
        return bytes.fromhex(value[2:])
    return b"".join(value) if entry["type"] == "bytes32[]" else value


def log_of(entry: dict[str, Any], told: list[Any]) -> tuple[bytes, bytes]:
    """Return the topics and the data that the ABI gives these values."""
    pairs = list(zip(entry["inputs"], told, strict=True))
    topics = [encode([written(one)], [value]) for one, value in pairs if one["indexed"]]
    plain = [(written(one), value) for one, value in pairs if not one["indexed"]]
    head = Web3.keccak(text=signature(entry))
    return bytes(head) + b"".join(topics), encode([kind for kind, _ in plain], [value for _, value in plain])


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=IDS)
@settings(max_examples=60)
@given(data=st.data())
def test_slices_give_what_eth_abi_and_web3_give(name: Name, entry: dict[str, Any], data: DataObject) -> None:
    """On random values of every event of every contract that we read."""
    told = [data.draw(any_value(one)) for one in entry["inputs"]]
    topics, body = log_of(entry, told)
    _, where = layouts(name)[topics[:32]]
    read = where.read(topics, body)
    assert read == [ours(one, value) for one, value in zip(entry["inputs"], told, strict=True)]
    by_web3 = get_event_data(Web3().codec, cast("ABIEvent", entry), receipt(topics, body))["args"]
    for one, value in zip(entry["inputs"], read, strict=True):
        assert ours_of_web3(one, by_web3[one["name"]]) == value


def ours_of_web3(entry: dict[str, Any], value: Any) -> Any:
    return ours(entry, plain(entry, value))


def plain(entry: dict[str, Any], value: Any) -> Any:
    """Return the values of web3's structs in their order, as eth_abi takes them."""
    if array := item(entry):
        return [plain(array[0], one) for one in value]
    if entry["type"] == "tuple":
        return [plain(one, value[one["name"]]) for one in entry["components"]]
    return value


def receipt(topics: bytes, data: bytes) -> LogReceipt:
    """Return a log in the form that web3.py takes."""
    parts = [topics[start : start + 32] for start in range(0, len(topics), 32)]
    place = {"logIndex": 0, "transactionIndex": 0, "transactionHash": bytes(32), "blockHash": bytes(32)}
    return {"address": "0x" + "00" * 20, "topics": parts, "data": data, "blockNumber": 1, **place}  # type: ignore[typeddict-item]


def test_every_event_of_ours_is_an_event_of_a_contract() -> None:
    """A class that no ABI names would never be used; two contracts never share one."""
    found = [kind for name in CONTRACTS for kind, _ in layouts(name).values() if kind is not None]
    assert sorted(kind.__name__ for kind in found) == sorted(kind.__name__ for kind in EVENTS)


def test_topics_are_those_that_web3_computes() -> None:
    """They are computed from the ABI, never written down."""
    for name, entry in ENTRIES:
        assert bytes(Web3.keccak(text=signature(entry))) in layouts(name)


@pytest.fixture
def reversed_layout() -> Layout:
    entry = next(entry for _, entry in ENTRIES if entry["name"] == "PurchaseReversed")
    return layout(entry, STRUCTS)


def test_a_struct_is_read_with_its_names(reversed_layout: Layout) -> None:
    """The commitment of a reversal is 16 bytes of a word, from its most significant end."""
    words = [n.to_bytes(32) for n in (1, 2, 3, 4, 5)] + [b"\7" * 16 + bytes(16), b"\11" * 32]
    till, sequence, member, refund, undone = reversed_layout.read(bytes(128), b"".join(words))
    assert (till, sequence, member, undone) == (0, 0, 0, b"\11" * 32)
    assert refund == Refund(1, 2, 3, 4, 5, b"\7" * 16)


def test_a_log_that_is_too_short_is_refused(reversed_layout: Layout) -> None:
    """A slice past the end would be a smaller number, silently."""
    with pytest.raises(NodeAnswerError):
        reversed_layout.read(bytes(96), bytes(32 * 7))
    with pytest.raises(NodeAnswerError):
        reversed_layout.read(bytes(128), bytes(32 * 7 - 1))


@pytest.mark.parametrize("length", [3, 2**255])
def test_a_length_past_the_end_is_refused(length: int) -> None:
    """Whatever the node wrote, items come whole or not at all."""
    entry = next(entry for _, entry in ENTRIES if entry["name"] == "PurchasesRecorded")
    data = bytes(32) + (64).to_bytes(32) + length.to_bytes(32) + bytes(64)
    with pytest.raises(NodeAnswerError):
        layout(entry, STRUCTS).read(bytes(128), data)


def test_a_kind_of_value_that_the_slices_do_not_know_is_refused_at_once() -> None:
    """A new event of the contracts cannot be half read."""
    entry = {"name": "New", "inputs": [{"name": "x", "type": "string", "indexed": False}]}
    with pytest.raises(NotImplementedError):
        layout(entry, STRUCTS)


@pytest.fixture
def proposed_layout() -> Layout:
    entry = next(entry for _, entry in ENTRIES if entry["name"] == "ResolutionProposed")
    return layout(entry, STRUCTS)


def proposed(*tail: int) -> bytes:
    """Return the data of a proposal whose list of calls is `tail`, each a word."""
    return b"".join(word.to_bytes(32) for word in (0, 0, 96, *tail))


def test_a_list_of_structs_is_read_from_where_each_says_that_it_stands(proposed_layout: Layout) -> None:
    """Places count from the list's first, then from the struct's own; they need not be in order."""
    call = (0x22, 64, 1, 0xAB << 248)
    other = (0x33, 64, 0)
    [*_, calls] = proposed_layout.read(bytes(96), proposed(2, 5 * 32, 2 * 32, *other, *call))
    assert calls == (
        ProposedCall(bytes(19) + b"\x22", b"\xab"),
        ProposedCall(bytes(19) + b"\x33", b""),
    )
    assert proposed_layout.read(bytes(96), proposed(0))[-1] == ()


@pytest.mark.parametrize(
    "tail", [(1,), (2**255,), (1, 32), (1, 2**255), (1, 32, 0x22), (1, 32, 0x22, 64), (1, 32, 0x22, 64, 1)]
)
def test_a_list_of_structs_past_the_end_is_refused(proposed_layout: Layout, tail: tuple[int, ...]) -> None:
    """Its length, a place, a struct or its bytes: nothing is half read."""
    with pytest.raises(NodeAnswerError):
        proposed_layout.read(bytes(96), proposed(*tail))


@pytest.fixture
def submitted_layout() -> Layout:
    entry = next(entry for _, entry in ENTRIES if entry["name"] == "ProjectSubmitted")
    return layout(entry, STRUCTS)


def submitted(*tail: int) -> bytes:
    """Return the data of a plan: where it stands, nine words of it, then `tail`: its places, its lists."""
    return b"".join(word.to_bytes(32) for word in (32, 1, 2, 3, 4, 5, 6, 7, 8, 9, *tail))


def test_a_struct_with_lists_is_read_from_where_they_stand(submitted_layout: Layout) -> None:
    """Its places count from its own beginning; structs of fixed size stand one after the other."""
    lists = (1, 100, 8, 0xAA, 2, 60, 1, 40, 3)
    _, plan = submitted_layout.read(bytes(64), submitted(11 * 32, 15 * 32, *lists))
    assert plan == Plan(
        *(1, 2, 3, 4, 5, 6, Schedule(7, 8, 9)),
        tranches=(PlannedTranche(100, 8, (0xAA).to_bytes(32)),),
        lines=(PlannedLine(60, 1), PlannedLine(40, 3)),
    )


@pytest.mark.parametrize(
    "tail",
    [
        (),
        (11 * 32,),
        (11 * 32, 12 * 32, 1, 100, 8),
        (11 * 32, 12 * 32, 0, 2, 60, 1, 40),
        (11 * 32, 12 * 32, 0, 2**255),
        (2**255, 11 * 32, 0),
    ],
)
def test_a_struct_with_lists_past_the_end_is_refused(submitted_layout: Layout, tail: tuple[int, ...]) -> None:
    """Its head, a tranche, a line, a length: nothing is half read."""
    with pytest.raises(NodeAnswerError):
        submitted_layout.read(bytes(64), submitted(*tail))
