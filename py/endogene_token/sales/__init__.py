"""Sales that come without a till's signature: by API key, in a CSV file, from a shop's own software.

API, CSV, connector ── intake ── hosted_sale ── Signer ── relay_batch ── Relay ── ledger
                       (once a receipt)         (with the hosted till's key, in the queue's transaction)
"""

from endogene_token.sales.buyers import Buyer, Buyers
from endogene_token.sales.intake import Intake
from endogene_token.sales.models import HostedSale, HostedTill, SaleConnector, SaleState, SaleUpload
from endogene_token.sales.signing import Signer
from endogene_token.sales.tills import HostedTills

__all__ = [
    "Buyer",
    "Buyers",
    "HostedSale",
    "HostedTill",
    "HostedTills",
    "Intake",
    "SaleConnector",
    "SaleState",
    "SaleUpload",
    "Signer",
]
