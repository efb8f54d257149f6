"""The commands under `endogene till`, and their options. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

till = typer.Typer(
    no_args_is_help=True,
    help=tr("Run a till's agent, see and send its sales; host tills for merchants.", LANG),
)

Api = Annotated[str, typer.Option("--api", help=tr("The community's service, such as https://….", LANG))]
Till = Annotated[int, typer.Option("--till", min=1, max=2**32 - 1, help=tr("The till's number.", LANG))]
Key = Annotated[
    Path,
    typer.Option("--key", help=tr("The till's key; a keystore's passphrase in ENDOGENE_PASSPHRASE.", LANG)),
]
Merchant = Annotated[
    int, typer.Option("--merchant", min=1, max=2**32 - 1, help=tr("The merchant's number.", LANG))
]
Hosted = Annotated[int, typer.Argument(help=tr("The hosted till's number.", LANG), show_default=False)]
ApiKey = Annotated[
    Path | None,
    typer.Option("--api-key", help=tr("The file of a key of the API, which looks up buyers.", LANG)),
]


@till.command(
    help=tr(
        "Record what a folder and this machine's programs give, and send it. "
        "Example: endogene till run --api https://coop.example --till 6 --key till-6.key --inbox sales "
        "--listen 127.0.0.1:8787",
        LANG,
    )
)
def run(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    api: Api,
    number: Till,
    key: Key,
    inbox: Annotated[
        Path | None, typer.Option("--inbox", help=tr("The folder in which the shop writes its files.", LANG))
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            "--listen", help=tr("Where this machine's programs call, such as 127.0.0.1:8787.", LANG)
        ),
    ] = None,
    rest: Annotated[
        float,
        typer.Option("--rest", min=0, help=tr("Seconds without a change after which a file is done.", LANG)),
    ] = 60,
    api_key: ApiKey = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Run the agent until it is told to end."""
    from endogene_token.cli.till import Asked, run_agent

    run_agent(Asked(api, number, key, api_key, data), inbox, listen, rest, as_json=as_json)


@till.command(help=tr("Show what is not sent yet, and why. Example: endogene till status --till 6", LANG))
def status(number: Till, data: Data = None, as_json: AsJson = False) -> None:
    """Show the state of a till, whether its agent runs or not."""
    from endogene_token.cli.till import run_status

    run_status(number, data=data, as_json=as_json)


@till.command(
    help=tr(
        "Send what waits, now. "
        "Example: endogene till send --api https://coop.example --till 6 --key till-6.key",
        LANG,
    )
)
def send(  # noqa: PLR0917 - as above
    api: Api, number: Till, key: Key, api_key: ApiKey = None, data: Data = None, as_json: AsJson = False
) -> None:
    """Send what waits, through the agent if it runs."""
    from endogene_token.cli.till import Asked, run_send

    run_send(Asked(api, number, key, api_key, data), as_json=as_json)


@till.command(help=tr("Give a merchant a hosted till. Example: endogene till host --merchant 4", LANG))
def host(merchant: Merchant, data: Data = None, as_json: AsJson = False) -> None:
    """Give a merchant a hosted till."""
    from endogene_token.cli.hosting import run_host

    run_host(merchant, data=data, as_json=as_json)


@till.command(help=tr("Give a hosted till a new key. Example: endogene till rotate 1", LANG))
def rotate(number: Hosted, data: Data = None, as_json: AsJson = False) -> None:
    """Give a hosted till a new key."""
    from endogene_token.cli.hosting import run_rotate

    run_rotate(number, data=data, as_json=as_json)


@till.command(help=tr("Give a hosted till up, its key revoked. Example: endogene till unhost 1", LANG))
def unhost(
    number: Hosted,
    at_once: Annotated[
        bool, typer.Option("--at-once", help=tr("Even with sales that never left: they are lost.", LANG))
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give a hosted till up."""
    from endogene_token.cli.hosting import run_unhost

    run_unhost(number, at_once=at_once, data=data, as_json=as_json)
