"""What a till's server and its relay do in the tests of kills, in a process that the environment kills."""

import sys
from pathlib import Path

from sqlalchemy import Engine

from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.relay import Relay, queue
from endogene_token.store import open_engine
from tests.town import BAKERY_TILL, GROCER_TILL, Town


def work(engine: Engine, town: Town) -> None:
    """Send three batches of one till and one of another, then relay until nothing moves."""
    for signed in (
        town.purchases(BAKERY_TILL, 1, [1000, 2000, 3000]),
        town.purchases(BAKERY_TILL, 4, [4000]),
        town.reversals(BAKERY_TILL, 5, (BAKERY_TILL, 1, 2, 2000)),
        town.purchases(GROCER_TILL, 1, [5000]),
    ):
        queue.accept(engine, signed)
    relay = Relay(engine, town.ledger, town.relayer)
    while relay.step():
        pass


if __name__ == "__main__":
    work(open_engine(sys.argv[1]), Town(Rpc([sys.argv[2]]), Community.load(Path(sys.argv[3]))))
