"""`endogene sales`: sales that come without a till's signature."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.cli.till_commands import Merchant
from endogene_token.i18n import tr

sales = typer.Typer(
    help=tr("Sales without a till of their own: from files and from shops' software.", LANG),
    no_args_is_help=True,
)
Till = Annotated[int | None, typer.Option("--till", help=tr("The hosted till, if there are several.", LANG))]


@sales.command(
    "import",
    help=tr(
        "Take a file of sales in CSV. Example: endogene sales import sales.csv --merchant 4 --dry-run", LANG
    ),
)
def import_file(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    file: Annotated[Path, typer.Argument(help=tr("The file, as CSV.", LANG), show_default=False)],
    merchant: Merchant,
    till: Till = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help=tr("Which column gives what, as in receipt=Facture.", LANG)),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=tr("Check everything, keep nothing.", LANG))
    ] = False,
    errors: Annotated[
        Path | None, typer.Option("--errors", help=tr("Where to write the refused lines, as CSV.", LANG))
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take a file of sales."""
    from endogene_token.cli.selling import Given, run_import

    given = Given(file, merchant, till, tuple(column or ()), dry_run, errors)
    run_import(given, data=data, as_json=as_json)


@sales.command(
    "list", help=tr("List a merchant's sales. Example: endogene sales list --merchant 4 --json", LANG)
)
def list_sales(
    merchant: Merchant,
    status: Annotated[
        str | None, typer.Option("--status", help=tr("Only those that have come this far.", LANG))
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List a merchant's sales."""
    from endogene_token.cli.selling import run_list

    run_list(merchant, status, data=data, as_json=as_json)


@sales.command(
    "connect",
    help=tr("Connect a shop's software. Example: endogene sales connect woocommerce --merchant 4", LANG),
)
def connect(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    kind: Annotated[
        Literal["woocommerce", "odoo"], typer.Argument(help=tr("The software.", LANG), show_default=False)
    ],
    merchant: Merchant,
    till: Till = None,
    taxes: Annotated[
        Literal["included", "excluded"],
        typer.Option("--taxes", help=tr("Whether an amount includes them.", LANG)),
    ] = "included",
    card_field: Annotated[
        str, typer.Option("--card-field", help=tr("The order's field that holds the member's card.", LANG))
    ] = "endogene_card",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Connect a shop; done again, the secret is a new one."""
    from endogene_token.cli.selling import Shop, run_connect

    run_connect(Shop(kind, merchant, till, taxes, card_field), data=data, as_json=as_json)


@sales.command(
    "erase",
    help=tr(
        "Destroy what ties a receipt to the ledger. Example: endogene sales erase A-17 --merchant 4", LANG
    ),
)
def erase(
    receipt: Annotated[str, typer.Argument(help=tr("The receipt number.", LANG), show_default=False)],
    merchant: Merchant,
    till: Till = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Erase a sale on request."""
    from endogene_token.cli.selling import run_erase

    run_erase(receipt, merchant, till, data=data, as_json=as_json)
