"""What leaves for a device: the message as JSON, with fields that its holder can read; and the answer."""

import json
from typing import Any, Final

from endogene_token.errors import DeviceAnswerError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.i18n import LANGUAGES
from endogene_token.member_acts import Act
from endogene_token.signers.messages import Message, digest, typed_data
from endogene_token.signers.readable import lines
from endogene_token.typed_data import SigningDomain

FORMAT: Final = "endogene-signing-request-1"


def signing_request(key: bytes, message: Message, domain: SigningDomain) -> bytes:
    """Return the request, JSON in UTF-8: the key that must sign, the digest, its typed data, readable lines.

    Bytes are written as 0x…, numbers of the message as decimal digits: no reader rounds them. Of an act it
    holds the encoded content, too, so that the device may compute the hash that it signs.
    """
    data: Any = typed_data(message, domain)
    readable = {lang: lines(message, data["message"], lang) for lang in LANGUAGES}
    data["message"] = {name: _written(value) for name, value in data["message"].items()}
    request = {
        "format": FORMAT,
        "key": _written(key),
        "digest": _written(digest(message, domain)),
        "readable": readable,
        "typed_data": data,
    }
    if isinstance(message, Act):
        request["content"] = _written(message.content.encoded())
    return json.dumps(request, ensure_ascii=False, indent=1).encode()


def answered_signature(answer: bytes) -> bytes:
    """Return the signature in a device's answer: JSON whose field `signature` is 0x and hexadecimal digits.

    Raises DeviceAnswerError.
    """
    try:
        signature = json.loads(answer)["signature"]
        if not signature.startswith("0x"):
            raise DeviceAnswerError(actual=signature)
        return from_hex(signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DeviceAnswerError(actual=ascii(answer)) from error


def _written(value: int | bytes) -> str:
    return to_hex(value) if isinstance(value, bytes) else str(value)
