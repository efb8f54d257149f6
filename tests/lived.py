"""A town with a year behind it: votes, projects, and the project money that they spent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.node.bare_anvil import bare_anvil
from tests.node.history import History, live
from tests.node.money_history import prepare, spend
from tests.node.vote_history import decide
from tests.site import Site, open_site
from tests.town import settle_down


@contextmanager
def lived_site(folder: Path, **settings: Any) -> Iterator[Site]:
    """Serve the town, all of it read. Nobody adds to it."""
    with bare_anvil() as rpc:
        town = settle_down(rpc)
        history = History(town)
        live(history)
        prepare(town)
        spend(decide(town), history)
        with open_site(town, f"sqlite:///{folder / 'ledger.sqlite'}", **settings) as site:
            site.read()
            yield site
