"""Why sales were refused, as a CSV file to work through in a spreadsheet. Pure."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from endogene_token.sales.deliveries import Refused
from endogene_token.spreadsheet import inert

BOM: Final = "\ufeff"  # by which a spreadsheet knows UTF-8: without it, accents are two letters each
HEADER: Final = ("line", "receipt", "code", "reason", "actual", "limit")


def errors_csv(refused: Iterable[Refused], lang: str) -> str:
    """Return the refused sales as CSV, their reasons in `lang`; no cell of it runs as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for one in refused:
        parts = one.error.as_dict(lang)
        reason = f"{parts['what']} {parts['advice']}"
        cells = (one.receipt, one.error.code, reason, parts["actual"] or "", parts["limit"] or "")
        writer.writerow((one.line, *map(inert, cells)))
    return BOM + text.getvalue()
