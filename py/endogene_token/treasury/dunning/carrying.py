"""What the registrar has approved, carried out on the chain with the registrar's key, once."""

import time
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import reinstate_merchant, suspend_merchant
from endogene_token.chain.views import MerchantStatus
from endogene_token.errors import LedgerRefusal
from endogene_token.office.trail import Actor, changing
from endogene_token.store import reading
from endogene_token.treasury.dunning import examining, proposals
from endogene_token.treasury.dunning.proposals import Act, State
from endogene_token.treasury.exceptions.models import DunningProposal

MOST: Final = 1_000
_CALLS: Final = {Act.SUSPEND: suspend_merchant, Act.REINSTATE: reinstate_merchant}
_REACHED: Final = {Act.SUSPEND: MerchantStatus.SUSPENDED, Act.REINSTATE: MerchantStatus.ACTIVE}


def carry_out(engine: Engine, registrar: Sender, actor: Actor) -> int:
    """Carry out what is approved; return how many. A merchant already so is not sent again.

    What the chain refuses stays approved and holds up nothing else: the first LedgerRefusal is raised at the
    end. Raises what else a wallet raises at once: NodeUnavailableError, UnconfirmedError.
    """
    with reading(engine) as connection, Session(connection) as session:
        approved = proposals.page(session, 0, MOST, State.APPROVED)
    refused: LedgerRefusal | None = None
    for row in approved:
        try:
            _carry_out(registrar, row)
        except LedgerRefusal as error:
            refused = refused or error
            continue
        with changing(engine, actor) as change:
            kept = change.session.get_one(DunningProposal, row.number)
            if kept.state == State.APPROVED:
                proposals.finish(change, kept, int(time.time()))
            change.note("dunning.carried", proposals.subject_of(kept))
            examining.follow_decisions(change, int(time.time()))
    if refused is not None:
        raise refused
    return len(approved)


def _carry_out(registrar: Sender, row: DunningProposal) -> None:
    """Ask the chain first: who was killed after sending sends nothing a second time."""
    act = Act(row.act)
    if registrar.ledger.merchant(row.merchant).status is not _REACHED[act]:
        registrar.transact(_CALLS[act](registrar.ledger.community, row.merchant))
