"""The Canadian file, read back by a reader that knows only the standard's table of positions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import (
    BankAmountError,
    BankDateError,
    BankFieldError,
    BankFileEmptyError,
    BankFileFullError,
    BankReferenceTwiceError,
    BankTextError,
)
from endogene_token.treasury.bankfiles import cpa005
from endogene_token.treasury.bankfiles.cpa005 import (
    CanadianAccount,
    Code,
    Item,
    Kind,
    Originator,
    write_cpa005,
)

# Standard 005, section D: name, first and last position from 1, digits (n), text (x) or blanks
HEAD = [("type", 1, 1, "x"), ("count", 2, 10, "n"), ("originator", 11, 20, "x"), ("file", 21, 24, "n")]
HEADER = [
    *HEAD,
    ("created", 25, 30, "n"),
    ("data centre", 31, 35, "n"),
    ("reserved", 36, 55, " "),
    ("currency", 56, 58, "x"),
    ("filler", 59, 1464, " "),
]
SEGMENT = [
    ("code", 1, 3, "n"),
    ("amount", 4, 13, "n"),
    ("due", 14, 19, "n"),
    ("institution", 20, 28, "n"),
    ("account", 29, 40, "x"),
    ("trace", 41, 62, "n"),
    ("stored code", 63, 65, "n"),
    ("short name", 66, 80, "x"),
    ("name", 81, 110, "x"),
    ("long name", 111, 140, "x"),
    ("user", 141, 150, "x"),
    ("reference", 151, 169, "x"),
    ("return institution", 170, 178, "n"),
    ("return account", 179, 190, "x"),
    ("sundry", 191, 205, "x"),
    ("original trace", 206, 227, " "),
    ("settlement code", 228, 229, " "),
    ("invalid elements", 230, 240, "n"),
]
TRAILER = [
    *HEAD,
    ("debit value", 25, 38, "n"),
    ("debit count", 39, 46, "n"),
    ("credit value", 47, 60, "n"),
    ("credit count", 61, 68, "n"),
    ("E value", 69, 82, "n"),
    ("E count", 83, 90, "n"),
    ("F value", 91, 104, "n"),
    ("F count", 105, 112, "n"),
    ("filler", 113, 1464, " "),
]


def cut(text: str, table: list[tuple[str, int, int, str]]) -> dict[str, Any]:
    """Return the fields of `text` after `table`, each held to its kind; every position belongs to one."""
    assert [first for _, first, _, _ in table] == [1, *(last + 1 for _, _, last, _ in table[:-1])]
    found: dict[str, Any] = {}
    for name, first, last, kind in table:
        field = text[first - 1 : last]
        assert len(field) == last - first + 1, name
        if kind == "n":
            assert field.isdigit(), (name, field)
            found[name] = int(field) if name in {"count", "amount"} or "value" in name else field
        elif kind == " ":
            assert field.strip(" ") == "", (name, field)
        else:
            assert not field.startswith(" ") or not field.strip(" "), (name, field)
            found[name] = field.rstrip(" ")
    return found


def julian(field: str) -> date:
    assert field[0] == "0"
    return date(2000 + int(field[1:3]), 1, 1) + timedelta(days=int(field[3:]) - 1)


def segments(record: str) -> Iterator[dict[str, Any]]:
    """Yield the items of a C or D record; after a blank segment only blank ones follow."""
    bodies = [record[at : at + 240] for at in range(24, 1464, 240)]
    used = [body for body in bodies if body.strip(" ")]
    assert bodies[: len(used)] == used
    assert len(used) > 0
    yield from (cut(body, SEGMENT) for body in used)


def read(raw: bytes) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]], dict[str, Any]]:
    """Return header, items and trailer of a file; its counts, links and totals agree, or this fails."""
    records = raw.decode("ascii").split("\r\n")
    assert records.pop() == ""
    assert {len(record) for record in records} == {1464}
    header, trailer = cut(records[0], HEADER), cut(records[-1], TRAILER)
    heads = [cut(record[:24], HEAD) for record in records]
    assert [head["count"] for head in heads] == list(range(1, len(records) + 1))
    assert {(head["originator"], head["file"]) for head in heads} == {(header["originator"], header["file"])}
    assert (header["type"], trailer["type"]) == ("A", "Z")
    items = [(record[0], item) for record in records[1:-1] for item in segments(record)]
    for kind, name in (("D", "debit"), ("C", "credit")):
        amounts = [item["amount"] for at, item in items if at == kind]
        assert trailer[f"{name} value"] == sum(amounts)
        assert int(trailer[f"{name} count"]) == len(amounts)
    assert {int(trailer[name]) for name in ("E value", "E count", "F value", "F count")} == {0}
    assert {at for at, _ in items} <= {"C", "D"}
    return header, items, trailer


OUR_BANK = CanadianAccount("815", "30000", "0123456")
US = Originator(
    "EMI0000012", "ENDOGÈNE", "Coopérative Endogène de Québec", "81510", OUR_BANK, clearer="00815"
)
DAY = date(2026, 11, 23)
DEBIT = Item(
    Kind.DEBIT, CanadianAccount("006", "12345", "7654321"), "Épicerie du Cœur", 12_345, DAY, "ST-2026-11-0007"
)

accounts = st.builds(
    CanadianAccount,
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
    st.from_regex(r"[0-9]{1,12}", fullmatch=True),
)
drawn_items = st.builds(
    Item,
    kind=st.sampled_from(Kind),
    account=accounts,
    name=st.text(min_size=1).map(lambda text: "A" + text),
    amount=st.integers(1, 10**10 - 1),
    due=st.dates(DAY - timedelta(days=30), DAY + timedelta(days=173)),
    reference=st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,18}", fullmatch=True),
    code=st.integers(200, 899),
    note=st.one_of(st.just(""), st.text().map(lambda text: "N" + text)),
)


@given(
    st.lists(drawn_items, min_size=1, max_size=20, unique_by=lambda item: item.reference),
    st.integers(1, 9999),
    st.sampled_from([US, replace(US, clearer=None, identifier="7", currency="USD")]),
)
def test_any_set_of_valid_payments_comes_back_from_an_independent_reader(
    items: list[Item], number: int, originator: Originator
) -> None:
    """Every field stands where the standard has it, every total is that of the items."""
    header, found, _ = read(write_cpa005(originator, number, DAY, items))
    assert header["originator"] == originator.identifier
    assert header["file"] == f"{number:04}"
    assert julian(header["created"]) == DAY
    assert (header["data centre"], header["currency"]) == (originator.data_centre, originator.currency)
    told = [item for kind in "CD" for item in items if item.kind == kind]
    assert [
        (
            kind,
            one["code"],
            one["amount"],
            julian(one["due"]),
            one["institution"],
            one["account"],
            one["reference"],
        )
        for kind, one in found
    ] == [
        (
            item.kind.value,
            str(item.code),
            item.amount,
            item.due,
            f"0{item.account.institution}{item.account.transit}",
            item.account.number,
            item.reference,
        )
        for item in told
    ]
    for place, (_, one) in enumerate(found, 1):
        assert one["trace"] == (f"815100815{number:04}{place:09}" if originator.clearer else "0" * 22)
        assert (one["return institution"], one["return account"]) == ("081530000", "0123456")
        assert (one["user"], one["stored code"]) == (originator.identifier, "000")


def test_a_name_is_written_in_capitals_without_accents() -> None:
    """The bank's machines read ASCII: a name keeps its sound, not its accents."""
    _, [(_, item)], _ = read(write_cpa005(US, 1, DAY, [DEBIT]))
    assert item["name"] == "EPICERIE DU COEUR"
    assert item["short name"] == "ENDOGENE"
    assert item["long name"] == "COOPERATIVE ENDOGENE DE QUEBEC"


def test_the_bytes_of_one_debit_are_these() -> None:
    """One item, typed by hand from the standard's tables: the file for the bank never drifts unseen."""
    head, tail = "0000000010000000610 0001", "0" * 44
    written = write_cpa005(replace(US, identifier="0000000610", clearer=None), 1, DAY, [DEBIT]).decode()
    lines = written.split("\r\n")
    assert lines[0].rstrip() == "A" + head.replace(" ", "") + "02632781510" + " " * 20 + "CAD"
    assert lines[1].rstrip() == (
        "D00000000200000006100001"
        "4500000012345026327000612345"
        "7654321     " + "0" * 22 + "000"
        "ENDOGENE       EPICERIE DU COEUR             COOPERATIVE ENDOGENE DE QUEBEC"
        "0000000610ST-2026-11-0007    "
        "0815300000123456     " + " " * 15 + " " * 22 + "  " + "0" * 11
    )
    assert lines[2].rstrip() == (
        "Z00000000300000006100001" + "00000000012345" + "00000001" + "0" * 14 + "0" * 8 + tail
    )


def test_the_seventh_item_opens_a_second_record() -> None:
    """Six segments to a record; the count runs on, and kinds never share a record."""
    debits = [replace(DEBIT, reference=f"D-{at}") for at in range(7)]
    credits_out = [replace(DEBIT, kind=Kind.CREDIT, reference="C-1", code=Code.ACCOUNTS_PAYABLE)]
    raw = write_cpa005(US, 9999, DAY, [*debits, *credits_out])
    assert [record[:1] for record in raw.split(b"\r\n")] == [b"A", b"C", b"D", b"D", b"Z", b""]
    _, found, _ = read(raw)
    assert [one["reference"] for _, one in found] == ["C-1", *(item.reference for item in debits)]


def test_the_same_payments_give_the_same_bytes() -> None:
    """A file made again is the file that was sent."""
    assert write_cpa005(US, 7, DAY, [DEBIT]) == write_cpa005(US, 7, DAY, [replace(DEBIT)])


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"amount": 0}, BankAmountError),
        ({"amount": -5}, BankAmountError),
        ({"amount": True}, BankAmountError),
        ({"amount": 10**10}, BankAmountError),
        ({"reference": ""}, BankFieldError),
        ({"reference": "é"}, BankFieldError),
        ({"reference": "A" * 20}, BankFieldError),
        ({"reference": "A\n"}, BankFieldError),
        ({"code": 901}, BankFieldError),
        ({"code": 45}, BankFieldError),
    ],
)
def test_an_item_that_its_fields_cannot_hold_is_refused(
    change: dict[str, Any], wrong: type[Exception]
) -> None:
    """Nothing is cut that recognises or moves money."""
    with pytest.raises(wrong):
        replace(DEBIT, **change)


@pytest.mark.parametrize(
    "parts", [("6", "12345", "1"), ("006", "1234", "1"), ("006", "12345", ""), ("006", "12345", "1" * 13)]
)
@pytest.mark.parametrize("digit", ["", "x", "٣", " "])
def test_an_account_that_is_no_account_is_refused(parts: tuple[str, str, str], digit: str) -> None:
    """A file with one wrong account is refused whole by the bank: it is refused here first."""
    with pytest.raises(BankFieldError):
        CanadianAccount(parts[0], parts[1], parts[2] + digit)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"identifier": "ab"}, "identifier"),
        ({"identifier": "A" * 11}, "identifier"),
        ({"data_centre": "815"}, "data_centre"),
        ({"clearer": "00000"}, "clearer"),
        ({"currency": "EUR"}, "currency"),
    ],
)
def test_an_originator_that_no_bank_enrolled_is_refused(change: dict[str, Any], field: str) -> None:
    """The trace number must not be zero in its parts, and no other currency is cleared."""
    with pytest.raises(BankFieldError) as caught:
        replace(US, **change)
    assert caught.value.params["field"] == field


@pytest.mark.parametrize("number", [0, 10_000, -1])
def test_a_file_number_outside_of_four_digits_is_refused(number: int) -> None:
    """The bank refuses a file whose number it has had: ours never wraps unseen."""
    with pytest.raises(BankFieldError):
        write_cpa005(US, number, DAY, [DEBIT])


@pytest.mark.parametrize("days", [-31, 174])
def test_a_due_date_too_far_from_the_file_is_refused(days: int) -> None:
    """30 days before, 173 after: one day further and the bank rejects the item."""
    moved = replace(DEBIT, due=DAY + timedelta(days=days))
    with pytest.raises(BankDateError):
        write_cpa005(US, 1, DAY, [moved])
    nearer = replace(DEBIT, due=DAY + timedelta(days=days - days // abs(days)))
    assert read(write_cpa005(US, 1, DAY, [nearer]))


def test_a_date_of_another_century_is_refused() -> None:
    """0YYDDD has no century: 1999 would come back as 2099."""
    with pytest.raises(BankDateError):
        write_cpa005(US, 1, date(1999, 12, 31), [replace(DEBIT, due=date(2000, 1, 2))])
    with pytest.raises(BankDateError):
        write_cpa005(US, 1, date(2099, 12, 1), [replace(DEBIT, due=date(2100, 1, 2))])


def test_no_items_are_no_file() -> None:
    """An empty file would use up a number."""
    with pytest.raises(BankFileEmptyError):
        write_cpa005(US, 1, DAY, [])


def test_a_reference_twice_is_refused() -> None:
    """A return is recognised by its reference alone."""
    with pytest.raises(BankReferenceTwiceError):
        write_cpa005(US, 1, DAY, [DEBIT, replace(DEBIT, amount=1)])


def test_a_name_without_a_latin_letter_is_refused() -> None:
    """An item without a name is rejected by the bank."""
    with pytest.raises(BankTextError):
        write_cpa005(US, 1, DAY, [replace(DEBIT, name="食料品店")])


def test_a_total_that_passes_its_field_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut total would move less than its items say."""
    monkeypatch.setattr(cpa005, "LARGEST_TOTAL", 99)
    with pytest.raises(BankFileFullError):
        write_cpa005(US, 1, DAY, [DEBIT])


@pytest.mark.parametrize("place", [(0, 30), (1, 37), (1, 167), (2, 37)])
def test_the_reader_notices_a_digit_changed_or_moved(place: tuple[int, int]) -> None:
    """The reader that these tests rest on can fail."""
    record, at = place
    lines = write_cpa005(US, 1, DAY, [DEBIT]).split(b"\r\n")
    line = lines[record]
    lines[record] = line[: at - 1] + b" 1" + line[at:-1]
    with pytest.raises(AssertionError):
        read(b"\r\n".join(lines))
