"""The commands under `endogene statement`, and their options. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

statements = typer.Typer(no_args_is_help=True, help=tr("Monthly statements of the merchants.", LANG))

Month = Annotated[str, typer.Argument(help=tr("The month, as in 2026-10.", LANG), show_default=False)]
Out = Annotated[
    Path | None,
    typer.Option("--out", help=tr("A folder, into which each statement is written as PDF.", LANG)),
]


@statements.command(
    help=tr(
        "Issue every statement of a month that has ended. Example: endogene statement issue 2026-10", LANG
    )
)
def issue(month: Month, out: Out = None, data: Data = None, as_json: AsJson = False) -> None:
    """Issue the statements of a month."""
    from endogene_token.cli.statements import run_issue

    run_issue(month, out=out, data=data, as_json=as_json)


@statements.command(
    help=tr(
        "Show a statement, or write it. Example: endogene statement show 4 2026-10 --out bakery.pdf", LANG
    )
)
def show(
    merchant: Annotated[
        int,
        typer.Argument(help=tr("The merchant's number.", LANG), min=0, max=2**32 - 1, show_default=False),
    ],
    month: Month,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=tr("The file to write: its name ends in .pdf, .csv or .json.", LANG)),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show one statement."""
    from endogene_token.cli.statements import run_show

    run_show(merchant, month, out=out, data=data, as_json=as_json)


@statements.command(
    "list", help=tr("List the issued statements. Example: endogene statement list --json", LANG)
)
def list_(
    merchant: Annotated[
        int | None,
        typer.Option("--merchant", min=0, max=2**32 - 1, help=tr("Only this merchant's.", LANG)),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the issued statements."""
    from endogene_token.cli.statements import run_list

    run_list(merchant, data=data, as_json=as_json)
