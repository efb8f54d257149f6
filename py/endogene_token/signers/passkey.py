"""Passkeys: a browser's WebAuthn assertion, turned into what OpenZeppelin's verifier takes (ERC-7913).

The challenge is the digest of the message, 32 bytes. Every rule of the contract's `WebAuthn.verify` is
checked here first, so that a signature that leaves is one that counts. The contract reads neither the origin
nor the counter: the browser answers for the first, nobody for the second.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS
from Crypto.Util.asn1 import DerSequence
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address

from endogene_token.bounds import address_bytes, check_length, is_whole
from endogene_token.errors import (
    AssertionShapeError,
    ChallengeMismatchError,
    HolderUnverifiedError,
    KeyFormatError,
    SignatureMismatchError,
)
from endogene_token.signers.messages import Message, digest
from endogene_token.typed_data import SigningDomain

PASSKEY_BYTES: Final = 84  # the verifier's address, then x and y
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_FIELD: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1  # of P-256: coordinates are below it
PRESENT: Final = 0x01  # the holder touched the device
VERIFIED: Final = 0x04  # it knew the holder by finger, face or code
_BACKUP_ELIGIBLE: Final = 0x08
_BACKED_UP: Final = 0x10
_FLAGS_PLACE: Final = 32  # after the hash of the site
_SHORTEST_DATA: Final = 37
_TYPE: Final = b'"type":"webauthn.get"'
# r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON: the contract reads its struct's fields
# from the first byte on, without the offset that stands before a struct; a string is encoded as bytes are.
_LAYOUT: Final = ("bytes32", "bytes32", "uint256", "uint256", "bytes", "bytes")


@dataclass(frozen=True, slots=True)
class Assertion:
    """What `navigator.credentials.get` answers, byte for byte; the signature in DER, as browsers give it."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes


class Authenticator(Protocol):
    """What holds the private key of a passkey: a phone, a security key, a browser that asks one."""

    def assertion(self, challenge: bytes) -> Assertion:
        """Return the assertion for this challenge, once the holder agreed."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """What the register holds of a passkey: its verifier (a contract) and its public point on P-256.

    Raises AddressError, KeyFormatError (no point of the curve).
    """

    verifier: str
    x: int
    y: int

    def __post_init__(self) -> None:
        address_bytes(self.verifier)
        # The library takes (0, 0) for the point at infinity, which is no key and which the contract refuses.
        if not (is_whole(self.x, 0, _FIELD - 1) and is_whole(self.y, 0, _FIELD - 1) and (self.x or self.y)):
            raise KeyFormatError(actual=f"({self.x}, {self.y})")
        try:
            ECC.construct(curve="P-256", point_x=self.x, point_y=self.y)
        except ValueError as error:
            raise KeyFormatError(actual=f"({self.x}, {self.y})") from error

    @classmethod
    def from_key(cls, key: bytes) -> Self:
        """Return the passkey registered as these 84 bytes. Raises LengthError, KeyFormatError."""
        check_length("key", key, PASSKEY_BYTES)
        verifier = to_checksum_address(key[:20])
        return cls(verifier, int.from_bytes(key[20:52]), int.from_bytes(key[52:]))

    @classmethod
    def from_registration(cls, verifier: str, public_key: bytes) -> Self:
        """Return the passkey that a browser registered; `public_key` as its `getPublicKey()` gave it (SPKI).

        Raises AddressError, KeyFormatError (no key on P-256).
        """
        try:
            point = ECC.import_key(public_key)
        except ValueError as error:
            raise KeyFormatError(actual=public_key) from error
        if point.curve != "NIST P-256":
            raise KeyFormatError(actual=public_key)
        return cls(verifier, int(point.pointQ.x), int(point.pointQ.y))

    @property
    def key(self) -> bytes:
        """The 84 bytes that the register holds."""
        return address_bytes(self.verifier) + self.x.to_bytes(32) + self.y.to_bytes(32)

    def encode(self, assertion: Assertion, digest_: bytes) -> bytes:
        """Return the assertion as the contract takes it, its s the lower of the two values.

        Raises AssertionShapeError, ChallengeMismatchError, HolderUnverifiedError, SignatureMismatchError.
        """
        r, s = _numbers(assertion.signature)
        _check_flags(assertion.authenticator_data)
        type_index = assertion.client_data.find(_TYPE)
        if type_index < 0:
            raise AssertionShapeError(field="clientDataJSON", actual=ascii(assertion.client_data))
        challenge_index = assertion.client_data.find(_challenge(digest_))
        if challenge_index < 0:
            raise ChallengeMismatchError(actual=_told(assertion.client_data), limit=_base64(digest_))
        lower = min(s, ORDER - s)
        self._verify(assertion.authenticator_data, assertion.client_data, r, lower)
        values = (r.to_bytes(32), lower.to_bytes(32), challenge_index, type_index)
        return encode(_LAYOUT, (*values, assertion.authenticator_data, assertion.client_data))

    def check(self, digest_: bytes, signature: bytes) -> None:
        """Raise SignatureError unless the contract would take `signature`, so encoded, for this passkey."""
        try:
            r, s, challenge_index, type_index, data, client = decode(_LAYOUT, signature)
        except DecodingError as error:
            raise AssertionShapeError(field="signature", actual=signature) from error
        _check_flags(data)
        if not client[type_index:].startswith(_TYPE):
            raise AssertionShapeError(field="clientDataJSON", actual=ascii(client))
        if not client[challenge_index:].startswith(_challenge(digest_)):
            raise ChallengeMismatchError(actual=_told(client), limit=_base64(digest_))
        self._verify(data, client, int.from_bytes(r), int.from_bytes(s))

    def _verify(self, data: bytes, client: bytes, r: int, s: int) -> None:
        """Raise SignatureMismatchError unless r and s, the lower of its two values, sign these data."""
        if 2 * s > ORDER:
            raise SignatureMismatchError(limit=self.key)
        signed = SHA256.new(data + SHA256.new(client).digest())
        point = ECC.construct(curve="P-256", point_x=self.x, point_y=self.y)
        try:
            DSS.new(point, "fips-186-3").verify(signed, r.to_bytes(32) + s.to_bytes(32))
        except ValueError as error:
            raise SignatureMismatchError(limit=self.key) from error


class PasskeySigner:
    """Signs with a passkey, through whatever holds its private key."""

    __slots__ = ("_authenticator", "_passkey")

    def __init__(self, passkey: Passkey, authenticator: Authenticator) -> None:
        self._passkey = passkey
        self._authenticator = authenticator

    @property
    def key(self) -> bytes:
        """The 84 bytes of the passkey."""
        return self._passkey.key

    def sign(self, message: Message, domain: SigningDomain) -> bytes:
        """Return the assertion for this message, as the contract takes it. Raises as `encode` does."""
        challenge = digest(message, domain)
        return self._passkey.encode(self._authenticator.assertion(challenge), challenge)


def _numbers(der: bytes) -> tuple[int, int]:
    """Return r and s. Raises AssertionShapeError."""
    try:
        pair: Any = DerSequence().decode(der, strict=True, nr_elements=2, only_ints_expected=True)
        r, s = pair
    except ValueError as error:
        raise AssertionShapeError(field="signature", actual=der) from error
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise AssertionShapeError(field="signature", actual=der)
    return r, s


def _check_flags(data: bytes) -> None:
    if len(data) < _SHORTEST_DATA:
        raise AssertionShapeError(field="authenticatorData", actual=data)
    flags = data[_FLAGS_PLACE]
    if flags & (PRESENT | VERIFIED) != PRESENT | VERIFIED:
        raise HolderUnverifiedError(actual=f"{flags:08b}")
    if flags & _BACKED_UP and not flags & _BACKUP_ELIGIBLE:
        raise AssertionShapeError(field="authenticatorData", actual=data)


def _base64(digest_: bytes) -> str:
    return urlsafe_b64encode(digest_).rstrip(b"=").decode()


def _challenge(digest_: bytes) -> bytes:
    return f'"challenge":"{_base64(digest_)}"'.encode()


def _told(client: bytes) -> str:
    found = re.search(rb'"challenge":"([^"]*)"', client)
    return ascii(found[1].decode("ascii", "replace")) if found else "-"
