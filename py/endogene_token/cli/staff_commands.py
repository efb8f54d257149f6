"""The commands under `endogene staff`. What they do is imported later."""

from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

staff = typer.Typer(no_args_is_help=True, help=tr("Who may log in: staff and officers.", LANG))

AccountId = Annotated[str, typer.Argument(help=tr("The account's id, as listed.", LANG), show_default=False)]
Merchant = Annotated[
    int | None,
    typer.Option("--merchant", help=tr("The merchant's number.", LANG), min=0, max=2**32 - 1),
]
Days = Annotated[int, typer.Option("--days", min=1, max=14, help=tr("How long the code opens.", LANG))]


@staff.command(
    help=tr(
        "Invite a person; the code is shown once. "
        'Example: endogene staff invite owner --merchant 4 --name "Maude Roy"',
        LANG,
    )
)
def invite(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    role: Annotated[
        str, typer.Argument(help=tr("As what: staff, owner, treasurer, auditor, …", LANG), show_default=False)
    ],
    name: Annotated[str, typer.Option("--name", help=tr("The person's name, kept sealed.", LANG))],
    merchant: Merchant = None,
    officer: Annotated[
        str | None, typer.Option("--officer", help=tr("The address of the officer who has the role.", LANG))
    ] = None,
    member: Annotated[
        int | None,
        typer.Option(
            "--member", help=tr("The number of who mentors or directs.", LANG), min=0, max=2**32 - 1
        ),
    ] = None,
    days: Days = 3,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Open an account and invite its person."""
    from endogene_token.cli.staff import InvitationJob, run_invite

    run_invite(InvitationJob(role, name, merchant, officer, member, days), data=data, as_json=as_json)


@staff.command(
    help=tr(
        "Invite anew who has lost the device; used, the code ends the old passkeys. "
        "Example: endogene staff reinvite 7f3k9m2x5c8q1w4t",
        LANG,
    )
)
def reinvite(account: AccountId, days: Days = 3, data: Data = None, as_json: AsJson = False) -> None:
    """Invite anew to an account."""
    from endogene_token.cli.staff import run_reinvite

    run_reinvite(account, days, data=data, as_json=as_json)


@staff.command("list", help=tr("List the accounts. Example: endogene staff list --merchant 4", LANG))
def list_staff(merchant: Merchant = None, data: Data = None, as_json: AsJson = False) -> None:
    """List the accounts of a merchant, or all."""
    from endogene_token.cli.staff import run_list

    run_list(merchant, data=data, as_json=as_json)


@staff.command(
    help=tr("End an account, its passkeys and sessions. Example: endogene staff end 7f3k9m2x5c8q1w4t", LANG)
)
def end(account: AccountId, data: Data = None, as_json: AsJson = False) -> None:
    """End an account at once."""
    from endogene_token.cli.staff import run_end

    run_end(account, data=data, as_json=as_json)
