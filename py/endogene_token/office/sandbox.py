"""The buyers that a test key finds: the same in every community, and members of none.

The numbers of the members lie far above any register's: the ledger refuses them, should one ever reach it.
"""

from typing import Final

from endogene_token.errors import RevokedCardError, UnknownCardError, UnknownPhoneError
from endogene_token.office.card_numbers import read_number

FIRST_MEMBER: Final = 4_000_000_001
SECOND_MEMBER: Final = 4_000_000_002
CARD: Final = "TESTCARD00000001B"
SECOND_CARD: Final = "TESTCARD00000002D"
REVOKED_CARD: Final = "TESTCARD00000003F"
CARDS: Final = {CARD: FIRST_MEMBER, SECOND_CARD: SECOND_MEMBER}
PHONES: Final = {"+14185550101": FIRST_MEMBER, "+14185550102": SECOND_MEMBER}
"""Numbers of the range that is kept for fiction."""


def card_holder(text: str) -> int:
    """Return the test member of a test card. Raises CardNumberError, UnknownCardError, RevokedCardError."""
    number = read_number(text)
    if number == REVOKED_CARD:
        raise RevokedCardError(actual="2026-01-01")
    if number not in CARDS:
        raise UnknownCardError
    return CARDS[number]


def phone_holder(number: str) -> int:
    """Return the test member of a test number, as `phones.normal` wrote it. Raises UnknownPhoneError."""
    if number not in PHONES:
        raise UnknownPhoneError
    return PHONES[number]
