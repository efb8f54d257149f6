"""The journal as a ledger in plain text, in the syntax of Beancount, with the pockets as its assertions.

The accounts are those of the chart under the pocket that they belong to, `Equity:Reserve:4200`; somebody's
part of one stands below it, `Assets:PremiumsReceivable:1200:M5`. So each pocket is one account with all that
is under it, and what the chain says it holds is asserted of it, to the cent, at the end of each month.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Final

from endogene_token.treasury.books.amounts import decimal_text
from endogene_token.treasury.books.chart import ASSETS, OWN, Account, Chart, Pocket
from endogene_token.treasury.books.journal import Entry, Line

POCKET_NAMES: Final[Mapping[Pocket, str]] = {
    Pocket.CASH: "Cash",
    Pocket.RECEIVABLE: "PremiumsReceivable",
    Pocket.LOANS: "LoansReceivable",
    Pocket.CREDITS: "CreditsOutstanding",
    Pocket.PREPAYMENTS: "MerchantPrepayments",
    Pocket.RESERVE: "Reserve",
    Pocket.OPERATIONS: "Operations",
    Pocket.CURRENCY: "CurrencyOutstanding",
    Pocket.COMMITMENTS: "Commitments",
    Pocket.FREE: "Free",
}
Sheets = Mapping[date, Mapping[Pocket, int]]
"""What each pocket held when these days began."""


def beancount(
    entries: Iterable[Entry], chart: Chart, sheets: Sheets, *, title: str, currency: str, lang: str
) -> Iterator[str]:
    """Yield the ledger line by line; the entries are those of one fiscal year, or all since the founding."""
    walk = iter(entries)
    first = next(walk, None)
    yield f'option "title" {_quoted(title)}'
    yield f'option "operating_currency" "{currency}"'
    if first is None:
        return
    yield ""
    yield from _opened(chart, first.day, currency, lang)
    known: set[str] = set()
    for entry in chain([first], walk):
        yield ""
        for line in entry.lines:
            name = line_account(line)
            if line.auxiliary is not None and name not in known:
                known.add(name)
                yield from _open(entry.day, name, currency, line.auxiliary.text(lang))
        yield from _transaction(entry, chart, currency, lang)
    yield from _assertions(sheets, currency)


def pocket_account(pocket: Pocket) -> str:
    """Return the account that a pocket is."""
    root = "Assets" if pocket in ASSETS else "Equity" if pocket in OWN else "Liabilities"
    return f"{root}:{POCKET_NAMES[pocket]}"


def line_account(line: Line) -> str:
    """Return the account of a line, with whose part of it is meant."""
    name = _account(line.account)
    return name if line.auxiliary is None else f"{name}:{line.auxiliary.code}"


def _account(account: Account) -> str:
    return f"{pocket_account(account.pocket)}:{account.number}"


def _opened(chart: Chart, day: date, currency: str, lang: str) -> Iterator[str]:
    for pocket in Pocket:
        yield from _open(day, pocket_account(pocket), currency, pocket)
    for account in chart.accounts.values():
        yield from _open(day, _account(account), currency, account.names.text(lang))


def _open(day: date, name: str, currency: str, label: str) -> Iterator[str]:
    yield f"{day} open {name} {currency}"
    yield f"  name: {_quoted(label)}"


def _transaction(entry: Entry, chart: Chart, currency: str, lang: str) -> Iterator[str]:
    code = chart.journals[entry.book].code
    yield f"{entry.day} * {_quoted(entry.label.text(lang))} #{code} ^{code}-{entry.year.name}-{entry.number}"
    yield f'  piece: "{entry.piece}"'
    yield f"  piece-day: {entry.piece_day}"
    if entry.bank_reference:
        yield f'  bank-reference: "0x{entry.bank_reference.hex()}"'
    for line in entry.lines:
        yield f"  {line_account(line)}  {decimal_text(line.amount, currency, '.')} {currency}"


def _assertions(sheets: Sheets, currency: str) -> Iterator[str]:
    """Yield what each pocket holds as a day begins, without the cent of tolerance that is usual."""
    for day, sheet in sheets.items():
        yield ""
        for pocket in Pocket:
            amount = sheet[pocket] if pocket in ASSETS else -sheet[pocket]
            text = decimal_text(amount, currency, ".")
            yield f"{day} balance {pocket_account(pocket)} {text} ~ 0 {currency}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
