"""The SDK's public names: a merchant's program that imports them goes on working."""

from endogene_token import sdk
from endogene_token.sdk import AsyncTillClient, TillClient

NAMES = """
AsyncTillClient Flushed NewPurchase NewReversal Opening Retries Sale Status TillClient TillKey access_digest
authorization
"""


def test_the_public_names_are_those_promised() -> None:
    """A name taken away breaks tills in shops; a name added by accident must be kept for ever."""
    assert sorted(sdk.__all__) == sorted(NAMES.split())
    assert all(hasattr(sdk, name) for name in sdk.__all__)


def test_both_clients_offer_the_same_methods() -> None:
    """What one client can do, the other can."""
    sync, asynchronous = (
        {name for name in vars(client) if not name.startswith("_")}
        for client in (TillClient, AsyncTillClient)
    )
    assert sync == asynchronous
