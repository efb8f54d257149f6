"""Cells of the CSV files that people open in a spreadsheet. Pure."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would run a cell that begins so


def inert(cell: str) -> str:
    """Return `cell` so that no spreadsheet runs it: what begins as a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
