"""Reversals: refunds of recorded purchases, recorded by their till, then followed."""

from typing import Annotated

from fastapi import APIRouter, Body, Path
from sqlmodel import Session

from api.askers import Reader, require_till_reader
from api.deps import App, Language, Reading
from api.errors import public
from api.intake import accept, place
from api.schemas import Accepted, ReversalsGiven, ReversalTold
from api.text import day_text, refusal_text
from endogene_token.errors import UnknownPurchaseError
from endogene_token.hexes import to_hex
from endogene_token.ids import PurchaseId
from endogene_token.indexer import models
from endogene_token.receipts import Reversal
from endogene_token.relay.models import MAX_SEQUENCE

router = APIRouter(tags=["reversals"])
Id = Annotated[str, Path(description="Till and sequence of the reversal itself, as in 3-128.")]


@router.post("/reversals", status_code=202)
def reverse(given: Annotated[ReversalsGiven, Body()], app: App) -> Accepted:
    """Accept refunds of one till under its signature; they follow its purchases in one sequence."""
    return accept(app, given.signed())


@router.get("/reversals/{id}")
def reversal(
    id: Id,  # noqa: A002  # the name in the path
    asker: Reader,
    app: App,
    session: Reading,
    lang: Language,
) -> ReversalTold:
    """Tell how far a refund has come.

    Its till may read it, its merchant, an officer, and a key of theirs with the scope `sales:read`.
    """
    wanted = PurchaseId.parse(id)
    require_till_reader(app, session, asker, wanted.till)
    told = _indexed(session, wanted, lang) or _queued(session, wanted, lang)
    if told is None:
        raise UnknownPurchaseError(actual=wanted)
    return told


def _indexed(session: Session, wanted: PurchaseId, lang: str) -> ReversalTold | None:
    if wanted.sequence > MAX_SEQUENCE:
        return None
    row = session.get(models.Reversal, (wanted.till, wanted.sequence))
    if row is None:
        return None
    reason, explanation = refusal_text(row.reason, lang)
    return ReversalTold(
        id=str(wanted),
        status="recorded" if row.reason == 0 else "refused",
        reason=reason,
        explanation=explanation,
        merchant=row.merchant,
        purchase_id=str(PurchaseId(row.purchase_till, row.purchase_sequence)),
        purchase_batch=row.purchase_batch,
        day=day_text(row.day),
        amount=str(row.amount),
        premium=str(row.premium),
        credit=str(row.credit),
        transaction=to_hex(row.transaction_hash),
    )


def _queued(session: Session, wanted: PurchaseId, lang: str) -> ReversalTold | None:
    found = place(session, wanted)
    if found is None or not isinstance(found.item, Reversal):
        return None
    trouble, item = found.row.trouble, found.item
    return ReversalTold(
        id=str(wanted),
        status=found.status,
        reason=trouble and trouble.code,
        explanation=trouble and public(trouble).render(lang),
        merchant=found.row.merchant,
        purchase_id=str(PurchaseId(item.purchase_till, item.purchase_sequence)),
        purchase_batch=item.purchase_batch,
        day=day_text(item.day),
        amount=str(item.amount),
    )
