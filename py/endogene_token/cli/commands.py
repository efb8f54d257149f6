"""The commands and their options. What they do is imported when they run: `--help` needs none of it."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data, Port
from endogene_token.i18n import tr


def demo(
    once: Annotated[
        bool, typer.Option("--once", help=tr("Check, print the balance sheet, and end.", LANG))
    ] = False,
    port: Port = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Found a community, tell the whole round of its money, and serve it."""
    from endogene_token.cli.demo import run

    run(once=once, port=port, data=data, as_json=as_json)


def up(port: Port = None, data: Data = None, as_json: AsJson = False) -> None:
    """Serve the community of the data folder, founding it at first use."""
    from endogene_token.cli.serving import run

    run(port=port, data=data, as_json=as_json)


def import_journal(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    journal: Annotated[Path, typer.Argument(help=tr("The journal, as CSV.", LANG), show_default=False)],
    merchant: Annotated[
        int, typer.Option("--merchant", min=1, max=2**32 - 1, help=tr("The merchant's number.", LANG))
    ],
    rate_bps: Annotated[
        int | None,
        typer.Option(
            "--rate-bps", min=0, max=10_000, help=tr("Its rate in basis points, if it is new (280).", LANG)
        ),
    ] = None,
    enrol: Annotated[
        bool, typer.Option("--enrol", help=tr("Enrol unknown customers as members.", LANG))
    ] = False,
    keep_days: Annotated[
        bool,
        typer.Option(
            "--keep-days", help=tr("Keep the days; by default the last one becomes yesterday.", LANG)
        ),
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(
            "--refused", help=tr("Where to write the refused lines (default: beside the data).", LANG)
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Replay a till's journal: SDK, signed batches, relay, chain, indexer, read model."""
    from endogene_token.cli.importing import Job, run

    run(Job(journal, merchant, rate_bps, enrol, keep_days, refused), data=data, as_json=as_json)


def audit(data: Data = None, as_json: AsJson = False) -> None:
    """Compare every pocket, merchant, till and member balance between the chain and the read model."""
    from endogene_token.cli.checks import run_audit

    run_audit(data=data, as_json=as_json)


def rebuild(
    check: Annotated[
        bool,
        typer.Option("--check", help=tr("Rebuild a copy, compare its SHA-256 with the read model's.", LANG)),
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild the read model from the chain, or with --check a copy of it."""
    from endogene_token.cli.checks import run_rebuild

    run_rebuild(check=check, data=data, as_json=as_json)
