"""An independent reading of a FEC: it knows the rules, and nothing of how the file was made."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from endogene_token.i18n import mark, tr

NAME: Final = re.compile(r"\d{9}FEC(\d{8})\.txt", re.ASCII)
AMOUNT: Final = re.compile(r"-?\d+(,\d{1,2})?", re.ASCII)
ACCOUNT: Final = re.compile(r"[1-8]\d\d[0-9A-Za-z]*", re.ASCII)
COLUMNS: Final = [
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
]
REQUIRED: Final = (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15)
DATES: Final = (3, 9, 14, 15)
(JOURNAL, NUMBER, DAY, ACCOUNT_NUMBER, ACCOUNT_NAME) = (0, 2, 3, 4, 5)
(AUX_NUMBER, AUX_NAME, DEBIT, CREDIT, VALID) = (6, 7, 11, 12, 15)


class Fault(NamedTuple):
    """A rule that a line breaks; line 0: the file as a whole."""

    line: int
    rule: str
    value: str

    def text(self, lang: str) -> str:
        """Return the rule in `lang`, with the value that breaks it."""
        return tr(self.rule, lang, value=self.value)


def check_fec(name: str, content: bytes) -> list[Fault]:
    """Return every rule that the file breaks; a file without faults gives an empty list."""
    text = content.decode("iso8859-15")  # which gives every byte a character
    lines = text.split("\r\n")
    faults = list(_file(name, content, lines))
    rows = [(number, line.split("\t")) for number, line in enumerate(lines[1:], 2) if line]
    for number, row in rows:
        faults += _row(number, row)
    whole = [(number, row) for number, row in rows if len(row) == len(COLUMNS)]
    faults += _year(name, whole)
    faults += _order(whole)
    faults += _balances(whole)
    faults += _names(whole)
    return sorted(faults)


def _file(name: str, content: bytes, lines: Sequence[str]) -> Iterator[Fault]:
    if NAME.fullmatch(name) is None:
        yield Fault(0, mark("the file's name is SIREN, FEC and the last day of the year, not {value}"), name)
    if lines[0].split("\t") != COLUMNS:
        yield Fault(1, mark("the first line names the eighteen fields in their order, not {value}"), lines[0])
    for number, line in enumerate(lines, 1):
        if any((letter < " " and letter != "\t") or "\x7f" <= letter < "\xa0" for letter in line):
            yield Fault(number, mark("a line holds no control codes"), "")
    if not content.isascii() and _is_utf_8(content):
        yield Fault(0, mark("the text is in ASCII or ISO 8859-15, not in {value}"), "UTF-8")
    if lines[-1]:
        yield Fault(len(lines), mark("the last line ends with CR and LF, not with {value}"), lines[-1][-1:])


def _row(number: int, row: Sequence[str]) -> Iterator[Fault]:
    if len(row) != len(COLUMNS):
        yield Fault(number, mark("a line has eighteen fields, not {value}"), str(len(row)))
        return
    for column in REQUIRED:
        if not row[column].strip():
            yield Fault(number, mark("the field {value} is filled"), COLUMNS[column])
    for column in DATES:
        if row[column] and _day(row[column]) is None:
            yield Fault(number, mark("a date is written YYYYMMDD, not {value}"), row[column])
    if ACCOUNT.fullmatch(row[ACCOUNT_NUMBER]) is None:
        yield Fault(number, mark("an account begins with three digits of the PCG, not {value}"), row[4])
    if bool(row[AUX_NUMBER]) != bool(row[AUX_NAME]):
        yield Fault(
            number, mark("an auxiliary account has a number and a name, not only {value}"), "".join(row[6:8])
        )
    yield from _amounts(number, row)


def _amounts(number: int, row: Sequence[str]) -> Iterator[Fault]:
    for column in (DEBIT, CREDIT):
        if AMOUNT.fullmatch(row[column]) is None:
            yield Fault(
                number, mark("an amount has a decimal comma and no other sign, not {value}"), row[column]
            )
            return
    debit, credit = _amount(row[DEBIT]), _amount(row[CREDIT])
    if (debit == 0) == (credit == 0):
        yield Fault(
            number, mark("a line is a debit or a credit, not {value}"), f"{row[DEBIT]} / {row[CREDIT]}"
        )


def _year(name: str, rows: Sequence[tuple[int, list[str]]]) -> Iterator[Fault]:
    """Every day is in the fiscal year that ends on the day of the file's name."""
    told = NAME.fullmatch(name)
    last = _day(told[1]) if told else None
    if last is None:
        return
    before = date(last.year - 1, last.month, 28) if (last.month, last.day) == (2, 29) else None
    before = before or last.replace(year=last.year - 1)
    for number, row in rows:
        day = _day(row[DAY])
        if day is not None and not before < day <= last:
            yield Fault(number, mark("an entry's day is in the fiscal year, not {value}"), row[DAY])


def _order(rows: Sequence[tuple[int, list[str]]]) -> Iterator[Fault]:
    """Entries are numbered without gaps, from 1, in the order of their validation."""
    last_number, last_valid, head = 0, "", [""]
    for number, row in rows:
        of_entry = [*row[:4], *row[8:11], row[VALID]]
        if not row[NUMBER].isdigit() or int(row[NUMBER]) not in {last_number, last_number + 1}:
            yield Fault(number, mark("entries are numbered without gaps, not {value}"), row[NUMBER])
        elif int(row[NUMBER]) == last_number and of_entry != head:
            yield Fault(
                number, mark("the lines of entry {value} have one journal, day and piece"), row[NUMBER]
            )
        if row[VALID] < last_valid or row[DAY] > row[VALID]:
            yield Fault(
                number, mark("entries stand in the order of their validation, not {value}"), row[VALID]
            )
        last_number = int(row[NUMBER]) if row[NUMBER].isdigit() else last_number
        last_valid, head = row[VALID], of_entry


def _balances(rows: Sequence[tuple[int, list[str]]]) -> Iterator[Fault]:
    entries: defaultdict[str, Decimal] = defaultdict(Decimal)
    journals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for _, row in rows:
        if AMOUNT.fullmatch(row[DEBIT]) and AMOUNT.fullmatch(row[CREDIT]):
            amount = _amount(row[DEBIT]) - _amount(row[CREDIT])
            entries[row[NUMBER]] += amount
            journals[row[JOURNAL]] += amount
    for entry, amount in entries.items():
        if amount:
            yield Fault(0, mark("an entry balances, not {value}"), f"{entry}: {amount}")
    for journal, amount in journals.items():
        if amount:
            yield Fault(0, mark("a journal balances, not {value}"), f"{journal}: {amount}")


def _names(rows: Sequence[tuple[int, list[str]]]) -> Iterator[Fault]:
    """A number has one name throughout the file."""
    for number_at, name_at in ((JOURNAL, 1), (ACCOUNT_NUMBER, ACCOUNT_NAME), (AUX_NUMBER, AUX_NAME)):
        names: dict[str, str] = {}
        for number, row in rows:
            if names.setdefault(row[number_at], row[name_at]) != row[name_at]:
                yield Fault(number, mark("a number has one name, not also {value}"), row[name_at])


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _day(text: str) -> date | None:
    if not (len(text) == len("YYYYMMDD") and text.isascii() and text.isdigit()):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
