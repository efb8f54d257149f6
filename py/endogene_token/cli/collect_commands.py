"""The commands under `endogene collect`, and their options. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data, TreasurerKey
from endogene_token.i18n import tr

collect = typer.Typer(no_args_is_help=True, help=tr("What is asked of the bank: debits, payments.", LANG))
mandate = typer.Typer(no_args_is_help=True, help=tr("Mandates to debit merchants.", LANG))
payee = typer.Typer(no_args_is_help=True, help=tr("Accounts that are paid on.", LANG))
collect.add_typer(mandate, name="mandate")
collect.add_typer(payee, name="payee")

Merchant = Annotated[
    int, typer.Argument(help=tr("The merchant's number.", LANG), min=1, max=2**32 - 1, show_default=False)
]
Number = Annotated[int, typer.Argument(help=tr("Its number, as listed.", LANG), min=1, show_default=False)]
Name = Annotated[str, typer.Option("--name", help=tr("The holder of the account.", LANG))]
Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        help=tr("An IBAN, or branch-institution-number; left out, it is asked for and not shown.", LANG),
    ),
]
Bic = Annotated[str, typer.Option("--bic", help=tr("The bank's BIC, if it is needed.", LANG))]
Why = Annotated[str, typer.Option("--why", help=tr("The reason, which stays with it.", LANG))]
Day = Annotated[str, typer.Option("--day", help=tr("The bank day, as in 2026-11-20.", LANG))]


@mandate.command(
    "add",
    help=tr(
        "Keep a mandate that a merchant signed. Example: endogene collect mandate add 4 "
        '--reference M-0004 --signed 2026-10-05 --name "Boulangerie du Port"',
        LANG,
    ),
)
def add_mandate(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    merchant: Merchant,
    reference: Annotated[str, typer.Option("--reference", help=tr("The mandate's own, for good.", LANG))],
    signed: Annotated[str, typer.Option("--signed", help=tr("The day of the signature.", LANG))],
    name: Name,
    account: Account = None,
    bic: Bic = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Keep a mandate."""
    from endogene_token.cli.collect_accounts import Signed, run_add_mandate

    run_add_mandate(Signed(merchant, reference, signed, name), account, bic, data=data, as_json=as_json)


@mandate.command(
    "end", help=tr('End a mandate. Example: endogene collect mandate end 3 --why "Account closed"', LANG)
)
def end_mandate(number: Number, why: Why, data: Data = None, as_json: AsJson = False) -> None:
    """End a mandate."""
    from endogene_token.cli.collect_accounts import run_end_mandate

    run_end_mandate(number, why, data=data, as_json=as_json)


@mandate.command("list", help=tr("List the mandates. Example: endogene collect mandate list --json", LANG))
def list_mandates(data: Data = None, as_json: AsJson = False) -> None:
    """List the mandates."""
    from endogene_token.cli.collect_accounts import run_mandates

    run_mandates(data=data, as_json=as_json)


@payee.command(
    "add",
    help=tr(
        "Keep an account to pay on. Example: endogene collect payee add --merchant 4 "
        '--name "Boulangerie du Port"',
        LANG,
    ),
)
def add_payee(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    name: Name,
    merchant: Annotated[
        int | None, typer.Option("--merchant", min=1, max=2**32 - 1, help=tr("The merchant's number.", LANG))
    ] = None,
    member: Annotated[
        int | None, typer.Option("--member", min=1, max=2**32 - 1, help=tr("The member's number.", LANG))
    ] = None,
    commitment: Annotated[
        str | None,
        typer.Option("--commitment", help=tr("Of a member: what its redemption names, 0x….", LANG)),
    ] = None,
    account: Account = None,
    bic: Bic = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Keep a payee."""
    from endogene_token.cli.collect_accounts import Paid, run_add_payee

    run_add_payee(Paid(merchant, member, name, commitment), account, bic, data=data, as_json=as_json)


@payee.command(
    "end", help=tr('End a payee. Example: endogene collect payee end 2 --why "Account closed"', LANG)
)
def end_payee(number: Number, why: Why, data: Data = None, as_json: AsJson = False) -> None:
    """End a payee."""
    from endogene_token.cli.collect_accounts import run_end_payee

    run_end_payee(number, why, data=data, as_json=as_json)


@payee.command("list", help=tr("List the payees. Example: endogene collect payee list --json", LANG))
def list_payees(data: Data = None, as_json: AsJson = False) -> None:
    """List the payees."""
    from endogene_token.cli.collect_accounts import run_payees

    run_payees(data=data, as_json=as_json)


@collect.command(
    help=tr(
        "Draft the debits of a month's statements; without a month, the payments that are awaited. "
        "Example: endogene collect draft 2026-10 --day 2026-11-20",
        LANG,
    )
)
def draft(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    day: Day,
    month: Annotated[
        str | None, typer.Argument(help=tr("The month, as in 2026-10.", LANG), show_default=False)
    ] = None,
    noticed: Annotated[
        str | None,
        typer.Option("--noticed", help=tr("When the payers were told; left out, the day of issue.", LANG)),
    ] = None,
    instalment: Annotated[
        list[str] | None,
        typer.Option("--instalment", help=tr("A part of a redemption: NUMBER=CENTS.", LANG)),
    ] = None,
    key: TreasurerKey = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Draft a run."""
    from endogene_token.cli.collect import run_draft

    run_draft(month, day, noticed, instalment or [], key=key, data=data, as_json=as_json)


@collect.command(
    help=tr("Show what is left of a month's statements. Example: endogene collect due 2026-10 --json", LANG)
)
def due(
    month: Annotated[str, typer.Argument(help=tr("The month, as in 2026-10.", LANG), show_default=False)],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show who owes what, and how it is paid."""
    from endogene_token.cli.collect import run_due

    run_due(month, data=data, as_json=as_json)


@collect.command(help=tr("Show a run and its items. Example: endogene collect show 7", LANG))
def show(number: Number, data: Data = None, as_json: AsJson = False) -> None:
    """Show a run."""
    from endogene_token.cli.collect import run_show

    run_show(number, data=data, as_json=as_json)


@collect.command(
    help=tr(
        "Approve a run that another officer drafted, and make its file. "
        "Example: endogene collect approve 7 --key approver.key",
        LANG,
    )
)
def approve(
    number: Number,
    key: Annotated[Path, typer.Option("--key", help=tr("The approver's key file.", LANG))],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Approve a run."""
    from endogene_token.cli.collect import run_approve

    run_approve(number, key, data=data, as_json=as_json)


@collect.command(
    help=tr("Write a run's file for the bank. Example: endogene collect file 7 --out debits.txt", LANG)
)
def file(
    number: Number,
    out: Annotated[Path, typer.Option("--out", help=tr("The file to write.", LANG))],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write the file of a run."""
    from endogene_token.cli.collect import run_file

    run_file(number, out, data=data, as_json=as_json)


@collect.command(
    "hand-in", help=tr("Mark a file as given to the bank. Example: endogene collect hand-in 7", LANG)
)
def hand_in(number: Number, data: Data = None, as_json: AsJson = False) -> None:
    """Mark a file as given to the bank."""
    from endogene_token.cli.collect import run_hand_in

    run_hand_in(number, data=data, as_json=as_json)


@collect.command(help=tr("Cancel a run that the bank has not got. Example: endogene collect cancel 7", LANG))
def cancel(number: Number, data: Data = None, as_json: AsJson = False) -> None:
    """Cancel a run."""
    from endogene_token.cli.collect import run_cancel

    run_cancel(number, data=data, as_json=as_json)


@collect.command(
    help=tr(
        "Note what the bank refused and never booked. "
        "Example: endogene collect reject 7 D2026-000012 --code AM04 --key approver.key",
        LANG,
    )
)
def reject(
    number: Number,
    items: Annotated[list[str], typer.Argument(help=tr("The references of the items.", LANG))],
    *,
    code: Annotated[str, typer.Option("--code", help=tr("The bank's code, as in AM04 or 905.", LANG))],
    key: Annotated[Path, typer.Option("--key", help=tr("The approver's key file.", LANG))],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Note what the bank refused."""
    from endogene_token.cli.collect import run_reject

    run_reject(number, items, code=code, key=key, data=data, as_json=as_json)


@collect.command("list", help=tr("List the runs. Example: endogene collect list --json", LANG))
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """List the runs."""
    from endogene_token.cli.collect import run_list

    run_list(data=data, as_json=as_json)
