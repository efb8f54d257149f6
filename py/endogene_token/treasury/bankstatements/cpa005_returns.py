"""The Canadian bank's file of returned items: logical records I (credits) and J (debits) of Standard 005.

Built like the file that went out, with three fields filled on the way back: the code of the return stands
where the transaction code stood, that one moves to the "stored" field, and the original's trace is told.
Assumption: the bank delivers returns in this format; some deliver a report of their own instead.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import msgspec

from endogene_token.errors import (
    StatementBalanceError,
    StatementEncodingError,
    StatementFieldError,
    StatementKindError,
    StatementTooLargeError,
)
from endogene_token.treasury.bankfiles.cpa005 import Kind
from endogene_token.treasury.bankfiles.returns import ReturnReason, canadian_reason
from endogene_token.treasury.bankstatements.lines import LARGEST_FILE, tidy

_RECORD: Final = 1464
_HEAD: Final = 24
_SEGMENT: Final = 240
_RETURNS: Final = {"I": Kind.CREDIT, "J": Kind.DEBIT}
_TOTALS: Final = {"J": (24, 38, 46), "I": (46, 60, 68)}  # where a total's value begins, ends, its count ends


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """An item of ours that came back: `amount` cents under our `reference`."""

    kind: Kind  # of the item that we sent
    code: str  # of the return, three digits
    amount: int
    due: date
    reference: str
    name: str
    institution: str  # nine digits, of the account that returned it
    account: str
    trace: str  # of the item that we sent; zeros where we gave none

    @property
    def reason(self) -> ReturnReason:
        return canadian_reason(self.code)

    @property
    def identity(self) -> bytes:
        """32 bytes that are the same each time the bank tells of this return."""
        told = (self.kind, self.reference, self.trace, self.code, self.amount, self.due.isoformat())
        return hashlib.sha256(b"returned item\n" + msgspec.json.encode(told)).digest()


def read_returns(raw: bytes, largest: int = LARGEST_FILE) -> tuple[ReturnedItem, ...]:
    """Return the items that came back, in the order of the file; other records are only counted.

    Raises StatementTooLargeError, StatementEncodingError, StatementKindError for another format,
    StatementFieldError, and StatementBalanceError when the trailer's totals are not those of the items.
    """
    if len(raw) > largest:
        raise StatementTooLargeError(actual=len(raw), limit=largest)
    records = _records(raw)
    items = [
        _item(record[0], segment)
        for record in records[1:-1]
        if record[0] in _RETURNS
        for segment in _segments(record)
    ]
    for letter, (start, middle, end) in _TOTALS.items():
        others = any(record[0] == {"J": "D", "I": "C"}[letter] for record in records)
        ours = [item for item in items if item.kind is _RETURNS[letter]]
        told = (_number(records[-1][start:middle], "value"), _number(records[-1][middle:end], "count"))
        found = (sum(item.amount for item in ours), len(ours))
        if told != found and not others:  # the totals of C and D count with those of I and J
            raise StatementBalanceError(actual=found[0], limit=told[0])
    return tuple(items)


def _records(raw: bytes) -> list[str]:
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError as wrong:
        raise StatementEncodingError(actual=raw[wrong.start : wrong.start + 1], limit="ASCII") from wrong
    lines = (
        text.splitlines()
        if "\n" in text
        else [text[at : at + _RECORD] for at in range(0, len(text), _RECORD)]
    )
    records = [line.ljust(_RECORD) for line in lines if line.strip()]
    ends = (records[0][0], records[-1][0]) if len(records) > 1 else ("", "")
    if ends != ("A", "Z") or any(len(record) != _RECORD for record in records):
        raise StatementKindError(actual=tidy(text[:40]), limit=f"CPA-005: A … Z × {_RECORD}")
    for place, record in enumerate(records, 1):
        if _number(record[1:10], "logical record count") != place:
            raise StatementFieldError(field="logical record count", actual=record[1:10], limit=place)
    return records


def _segments(record: str) -> Iterator[str]:
    for start in range(_HEAD, _RECORD, _SEGMENT):
        segment = record[start : start + _SEGMENT]
        if segment.strip():
            yield segment


def _item(letter: str, segment: str) -> ReturnedItem:
    return ReturnedItem(
        kind=_RETURNS[letter],
        code=f"{_number(segment[0:3], 'transaction type'):03}",
        amount=_number(segment[3:13], "amount"),
        due=_day(segment[13:19]),
        name=tidy(segment[80:110]),
        reference=tidy(segment[150:169]),
        institution=segment[169:178].strip(),
        account=segment[178:190].strip(),
        trace=segment[205:227].strip(),
    )


def _number(field: str, name: str) -> int:
    if not field.isdigit():
        raise StatementFieldError(field=name, actual=field, limit="0-9")
    return int(field)


def _day(field: str) -> date:
    year, day = 2000 + _number(field[:3], "date") % 100, _number(field[3:], "date")
    found = date(year, 1, 1) + timedelta(days=day - 1)
    if found.year != year:
        raise StatementFieldError(field="date", actual=field, limit="0YYDDD")
    return found
