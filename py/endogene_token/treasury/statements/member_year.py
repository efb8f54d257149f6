"""A member's year as a paper: what its purchases brought month by month, and the balance at its end."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

import typst

from endogene_token.treasury.statements.render import STANDARD

TEMPLATE: Final = "member.typ"


def to_pdf(shown: Mapping[str, Any], made_at: datetime) -> bytes:
    """Return the paper as PDF/UA-1; `shown` is every word of it, in the member's language."""
    template = files("endogene_token.treasury.statements").joinpath(TEMPLATE).read_bytes()
    day = made_at.astimezone(UTC)
    told = {**shown, "made": [day.year, day.month, day.day]}
    made = typst.compile(
        template,
        format="pdf",
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        pdf_standards=[STANDARD],
        timestamp=int(made_at.timestamp()),
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError(made)
    return made
