"""From the queue to the chain: each batch once, in order, whoever relays it and however often.

    API ── queue.accept ── relay_batch ── Relay.step ─┬─ what is recorded already: marked from the chain
                                                      ├─ simulated: held or rejected with its reason
                                                      └─ sent, waited for, marked from the chain
    API ── acts, ballots, openings ── VoteRelay.step ── the same for the assembly, see `votes`
    API ── member_acts ────────────── VoteRelay.step ── the same for projects and money, see `porter`

The relay keeps nothing that it cannot find again: nonces, next sequences and records are the chain's.
"""

from endogene_token.relay.votes import VoteRelay
from endogene_token.relay.worker import Relay

__all__ = ["Relay", "VoteRelay"]
