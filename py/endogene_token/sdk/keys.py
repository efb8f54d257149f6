"""The key of a till: where it is kept, and what it signs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from endogene_token.errors import KeyFormatError, KeyMissingError
from endogene_token.keyfile import decrypt_key, encrypt_key, read_key_file, write_key_file
from endogene_token.receipts import Batch, Domain, compact, digest

ENVIRONMENT: Final = "ENDOGENE_TILL_KEY"
_HEX_DIGITS: Final = 64


class TillKey:
    """A private key on the curve secp256k1. It shows its address, never itself."""

    __slots__ = ("_account",)

    def __init__(self, private_key: bytes) -> None:
        """Take the 32 bytes of the private key. Raises KeyFormatError when they are not one."""
        try:
            self._account: LocalAccount = Account.from_key(private_key)
        except ValueError:  # "from None": the message of the library could quote the key
            raise KeyFormatError(actual="the given bytes") from None

    def __repr__(self) -> str:
        return f"TillKey({self.address})"

    @classmethod
    def generate(cls) -> Self:
        """Return a new key from the system's random source."""
        return cls(bytes(Account.create().key))

    @classmethod
    def from_file(cls, path: Path, password: str | None = None) -> Self:
        """Return the key in `path`: 64 hexadecimal digits, or an Ethereum keystore in JSON.

        Raises KeyMissingError, KeyExposedError (others may read the file), KeyFormatError, KeyPasswordError.
        """
        return cls._read(read_key_file(path), str(path), password)

    @classmethod
    def from_environment(cls, variable: str = ENVIRONMENT, environ: Mapping[str, str] = os.environ) -> Self:
        """Return the key that the environment `variable` holds as 64 hexadecimal digits.

        Raises KeyMissingError, KeyFormatError.
        """
        text = environ.get(variable, "").strip()
        if not text:
            raise KeyMissingError(actual=variable)
        return cls._read(text, variable, None)

    @property
    def address(self) -> str:
        """The public address, with its checksum: what the register holds of this till."""
        return str(self._account.address)

    def save(self, path: Path, password: str | None = None) -> None:
        """Write the key to the new file `path`, readable by its owner only; encrypted with `password`.

        Raises KeyExistsError when the file exists: a key is never overwritten; KeyMissingError when the file
        cannot be written.
        """
        text = bytes(self._account.key).hex() if password is None else self.encrypted(password)
        write_key_file(path, text)

    def encrypted(self, password: str) -> str:
        """Return the key, encrypted with `password`, as an Ethereum keystore (version 3, JSON)."""
        return encrypt_key(bytes(self._account.key), password)

    def sign(self, batch: Batch, domain: Domain) -> bytes:
        """Return the compact signature (ERC-2098, 64 bytes) of `batch` in this domain."""
        return self.sign_digest(digest(batch, domain))

    def sign_digest(self, digest_: bytes) -> bytes:
        """Return the compact signature (ERC-2098, 64 bytes) of 32 bytes that EIP-712 gave."""
        signed = self._account.unsafe_sign_hash(Hash32(digest_))
        return compact(signed.r, signed.s, signed.v - 27)

    @classmethod
    def _read(cls, text: str, source: str, password: str | None) -> Self:
        if text.startswith("{"):
            return cls(decrypt_key(text, source, password))
        digits = text.removeprefix("0x")
        if len(digits) != _HEX_DIGITS or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            raise KeyFormatError(actual=source)
        return cls(bytes.fromhex(digits))
