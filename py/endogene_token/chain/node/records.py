"""What a node says of itself, and what everyone must know to find it."""

from typing import Final

import msgspec

DEFAULT_CHAIN_ID: Final = 450_045
DEFAULT_PORT: Final = 8545
RECORD: Final = "node.json"
JOURNAL: Final = "chain.sqlite"


class NodeRecord(msgspec.Struct, frozen=True, rename="camel"):
    """What node.json says of the running node; `instance` is drawn at each start."""

    instance: str
    rpc_url: str
    chain_id: int
    pid: int


class NodeInfo(msgspec.Struct, frozen=True, rename="camel"):
    """What the node answers to `GET /` and `endogene_nodeInfo`.

    `height`, `timestamp` (seconds since 1970) and `hash` are those of the last block.
    """

    instance: str
    chain_id: int
    height: int
    timestamp: int
    hash: str
    genesis_hash: str
    anvil: str
    hardfork: str
    pid: int
