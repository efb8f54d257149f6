"""The number of a card: 80 random bits as 16 characters, and one that notices a misread.

The alphabet is Crockford's (no I, L, O or U). The check character makes the weighted sum of all of them zero
in the field of 32 elements, with a different weight at each place: any one character misread, and any two
exchanged, are noticed.
"""

import io
import secrets
from typing import Final

import segno

from endogene_token.errors import CardNumberError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 17
PAYLOAD: Final = "endogene:card:"
GROUP: Final = 4
_RANDOM: Final = 16
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_LONGEST: Final = 80  # characters of what is read at all
_FIELD: Final = 0b100101  # x⁵ + x² + 1, primitive: the powers of x are all 31 elements but zero
_TOP: Final = 32


def new_number() -> str:
    """Return a new number, 17 characters."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    return body + ALPHABET[_remainder(body + "0")]


def read_number(text: str) -> str:
    """Return the number that was typed or scanned: grouped or not, in either case, with the payload's prefix.

    Raises CardNumberError, which does not repeat it.
    """
    plain = text[:_LONGEST].strip().upper().removeprefix(PAYLOAD.upper()).translate(_MISREAD)
    if len(plain) != LENGTH or not set(plain) <= _VALUES.keys() or _remainder(plain) != 0:
        raise CardNumberError(actual=len(plain), limit=LENGTH)
    return plain


def grouped(number: str) -> str:
    """Return a number as it is printed: groups of four, the check character alone."""
    return "-".join(number[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def payload(number: str) -> str:
    """Return what the square code and the NFC tag of a card hold."""
    return PAYLOAD + number


def svg(number: str, title: str) -> str:
    """Return the square code of a card for print, as an SVG without a size of its own.

    `title` is what those hear who do not see it.
    """
    drawn = io.BytesIO()
    # Level Q survives the scratches of a wallet: a quarter of the code may be lost.
    code = segno.make(payload(number), error="q", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, omitsize=True, border=4, title=title)
    return drawn.getvalue().decode()


def _remainder(number: str) -> int:
    """Return Σ value·xᵏ, with k = 0 at the check character, by Horner's rule."""
    total = 0
    for letter in number:
        total <<= 1
        if total & _TOP:
            total ^= _FIELD
        total ^= _VALUES[letter]
    return total
