"""What the server's copies of secrets are made with: the passphrase of hosted keys, the secrets of webhooks.

Warning: who loses it must rotate every hosted till; it belongs in a backup of its own, away from the
database's.
"""

import hmac
import secrets
from contextlib import suppress
from typing import Final

from endogene_token.config import Settings
from endogene_token.errors import DataFolderError, KeyExistsError
from endogene_token.keyfile import read_key_file, write_key_file

FILE: Final = "hosting.key"
_BYTES: Final = 32


def hosting_passphrase(settings: Settings) -> str:
    """Return the setting `hosting_passphrase`, else that of the data folder, made at first use.

    Raises DataFolderError, and what `keyfile` raises.
    """
    if settings.hosting_passphrase is not None:
        return settings.hosting_passphrase
    path = settings.data_dir.absolute().joinpath("keys", FILE)
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise DataFolderError(actual=path.parent) from error
        with suppress(KeyExistsError):  # another process made it meanwhile
            write_key_file(path, secrets.token_hex(_BYTES))
    return read_key_file(path)


def webhook_secret(passphrase: str, kind: str, merchant: int, generation: int) -> str:
    """Return the secret of a merchant's deliveries: derived, so that no table holds it. 64 hex digits."""
    told = f"endogene webhook v1: {kind} {merchant} {generation}"
    return hmac.digest(passphrase.encode(), told.encode(), "sha256").hex()
