"""`endogene reconcile`, and the commands under `endogene exception` and `endogene dunning`: their options."""

from enum import StrEnum
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data, TreasurerKey
from endogene_token.i18n import tr

exceptions = typer.Typer(no_args_is_help=True, help=tr("What does not add up, or must be decided.", LANG))
dunning = typer.Typer(no_args_is_help=True, help=tr("Merchants that are late or near their limit.", LANG))

Number = Annotated[int, typer.Argument(help=tr("Its number, as listed.", LANG), min=1, show_default=False)]


class ListedState(StrEnum):
    """Which exceptions are listed."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


class ProposedAct(StrEnum):
    """What can be proposed for a merchant."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"


def reconcile(
    date: Annotated[
        str | None,
        typer.Option("--date", help=tr("The end of this day, as 2026-11-22; nothing is kept then.", LANG)),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Hold the bank, the books and the chain against one another."""
    from endogene_token.cli.treasury import run_reconcile

    run_reconcile(date, data=data, as_json=as_json)


@exceptions.command(
    "list", help=tr("List the exceptions. Example: endogene exception list --state open --json", LANG)
)
def list_exceptions(
    state: Annotated[
        ListedState, typer.Option("--state", help=tr("Which ones: open, closed, all.", LANG))
    ] = ListedState.OPEN,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the exceptions."""
    from endogene_token.cli.treasury import run_exceptions

    run_exceptions(state, data=data, as_json=as_json)


@exceptions.command(help=tr("Become an exception's owner. Example: endogene exception take 7", LANG))
def take(number: Number, key: TreasurerKey = None, data: Data = None, as_json: AsJson = False) -> None:
    """Take an exception."""
    from endogene_token.cli.treasury import run_take

    run_take(number, key, data=data, as_json=as_json)


@exceptions.command(
    help=tr(
        'End an exception, and say how. Example: endogene exception close 7 --how "The bank corrected it"',
        LANG,
    )
)
def close(
    number: Number,
    how: Annotated[str, typer.Option("--how", help=tr("How it ended.", LANG))],
    key: TreasurerKey = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Close an exception."""
    from endogene_token.cli.treasury import run_close

    run_close(number, how, key, data=data, as_json=as_json)


@dunning.command(
    "list", help=tr("List who is late or near a limit. Example: endogene dunning list --json", LANG)
)
def list_dunning(data: Data = None, as_json: AsJson = False) -> None:
    """List who is late or near its limit, and the proposals."""
    from endogene_token.cli.treasury import run_dunning

    run_dunning(data=data, as_json=as_json)


@dunning.command(
    help=tr(
        "Propose to suspend or reinstate a merchant. Example: endogene dunning propose 4 --act suspend", LANG
    )
)
def propose(
    merchant: Annotated[
        int,
        typer.Argument(help=tr("The merchant's number.", LANG), min=0, max=2**32 - 1, show_default=False),
    ],
    act: Annotated[ProposedAct, typer.Option("--act", help=tr("What is proposed.", LANG))],
    key: TreasurerKey = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Propose a suspension or its end."""
    from endogene_token.cli.treasury import run_propose

    run_propose(merchant, act, key, data=data, as_json=as_json)


@dunning.command(
    help=tr(
        "Decide a proposal as the registrar, and carry it out on the chain. "
        'Example: endogene dunning decide 3 --approve --why "Three reminders went unanswered"',
        LANG,
    )
)
def decide(
    number: Number,
    is_approved: Annotated[
        bool, typer.Option("--approve/--refuse", help=tr("What is decided.", LANG), show_default=False)
    ],
    why: Annotated[str, typer.Option("--why", help=tr("The reason of the decision.", LANG))],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Decide a proposal."""
    from endogene_token.cli.treasury import run_decide

    run_decide(number, is_approved, why, data=data, as_json=as_json)
