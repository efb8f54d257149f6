"""The whole matrix of callers and functions: each cell is tried on the real contracts."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from endogene_token.chain import transactions as tx
from endogene_token.chain.artifacts import CONTRACTS, Name, load
from endogene_token.chain.calls import Ledger
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.views import Role
from endogene_token.errors import LedgerRefusal, MissingRoleError, ReplacementError, UnknownRefusalError
from tests.contracts.access_projects import begin, project_rows
from tests.contracts.access_rows import Row, Stage
from tests.contracts.access_rows import rows as community_rows
from tests.contracts.cooperative import Cooperative, chain_time
from tests.town import key

pytestmark = pytest.mark.xdist_group("access")  # one stage serves all
MOVES = {
    "transfer",
    "transferFrom",
    "approve",
}  # ERC-20's, which change nothing here: the compiler calls them pure
EXPIRED, REVOKED, MEMBER = key(7003), key(7004), key(7005)
ACTUARY, APPROVER = key(7006), key(7007)


@pytest.fixture(scope="module")
def stage(contracts_rpc: Rpc) -> Stage:
    """A community of its own: the rows name its first resolutions, its first call, its first project."""
    stage = Stage.set_up(Cooperative.found(contracts_rpc, key(7000)))
    begin(stage)
    return stage


def rows(stage: Stage) -> Iterator[Row]:
    """Yield a row or more for each function that is not a view."""
    yield from community_rows(stage)
    yield from project_rows(stage)


@pytest.fixture(scope="module")
def actors(stage: Stage) -> dict[str, str]:
    """Everyone who might try, by name; two of them were officers once."""
    cooperative = stage.cooperative
    community = cooperative.ledger.community
    governor = cooperative.sender(cooperative.governor)
    cooperative.admit(1, keys=[bytes.fromhex(MEMBER.address[2:])])
    end = max(int(time.time()), chain_time(cooperative.ledger)) + 5
    governor.transact(tx.grant_role(community, Role.REGISTRAR, EXPIRED.address, end))
    governor.transact(tx.grant_role(community, Role.TREASURER, REVOKED.address, 2**40))
    governor.transact(tx.grant_role(community, Role.ACTUARY, ACTUARY.address, 2**40))
    governor.transact(tx.grant_role(community, Role.APPROVER, APPROVER.address, 2**40))
    while chain_time(cooperative.ledger) <= end:  # each block is a second later than the one before, at least
        governor.transact(tx.revoke_role(community, Role.TREASURER, REVOKED.address))
    return {
        "governor": cooperative.governor.address,
        "registrar": cooperative.registrar.address,
        "treasurer": cooperative.treasurer.address,
        "guardian": cooperative.guardian.address,
        "actuary": ACTUARY.address,
        "approver": APPROVER.address,
        "expired registrar": EXPIRED.address,
        "revoked treasurer": REVOKED.address,
        "director": stage.holder.address,
        "member": MEMBER.address,
        "till": cooperative.ledger.till(stage.till).key,
        "stranger": cooperative.stranger.address,
        "membership": community.membership,
        "credit": community.credit,
        "fund": community.fund,
        "rulebook": community.rulebook,
        "assembly": community.assembly,
        "board": community.board,
        "book": community.projects,
        "currency": community.currency,
        "desk": community.redemptions,
    }


def simulate(ledger: Ledger, to: str, data: str, callers: list[str]) -> list[Any]:
    """Return what each caller would be answered: a result, or the refusal."""
    requests = [{"from": caller, "to": to, "data": data} for caller in callers]
    return ledger.rpc.attempts([("eth_call", [one, "latest"]) for one in requests])


def told(answer: Any) -> tuple[type, object, object] | None:
    """Return a refusal as the rows tell it; None for a success."""
    if not isinstance(answer, LedgerRefusal):
        assert isinstance(answer, str), answer
        return None
    return type(answer), lower(answer.actual), lower(answer.limit)


def lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def cells(row: Row, actors: dict[str, str]) -> Iterator[tuple[type, object, object] | type | None]:
    for name, caller in actors.items():
        if row.allowed is None or name in row.allowed:
            yield row.met
        else:
            kind, actual, limit = row.refused(caller)
            yield kind, lower(actual), lower(limit)


def mismatches(stage: Stage, actors: dict[str, str], row: Row) -> list[tuple[object, ...]]:
    """Return the cells of a row where the contracts and the matrix differ."""
    ledger = stage.cooperative.ledger
    answers = simulate(ledger, ledger.community.address(row.contract), row.data, [*actors.values()])
    wrong: list[tuple[object, ...]] = []
    for name, answer, expected in zip(actors, map(told, answers), cells(row, actors), strict=True):
        actual = answer[0] if answer and isinstance(expected, type) else answer
        if actual != expected:
            wrong.append((row.contract, row.function, name, actual, expected))
    return wrong


def test_every_caller_meets_in_every_function_what_the_matrix_says(
    stage: Stage, actors: dict[str, str]
) -> None:
    """Who may call succeeds; everybody else meets the exact refusal, with his address and the one who may."""
    assert [cell for row in rows(stage) for cell in mismatches(stage, actors, row)] == []


def test_a_row_that_allows_too_few_or_too_many_is_noticed(stage: Stage, actors: dict[str, str]) -> None:
    """The comparison above can fail, both ways."""
    registrar = frozenset({"registrar"})
    row = next(row for row in rows(stage) if row.allowed == registrar)
    for allowed, wrong in ((frozenset[str](), ["registrar"]), (registrar | {"till"}, ["till"])):
        found = mismatches(stage, actors, replace(row, allowed=allowed))
        assert [name for _, _, name, *_ in found] == wrong


def test_the_matrix_has_a_row_for_every_function_that_is_not_a_view(stage: Stage) -> None:
    """A function added to a contract is not forgotten here."""
    changing = {
        (contract, entry["name"])
        for contract in CONTRACTS
        for entry in load(contract).abi
        if entry["type"] == "function"
        and (entry["stateMutability"] not in {"view", "pure"} or entry["name"] in MOVES)
    }
    assert {(row.contract, row.function) for row in rows(stage)} == changing


def test_the_matrix_tries_officers_past_and_present(stage: Stage, actors: dict[str, str]) -> None:
    """The expired and the revoked officer did hold their role: the refusals above are those of their end."""
    ledger = stage.cooperative.ledger
    assert 0 < ledger.role_until(Role.REGISTRAR, actors["expired registrar"]) <= chain_time(ledger)
    assert ledger.role_until(Role.TREASURER, actors["revoked treasurer"]) == 0
    assert len(set(actors.values())) == len(actors)


def test_a_role_asked_for_is_named_in_the_refusal(stage: Stage) -> None:
    """The reader is told which role, not its number."""
    cooperative = stage.cooperative
    with pytest.raises(MissingRoleError) as caught:
        cooperative.sender(cooperative.stranger).simulate(
            tx.revoke_till(cooperative.ledger.community, stage.till)
        )
    assert caught.value.params["role"] == "registrar"


@pytest.mark.parametrize("contract", CONTRACTS)
def test_an_implementation_called_without_its_proxy_is_refused(stage: Stage, contract: Name) -> None:
    """The code behind a proxy has nothing of its own to take over: it is neither founded nor replaced."""
    ledger = stage.cooperative.ledger
    implementation = stage.implementation(contract)
    closed = [row for row in rows(stage) if row.contract == contract and row.function == "initialize"]
    [replacement] = [
        row for row in rows(stage) if row.contract == contract and row.function == "upgradeToAndCall"
    ]
    for row in (*closed, replacement):
        [answer] = simulate(ledger, implementation, row.data, [stage.cooperative.governor.address])
        assert isinstance(answer, ReplacementError), (row.function, answer)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_replacement_that_is_no_such_contract_is_refused(stage: Stage, contract: Name) -> None:
    """Not even the governor can put an account without code in place, or a proxy."""
    ledger, governor = stage.cooperative.ledger, stage.cooperative.governor.address
    [row] = [row for row in rows(stage) if row.contract == contract and row.function == "upgradeToAndCall"]
    own, address = stage.implementation(contract)[2:], ledger.community.address(contract)
    # The proxy answers to UUPS that it is none of its codes; the account has no code to answer with.
    for other, kind in ((ledger.community.fund, ReplacementError), (governor, UnknownRefusalError)):
        [answer] = simulate(ledger, address, row.data.replace(own, other[2:].lower()), [governor])
        assert isinstance(answer, kind), (other, answer)
