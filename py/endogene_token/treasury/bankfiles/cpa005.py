"""The Canadian file of automated funds transfers: Payments Canada's Standard 005, logical records A, C, D, Z.

A logical record has 1,464 characters. C (credits: we pay) and D (debits: we collect) hold a head of 24 and
up to six segments of 240, one for each item. A number fills its field from the left with zeros, a text to
the right with spaces. The file is ASCII in capitals; names lose their accents (`latin.plain`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from endogene_token.errors import (
    BankAmountError,
    BankDateError,
    BankFieldError,
    BankFileEmptyError,
    BankFileFullError,
    BankReferenceTwiceError,
)
from endogene_token.treasury.bankfiles.latin import CANADIAN, plain

RECORD: Final = 1464  # characters of a logical record: 24 + 6 × 240
SEGMENT: Final = 240  # characters of one item
SEGMENTS: Final = 6  # items of one logical record
LARGEST_AMOUNT: Final = 10**10 - 1  # cents: ten digits of an item
LARGEST_TOTAL: Final = 10**14 - 1  # cents: fourteen digits of the trailer
LARGEST_COUNT: Final = 10**8 - 1  # items: eight digits of the trailer
DAYS_BEFORE: Final = 30  # a due date may lie this far before the day of the file
DAYS_AFTER: Final = 173  # and this far after it
_FIRST_DAY: Final = date(2000, 1, 1)  # dates are written 0YYDDD: they hold no century
_LAST_DAY: Final = date(2099, 12, 31)


class Kind(StrEnum):
    """Which way an item moves money: the type of its logical record."""

    CREDIT = "C"  # from us to the other's account
    DEBIT = "D"  # from the other's account to us


class Code(IntEnum):
    """Transaction codes of Standard 007 that a cooperative meets; a file may carry any other of 200 to 899.

    Warning: a debit of a merchant under a *business* agreement carries a code from 700 on; from 200 to 599
    the merchant's bank takes it for personal, and returns it for 90 days instead of ten bank days.
    """

    MISCELLANEOUS = 450
    EXPENSE = 452
    ACCOUNTS_PAYABLE = 460
    FEES = 470
    BUSINESS_BILL = 718
    BUSINESS_FEES = 730


@dataclass(frozen=True, slots=True)
class CanadianAccount:
    """An account: institution (3 digits), transit of the branch (5 digits), number (1 to 12 digits)."""

    institution: str
    transit: str
    number: str

    def __post_init__(self) -> None:
        _matching("institution", self.institution, "[0-9]{3}")
        _matching("transit", self.transit, "[0-9]{5}")
        _matching("account", self.number, "[0-9]{1,12}")

    @property
    def routing(self) -> str:
        """The nine digits of a branch: zero, institution, transit."""
        return f"0{self.institution}{self.transit}"


@dataclass(frozen=True, slots=True)
class Originator:
    """Who sends the file, as its own bank (the direct clearer) enrolled it.

    `returns` is the account that returned items come back to. `clearer` is the clearer's own data centre,
    from which item trace numbers are made; None leaves them zero, as most banks ask of their customers.
    """

    identifier: str  # 1 to 10 capitals and digits
    short_name: str  # at most 15 are written: what stands on the payer's statement
    long_name: str  # at most 30
    data_centre: str  # 5 digits: where the file is processed
    returns: CanadianAccount
    clearer: str | None = None  # 5 digits, not all zero
    currency: str = "CAD"

    def __post_init__(self) -> None:
        _matching("identifier", self.identifier, "[A-Z0-9]{1,10}")
        _matching("data_centre", self.data_centre, "[0-9]{5}")
        _matching("clearer", self.clearer or "00001", "(?!0{5})[0-9]{5}")
        _matching("currency", self.currency, "CAD|USD")


@dataclass(frozen=True, slots=True)
class Item:
    """One debit or credit of `amount` cents, due on a bank day; its reference comes back with a return."""

    kind: Kind
    account: CanadianAccount
    name: str  # of the payer or payee; at most 30 letters are written
    amount: int  # cents
    due: date
    reference: str  # 1 to 19 capitals, digits and hyphens
    code: int = Code.MISCELLANEOUS
    note: str = ""  # "sundry information", at most 15

    def __post_init__(self) -> None:
        _matching("reference", self.reference, "[A-Z0-9][A-Z0-9-]{0,18}")
        _matching("code", str(self.code), "[2-8][0-9]{2}")
        if isinstance(self.amount, bool) or not 1 <= self.amount <= LARGEST_AMOUNT:
            raise BankAmountError(reference=self.reference, actual=self.amount, limit=LARGEST_AMOUNT)


def write_cpa005(
    originator: Originator,
    number: int,
    created: date,
    items: Sequence[Item],
    line_end: bytes = b"\r\n",
) -> bytes:
    """Return the file `number` (1 to 9999, one more than the last) of `created`, credits before debits.

    Items keep their order within their kind. Raises BankFileEmptyError, BankFieldError, BankDateError,
    BankReferenceTwiceError, BankTextError, and BankFileFullError when a total passes its field.
    """
    _check(number, created, items)
    records = [_header(originator, number, created)]
    traced = 0
    for kind in Kind:
        ours = [item for item in items if item.kind is kind]
        for start in range(0, len(ours), SEGMENTS):
            head = _head(kind.value, len(records) + 1, originator, number)
            group = ours[start : start + SEGMENTS]
            texts = (
                _segment(item, originator, _trace(originator, number, traced + at))
                for at, item in enumerate(group, 1)
            )
            records.append(head + "".join(texts))
            traced += len(group)
    records.append(_head("Z", len(records) + 1, originator, number) + "".join(_totals(items)))
    return b"".join(record.ljust(RECORD).encode("ascii") + line_end for record in records)


def _check(number: int, created: date, items: Sequence[Item]) -> None:
    if not items:
        raise BankFileEmptyError(actual=0)
    if not 1 <= number <= 9999:
        raise BankFieldError(field="file creation number", actual=number, limit="1–9999")
    first = max(_FIRST_DAY, created - timedelta(days=DAYS_BEFORE))
    last = min(_LAST_DAY, created + timedelta(days=DAYS_AFTER))
    for name, day in (("created", created), *((f"due ({item.reference})", item.due) for item in items)):
        if not first <= day <= last:
            raise BankDateError(field=name, actual=day, limit=f"{first} – {last}")
    seen: set[str] = set()
    for item in items:
        if item.reference in seen:
            raise BankReferenceTwiceError(actual=item.reference)
        seen.add(item.reference)


def _head(kind: str, count: int, originator: Originator, number: int) -> str:
    """Return elements 01 to 03, positions 1 to 24 of every logical record."""
    return kind + _number(count, 9) + originator.identifier.ljust(10) + _number(number, 4)


def _header(originator: Originator, number: int, created: date) -> str:
    head = _head("A", 1, originator, number)
    return head + _day(created) + originator.data_centre + " " * 20 + originator.currency


def _segment(item: Item, originator: Originator, trace: str) -> str:
    """Return elements 04 to 21 of one item, 240 characters."""
    short = plain(originator.short_name, "short name", CANADIAN, 15)
    long = plain(originator.long_name, "long name", CANADIAN, 30)
    note = plain(item.note, "note", CANADIAN, 15) if item.note else ""
    text = (
        _number(item.code, 3)
        + _number(item.amount, 10)
        + _day(item.due)
        + item.account.routing
        + item.account.number.ljust(12)
        + trace
        + _number(0, 3)  # stored transaction type: only in a return
        + short.ljust(15)
        + plain(item.name, "name", CANADIAN, 30).ljust(30)
        + long.ljust(30)
        + originator.identifier.ljust(10)
        + item.reference.ljust(19)
        + originator.returns.routing
        + originator.returns.number.ljust(12)
        + note.ljust(15)
        + " " * 22  # trace number of the original: only in a return
        + " " * 2  # settlement code: between clearers
        + _number(0, 11)  # invalid data elements: only in a return
    )
    assert len(text) == SEGMENT  # noqa: S101 - the sum of the widths above, 240
    return text


def _trace(originator: Originator, number: int, sequence: int) -> str:
    """Return the item trace number: destination centre without its last digit, clearer, file, item."""
    if originator.clearer is None:
        return _number(0, 22)
    return originator.data_centre[:4] + originator.clearer + _number(number, 4) + _number(sequence, 9)


def _totals(items: Sequence[Item]) -> Iterator[str]:
    """Yield value (14) and count (8) of debits, then of credits; of error corrections (E, F), none."""
    for kind in (Kind.DEBIT, Kind.CREDIT):
        amounts = [item.amount for item in items if item.kind is kind]
        for field, total, limit in (
            (f"value {kind}", sum(amounts), LARGEST_TOTAL),
            (f"count {kind}", len(amounts), LARGEST_COUNT),
        ):
            if total > limit:
                raise BankFileFullError(field=field, actual=total, limit=limit)
            yield _number(total, len(str(limit)))
    yield _number(0, 2 * (14 + 8))


def _number(value: int, width: int) -> str:
    return str(value).rjust(width, "0")


def _day(day: date) -> str:
    return f"0{day:%y%j}"


def _matching(field: str, value: str, pattern: str) -> None:
    if not re.fullmatch(pattern, value, re.ASCII):
        raise BankFieldError(field=field, actual=value, limit=pattern)
