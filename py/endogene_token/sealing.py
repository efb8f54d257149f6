"""Openings of sealed ballots, for the scrutineers' eyes only, and the scrutineers' key, cut into shares.

An opening is encrypted to a public key by HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305), bound to
its resolution and member. The private key is cut by Shamir's scheme: `threshold` of the shares give it back,
fewer tell nothing of it. All sealed openings have one length, so it tells nothing of the choice.
"""

from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Self

from Crypto.Protocol import HPKE
from Crypto.Protocol.DH import import_x25519_private_key, import_x25519_public_key
from Crypto.Protocol.SecretSharing import Shamir
from Crypto.PublicKey import ECC
from eth_hash.auto import keccak

from endogene_token.ballots import SALT_BYTES, Opening, as_choice
from endogene_token.bounds import MAX_UINT32, check_length, check_range
from endogene_token.errors import (
    KeyFormatError,
    SealBrokenError,
    ShareCountError,
    ShareFormatError,
    ShareMismatchError,
    ShareStrangerError,
)

KEY_BYTES: Final = 32
MAX_SHARES: Final = 255
_TAG_BYTES: Final = 16
SEALED_BYTES: Final = KEY_BYTES + 1 + SALT_BYTES + _TAG_BYTES

_INFO: Final = b"Endogene sealed ballot, version 1"
_HALF: Final = 16  # bytes that one polynomial shares: a key is two halves
_MARK_BYTES: Final = 6
_CHECK_BYTES: Final = 4
_TEXT_VERSION: Final = 1
_TEXT_BYTES: Final = 3 + _MARK_BYTES + KEY_BYTES + _CHECK_BYTES  # 45: base 32 writes them without padding
_GROUP: Final = 4  # letters between two dashes


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """The scrutineers' pair of keys, 32 bytes each. Its representation shows the public one only."""

    private: bytes = field(repr=False)
    public: bytes

    @classmethod
    def generate(cls) -> Self:
        """Return a new pair from the system's random source."""
        private = _canonical(ECC.generate(curve="curve25519").seed)
        return cls(private, _public(private))


@dataclass(frozen=True, slots=True)
class KeyShare:
    """One scrutineer's share of a private key. Its representation does not show what it holds.

    `mark` tells the key that it belongs to: the first bytes of the public key's hash. Raises RangeError,
    LengthError.
    """

    index: int
    threshold: int
    mark: bytes
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_range("index", self.index, MAX_SHARES, least=1)
        check_range("threshold", self.threshold, MAX_SHARES, least=1)
        check_length("mark", self.mark, _MARK_BYTES)
        check_length("value", self.value, KEY_BYTES)

    def text(self) -> str:
        """Return the share as 72 capital letters and digits in groups of four: what is printed and kept."""
        raw = bytes([_TEXT_VERSION, self.index, self.threshold]) + self.mark + self.value
        letters = b32encode(raw + _check(raw)).decode()
        return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the share written in `text`, whatever its case, spaces and dashes; 0 counts as O, 1 as I.

        Raises ShareFormatError, which shows but the beginning of the text, and RangeError.
        """
        letters = "".join(text.replace("-", " ").split()).upper()
        try:
            raw = b32decode(letters, map01="I")
        except (NotBase32, ValueError):
            raise ShareFormatError(actual=f"{text[:_GROUP]}…") from None
        body, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
        if len(raw) != _TEXT_BYTES or check != _check(body) or body[0] != _TEXT_VERSION:
            raise ShareFormatError(actual=f"{text[:_GROUP]}…")
        return cls(body[1], body[2], body[3 : 3 + _MARK_BYTES], body[3 + _MARK_BYTES :])


def seal(opening: Opening, public_key: bytes, resolution: int, member: int) -> bytes:
    """Return the opening as only the holder of the private key can read it: always `SEALED_BYTES` long.

    Raises RangeError, LengthError, KeyFormatError.
    """
    check_length("public_key", public_key, KEY_BYTES)
    bound = _bound(resolution, member)
    try:
        receiver = import_x25519_public_key(public_key)
    except ValueError as error:
        raise KeyFormatError(actual=public_key) from error
    cipher = HPKE.new(receiver_key=receiver, aead_id=HPKE.AEAD.CHACHA20_POLY1305, info=_INFO)
    sealed: bytes = cipher.seal(bytes([opening.choice]) + opening.salt, auth_data=bound)
    return cipher.enc + sealed


def open_(sealed: bytes, private_key: bytes, resolution: int, member: int) -> Opening:
    """Return the opening that was sealed for this resolution and member.

    That it opens the ballot as well is the caller's to check, by its commitment: who sealed it may have
    sealed another one. Raises RangeError, LengthError, SealBrokenError, ChoiceError.
    """
    check_length("sealed", sealed, SEALED_BYTES)
    check_length("private_key", private_key, KEY_BYTES)
    bound = _bound(resolution, member)
    try:
        cipher = HPKE.new(
            receiver_key=import_x25519_private_key(private_key),
            aead_id=HPKE.AEAD.CHACHA20_POLY1305,
            enc=sealed[:KEY_BYTES],
            info=_INFO,
        )
        plain: bytes = cipher.unseal(sealed[KEY_BYTES:], auth_data=bound)
    except ValueError as error:
        raise SealBrokenError(resolution=resolution, member=member) from error
    return Opening(as_choice(plain[0]), plain[1:])


def split_key(private_key: bytes, threshold: int, count: int) -> list[KeyShare]:
    """Return `count` shares of the key, of which any `threshold` give it back, in its canonical form.

    Raises RangeError, LengthError.
    """
    check_length("private_key", private_key, KEY_BYTES)
    check_range("count", count, MAX_SHARES, least=1)
    check_range("threshold", threshold, count, least=1)
    mark = _mark(_public(private_key))
    whole = _canonical(private_key)
    high = Shamir.split(threshold, count, whole[:_HALF], ssss=False)
    low = Shamir.split(threshold, count, whole[_HALF:], ssss=False)
    return [
        KeyShare(index, threshold, mark, one + other)
        for (index, one), (_, other) in zip(high, low, strict=True)
    ]


def combine_shares(shares: Collection[KeyShare], public_key: bytes) -> bytes:
    """Return the private key of `public_key`, from its shares. The order does not matter.

    Shamir's scheme itself takes any shares and gives some key: that it is the right one is checked here.
    Raises LengthError, ShareStrangerError, ShareCountError, ShareMismatchError.
    """
    check_length("public_key", public_key, KEY_BYTES)
    distinct = set(shares)
    for share in distinct:
        if share.mark != _mark(public_key):
            raise ShareStrangerError(actual=share.index)
    indexes = sorted({share.index for share in distinct})
    needed = max((share.threshold for share in distinct), default=1)
    if len(indexes) < needed:
        raise ShareCountError(actual=len(indexes), limit=needed)
    if len(indexes) == len(distinct):
        private = b"".join(
            Shamir.combine([(share.index, share.value[half]) for share in distinct], ssss=False)
            for half in (slice(_HALF), slice(_HALF, None))
        )
        if private == _canonical(private) and _public(private) == public_key:
            return private
    raise ShareMismatchError(actual=", ".join(map(str, indexes)))


def _public(private_key: bytes) -> bytes:
    raw: bytes = import_x25519_private_key(private_key).public_key().export_key(format="raw")
    return raw


def _canonical(private_key: bytes) -> bytes:
    """Return the key with the five bits that X25519 sets anyway: a false share could differ in them alone."""
    number = int.from_bytes(private_key, "little")
    return (number & (2**254 - 8) | 2**254).to_bytes(KEY_BYTES, "little")


def _bound(resolution: int, member: int) -> bytes:
    check_range("resolution", resolution, MAX_UINT32)
    check_range("member", member, MAX_UINT32)
    return resolution.to_bytes(4) + member.to_bytes(4)


def _mark(public_key: bytes) -> bytes:
    return keccak(public_key)[:_MARK_BYTES]


def _check(raw: bytes) -> bytes:
    return keccak(b"share" + raw)[:_CHECK_BYTES]
