"""`endogene statement`: a month closed, its statements listed, shown and written."""

import json
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.table import Table
from sqlalchemy import Connection

from endogene_token.cli.checks import catch_up
from endogene_token.cli.console import amount, answering, out, progress_bar, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.errors import SettingError
from endogene_token.hexes import to_hex
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.i18n import mark, tr
from endogene_token.store import reading
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.document import StatementDocument, read_document
from endogene_token.treasury.statements.issuer import FILE_NAME, Issuer
from endogene_token.treasury.statements.models import IssuedStatement
from endogene_token.treasury.statements.months import Month
from endogene_token.treasury.statements.render import to_csv, to_pdf
from endogene_token.treasury.statements.view import view

STAGES: Final = {"issue": mark("Statements issued"), "write": mark("Statements written")}
KINDS: Final = (".pdf", ".csv", ".json")


def run_issue(month: str, *, out: Path | None, data: Path | None, as_json: bool) -> None:
    """Issue the statements of a month, and write them to a folder if one is given."""
    with answering(as_json) as answer:
        wanted = Month.parse(month)
        with Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
            catch_up(ground)
            with progress_bar(STAGES, quiet=as_json) as move:
                done = issuing.issue(_office(ground), wanted, int(time.time()), partial(move, "issue"))
                if out is not None:
                    _write_all(ground, done.rows, out, partial(move, "write"))
            answer.update({"month": str(wanted), "is_new": done.is_new})
            answer["statements"] = [_as_json(row) for row in done.rows]
            if not as_json:
                _show_list(done.rows, ground)
                if not done.is_new:
                    tell(tr("The statements of {month} were issued before: they stay.", LANG, month=wanted))


def run_show(merchant: int, month: str, *, out: Path | None, data: Path | None, as_json: bool) -> None:
    """Show the statement of a merchant's month, or write it to a file."""
    with answering(as_json) as answer:
        wanted = Month.parse(month)
        if out is not None and out.suffix not in KINDS:
            raise SettingError(field="--out", actual=out, limit=" ".join(KINDS))
        with (
            Ground(settings(data_dir=data), node_port=FREE_PORT) as ground,
            reading(ground.engine) as connection,
        ):
            row = issuing.issued(connection, merchant, wanted)
            if out is not None:
                _write(out, _paper(connection, row, out.suffix))
                answer["file"] = str(out)
                if not as_json:
                    tell(tr("Written: {path}", LANG, path=out))
                return
            answer.update(json.loads(row.content))
            if not as_json:
                _show(read_document(row.content))


def run_list(merchant: int | None, *, data: Path | None, as_json: bool) -> None:
    """List the issued statements, the newest month first."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        with reading(ground.engine) as connection:
            rows = issuing.statements_of(connection, merchant)
        answer["statements"] = [_as_json(row) for row in rows]
        if not as_json:
            _show_list(rows, ground)


def _office(ground: Ground) -> issuing.Office:
    found = ground.settings
    issuer = Issuer.load(ground.folder.root.joinpath(FILE_NAME), found.community)
    zone = ZoneInfo(found.timezone)
    return issuing.Office(ground.engine, ground.ledger, issuer, zone, found.currency, LANG)


def _write_all(
    ground: Ground, rows: Sequence[IssuedStatement], folder: Path, progress: issuing.Progress
) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(field="--out", actual=folder, limit=error.strerror) from error
    with reading(ground.engine) as connection:
        for done, row in enumerate(rows, 1):
            name = f"{row.number}-{row.merchant}-{row.month}.pdf"
            _write(folder.joinpath(name), _paper(connection, row, ".pdf"))
            progress(done, len(rows))


def _paper(connection: Connection, row: IssuedStatement, suffix: str) -> bytes:
    document = read_document(row.content)
    if suffix == ".json":
        return row.content
    if suffix == ".csv":
        return to_csv(document, LANG)
    return to_pdf(document, issuing.logo_of(connection, document), LANG)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise SettingError(field="--out", actual=path, limit=error.strerror) from error


def _show_list(rows: Sequence[IssuedStatement], ground: Ground) -> None:
    heads = (mark("Number"), mark("Month"), mark("Merchant"), mark("Amount due"), mark("Payable to you"))
    table = Table(*(tr(head, LANG) for head in heads))
    for column in table.columns[2:]:
        column.justify = "right"
    for row in rows:
        amounts = (amount(value, ground.settings) if value else "" for value in (row.due, row.payable))
        table.add_row(row.number, row.month, str(row.merchant), *amounts)
    out.print(table)
    tell(tr("Statements: {count}", LANG, count=len(rows)))


def _show(document: StatementDocument) -> None:
    shown = view(document, LANG)
    party = shown["addressee"]["name"]
    tell(f"{shown['labels']['title']} {shown['number']} · {shown['month']} · {party}")
    for part in ("account", "currency"):
        if not shown[part]:
            continue
        table = Table(title=shown["labels"][part], show_header=False, title_justify="left")
        table.add_column()
        table.add_column(justify="right")
        for line in shown[part]:
            strong = "bold" if line["weight"] in {"sum", "total"} else None
            table.add_row(f"{line['label']} {line['note']}".strip(), line["amount"], style=strong)
        out.print(table)
    tell(f"SHA-256: {shown['digest']}")


def _as_json(row: IssuedStatement) -> dict[str, Any]:
    return {
        "number": row.number,
        "merchant": row.merchant,
        "month": row.month,
        "issued_at": row.issued_at,
        "tax": str(row.tax),
        "due": str(row.due),
        "payable": str(row.payable),
        "sha256": to_hex(row.sha256),
    }
