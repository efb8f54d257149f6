"""`endogene audit` and `endogene rebuild`: is the read model what the chain says?"""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.table import Table

from endogene_token.cli.console import answering, out, progress_bar, settings, tell, waiting
from endogene_token.cli.options import LANG
from endogene_token.errors import AuditError, RebuildDiffersError
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.host.service import running_service
from endogene_token.i18n import mark, tr
from endogene_token.indexer import Indexer
from endogene_token.indexer.audit import AuditReport, audit
from endogene_token.indexer.rebuild import check as check_rebuild
from endogene_token.indexer.rebuild import rebuild


def run_audit(*, data: Path | None, as_json: bool) -> None:
    """Compare every balance of the read model with the chain's, and say what differs."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        with waiting(quiet=as_json):
            catch_up(ground)
            report = audit(ground.engine, ground.ledger)
        answer.update(_as_json(report))
        if not as_json:
            _show(report)
        if report.differences:
            raise AuditError(actual=len(report.differences), limit=0)


def run_rebuild(*, check: bool, data: Path | None, as_json: bool) -> None:
    """Rebuild the read model, or with `check` only a copy of it, and compare the digests of both."""
    stages = {"blocks": mark("Blocks read")}
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        catch_up(ground)
        with progress_bar(stages, quiet=as_json) as move:
            if not check:
                rebuild(ground.engine, ground.rpc, ground.community, partial(move, "blocks"))
            result = check_rebuild(ground.engine, ground.rpc, ground.community, partial(move, "blocks"))
        answer.update({"block": result.block, "read_model": result.digest, "rebuilt": result.copy_digest})
        if not as_json:
            tell(tr("Read model: {digest}", LANG, digest=result.digest))
            tell(tr("Rebuilt:    {digest}", LANG, digest=result.copy_digest))
        if not result.equal:
            raise RebuildDiffersError(actual=result.copy_digest, limit=result.digest)


def catch_up(ground: Ground) -> None:
    """Bring the read model to the chain's head, unless a service is doing so."""
    if running_service(ground.folder) is None:
        Indexer(ground.engine, ground.rpc, ground.community).catch_up()


def _show(report: AuditReport) -> None:
    if report.differences:
        table = Table("", tr("Chain", LANG), tr("Read model", LANG))
        for one in report.differences:
            table.add_row(one.what, str(one.chain), str(one.read_model))
        out.print(table)
    tell(tr("Compared at block {block}: {count} values.", LANG, block=report.block, count=report.compared))
    count = len(report.differences)
    tell(tr("Differences between the chain and the read model: {count}", LANG, count=count))


def _as_json(report: AuditReport) -> dict[str, Any]:
    rows = [{name: str(value) for name, value in asdict(one).items()} for one in report.differences]
    return {"block": report.block, "compared": report.compared, "differences": len(rows), "rows": rows}
