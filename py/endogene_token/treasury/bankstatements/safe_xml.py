"""XML from strangers: no document type, hence no entity and nothing fetched; bounded in every direction."""

import xml.etree.ElementTree as ET
from typing import Final
from xml.parsers import expat

from endogene_token.errors import (
    StatementDepthError,
    StatementDoctypeError,
    StatementElementsError,
    StatementTooLargeError,
    StatementXmlError,
)
from endogene_token.treasury.bankstatements.lines import LARGEST_FILE

DEEPEST: Final = 40  # elements inside one another: camt.053 needs about 15
MOST_ELEMENTS: Final = 500_000  # of a file: about 200 MB of memory


class _Builder:
    """Builds the tree from expat's events; an element of the root's namespace keeps its local name only."""

    def __init__(self) -> None:
        self.namespace = ""
        self._tree = ET.TreeBuilder()
        self._depth = 0
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._count == 0:
            self.namespace = name.rpartition("}")[0]
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise StatementDepthError(actual=self._depth, limit=DEEPEST)
        if self._count > MOST_ELEMENTS:
            raise StatementElementsError(actual=self._count, limit=MOST_ELEMENTS)
        self._tree.start(self._local(name), attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(self._local(name))

    def _local(self, name: str) -> str:
        namespace, _, local = name.rpartition("}")
        return local if namespace == self.namespace else name

    def data(self, text: str) -> None:
        self._tree.data(text)

    def close(self) -> ET.Element:
        return self._tree.close()


def _doctype(name: str, system: str | None, public: str | None, internal: int) -> None:
    raise StatementDoctypeError(
        actual=f"{name} {system or ''} {public or ''} {'[…]' if internal else ''}".strip()
    )


def parse_xml(raw: bytes, largest: int = LARGEST_FILE) -> tuple[str, ET.Element]:
    """Return the namespace of the root and the root itself, whose own elements bear their local names.

    Raises StatementTooLargeError, StatementDoctypeError, StatementDepthError, StatementElementsError, and
    StatementXmlError for what is not well formed or in no encoding that is known.
    """
    if len(raw) > largest:
        raise StatementTooLargeError(actual=len(raw), limit=largest)
    parser, builder = expat.ParserCreate(namespace_separator="}"), _Builder()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, LookupError, ValueError) as wrong:  # the last two: an unknown encoding
        place = f"{parser.CurrentLineNumber}:{parser.CurrentColumnNumber}"
        raise StatementXmlError(actual=wrong, limit=place) from wrong
    return builder.namespace, builder.close()
