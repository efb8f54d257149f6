"""What the endpoint checks of a raw transaction before anvil does."""

import re
from typing import Final

import msgspec
import rlp  # type: ignore[import-untyped]

from endogene_token.hexes import from_hex

RAW: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})+")
LEGACY_LEAST: Final = 0xC0  # a transaction of a newer type begins with that type, below 0x80
LEGACY_FIELDS: Final = 9
LEGACY_V: Final = 6  # the place of v, which is 2 * chain id + 35 or 36 (EIP-155), or 27 or 28 without an id
_PARAMS: Final = msgspec.json.Decoder(tuple[str])


def raw_transaction(params: msgspec.Raw) -> str | None:
    """Return the transaction in the parameters of a send: 0x and hexadecimal digits; None for others."""
    try:
        (raw,) = _PARAMS.decode(params)
    except msgspec.DecodeError:
        return None
    return raw if RAW.fullmatch(raw) else None


def foreign_chain(raw: str, chain_id: int) -> int | None:
    """Return the chain that an old-style transaction is signed for, if it is not `chain_id`.

    anvil checks the newer types, but takes these into its pool and then drops them without a word.
    """
    data = from_hex(raw)
    if data[0] < LEGACY_LEAST:
        return None
    try:
        fields = rlp.decode(data)
    except rlp.DecodingError:
        return None  # anvil says what is wrong with it
    if len(fields) != LEGACY_FIELDS or not isinstance(fields[LEGACY_V], bytes):
        return None
    v = int.from_bytes(fields[LEGACY_V], "big")
    signed_for = (v - 35) // 2
    return signed_for if v >= 35 and signed_for != chain_id else None
