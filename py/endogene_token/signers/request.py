"""What leaves for a device: the message as JSON, with fields that its holder can read; and the answer."""

import json
from typing import Any, Final

from endogene_token.ballots import AssemblyDomain, Choice, Message, digest, typed_data
from endogene_token.errors import DeviceAnswerError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.i18n import LANGUAGES, mark, tr

FORMAT: Final = "endogene-signing-request-1"
_TITLES: Final = {
    "Ballot": mark("Ballot"),
    "SealedBallot": mark("Sealed ballot"),
    "Proposal": mark("Proposal of a resolution"),
    "Notice": mark("Notice of a vote"),
    "Interest": mark("Declaration of an interest"),
}
_LABELS: Final = {
    "resolution": mark("Resolution"),
    "member": mark("Member"),
    "choice": mark("Choice"),
    "sequence": mark("Ballot number"),
    "commitment": mark("Seal (hash)"),
    "text": mark("Text (hash)"),
    "kind": mark("Kind"),
    "calls": mark("Calls (hash)"),
    "nonce": mark("Serial number"),
    "opensAt": mark("Opens at (seconds since 1970)"),
}
_CHOICES: Final = {
    Choice.FOR: mark("For"),
    Choice.AGAINST: mark("Against"),
    Choice.ABSTAIN: mark("Abstention"),
}


def signing_request(key: bytes, message: Message, domain: AssemblyDomain) -> bytes:
    """Return the request, JSON in UTF-8: the key that must sign, the digest, its typed data, readable lines.

    Bytes are written as 0x…, numbers of the message as decimal digits: no reader rounds them.
    """
    data: Any = typed_data(message, domain)
    data["message"] = {name: _written(value) for name, value in data["message"].items()}
    request = {
        "format": FORMAT,
        "key": _written(key),
        "digest": _written(digest(message, domain)),
        "readable": {lang: _lines(data, lang) for lang in LANGUAGES},
        "typed_data": data,
    }
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


def _lines(data: Any, lang: str) -> list[dict[str, str]]:
    lines = [{"label": tr("To sign", lang), "value": tr(_TITLES[data["primaryType"]], lang)}]
    for name, value in data["message"].items():
        shown = tr(_CHOICES[Choice(int(value))], lang) if name == "choice" else value
        lines.append({"label": tr(_LABELS[name], lang), "value": shown})
    return lines
