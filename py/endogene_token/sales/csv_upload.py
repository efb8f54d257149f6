"""A file of sales in CSV, from whatever software: what it looks like, and the sales that its lines are. Pure.

A line is read by itself: a quote left open spoils one line, not the rest of the file. Which column gives what
is guessed from the names of the columns, in French or English, and said by the merchant where they tell too
little; it is kept for the next file.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from endogene_token.errors import (
    ColumnCountError,
    ColumnUnmappedError,
    DateOrderError,
    EncodingError,
    InputError,
    LineTooLongError,
    TooManyRowsError,
    UploadEmptyError,
)
from endogene_token.sales.buyers import Buyer
from endogene_token.sales.cells import DateForm, amount, date_form, is_refund, member, moment
from endogene_token.sales.deliveries import Refused, Row
from endogene_token.sdk.sales import NewPurchase, NewReversal

KIND: Final = "csv"
MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ROWS: Final = 20_000
LONGEST_LINE: Final = 4_096  # characters: twenty times the longest honest one
SHOWN_ROWS: Final = 10
DELIMITERS: Final = (",", ";", "\t", "|")
REQUIRED: Final = ("receipt", "amount", "at")
_LINES_LOOKED_AT: Final = 50
_LINE_ENDS: Final = re.compile("\r\n|\n|\r")  # not those of Unicode, which stand within a note's text
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "receipt": ("receipt", "receiptnumber", "invoice", "invoicenumber", "facture", "numerodefacture",
                "nofacture", "recu", "norecu", "ticket", "noticket", "transaction", "commande"),
    "amount": ("amount", "amountcents", "total", "totalcents", "montant", "montantcents", "montantttc"),
    "at": ("at", "date", "datetime", "dateheure", "dateetheure", "day", "jour"),
    "kind": ("kind", "type", "sorte", "genre"),
    "refund_of": ("refundof", "refunds", "remboursede", "factureremboursee", "factureorigine", "original"),
    "member": ("member", "membernumber", "membre", "nomembre", "numerodemembre"),
    "card": ("card", "cardnumber", "carte", "nocarte", "numerodecarte"),
    "phone": ("phone", "telephone", "tel"),
}  # fmt: skip


class Columns(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which column gives what, by its name, or by its place ("1") in a file without names.

    `cents`: amounts are whole minor units, else decimal numbers. `dates`: how days are written; None: as the
    file shows. `delimiter` and `encoding` None: as the file shows.
    """

    receipt: str | None = None
    amount: str | None = None
    at: str | None = None
    kind: str | None = None
    refund_of: str | None = None
    member: str | None = None
    card: str | None = None
    phone: str | None = None
    cents: bool | None = None
    dates: DateForm | None = None
    delimiter: str | None = None
    encoding: Literal["utf-8", "cp1252"] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file cut into lines and columns; `start` is the number of its first line of sales."""

    encoding: Literal["utf-8", "cp1252"]
    delimiter: str
    names: tuple[str, ...]
    has_names: bool
    lines: tuple[tuple[int, str], ...]

    def cells(self, number: int, text: str) -> list[str]:
        """Return the cells of a line. Raises LineTooLongError, ColumnCountError."""
        if len(text) > LONGEST_LINE:
            raise LineTooLongError(line=number, actual=len(text), limit=LONGEST_LINE)
        found = _cut(text, self.delimiter)
        if found is None or len(found) != len(self.names):
            actual = "?" if found is None else len(found)
            raise ColumnCountError(line=number, actual=actual, limit=len(self.names))
        return found


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file looks like, and how it would be read."""

    table: Table
    columns: Columns
    sample: list[list[str]]


def preview(content: bytes, said: Columns) -> Preview:
    """Return what the file looks like; `said` is what the merchant said of its columns.

    Raises UploadEmptyError, EncodingError, TooManyRowsError.
    """
    table = read_table(content, said)
    columns = guessed(table, said)
    sample = []
    for number, text in table.lines[:SHOWN_ROWS]:
        try:
            sample.append(table.cells(number, text))
        except InputError:
            sample.append([text[:LONGEST_LINE]])
    return Preview(table, columns, sample)


def rows(content: bytes, said: Columns, currency: str) -> list[Row | Refused]:
    """Return the sale that each line is, or why it is none.

    Raises as `preview` does, and ColumnUnmappedError, DateOrderError.
    """
    found = preview(content, said)
    table, columns = found.table, found.columns
    for field in REQUIRED:
        if getattr(columns, field) is None:
            raise ColumnUnmappedError(actual=field, limit=", ".join(table.names))
    if columns.dates is None:
        raise DateOrderError(actual=_first_day(table, columns))
    reader = _Reader(table, columns, currency)
    return [reader.row(number, text) for number, text in table.lines]


def fitting(content: bytes, kept: Columns) -> Columns:
    """Return what was said of former files, as far as this one has these columns: the others are guessed.

    Raises as `read_table`.
    """
    names = read_table(content, kept).names
    missing = [field for field in _KNOWN if getattr(kept, field) not in names]
    return msgspec.structs.replace(kept, **dict.fromkeys(missing))


def read_table(content: bytes, said: Columns) -> Table:
    """Cut a file into lines and columns. Raises UploadEmptyError, EncodingError, TooManyRowsError."""
    encoding, text = _decoded(content, said.encoding)
    lines = [(n, line) for n, line in enumerate(_LINE_ENDS.split(text), 1) if line.strip()]
    if not lines:
        raise UploadEmptyError
    delimiter = said.delimiter if said.delimiter in DELIMITERS else _delimiter([line for _, line in lines])
    first = _cut(lines[0][1][:LONGEST_LINE], delimiter) or [lines[0][1][:LONGEST_LINE]]
    has_names = not any(any(letter.isdigit() for letter in cell) and not _is_name(cell) for cell in first)
    names = tuple(cell.strip() for cell in first) if has_names else tuple(map(str, range(1, len(first) + 1)))
    sold = lines[1:] if has_names else lines
    if not sold:
        raise UploadEmptyError
    if len(sold) > MAX_ROWS:
        raise TooManyRowsError(actual=len(sold), limit=MAX_ROWS)
    return Table(encoding, delimiter, names, has_names, tuple(sold))


def guessed(table: Table, said: Columns) -> Columns:
    """Return which column gives what: what the merchant said, else what the names and the cells tell.

    Raises ColumnUnmappedError for a column said that is not there.
    """
    plain = {_plain(name): name for name in reversed(table.names)}
    found: dict[str, str | None] = {}
    for field, known in _KNOWN.items():
        own = getattr(said, field)
        if own is not None and own not in table.names:
            raise ColumnUnmappedError(actual=f"{field} ({own})", limit=", ".join(table.names))
        found[field] = own or next((plain[one] for one in known if one in plain), None)
    cents = said.cents if said.cents is not None else _plain(found["amount"] or "").endswith("cents")
    days = list(_cells_of(table, found["at"]))
    return Columns(
        **found,
        cents=cents,
        dates=said.dates or date_form(days),
        delimiter=table.delimiter,
        encoding=table.encoding,
    )


class _Reader:
    """Reads lines as its columns say."""

    def __init__(self, table: Table, columns: Columns, currency: str) -> None:
        self._table = table
        self._columns = columns
        self._currency = currency
        self._places = {name: place for place, name in reversed(list(enumerate(table.names)))}

    def row(self, number: int, text: str) -> Row | Refused:
        """Return the sale that a line is, or why it is none."""
        receipt = "?"
        try:
            cells = self._table.cells(number, text)
            receipt = self._cell(cells, "receipt") or "?"
            return self._row(number, cells)
        except InputError as error:
            return Refused(number, receipt, error)

    def _row(self, number: int, cells: Sequence[str]) -> Row:
        value = amount(
            self._cell(cells, "amount"), number, self._currency, is_cents=bool(self._columns.cents)
        )
        at = moment(self._cell(cells, "at"), number, self._columns.dates or "iso")
        receipt = self._cell(cells, "receipt")
        if is_refund(self._cell(cells, "kind"), value, number):
            of = self._cell(cells, "refund_of")
            return Row(number, NewReversal(of or "?", receipt, abs(value), at))
        buyer = Buyer(
            member=member(self._cell(cells, "member"), number),
            card=self._cell(cells, "card") or None,
            phone=self._cell(cells, "phone") or None,
        )
        return Row(number, NewPurchase(value, receipt, at=at), buyer)

    def _cell(self, cells: Sequence[str], field: str) -> str:
        name = getattr(self._columns, field)
        return "" if name is None else cells[self._places[name]].strip()


def _decoded(
    content: bytes, said: Literal["utf-8", "cp1252"] | None
) -> tuple[Literal["utf-8", "cp1252"], str]:
    """Return the encoding and the text: UTF-8, else what old software of this part of the world writes."""
    if said != "cp1252":
        try:
            return "utf-8", content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if said == "utf-8":
                raise _wrong_byte(content, error, "UTF-8") from error
    try:
        return "cp1252", content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _wrong_byte(content, error, "UTF-8, Windows-1252") from error


def _wrong_byte(content: bytes, error: UnicodeDecodeError, limit: str) -> EncodingError:
    line = content.count(b"\n", 0, error.start) + 1
    return EncodingError(line=line, actual=f"0x{content[error.start]:02x}", limit=limit)


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that cuts the most lines as it cuts the first, into the most columns."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(_cut(line[:LONGEST_LINE], delimiter) or []) for line in lines[:_LINES_LOOKED_AT]]
        return (sum(1 for one in widths if one == widths[0] > 1), widths[0])

    return max(DELIMITERS, key=fit)


def _cut(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _is_name(cell: str) -> bool:
    return any(_plain(cell) in known for known in _KNOWN.values()) or sum(map(str.isalpha, cell)) > 2


def _plain(name: str) -> str:
    """Return a name in lower case, without accents, spaces or signs: how two people write the same one."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return re.sub("[^a-z0-9]", "", letters)


def _cells_of(table: Table, name: str | None) -> Iterator[str]:
    place = table.names.index(name) if name in table.names else None
    for number, text in table.lines if place is not None else ():
        try:
            yield table.cells(number, text)[place or 0].strip()
        except InputError:
            continue


def _first_day(table: Table, columns: Columns) -> str:
    return next(iter(_cells_of(table, columns.at)), "?")
