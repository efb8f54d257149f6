"""What works on a person's device when nobody answers: the worker of a door, told which files it keeps.

A browser takes a worker for a new one when a byte of it has changed; it begins with the names of the files,
which tell their content, and with the name under which it keeps them, which changes with what pages say. All
doors are one origin: a worker forgets what an older one of its own door kept, and leaves the others' alone.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files as files_of
from typing import Final

import msgspec
from fastapi import Response

from api.pages.shell import ASSETS, STATIC

POLICY: Final = "default-src 'none'; connect-src 'self'"
_DIGITS: Final = 10


def worker(door: str, script: str, files: Sequence[str], reader: str = "") -> Response:
    """Return the worker of ``/till`` or ``/wallet``, which keeps `files`, named as in ``css/shell.css``.

    `reader`: the file that reads square codes; a device that needs it has it soon after.
    """
    code = (STATIC / script).read_bytes()
    needed = msgspec.json.encode([ASSETS.url(one) for one in files])
    own = f'const READER = "{ASSETS.url(reader)}";\n' if reader else ""
    kept = f"{door.strip('/')}-{sha256(needed + code + _said()).hexdigest()[:_DIGITS]}"
    head = f'"use strict";\nconst FILES = {needed.decode()};\nconst KEPT = "{kept}";\n{own}'
    headers = {
        "Cache-Control": "no-cache",
        "Service-Worker-Allowed": door,
        "Content-Security-Policy": POLICY,
    }
    return Response(head.encode() + code, headers=headers, media_type="text/javascript; charset=utf-8")


@cache
def _said() -> bytes:
    """Return a digest of all that pages say: a kept page is made anew with the release that changes it."""
    templates = sorted(STATIC.with_name("templates").rglob("*.html"))
    words = files_of("endogene_token").joinpath("locale", "fr.po")
    return sha256(b"".join([*(one.read_bytes() for one in templates), words.read_bytes()])).digest()
