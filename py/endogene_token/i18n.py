"""The two languages of everything that a person reads.

The English sentence is the message id; French comes from `locale/fr.po`, read at first use.
A sentence may hold named places, as in ``{actual}``; a literal brace is written twice.
"""

import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from babel.messages.pofile import read_po

LANGUAGES: Final = ("fr", "en")
DEFAULT_LANGUAGE: Final = "fr"


class _Places(dict[str, object]):
    """Leaves a place that nobody filled visible: a sentence with a hole still says more than a crash."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def tr(msgid: str, lang: str, **params: object) -> str:
    """Return the sentence `msgid` in `lang`, its named places filled from `params`.

    A language other than French, or a sentence not translated yet, gives the English text.
    """
    text = french_catalog().get(msgid, msgid) if lang == "fr" else msgid
    return text.format_map(_Places(params))


def mark(msgid: str) -> str:
    """Mark a sentence that is translated later, through a variable, so that the catalog must have it."""
    return msgid


def language(environ: Mapping[str, str] = os.environ) -> str:
    """Return the language of this process: from ENDOGENE_LANG, else LANG, else French."""
    for name in ("ENDOGENE_LANG", "LANG"):
        found = known_language(environ.get(name, ""))
        if found is not None:
            return found
    return DEFAULT_LANGUAGE


def known_language(tag: str) -> str | None:
    """Return the language that a tag such as ``fr_CA.UTF-8`` or ``en-GB`` names, or None if not ours."""
    primary = tag.replace("_", "-").partition("-")[0].partition(".")[0].lower()
    return primary if primary in LANGUAGES else None


@cache
def french_catalog() -> Mapping[str, str]:
    """Return the French sentence of every English one that has a translation."""
    with (files("endogene_token") / "locale" / "fr.po").open("rb") as source:
        catalog = read_po(source, locale="fr_CA", abort_invalid=True)
    return {str(entry.id): str(entry.string) for entry in catalog if entry.id and entry.string}
