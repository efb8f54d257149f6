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
Column = Annotated[
    list[str] | None,
    typer.Option("--column", help=tr("Which column gives what, as in receipt=Facture.", LANG)),
]
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
    column: Column = None,
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
    help=tr(
        "End the secret of a shop's webhook: it brings nothing any more. "
        "Example: endogene sales disconnect --merchant 4",
        LANG,
    )
)
def disconnect(merchant: Merchant, data: Data = None, as_json: AsJson = False) -> None:
    """Disconnect a shop."""
    from endogene_token.cli.uploads import run_disconnect

    run_disconnect(merchant, data=data, as_json=as_json)


@sales.command(
    help=tr(
        "Show how a file would be read, and take nothing. "
        "Example: endogene sales preview sales.csv --column receipt=Ticket",
        LANG,
    )
)
def preview(
    file: Annotated[Path, typer.Argument(help=tr("The file, as CSV.", LANG), show_default=False)],
    column: Column = None,
    as_json: AsJson = False,
) -> None:
    """Look at a file of sales."""
    from endogene_token.cli.uploads import run_preview

    run_preview(file, tuple(column or ()), as_json=as_json)


@sales.command(
    help=tr(
        "List the files that a merchant sent, and the deliveries of which something was refused. "
        "Example: endogene sales uploads --merchant 4",
        LANG,
    )
)
def uploads(merchant: Merchant, data: Data = None, as_json: AsJson = False) -> None:
    """List files and deliveries."""
    from endogene_token.cli.uploads import run_uploads

    run_uploads(merchant, data=data, as_json=as_json)


@sales.command(
    help=tr(
        "Write the refused lines of a file or delivery, as CSV. "
        "Example: endogene sales errors 7 --out refused.csv",
        LANG,
    )
)
def errors(
    upload: Annotated[
        int, typer.Argument(min=1, help=tr("Its number, as listed.", LANG), show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help=tr("Where to write the refused lines, as CSV.", LANG))],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write what was refused."""
    from endogene_token.cli.uploads import run_errors

    run_errors(upload, out, data=data, as_json=as_json)


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
