"""A line of a bank statement: what moved on our account, under an identity that no second import changes."""

import hashlib
import hmac
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import msgspec

LARGEST_FILE: Final = 16 * 2**20  # bytes of a statement: a year of a busy account
LONGEST_TEXT: Final = 500  # characters kept of a name, a reference or a text


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement, `amount` in minor units of `currency`: positive came in, negative went out.

    `ordinal` tells apart lines that are alike in all that identifies them: the first is 0. `parts` is above 1
    when the bank booked that many transactions as one amount without telling them apart: a person matches it.
    `entry` is the number of the entry within its statement, where the bank gives no reference of its own.
    """

    account: str  # of ours: the IBAN or number that the bank states, without spaces
    booked: date
    amount: int
    currency: str
    valued: date | None = None
    bank_reference: str = ""  # the bank's own, for the entry
    end_to_end: str = ""  # ours, of the file that the movement came from
    mandate: str = ""
    name: str = ""  # of the other side
    other_account: str = ""
    text: str = ""
    return_code: str = ""  # why a payment came back, in the bank's code
    instructed: int | None = None  # what was asked for, where it differs (a fee was taken), without sign
    parts: int = 1
    ordinal: int = 0
    entry: str = ""
    entry_ordinal: int = 0

    @property
    def reference(self) -> tuple[str, ...]:
        """What names this movement: the bank's reference and ours; where there is neither, its text."""
        named = (self.bank_reference, self.end_to_end)
        return named if any(named) else (self.name, self.text)

    @property
    def identity(self) -> bytes:
        """32 bytes that are the same each time the bank states this movement, in whichever statement.

        Assumption: a bank states whole days. Two lines without any reference, alike in account, day, amount
        and text, and stated in two disjoint parts of one day, would count as one.
        """
        return self._hashed(self.reference, self.ordinal)

    @property
    def former_identity(self) -> bytes:
        """What identified the line while `entry` passed for the bank's reference: lines kept then have it."""
        return self._hashed(self.former_reference, self.entry_ordinal)

    @property
    def former_reference(self) -> tuple[str, ...]:
        """What named this movement then."""
        return (self.entry, self.end_to_end) if self.entry else self.reference

    def _hashed(self, reference: tuple[str, ...], ordinal: int) -> bytes:
        told = (self.account, self.booked.isoformat(), str(self.amount), self.currency, reference)
        return hashlib.sha256(b"statement line\n" + msgspec.json.encode((*told, ordinal))).digest()

    def commitment(self, key: bytes) -> bytes:
        """Return 32 bytes that stand for this line in public: without `key`, nobody finds the line behind."""
        return hmac.digest(key, self.identity, "sha256")


def numbered(lines: Iterable[StatementLine]) -> Iterator[StatementLine]:
    """Yield the lines of one statement in order, like ones counted from 0."""
    seen: Counter[tuple[object, ...]] = Counter()
    formerly: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        same = (line.account, line.booked, line.amount, line.currency)
        key, former = (*same, line.reference), (*same, line.former_reference)
        yield replace(line, ordinal=seen[key], entry_ordinal=formerly[former])
        seen[key] += 1
        formerly[former] += 1


def tidy(text: str | None) -> str:
    """Return `text` as one line of at most 500 characters, without control codes."""
    spaced = "".join(
        " " if unicodedata.category(one) in {"Cc", "Cs", "Cn"} else one
        for one in (text or "")[: 4 * LONGEST_TEXT]
    )
    return " ".join(spaced.split())[:LONGEST_TEXT].rstrip()
