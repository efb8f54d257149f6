"""What the indexer takes from a node, and what it refuses: nothing is half read, nothing is guessed."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from endogene_token.chain.rpc import Rpc
from endogene_token.errors import (
    BrokenParentHashError,
    EndogeneError,
    LedgerMismatchError,
    NodeAnswerError,
    UnknownEventError,
    WrongChainError,
    WrongLedgerError,
)
from endogene_token.indexer import Indexer
from endogene_token.indexer.digest import canonical_digest
from endogene_token.indexer.events import PurchasesRecorded, layouts
from tests.node.bare_anvil import bare_anvil
from tests.node.history import DAY_SECONDS, History
from tests.node.meddler import Json, Meddler, meddling
from tests.town import ALICE, BAKERY_TILL, Town, database, settle_down

RECORDED = next(
    "0x" + topic.hex() for topic, (kind, _) in layouts("CommunityFund").items() if kind is PurchasesRecorded
)


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """An empty read model: what a node says does not depend on the database."""
    engine = database(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def meddler(lived: Town) -> Iterator[Meddler]:
    """A node that tests make lie."""
    with meddling(lived.rpc.urls[0]) as found:
        yield found


@pytest.fixture
def rpc(meddler: Meddler) -> Iterator[Rpc]:
    with Rpc([meddler.url]) as found:
        yield found


@pytest.fixture
def whole(lived: Town, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the whole chain, from the node itself."""
    engine = database(f"sqlite:///{tmp_path_factory.mktemp('whole') / 'ledger.sqlite'}")
    Indexer(engine, lived.rpc, lived.community).catch_up()
    found = canonical_digest(engine)
    engine.dispose()
    return found


def ranges(meddler: Meddler) -> list[int]:
    """Return how many blocks each request for logs asked for."""
    asked = [call["params"][0] for call in meddler.calls if call["method"] == "eth_getLogs"]
    return [int(one["toBlock"], 16) - int(one["fromBlock"], 16) + 1 for one in asked]


def test_a_node_that_limits_ranges_is_asked_for_shorter_ones(
    lived: Town, engine: Engine, meddler: Meddler, rpc: Rpc, whole: str
) -> None:
    """Nodes differ in their limits: a range that is refused is halved until it passes."""

    def limit(call: Json, answer: Json) -> Json:
        if call["method"] == "eth_getLogs" and ranges(meddler)[-1] > 5:
            return {
                "jsonrpc": "2.0",
                "id": call["id"],
                "error": {"code": -32005, "message": "range too large"},
            }
        return answer

    meddler.meddle = limit
    Indexer(engine, rpc, lived.community).catch_up()
    assert max(ranges(meddler)) > 5
    assert canonical_digest(engine) == whole


def test_a_node_that_refuses_even_one_block_is_an_error(
    lived: Town, engine: Engine, meddler: Meddler, rpc: Rpc
) -> None:
    """Halving ends; the node's own words are told."""

    def refuse(call: Json, answer: Json) -> Json:
        if call["method"] == "eth_getLogs":
            return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": "no logs kept"}}
        return answer

    meddler.meddle = refuse
    with pytest.raises(NodeAnswerError, match="no logs kept"):
        Indexer(engine, rpc, lived.community).catch_up()
    assert ranges(meddler)[-1] == 1


def test_no_request_passes_the_head_or_the_longest_range(
    lived: Town, engine: Engine, meddler: Meddler, rpc: Rpc
) -> None:
    """Besu answers an error to both."""
    Indexer(engine, rpc, lived.community, most_blocks=11).catch_up()
    asked = [call["params"][0]["toBlock"] for call in meddler.calls if call["method"] == "eth_getLogs"]
    assert max(int(block, 16) for block in asked) == lived.ledger.head()
    assert max(ranges(meddler)) == 11


def test_the_time_of_a_block_is_asked_for_where_logs_do_not_tell_it(
    lived: Town, engine: Engine, meddler: Meddler, rpc: Rpc, whole: str
) -> None:
    """Not every node puts it into its logs; the rows are the same."""

    def forget(call: Json, answer: Json) -> Json:
        if call["method"] == "eth_getLogs":
            for log in answer["result"]:
                del log["blockTimestamp"]
        return answer

    meddler.meddle = forget
    Indexer(engine, rpc, lived.community).catch_up()
    assert canonical_digest(engine) == whole


def test_a_chain_that_moves_while_its_logs_are_read_gives_nothing(
    lived: Town, engine: Engine, meddler: Meddler, rpc: Rpc, whole: str
) -> None:
    """Logs count only when the last block of their range is the same before and after."""
    indexer = Indexer(engine, rpc, lived.community)
    indexer.recognise()
    before = indexer.position()

    def move(call: Json, answer: Json) -> Json:
        asked = [one["params"][0]["toBlock"] for one in meddler.calls if one["method"] == "eth_getLogs"]
        if call["method"] == "eth_getBlockByNumber" and call["params"][0] in asked:
            answer["result"]["hash"] = "0x" + "77" * 32
        return answer

    meddler.meddle = move
    assert not indexer.step()
    assert indexer.position() == before
    meddler.meddle = lambda _call, answer: answer
    indexer.catch_up()
    assert canonical_digest(engine) == whole


def _drop_a_batch(logs: list[Json]) -> None:
    logs.remove(next(log for log in logs if log["topics"][0] == RECORDED))


def _repeat_a_log(logs: list[Json]) -> None:
    logs.insert(0, logs[0])


def _swap_two_logs(logs: list[Json]) -> None:
    logs[0], logs[1] = logs[1], logs[0]


def _say_other_totals(logs: list[Json]) -> None:
    log = next(log for log in logs if log["topics"][0] == RECORDED)
    log["data"] = "0x" + f"{int(log['data'][2:18], 16) + 1:016x}" + log["data"][18:]


def _say_an_unknown_event(logs: list[Json]) -> None:
    logs[-1]["topics"][0] = "0x" + "99" * 32


def _cut_a_log(logs: list[Json]) -> None:
    log = next(log for log in logs if log["topics"][0] == RECORDED)
    log["data"] = log["data"][:-64]


def _tell_another_block(logs: list[Json]) -> None:
    logs[-1]["blockHash"] = "0x" + "77" * 32
    logs[-1]["blockNumber"] = hex(10**6)


@pytest.mark.parametrize(
    "lie_expected",
    [
        (_drop_a_batch, LedgerMismatchError),
        (_repeat_a_log, NodeAnswerError),
        (_swap_two_logs, NodeAnswerError),
        (_say_other_totals, LedgerMismatchError),
        (_say_an_unknown_event, UnknownEventError),
        (_cut_a_log, NodeAnswerError),
        (_tell_another_block, NodeAnswerError),
    ],
)
def test_logs_that_cannot_be_right_stop_the_indexer_with_nothing_written(
    lie_expected: tuple[Callable[[list[Json]], None], type[EndogeneError]],
    lived: Town,
    engine: Engine,
    meddler: Meddler,
    rpc: Rpc,
) -> None:
    """A hole, a double, a total that the rules do not give, an event of an upgrade: the rows stay."""
    change, expected = lie_expected
    indexer = Indexer(engine, rpc, lived.community)
    indexer.recognise()
    before = canonical_digest(engine)

    def lie(call: Json, answer: Json) -> Json:
        if call["method"] == "eth_getLogs":
            change(answer["result"])
        return answer

    meddler.meddle = lie
    with pytest.raises(expected):
        indexer.catch_up()
    assert canonical_digest(engine) == before


def test_a_rewritten_chain_stops_the_indexer_which_keeps_its_rows(engine: Engine) -> None:
    """What was final is no more: a person decides, then rebuilds."""
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        history = History(town)
        for _ in range(4):
            history.buy(BAKERY_TILL, (ALICE, history.today, 100))
        indexer = Indexer(engine, rpc, town.community)
        indexer.catch_up()
        held = indexer.position()
        before = canonical_digest(engine)
        rpc.request("anvil_rollback", [3])
        assert not indexer.step()  # a node that is behind: nothing tells yet that it left our chain
        rpc.request("evm_increaseTime", [DAY_SECONDS])
        rpc.request("anvil_mine", ["0x3"])
        for each in (indexer, Indexer(engine, rpc, town.community)):
            with pytest.raises(BrokenParentHashError) as stop:
                each.step()
            assert (stop.value.params["block"], stop.value.limit) == (held.number, held.hash)
        rpc.request("anvil_mine", ["0x5"])
        with pytest.raises(BrokenParentHashError, match="rebuild"):
            indexer.step()
        assert canonical_digest(engine) == before


def test_a_reorganised_block_under_the_cursor_stops_the_indexer(engine: Engine) -> None:
    """Its hash is not ours, although the height is."""
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        indexer = Indexer(engine, rpc, town.community)
        indexer.catch_up()
        rpc.request("evm_increaseTime", [DAY_SECONDS])
        rpc.request("anvil_reorg", [2, []])
        with pytest.raises(BrokenParentHashError):
            indexer.step()


def test_a_database_of_another_ledger_is_refused_and_left_as_it_is(lived: Town, engine: Engine) -> None:
    """Another chain, or another community of the same chain."""
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        Indexer(engine, rpc, town.community).catch_up()
        before = canonical_digest(engine)
        for community in (lived.community, town.community):
            with pytest.raises(WrongLedgerError) as refusal:
                Indexer(engine, lived.rpc, community).step()
            assert town.community.founding_hash in str(refusal.value.limit)
        neighbour = settle_down(rpc).community
        with pytest.raises(WrongLedgerError) as refusal:
            Indexer(engine, rpc, neighbour).step()
        assert neighbour.fund.lower() in str(refusal.value.actual)
    assert canonical_digest(engine) == before


def test_a_node_of_another_chain_gives_a_new_database_nothing(lived: Town, engine: Engine) -> None:
    """A database takes its ledger at its first step, and only that of the community's file."""
    with bare_anvil() as rpc, pytest.raises(WrongChainError):
        Indexer(engine, rpc, lived.community).step()
    assert Indexer(engine, lived.rpc, lived.community).step()
