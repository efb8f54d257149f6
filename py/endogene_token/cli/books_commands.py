"""The commands under `endogene books`. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

books = typer.Typer(
    no_args_is_help=True,
    help=tr(
        "Draw up the auxiliary journal of the fund, its trial balance and exports: what the chain knows, "
        "without taxes, bank fees and returned debits.",
        LANG,
    ),
)

ChartOption = Annotated[
    str | None,
    typer.Option(
        "--chart",
        help=tr(
            "A chart of accounts: quebec, france, or a TOML file (default: chart.toml of the data).", LANG
        ),
    ),
]
Year = Annotated[
    int | None, typer.Option("--year", help=tr("The fiscal year, by the year in which it ends.", LANG))
]
Since = Annotated[str | None, typer.Option("--since", help=tr("The first day, such as 2026-01-01.", LANG))]
Until = Annotated[
    str | None, typer.Option("--until", help=tr("The last day (default: the last entry's).", LANG))
]
Out = Annotated[Path | None, typer.Option("--out", help=tr("Where to write (default: on the screen).", LANG))]


@books.command(
    help=tr("Show the entries of a fiscal year. Example: endogene books journal --year 2026 --json", LANG)
)
def journal(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    year: Year = None,
    since: Since = None,
    until: Until = None,
    chart: ChartOption = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the journal."""
    from endogene_token.cli.books import Source, run_journal

    run_journal(Source(chart, data), year=year, since=since, until=until, as_json=as_json)


@books.command(
    help=tr("Show what each account holds. Example: endogene books trial --until 2026-03-31", LANG)
)
def trial(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    until: Until = None,
    since: Since = None,
    auxiliaries: Annotated[
        bool,
        typer.Option(
            "--auxiliaries", help=tr("A row for each merchant, member and project of an account.", LANG)
        ),
    ] = False,
    chart: ChartOption = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the trial balance."""
    from endogene_token.cli.books import Source, run_trial

    run_trial(Source(chart, data), until=until, since=since, auxiliaries=auxiliaries, as_json=as_json)


@books.command(
    help=tr(
        "Write the French file of accounting entries. "
        "Example: endogene books fec --year 2026 --siren 732829320 --chart france",
        LANG,
    )
)
def fec(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    year: Year = None,
    siren: Annotated[
        str | None, typer.Option("--siren", help=tr("The cooperative's SIREN number.", LANG))
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help=tr("The folder to write in (default: this one).", LANG))
    ] = Path(),
    check: Annotated[
        Path | None, typer.Option("--check", help=tr("Check this file instead of writing one.", LANG))
    ] = None,
    chart: ChartOption = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write and check the file of accounting entries."""
    from endogene_token.cli.books import Source, run_check, run_fec

    if check is not None:
        run_check(check, as_json=as_json)
    else:
        run_fec(Source(chart, data), year=year, siren=siren or "", out=out, as_json=as_json)


@books.command(
    help=tr(
        "Write the journal in the syntax of Beancount. "
        "Example: endogene books beancount --out fund.beancount",
        LANG,
    )
)
def beancount(
    year: Year = None,
    out: Out = None,
    chart: ChartOption = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write the journal as a ledger in plain text."""
    from endogene_token.cli.books import Source, run_beancount

    run_beancount(Source(chart, data), year=year, out=out, as_json=as_json)
