"""The till's agent: for shops whose software can only write files, or call this machine."""

from endogene_token.till.agent import Agent, Plan
from endogene_token.till.place import Place

__all__ = ["Agent", "Place", "Plan"]
