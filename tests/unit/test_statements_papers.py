"""The papers of a statement: its amounts to the code point, bytes that repeat, a PDF to be read aloud."""

import csv
import io
import re
import zlib
from datetime import date

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import SettingError
from endogene_token.treasury.statements.document import Figures, Look, Net, Party, TaxAccount
from endogene_token.treasury.statements.render import to_csv, to_json, to_pdf
from endogene_token.treasury.statements.view import view
from endogene_token.treasury.statements.words import Words
from tests.unit.statement_sample import LOGO, figures, statement

FR_CA, FR_FR, EN_CA, EN_FR = (
    Words(lang, region, "CAD" if region == "CA" else "EUR")
    for lang, region in (("fr", "CA"), ("fr", "FR"), ("en", "CA"), ("en", "FR"))
)
MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("words", "money"),
    [
        (FR_CA, f"1{NO_BREAK}234{NO_BREAK}567,90{NO_BREAK}$"),
        (FR_FR, f"1{NARROW}234{NARROW}567,90{NO_BREAK}€"),
        (EN_CA, "$1,234,567.90"),
        (EN_FR, "€1,234,567.90"),
    ],
)
def test_an_amount_is_written_as_its_readers_write_it(words: Words, money: str) -> None:
    """Every code point, and less than 0 with the minus sign."""
    assert words.money(123_456_790) == money
    assert words.money(-123_456_790) == MINUS + money


@given(st.integers(-(2**80), 2**80))
def test_no_digit_of_an_amount_is_lost(amount: int) -> None:
    """Whatever its size, in every form."""
    for words in (FR_CA, FR_FR, EN_CA, EN_FR):
        for text in (words.money(amount), words.figure(amount), words.plain(amount)):
            digits = int("".join(filter(str.isdigit, text)))
            assert digits == abs(amount)
            assert (text[0] in {"-", MINUS}) is (amount < 0)


@pytest.mark.parametrize(
    ("words", "day", "short", "span", "rate"),
    [
        (
            FR_CA,
            "1er octobre 2026",
            "jeu. 1er oct.",
            "du 1er au 31 octobre 2026",
            f"9,975{NO_BREAK}%",
        ),
        (
            FR_FR,
            "1er octobre 2026",
            "jeu. 1er oct.",
            "du 1er au 31 octobre 2026",
            f"9,975{NO_BREAK}%",
        ),
        (EN_CA, "October 1, 2026", "Thu, Oct 1", "October 1 to 31, 2026", "9.975%"),
        (EN_FR, "1 October 2026", "Thu 1 Oct", "1 to 31 October 2026", "9.975%"),
    ],
)
def test_days_and_rates_are_written_as_their_readers_write_them(
    words: Words, day: str, short: str, span: str, rate: str
) -> None:
    """The first of a month is « 1er » in French, and no other day is."""
    first, last = statement().first_day, statement().last_day
    assert words.day(date.fromisoformat(first)) == day
    assert words.short_day(first) == short
    assert words.span(date.fromisoformat(first), date.fromisoformat(last)) == span
    assert words.percent(9_975, -5) == rate
    assert "1er" not in words.day(date(2026, 10, 11)) + words.day(date(2026, 10, 31))
    assert words.short_day("4294967295") == "4294967295"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_papers_are_the_same_bytes_again(lang: str) -> None:
    """From the stored statement alone, whenever they are asked for."""
    one, other = statement(), statement()
    assert to_json(one) == to_json(other)
    assert to_csv(one, lang) == to_csv(other, lang)
    assert to_pdf(one, LOGO, lang) == to_pdf(other, LOGO, lang)


def text_of(pdf: bytes) -> str:
    """Return every uncompressed and compressed stream of a PDF, as far as it is text."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    parts = [pdf]
    for one in streams:
        try:
            parts.append(zlib.decompress(one))
        except zlib.error:
            parts.append(one)
    return b"\n".join(parts).decode("latin-1")


@pytest.mark.parametrize(("lang", "code"), [("fr", "fr-CA"), ("en", "en-CA")])
def test_the_pdf_is_accessible_and_dated_at_its_issue(lang: str, code: str) -> None:
    """PDF/UA-1: tagged, titled, in its language, with bookmarks; the compiler refuses what is not."""
    pdf = to_pdf(statement(), LOGO, lang)
    told = text_of(pdf)
    assert pdf.startswith(b"%PDF-1.7")
    assert "pdfuaid:part>1<" in told
    assert f"<dc:language><rdf:Bag><rdf:li>{code}</rdf:li>" in told or f"/Lang ({code})" in told
    assert "/MarkInfo" in told
    assert "/StructTreeRoot" in told
    assert "/Outlines" in told
    assert "D:20261102" in told
    assert "Libertinus" in told


def test_without_what_ua_asks_for_the_compiler_refuses() -> None:
    """The standard is checked, not only claimed: a title is missing here."""
    with pytest.raises(typst.TypstError):
        typst.compile(b"= A", format="pdf", pdf_standards=["ua-1"])


@pytest.mark.parametrize(
    "logo",
    [
        b"<svg",
        b"no logo",
        b'<!DOCTYPE svg [<!ENTITY a "&a;">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
    ],
)
def test_a_logo_that_cannot_be_drawn_is_named(logo: bytes) -> None:
    """It is a setting; nobody reads a compiler's message."""
    with pytest.raises(SettingError) as refusal:
        to_pdf(statement(), logo, "fr")
    assert refusal.value.params["field"] == "logo"


def test_a_name_is_shown_as_it_is_written() -> None:
    """Markup, code and directions of a template in a name are letters."""
    name = '#panic() $x$ *a* <b> \\ @c `d` = #read("/etc/passwd")'
    shown = statement(addressee=Party(name=name, address=("#1",)))
    assert view(shown, "en")["addressee"]["name"] == name
    assert to_pdf(shown, b"", "en")


def test_an_empty_month_is_drawn_too() -> None:
    """No chart, no tables: the account and its total."""
    bare = Figures(merchant=4, last_block=1)
    shown = statement(figures=bare, taxes=TaxAccount(), net=Net(), addressee=Party(name=""))
    told = view(shown, "fr")
    assert (told["chart"], told["tills"], told["currency"]) == (None, None, [])
    assert told["total"]["label"] == "Rien à payer"
    assert told["addressee"]["name"] == "Entreprise 4"
    assert to_pdf(shown, b"", "fr")


def test_the_page_of_france_is_a4_and_in_euros() -> None:
    """The region is the community's, the language the reader's."""
    look = Look(region="FR", accent="#1b5f54", second="#bd5a33")
    told = view(statement(look=look, currency="EUR"), "en")
    assert (told["paper"], told["region"], told["symbol"]) == ("a4", "fr", "€")
    assert to_pdf(statement(look=look, currency="EUR"), b"", "fr")


def rows(lang: str, **changes: object) -> list[list[str]]:
    text = to_csv(statement(**changes), lang).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if lang == "fr" else ","))


def test_the_table_holds_every_figure() -> None:
    """For French spreadsheets with semicolons and decimal commas, for others with commas and points."""
    french, english = rows("fr"), rows("en")
    assert {len(row) for row in french + english} == {11}
    assert english[1] == ["2026-000123", "2026-10", "4", "account", "", "", "opening", "", "1842.37", "", ""]
    assert french[1][8] == "1842,37"
    sums = [row[8:10] for row in english if row[3:7] == ["day", "2026-10-01", "3", "sales"]]
    assert sums == [["1234567.89", "34567.90"]]
    day_premiums = sum(int(row[9].replace(".", "")) for row in english if row[3] == "day")
    assert day_premiums == figures().account.premiums - figures().account.reversals
    totals = {row[6]: row[8] for row in english if row[3] == "total"}
    assert int(totals["due"].replace(".", "")) == statement().net.due


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(name: str) -> None:
    """A tax's name is written by a person: a spreadsheet must not run it."""
    line = statement().taxes.lines[0].model_copy(update={"name_fr": name, "registration": name})
    told = rows("fr", taxes=statement().taxes.model_copy(update={"lines": (line,)}))
    [row] = [row for row in told if row[3] == "tax"]
    assert (row[6], row[10]) == (f"'{name}", f"'{name}")
