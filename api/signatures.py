"""Who signed: the address that an ERC-2098 signature of 32 bytes comes from."""

from typing import Final

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_PARITY: Final = 2**255


def signer(digest: bytes, signature: bytes) -> str | None:
    """Return the address (checksummed) whose key signed `digest`, or None for what is no signature.

    `signature` is compact: r, then s with the parity in its highest bit. As the contracts do, it takes only
    the lower of the two values of s: one batch has one signature by one key.
    """
    r, vs = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    s = vs % _PARITY
    if s > HALF_ORDER:
        return None
    try:
        found = Signature(vrs=(vs // _PARITY, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError):
        return None
    return str(found.to_checksum_address())
