"""A process that catches up once, in short ranges, for tests that kill it.

python -m tests.node.index_once DATABASE NODE COMMUNITY
"""

import sys
from pathlib import Path

from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.indexer import Indexer
from endogene_token.store import migrate, open_engine


def main(url: str, node: str, community: str) -> None:
    """Migrate and catch up."""
    engine = open_engine(url)
    migrate(engine)
    with Rpc([node]) as rpc:
        Indexer(engine, rpc, Community.load(Path(community)), most_blocks=2).catch_up()


if __name__ == "__main__":
    main(*sys.argv[1:])
