"""What every signer offers, and whether a signature is that of a key, as the contracts decide it."""

from typing import Final, Protocol

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from endogene_token.errors import SignatureMismatchError, SignerKeyError
from endogene_token.signers.messages import Message
from endogene_token.signers.passkey import PASSKEY_BYTES, Passkey
from endogene_token.typed_data import SigningDomain

ADDRESS_BYTES: Final = 20
_SIGNATURE_BYTES: Final = 65
_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0  # of secp256k1


class Signer(Protocol):
    """Whoever signs for a member."""

    @property
    def key(self) -> bytes:
        """What the register holds of this member: 20 bytes (address) or 84 (passkey)."""

    def sign(self, message: Message, domain: SigningDomain) -> bytes:
        """Return the signature of `message` in this domain, as the contract takes it for this key."""


def check_signature(key: bytes, digest: bytes, signature: bytes) -> None:
    """Raise SignatureError unless `signature` is that of `key` under the 32 bytes `digest`.

    A key of 20 bytes is taken for the address of a person: the wallet that is a contract answers on the chain
    alone. The signature of an address is r, s, v (65 bytes), with the lower of the two values of s.
    """
    if len(key) == PASSKEY_BYTES:
        Passkey.from_key(key).check(digest, signature)
    elif len(key) != ADDRESS_BYTES:
        raise SignerKeyError(actual=len(key), limit=f"{ADDRESS_BYTES}, {PASSKEY_BYTES}")
    elif _recovered(digest, signature) != key:
        raise SignatureMismatchError(limit=key)


def _recovered(digest: bytes, signature: bytes) -> bytes | None:
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
    if len(signature) != _SIGNATURE_BYTES or signature[64] not in {27, 28} or s > _HALF_ORDER:
        return None
    try:
        found = Signature(vrs=(signature[64] - 27, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError):
        return None
    return found.to_canonical_address()
