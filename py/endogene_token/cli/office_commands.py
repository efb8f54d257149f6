"""The commands under `endogene card`, `endogene key` and `endogene trail`. What they do is imported later."""

from pathlib import Path
from typing import Annotated

import typer

from endogene_token.cli.options import LANG, AsJson, Data
from endogene_token.i18n import tr

cards = typer.Typer(no_args_is_help=True, help=tr("Cards of members.", LANG))
keys = typer.Typer(no_args_is_help=True, help=tr("Keys of the API.", LANG))
trail = typer.Typer(no_args_is_help=True, help=tr("The trail of all changes.", LANG))

Member = Annotated[
    int, typer.Argument(help=tr("The member's number.", LANG), min=1, max=2**32 - 1, show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help=tr("Where to draw the card (.svg), or write its NFC tag (.ndef).", LANG)),
]
KeyId = Annotated[str, typer.Argument(help=tr("The key's id, as listed.", LANG), show_default=False)]
Merchant = Annotated[
    int | None,
    typer.Option("--merchant", help=tr("The merchant's number.", LANG), min=0, max=2**32 - 1),
]
RoleName = Annotated[str | None, typer.Option("--role", help=tr("A role of the office: auditor, …", LANG))]


@cards.command(
    help=tr("Give a member a card. Example: endogene card issue 12 --out card-12.svg", LANG),
)
def issue(member: Member, out: Out = None, data: Data = None, as_json: AsJson = False) -> None:
    """Give a member a card."""
    from endogene_token.cli.office import run_issue

    run_issue(member, out=out, data=data, as_json=as_json)


@cards.command(
    help=tr(
        "End a member's card and give another; the credits stay. "
        "Example: endogene card replace 12 --out card-12.svg",
        LANG,
    )
)
def replace(member: Member, out: Out = None, data: Data = None, as_json: AsJson = False) -> None:
    """End a member's card and give another."""
    from endogene_token.cli.office import run_replace

    run_replace(member, out=out, data=data, as_json=as_json)


@cards.command("revoke", help=tr("End a lost card. Example: endogene card revoke 12", LANG))
def revoke_card(member: Member, data: Data = None, as_json: AsJson = False) -> None:
    """End the card that a member holds."""
    from endogene_token.cli.office import run_revoke_card

    run_revoke_card(member, data=data, as_json=as_json)


@cards.command(
    "print",
    help=tr(
        "Draw a card again, or its NFC tag; its number is read from the input, not from the command. "
        "Example: endogene card print card.svg",
        LANG,
    ),
)
def print_card(
    file: Annotated[
        Path, typer.Argument(help=tr("The file to write, .svg or .ndef.", LANG), show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Draw a card."""
    from endogene_token.cli.office import run_print

    run_print(file, as_json=as_json)


@keys.command(
    help=tr(
        "Make a key; it is shown once. "
        "Example: endogene key create --merchant 4 --scope sales:write --scope buyers:read",
        LANG,
    )
)
def create(  # noqa: PLR0917 - Typer reads the options from the parameters, in any order
    scope: Annotated[list[str], typer.Option("--scope", help=tr("What it may do; again for more.", LANG))],
    merchant: Merchant = None,
    role: RoleName = None,
    officer: Annotated[
        str | None, typer.Option("--officer", help=tr("The address of the officer who has the role.", LANG))
    ] = None,
    test: Annotated[bool, typer.Option("--test", help=tr("A key of the sandbox.", LANG))] = False,
    label: Annotated[str, typer.Option("--label", help=tr("What it is for.", LANG))] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=731, help=tr("How long it opens.", LANG))] = 365,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a key of the API."""
    from endogene_token.cli.office import NewKeyJob, run_create

    job = NewKeyJob(scope, merchant, role, officer, test, label, days)
    run_create(job, data=data, as_json=as_json)


@keys.command("list", help=tr("List the keys. Example: endogene key list --merchant 4", LANG))
def list_keys(
    merchant: Merchant = None, role: RoleName = None, data: Data = None, as_json: AsJson = False
) -> None:
    """List the keys of a holder, or all."""
    from endogene_token.cli.office import run_list

    run_list(merchant, role, data=data, as_json=as_json)


@keys.command(
    help=tr(
        "Make a key like this one, which still opens for a while. "
        "Example: endogene key rotate 7f3k9m2x5c8q1w4t --overlap-hours 24",
        LANG,
    )
)
def rotate(
    key: KeyId,
    overlap_hours: Annotated[
        int, typer.Option("--overlap-hours", min=0, max=168, help=tr("How long the old one opens.", LANG))
    ] = 24,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Put a new key in the place of one."""
    from endogene_token.cli.office import run_rotate

    run_rotate(key, overlap_hours * 3600, data=data, as_json=as_json)


@keys.command("revoke", help=tr("End a key at once. Example: endogene key revoke 7f3k9m2x5c8q1w4t", LANG))
def revoke_key(key: KeyId, data: Data = None, as_json: AsJson = False) -> None:
    """End a key."""
    from endogene_token.cli.office import run_revoke_key

    run_revoke_key(key, data=data, as_json=as_json)


@trail.command("list", help=tr("List the changes. Example: endogene trail list --subject member:12", LANG))
def list_trail(
    after: Annotated[int, typer.Option("--after", min=0, help=tr("Only those after this one.", LANG))] = 0,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help=tr("How many at most.", LANG))
    ] = 100,
    subject: Annotated[
        str | None, typer.Option("--subject", help=tr("Only those about it, as member:12.", LANG))
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List entries of the trail."""
    from endogene_token.cli.office import run_trail

    run_trail(after, limit, subject, data=data, as_json=as_json)


@trail.command(
    help=tr(
        "Follow the trail from its first entry, and past a head that was kept. "
        "Example: endogene trail verify --head 0x…",
        LANG,
    )
)
def verify(
    head: Annotated[
        str | None, typer.Option("--head", help=tr("A hash that an earlier check gave.", LANG))
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check that the trail is whole."""
    from endogene_token.cli.office import run_verify

    run_verify(head, data=data, as_json=as_json)
