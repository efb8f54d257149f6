"""What a form of a page sends: its fields, each read as what it must be, and its files."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Header

from api.askers import body_of
from api.deps import Language
from api.errors import EXPECTED
from api.pages.multipart import Parts, boundary_of, parts_of
from endogene_token.bounds import MAX_UINT32
from endogene_token.errors import RequestShapeError
from endogene_token.i18n import tr

KIND: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 64
LONGEST: Final = 500  # characters of a line of text, unless its reader says another number
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


class Form:
    """The fields of a form. Each reader raises RequestShapeError, in the reader's language."""

    def __init__(
        self, fields: Mapping[str, str], lang: str, files: Mapping[str, bytes] | None = None
    ) -> None:
        self._fields = fields
        self._lang = lang
        self._files = files or {}

    def text(self, name: str, longest: int = LONGEST, *, least: int = 1) -> str:
        """Return a line of text, its ends trimmed."""
        value = self._value(name)
        if not least <= len(value) <= longest or _CONTROLS.search(value):
            raise self._wrong(name, "string_pattern_mismatch")
        return value

    def text_or_none(self, name: str, longest: int = LONGEST) -> str | None:
        """Return a line of text, or None where nothing was filled in."""
        return self.text(name, longest, least=0) or None

    def matching(self, name: str, pattern: str) -> str:
        """Return a text of a form."""
        value = self._value(name)
        if not re.fullmatch(pattern, value):
            raise self._wrong(name, "string_pattern_mismatch")
        return value

    def number(self, name: str, most: int = MAX_UINT32, *, least: int = 0) -> int:
        """Return a whole number from `least` on."""
        value = self._value(name)
        if not _NUMBER.fullmatch(value):
            raise self._wrong(name, "int_type")
        if int(value) > most:
            raise self._wrong(name, "less_than_equal")
        if int(value) < least:
            raise self._wrong(name, "greater_than_equal")
        return int(value)

    def number_or_none(self, name: str) -> int | None:
        """Return a whole number, or None where nothing was filled in."""
        return self.number(name) if self._value(name) else None

    def day(self, name: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self._value(name))
        except ValueError as error:
            raise self._wrong(name, "string_pattern_mismatch") from error

    def packed(self, name: str) -> str:
        """Return what a page put into a field of its own, whatever its length."""
        return self._value(name)

    def file(self, name: str) -> bytes | None:
        """Return a file as it came, or None where the form has no place for one."""
        return self._files.get(name)

    def _value(self, name: str) -> str:
        return self._fields.get(name, "").strip()

    def _wrong(self, name: str, expected: str) -> RequestShapeError:
        # what was typed is not repeated: it may be the number of a card
        return RequestShapeError(field=name, actual="…", limit=tr(EXPECTED[expected], self._lang))


def form(
    body: Annotated[bytes, Depends(body_of)], lang: Language, content_type: Annotated[str, Header()] = ""
) -> Form:
    """Return the form of a request; of a field given twice, the last. Raises RequestShapeError."""
    try:
        found = _parts(body, content_type)
    except ValueError as error:
        raise RequestShapeError(field="body", actual="…", limit=KIND) from error
    return Form(found.fields, lang, found.files)


Sent = Annotated[Form, Depends(form)]


def _parts(body: bytes, kind: str) -> Parts:
    boundary = boundary_of(kind)
    if boundary is not None:
        return parts_of(body, boundary, MOST_FIELDS)
    if kind.partition(";")[0].strip().lower() != KIND:
        raise ValueError("another kind of body")
    pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    return Parts(dict(pairs))
