"""What every error of the project carries: a name, what happened, the value, the limit, what to do."""

import re
import unicodedata
from typing import ClassVar

from endogene_token.hexes import to_hex
from endogene_token.i18n import tr

LONGEST_SHOWN = 120  # characters of a value in a message: one line of a terminal


class EndogeneError(Exception):
    """The root of all errors that a person or a program may meet.

    `what` and `advice` are English sentences (the ids of their French ones) with named places: ``{actual}``,
    ``{limit}`` and whatever else the class needs. They document the class: no docstring repeats them.
    `code` is the kebab-case name used in URLs of problems and in JSON; it follows from the class's name.
    """

    code: ClassVar[str] = "endogene"
    what: ClassVar[str] = "Something went wrong: {actual}."
    advice: ClassVar[str] = (
        "Try again; if it happens again, send the log to the people who run your community's ledger."
    )

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__.removesuffix("Error")).lower()

    def __init__(self, *, actual: object = None, limit: object = None, **params: object) -> None:
        """Keep the value met (`actual`), the one allowed (`limit`) and the other places of the sentences."""
        super().__init__()
        self.actual = actual
        self.limit = limit
        self.params = params
        self.service = ""

    def __str__(self) -> str:
        return self.render("en")

    @property
    def doc_url(self) -> str:
        """The page about this error: of the service that a client of the SDK was using, else a bare path."""
        return f"{self.service}/v1/problems/{self.code}"

    def render(self, lang: str) -> str:
        """Return what happened and what to do, in `lang`, as one line."""
        return f"{self._sentence(self.what, lang)} {self._sentence(self.advice, lang)}"

    def as_dict(self, lang: str) -> dict[str, str | None]:
        """Return the parts in `lang`, for JSON: every value is a string, or None where there is none."""
        return {
            "code": self.code,
            "error": type(self).__name__,
            "what": self._sentence(self.what, lang),
            "actual": None if self.actual is None else shown(self.actual),
            "limit": None if self.limit is None else shown(self.limit),
            "advice": self._sentence(self.advice, lang),
        }

    def _sentence(self, msgid: str, lang: str) -> str:
        values = {"actual": self.actual, "limit": self.limit, **self.params}
        return tr(msgid, lang, **{name: shown(value) for name, value in values.items()})


def shown(value: object) -> str:
    """Return `value` fit for a message: bytes as 0x…, at most `LONGEST_SHOWN` long, no control codes."""
    if isinstance(value, (bytes, bytearray)):
        text = to_hex(bytes(value[:LONGEST_SHOWN]))
    elif isinstance(value, int) and value.bit_length() > 256:
        text = hex(value)  # Python refuses to write an int of many thousand digits in decimal
    else:
        text = str(value)
    if len(text) > LONGEST_SHOWN:
        text = text[: LONGEST_SHOWN - 1] + "…"
    return "".join("·" if unicodedata.category(letter).startswith("C") else letter for letter in text)
