"""The chart of accounts: which account each pocket of the fund, and each flow between them, is booked on.

A chart is data, a TOML file; see `charts/` for the two that come with the program. Each account belongs to
one pocket, so that the accounts of a pocket always add up to what the chain says it holds.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from endogene_token.errors import (
    AccountSharedError,
    AccountUnknownError,
    ChartFormatError,
    ChartMissingError,
    FlowWithoutAccountError,
    PocketWithoutAccountError,
)

LEAP_YEAR: Final = 2000
DEFAULTS: Final = ("quebec", "france")
FRENCH_CURRENCY: Final = "EUR"


class Pocket(StrEnum):
    """The fund's ten pockets, as the balance sheet of the chain names them."""

    CASH = "cash"
    RECEIVABLE = "premiums_receivable"
    LOANS = "loans_receivable"
    CREDITS = "credits_outstanding"
    PREPAYMENTS = "merchant_prepayments"
    RESERVE = "reserve"
    OPERATIONS = "operations"
    CURRENCY = "currency_outstanding"
    COMMITMENTS = "commitments"
    FREE = "free"


ASSETS: Final = (Pocket.CASH, Pocket.RECEIVABLE, Pocket.LOANS)
OWN: Final = (Pocket.RESERVE, Pocket.OPERATIONS, Pocket.FREE)
"""What the cooperative owes nobody: the flows of these pockets are its income and its expense."""


class Flow(StrEnum):
    """What moves a pocket for a reason that the books tell apart."""

    REDEMPTIONS_APPROVED = "redemptions_approved"
    PREMIUMS_TO_OPERATIONS = "premiums_to_operations"
    OPERATING_PAYMENTS = "operating_payments"
    DEBTS_LOST_BY_OPERATIONS = "debts_lost_by_operations"
    LOANS_LOST_BY_OPERATIONS = "loans_lost_by_operations"
    PREMIUMS_TO_RESERVE = "premiums_to_reserve"
    DEBTS_LOST_BY_RESERVE = "debts_lost_by_reserve"
    LOANS_LOST_BY_RESERVE = "loans_lost_by_reserve"
    GRANTS_AWARDED = "grants_awarded"
    LOANS_AWARDED = "loans_awarded"
    UNSPENT_RETURNED = "unspent_returned"
    REFUND_SHORTFALLS = "refund_shortfalls"
    DEBTS_LOST_BY_FREE = "debts_lost_by_free"
    LOANS_LOST_BY_FREE = "loans_lost_by_free"


POCKET_OF: Final[Mapping[Flow, Pocket]] = {
    Flow.REDEMPTIONS_APPROVED: Pocket.CREDITS,
    Flow.PREMIUMS_TO_OPERATIONS: Pocket.OPERATIONS,
    Flow.OPERATING_PAYMENTS: Pocket.OPERATIONS,
    Flow.DEBTS_LOST_BY_OPERATIONS: Pocket.OPERATIONS,
    Flow.LOANS_LOST_BY_OPERATIONS: Pocket.OPERATIONS,
    Flow.PREMIUMS_TO_RESERVE: Pocket.RESERVE,
    Flow.DEBTS_LOST_BY_RESERVE: Pocket.RESERVE,
    Flow.LOANS_LOST_BY_RESERVE: Pocket.RESERVE,
    Flow.GRANTS_AWARDED: Pocket.FREE,
    Flow.LOANS_AWARDED: Pocket.FREE,
    Flow.UNSPENT_RETURNED: Pocket.FREE,
    Flow.REFUND_SHORTFALLS: Pocket.FREE,
    Flow.DEBTS_LOST_BY_FREE: Pocket.FREE,
    Flow.LOANS_LOST_BY_FREE: Pocket.FREE,
}


class Book(StrEnum):
    """The journals that entries are written in."""

    OPENING = "opening"
    PREMIUMS = "premiums"
    BANK = "bank"
    PROJECTS = "projects"
    GENERAL = "general"


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in both languages."""

    fr: str
    en: str

    def text(self, lang: str) -> str:
        """Return the name in `lang`."""
        return self.fr if lang == "fr" else self.en


class BookNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A journal's code and its name."""

    code: str
    fr: str
    en: str

    def text(self, lang: str) -> str:
        """Return the name in `lang`."""
        return self.fr if lang == "fr" else self.en


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a chart's file holds."""

    name: Names
    year_begins: str
    journals: dict[str, BookNames]
    pockets: dict[str, str]
    flows: dict[str, str]
    accounts: dict[str, Names]


@dataclass(frozen=True, slots=True)
class Account:
    """An account, the pocket that it is a part of, and whether it starts at 0 each fiscal year."""

    number: str
    names: Names
    pocket: Pocket
    is_result: bool


@dataclass(frozen=True, slots=True, order=True)
class FiscalYear:
    """The days of a fiscal year, both included; people name it by the year in which it ends."""

    first: date
    last: date

    @property
    def name(self) -> int:
        """The calendar year in which it ends."""
        return self.last.year


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of accounts, complete: no pocket and no flow is without an account."""

    names: Names
    begins: tuple[int, int]
    """The month and the day on which fiscal years begin."""
    journals: Mapping[Book, BookNames]
    accounts: Mapping[str, Account]
    """By number, in the order of the file."""
    targets: Mapping[Pocket | Flow, Account]
    """By pocket or flow."""

    def year_of(self, day: date) -> FiscalYear:
        """Return the fiscal year that a day belongs to."""
        first = date(day.year, *self.begins)
        if first > day:
            first = date(day.year - 1, *self.begins)
        return FiscalYear(first, date(first.year + 1, *self.begins) - timedelta(days=1))

    def after(self, year: FiscalYear) -> FiscalYear:
        """Return the next fiscal year."""
        return self.year_of(year.last + timedelta(days=1))

    def of_pocket(self, pocket: Pocket) -> list[Account]:
        """Return the accounts of a pocket, its own first."""
        own = self.targets[pocket]
        rest = [one for one in self.accounts.values() if one.pocket is pocket and one is not own]
        return [own, *rest]


def default_name(currency: str) -> str:
    """Return the chart of a community that has not chosen one."""
    return "france" if currency == FRENCH_CURRENCY else "quebec"


def load_chart(source: str | Path) -> Chart:
    """Return the chart of this name among `DEFAULTS`, or of a file.

    Raises ChartMissingError, ChartFormatError, PocketWithoutAccountError, FlowWithoutAccountError,
    AccountUnknownError or AccountSharedError.
    """
    if source in DEFAULTS:
        text = (files("endogene_token.treasury.books") / "charts" / f"{source}.toml").read_text("utf-8")
    else:
        try:
            text = Path(source).read_text("utf-8")
        except OSError as error:
            raise ChartMissingError(actual=source, limit=", ".join(DEFAULTS)) from error
        except UnicodeDecodeError as error:
            raise ChartFormatError(place=source, actual=f"0x{error.object[error.start]:02x}") from error
    return read_chart(text, str(source))


def read_chart(text: str, place: str) -> Chart:
    """Return the chart that the TOML `text` holds; `place` is where it is, for messages. Raises as above."""
    try:
        shape = msgspec.convert(tomllib.loads(text), _Shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ChartFormatError(place=place, actual=error) from error
    for wrong in _wrong_values(shape):
        raise ChartFormatError(place=place, actual=wrong)
    mapped = _mapped(shape, place)
    own = {shape.pockets[pocket] for pocket in Pocket}
    accounts = {
        number: Account(number, names, mapped[number], mapped[number] in OWN and number not in own)
        for number, names in shape.accounts.items()
        if number in mapped
    }
    month, day = map(int, shape.year_begins.split("-"))
    journals = {Book(name): names for name, names in shape.journals.items()}
    targets: dict[Pocket | Flow, Account] = {one: accounts[shape.pockets[one]] for one in Pocket}
    targets |= {one: accounts[shape.flows[one]] for one in Flow}
    return Chart(shape.name, (month, day), journals, accounts, targets)


def _wrong_values(shape: _Shape) -> Iterator[str]:
    """Yield what TOML allows and books do not: unknown names, codes and dates that do not read."""
    for kind, given, known in (
        ("pockets", shape.pockets, Pocket),
        ("flows", shape.flows, Flow),
        ("journals", shape.journals, Book),
    ):
        yield from (f"{kind}.{name}" for name in given if name not in set(known))
    yield from (f"journals.{book}" for book in Book if book not in shape.journals)
    codes = [one.code for one in shape.journals.values()]
    yield from (f"code = {code}" for code in codes if not _is_code(code) or codes.count(code) > 1)
    yield from (number for number in shape.accounts if not _is_code(number))
    named: list[Names | BookNames] = [shape.name, *shape.journals.values(), *shape.accounts.values()]
    texts = (text for one in named for text in (one.fr, one.en))
    yield from (repr(text) for text in texts if not text.strip() or not text.isprintable())
    if not _is_month_and_day(shape.year_begins):
        yield f"year_begins = {shape.year_begins}"


def _is_code(text: str) -> bool:
    """Whether files of every kind can hold it as it is."""
    return re.fullmatch(r"[0-9A-Z][0-9A-Za-z-]{0,19}", text, re.ASCII) is not None


def _is_month_and_day(text: str) -> bool:
    """Whether it is a day that each year has."""
    try:
        return text != "02-29" and date.fromisoformat(f"{LEAP_YEAR}-{text}").strftime("%m-%d") == text
    except ValueError:
        return False


def _mapped(shape: _Shape, place: str) -> dict[str, Pocket]:
    """Return the pocket of each account that something is booked on."""
    for pocket in Pocket:
        if pocket not in shape.pockets:
            raise PocketWithoutAccountError(actual=pocket, limit=place)
    for flow in Flow:
        if flow not in shape.flows:
            raise FlowWithoutAccountError(actual=flow, limit=place)
    wanted: list[tuple[str, Pocket, str]] = [(shape.pockets[pocket], pocket, pocket) for pocket in Pocket]
    wanted += [(shape.flows[flow], POCKET_OF[flow], flow) for flow in Flow]
    mapped: dict[str, Pocket] = {}
    for number, pocket, target in wanted:
        if number not in shape.accounts:
            raise AccountUnknownError(actual=number, limit=target)
        if mapped.setdefault(number, pocket) is not pocket:
            raise AccountSharedError(actual=number, limit=f"{mapped[number]}, {pocket}")
    return mapped
