"""`endogene sales`: files of sales, a merchant's sales, shops' connectors, on the data folder's database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from rich.table import Table
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.cli.console import amount, answering, out, progress_bar, say, tell
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.errors import (
    ColumnUnmappedError,
    DataFolderError,
    JournalMissingError,
    RequestTooLargeError,
)
from endogene_token.i18n import mark, tr
from endogene_token.office.buyers import OfficeBuyers
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.sales import HostedSale, Intake, SaleConnector, connecting
from endogene_token.sales.connectors import ShopSettings
from endogene_token.sales.csv_upload import KIND, MAX_BYTES, Columns, rows
from endogene_token.sales.deliveries import Desk, Refused, Taken, keep_upload, take
from endogene_token.sales.report import errors_csv
from endogene_token.sales.secret import hosting_passphrase, webhook_secret
from endogene_token.sales.tills import hosted
from endogene_token.store import reading

LONGEST_LIST: Final = 1_000
STAGES: Final = {"read": mark("Lines read")}


@dataclass(frozen=True, slots=True)
class Given:
    """What the person asked for."""

    file: Path
    merchant: int
    till: int | None
    columns: tuple[str, ...]
    is_dry: bool
    errors: Path | None


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop to connect."""

    kind: str
    merchant: int
    till: int | None
    taxes: Literal["included", "excluded"]
    card_field: str


def run_import(given: Given, *, data: Path | None, as_json: bool) -> None:
    """Take a file of sales, or try to."""
    with answering(as_json) as answer:
        content = read_file(given.file)
        with opened(data) as (found, engine):
            with reading(engine) as connection, Session(connection) as session:
                till = hosted(session, given.merchant, given.till).number or 0
            said = said_columns(given.columns) if given.columns else None
            columns = connecting.columns(engine, given.merchant, content) if said is None else said
            buyers = OfficeBuyers(lambda: OfficeSecret.load(found), found.phone_region)
            zone = ZoneInfo(found.timezone)
            desk = Desk(engine, given.merchant, till, zone, KIND, buyers, COMMAND_LINE, is_dry=given.is_dry)
            given_rows = rows(content, columns, found.currency)
            with progress_bar(STAGES, quiet=as_json) as move:
                taken = take(desk, given_rows, partial(move, "read"))
            kept = keep_upload(desk, KIND, content, taken)
            if said is not None and not given.is_dry:
                connecting.keep_columns(engine, COMMAND_LINE, given.merchant, till, said)
        if given.errors is not None:
            write_errors(given.errors, taken)
        numbers = {name: getattr(kept, name) for name in ("rows", "added", "again", "refused")}
        answer.update({**numbers, "is_dry": given.is_dry, "upload": kept.id, "errors": _told(taken)})
        if not as_json:
            _show(numbers, taken, is_dry=given.is_dry)


def run_list(merchant: int, status: str | None, *, data: Path | None, as_json: bool) -> None:
    """List a merchant's latest sales."""
    with answering(as_json) as answer:
        query = select(HostedSale).where(HostedSale.merchant == merchant)
        if status is not None:
            query = query.where(HostedSale.state == status)
        with opened(data) as (found, engine), reading(engine) as connection, Session(connection) as session:
            sales = session.exec(query.order_by(col(HostedSale.id).desc()).limit(LONGEST_LIST)).all()
            answer["sales"] = [_sale(one) for one in sales]
        if as_json:
            return
        table = Table("", tr("Receipt", LANG), "", tr("Amount", LANG), tr("State", LANG))
        for one in sales:
            table.add_row(str(one.id), one.receipt, one.kind, amount(one.amount, found), one.state)
        out.print(table)


def run_connect(shop: Shop, *, data: Path | None, as_json: bool) -> None:
    """Connect a shop: tell where its software sends its sales, and the secret, once."""
    with answering(as_json) as answer:
        with opened(data) as (found, engine):
            own = ShopSettings(found.currency, shop.taxes, shop.card_field)
            with reading(engine) as connection, Session(connection) as session:
                till = hosted(session, shop.merchant, shop.till).number or 0
                before = session.get(SaleConnector, (shop.merchant, shop.kind))
                generation = 1 if before is None else before.generation + 1
            row = SaleConnector(merchant=shop.merchant, kind=shop.kind, till=till, settings=_json(own))
            row.generation = generation
            _keep(engine, row)
        answer["path"] = f"/v1/connectors/{shop.kind}/{shop.merchant}"
        if shop.kind == "woocommerce":
            passphrase = hosting_passphrase(found)
            answer["secret"] = webhook_secret(passphrase, shop.kind, shop.merchant, generation)
        if not as_json:
            tell(tr("Send sales to: {path}", LANG, path=answer["path"]))
            if "secret" in answer:
                tell(tr("Secret of the webhook: {secret}", LANG, secret=answer["secret"]))


def run_erase(receipt: str, merchant: int, till: int | None, *, data: Path | None, as_json: bool) -> None:
    """Destroy the salts of a sale and of its refunds."""
    with answering(as_json) as answer:
        with opened(data) as (found, engine), changing(engine, COMMAND_LINE) as change:
            number = hosted(change.session, merchant, till).number or 0
            zone, now = ZoneInfo(found.timezone), datetime.now(UTC)
            intake = Intake(change.session, merchant, number, zone=zone, now=now, source="cli")
            answer["erased"] = intake.erase(receipt)
            # Without the receipt number: what ties it to the ledger is gone, and stays so.
            change.note("sale.erased", f"merchant:{merchant}/till:{number}", salts=answer["erased"])
        if not as_json:
            tell(tr("{count} salts were destroyed.", LANG, count=answer["erased"]))


def read_file(file: Path) -> bytes:
    """Return a file of sales. Raises JournalMissingError, RequestTooLargeError."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise JournalMissingError(actual=file) from error
    if len(content) > MAX_BYTES:
        raise RequestTooLargeError(actual=len(content), limit=MAX_BYTES)
    return content


def said_columns(words: Sequence[str]) -> Columns:
    """Return what is said of a file's columns, as in ``receipt=Facture``. Raises ColumnUnmappedError."""
    said: dict[str, Any] = dict(one.partition("=")[::2] for one in words)
    if "cents" in said:
        said["cents"] = said["cents"].lower() in {"1", "true", "yes", "oui"}
    try:
        return msgspec.convert(said, Columns)
    except msgspec.ValidationError as error:
        raise ColumnUnmappedError(actual=" ".join(words), limit=error) from error


def _keep(engine: Engine, row: SaleConnector) -> None:
    with changing(engine, COMMAND_LINE) as change:
        connecting.keep(change, row)


def _json(value: ShopSettings) -> str:
    return msgspec.json.encode(value).decode()


def _told(taken: Sequence[Taken]) -> list[dict[str, Any]]:
    refused = [one for one in taken if isinstance(one, Refused)]
    return [{"line": one.line, "receipt": one.receipt, **one.error.as_dict(LANG)} for one in refused]


def write_errors(path: Path, taken: Sequence[Taken]) -> None:
    """Write why lines were refused, as CSV. Raises DataFolderError."""
    refused = [one for one in taken if isinstance(one, Refused)]
    try:
        path.write_text(errors_csv(refused, LANG), "utf-8", newline="")
    except OSError as error:
        raise DataFolderError(actual=path.parent) from error


def _show(numbers: dict[str, int], taken: Sequence[Taken], *, is_dry: bool) -> None:
    sentence = tr("{rows} lines: {added} new, {again} kept before, {refused} refused.", LANG, **numbers)
    tell(sentence)
    for one in taken:
        if isinstance(one, Refused):
            say(f"{one.line}: {one.error.render(LANG)}")
    if is_dry:
        say(tr("This was a trial: nothing was kept.", LANG))


def _sale(one: HostedSale) -> dict[str, Any]:
    return {
        "id": one.id,
        "till": one.till,
        "receipt": one.receipt,
        "kind": one.kind,
        "amount": str(one.amount),
        "at": one.at,
        "status": one.state,
        "reason": None if one.trouble is None else one.trouble.code,
    }
