"""What forms of the pages send is read as what it must be, and never repeated when it is not."""

from datetime import date

import httpx
import pytest

from api.pages.forms import KIND, MOST_FIELDS, Form, form
from endogene_token.errors import RequestShapeError

BRINGS_A_FILE = "multipart/form-data; boundary=x"
CSV = b"facture;total\r\nA-1;--x\r\n--\n\x00\xff"


def filled(**values: str) -> Form:
    return Form(values, "en")


def test_each_reader_gives_what_was_filled_in() -> None:
    """Trimmed; what was left out is none."""
    given = filled(name="  Maude Roy ", number="12", day="2026-11-22", none=" ", zero="0")
    assert (given.text("name"), given.number("number"), given.day("day")) == (
        "Maude Roy",
        12,
        date(2026, 11, 22),
    )
    assert (given.number_or_none("none"), given.text_or_none("none"), given.text_or_none("else")) == (
        None,
        None,
        None,
    )
    assert given.text("none", least=0) == ""
    assert (given.number("zero"), given.number_or_none("number"), given.text_or_none("number")) == (
        0,
        12,
        "12",
    )
    assert given.matching("number", "[0-9]{2}") == "12"


@pytest.mark.parametrize("text", ["", " ", "a\nb", "x" * 501, "a\0b"])
def test_a_line_of_text_is_one_line_and_not_empty(text: str) -> None:
    """Nor longer than what keeps it; what was written is not repeated."""
    with pytest.raises(RequestShapeError) as refused:
        filled(why=text).text("why")
    assert refused.value.actual == "…"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "٣", "0", "4294967296", "9" * 30])
def test_a_number_is_whole_and_in_its_range(text: str) -> None:
    """Of plain digits."""
    with pytest.raises(RequestShapeError):
        filled(number=text).number("number", least=1)


@pytest.mark.parametrize("text", ["", "2026-13-01", "22/11/2026"])
def test_a_day_is_a_day(text: str) -> None:
    """As a field of a page sends it."""
    with pytest.raises(RequestShapeError):
        filled(day=text).day("day")


def test_a_form_is_read_in_utf_8_with_the_last_of_two() -> None:
    """As browsers send it."""
    read = form(b"who=Ren%C3%A9e&who=Zo%C3%A9", "fr", f"{KIND}; charset=UTF-8")
    assert read.text("who") == "Zoé"
    assert read.file("who") is None


def test_a_form_with_a_file_gives_both_to_the_byte() -> None:
    """Whatever stands in the file: a boundary that is none, no text at all."""
    sending = httpx.Request("POST", "/", data={"who": "Zoé "}, files={"file": ("a.csv", CSV)})
    read = form(sending.read(), "en", sending.headers["content-type"])
    assert read.text("who") == "Zoé"
    assert read.file("file") == CSV
    assert read.text_or_none("file") is None


def part(name: str, content: bytes = b"1") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1", "application/json"),
        (b"a=1", ""),
        (b"a=%ff", KIND),
        (b"\xff=1", KIND),
        (b"&".join([b"a=1"] * (MOST_FIELDS + 1)), KIND),
        (b"", BRINGS_A_FILE),
        (part("a"), BRINGS_A_FILE),
        (b"before\r\n" + part("a") + b"--x--", BRINGS_A_FILE),
        (part("a").replace(b"\r\n\r\n", b"\r\n") + b"--x--", BRINGS_A_FILE),
        (part("") + b"--x--", BRINGS_A_FILE),
        (part("a", b"\xff") + b"--x--", BRINGS_A_FILE),
        (part("a") * (MOST_FIELDS + 1) + b"--x--", BRINGS_A_FILE),
        (part("a") + b"--x--", "multipart/form-data; boundary="),
        (part("a") + b"--x--", "multipart/form-data"),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, kind: str) -> None:
    """Another kind, no UTF-8, too many fields, an end or a name that is missing."""
    with pytest.raises(RequestShapeError):
        form(body, "en", kind)
