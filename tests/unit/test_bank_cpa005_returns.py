"""Returned items of the Canadian bank, from files laid out by hand after the standard's table."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import (
    StatementBalanceError,
    StatementEncodingError,
    StatementError,
    StatementFieldError,
    StatementKindError,
    StatementTooLargeError,
)
from endogene_token.treasury.bankfiles.cpa005 import Kind
from endogene_token.treasury.bankfiles.returns import ReturnReason
from endogene_token.treasury.bankstatements.cpa005_returns import read_returns


def segment(code: str, cents: int, reference: str) -> str:
    """One returned item, field by field: 240 characters."""
    fields = [
        (code, 3),
        (f"{cents:010}", 10),
        ("026327", 6),
        ("081530000", 9),
        ("0123456", 12),
        ("0" * 22, 22),
        ("718", 3),
        ("ENDOGENE", 15),
        ("EPICERIE DU COEUR", 30),
        ("COOPERATIVE ENDOGENE", 30),
        ("0000000610", 10),
        (reference, 19),
        ("000612345", 9),
        ("7654321", 12),
        ("", 15),
        ("8151008150001000000007", 22),
        ("", 2),
        ("0" * 11, 11),
    ]
    text = "".join(value.ljust(width) for value, width in fields)
    assert len(text) == 240
    return text


def file(
    *records: tuple[str, list[str]], debits: tuple[int, int], credits_in: tuple[int, int] = (0, 0)
) -> bytes:
    heads = ["A", *(letter for letter, _ in records), "Z"]
    totals = "".join(f"{value:014}{count:08}" for value, count in (debits, credits_in, (0, 0), (0, 0)))
    bodies = ["026328" + "81510" + " " * 20 + "CAD", *("".join(inside) for _, inside in records), totals]
    return b"".join(
        f"{head}{place:09}00000006100001{body}".ljust(1464).encode() + b"\r\n"
        for place, (head, body) in enumerate(zip(heads, bodies, strict=True), 1)
    )


SEVEN = [segment("901", 100 + at, f"ST-{at}") for at in range(7)]
RETURNED = file(
    ("J", SEVEN[:6]),
    ("J", SEVEN[6:]),
    ("I", [segment("922", 50, "P-1")]),
    debits=(721, 7),
    credits_in=(50, 1),
)


def test_returned_debits_and_credits_are_read_with_their_reasons() -> None:
    """What comes back names our reference, our trace, and why."""
    items = read_returns(RETURNED)
    assert [item.reference for item in items] == [*(f"ST-{at}" for at in range(7)), "P-1"]
    first, last = items[0], items[-1]
    assert (first.kind, first.amount, first.due) == (Kind.DEBIT, 100, date(2026, 11, 23))
    assert (first.reason, last.reason) == (ReturnReason.INSUFFICIENT_FUNDS, ReturnReason.REFUSED_BY_PAYEE)
    assert (first.institution, first.account, first.trace) == (
        "000612345",
        "7654321",
        "8151008150001000000007",
    )
    assert (last.kind, last.name) == (Kind.CREDIT, "EPICERIE DU COEUR")
    assert len({item.identity for item in items}) == 8
    assert read_returns(RETURNED) == items


def test_records_may_come_without_line_ends_or_without_trailing_spaces() -> None:
    """Banks send the same file in either way."""
    assert read_returns(RETURNED.replace(b"\r\n", b"")) == read_returns(RETURNED)
    trimmed = b"\n".join(line.rstrip() for line in RETURNED.splitlines())
    assert read_returns(trimmed) == read_returns(RETURNED)


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (b"", StatementKindError),
        (b"A" + b" " * 1463, StatementKindError),
        (b"<Document/>", StatementKindError),
        (RETURNED.replace(b"Z", b"Y"), StatementKindError),
        (RETURNED.replace(b"901", b"9x1", 1), StatementFieldError),
        (RETURNED.replace(b"026327", b"026367", 1), StatementFieldError),
        (RETURNED.replace(b"026327", b"026000", 1), StatementFieldError),
        (RETURNED.replace(b"J000000002", b"J000000009"), StatementFieldError),
        (RETURNED.replace(b"9010000000100", b"9010000000101", 1), StatementBalanceError),
        (file(("J", SEVEN[:1]), debits=(100, 2)), StatementBalanceError),
        (RETURNED.replace(b"EPICERIE", b"\xc9PICERIE"), StatementEncodingError),
    ],
)
def test_a_damaged_file_is_refused_by_name(raw: bytes, wrong: type[StatementError]) -> None:
    """A return misread is a debt forgotten."""
    with pytest.raises(wrong):
        read_returns(raw)


def test_a_file_too_large_is_refused() -> None:
    """Before it is read."""
    with pytest.raises(StatementTooLargeError):
        read_returns(RETURNED, largest=100)


@given(st.integers(0, len(RETURNED) - 1), st.integers(0, 3), st.binary(max_size=3))
def test_no_damage_brings_a_traceback(at: int, cut: int, noise: bytes) -> None:
    """Whatever is uploaded is read, or refused by name."""
    with suppress(StatementError):
        read_returns(RETURNED[:at] + noise + RETURNED[at + cut :])
