"""Amounts as banks write them, read into integers: no floating-point number on the way."""

import re
from typing import Final

LARGEST: Final = 10**15  # minor units: no account of a cooperative comes near it
_SPACES: Final = "[ \u00a0\u202f]"  # plain, no-break, narrow no-break
_SIGNS: Final = {"": 1, "+": 1, "-": -1, "−": -1}


def minor_units(text: str, digits: int, decimal: str = ".", group: str = "") -> int | None:
    """Return `text` in minor units of a currency with `digits` decimals; None when it is no such amount.

    A sign stands before or after; `group` may part thousands, and then parts all of them. A digit further
    behind the point than the currency knows must be zero: nothing is rounded.
    """
    parting = _SPACES if group == " " else re.escape(group)
    whole = f"[0-9]{{1,3}}(?:{parting}[0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
    pattern = f"([-+−]?) ?({whole})(?:{re.escape(decimal)}([0-9]+))? ?([-+−]?)"
    found = re.fullmatch(pattern, text.strip(" \u00a0\u202f")[:60], re.ASCII)
    if found is None or (found[1] and found[4]):
        return None
    part = (found[3] or "").ljust(digits, "0")
    if part[digits:].strip("0"):
        return None
    amount = int(re.sub("[^0-9]", "", found[2]) + part[:digits])
    return _SIGNS[found[1] or found[4]] * amount if amount < LARGEST else None
