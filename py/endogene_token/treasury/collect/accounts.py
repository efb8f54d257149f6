"""Accounts of others, as people write them, and as they are kept: sealed under the office's key."""

import json
import re
from dataclasses import dataclass
from typing import Final

from endogene_token.errors import BankAccountError
from endogene_token.office.sealed import seal, unseal
from endogene_token.office.secret import OfficeSecret, Purpose
from endogene_token.treasury.bankfiles.cpa005 import CanadianAccount
from endogene_token.treasury.bankfiles.sepa import SepaAccount

CHEQUE: Final = "12345-001-1234567"
_CHEQUE: Final = re.compile(r"([0-9]{5})[- ]([0-9]{3})[- ]([0-9]{1,12})", re.ASCII)
_IBAN: Final = re.compile(r"[A-Za-z]{2}[0-9A-Za-z ]+", re.ASCII)
_TAIL: Final = 4


@dataclass(frozen=True, slots=True, repr=False)
class HeldAccount:
    """An account of somebody else, which never shows itself; `bic` only with an IBAN, where seldom needed."""

    number: str
    bic: str = ""

    def __repr__(self) -> str:
        return f"HeldAccount(…{self.tail})"

    @property
    def is_sepa(self) -> bool:
        """Whether it is written as an IBAN."""
        return self.number[:2].isalpha()

    @property
    def tail(self) -> str:
        """Its last four characters: what people recognise it by."""
        return self.number[-_TAIL:]

    @property
    def canadian(self) -> CanadianAccount:
        """The account in Canada that it is. Raises BankAccountError."""
        return canadian(self.number)

    def sepa(self, name: str) -> SepaAccount:
        """Return the account in SEPA that it is, held by `name`. Raises BankAccountError."""
        return SepaAccount(name, self.number, self.bic or None)

    def sealed(self, secret: OfficeSecret, place: str) -> bytes:
        """Return it sealed for the row at `place`."""
        content = json.dumps([self.number, self.bic]).encode()
        return seal(secret, Purpose.BANK, place.encode(), content)


def read_account(text: str, bic: str = "") -> HeldAccount:
    """Return the account that a person wrote: an IBAN, or branch, institution and number as on a cheque.

    Raises BankAccountError; it does not repeat what was typed.
    """
    written = text.strip()
    if _IBAN.fullmatch(written):
        found = HeldAccount(written.replace(" ", "").upper(), bic.strip().upper())
        try:
            found.sepa("x")
        except BankAccountError as wrong:
            raise BankAccountError(actual=found, limit=wrong.limit) from None
        return found
    return HeldAccount("-".join(_parts(written)))


def open_account(secret: OfficeSecret, place: str, sealed: bytes) -> HeldAccount:
    """Return what `HeldAccount.sealed` kept. Raises OfficeKeyError."""
    number, bic = json.loads(unseal(secret, Purpose.BANK, place.encode(), sealed))
    return HeldAccount(number, bic)


def canadian(text: str) -> CanadianAccount:
    """Return the account in Canada that is written as on a cheque. Raises BankAccountError."""
    transit, institution, number = _parts(text)
    return CanadianAccount(institution, transit, number)


def _parts(text: str) -> tuple[str, str, str]:
    found = _CHEQUE.fullmatch(text.strip())
    if found is None:
        raise BankAccountError(actual=HeldAccount(text.strip()), limit=CHEQUE)
    return found[1], found[2], found[3]
