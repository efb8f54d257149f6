"""The files that pages load, under names that tell their content: a browser keeps each one for good.

    css/shell.css → /static/css/shell.5d0c21f3a9.css

They are read once, at the start. A style sheet names fonts and pictures by their plain names, relative to
itself; what is served names them as they are served.
"""

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = "/static/"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
A_WHILE: Final = "public, max-age=3600"
KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
PACKED: Final = frozenset({".css", ".js", ".svg", ".txt"})
"""What shrinks when it is compressed; pictures and fonts are already."""
_DIGITS: Final = 10
_URL: Final = re.compile(r'url\("([^":]+)"\)')


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served: plain, and packed with gzip where that is shorter."""

    path: str
    content: bytes
    packed: bytes | None
    kind: str


class Assets:
    """Every file of a folder."""

    def __init__(self, folder: Path) -> None:
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        self._contents = {name: (folder / name).read_bytes() for name in names}
        self._served: dict[str, Asset] = {}
        self._paths: dict[str, str] = {}
        for name in names:
            self._serve(name)

    def url(self, name: str) -> str:
        """Return the address of a file, named as in ``css/shell.css``. Raises KeyError for none of ours."""
        return PREFIX + self._serve(name)

    def find(self, path: str) -> tuple[Asset, str] | None:
        """Return what is served under a path after /static/, and how long it may be kept; None for nothing.

        The plain name is served, too: icons are asked for by it.
        """
        if path in self._served:
            return self._served[path], FOR_GOOD
        if path in self._paths:
            return self._served[self._paths[path]], A_WHILE
        return None

    def _serve(self, name: str) -> str:
        if name in self._paths:
            return self._paths[name]
        content, ending = self._contents[name], Path(name).suffix
        if ending == ".css":
            content = _URL.sub(lambda found: self._renamed(name, found[1]), content.decode()).encode()
        stem = name.removesuffix(ending)
        path = f"{stem}.{hashlib.sha256(content).hexdigest()[:_DIGITS]}{ending}"
        packed = gzip.compress(content, mtime=0) if ending in PACKED else None
        self._served[path] = Asset(path, content, packed, KINDS[ending])
        self._paths[name] = path
        return path

    def _renamed(self, sheet: str, relative: str) -> str:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(sheet), relative))
        return f'url("{self.url(name)}")'
