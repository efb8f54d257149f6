"""A chain for these tests, and a served town on each kind of database."""

from collections.abc import Iterator

import pytest

from endogene_token.chain.rpc import Rpc
from tests.site import Site, open_site
from tests.town import chain, settle_down


@pytest.fixture(scope="session")
def survival_rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    """The chain under the towns of these tests."""
    with chain(tmp_path_factory.mktemp("survival-chain")) as rpc:
        yield rpc


@pytest.fixture
def site(survival_rpc: Rpc, database_url: str) -> Iterator[Site]:
    """A town of this test's own, its read model at the head of the chain."""
    with open_site(settle_down(survival_rpc), database_url) as opened:
        opened.read()
        yield opened
