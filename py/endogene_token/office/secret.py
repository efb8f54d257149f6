"""The secret of the office, under which card and telephone numbers are hashed.

Warning: who loses it must issue every card anew; who steals it, and the database with it, can count through
all telephone numbers. It belongs in a backup of its own, away from the database's.
"""

import hmac
import secrets
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Final, Self

from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.errors import DataFolderError, KeyExistsError, KeyFormatError, OfficeKeyError
from endogene_token.keyfile import read_key_file, write_key_file
from endogene_token.office.models import OfficeMark

_BYTES: Final = 32
_HASH: Final = "sha256"
_DOMAIN: Final = b"endogene office v1: "


class Purpose(Enum):
    """What a hash is for: each has a subkey, so that equal values of two kinds have different hashes."""

    CARD = b"card number"
    PHONE = b"telephone number"
    MARK = b"mark of the database"
    ANSWER = b"answers kept for a repeated request"
    WEBHOOK = b"secrets of webhooks"
    LINE = b"commitments to bank lines"
    NAME = b"names of staff"
    BANK = b"accounts and files of the bank"
    SALES = b"files of sales under way"


class OfficeSecret:
    """The office's key. It hashes; it never shows itself."""

    __slots__ = ("_root",)

    def __init__(self, root: bytes) -> None:
        """Take the key. Raises KeyFormatError unless it has 32 bytes."""
        if len(root) != _BYTES:
            raise KeyFormatError(actual="office_key")
        self._root = root

    def __repr__(self) -> str:
        return "OfficeSecret(…)"

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Return the key of the setting `office_key`, else that of the data folder, made at first use.

        Raises DataFolderError, and what `keyfile` raises.
        """
        if settings.office_key is not None:
            return cls(bytes.fromhex(settings.office_key.removeprefix("0x")))
        path = key_path(settings.data_dir)
        if not path.exists():
            _make(path)
        try:
            return cls(bytes.fromhex(read_key_file(path)))
        except ValueError:  # "from None": the message of the library could quote the key
            raise KeyFormatError(actual=path) from None

    def hashed(self, purpose: Purpose, value: str) -> bytes:
        """Return the 32 bytes that stand for `value` in the database: HMAC-SHA-256 under the subkey."""
        subkey = hmac.digest(self._root, _DOMAIN + purpose.value, _HASH)
        return hmac.digest(subkey, value.encode(), _HASH)

    def claim(self, session: Session) -> None:
        """Mark a new database as this key's. Raises OfficeKeyError when it was begun with another key.

        Without this, a lost key would look like a town full of unknown cards.
        """
        own = self.hashed(Purpose.MARK, "")
        found = session.get(OfficeMark, 1)
        if found is None:
            session.add(OfficeMark(only_row=1, mark=own))
        elif not hmac.compare_digest(found.mark, own):
            raise OfficeKeyError


def key_path(data_dir: Path) -> Path:
    """Return where the data folder keeps the key."""
    return data_dir.absolute() / "keys" / "office.key"


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DataFolderError(actual=path.parent) from error
    with suppress(KeyExistsError):  # another process made it meanwhile
        write_key_file(path, secrets.token_hex(_BYTES))
