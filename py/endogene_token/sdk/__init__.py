"""The merchant's SDK: record sales at a till, durable at once, and recorded on the ledger exactly once."""

from endogene_token.sdk.access import access_digest, authorization
from endogene_token.sdk.async_client import AsyncTillClient
from endogene_token.sdk.client import TillClient
from endogene_token.sdk.flows import Flushed
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.retries import Retries
from endogene_token.sdk.sales import NewPurchase, NewReversal, Opening, Sale, Status

__all__ = [
    "AsyncTillClient",
    "Flushed",
    "NewPurchase",
    "NewReversal",
    "Opening",
    "Retries",
    "Sale",
    "Status",
    "TillClient",
    "TillKey",
    "access_digest",
    "authorization",
]
