"""Everything that the relay brings for members: to the assembly, projects, currency, redemptions."""

import time
from collections.abc import Callable

from eth_account.signers.local import LocalAccount
from sqlalchemy import Engine

from endogene_token.chain.calls import Ledger
from endogene_token.chain.sender import Sender
from endogene_token.relay.caster import Caster
from endogene_token.relay.clerk import Clerk
from endogene_token.relay.opener import Opener
from endogene_token.relay.pauses import Pauses
from endogene_token.relay.porter import Porter


class VoteRelay:
    """Takes acts, ballots and openings to the contracts, for members who have no gas and no node."""

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        account: LocalAccount,
        *,
        clock: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        """Relay for the community of `ledger`, paying with `account` (which needs no right)."""
        sender, pauses = Sender(ledger, account), Pauses(clock)
        self._clerk = Clerk(engine, ledger, sender, pauses, clock)
        self._caster = Caster(engine, ledger, sender, pauses, clock)
        self._opener = Opener(engine, ledger, sender, pauses, clock)
        self._porter = Porter(engine, ledger, sender, pauses)

    def step(self) -> bool:
        """Take what is queued one call further; return whether anything ended.

        Raises ChainError when no node answers, StoreError; what is queued stays so.
        """
        moved = [self._clerk.step(), self._caster.step(), self._opener.step(), self._porter.step()]
        return any(moved)
