"""What a shop's own software sends: WooCommerce's webhooks, Odoo's exported orders. They only bring sales."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Request
from sqlmodel import Session

from api import hosted
from api.askers import place_of
from api.deps import App, Language, Services
from api.sale_schemas import Delivered
from api.schemas import PathNumber
from api.sellers import Seller, seller
from endogene_token.errors import ConnectorMissingError, InputError
from endogene_token.office.scopes import Scope
from endogene_token.office.trail import Actor
from endogene_token.sales import SaleConnector
from endogene_token.sales.connectors import ShopSettings, odoo, woocommerce
from endogene_token.sales.deliveries import Refused, Row, keep_delivery, take
from endogene_token.sales.secret import hosting_passphrase, webhook_secret
from endogene_token.store import reading

router = APIRouter(tags=["sales"])


async def _raw(request: Request) -> bytes:
    return await request.body()


Raw = Annotated[bytes, Depends(_raw)]


@router.post("/connectors/woocommerce/{merchant}")
def deliver_woocommerce(
    merchant: PathNumber,
    body: Raw,
    request: Request,
    app: App,
    lang: Language,
    *,
    topic: Annotated[str | None, Header(alias="X-WC-Webhook-Topic")] = None,
    signature: Annotated[str | None, Header(alias="X-WC-Webhook-Signature")] = None,
) -> Delivered:
    """Take a webhook of WooCommerce (order.created, order.updated), signed with the connector's secret.

    An order that cannot be taken does not fail the delivery, which would have the shop stop its webhook: it
    is told in the answer, and kept for the merchant at ``/v1/uploads/{upload}/errors.csv``. Who has no secret
    is not told which merchants have a shop.
    """
    if woocommerce.is_ping(body, topic):
        return Delivered(added=0, again=0, refused=[])
    shop = _found(app, merchant, woocommerce.KIND)
    generation = 0 if shop is None else shop.generation  # of 0 there is none
    secret = webhook_secret(hosting_passphrase(app.settings), woocommerce.KIND, merchant, generation)
    woocommerce.verify(body, signature, secret)
    connector = _known(shop, woocommerce.KIND, merchant)
    found: list[Row | Refused] = []
    if topic in woocommerce.TOPICS:
        order = woocommerce.read(body)
        try:
            found = woocommerce.rows(order, _settings(connector))
        except InputError as error:
            found = [Refused(1, order.number, error)]
    actor = Actor(f"connector:{connector.kind}/{merchant}", *place_of(request))
    who = Seller(merchant, f"merchant:{merchant}", actor)
    return _delivered(app, who, connector, found, body=body, lang=lang)


@router.post("/connectors/odoo/{merchant}")
def deliver_odoo(merchant: PathNumber, body: Raw, request: Request, app: App, lang: Language) -> Delivered:
    """Take orders and refunds of Odoo's point of sale, as its external API reads them."""
    who = seller(app, request, lang, merchant, Scope.SALES_WRITE)
    connector = _known(_found(app, merchant, odoo.KIND), odoo.KIND, merchant)
    found = odoo.rows(body, _settings(connector))
    return _delivered(app, who, connector, found, body=body, lang=lang)


def _delivered(
    app: Services,
    who: Seller,
    connector: SaleConnector,
    found: list[Row | Refused],
    *,
    body: bytes,
    lang: str,
) -> Delivered:
    desk = hosted.desk_of(app, who, connector.till, connector.kind, alone=True)
    taken = take(desk, found)
    refused = hosted.refused_told(taken, lang)
    upload = keep_delivery(desk, connector.kind, body, taken)
    added = sum(1 for one in hosted.admitted(taken) if one.is_new)
    return Delivered(
        added=added,
        again=len(taken) - added - len(refused),
        refused=refused,
        upload=None if upload is None else upload.id,
    )


def _found(app: Services, merchant: int, kind: str) -> SaleConnector | None:
    with reading(app.engine) as connection, Session(connection) as session:
        return session.get(SaleConnector, (merchant, kind))


def _known(found: SaleConnector | None, kind: str, merchant: int) -> SaleConnector:
    if found is None:
        raise ConnectorMissingError(actual=kind, merchant=merchant)
    return found


def _settings(connector: SaleConnector) -> ShopSettings:
    return msgspec.json.decode(connector.settings, type=ShopSettings)
