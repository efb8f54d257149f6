"""`endogene sales preview`, `uploads`, `errors`, `disconnect`: files of sales, and what became of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.table import Table
from sqlmodel import Session

from endogene_token.cli.console import answering, out, tell
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.cli.selling import LONGEST_LIST, read_file, said_columns, write_errors
from endogene_token.errors import UnknownUploadError
from endogene_token.i18n import tr
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.sales import SaleUpload, connecting
from endogene_token.sales.connectors import woocommerce
from endogene_token.sales.csv_upload import Preview, preview
from endogene_token.sales.deliveries import refusals, uploads
from endogene_token.store import reading

NUMBERS: Final = ("rows", "added", "again", "refused", "left")


def run_preview(file: Path, words: tuple[str, ...], *, as_json: bool) -> None:
    """Show how a file would be read."""
    with answering(as_json) as answer:
        seen = preview(read_file(file), said_columns(words))
        answer.update(
            {
                "names": list(seen.table.names),
                "columns": msgspec.to_builtins(seen.columns),
                "sample": seen.sample,
                "rows": len(seen.table.lines),
            }
        )
        if not as_json:
            _show(seen)


def run_uploads(merchant: int, *, data: Path | None, as_json: bool) -> None:
    """List a merchant's files and deliveries."""
    with answering(as_json) as answer:
        with opened(data) as (_, engine), reading(engine) as connection, Session(connection) as session:
            answer["uploads"] = [_told(one) for one in uploads(session, merchant, 0, LONGEST_LIST)]
        if as_json:
            return
        names = ("", tr("When", LANG), "", tr("Lines", LANG), tr("New", LANG), tr("Kept before", LANG))
        table = Table(*names, tr("Refused", LANG), tr("Not reached", LANG))
        for one in answer["uploads"]:
            when = datetime.fromtimestamp(one["received_at"], UTC).isoformat(" ", "seconds")
            table.add_row(str(one["id"]), when, one["kind"], *(str(one[name]) for name in NUMBERS))
        out.print(table)


def run_errors(upload: int, path: Path, *, data: Path | None, as_json: bool) -> None:
    """Write the refused lines of a file or delivery."""
    with answering(as_json) as answer:
        with opened(data) as (_, engine), reading(engine) as connection, Session(connection) as session:
            found = session.get(SaleUpload, upload)
            if found is None:
                raise UnknownUploadError(actual=upload)
            refused = refusals(found)
        write_errors(path, refused)
        answer.update({"upload": upload, "refused": found.refused, "file": str(path)})
        if not as_json:
            tell(tr("The refused lines are in {file}.", LANG, file=path))


def run_disconnect(merchant: int, *, data: Path | None, as_json: bool) -> None:
    """End the secret of a shop's webhook."""
    with answering(as_json) as answer:
        with opened(data) as (_, engine), changing(engine, COMMAND_LINE) as change:
            connecting.close(change, merchant, woocommerce.KIND)
        answer.update({"merchant": merchant, "kind": woocommerce.KIND})
        if not as_json:
            tell(tr("The shop's webhook brings nothing any more, until it is connected again.", LANG))


def _told(one: SaleUpload) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("id", "till", "kind", *NUMBERS, "received_at")}


def _show(seen: Preview) -> None:
    fields = Table(tr("Field", LANG), tr("Column", LANG))
    for field, value in msgspec.to_builtins(seen.columns).items():
        fields.add_row(field, str(value))
    out.print(fields)
    sample = Table(*seen.table.names)
    for row in seen.sample:
        sample.add_row(*row)
    out.print(sample)
    tell(tr("Lines: {count}.", LANG, count=len(seen.table.lines)))
