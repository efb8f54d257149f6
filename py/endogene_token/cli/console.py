"""How commands speak: tables for people, JSON for machines, errors without a traceback."""

import json
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from endogene_token import log
from endogene_token.chain.views import BalanceSheet
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.errors import EndogeneError
from endogene_token.i18n import mark, tr
from endogene_token.money import format_money

EXIT_WRONG: Final = 1

# A value that a stranger wrote is shown as it is: no markup, no emoji in it.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)


def tell(sentence: str) -> None:
    """Print a sentence of the answer, unbroken: an address or a digest stays whole."""
    out.print(sentence, soft_wrap=True)


def say(sentence: str) -> None:
    """Tell the person a sentence, on the standard error, so that the output stays clean."""
    err.print(sentence, soft_wrap=True)


def print_json(value: object) -> None:
    """Print `value` as JSON, for machines."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


@contextmanager
def answering(as_json: bool) -> Iterator[dict[str, Any]]:
    """Give what the command fills with its answer; with `as_json`, print it as one document at the end.

    What goes wrong becomes one sentence, or the answer's member `error`, and exit 1; the log keeps the rest.
    """
    answer: dict[str, Any] = {}
    # Before any setting is read: a log that nobody configured would show local variables, keys among them.
    log.configure("info", json=False)
    try:
        yield answer
    except EndogeneError as error:
        structlog.get_logger().debug("command.failed", error=error.code, exc_info=True)
        _tell_error(answer, error, error.code, as_json)
        raise typer.Exit(EXIT_WRONG) from None
    except Exception as error:  # noqa: BLE001 - the last line of a command: kept in a file, told in one
        path = _keep(traceback.format_exc())
        _tell_error(answer, EndogeneError(actual=type(error).__name__), type(error).__name__, as_json)
        say(tr("The whole of it is kept in {path}.", LANG, path=path))
        raise typer.Exit(EXIT_WRONG) from None
    finally:
        if as_json and answer:
            print_json(answer)


def _tell_error(answer: dict[str, Any], error: EndogeneError, name: str, as_json: bool) -> None:
    told = error.as_dict(LANG)
    if as_json:
        answer["error"] = told
        return
    err.print(Text(name, style="bold red"), f" {told['what']}", soft_wrap=True)
    say(str(told["advice"]))


def _keep(trace: str) -> Path:
    """Keep what happened for those who mend the program; the person is told where."""
    handle, name = tempfile.mkstemp(prefix="endogene-", suffix=".log", text=True)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a handle, not a path
        file.write(trace)
    return Path(name)


def settings(**overrides: object) -> Settings:
    """Return the settings of the environment under those given on the command line, and set up the log."""
    given = {name: value for name, value in overrides.items() if value is not None}
    found = Settings.load(**given)
    log.configure(found.log_level, found.log_json)
    return found


def amount(value: int, found: Settings) -> str:
    """Return an amount (minor units) as people here write it."""
    return format_money(value, found.currency, LANG)


POCKETS: Final = (
    ("cash", mark("Cash")),
    ("premiums_receivable", mark("Premiums receivable")),
    ("loans_receivable", mark("Loans to projects")),
    ("credits_outstanding", mark("Credits owed to members")),
    ("merchant_prepayments", mark("Prepaid by merchants")),
    ("reserve", mark("General reserve")),
    ("operations", mark("Operations")),
    ("currency_outstanding", mark("Project currency")),
    ("commitments", mark("Awarded to projects")),
    ("free", mark("Free")),
)
ASSETS: Final = 3  # the first pockets say where the money is, the others whose it is
SHOWN_ONCE_USED: Final = {"loans_receivable", "currency_outstanding", "commitments", "free"}


def balance_table(sheet: BalanceSheet, found: Settings) -> Table:
    """Return the balance sheet as a table: where the money is, then whose it is."""
    table = Table(title=tr("Balance sheet of the fund", LANG), show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    values = [(name, tr(label, LANG), getattr(sheet, name)) for name, label in POCKETS]
    for part in (values[:ASSETS], values[ASSETS:]):
        for name, label, value in part:
            if value or name not in SHOWN_ONCE_USED:
                table.add_row(label, amount(value, found))
        total = amount(sum(value for *_, value in part), found)
        table.add_row(tr("Total", LANG), total, style="bold")
        table.add_section()
    return table


def balance_json(sheet: BalanceSheet) -> dict[str, str]:
    """Return the balance sheet with its amounts as strings."""
    return {name: str(getattr(sheet, name)) for name, _ in POCKETS}


def waiting(*, quiet: bool) -> Progress:
    """Show, on the standard error, that a command goes on which cannot tell how far it is. It is entered."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # Transient, it would leave an empty line in a file.
    shown = Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=True)
    shown.add_task(tr("Please wait", LANG), total=None)
    return shown


@contextmanager
def progress_bar(stages: Mapping[str, str], *, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar a stage on the standard error; give what moves it: stage, done, total."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=quiet) as bars:
        tasks: dict[str, TaskID] = {}

        def move(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(tr(stages[stage], LANG), total=total)
            bars.update(tasks[stage], completed=done, total=max(total, done))

        yield move
