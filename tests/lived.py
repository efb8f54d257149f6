"""A town with a year behind it: votes, projects, and the project money that they spent.

Its chain begins on a coming 1 November, whatever the day of the test. Its life takes 379 days, and the last
three weeks have no sale: begun at the end of December, its running year would hold only refunds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.node.bare_anvil import bare_anvil
from tests.node.history import History, live
from tests.node.money_history import prepare, spend
from tests.node.vote_history import decide
from tests.site import Site, open_site
from tests.town import settle_down


def coming_november() -> int:
    """Return the next 1 November, in seconds: a chain runs ahead of the wall's clock, never behind it."""
    now = datetime.now(UTC)
    first = datetime(now.year, 11, 1, tzinfo=UTC)
    return int((first if now < first else first.replace(year=now.year + 1)).timestamp())


@contextmanager
def lived_site(folder: Path, **settings: Any) -> Iterator[Site]:
    """Serve the town, all of it read. Nobody adds to it."""
    with bare_anvil("--timestamp", str(coming_november())) as rpc:
        town = settle_down(rpc)
        history = History(town)
        live(history)
        prepare(town)
        spend(decide(town), history)
        with open_site(town, f"sqlite:///{folder / 'ledger.sqlite'}", **settings) as site:
            site.read()
            yield site
