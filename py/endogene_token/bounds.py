"""The widths of the ledger's fields, and the checks that a value fits."""

from typing import Final

from endogene_token.errors import AddressError, LengthError, RangeError

MAX_UINT32: Final = 2**32 - 1
MAX_UINT64: Final = 2**64 - 1
MAX_UINT256: Final = 2**256 - 1
_ADDRESS_DIGITS: Final = 40


def is_whole(value: object, least: int, most: int) -> bool:
    """Return whether `value` is an int (not a bool) from `least` to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def check_range(field: str, value: int, most: int, least: int = 0) -> None:
    """Raise RangeError, which names `field`, unless `value` is an int from `least` to `most`."""
    if not is_whole(value, least, most):
        raise RangeError(field=field, actual=value, limit=most, least=least)


def check_length(field: str, value: bytes, length: int) -> None:
    """Raise LengthError, which names `field`, unless `value` has `length` bytes."""
    if len(value) != length:
        raise LengthError(field=field, actual=len(value), limit=length)


def address_bytes(address: str) -> bytes:
    """Return the 20 bytes of an address, 0x and 40 digits. Raises AddressError for another text."""
    digits = address[2:]
    hexadecimal = all(letter in "0123456789abcdefABCDEF" for letter in digits)
    if not (address.startswith("0x") and len(digits) == _ADDRESS_DIGITS and hexadecimal):
        raise AddressError(actual=address, limit=_ADDRESS_DIGITS)
    return bytes.fromhex(digits)
