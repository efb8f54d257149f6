"""Gas is the capacity of a permissioned chain: what each call costs is committed, and held."""

import json
import os
from pathlib import Path

import pytest

from endogene_token.chain.artifacts import NAMES, Name, load
from endogene_token.chain.rpc import Rpc
from tests.contracts.gas import Figures, measure
from tests.contracts.gas_money import measure_money
from tests.contracts.gas_votes import measure_votes

COMMITTED = Path(__file__).with_name("gas.json")
REWRITE = "ENDOGENE_UPDATE_GAS"  # set it to anything, and this test writes the table: make gas
pytestmark = pytest.mark.xdist_group("gas")  # measured once
LONGEST_CODE = 24_576  # bytes, EIP-170


@pytest.fixture(scope="module")
def figures(contracts_rpc: Rpc) -> Figures:
    """What the contracts cost now."""
    calls = measure(contracts_rpc) | measure_votes() | measure_money()
    return calls | {f"code: {name}": code_bytes(name) for name in NAMES}


def code_bytes(name: Name) -> int:
    return len(load(name).deployed_bytecode) // 2 - 1


def test_every_call_costs_exactly_what_is_committed(figures: Figures) -> None:
    """A change of the contracts that changes a cost shows it in its own diff."""
    if REWRITE in os.environ:
        COMMITTED.write_text(json.dumps(figures, indent=2) + "\n")
    committed = json.loads(COMMITTED.read_text())
    drift = {
        what: (committed.get(what), figures.get(what))
        for what in committed.keys() | figures
        if committed.get(what) != figures.get(what)
    }
    assert drift == {}, "committed, measured; if it is meant: make gas"


@pytest.mark.parametrize(("size", "budget"), [(1, 105_000), (200, 8_600), (500, 8_300)])
def test_a_purchase_stays_within_its_budget(figures: Figures, size: int, budget: int) -> None:
    """What the design allows a signed purchase of a member who has credits, through the proxies."""
    assert figures[f"recordPurchases: {size}"] <= budget * size


def test_a_signed_ballot_stays_within_its_budget(figures: Figures) -> None:
    """What the design allows a ballot in a batch of a hundred, its first, with its signature."""
    assert figures["castBallots: 100"] <= 11_000 * 100


@pytest.mark.parametrize("size", [10, 50, 200, 500, 512])
def test_a_larger_batch_costs_less_for_each_purchase(figures: Figures, size: int) -> None:
    """There is a reason to gather purchases: what a batch costs is shared."""
    smaller = {10: 1, 50: 10, 200: 50, 500: 200, 512: 500}[size]
    larger_batch, smaller_batch = figures[f"recordPurchases: {size}"], figures[f"recordPurchases: {smaller}"]
    assert larger_batch * smaller < smaller_batch * size


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_is_short_enough_for_every_chain(name: Name) -> None:
    """Chains refuse code past 24,576 bytes: the embedded one would not, Besu does."""
    assert code_bytes(name) <= LONGEST_CODE
