"""What a page or a paper says, as somebody reads it who does not have its making: plain words, in order."""

import re
from html.parser import HTMLParser
from io import BytesIO
from typing import Final

from pypdf import PdfReader

UNSEEN: Final = {"script", "style", "svg", "title", "head"}
SPACE: Final = re.compile(r"[ \t\n\r\xa0\u202f]+")


class _Words(HTMLParser):
    """Gathers the texts of a page, but for what nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self._inside += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.found.append(plain(data))


def plain(text: str) -> str:
    """Return a text with one ordinary space wherever there is any."""
    return SPACE.sub(" ", text).strip()


def said(html: str) -> str:
    """Return what a page says, its parts apart by ` | `."""
    words = _Words()
    words.feed(html)
    return " | ".join(words.found)


def part(html: str, heading: str) -> str:
    """Return what a part of a page says: from its heading (its id) to the end of the section."""
    _, found, rest = html.partition(f'id="{heading}"')
    assert found, heading
    return said("<p " + rest.partition("</section>")[0])


def paper(content: bytes) -> str:
    """Return what a PDF says, line by line."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return "\n".join(plain(line) for line in "\n".join(pages).splitlines())
