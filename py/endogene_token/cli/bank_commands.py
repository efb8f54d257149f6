"""The commands under `endogene bank`, and their options. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

bank = typer.Typer(no_args_is_help=True, help=tr("What the bank states, and what it confirms.", LANG))

LineId = Annotated[
    str, typer.Argument(help=tr("The line, by the first digits of its identity.", LANG), show_default=False)
]


@bank.command(
    "import",
    help=tr(
        "Import a statement (camt.053, CSV) or a file of returned items (CPA-005); again, it adds nothing. "
        "Example: endogene bank import 2026-11-20.xml",
        LANG,
    ),
)
def import_(
    file: Annotated[Path, typer.Argument(help=tr("The bank's file.", LANG), show_default=False)],
    kind: Annotated[
        str, typer.Option("--kind", help=tr("camt053, csv or cpa005-returns; else it shows.", LANG))
    ] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Import a file of the bank."""
    from endogene_token.cli.bank import run_import

    run_import(file, kind, data=data, as_json=as_json)


@bank.command(help=tr("List the lines that a person must look at. Example: endogene bank queue --json", LANG))
def queue(
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", help=tr("unmatched, proposed, matched, settled or set-aside; again for more.", LANG)
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help=tr("How many at most.", LANG))
    ] = 100,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List lines of the bank."""
    from endogene_token.cli.bank import run_queue

    run_queue(state or [], limit, data=data, as_json=as_json)


@bank.command(
    help=tr(
        "Say by hand what a line confirms; its parts add up to it. "
        "Example: endogene bank match 7f3a91c2 --merchant 4 --tax 1250",
        LANG,
    )
)
def match(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    line: LineId,
    item: Annotated[
        list[str] | None,
        typer.Option(
            "--item", help=tr("An item, and its amount in cents if it differs: REF or REF=CENTS.", LANG)
        ),
    ] = None,
    debt: Annotated[
        list[str] | None, typer.Option("--debt", help=tr("A debit that came back, which this pays.", LANG))
    ] = None,
    merchant: Annotated[
        list[str] | None,
        typer.Option("--merchant", help=tr("A merchant's own transfer: NUMBER or NUMBER=CENTS.", LANG)),
    ] = None,
    tax: Annotated[
        int | None,
        typer.Option("--tax", min=0, help=tr("What of the merchant's transfer is taxes, in cents.", LANG)),
    ] = None,
    aside: Annotated[
        int | None,
        typer.Option("--aside", min=1, help=tr("Cents of the line that are nobody's: a fee.", LANG)),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Match a line by hand."""
    from endogene_token.cli.bank import Given, run_match

    given = Given(item or [], debt or [], merchant or [], tax, aside)
    run_match(line, given, data=data, as_json=as_json)


@bank.command(help=tr("Approve what is proposed of a line. Example: endogene bank approve 7f3a91c2", LANG))
def approve(line: LineId, data: Data = None, as_json: AsJson = False) -> None:
    """Approve a proposal."""
    from endogene_token.cli.bank import run_approve

    run_approve(line, data=data, as_json=as_json)


@bank.command(
    "set-aside",
    help=tr(
        'Take a line out of the queue. Example: endogene bank set-aside 7f3a91c2 --why "Bank fees"', LANG
    ),
)
def set_aside(
    line: LineId,
    why: Annotated[str, typer.Option("--why", help=tr("The reason, which stays with the line.", LANG))],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Set a line aside."""
    from endogene_token.cli.bank import run_set_aside

    run_set_aside(line, why, data=data, as_json=as_json)


@bank.command(help=tr("Take back a decision before it is sent. Example: endogene bank undo 7f3a91c2", LANG))
def undo(line: LineId, data: Data = None, as_json: AsJson = False) -> None:
    """Undo what was decided about a line."""
    from endogene_token.cli.bank import run_undo

    run_undo(line, data=data, as_json=as_json)


@bank.command(help=tr("Show how far the confirmation has come. Example: endogene bank status --json", LANG))
def status(data: Data = None, as_json: AsJson = False) -> None:
    """Show how the bank's lines stand."""
    from endogene_token.cli.bank import run_status

    run_status(data=data, as_json=as_json)
