"""`endogene demo`: a community from nothing, in half a minute."""

import time
from pathlib import Path
from typing import Annotated, Final

import typer

from endogene_token.cli import story
from endogene_token.cli.console import (
    LANG,
    balance_json,
    balance_table,
    out,
    print_json,
    progress_bar,
    say,
    settings,
    told,
)
from endogene_token.errors import AuditError
from endogene_token.host import FoundingPlan, Host
from endogene_token.i18n import mark, tr
from endogene_token.indexer.audit import audit

NAME: Final = "Coopérative de solidarité du Vieux-Marché"
WATCH_SECONDS: Final = 0.5

Data = Annotated[Path | None, typer.Option("--data", help=tr("The data folder (default: .endogene).", LANG))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("Print JSON, for machines.", LANG))]


def demo(
    once: Annotated[
        bool, typer.Option("--once", help=tr("Check, print the balance sheet, and end.", LANG))
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", help=tr("The port of the API (default: 8080).", LANG))
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Found a community, record a day of purchases and refunds, settle one merchant, and serve it."""
    with told(as_json):
        found = settings(data_dir=data, api_port=port)
        plan = FoundingPlan(NAME)
        stages = {"story": mark("A day in a small town")}
        say(tr("Starting the embedded chain in {folder}…", LANG, folder=found.data_dir))
        with Host(found, plan, api_port=0 if once and port is None else None) as host:
            with progress_bar(stages, quiet=as_json) as move:
                for step in story.tell(host):
                    move("story", step, story.STEPS)
            sheet = host.ledger.balance_sheet()
            differences = len(audit(host.engine, host.ledger).differences)
            if as_json:
                print_json(
                    {"url": host.url, "balance_sheet": balance_json(sheet), "differences": differences}
                )
            else:
                out.print(balance_table(sheet, found))
                out.print(
                    tr("Differences between the chain and the read model: {count}", LANG, count=differences)
                )
            if differences:
                raise AuditError(actual=differences, limit=0)
            if not once:
                _serve(host)


def _serve(host: Host) -> None:
    out.print(tr("Public page: {url}", LANG, url=f"{host.url}/"))
    out.print(tr("API:         {url}", LANG, url=f"{host.url}/v1/health"))
    out.print(tr("Chain (RPC): {url}", LANG, url=host.rpc_url))
    say(tr("Ctrl-C ends; the next start goes on where this one was.", LANG))
    watch(host)


def watch(host: Host) -> None:
    """Serve until the person ends it, or a worker fails: then raise what ended it."""
    try:
        while True:
            host.check()
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        say(tr("Stopping…", LANG))
