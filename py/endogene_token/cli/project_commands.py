"""The commands under `endogene project` and `endogene redemption`. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.cli.vote_commands import Api, Device, DeviceKey, Key, Member
from endogene_token.i18n import tr

projects = typer.Typer(no_args_is_help=True, help=tr("See the projects and their money; act in them.", LANG))
redemptions = typer.Typer(no_args_is_help=True, help=tr("See the credits that are paid back.", LANG))

Number = Annotated[int, typer.Argument(help=tr("The project's number.", LANG), show_default=False)]


@projects.command("list", help=tr("List the projects. Example: endogene project list --json", LANG))
def list_projects(api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """List the projects."""
    from endogene_token.cli.projects import run_list

    run_list(api=api, data=data, as_json=as_json)


@projects.command(
    "show", help=tr("Show a project, its tranches and its lines. Example: endogene project show 1", LANG)
)
def show_project(number: Number, api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """Show one project."""
    from endogene_token.cli.projects import run_show

    run_show(number, api=api, data=data, as_json=as_json)


@projects.command(help=tr("List what a dossier misses. Example: endogene project missing 1", LANG))
def missing(number: Number, api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """List the criteria that a dossier does not meet."""
    from endogene_token.cli.projects import run_missing

    run_missing(number, api=api, data=data, as_json=as_json)


@projects.command(
    help=tr("Follow project money from merchant to merchant. Example: endogene project rounds", LANG)
)
def rounds(data: Data = None, as_json: AsJson = False) -> None:
    """Show the rounds of the money, leverage, local multiplier and coverage."""
    from endogene_token.cli.money import run_rounds

    run_rounds(data=data, as_json=as_json)


@projects.command(
    help=tr(
        "Sign and send what a member does. "
        "Example: endogene project act pay --subject 4 --set merchant=5 --set amount=1250 "
        "--set invoice=0x… --member 4 --key me.json",
        LANG,
    )
)
def act(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    action: Annotated[str, typer.Argument(help=tr("What the member does, as the API names it.", LANG))],
    member: Member,
    subject: Annotated[
        int,
        typer.Option("--subject", min=0, max=2**32 - 1, help=tr("The call, project or merchant.", LANG)),
    ] = 0,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help=tr("A part of it: name=value; amounts in cents.", LANG)),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help=tr("All of it, as a JSON object.", LANG))
    ] = None,
    key: Key = None,
    device: Device = None,
    device_key: DeviceKey = None,
    api: Api = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Sign and send a member's act."""
    from endogene_token.cli.projects import run_act
    from endogene_token.cli.voting import Voter

    voter = Voter(member, key, device, device_key, api, data)
    run_act(voter, action, subject, given or [], file, as_json=as_json)


@projects.command(
    help=tr(
        "Take a dossier one step further, as anyone may: to eligible, to its vote, back after a lost one. "
        "Example: endogene project advance 3 --resolution 8",
        LANG,
    )
)
def advance(
    number: Number,
    resolution: Annotated[
        int | None,
        typer.Option(
            "--resolution", min=1, help=tr("The resolution that awards it, of which notice was given.", LANG)
        ),
    ] = None,
    calls: Annotated[
        Path | None,
        typer.Option(
            "--calls",
            help=tr("What the resolution does, as filed. Without: the award of what the plan asks.", LANG),
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take a dossier one step further."""
    from endogene_token.cli.project_steps import run_advance

    run_advance(number, resolution, calls, data=data, as_json=as_json)


def solvency(api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """Show what bounds every outflow of the fund."""
    from endogene_token.cli.money import run_solvency

    run_solvency(api=api, data=data, as_json=as_json)


@redemptions.command("list", help=tr("List the redemptions. Example: endogene redemption list --json", LANG))
def list_redemptions(data: Data = None, as_json: AsJson = False) -> None:
    """List the redemptions of the data folder's community."""
    from endogene_token.cli.money import run_redemptions

    run_redemptions(data=data, as_json=as_json)


@redemptions.command(
    "show", help=tr("Show a redemption and its payments. Example: endogene redemption show 1", LANG)
)
def show_redemption(
    number: Annotated[int, typer.Argument(help=tr("The redemption's number.", LANG), show_default=False)],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show one redemption."""
    from endogene_token.cli.money import run_redemption

    run_redemption(number, data=data, as_json=as_json)
