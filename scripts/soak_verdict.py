"""What the ledger holds at the end of a soak, beside what was sold."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, select
from web3 import HTTPProvider, Web3

from endogene_token.chain.artifacts import load
from endogene_token.chain.community import Community
from endogene_token.indexer.models import Purchase, table_of
from endogene_token.receipts import unpack
from endogene_token.store import reading
from scripts.soak_tills import Sold

RANGE: Final = 2_000  # blocks asked for at once


@dataclass(frozen=True, slots=True)
class Verdict:
    """How what is held differs from what was sold: numbers of purchases, all of them 0 when all is well."""

    lost: int
    doubled: int
    strange: int
    """Held, and sold by nobody."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing differs."""
        return self == Verdict(0, 0, 0)


def compare(sold: Iterable[Sold], held: Iterable[Sold]) -> Verdict:
    """Compare two lists of purchases, in any order; one that was refused is not held."""
    wanted, found = Counter(sold), Counter(held)
    return Verdict(
        lost=(wanted - found).total(),
        doubled=sum(count for one, count in (found - wanted).items() if one in wanted),
        strange=sum(count for one, count in found.items() if one not in wanted),
    )


def on_chain(rpc_url: str, community: Community) -> list[Sold]:
    """Return the purchases that the chain's events tell, by web3.py's decoder; not the refused ones."""
    web3 = Web3(HTTPProvider(rpc_url))
    address = Web3.to_checksum_address(community.fund)
    events = web3.eth.contract(address, abi=load("CommunityFund").abi).events
    head = web3.eth.block_number
    held: list[tuple[int, Sold]] = []
    refused: set[tuple[int, int]] = set()
    for start in range(community.founding_block, head + 1, RANGE):
        blocks: dict[str, Any] = {"from_block": start, "to_block": min(start + RANGE - 1, head)}
        for log in events.PurchasesRecorded().get_logs(**blocks):
            told = log["args"]
            for place, word in enumerate(told["items"]):
                item = unpack(bytes(word))
                held.append((told["firstSequence"] + place, Sold(told["till"], item.member, item.amount)))
        for log in events.PurchaseRefused().get_logs(**blocks):
            refused.add((log["args"]["till"], log["args"]["sequence"]))
    return [sold for sequence, sold in held if (sold.till, sequence) not in refused]


def in_read_model(engine: Engine) -> list[Sold]:
    """Return the purchases that the read model tells; not the refused ones."""
    table = table_of(Purchase)
    query = select(table.c.till, table.c.member, table.c.amount).where(table.c.reason == 0)
    with reading(engine) as connection:
        return [Sold(*row) for row in connection.execute(query)]
