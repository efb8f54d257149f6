"""The file of accounting entries (FEC) that the French tax authority asks for: article A47 A-1 of the LPF.

One file a fiscal year, the opening balances first, then every entry in the order in which it became final:
eighteen fields a line, tabs between them. What the chain has made final cannot be edited, so an entry is
valid from its own day on. Labels are French, whatever the language of who asks.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from endogene_token.errors import SirenError, YearEmptyError
from endogene_token.treasury.books.amounts import decimal_text
from endogene_token.treasury.books.chart import Chart
from endogene_token.treasury.books.journal import Entry, Line

FIELDS: Final = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
)
SEPARATOR: Final = "\t"
NEW_LINE: Final = "\r\n"
ENCODING: Final = "iso8859-15"
SIREN_DIGITS: Final = 9
PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u202f": "\xa0"}
)
"""What ISO 8859-15 has not."""


class FecFile(NamedTuple):
    """A file: its name, its bytes."""

    name: str
    content: bytes


def fec(entries: Iterable[Entry], chart: Chart, *, year: int, siren: str, currency: str) -> FecFile:
    """Return the file of the fiscal year that ends in the calendar year `year`.

    Raises SirenError, and YearEmptyError when nothing is booked in that year.
    """
    require_siren(siren)
    lines = [SEPARATOR.join(FIELDS)]
    years: dict[int, date] = {}
    for entry in entries:
        years[entry.year.name] = entry.year.last
        if entry.year.name == year:
            lines += (SEPARATOR.join(fields) for fields in _lines(entry, chart, currency))
    if year not in years:
        raise YearEmptyError(actual=year, limit=", ".join(map(str, years)) or "∅")
    text = NEW_LINE.join([*lines, ""])
    name = f"{siren}FEC{_day(years[year])}.txt"
    return FecFile(name, text.translate(PLAIN).encode(ENCODING, errors="replace"))


def require_siren(siren: str) -> None:
    """Raise SirenError unless the number has nine digits and its last one checks (Luhn)."""
    if not (len(siren) == SIREN_DIGITS and siren.isascii() and siren.isdigit()):
        raise SirenError(actual=siren, limit=SIREN_DIGITS)
    doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(siren)]
    if sum(value // 10 + value % 10 for value in doubled) % 10:
        raise SirenError(actual=siren, limit=SIREN_DIGITS)


def describe(file: FecFile, chart: Chart) -> FecFile:
    """Return the description that the law wants beside the file."""
    journals = "\n".join(f"  {names.code} : {names.fr}" for names in chart.journals.values())
    text = (
        f"Description du fichier {file.name}\n\n"
        "Fichier à plat, une ligne par mouvement, précédé d'une ligne qui nomme les zones.\n"
        "Jeu de caractères : ISO 8859-15. Séparateur de zones : tabulation. Fin de ligne : CR LF.\n"
        "Dates : AAAAMMJJ. Montants : virgule décimale, sans séparateur de milliers.\n\n"
        f"Zones, dans l'ordre : {', '.join(FIELDS)}.\n\n"
        "Journal auxiliaire du fonds, dressé d'après le registre. Taxes, frais de banque et prélèvements\n"
        "revenus après leur règlement n'y sont pas : le compte de banque n'est pas le solde de la banque.\n"
        "La comptabilité de la coopérative les porte.\n\n"
        f"Codes des journaux :\n{journals}\n\n"
        "EcritureNum : suite continue, tous journaux confondus, dans l'ordre de validation.\n"
        "CompAuxNum : M et le numéro d'une entreprise membre, S d'un membre (sociétaire), P d'un projet.\n"
        "PieceRef : empreinte de la transaction du registre et rang de l'événement; AN : à-nouveaux.\n"
        "EcritureLet, DateLet, Montantdevise, Idevise : non utilisés.\n"
    )
    name = file.name.replace(".txt", "_description.txt")
    return FecFile(name, text.translate(PLAIN).encode(ENCODING, errors="replace"))


def _lines(entry: Entry, chart: Chart, currency: str) -> Iterator[tuple[str, ...]]:
    names = chart.journals[entry.book]
    head = (names.code, names.fr, str(entry.number), _day(entry.day))
    piece = (entry.piece, _day(entry.piece_day), entry.label.text("fr"))
    for line in entry.lines:
        amounts = (decimal_text(amount, currency, ",") for amount in (line.debit, line.credit))
        yield (*head, *_account(line), *piece, *amounts, "", "", _day(entry.day), "", "")


def _account(line: Line) -> tuple[str, str, str, str]:
    of = line.auxiliary
    named = ("", "") if of is None else (of.code, of.text("fr"))
    return (line.account.number, line.account.names.fr, *named)


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")
