"""Logs of one community's contracts, looked for where they are likeliest: from the newest block back."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from eth_typing import ABIEvent
from eth_utils.abi import event_abi_to_log_topic

from endogene_token.chain.artifacts import Name, load
from endogene_token.chain.calls import Ledger
from endogene_token.hexes import to_hex

BLOCKS_PER_REQUEST: Final = 5_000  # what Besu allows


def newest_logs(ledger: Ledger, name: Name, topics: Sequence[object]) -> Iterator[Mapping[str, Any]]:
    """Yield the logs of a contract with these topics, range by range from the newest block to the founding.

    Within a range the oldest comes first. Raises NodeUnavailableError, NodeAnswerError.
    """
    founding = ledger.community.founding_block
    last = ledger.head() if ledger.block is None else ledger.block
    while last >= founding:
        start = max(founding, last - BLOCKS_PER_REQUEST + 1)
        where = {
            "address": ledger.community.address(name),
            "fromBlock": hex(start),
            "toBlock": hex(last),
        }
        yield from ledger.rpc.request("eth_getLogs", [{**where, "topics": topics}])
        last = start - 1


@cache
def topic(name: Name, event: str) -> str:
    """Return the topic of a contract's event."""
    [entry] = [one for one in load(name).abi if one["type"] == "event" and one["name"] == event]
    return "0x" + event_abi_to_log_topic(cast(ABIEvent, entry)).hex()


def number_topic(value: int) -> str:
    """Return a number as the topic of an indexed argument."""
    return to_hex(value.to_bytes(32))
