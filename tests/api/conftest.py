"""A served town for each test that changes it, and one for all the tests that only ask."""

from collections.abc import Iterator

import pytest

from endogene_token.chain.rpc import Rpc
from tests.api.vote_site import VoteSite, vote_site
from tests.site import Site, open_site
from tests.town import chain, settle_down


@pytest.fixture(scope="session")
def api_rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    """The chain under the towns of these tests."""
    with chain(tmp_path_factory.mktemp("api-chain")) as rpc:
        yield rpc


@pytest.fixture
def site(api_rpc: Rpc, sqlite_url: str) -> Iterator[Site]:
    """A town of this test's own."""
    with open_site(settle_down(api_rpc), sqlite_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def asked(api_rpc: Rpc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A town that the tests ask but do not change."""
    folder = tmp_path_factory.mktemp("asked")
    with open_site(settle_down(api_rpc), f"sqlite:///{folder / 'ledger.sqlite'}") as opened:
        opened.read()
        yield opened


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoteSite]:
    """A town that votes, on a chain whose clock only goes forward; each test brings its own resolutions."""
    with vote_site(tmp_path_factory.mktemp("hall"), sealing_key="ab" * 32) as opened:
        yield opened
