"""How the service stands."""

from fastapi import APIRouter
from sqlmodel import Session, select

from api.answers import Health
from api.deps import App, Reading
from endogene_token.chain.calls import Ledger
from endogene_token.errors import ChainError
from endogene_token.indexer.models import Cursor
from endogene_token.relay import queue, waiting
from endogene_token.sales import backlog
from endogene_token.sales.standing import standing

router = APIRouter(tags=["health"])
MOST_LAG = 10  # blocks: more, and the read model no longer follows


@router.get("/health")
def health(app: App, session: Reading) -> Health:
    """Tell whether chain, read model and queue stand.

    Always 200, `ok` tells: with the chain down, the service still accepts sales and must stay reachable.
    """
    indexed = indexed_block(session)
    head = head_or_none(app.ledger)
    lag = None if head is None or indexed is None else max(0, head - indexed)
    depth, sales, signed = queue.depth(session), standing(session), waiting.count(session)
    lines = backlog.waiting(session)
    return Health(
        chain_head=head,
        indexed_block=indexed,
        lag_blocks=lag,
        queue_depth=depth.waiting,
        held=depth.held,
        sales_waiting=sales.waiting,
        sales_held=sales.held,
        lines_waiting=lines.lines,
        lines_held=lines.held,
        ballots_waiting=signed.ballots,
        acts_waiting=signed.acts,
        ok=lag is not None and lag <= MOST_LAG,
    )


def indexed_block(session: Session) -> int | None:
    """Return the last block that the read model holds, or None before the first."""
    return session.exec(select(Cursor.block_number)).first()


def head_or_none(ledger: Ledger) -> int | None:
    """Return the chain's last block, or None while no node answers."""
    try:
        return ledger.head()
    except ChainError:
        return None
