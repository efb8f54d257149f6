"""The pack for the annual meeting as PDF/UA: what the board tells the members of a year, on paper. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from typing import Final

import typst

TEMPLATE: Final = "annual.typ"
STANDARD: Final = "ua-1"
FRANCE: Final = "FR"
EPOCH: Final = date(1970, 1, 1)
DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Section:
    """A table of two columns: what, then how much; `note` says how to read it."""

    title: str
    head: tuple[str, str]
    rows: Sequence[tuple[str, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """The pack, in the words of its reader. `locale` as the CLDR names it: ``fr_CA``."""

    community: str
    title: str
    subtitle: str
    nothing: str
    locale: str
    day: date
    sections: Sequence[Section]


def to_pdf(pack: Pack) -> bytes:
    """Return the pack; the same pack gives the same bytes."""
    lang, _, region = pack.locale.partition("_")
    shown = {
        **{name: getattr(pack, name) for name in ("community", "title", "subtitle", "nothing")},
        "lang": lang,
        "region": region.lower(),
        "paper": "a4" if region == FRANCE else "us-letter",
        "day": [pack.day.year, pack.day.month, pack.day.day],
        "sections": [asdict(one) for one in pack.sections],
    }
    made = typst.compile(
        files("endogene_token.reports").joinpath(TEMPLATE).read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(shown, ensure_ascii=False)},
        pdf_standards=[STANDARD],
        timestamp=(pack.day - EPOCH).days * DAY_SECONDS,
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError(made)
    return made
