"""The embedded chain: anvil behind a journal that replays to the same block hashes.

    sender ── eth_sendRawTransaction ── server ── collector ── producer ─┬─ anvil's pool: taken or refused
                                          │                              ├─ journal: appended, on the disk
    reader ── eth_call, eth_getLogs, … ── raw bytes ── anvil             ├─ anvil: mined
                                                                         └─ journal: sealed with the hash

Killed at any moment, it replays its journal and has the same blocks again, hash by hash.
"""

from endogene_token.chain.node.handle import EmbeddedNode, running_node

__all__ = ["EmbeddedNode", "running_node"]
