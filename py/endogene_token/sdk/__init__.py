"""The SDK: a till records sales, durable and exactly once; a member votes, and acts for projects."""

from endogene_token.sdk.access import access_digest, authorization
from endogene_token.sdk.async_client import AsyncTillClient
from endogene_token.sdk.async_projects import AsyncProjectClient
from endogene_token.sdk.async_voter import AsyncVoterClient
from endogene_token.sdk.client import TillClient
from endogene_token.sdk.flows import Flushed
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.projects import ProjectClient
from endogene_token.sdk.quotes import Quote
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import NewPurchase, NewReversal, Opening, Sale, Status
from endogene_token.sdk.voter import VoterClient

__all__ = [
    "AsyncProjectClient",
    "AsyncTillClient",
    "AsyncVoterClient",
    "Flushed",
    "NewPurchase",
    "NewReversal",
    "Opening",
    "ProjectClient",
    "Quote",
    "Retries",
    "Sale",
    "Status",
    "TillClient",
    "TillKey",
    "VoterClient",
    "access_digest",
    "authorization",
]
