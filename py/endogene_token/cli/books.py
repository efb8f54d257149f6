"""`endogene books`: the journal, the trial balance, the exports for the tax authority and for Beancount."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.table import Table
from sqlalchemy import Connection

from endogene_token.cli.checks import catch_up
from endogene_token.cli.console import amount, answering, out, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.config import Settings
from endogene_token.errors import BooksDateError, BooksFileError, FecFaultError, YearEmptyError
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.i18n import mark, tr
from endogene_token.indexer.events import Decoder
from endogene_token.store import reading
from endogene_token.treasury.books.beancount import beancount
from endogene_token.treasury.books.chart import Chart, default_name, load_chart
from endogene_token.treasury.books.fec import FecFile, describe, fec, require_siren
from endogene_token.treasury.books.fec_check import Fault, check_fec
from endogene_token.treasury.books.journal import Entry, Line, journal, of_year, since_the_founding
from endogene_token.treasury.books.sheets import month_ends, sheets_on
from endogene_token.treasury.books.trial import TrialBalance, TrialRow, trial_balance

SHOWN_FAULTS: Final = 20
DAY_EXAMPLE: Final = "2026-12-31"
ENTRY_HEADERS: Final = (
    *(mark("No."), mark("Day"), mark("Journal"), mark("Account"), mark("Label"), mark("Debit")),
    mark("Credit"),
)
TRIAL_HEADERS: Final = (mark("Account"), mark("Opening"), mark("Debit"), mark("Credit"), mark("Closing"))


@dataclass(frozen=True, slots=True)
class Source:
    """What the command line says of where the books come from."""

    chart: str | None
    data: Path | None


@dataclass(frozen=True, slots=True)
class Books:
    """The books of one community, at one moment."""

    chart: Chart
    entries: Sequence[Entry]
    connection: Connection
    decoder: Decoder
    settings: Settings

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.settings.timezone)

    @property
    def last_day(self) -> date | None:
        """The day of the last entry; None while there is none."""
        return self.entries[-1].day if self.entries else None

    def year(self, name: int | None) -> list[Entry]:
        """Return the entries of a fiscal year, of the last one when none is named. Raises YearEmptyError."""
        wanted = name if name is not None or not self.entries else self.entries[-1].year.name
        found = [] if wanted is None else list(of_year(self.entries, wanted))
        if name is not None and not found:
            years = dict.fromkeys(str(entry.year.name) for entry in self.entries)
            raise YearEmptyError(actual=name, limit=", ".join(years) or "∅")
        return found


def run_journal(
    source: Source, *, year: int | None, since: str | None, until: str | None, as_json: bool
) -> None:
    """Show the entries of a fiscal year, between two days of it if they are given."""
    with answering(as_json) as answer:
        first, last = _day(since), _day(until)
        with _books(source) as books:
            entries = [
                one
                for one in books.year(year)
                if (first is None or one.day >= first) and (last is None or one.day <= last)
            ]
            answer["entries"] = [_entry_json(one, books.chart) for one in entries]
            if not as_json:
                out.print(_entries_table(entries, books))


def run_trial(
    source: Source, *, until: str | None, since: str | None, auxiliaries: bool, as_json: bool
) -> None:
    """Show the trial balance at a day, the last entry's unless one is named."""
    with answering(as_json) as answer:
        first, last = _day(since), _day(until)
        with _books(source) as books:
            last = last or books.last_day
            if last is None:
                answer["rows"] = []
                return
            found = trial_balance(books.entries, books.chart, last, first, auxiliaries=auxiliaries)
            answer.update(_trial_json(found))
            if not as_json:
                out.print(_trial_table(found, books.settings))


def run_fec(source: Source, *, year: int | None, siren: str, out: Path, as_json: bool) -> None:
    """Write the file of a fiscal year and its description into a folder, and check the file."""
    with answering(as_json) as answer:
        require_siren(siren)
        with _books(source) as books:
            entries = books.year(year)
            name = entries[-1].year.name if entries else (year or 0)
            file = fec(entries, books.chart, year=name, siren=siren, currency=books.settings.currency)
        faults = check_fec(file.name, file.content)
        for one in (file, describe(file, books.chart)):
            _write(out.joinpath(one.name), one.content)
        answer.update({"file": str(out.joinpath(file.name)), "entries": len(entries)})
        _tell_faults(answer, file, faults, as_json=as_json)


def run_check(path: Path, *, as_json: bool) -> None:
    """Check a file of accounting entries, whoever wrote it."""
    with answering(as_json) as answer:
        try:
            file = FecFile(path.name, path.read_bytes())
        except OSError as error:
            raise BooksFileError(actual=path) from error
        answer["file"] = str(path)
        _tell_faults(answer, file, check_fec(*file), as_json=as_json)


def run_beancount(source: Source, *, year: int | None, out: Path | None, as_json: bool) -> None:
    """Write the ledger of a fiscal year, or of all of them, on the screen or into a file."""
    with answering(as_json) as answer:
        with _books(source) as books:
            text = ledger(books, year)
        if out is not None:
            _write(out, text.encode())
            answer["file"] = str(out)
        elif as_json:
            answer["ledger"] = text
        else:
            tell(text.rstrip("\n"))


def ledger(books: Books, year: int | None) -> str:
    """Return the text for Beancount, with the pockets at the end of each month as its assertions."""
    entries = list(since_the_founding(books.entries)) if year is None else books.year(year)
    days: list[date] = []
    if entries:
        days = month_ends(entries[0].day, entries[-1].day)
    sheets = sheets_on(books.connection, books.decoder, days, books.zone)
    found = books.settings
    lines = beancount(
        entries, books.chart, sheets, title=found.community, currency=found.currency, lang=found.lang
    )
    return "".join(f"{line}\n" for line in lines)


@contextmanager
def _books(source: Source) -> Iterator[Books]:
    """Give the books, drawn up from the read model as it stands once it has caught up."""
    found = settings(data_dir=source.data)
    with Ground(found, node_port=FREE_PORT) as ground:
        own = ground.folder.chart
        chart = load_chart(source.chart or (own if own.exists() else default_name(found.currency)))
        catch_up(ground)
        decoder = Decoder(ground.community)
        with reading(ground.engine) as connection:
            entries = tuple(journal(connection, decoder, chart, ZoneInfo(found.timezone)))
            yield Books(chart, entries, connection, decoder, found)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BooksDateError(actual=text, limit=DAY_EXAMPLE) from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BooksFileError(actual=path) from error


def _tell_faults(answer: dict[str, Any], file: FecFile, faults: Sequence[Fault], *, as_json: bool) -> None:
    """Tell what is wrong. Raises FecFaultError when anything is."""
    answer["faults"] = [
        {"line": fault.line, "rule": fault.text("en"), "value": fault.value} for fault in faults
    ]
    if faults and not as_json:
        table = Table(tr("Line", LANG), tr("What is wrong", LANG))
        for fault in faults[:SHOWN_FAULTS]:
            table.add_row(str(fault.line or ""), fault.text(LANG))
        out.print(table)
    if faults:
        raise FecFaultError(actual=len(faults), limit=0)
    if not as_json:
        tell(tr("{file}: checked, nothing is wrong.", LANG, file=file.name))


def _entries_table(entries: Sequence[Entry], books: Books) -> Table:
    table = Table(*(tr(one, LANG) for one in ENTRY_HEADERS))
    for column in table.columns[-2:]:
        column.justify = "right"
    for entry in entries:
        head = (str(entry.number), str(entry.day), books.chart.journals[entry.book].code)
        for position, line in enumerate(entry.lines):
            start = head if position == 0 else ("", "", "")
            label = entry.label.text(LANG) if position == 0 else ""
            table.add_row(*start, _line_name(line), label, *_sides(line, books.settings))
        table.add_section()
    return table


def _line_name(line: Line) -> str:
    name = f"{line.account.number} {line.account.names.text(LANG)}"
    return name if line.auxiliary is None else f"{name} · {line.auxiliary.code}"


def _sides(line: Line, found: Settings) -> tuple[str, str]:
    debit, credit = (amount(value, found) if value else "" for value in (line.debit, line.credit))
    return debit, credit


def _entry_json(entry: Entry, chart: Chart) -> dict[str, Any]:
    return {
        "year": entry.year.name,
        "number": entry.number,
        "day": str(entry.day),
        "journal": chart.journals[entry.book].code,
        "label": entry.label.text(LANG),
        "piece": entry.piece,
        "piece_day": str(entry.piece_day),
        "bank_reference": f"0x{entry.bank_reference.hex()}" if entry.bank_reference else None,
        "lines": [
            {
                "account": line.account.number,
                "auxiliary": line.auxiliary.code if line.auxiliary else None,
                "debit": str(line.debit),
                "credit": str(line.credit),
            }
            for line in entry.lines
        ],
    }


def _trial_table(found: TrialBalance, shown: Settings) -> Table:
    table = Table(*(tr(one, LANG) for one in TRIAL_HEADERS), title_justify="left")
    table.title = tr("Trial balance from {since} to {until}", LANG, since=found.since, until=found.until)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in found.rows:
        table.add_row(_row_name(row), *(amount(value, shown) for value in _figures(row)))
    table.add_section()
    totals = [found.total(column) for column in ("opening", "debit", "credit", "closing")]
    table.add_row(tr("Total", LANG), *(amount(value, shown) for value in totals), style="bold")
    return table


def _row_name(row: TrialRow) -> str:
    name = f"{row.account.number} {row.account.names.text(LANG)}"
    return name if row.auxiliary is None else f"{name} · {row.auxiliary.text(LANG)}"


def _figures(row: TrialRow) -> tuple[int, int, int, int]:
    return row.opening, row.debit, row.credit, row.closing


def _trial_json(found: TrialBalance) -> dict[str, Any]:
    names = ("opening", "debit", "credit", "closing")
    rows = [
        {
            "account": row.account.number,
            "name": row.account.names.text(LANG),
            "auxiliary": row.auxiliary.code if row.auxiliary else None,
            **{name: str(value) for name, value in zip(names, _figures(row), strict=True)},
        }
        for row in found.rows
    ]
    totals = {name: str(found.total(name)) for name in names}
    return {"since": str(found.since), "until": str(found.until), "rows": rows, "totals": totals}
