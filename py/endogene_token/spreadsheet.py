"""Cells of the CSV files that people open in a spreadsheet. Pure."""

import re
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would run a cell that begins so
# Whoever opens the file may cut it at other separators than ours (in French, at semicolons): a cell then
# begins in the midst of ours, after quotes and spaces without a meaning. Keyboards of East Asia write wide.
_BEGINS: Final = re.compile(r'(^|[,;|\t\r\n])(["\s\u200b\ufeff]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])')
_ODD: Final = ("\t", "\r", "\n")


def inert(cell: str) -> str:
    """Return `cell` so that no spreadsheet runs it: before what begins as a formula comes an apostrophe."""
    tame = _BEGINS.sub(r"\1\2'", cell)
    return f"'{tame}" if tame.startswith(_ODD) else tame
