"""A community that lives is upgraded by an executed by-law resolution, and loses nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import pytest

from endogene_token.ballots import Choice, ExecutableCall
from endogene_token.chain import resolutions
from endogene_token.chain import transactions as tx
from endogene_token.chain.artifacts import CONTRACTS, EXTENSIONS, load
from endogene_token.chain.charter import Kind, State, selector, standard_charter
from endogene_token.chain.contracts import encode
from endogene_token.chain.deployment import CODE, STANDARD_OUTFLOWS, Plan
from endogene_token.chain.views import Admission, Category, MemberKind
from endogene_token.errors import LedgerRefusal, NotGovernorError, WrongKindError
from endogene_token.receipts import (
    Purchase,
    PurchaseBatch,
    Reversal,
    ReversalBatch,
    SignedPurchases,
    SignedReversals,
    item_proof,
)
from endogene_token.sdk.keys import TillKey
from tests.contracts.access_rows import IMPLEMENTATION_SLOT
from tests.contracts.cooperative import RULES
from tests.contracts.hall import DAY, ENOUGH_GAS, FAR, STEADY, Hall, holder
from tests.node.bare_anvil import bare_anvil
from tests.town import FOREVER, key

pytestmark = pytest.mark.xdist_group("upgrade")  # one community serves all
FOUNDER: Final = key(9005)
TILL_KEY: Final = TillKey(key(9006).key)
PEOPLE: Final = (*Category, *Category)
MERCHANT: Final = 1 + len(PEOPLE)
TILL: Final = 1
REFERENCE: Final = b"\x66" * 32
BY_LAW, SEALED, LATER = 1, 2, 3  # resolutions
LAST_NUMBER: Final = 8
LEAST_ANSWERS: Final = 3_000  # a list that no longer asks anything would be equal too
Answers = Mapping[tuple[str, str, str], object]


@dataclass
class Life:
    """A community with purchases, credits, a refund, a payment, and votes of which one is open."""

    hall: Hall
    sequence: int = 1
    by_law: Sequence[ExecutableCall] = ()

    @classmethod
    def lead(cls, hall: Hall) -> "Life":
        """Live until the by-law resolution can be executed."""
        self = cls(hall)
        self._trade()
        community = hall.ledger.community
        hall.do(*(resolutions.seat(community, member, FAR) for member in (1, 2)), tx.hand_over(community))
        self._decide()
        return self

    def purchase(self) -> SignedPurchases:
        """Buy something today, as the chain counts days, and record it."""
        hall = self.hall
        item = Purchase(2, hall.now // DAY, 12_345, self.sequence.to_bytes(16))
        batch = PurchaseBatch(TILL, MERCHANT, self.sequence, (item, replace(item, member=0)))
        self.sequence += len(batch.items)
        signed = SignedPurchases(batch, TILL_KEY.sign(batch, hall.ledger.domain))
        hall.do(tx.record_purchases(hall.ledger.community, [signed]))
        return signed

    def replacements(self) -> list[str]:
        """Deploy each contract anew, after its extension, and return where."""
        plan = Plan.draw(
            *(FOUNDER.address, 0, "Endogène", "ENDO"),
            rules=RULES,
            outflows=STANDARD_OUTFLOWS,
            charter=standard_charter(),
        )
        code = dict(zip(CODE, plan.calls, strict=False))
        anew: dict[str, str] = {}
        for extended, extension in EXTENSIONS.items():
            # A contract's code holds the address of its extension: here the new one's.
            [former] = self.hall.ledger.read([(extended, "EXTENSION", ())])
            anew[extension] = str(self.hall.do(code[extension])[0].contract)
            data = code[extended].data.replace(former[2:].lower(), anew[extension][2:].lower())
            code[extended] = replace(code[extended], data=data)
        return [str(self.hall.do(code[name])[0].contract) for name in CONTRACTS]

    def upgrades(self, implementations: list[str]) -> list[ExecutableCall]:
        """Return the calls that put these in place."""
        community = self.hall.ledger.community
        return [
            ExecutableCall(
                community.address(name),
                bytes.fromhex(encode(name, "upgradeToAndCall", implementation, b"")[2:]),
            )
            for name, implementation in zip(CONTRACTS, implementations, strict=True)
        ]

    def implementations(self) -> list[str]:
        """Return where the code of each contract stands."""
        ledger = self.hall.ledger
        slots = [[ledger.community.address(name), IMPLEMENTATION_SLOT, "latest"] for name in CONTRACTS]
        return [f"0x{word[-40:]}" for word in ledger.rpc.requests([("eth_getStorageAt", s) for s in slots])]

    def _trade(self) -> None:
        hall, community = self.hall, self.hall.ledger.community
        hall.admit(*PEOPLE)
        shop = Admission(MemberKind.ORGANISATION, Category.USER, 0, FOREVER)
        hall.register(
            tx.admit_members(community, [shop]),
            tx.enrol_merchant(community, MERCHANT, 280, 10**12, 10**9),
            tx.enrol_till(community, MERCHANT, TILL_KEY.address),
            tx.schedule_rate(community, MERCHANT, 300, hall.now // DAY + 40),
            tx.request_key_rotation(community, 3, b"\x88" * 20),
            tx.set_category(community, 4, Category.SUPPORTING),
        )
        bought = self.purchase().batch
        self.purchase()
        refund = Reversal(TILL, 1, 1_000, hall.now // DAY, bytes(16), purchase_batch=1)
        batch = ReversalBatch(TILL, MERCHANT, self.sequence, (refund,))
        self.sequence += 1
        signed = SignedReversals(batch, TILL_KEY.sign(batch, hall.ledger.domain))
        hall.do(
            tx.reverse_purchases(community, [signed], [[item_proof(bought.words(), 0)]]),
            tx.settle_premiums(community, MERCHANT, 10**6, REFERENCE),
        )

    def _decide(self) -> None:
        hall, community = self.hall, self.hall.ledger.community
        self.by_law = self.upgrades(self.replacements())
        hall.propose(1, Kind.BY_LAW, *self.by_law)
        opens_at = hall.now + 10 * DAY + 60
        hall.notice(1, BY_LAW, *self.by_law, opens_at=opens_at)
        for number, kind, start in (
            (SEALED, Kind.ELECTION, opens_at),
            (LATER, Kind.DECISION, opens_at + 18 * DAY),
        ):
            hall.propose(2, kind)
            hall.notice(2, number, opens_at=start)
        hall.travel(opens_at)
        sealed, openings = hall.sealed(SEALED, dict.fromkeys((1, 2, 3), Choice.AGAINST))
        favour = hall.ballots(BY_LAW, dict.fromkeys((1, 2, 4, 5), Choice.FOR))
        receipts = hall.do(*(resolutions.cast_ballots(community, one) for one in (favour, sealed)))
        hall.travel(hall.assembly.resolution(SEALED).closes_at)
        hall.do(resolutions.open_ballots(community, hall.batch_of(receipts[1]), [*openings[:2], None]))
        hall.travel(opens_at + 19 * DAY + 60)
        hall.do(resolutions.cast_ballots(community, hall.ballots(LATER, {3: Choice.FOR, 6: Choice.FOR})))


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    with bare_anvil(*STEADY) as rpc:
        yield Life.lead(Hall.found(rpc, FOUNDER, RULES))


def answers(life: Life) -> Answers:
    """Return what every view answers, for every argument that this community gives a meaning to."""
    ledger, asked = life.hall.ledger, []
    for name in CONTRACTS:
        for entry in load(name).abi:
            if entry["type"] != "function" or entry["stateMutability"] not in {"view", "pure"}:
                continue
            for arguments in product(*(candidates(life, one) for one in entry["inputs"])):
                data = encode(name, entry["name"], *arguments)
                asked.append((name, entry["name"], repr(arguments), ledger.community.address(name), data))
    requests = [("eth_call", [{"to": to, "data": data}, "latest"]) for *_, to, data in asked]
    told = [answer for part in parts(requests) for answer in ledger.rpc.attempts(part)]
    return {
        one[:3]: str(answer) if isinstance(answer, LedgerRefusal) else answer
        for one, answer in zip(asked, told, strict=True)
    }


def parts(requests: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(requests), 300):
        yield requests[start : start + 300]


def candidates(life: Life, entry: Mapping[str, Any]) -> list[Any]:
    """Return values for an argument of a view, by its type."""
    kind, community = str(entry["type"]), life.hall.ledger.community
    if kind.endswith("[]"):
        return [candidates(life, {**entry, "type": kind[:-2]})]
    if kind == "tuple":
        return [tuple(candidates(life, one)[-1] for one in entry["components"])]
    return {
        "uint8": [0, 1, 2],
        "uint16": [1, 2],
        "uint32": [*range(LAST_NUMBER + 1)],
        "uint64": [1, 3, 5],
        "uint256": [0, 1, life.hall.now // DAY + 50],
        "address": [FOUNDER.address, life.hall.registrar.address, community.rulebook],
        "bytes4": [selector("Rulebook", "publish"), selector("Board", "seat")],
        "bytes32": [REFERENCE, *(number.to_bytes(32) for number in range(LAST_NUMBER))],
        "bytes": [bytes.fromhex(holder(2).address[2:]), b"\x88" * 20],
        "bytes16": [bytes(16)],
        "uint160": [0],
        "string": ["claim"],
    }[kind]


def test_only_an_executed_resolution_upgrades(life: Life) -> None:
    """Not the founder, nor an officer, nor a director, nor a contract of the community by another way."""
    ledger = life.hall.ledger
    community = ledger.community
    contracts = [community.address(name) for name in CONTRACTS if name != "Assembly"]
    callers = [FOUNDER.address, life.hall.registrar.address, holder(1).address, TILL_KEY.address, *contracts]
    for call in life.upgrades(life.implementations()):
        requests = [{"from": one, "to": call.target, "data": "0x" + call.data.hex()} for one in callers]
        met = ledger.rpc.attempts([("eth_call", [one, "latest"]) for one in requests])
        assert [type(one) for one in met] == [NotGovernorError] * len(callers)


@pytest.mark.parametrize("kind", [Kind.RULES, Kind.OFFICE, Kind.ELECTION, Kind.DECISION])
def test_no_lesser_resolution_can_carry_an_upgrade(life: Life, kind: Kind) -> None:
    """What takes two thirds of the members is not noticed under another name."""
    calls = life.upgrades(life.implementations())[:1]
    number = life.hall.propose(1, kind, *calls)
    with pytest.raises(WrongKindError) as caught:
        life.hall.notice(1, number, *calls, opens_at=life.hall.now + 20 * DAY)
    assert caught.value.limit == "by_law"


def test_an_upgraded_community_answers_as_before(life: Life) -> None:
    """Nine contracts are replaced at once; every view of each tells the same, and life goes on."""
    hall = life.hall
    community, former = hall.ledger.community, life.implementations()
    assert hall.assembly.state(BY_LAW) is State.FINAL
    assert hall.assembly.state(LATER) is State.OPEN
    before = answers(life)
    assert len(before) > LEAST_ANSWERS
    hall.do(resolutions.execute(community, BY_LAW, life.by_law, ENOUGH_GAS))
    after = answers(life)
    changed = {place for place, answer in before.items() if after[place] != answer}
    decided = {("Assembly", view, f"({BY_LAW},)") for view in ("resolution", "stateOf")}
    assert changed == decided | {(name, "EXTENSION", "()") for name in EXTENSIONS}
    assert hall.assembly.state(BY_LAW) is State.EXECUTED
    assert not set(former) & set(life.implementations())
    held = hall.ledger.account(2).balance
    life.purchase()
    assert hall.ledger.account(2).balance > held > 0
    assert answers(life) != after  # the comparison above can fail
    hall.do(resolutions.cast_ballots(community, hall.ballots(LATER, {3: Choice.AGAINST}, sequence=2)))
    assert [hall.assembly.tally(LATER).sum(choice) for choice in Choice] == [1, 1, 0]
