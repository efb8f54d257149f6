"""What a shop's files and requests say, turned into sales: strictly, and the same however a file grew."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endogene_token.errors import (
    AgentFaultError,
    AgentFieldError,
    AgentHeaderError,
    AgentLineError,
    AmountError,
    BuyerCountError,
    EndogeneError,
    InputError,
    ReceiptNumberError,
    ZeroSaleError,
)
from endogene_token.sdk import NewPurchase, NewReversal
from endogene_token.till import lines as lines_of
from endogene_token.till.drafts import FIELDS, draft_of, refund_of, sale_of
from endogene_token.till.lines import LONGEST_LINE, Line, Reader

DAY = {"receipt": "A-1", "amount": "1250", "at": "2026-11-20T14:05"}
AT = datetime(2026, 11, 20, 14, 5)  # noqa: DTZ001 - a shop's own time
HEADER = "receipt,amount,at,kind,purchase,member,card,phone"


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (DAY, NewPurchase(1250, "A-1", at=AT)),
        ({**DAY, "amount": 1250, "member": 4}, NewPurchase(1250, "A-1", 4, AT)),
        ({**DAY, "member": "4", "at": "2026-11-20"}, NewPurchase(1250, "A-1", 4, date(2026, 11, 20))),
        ({**DAY, "card": "7K2M"}, NewPurchase(1250, "A-1", at=AT, card="7K2M")),
        ({**DAY, "phone": "418 555-0101", "card": ""}, NewPurchase(1250, "A-1", at=AT, phone="418 555-0101")),
        ({**DAY, "kind": "refund", "purchase": "A-0"}, NewReversal("A-0", "A-1", 1250, AT)),
        ({**DAY, "kind": "refund", "purchase": "A-0", "amount": ""}, NewReversal("A-0", "A-1", None, AT)),
    ],
    ids=str,
)
def test_a_line_says_a_sale_or_a_refund(given_: dict[str, Any], expected: NewPurchase | NewReversal) -> None:
    """Amounts in cents, as text or as whole numbers; empty fields are as absent ones."""
    assert draft_of(given_) == expected


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": "12.50"}, AmountError),
        ({"amount": 12.5}, AmountError),
        ({"amount": "-5"}, AmountError),
        ({"amount": None}, AmountError),
        ({"amount": True}, AmountError),
        ({"amount": "0"}, ZeroSaleError),
        ({"receipt": ""}, ReceiptNumberError),
        ({"receipt": 17}, AgentFieldError),
        ({"at": ""}, AgentFieldError),
        ({"at": "20/11/2026"}, AgentFieldError),
        ({"at": 1_700_000_000}, AgentFieldError),
        ({"member": "four"}, AgentFieldError),
        ({"member": "٤"}, AgentFieldError),
        ({"member": 4.0}, AgentFieldError),
        ({"members": 4}, AgentFieldError),
        ({"kind": "gift"}, AgentFieldError),
        ({"purchase": "A-0"}, AgentFieldError),
        ({"member": 4, "card": "7K2M"}, BuyerCountError),
        ({"kind": "refund", "purchase": "A-0", "member": 4}, AgentFieldError),
        ({"kind": "refund"}, ReceiptNumberError),
        ({"kind": "refund", "purchase": "A-0", "amount": [1]}, AmountError),
    ],
    ids=str,
)
def test_a_line_that_says_something_else_is_refused(
    change: dict[str, Any], error: type[EndogeneError]
) -> None:
    """A mistyped field is told, not left out: a sale without its member would look like a good one."""
    with pytest.raises(InputError) as refused:
        draft_of({**DAY, **change})
    assert type(refused.value) is error


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
ODD = st.dictionaries(st.sampled_from(sorted(FIELDS)), st.lists(JSON, max_size=2) | JSON, max_size=2)


@settings(max_examples=300)
@given(ODD, st.sampled_from([{}, {"kind": "refund", "purchase": "A-0"}]))
def test_whatever_json_holds_is_a_draft_or_is_refused(odd: dict[str, Any], kind: dict[str, str]) -> None:
    """Lists and objects too, in any field: no odd line raises what nobody expects."""
    found: object
    try:
        found = draft_of({**DAY, **kind, **odd})
    except InputError as refusal:
        found = refusal.render("fr")
    assert isinstance(found, NewPurchase | NewReversal | str)


@pytest.mark.parametrize(
    ("name", "raw"),
    [("a.jsonl", '{"at":' * 600), ("a.json", "[" * 2_000 + "]" * 2_000)],
    ids=["line", "document"],
)
def test_json_that_is_too_deep_is_no_line(tmp_path: Path, name: str, raw: str) -> None:
    """The parser gives up on it by an error of its own."""
    path = tmp_path / name
    path.write_text(raw + "\n", "utf-8")
    try:
        [line] = Reader(path).read(to_the_end=True).lines
    except AgentLineError:
        assert name == "a.json"
    else:
        assert type(line.outcome) is AgentLineError


def test_a_line_at_which_the_program_fails_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told by the name of the failure: its message could quote a card."""

    def failing(given: dict[str, Any]) -> NewPurchase | NewReversal:
        if given["receipt"] == "A-1":
            raise LookupError("7K2M")
        return draft_of(given)

    monkeypatch.setattr(lines_of, "draft_of", failing)
    path = tmp_path / "sales.csv"
    path.write_text("receipt,amount,at\nA-1,5,2026-11-20\nB-1,5,2026-11-20\n", "utf-8")
    bad, good = everything(Reader(path))
    assert type(bad.outcome) is AgentFaultError
    assert "LookupError" in str(bad.outcome)
    assert "7K2M" not in str(bad.outcome)
    assert good.outcome == NewPurchase(5, "B-1", at=date(2026, 11, 20))


def test_a_request_needs_no_time_and_a_line_of_a_file_does() -> None:
    """A request is of now; a file may be read days later, and its sales must keep their day."""
    without = {"receipt": "A-1", "amount": "1250"}
    assert sale_of(without).at is None
    assert refund_of({"receipt": "R-1", "purchase": "A-1"}).amount is None
    with pytest.raises(AgentFieldError):
        draft_of(without)


def everything(reader: Reader) -> list[Line]:
    """Read on until nothing comes any more."""
    lines: list[Line] = []
    while (chunk := reader.read(to_the_end=False)).offset > reader.offset:
        reader.took(chunk)
        lines += chunk.lines
    return lines


ROW = st.builds(
    lambda receipt, amount, at: f"{receipt},{amount},{at},,,,,",
    st.text("ABC-é", min_size=1, max_size=8),
    st.one_of(st.integers(1, 10**6).map(str), st.sampled_from(["", "x", "12.50"])),
    st.sampled_from(["2026-11-20", "2026-11-20T14:05", "yesterday"]),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(ROW, max_size=12),
    cuts=st.lists(st.integers(0, 600), max_size=6),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_a_file_gives_the_same_lines_however_it_grew(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], cuts: list[int], ending: str
) -> None:
    """Cut anywhere, also within a letter of two bytes: no line is read before it has ended, none twice."""
    raw = (ending.join([HEADER, *rows]) + ending).encode()
    folder = tmp_path_factory.mktemp("grown")
    whole, growing = folder / "whole.csv", folder / "growing.csv"
    whole.write_bytes(raw)
    reader, lines = Reader(growing), []
    for cut in [*sorted(min(one, len(raw)) for one in cuts), len(raw)]:
        growing.write_bytes(raw[:cut])
        lines += everything(reader)
    assert [(one.number, one.text, str(one.outcome)) for one in lines] == [
        (one.number, one.text, str(one.outcome)) for one in everything(Reader(whole))
    ]
    assert len(lines) == len(rows)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_stand_in_any_order_behind_any_usual_separator(tmp_path: Path, separator: str) -> None:
    """As the shop's software writes them; a mark of the byte order before them is no part of a name."""
    path = tmp_path / "sales.csv"
    names, values = ("At", "Amount", "Receipt"), ("2026-11-20", "5", '"A;1,2"')
    path.write_bytes(b"\xef\xbb\xbf" + f"{separator.join(names)}\r\n{separator.join(values)}\r\n".encode())
    [line] = everything(Reader(path))
    assert line.outcome == NewPurchase(5, "A;1,2", at=date(2026, 11, 20))


@pytest.mark.parametrize(
    "header", ["receipt,amount", "receipt,amount,at,members", "receipt,amount,at,at", "A-1,5,2026-11-20"]
)
def test_a_file_without_its_columns_is_refused_as_a_whole(tmp_path: Path, header: str) -> None:
    """Guessing which number is the amount would be worse."""
    path = tmp_path / "sales.csv"
    path.write_text(f"{header}\nA-1,5,2026-11-20\n", "utf-8")
    with pytest.raises(AgentHeaderError):
        Reader(path).read(to_the_end=True)


def test_a_file_that_goes_on_without_its_columns_has_those_of_the_one_before(tmp_path: Path) -> None:
    """Software that writes the names in the morning goes on after its file was moved to done."""
    path = tmp_path / "sales.csv"
    path.write_text("A-1,5,2026-11-20\n", "utf-8")
    [line] = everything(Reader(path, "receipt,amount,at"))
    assert (line.number, line.outcome) == (1, NewPurchase(5, "A-1", at=date(2026, 11, 20)))


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"A-1,5\n", AgentLineError),
        (b'A-1,5,"2026-11-20\n', AgentLineError),
        (b"A-1,5,2026-11-20,\n", AgentLineError),
        (b"\xe9,5,2026-11-20\n", AgentLineError),
        (b"A" * (2 * LONGEST_LINE) + b",5,2026-11-20\n", AgentLineError),
        (b"A\x00,5,2026-11-20\n", None),
    ],
    ids=["few", "quotes", "many", "latin", "long", "nul"],
)
def test_a_bad_line_hides_no_other(tmp_path: Path, raw: bytes, error: type[EndogeneError] | None) -> None:
    """Whatever its bytes are, the lines before and after it are read."""
    path, good = tmp_path / "sales.csv", b"B-1,5,2026-11-20\n"
    path.write_bytes(b"receipt,amount,at\n" + good + raw + good)
    first, bad, last = everything(Reader(path))
    assert first.outcome == last.outcome == NewPurchase(5, "B-1", at=date(2026, 11, 20))
    assert error is None or type(bad.outcome) is error
    assert (first.number, bad.number, last.number) == (2, 3, 4)
    assert len(bad.text) <= LONGEST_LINE


def test_json_comes_line_by_line_or_as_a_document(tmp_path: Path) -> None:
    """A document is read once it is whole JSON; an object a line as the lines come."""
    lines, document, one = (tmp_path / name for name in ("a.jsonl", "b.json", "c.json"))
    lines.write_text('{"receipt":"A-1","amount":5,"at":"2026-11-20"}\n[]\n{"receipt"', "utf-8")
    good, bad = everything(Reader(lines))
    assert good.outcome == NewPurchase(5, "A-1", at=date(2026, 11, 20))
    assert type(bad.outcome) is AgentLineError
    document.write_text('[{"receipt":"A-1","amount":"5","at":"2026-11-20"}, 7', "utf-8")
    assert everything(Reader(document)) == []
    with pytest.raises(AgentLineError):
        Reader(document).read(to_the_end=True)
    document.write_text(document.read_text("utf-8") + "]", "utf-8")
    good, bad = everything(Reader(document))
    assert good.outcome == NewPurchase(5, "A-1", at=date(2026, 11, 20))
    assert type(bad.outcome) is AgentLineError
    one.write_text('{"receipt":"A-1","amount":5.0,"at":"2026-11-20"}', "utf-8")
    [line] = everything(Reader(one))
    assert type(line.outcome) is AmountError
