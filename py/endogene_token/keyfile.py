"""Files of private keys: read only when no one else may, written once, never over another one."""

import errno
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from eth_account import Account

from endogene_token.errors import (
    DiskFullError,
    KeyExistsError,
    KeyExposedError,
    KeyFormatError,
    KeyMissingError,
    KeyPasswordError,
)

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_key_file(path: Path) -> str:
    """Return the text of the key file `path`, without spaces around it.

    Raises KeyMissingError, KeyExposedError (others may read the file), KeyFormatError (no ASCII).
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise KeyMissingError(actual=path) from error
    except UnicodeDecodeError:  # "from None": the message of the library could quote the key
        raise KeyFormatError(actual=path) from None
    if os.name == "posix" and mode & _OTHERS:
        raise KeyExposedError(actual=oct(stat.S_IMODE(mode)), limit=oct(0o600), path=path)
    return text


def keep_private(path: Path) -> None:
    """Take from others what rights they have to a file or a folder of this program's. Raises OSError."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & _OTHERS:
        path.chmod(mode & ~_OTHERS)


def write_key_file(path: Path, text: str) -> None:
    """Write `text` to the new file `path`, whole or not at all, readable by its owner only.

    Raises KeyExistsError when the file exists, DiskFullError, KeyMissingError when it cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=".key-") as draft:
            draft.write(text + "\n")
            draft.flush()
            os.fsync(draft.fileno())
            os.link(draft.name, path)  # unlike a rename, never over another file
    except FileExistsError as error:
        raise KeyExistsError(actual=path) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(actual=path.parent) from error
        raise KeyMissingError(actual=path) from error


def encrypt_key(key: bytes, password: str) -> str:
    """Return `key`, encrypted with `password`, as an Ethereum keystore (version 3, JSON)."""
    return json.dumps(Account.encrypt(key, password))


def decrypt_key(text: str, source: str, password: str | None) -> bytes:
    """Return the key in the keystore `text`, which came from `source`.

    Raises KeyPasswordError, KeyFormatError.
    """
    if password is None:
        raise KeyPasswordError(actual=source)
    try:
        return bytes(Account.decrypt(text, password))
    except ValueError as error:
        if "MAC mismatch" in str(error):
            raise KeyPasswordError(actual=source) from None
        raise KeyFormatError(actual=source) from None
    except (KeyError, TypeError, NotImplementedError):
        raise KeyFormatError(actual=source) from None
