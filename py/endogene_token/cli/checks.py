"""`endogene audit` and `endogene rebuild`: is the read model what the chain says?"""

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer
from rich.table import Table

from endogene_token.cli.console import LANG, out, print_json, progress_bar, settings, told
from endogene_token.cli.demo import AsJson, Data
from endogene_token.errors import AuditError, RebuildDiffersError
from endogene_token.host import Ground, running_service
from endogene_token.i18n import mark, tr
from endogene_token.indexer import Indexer
from endogene_token.indexer.audit import AuditReport
from endogene_token.indexer.audit import audit as compare
from endogene_token.indexer.rebuild import check as check_rebuild
from endogene_token.indexer.rebuild import rebuild as rebuild_in_place


def audit(data: Data = None, as_json: AsJson = False) -> None:
    """Compare every pocket, merchant, till and member balance between the chain and the read model."""
    with told(as_json), Ground(settings(data_dir=data)) as ground:
        _catch_up(ground)
        report = compare(ground.engine, ground.ledger)
        if as_json:
            print_json(_as_json(report))
        else:
            _show(report)
        if report.differences:
            raise AuditError(actual=len(report.differences), limit=0)


def rebuild(
    check: Annotated[
        bool,
        typer.Option("--check", help=tr("Rebuild a copy, compare its SHA-256 with the read model's.", LANG)),
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild the read model from the chain, or with --check a copy of it."""
    stages = {"blocks": mark("Blocks read")}
    with told(as_json), Ground(settings(data_dir=data)) as ground:
        _catch_up(ground)
        with progress_bar(stages, quiet=as_json) as move:
            if not check:
                rebuild_in_place(ground.engine, ground.rpc, ground.community, partial(move, "blocks"))
            result = check_rebuild(ground.engine, ground.rpc, ground.community, partial(move, "blocks"))
        if as_json:
            print_json({"block": result.block, "read_model": result.digest, "rebuilt": result.copy_digest})
        else:
            out.print(tr("Read model: {digest}", LANG, digest=result.digest))
            out.print(tr("Rebuilt:    {digest}", LANG, digest=result.copy_digest))
        if not result.equal:
            raise RebuildDiffersError(actual=result.copy_digest, limit=result.digest)


def _catch_up(ground: Ground) -> None:
    """Bring the read model to the chain's head, unless a service is doing so."""
    if running_service(ground.folder) is None:
        Indexer(ground.engine, ground.rpc, ground.community).catch_up()


def _show(report: AuditReport) -> None:
    if report.differences:
        table = Table("", tr("Chain", LANG), tr("Read model", LANG))
        for one in report.differences:
            table.add_row(one.what, str(one.chain), str(one.read_model))
        out.print(table)
    out.print(
        tr("Compared at block {block}: {count} values.", LANG, block=report.block, count=report.compared)
    )
    out.print(
        tr("Differences between the chain and the read model: {count}", LANG, count=len(report.differences))
    )


def _as_json(report: AuditReport) -> dict[str, Any]:
    rows = [{name: str(value) for name, value in asdict(one).items()} for one in report.differences]
    return {"block": report.block, "compared": report.compared, "differences": len(rows), "rows": rows}
