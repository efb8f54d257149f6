"""The commands under `endogene member`. What they do is imported later."""

from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

members = typer.Typer(no_args_is_help=True, help=tr("What the registrar signs for a member.", LANG))


@members.callback()
def _group() -> None:
    """Keep the group a group, whose one command has a name."""


@members.command(
    help=tr(
        "Have the ledger know the key that a member registered: asked for first, completed once the delay "
        "is over. Example: endogene member key 12",
        LANG,
    )
)
def key(
    member: Annotated[
        int, typer.Argument(help=tr("The member's number.", LANG), min=1, max=2**32 - 1, show_default=False)
    ],
    again: Annotated[
        bool,
        typer.Option("--again", help=tr("Ask anew for a key that was stopped: the member wants it.", LANG)),
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take a member's key one step further."""
    from endogene_token.cli.member_keys import run_key

    run_key(member, is_anew=again, data=data, as_json=as_json)
