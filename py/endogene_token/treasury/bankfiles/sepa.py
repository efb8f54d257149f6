"""What SEPA's debits and payments share: accounts, mandates, references, and the finish of a file.

sepaxml writes the elements; here its random identifications and its clock give way to ours, so that the
same values give the same bytes, and the file is held to the schema that sepaxml brings along.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files
from typing import Final

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from xmlschema import XMLSchema

from endogene_token.errors import (
    BankAccountError,
    BankAmountError,
    BankDateError,
    BankFieldError,
    BankFileEmptyError,
    BankReferenceTwiceError,
    BankSchemaError,
)
from endogene_token.treasury.bankfiles.latin import SEPA, plain

CURRENCY: Final = "EUR"
LARGEST_AMOUNT: Final = 99_999_999_999  # cents: 999,999,999.99 euros, the schemes' limit
LONGEST_NAME: Final = 70
LONGEST_TEXT: Final = 140  # of what is told to the other side
# EPC: the basic Latin set without "//" and without a slash or a space at either end, at most 35.
_REFERENCE: Final = r"(?!.*//)(?![/ ])[A-Za-z0-9/?:().,'+ -]{1,35}(?<![/ ])"
_LONGEST_MESSAGE: Final = 30  # a file's identification: its parts add a hyphen and four digits
_LETTERS: Final = str.maketrans({chr(ord("A") + at): str(at + 10) for at in range(26)})


class SequenceType(StrEnum):
    """Which debit of its mandate this is."""

    FIRST = "FRST"
    RECURRENT = "RCUR"
    ONE_OFF = "OOFF"
    FINAL = "FNAL"


@dataclass(frozen=True, slots=True)
class SepaAccount:
    """An account and its holder; the IBAN and BIC in capitals, without spaces. SEPA needs no BIC.

    Raises BankAccountError when check digits, length or country are wrong.
    """

    name: str
    iban: str
    bic: str | None = None

    def __post_init__(self) -> None:
        try:
            if IBAN(self.iban).compact != self.iban:
                raise BankAccountError(actual=self.iban, limit="IBAN (A-Z0-9)")
        except SchwiftyException as wrong:
            raise BankAccountError(actual=self.iban, limit="IBAN") from wrong
        try:
            if self.bic is not None and BIC(self.bic).compact != self.bic:
                raise BankAccountError(actual=self.bic, limit="BIC (A-Z0-9)")
        except SchwiftyException as wrong:
            raise BankAccountError(actual=self.bic, limit="BIC") from wrong


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a debtor signed: its unique reference and the day of the signature."""

    reference: str
    signed: date

    def __post_init__(self) -> None:
        check_reference("mandate", self.reference)


@dataclass(frozen=True, slots=True)
class Debit:
    """`amount` cents collected from `debtor` on `day` under `mandate`; `reference` is the end-to-end one."""

    mandate: Mandate
    debtor: SepaAccount
    amount: int  # cents
    day: date
    sequence: SequenceType
    reference: str
    text: str  # what the debtor reads on the statement

    def __post_init__(self) -> None:
        _check(self.reference, self.amount)
        if self.day < self.mandate.signed:
            raise BankDateError(field="collection", actual=self.day, limit=f"{self.mandate.signed} – ∞")


@dataclass(frozen=True, slots=True)
class Payment:
    """`amount` cents paid to `creditor` on `day`; `reference` is the end-to-end one."""

    creditor: SepaAccount
    amount: int  # cents
    day: date
    reference: str
    text: str

    def __post_init__(self) -> None:
        _check(self.reference, self.amount)


def check_reference(field: str, reference: str, longest: int = 35) -> None:
    """Raise BankFieldError unless every bank of SEPA carries `reference` unchanged."""
    if not re.fullmatch(_REFERENCE, reference) or len(reference) > longest:
        raise BankFieldError(field=field, actual=reference, limit=f"{_REFERENCE} ≤ {longest}")


def check_creditor_identifier(identifier: str) -> None:
    """Raise BankAccountError unless `identifier` is a SEPA creditor identifier with right check digits.

    ISO 7064 mod 97-10 over the national part, then the country; the business code (5 to 7) is left out.
    """
    if re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}", identifier, re.ASCII):
        digits = (identifier[7:] + identifier[:4]).translate(_LETTERS)
        if int(digits) % 97 == 1:
            return
    raise BankAccountError(actual=identifier, limit="SEPA CI (ICS)")


def check_file(message: str, references: Iterable[str]) -> None:
    """Raise unless the file has an identification, a payment, and no end-to-end reference twice."""
    check_reference("message", message, _LONGEST_MESSAGE)
    seen: set[str] = set()
    for reference in references:
        if reference in seen:
            raise BankReferenceTwiceError(actual=reference)
        seen.add(reference)
    if not seen:
        raise BankFileEmptyError(actual=0)


def holder(account: SepaAccount) -> dict[str, str]:
    """Return the name, the IBAN and the BIC, if there is one, as sepaxml takes them."""
    known = {"name": plain(account.name, "name", SEPA, LONGEST_NAME), "IBAN": account.iban}
    return known if account.bic is None else {**known, "BIC": account.bic}


def told(text: str) -> str:
    """Return the text for the other side in the letters of SEPA, cut at 140."""
    return plain(text, "text", SEPA, LONGEST_TEXT)


def finish(written: bytes, schema: str, message: str, created: datetime) -> bytes:
    """Return the file under our identification and time; BankSchemaError when it breaks `schema`."""
    stamped = re.sub(rb"<MsgId>[^<]*", _element("MsgId", message), written, count=1)
    moment = created.isoformat(timespec="seconds")
    stamped = re.sub(rb"<CreDtTm>[^<]*", _element("CreDtTm", moment), stamped, count=1)
    first, *groups = re.split(rb"<PmtInfId>[^<]*", stamped)
    numbered = (_element("PmtInfId", f"{message}-{at}") + group for at, group in enumerate(groups, 1))
    whole = first + b"".join(numbered)
    wrong = next(_schema(schema).iter_errors(whole.decode()), None)
    if wrong is not None:
        raise BankSchemaError(actual=f"{wrong.path}: {wrong.reason}", limit=schema)
    return whole


def _element(name: str, text: str) -> bytes:
    return f"<{name}>{text}".encode()  # our own letters: none of them needs an escape


def _check(reference: str, amount: int) -> None:
    check_reference("end-to-end", reference)
    if isinstance(amount, bool) or not 1 <= amount <= LARGEST_AMOUNT:
        raise BankAmountError(reference=reference, actual=amount, limit=LARGEST_AMOUNT)


@cache
def _schema(name: str) -> XMLSchema:
    with as_file(files("sepaxml") / "schemas" / f"{name}.xsd") as path:
        return XMLSchema(str(path))
