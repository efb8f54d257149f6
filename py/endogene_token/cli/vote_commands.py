"""The commands under `endogene vote`, and their options. What they do is imported when they run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

app = typer.Typer(no_args_is_help=True, help=tr("Propose, convene, vote, verify.", LANG))

Member = Annotated[int, typer.Option("--member", min=1, max=2**32 - 1, help=tr("Your member number.", LANG))]
Key = Annotated[
    Path | None,
    typer.Option(
        "--key", help=tr("Your keystore; its passphrase is asked, or in ENDOGENE_PASSPHRASE.", LANG)
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        "--device", help=tr("A program that signs: the request as JSON in, the signature out.", LANG)
    ),
]
DeviceKey = Annotated[
    str | None,
    typer.Option("--device-key", help=tr("The key that the register holds of you, in hexadecimal.", LANG)),
]
Api = Annotated[
    str | None,
    typer.Option("--api", help=tr("The service (default: the one that serves the data folder).", LANG)),
]
Number = Annotated[int, typer.Argument(help=tr("The resolution's number.", LANG), show_default=False)]
Receipt = Annotated[Path, typer.Argument(help=tr("The file of your receipt.", LANG), show_default=False)]


class ChoiceName(StrEnum):
    """How a choice is typed."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class KindName(StrEnum):
    """How a kind of resolution is typed."""

    DECISION = "decision"
    SPENDING = "spending"
    MAJOR_SPENDING = "major-spending"
    RULES = "rules"
    OFFICE = "office"
    ELECTION = "election"
    ANNULMENT = "annulment"
    MEMBER_REBATE = "member-rebate"
    BY_LAW = "by-law"


@app.command("list", help=tr("List the resolutions. Example: endogene vote list --json", LANG))
def list_(api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """List the resolutions."""
    from endogene_token.cli.voting import run_list

    run_list(api=api, data=data, as_json=as_json)


@app.command(help=tr("Show a resolution, its text and its tallies. Example: endogene vote show 1", LANG))
def show(number: Number, api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """Show one resolution."""
    from endogene_token.cli.voting import run_show

    run_show(number, api=api, data=data, as_json=as_json)


@app.command(
    help=tr(
        "File a resolution. Example: endogene vote propose decision text.md --member 45 --key me.json", LANG
    )
)
def propose(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    kind: Annotated[KindName, typer.Argument(help=tr("What it is about.", LANG))],
    text: Annotated[Path, typer.Argument(help=tr("The file of its text.", LANG))],
    member: Member,
    calls: Annotated[
        Path | None,
        typer.Option("--calls", help=tr("What it does: a JSON list of contract, function, arguments.", LANG)),
    ] = None,
    key: Key = None,
    device: Device = None,
    device_key: DeviceKey = None,
    api: Api = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """File a resolution."""
    from endogene_token.bylaws import Kind
    from endogene_token.cli.voting import Voter, run_propose

    voter = Voter(member, key, device, device_key, api, data)
    run_propose(voter, Kind[kind.name], text, calls, as_json=as_json)


@app.command(
    help=tr(
        "Give notice of a draft. Example: endogene vote notice 1 --opens-in 864000 --member 45 --key me.json",
        LANG,
    )
)
def notice(  # noqa: PLR0917 - as above
    number: Number,
    opens_in: Annotated[
        int, typer.Option("--opens-in", min=0, help=tr("Seconds until the vote opens.", LANG))
    ],
    member: Member,
    key: Key = None,
    device: Device = None,
    device_key: DeviceKey = None,
    api: Api = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give notice of a draft."""
    from endogene_token.cli.voting import Voter, run_notice

    run_notice(Voter(member, key, device, device_key, api, data), number, opens_in, as_json=as_json)


@app.command(
    help=tr("Cast a ballot, or replace it. Example: endogene vote cast 1 for --member 45 --key me.json", LANG)
)
def cast(  # noqa: PLR0917 - as above
    number: Number,
    choice: Annotated[ChoiceName, typer.Argument(help=tr("Your choice.", LANG))],
    member: Member,
    receipt: Annotated[
        Path | None,
        typer.Option("--receipt", help=tr("Where your receipt goes (default: ballot-N.json).", LANG)),
    ] = None,
    key: Key = None,
    device: Device = None,
    device_key: DeviceKey = None,
    api: Api = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Cast a ballot."""
    from endogene_token.ballots import Choice
    from endogene_token.cli.voting import Voter, run_cast

    voter = Voter(member, key, device, device_key, api, data)
    run_cast(voter, number, Choice[choice.name], receipt or Path(f"ballot-{number}.json"), as_json=as_json)


@app.command(
    "open",
    help=tr(
        "Open your sealed ballot, after closing. Example: endogene vote open ballot-1.json",
        LANG,
    ),
)
def open_(receipt: Receipt, api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """Open one's own sealed ballot."""
    from endogene_token.cli.voting import run_open

    run_open(receipt, api=api, data=data, as_json=as_json)


@app.command(
    "seal-keys",
    help=tr(
        "Make the scrutineers' key, in shares. Example: endogene vote seal-keys --shares 5 --threshold 3",
        LANG,
    ),
)
def seal_keys(
    shares: Annotated[
        int, typer.Option("--shares", min=1, max=255, help=tr("How many scrutineers.", LANG))
    ] = 5,
    threshold: Annotated[
        int, typer.Option("--threshold", min=1, max=255, help=tr("How many of them open the ballots.", LANG))
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """Make the scrutineers' key."""
    from endogene_token.cli.scrutiny import run_keys

    run_keys(shares, threshold, as_json=as_json)


@app.command(
    help=tr(
        "Open a sealed vote with the shares. Example: endogene vote unseal 1 a.txt b.txt c.txt",
        LANG,
    )
)
def unseal(
    number: Number,
    shares: Annotated[
        list[Path], typer.Argument(help=tr("The files of the shares.", LANG), show_default=False)
    ],
    api: Api = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Open the sealed ballots of a vote that is closed."""
    from endogene_token.cli.scrutiny import run_unseal

    run_unseal(number, shares, api=api, data=data, as_json=as_json)


@app.command(help=tr("Have a final resolution carried out. Example: endogene vote execute 1", LANG))
def execute(number: Number, api: Api = None, data: Data = None, as_json: AsJson = False) -> None:
    """Have a final resolution carried out."""
    from endogene_token.cli.voting import run_execute

    run_execute(number, api=api, data=data, as_json=as_json)


@app.command(
    help=tr(
        "Ask the chain whether your ballot counts. Example: endogene vote verify ballot-1.json --rpc URL",
        LANG,
    )
)
def verify(
    receipt: Receipt,
    rpc: Annotated[str, typer.Option("--rpc", help=tr("A node of the chain.", LANG))],
    as_json: AsJson = False,
) -> None:
    """Verify a ballot."""
    from endogene_token.cli.verifying import run_verify

    run_verify(receipt, rpc, as_json=as_json)
