"""What a node says of itself, and what everyone must know to find it."""

from pathlib import Path
from typing import Final

import msgspec

from endogene_token.errors import DataFolderError

DEFAULT_CHAIN_ID: Final = 450_045
DEFAULT_PORT: Final = 8545
RECORD: Final = "node.json"
JOURNAL: Final = "chain.sqlite"


class NodeRecord(msgspec.Struct, frozen=True, rename="camel"):
    """What node.json says of the running node; `instance` is drawn at each start.

    `supervisor` is the process that it ends with, 0 for a node that serves on its own.
    """

    instance: str
    rpc_url: str
    chain_id: int
    pid: int
    supervisor: int = 0


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


def make_folder(folder: Path) -> None:
    """Make the data folder if it is not there. Raises DataFolderError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(actual=folder) from error
