"""The SDK: a till records sales, durable at once and on the ledger exactly once; a member votes."""

from endogene_token.sdk.access import access_digest, authorization
from endogene_token.sdk.async_client import AsyncTillClient
from endogene_token.sdk.async_voter import AsyncVoterClient
from endogene_token.sdk.client import TillClient
from endogene_token.sdk.flows import Flushed
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import NewPurchase, NewReversal, Opening, Sale, Status
from endogene_token.sdk.voter import VoterClient

__all__ = [
    "AsyncTillClient",
    "AsyncVoterClient",
    "Flushed",
    "NewPurchase",
    "NewReversal",
    "Opening",
    "Retries",
    "Sale",
    "Status",
    "TillClient",
    "TillKey",
    "VoterClient",
    "access_digest",
    "authorization",
]
