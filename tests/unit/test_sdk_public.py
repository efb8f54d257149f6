"""The SDK's public names: a merchant's program that imports them goes on working."""

import pytest

from endogene_token import sdk
from endogene_token.sdk import (
    AsyncProjectClient,
    AsyncTillClient,
    AsyncVoterClient,
    ProjectClient,
    TillClient,
    VoterClient,
)

NAMES = """
AsyncProjectClient AsyncTillClient AsyncVoterClient Flushed NewPurchase NewReversal Opening ProjectClient
Quote Retries Sale Status TillClient TillKey VoterClient access_digest authorization
"""


def test_the_public_names_are_those_promised() -> None:
    """A name taken away breaks tills in shops; a name added by accident must be kept for ever."""
    assert sorted(sdk.__all__) == sorted(NAMES.split())
    assert all(hasattr(sdk, name) for name in sdk.__all__)


@pytest.mark.parametrize(
    "clients",
    [(TillClient, AsyncTillClient), (VoterClient, AsyncVoterClient), (ProjectClient, AsyncProjectClient)],
)
def test_both_clients_offer_the_same_methods(clients: tuple[type, type]) -> None:
    """What one client can do, the other can."""
    sync, asynchronous = ({name for name in dir(one) if not name.startswith("_")} for one in clients)
    assert sync == asynchronous
