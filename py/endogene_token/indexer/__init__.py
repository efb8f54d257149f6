"""The read model: what the chain says, in tables, always to be had again from the chain.

eth_getLogs ── source ── events ── projections (one a noun) ── one transaction: rows, pockets, cursor
                 │          └ packed items cut by slices       └ audit, digest, rebuild compare
                 └ parent hashes, adaptive ranges
"""

from endogene_token.indexer.runner import Indexer

__all__ = ["Indexer"]
