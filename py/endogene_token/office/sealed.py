"""What is kept so that only the office's own key opens it: AES-256-GCM under a subkey of it."""

import secrets
from typing import Final

from Crypto.Cipher import AES

from endogene_token.errors import OfficeKeyError
from endogene_token.office.secret import OfficeSecret, Purpose

_NONCE: Final = 12
_TAG: Final = 16


def seal(secret: OfficeSecret, purpose: Purpose, place: bytes, content: bytes) -> bytes:
    """Return `content` encrypted for the row at `place`: moved to another row, it does not open."""
    nonce = secrets.token_bytes(_NONCE)
    cipher = AES.new(secret.hashed(purpose, ""), AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
    cipher.update(place)
    encrypted, tag = cipher.encrypt_and_digest(content)
    return nonce + tag + encrypted


def unseal(secret: OfficeSecret, purpose: Purpose, place: bytes, sealed: bytes) -> bytes:
    """Return what was sealed. Raises OfficeKeyError for another key, another place, altered bytes."""
    nonce, tag, encrypted = sealed[:_NONCE], sealed[_NONCE : _NONCE + _TAG], sealed[_NONCE + _TAG :]
    cipher = AES.new(secret.hashed(purpose, ""), AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
    cipher.update(place)
    try:
        return cipher.decrypt_and_verify(encrypted, tag)
    except ValueError:
        raise OfficeKeyError from None
