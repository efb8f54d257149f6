"""The command `endogene`: the demo, the import of journals, the checks, the service, the votes, the money."""

import typer

from endogene_token.cli.bank_commands import bank
from endogene_token.cli.books_commands import books
from endogene_token.cli.collect_commands import collect
from endogene_token.cli.commands import audit, demo, import_journal, rebuild, up
from endogene_token.cli.member_commands import members
from endogene_token.cli.office_commands import cards, keys, trail
from endogene_token.cli.options import LANG
from endogene_token.cli.project_commands import projects, redemptions, solvency
from endogene_token.cli.sale_commands import sales
from endogene_token.cli.staff_commands import staff
from endogene_token.cli.statement_commands import statements
from endogene_token.cli.till_commands import till
from endogene_token.cli.treasury_commands import dunning, exceptions, reconcile
from endogene_token.cli.vote_commands import app as vote
from endogene_token.i18n import tr

app = typer.Typer(
    name="endogene",
    help=tr("A tokenised community fund that a cooperative owns.", LANG),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command(
    "demo",
    help=tr(
        "Found a community, tell the whole round of its money, serve it. Example: endogene demo --once", LANG
    ),
)(demo)
app.command("up", help=tr("Serve the community of the data folder. Example: endogene up --port 8080", LANG))(
    up
)
app.command(
    "import",
    help=tr(
        "Replay a till's journal. Example: endogene import journal.csv --merchant 1 --rate-bps 280 --enrol",
        LANG,
    ),
)(import_journal)
app.command(
    "audit",
    help=tr(
        "Compare every balance between the chain and the read model. Example: endogene audit --json", LANG
    ),
)(audit)
app.command(
    "rebuild", help=tr("Rebuild the read model from the chain. Example: endogene rebuild --check", LANG)
)(rebuild)
app.command(
    "solvency",
    help=tr("Show what bounds every outflow of the fund. Example: endogene solvency --json", LANG),
)(solvency)
app.command(
    "reconcile",
    help=tr(
        "Hold the bank, the books and the chain against one another. Example: endogene reconcile --json", LANG
    ),
)(reconcile)
app.add_typer(vote, name="vote")
app.add_typer(cards, name="card")
app.add_typer(keys, name="key")
app.add_typer(trail, name="trail")
app.add_typer(staff, name="staff")
app.add_typer(members, name="member")
app.add_typer(projects, name="project")
app.add_typer(redemptions, name="redemption")
app.add_typer(sales, name="sales")
app.add_typer(till, name="till")
app.add_typer(statements, name="statement")
app.add_typer(books, name="books")
app.add_typer(exceptions, name="exception")
app.add_typer(dunning, name="dunning")
app.add_typer(collect, name="collect")
app.add_typer(bank, name="bank")

__all__ = ["app"]
