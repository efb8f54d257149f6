"""The commands under `endogene till`, and their options. What they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

till = typer.Typer(
    no_args_is_help=True,
    help=tr("Run a till's agent, see and send its sales; enrol, host and revoke tills.", LANG),
)

Api = Annotated[str, typer.Option("--api", help=tr("The community's service, such as https://….", LANG))]
Till = Annotated[int, typer.Option("--till", min=1, max=2**32 - 1, help=tr("The till's number.", LANG))]
Key = Annotated[
    Path | None,
    typer.Option(
        "--key",
        help=tr(
            "The till's key; a keystore's passphrase in ENDOGENE_PASSPHRASE. "
            "Left out: the key in ENDOGENE_TILL_KEY.",
            LANG,
        ),
    ),
]
Merchant = Annotated[
    int, typer.Option("--merchant", min=1, max=2**32 - 1, help=tr("The merchant's number.", LANG))
]
Number = Annotated[int, typer.Argument(min=1, help=tr("The till's number.", LANG), show_default=False)]
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
    key: Key = None,
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
    api: Api,
    number: Till,
    key: Key = None,
    api_key: ApiKey = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Send what waits, through the agent if it runs."""
    from endogene_token.cli.till import Asked, run_send

    run_send(Asked(api, number, key, api_key, data), as_json=as_json)


@till.command(help=tr("Give a merchant a hosted till. Example: endogene till host --merchant 4", LANG))
def host(merchant: Merchant, data: Data = None, as_json: AsJson = False) -> None:
    """Give a merchant a hosted till."""
    from endogene_token.cli.hosting import run_host

    run_host(merchant, data=data, as_json=as_json)


@till.command(
    "key",
    help=tr(
        "Make a till's key, encrypted if ENDOGENE_PASSPHRASE is set; its address goes to the registrar. "
        "Example: endogene till key till-6.key",
        LANG,
    ),
)
def make_key(
    file: Annotated[Path, typer.Argument(help=tr("The new file.", LANG), show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Make a till's key."""
    from endogene_token.cli.till import run_key

    run_key(file, as_json=as_json)


@till.command(
    help=tr(
        "Give a merchant a till whose key it holds. Example: endogene till enrol --merchant 4 --address 0x…",
        LANG,
    )
)
def enrol(
    merchant: Merchant,
    address: Annotated[str, typer.Option("--address", help=tr("The address of the till's key.", LANG))],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give a merchant a till whose key it holds."""
    from endogene_token.cli.hosting import run_enrol

    run_enrol(merchant, address, data=data, as_json=as_json)


@till.command(
    help=tr(
        "Give a till a new key and revoke the old one: a hosted till one made here, another one the key of "
        "--address. Example: endogene till rotate 1",
        LANG,
    )
)
def rotate(
    number: Number,
    address: Annotated[
        str | None,
        typer.Option("--address", help=tr("The address of the new key, where the merchant holds it.", LANG)),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give a till a new key."""
    from endogene_token.cli.hosting import run_rotate

    run_rotate(number, address, data=data, as_json=as_json)


@till.command(help=tr("Revoke a till at once, its key lost or stolen. Example: endogene till revoke 6", LANG))
def revoke(number: Number, data: Data = None, as_json: AsJson = False) -> None:
    """Revoke a till."""
    from endogene_token.cli.hosting import run_revoke

    run_revoke(number, data=data, as_json=as_json)


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
