"""A whole community on one machine: embedded chain, relay, indexer and API, over one data folder."""

from endogene_token.host.community import Host, retry_held, running_service, settle_down
from endogene_token.host.folder import DataFolder
from endogene_token.host.ground import FREE_PORT, RULES, FoundingPlan, Ground
from endogene_token.host.officers import TERM, Officers, organisation, person

__all__ = [
    "FREE_PORT",
    "RULES",
    "TERM",
    "DataFolder",
    "FoundingPlan",
    "Ground",
    "Host",
    "Officers",
    "organisation",
    "person",
    "retry_held",
    "running_service",
    "settle_down",
]
