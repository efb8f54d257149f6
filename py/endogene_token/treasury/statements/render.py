"""The papers of an issued statement: JSON, CSV, PDF. The same statement gives the same bytes.

JSON is what is stored, byte for byte. CSV and PDF follow from it, from the sentences and the template of this
version of the program, and the PDF from the version of its compiler, which is pinned.
"""

import csv
import io
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

import typst

from endogene_token.errors import SettingError
from endogene_token.spreadsheet import inert
from endogene_token.treasury.statements.document import StatementDocument, Sums
from endogene_token.treasury.statements.view import ENTRY_KINDS, REASONS, view
from endogene_token.treasury.statements.words import Words

TEMPLATE: Final = "statement.typ"
STANDARD: Final = "ua-1"  # PDF/UA-1: tagged, titled, in a language; the compiler refuses what is not
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"  # or some spreadsheets read UTF-8 as something else

Cells = tuple[str, ...]


def to_json(document: StatementDocument) -> bytes:
    """Return the statement as it is stored."""
    return document.canonical()


def to_pdf(document: StatementDocument, logo: bytes, lang: str) -> bytes:
    """Return the statement as PDF/UA-1, dated at its issue. Raises SettingError when the logo is no SVG."""
    template = files("endogene_token.treasury.statements").joinpath(TEMPLATE).read_bytes()
    shown = view(document, lang) | {"logo": logo.decode("utf-8", "replace")}
    try:
        made = typst.compile(
            template,
            format="pdf",
            sys_inputs={"data": json.dumps(shown, ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=document.issued_at,
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        if logo and "SVG" in str(error):
            raise SettingError(field="logo", actual=document.look.logo[:16], limit="SVG") from error
        raise
    if not isinstance(made, bytes):
        raise TypeError(made)
    return made


def to_csv(document: StatementDocument, lang: str) -> bytes:
    """Return every figure of the statement as a table: UTF-8, for French with semicolons and commas.

    Amounts are in units of the currency; a text that a spreadsheet would compute is made a text.
    """
    words = Words(lang, document.look.region, document.currency)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow(_head(words))
    for row in _rows(document, words):
        writer.writerow((document.number, document.month, str(document.figures.merchant), *row))
    return (BOM + out.getvalue()).encode()


def _head(words: Words) -> Cells:
    return (
        words.tr("Statement"),
        words.tr("Month"),
        words.tr("Merchant"),
        words.tr("Part"),
        words.tr("Day"),
        words.tr("Till"),
        words.tr("What"),
        words.tr("Number"),
        words.tr("Amount"),
        words.tr("Premium"),
        words.tr("Reference"),
    )


def _rows(document: StatementDocument, words: Words) -> Iterator[Cells]:
    for part in (_account_rows, _currency_rows, _total_rows, _day_rows):
        yield from part(document, words)
    for entry in document.figures.entries:
        what = words.tr(ENTRY_KINDS[entry.kind], project=entry.project, merchant=entry.merchant)
        premium = words.plain(entry.premium) if entry.premium else ""
        amount = words.plain(entry.amount)
        yield ("entry", entry.day, "", inert(what), "1", amount, premium, inert(entry.reference))


def _account_rows(document: StatementDocument, words: Words) -> Iterator[Cells]:
    account = document.figures.account
    amounts = {
        "opening": account.opening.value,
        "premiums": account.premiums,
        "reversals": -account.reversals,
        "currency-premiums": account.currency_premiums,
        "returned-premiums": -account.returned_premiums,
        "settled": -account.settled,
        "netted": -account.netted,
        "written-off": -account.written_off,
        "closing": account.closing.value,
    }
    for what, amount in amounts.items():
        yield ("account", "", "", what, "", words.plain(amount), "", "")


def _currency_rows(document: StatementDocument, words: Words) -> Iterator[Cells]:
    held = document.figures.project_currency
    signed = {
        "opening": (Sums(amount=held.opening), 1),
        "from-projects": (held.from_projects, 1),
        "from-merchants": (held.from_merchants, 1),
        "paid-on": (held.paid_on, -1),
        "returned": (held.returned, -1),
        "netted": (held.netted, -1),
        "cashed": (held.cashed, -1),
        "closing": (Sums(amount=held.closing), 1),
        "asked": (held.asked, 1),
        "awaiting": (held.awaiting, 1),
    }
    for what, (sums, sign) in signed.items():
        yield ("project-currency", "", "", what, str(sums.count), words.plain(sign * sums.amount), "", "")


def _total_rows(document: StatementDocument, words: Words) -> Iterator[Cells]:
    taxes, net = document.taxes, document.net
    for line in taxes.lines:
        name = line.name_fr if words.lang == "fr" else line.name_en
        yield ("tax", "", "", inert(name), "", words.plain(line.amount), "", inert(line.registration))
    totals = {
        "taxes-opening": taxes.opening,
        "taxes-received": -taxes.received,
        "taxes-closing": taxes.closing,
        "due": net.due,
        "payable": net.payable,
        "carried": net.carried,
    }
    for what, amount in totals.items():
        yield ("total", "", "", what, "", words.plain(amount), "", "")


def _day_rows(document: StatementDocument, words: Words) -> Iterator[Cells]:
    for day in document.figures.days:
        till = str(day.till)
        if day.sales.count:
            sold, premium = words.plain(day.sales.amount), words.plain(day.premiums)
            yield ("day", day.day, till, "sales", str(day.sales.count), sold, premium, "")
        if day.refunds.count:
            sold, premium = words.plain(-day.refunds.amount), words.plain(-day.reversals)
            yield ("day", day.day, till, "refunds", str(day.refunds.count), sold, premium, "")
    for one in document.figures.refusals:
        what = "refused-refunds" if one.is_refund else "refused-sales"
        reason = inert(words.tr(REASONS[one.reason]))
        amount = words.plain(one.items.amount)
        yield ("refused", one.day, str(one.till), what, str(one.items.count), amount, "", reason)
