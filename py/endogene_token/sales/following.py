"""What becomes of signed sales: read from the relay's queue and from the read model, batch by batch."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select, update

from endogene_token import crash
from endogene_token.errors import EndogeneError, PredecessorRejectedError, ReturnWithoutPurchaseError
from endogene_token.indexer import models
from endogene_token.relay.models import Kind, RelayBatch, State, read_reason, write_reason
from endogene_token.sales.models import ON_THE_WAY, HostedSale, HostedTill, SaleState, TillState
from endogene_token.store import reading, writing

_NOWHERE: Final = dict.fromkeys(("queued", "signer", "batch", "sequence"))
log = structlog.get_logger()


class Followed(NamedTuple):
    """A batch of the queue, and the state and the reason that some of its sales have here."""

    id: int
    till: int
    kind: str
    first: int
    last: int
    queue_state: str
    queue_reason: str | None
    state: str
    reason: str | None


def step(engine: Engine) -> bool:
    """Mark the sales whose batch was held, released, rejected or recorded; return whether any changed."""
    with reading(engine) as connection, Session(connection) as session:
        moved = [one for one in _followed(session) if _moves(session, one)]
    if not moved:
        return False
    with writing(engine) as connection, Session(connection) as session:
        for one in moved:
            _follow(session, one)
        _refuse_orphans(session)
        crash.point("sales.followed")
    crash.point("sales.following.stored")
    return True


def stop(session: Session, till: int, error: EndogeneError) -> None:
    """Have a till (its number on the ledger) sign nothing more, for `error`, until its key is rotated."""
    open_ = (col(HostedTill.till) == till, col(HostedTill.state) == TillState.OPEN)
    session.exec(update(HostedTill).where(*open_).values({"reason": write_reason(error)}))
    log.warning("hosted till stopped", till=till, error=str(error))


def _followed(session: Session) -> Sequence[Followed]:
    columns: Any = (
        *(RelayBatch.id, RelayBatch.till, RelayBatch.kind, RelayBatch.first_sequence),
        *(RelayBatch.last_sequence, RelayBatch.state, RelayBatch.reason),
        *(HostedSale.state, HostedSale.reason),
    )
    query = select(*columns).join(HostedSale, col(HostedSale.queued) == col(RelayBatch.id))
    rows = session.exec(query.where(col(HostedSale.state).in_(ON_THE_WAY)).distinct()).all()
    return [Followed(*row) for row in rows]


def _moves(session: Session, one: Followed) -> bool:
    if one.queue_state == State.REJECTED:
        return True
    if one.queue_state == State.HELD:
        return (one.state, one.reason) != (SaleState.HELD, one.queue_reason)
    if one.queue_state == State.RECORDED and _is_read(session, one):
        return True
    return one.state == SaleState.HELD


def _is_read(session: Session, one: Followed) -> bool:
    """Whether the read model holds the whole batch."""
    table = _table(one)
    query = select(func.count()).where(table.till == one.till, *_within(table, one))
    return session.exec(query).one() == one.last - one.first + 1


def _follow(session: Session, one: Followed) -> None:
    own = (col(HostedSale.queued) == one.id, col(HostedSale.state).in_(ON_THE_WAY))
    if one.queue_state == State.REJECTED:
        _send_again(session, one, own)
    elif one.queue_state == State.RECORDED and _is_read(session, one):
        table = _table(one)
        sound = select(table.sequence).where(table.till == one.till, *_within(table, one), table.reason == 0)
        ended = {"state": SaleState.RECORDED, "reason": None}
        session.exec(update(HostedSale).where(*own, col(HostedSale.sequence).in_(sound)).values(ended))
        session.exec(update(HostedSale).where(*own).values({**ended, "state": SaleState.REFUSED}))
    else:
        is_held = one.queue_state == State.HELD
        state = SaleState.HELD if is_held else SaleState.ACCEPTED
        session.exec(update(HostedSale).where(*own).values({"state": state, "reason": one.queue_reason}))


def _send_again(session: Session, one: Followed, own: tuple[Any, ...]) -> None:
    """Have the sales of a rejected batch wait for another signature; what the till cannot mend stops it."""
    error = read_reason(one.queue_reason or "") if one.queue_reason else None
    if error is not None and not isinstance(error, PredecessorRejectedError):
        stop(session, one.till, error)
    session.exec(update(HostedSale).where(*own).values({**_NOWHERE, "state": SaleState.PENDING}))


def _refuse_orphans(session: Session) -> None:
    """Refuse the reversals that wait for a purchase which the ledger refused."""
    refused = select(HostedSale.id).where(
        HostedSale.kind == "purchase", HostedSale.state == SaleState.REFUSED
    )
    waiting = (col(HostedSale.state) == SaleState.PENDING, col(HostedSale.purchase).in_(refused))
    reason = write_reason(ReturnWithoutPurchaseError(actual="?"))
    session.exec(update(HostedSale).where(*waiting).values({"state": SaleState.REFUSED, "reason": reason}))


def _table(one: Followed) -> Any:
    return models.Purchase if one.kind == Kind.PURCHASES else models.Reversal


def _within(table: Any, one: Followed) -> tuple[Any, ...]:
    return table.sequence >= one.first, table.sequence <= one.last
