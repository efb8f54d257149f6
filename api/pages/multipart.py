"""A form that brings a file, taken apart. Pure.

--boundary CRLF headers CRLF CRLF content CRLF --boundary … CRLF --boundary--
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_BOUNDARY: Final = re.compile(
    r'multipart/form-data;\s*boundary="?([A-Za-z0-9\'()+_,./:=?-]{1,70})"?', re.ASCII | re.IGNORECASE
)
_NAME: Final = re.compile(rb'[;\s]name="([^"\r\n]{1,60})"')
_FILE: Final = re.compile(rb'[;\s]filename="')


@dataclass(frozen=True, slots=True)
class Parts:
    """The fields as text, and the files as they came."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def boundary_of(kind: str) -> bytes | None:
    """Return what stands between the parts, from a Content-Type; None for another kind of body."""
    found = _BOUNDARY.fullmatch(kind.strip())
    return None if found is None else found[1].encode()


def parts_of(body: bytes, boundary: bytes, most: int) -> Parts:
    """Return the parts of a body, of two under one name the last. Raises ValueError for what is no form."""
    found = Parts()
    for head, content in _cut(body, boundary, most):
        name = _NAME.search(head)
        if name is None:
            raise ValueError("a part without a name")
        if _FILE.search(head):
            found.files[name[1].decode()] = content
        else:
            found.fields[name[1].decode()] = content.decode()
    return found


def _cut(body: bytes, boundary: bytes, most: int) -> Iterator[tuple[bytes, bytes]]:
    mark = b"\r\n--" + boundary
    first, *parts = (b"\r\n" + body).split(mark, most + 1)
    if first or not parts or not parts[-1].startswith(b"--"):
        raise ValueError("no form")
    for part in parts[:-1]:
        head, middle, content = part.partition(b"\r\n\r\n")
        if not middle:
            raise ValueError("a part without an end")
        yield head, content
