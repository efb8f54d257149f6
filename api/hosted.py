"""Hosted sales for the routes: the desk that takes them, and how they are told."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlmodel import Session, col, select

from api.deps import Services
from api.sale_schemas import RefusedTold, SaleTold
from api.sellers import Seller, buyers_of
from api.text import refusal_text
from endogene_token.errors import RequestShapeError
from endogene_token.ids import PurchaseId
from endogene_token.indexer import models
from endogene_token.office.scopes import Holder, Mode
from endogene_token.office.trail import Actor
from endogene_token.sales import HostedSale, SaleState, SaleUpload, connecting
from endogene_token.sales.csv_upload import Columns
from endogene_token.sales.deliveries import Desk, Refused, Taken
from endogene_token.sales.filing import Filing
from endogene_token.sales.intake import Admitted
from endogene_token.sales.tills import hosted
from endogene_token.store import reading

SHOWN_ERRORS: Final = 20


def desk_of(
    app: Services, seller: Seller, till: int | None, source: str, *, is_dry: bool = False, alone: bool = False
) -> Desk:
    """Return where this seller's sales are taken; `alone`: nobody can be asked for another card.

    Raises NotHostedError, TillUnnamedError.
    """
    with reading(app.engine) as connection, Session(connection) as session:
        number = hosted(session, seller.merchant, till).number or 0
    return Desk(
        app.engine,
        seller.merchant,
        number,
        ZoneInfo(app.settings.timezone),
        source,
        buyers_of(app, seller.who, seller.mode),
        seller.actor,
        keeps_unknown=alone,
        is_dry=is_dry or seller.is_test,
    )


def filing_of(app: Services) -> Filing:
    """Return what takes the long files of sales that people bring."""

    def desk(upload: SaleUpload, actor: Actor) -> Desk:
        # A count of their own: a file of strangers' cards keeps the till at the counter from none.
        buyers = buyers_of(app, f"{Holder(upload.merchant)}/files", Mode.LIVE)
        zone = ZoneInfo(app.settings.timezone)
        return Desk(app.engine, upload.merchant, upload.till, zone, upload.kind, buyers, actor)

    return Filing(app.engine, app.settings.currency, app.secret, desk)


def told(session: Session, sale: HostedSale, lang: str) -> SaleTold:
    """Return a sale as it is told."""
    trouble = sale.trouble
    reason, explanation = (None, None) if trouble is None else (trouble.code, trouble.render(lang))
    if sale.state == SaleState.REFUSED and sale.reason is None and sale.sequence is not None:
        table: Any = models.Purchase if sale.kind == "purchase" else models.Reversal
        row = session.get(table, (sale.signer, sale.sequence))
        reason, explanation = refusal_text(0 if row is None else row.reason, lang)
    place = None if sale.sequence is None else PurchaseId(sale.signer or 0, sale.sequence)
    return SaleTold.model_validate(
        {
            "id": max(sale.id or 0, 0),  # of a trial, which kept nothing: 0
            "merchant": sale.merchant,
            "till": sale.till,
            "receipt": sale.receipt,
            "kind": sale.kind,
            "amount": str(sale.amount),
            "at": sale.at,
            "has_member": sale.member != 0,
            "source": sale.source,
            "status": sale.state,
            "reason": reason,
            "explanation": explanation,
            "purchase_id": None if place is None else str(place),
        }
    )


def refused_told(taken: Iterable[Taken], lang: str) -> list[RefusedTold]:
    """Return why each sale that was not taken was not."""
    return [
        RefusedTold(
            line=one.line, receipt=one.receipt, reason=one.error.code, explanation=one.error.render(lang)
        )
        for one in taken
        if isinstance(one, Refused)
    ]


def admitted(taken: Iterable[Taken]) -> list[Admitted]:
    """Return the sales that were taken."""
    return [one for one in taken if isinstance(one, Admitted)]


def page(
    session: Session, merchant: int, *, till: int | None, state: str | None, after: int, limit: int
) -> Sequence[HostedSale]:
    """Return `limit` sales of a merchant after an id, by ascending ids."""
    query = select(HostedSale).where(HostedSale.merchant == merchant, col(HostedSale.id) > after)
    if till is not None:
        query = query.where(HostedSale.till == till)
    if state is not None:
        query = query.where(HostedSale.state == state)
    return session.exec(query.order_by(col(HostedSale.id)).limit(limit)).all()


def columns_of(app: Services, merchant: int, said: str | None, content: bytes) -> Columns:
    """Return what a merchant says of its file's columns (JSON), else what it said before and fits this file.

    Raises RequestShapeError, and as `connecting.columns`.
    """
    if said is None:
        return connecting.columns(app.engine, merchant, content)
    try:
        return msgspec.json.decode(said.encode(), type=Columns)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise RequestShapeError(field="columns", actual=error, limit="JSON") from error
