"""A member's key in a file of its own: an Ethereum keystore, encrypted with a passphrase."""

from pathlib import Path
from typing import Self

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from endogene_token.errors import KeyFormatError
from endogene_token.hexes import from_hex
from endogene_token.keyfile import decrypt_key, encrypt_key, read_key_file, write_key_file
from endogene_token.signers.messages import Message, digest
from endogene_token.typed_data import SigningDomain


class KeyfileSigner:
    """Signs with a key on the curve secp256k1, decrypted while this object lives. It shows its address."""

    __slots__ = ("_account",)

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    def __repr__(self) -> str:
        return f"KeyfileSigner({self._account.address})"

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Return the signer whose keystore is in `path`.

        Raises KeyMissingError, KeyExposedError (others may read the file), KeyFormatError, KeyPasswordError.
        """
        secret = decrypt_key(read_key_file(path), str(path), passphrase)
        try:
            return cls(Account.from_key(secret))
        except ValueError:  # "from None": the message of the library could quote the key
            raise KeyFormatError(actual=path) from None

    @classmethod
    def create(cls, path: Path, passphrase: str) -> Self:
        """Return a signer with a new key, once it is kept in the new file `path`.

        Raises KeyExistsError, KeyMissingError (it cannot be written).
        """
        account: LocalAccount = Account.create()
        write_key_file(path, encrypt_key(bytes(account.key), passphrase))
        return cls(account)

    @property
    def key(self) -> bytes:
        """The 20 bytes of the address."""
        return from_hex(self._account.address)

    def sign(self, message: Message, domain: SigningDomain) -> bytes:
        """Return r, s and v: 65 bytes."""
        return bytes(self._account.unsafe_sign_hash(Hash32(digest(message, domain))).signature)
