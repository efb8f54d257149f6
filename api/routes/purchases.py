"""Purchases: recorded by their till, then followed."""

from typing import Annotated

from fastapi import APIRouter, Body, Path
from sqlmodel import Session

from api.askers import Reader, require_till_reader
from api.deps import App, Language, Reading
from api.errors import public
from api.intake import accept, place
from api.schemas import Accepted, PurchasesGiven, PurchaseTold
from api.text import day_text, refusal_text
from endogene_token.errors import UnknownPurchaseError
from endogene_token.hexes import to_hex
from endogene_token.ids import PurchaseId
from endogene_token.indexer import models
from endogene_token.receipts import Purchase
from endogene_token.relay.models import MAX_SEQUENCE

router = APIRouter(tags=["purchases"])
Id = Annotated[str, Path(description="Till and sequence, as in 3-127.")]


@router.post("/purchases", status_code=202)
def record(given: Annotated[PurchasesGiven, Body()], app: App) -> Accepted:
    """Accept purchases of one till under its signature; once answered, none of them can be lost."""
    return accept(app, given.signed())


@router.get("/purchases/{id}")
def purchase(
    id: Id,  # noqa: A002  # the name in the path
    asker: Reader,
    app: App,
    session: Reading,
    lang: Language,
) -> PurchaseTold:
    """Tell how far a purchase has come.

    Its till may read it, its merchant, an officer, and a key of theirs with the scope `sales:read`.
    """
    wanted = PurchaseId.parse(id)
    require_till_reader(app, session, asker, wanted.till)
    told = _indexed(session, wanted, lang) or _queued(session, wanted, lang)
    if told is None:
        raise UnknownPurchaseError(actual=wanted)
    return told


def _indexed(session: Session, wanted: PurchaseId, lang: str) -> PurchaseTold | None:
    if wanted.sequence > MAX_SEQUENCE:
        return None
    row = session.get(models.Purchase, (wanted.till, wanted.sequence))
    if row is None:
        return None
    batch = session.get(models.Batch, (row.till, row.batch))
    reason, explanation = refusal_text(row.reason, lang)
    return PurchaseTold(
        id=str(wanted),
        status="recorded" if row.reason == 0 else "refused",
        reason=reason,
        explanation=explanation,
        merchant=row.merchant,
        day=day_text(row.day),
        amount=str(row.amount),
        premium=str(row.premium),
        credit=str(row.credit),
        reversed=str(row.reversed) if row.reason == 0 else "0",
        batch=row.batch,
        transaction=None if batch is None else to_hex(batch.transaction_hash),
    )


def _queued(session: Session, wanted: PurchaseId, lang: str) -> PurchaseTold | None:
    found = place(session, wanted)
    if found is None or not isinstance(found.item, Purchase):
        return None
    trouble = found.row.trouble
    return PurchaseTold(
        id=str(wanted),
        status=found.status,
        reason=trouble and trouble.code,
        explanation=trouble and public(trouble).render(lang),
        merchant=found.row.merchant,
        day=day_text(found.item.day),
        amount=str(found.item.amount),
        batch=found.row.first_sequence,
    )
