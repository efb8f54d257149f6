"""One founded community on a real embedded chain, shared by the tests of a session."""

from collections.abc import Iterator

import pytest

from endogene_token.chain.rpc import Rpc
from tests.contracts.cooperative import Cooperative
from tests.town import chain


@pytest.fixture(scope="session")
def contracts_rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    """A chain of its own, which starts empty."""
    with chain(tmp_path_factory.mktemp("contracts-chain")) as rpc:
        yield rpc


@pytest.fixture(scope="session")
def cooperative(contracts_rpc: Rpc) -> Cooperative:
    """A founded community with all its officers. Each test takes members, merchants and tills of its own."""
    return Cooperative.found(contracts_rpc)
