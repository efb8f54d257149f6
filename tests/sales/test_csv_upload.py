"""Files of sales as shops' software writes them: looked at, read to the cent, taken once."""

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from endogene_token import spreadsheet
from endogene_token.errors import (
    AlreadyReturnedError,
    AmountTextError,
    BuyerCountError,
    CardNumberError,
    ColumnCountError,
    ColumnUnmappedError,
    DateOrderError,
    EncodingError,
    EndogeneError,
    KindError,
    LineTooLongError,
    MemberTextError,
    MomentError,
    ReceiptTakenError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
    TooManyRowsError,
    UnknownCardError,
    UploadEmptyError,
)
from endogene_token.office import trail
from endogene_token.office.trail import COMMAND_LINE
from endogene_token.sales import csv_upload as upload
from endogene_token.sales.cells import amount, date_form
from endogene_token.sales.csv_upload import Columns
from endogene_token.sales.deliveries import Desk, Refused, Row, Taken, keep_upload, refusals, take
from endogene_token.sales.intake import Admitted
from endogene_token.sales.report import errors_csv
from endogene_token.sdk.sales import NewPurchase
from endogene_token.store import writing
from tests.sales.counter import BUYERS, MERCHANT, TILL, ZONE, Counter

QUEBEC = (
    "Facture;Date;Total;Type;Facture remboursée;No membre\n"
    "A-2;21/11/2026 09:15;-5,00 $;Remboursement;A-1;\n"
    "A-1;20/11/2026 17:42;1 234,90 $;Vente;;12\n"
)
JOURNAL = (
    "invoice,at,customer,amount_cents,kind,refund_of\n"
    "1,2026-11-20 17:42:10,C-9,4275,sale,\n"
    "2,2026-11-21 09:00:00,C-9,-1000,return,1\n"
)


def taken(counter: Counter, text: str, said: Columns = Columns(), *, is_dry: bool = False) -> list[Taken]:  # noqa: B008
    desk = Desk(counter.engine, MERCHANT, TILL, ZONE, "csv", BUYERS, COMMAND_LINE, is_dry=is_dry)
    return take(desk, upload.rows(text.encode(), said, "CAD"))


def kept(counter: Counter) -> list[tuple[str, str, int, int, str]]:
    return [(one.receipt, one.kind, one.amount, one.member, one.at) for one in counter.sales()]


def refused(found: list[Any]) -> list[type[EndogeneError]]:
    return [type(one.error) for one in found if isinstance(one, Refused)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_of_quebec_is_understood_as_it_is(counter: Counter, encoding: str) -> None:
    """Semicolons, accents, commas, day first, the latest line first: no word about it is needed."""
    found = upload.preview(QUEBEC.encode(encoding), Columns())
    assert (found.table.delimiter, found.columns.dates, found.columns.receipt) == (";", "dmy", "Facture")
    assert found.columns.refund_of == "Facture remboursée"
    desk = Desk(counter.engine, MERCHANT, TILL, ZONE, "csv", BUYERS, COMMAND_LINE)
    take(desk, upload.rows(QUEBEC.encode(encoding), Columns(), "CAD"))
    assert kept(counter) == [
        ("A-1", "purchase", 123490, 12, "2026-11-20T17:42"),
        ("A-2", "reversal", 500, 12, "2026-11-21T09:15"),
    ]


def test_a_tills_journal_is_taken_as_it_is(counter: Counter) -> None:
    """The columns of `endogene import`, amounts in cents."""
    taken(counter, JOURNAL)
    assert [one[2] for one in kept(counter)] == [4275, 1000]


def test_the_same_file_again_and_one_that_overlaps_add_only_what_is_new(counter: Counter) -> None:
    """Exactly once, by the business key: not by the file's name, not by its bytes."""
    taken(counter, QUEBEC)
    again = taken(counter, QUEBEC)
    assert [one.is_new for one in again if isinstance(one, Admitted)] == [False, False]
    more = taken(counter, QUEBEC + "A-3;22/11/2026;1,00;Vente;;\n")
    assert [one.is_new for one in more if isinstance(one, Admitted)] == [False, False, True]
    assert len(kept(counter)) == 3


def test_a_trial_tells_all_and_keeps_nothing(counter: Counter) -> None:
    """Every check of the real thing, refunds of lines above included."""
    found = taken(counter, QUEBEC, is_dry=True)
    assert [one.is_new for one in found if isinstance(one, Admitted)] == [True, True]
    assert kept(counter) == []


def test_a_trial_waits_for_nobody_and_nobody_for_it(counter: Counter) -> None:
    """A file of many lines is looked at while others sell."""
    with writing(counter.engine) as connection, Session(connection) as session:
        trail.lock(session)
        assert refused(taken(counter, QUEBEC, is_dry=True)) == []


def test_a_trial_tells_what_the_real_thing_would(counter: Counter) -> None:
    """Of lines that meet each other, and of what is kept already."""
    taken(counter, QUEBEC)
    counter.signer.step()
    counter.record(refused={1: 5})
    counter.signer.step()
    more = QUEBEC + (
        "B-1;20/11/2026;10,00;Vente;;\n"
        "B-1;20/11/2026;10,00;Vente;;\n"
        "B-1;20/11/2026;11,00;Vente;;\n"
        "R-1;20/11/2026;-6,00;Remboursement;B-1;\n"
        "R-1;20/11/2026;-6,00;Remboursement;B-1;\n"
        "R-1;20/11/2026;-5,00;Remboursement;B-1;\n"
        "R-2;20/11/2026;-6,00;Remboursement;B-1;\n"
        "R-3;20/11/2026;-4,00;Remboursement;B-1;\n"
        "R-4;20/11/2026;-0,01;Remboursement;B-1;\n"
        "R-5;20/11/2026;-0,01;Remboursement;B-2;\n"
    )

    def told(found: list[Taken]) -> list[object]:
        return [one.is_new if isinstance(one, Admitted) else type(one.error) for one in found]

    tried = told(taken(counter, more, is_dry=True))
    assert tried == told(taken(counter, more))
    assert tried == [
        *(True, True),  # the ledger refused both: they are tried again
        *(True, False, ReceiptTakenError),
        *(True, False, ReceiptTakenError, ReturnTooLargeError, True, AlreadyReturnedError),
        ReturnWithoutPurchaseError,
    ]


def test_a_bad_line_never_hides_the_others(counter: Counter) -> None:
    """Each is refused by its own name and number; the rest is taken."""
    text = QUEBEC + (
        "A-4;22/11/2026;douze;Vente;;\n"
        "A-5;99/11/2026;1,00;Vente;;\n"
        "A-6;22/11/2026;1,00;Cadeau;;\n"
        "A-7;22/11/2026;1,00\n"
        'A-8;22/11/2026;"1,00;Vente;;\n'
        "A-1;20/11/2026 17:42;1 234,91 $;Vente;;12\n"
        f"A-9;22/11/2026;1,00;Vente;;{'9' * 5000}\n"
        "A-10;22/11/2026;1,00;Vente;;\n"
    )
    found = taken(counter, text)
    told = [(one.line, type(one.error)) for one in found if isinstance(one, Refused)]
    assert told == [
        (4, AmountTextError),
        (5, MomentError),
        (6, KindError),
        (7, ColumnCountError),
        (8, ColumnCountError),
        (9, ReceiptTakenError),
        (10, LineTooLongError),
    ]
    assert [one[0] for one in kept(counter)] == ["A-1", "A-10", "A-2"]


@pytest.mark.parametrize(
    ("content", "said", "error"),
    [
        (b"", Columns(), UploadEmptyError),
        (b"\n \n", Columns(), UploadEmptyError),
        (b"facture;date;total\n", Columns(), UploadEmptyError),
        (b"facture;date;total\n1;\x81;2\n", Columns(), EncodingError),
        (b"facture;date;total\n1;\xe9;2\n", Columns(encoding="utf-8"), EncodingError),
        (b"facture;when;total\n1;2026-11-20;2\n", Columns(), ColumnUnmappedError),
        (b"facture;date;total\n1;2026-11-20;2\n", Columns(at="jour"), ColumnUnmappedError),
        (b"facture;date;total\n1;01/02/2026;2\n", Columns(), DateOrderError),
        (b"receipt,at,amount\n" + b"1,2026-11-20,2\n" * (upload.MAX_ROWS + 1), Columns(), TooManyRowsError),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    content: bytes, said: Columns, error: type[EndogeneError]
) -> None:
    """Nothing of it is taken."""
    with pytest.raises(error):
        upload.rows(content, said, "CAD")


def test_what_the_merchant_says_of_the_columns_is_done() -> None:
    """A file whose names tell nothing, in the order of another country, amounts in cents."""
    said = Columns(receipt="x", at="y", amount="z", dates="mdy", cents=True)
    [row] = upload.rows(b"x|y|z\nQ-1|03/04/2026 1:05 PM|250\n", said, "CAD")
    assert isinstance(row, Row)
    assert (row.draft.receipt, row.draft.amount, row.draft.at) == ("Q-1", 250, datetime(2026, 3, 4, 13, 5))  # noqa: DTZ001


def test_a_file_without_names_is_told_by_the_places_of_its_columns() -> None:
    """Old tills write none."""
    said = Columns(receipt="1", at="2", amount="3")
    [row] = upload.rows(b"1,2026-11-20,2.50\n", said, "CAD")
    assert isinstance(row, Row)
    assert (row.draft.amount, row.draft.at) == (250, date(2026, 11, 20))


@pytest.mark.parametrize(("card", "error"), [("XYZ", CardNumberError), ("0" * 17, UnknownCardError)])
def test_a_card_that_nobody_knows_refuses_its_line(
    counter: Counter, card: str, error: type[EndogeneError]
) -> None:
    """Who sends a file can correct it and send it again."""
    assert refused(taken(counter, f"receipt,at,amount,card\n1,2026-11-20,2.50,{card}\n")) == [error]


@pytest.mark.parametrize("member", ["M-12", "12.0", "12345678901", "-1", "+12", "1 2", "douze", "١٢"])
def test_what_is_no_number_of_a_member_refuses_its_line(counter: Counter, member: str) -> None:
    """Taken without its member, a sale could not be corrected: its receipt number would be spent."""
    file = "receipt,at,amount,member\n1,2026-11-20,2.50,{}\n"
    assert refused(taken(counter, file.format(member))) == [MemberTextError]
    assert refused(taken(counter, file.format("12"))) == []
    assert [one[3] for one in kept(counter)] == [12]


@pytest.mark.parametrize("letter", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_end_ends_a_line(letter: str) -> None:
    """Notes hold the oddest letters; the numbers of the lines stay those that an editor shows."""
    file = f"receipt,at,amount,note\r\n1,2026-11-20,2.50,a{letter}b\r2,2026-11-20,1.00,\n3,2026-11-20,1.00,"
    found = upload.rows(file.encode(), Columns(), "CAD")
    assert [(one.line, one.draft.receipt) for one in found if isinstance(one, Row)] == [
        (2, "1"),
        (3, "2"),
        (4, "3"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("12,34", 1234), ("12.34", 1234), ("12", 1200), ("12,3", 1230), ("0,05", 5)),
        *(("1 234,90 $", 123490), ("$1,234.90", 123490), ("1.234,90", 123490), ("1,234,567.89", 123456789)),
        *(("-5,00", -500), ("(5.00)", -500), ("5,00-", -500), ("5.00 CAD", 500), ("1\u202f234,50", 123450)),
        *(("1.234", None), ("1,234", None), ("1,23,456.00", None), ("1,234,56", None), ("", None)),
        *(("12e3", None), ("NaN", None), ("--5", None), ("12,345", None), ("٣", None), ("1" * 30, None)),
        *(("CA$5.00", 500), ("5,00 $ CA", 500), ("$CAD 5.00", 500), ("5,00 cad", 500)),
        *(
            ("€5", None),
            ("5,00 £", None),
            ("5.00 EUR", None),
            ("usd 5", None),
            ("US$5", None),
            ("5 $ US", None),
        ),
        *(("5,00 ¥", None), ("5.00 CHF", None)),
    ],
)
def test_an_amount_is_read_to_the_cent_or_not_at_all(text: str, expected: int | None) -> None:
    """1.234 could be a thousand times the other: nobody guesses about money."""
    if expected is None:
        with pytest.raises(AmountTextError):
            amount(text, 1, "CAD", is_cents=False)
    else:
        assert amount(text, 1, "CAD", is_cents=False) == expected


def test_the_sign_of_an_amount_is_that_of_the_community() -> None:
    """What one community writes is another's foreign money."""
    assert [amount(text, 1, "EUR", is_cents=False) for text in ("5,00 €", "EUR 5.00")] == [500, 500]
    for text in ("5,00 $", "5.00 CAD"):
        with pytest.raises(AmountTextError):
            amount(text, 1, "EUR", is_cents=False)


FORMS: list[Callable[[int], str]] = [
    lambda cents: f"{cents // 100}.{cents % 100:02}",
    lambda cents: f"{cents // 100},{cents % 100:02}",
    lambda cents: f"{cents // 100:,}.{cents % 100:02}",
    lambda cents: f"{cents // 100:,}".replace(",", "\u00a0") + f",{cents % 100:02} $",
    lambda cents: f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}",
]


@given(st.integers(0, 2**63), st.sampled_from(FORMS))
def test_every_amount_comes_back_from_every_form_that_people_write(
    cents: int, form: Callable[[int], str]
) -> None:
    """Large ones too: no float stands between."""
    assert amount(form(cents), 1, "CAD", is_cents=False) == cents
    assert amount(str(cents), 1, "CAD", is_cents=True) == cents


@given(st.lists(st.dates(date(1971, 1, 1), date(2100, 1, 1)), min_size=1))
def test_the_order_of_day_and_month_is_told_by_the_file_or_asked(days: list[date]) -> None:
    """A guess is made only where it cannot be wrong."""
    found = date_form(f"{one.day:02}/{one.month:02}/{one.year}" for one in days)
    assert found == ("dmy" if any(one.day > 12 for one in days) else None)
    assert date_form(one.isoformat() for one in days) == "iso"


CELLS = {
    "receipt": st.sampled_from(["A-1", "A-2", "", " ", "x" * 101])
    | st.text(st.characters(exclude_categories=["C"]), max_size=4),
    "at": st.datetimes().map(str) | st.dates().map(str) | st.sampled_from(["", "0001-01-01T00:00+14:00"]),
    "amount": st.integers(-(10**5), 10**25).map(lambda cents: f"{cents / 100:.2f}")
    | st.text("1.,-()$€ ", max_size=9),
    "kind": st.sampled_from(["", "sale", "retour", "?"]),
    "refund_of": st.sampled_from(["", "A-1", "A-2"]),
    "member": st.integers(0, 2**33).map(str) | st.sampled_from(["", "M-12", "12.0", "1" * 11]),
}


@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=6))
def test_every_sale_of_a_file_is_read_as_it_stands_or_refused_by_name(cells: list[dict[str, str]]) -> None:
    """Whatever stands in its cells: no buyer is lost on the way, and each fault has a name."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(CELLS))
    writer.writeheader()
    writer.writerows(cells)
    with suppress(EndogeneError):
        for one in upload.rows(file.getvalue().encode("utf-8", "replace"), Columns(), "CAD"):
            given = cells[one.line - 2]
            if isinstance(one, Row) and isinstance(one.draft, NewPurchase):
                assert str(one.buyer.member or "") == given["member"].lstrip("0")


@given(st.binary(max_size=300))
def test_no_file_makes_the_reader_fail_in_its_own_words(content: bytes) -> None:
    """Whatever is sent, each fault has a name."""
    try:
        found = upload.rows(content, Columns(), "CAD")
    except EndogeneError:
        return
    assert all(isinstance(one, Row | Refused) for one in found)


@pytest.mark.parametrize("start", spreadsheet.FORMULA)
def test_the_file_of_errors_runs_no_formula(counter: Counter, start: str) -> None:
    """Who opens it in a spreadsheet reads what was sent, and executes none of it."""
    found: list[Taken] = [
        Refused(2, f"{start}cmd|' /C calc'!A0", AmountTextError(line=2, actual="x", limit="y"))
    ]
    desk = Desk(counter.engine, MERCHANT, TILL, ZONE, "csv", BUYERS, COMMAND_LINE)
    stored = keep_upload(desk, "csv", b"...", found)
    text = errors_csv(refusals(stored), "fr")
    assert text.startswith("\ufeffline,"), "the spreadsheet reads the accents as they are"
    assert f"'{start}cmd" in text
    assert "À la ligne 2" in text
    assert (stored.rows, stored.refused) == (1, 1)


def test_without_the_apostrophe_the_formula_would_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard above can fail."""
    monkeypatch.setattr("endogene_token.sales.report.inert", lambda cell: cell)
    text = errors_csv([Refused(2, "=1+1", UploadEmptyError())], "en")
    assert ",=1+1" in f",{text.splitlines()[1].partition(',')[2]}"


def test_a_line_with_two_buyers_is_refused(counter: Counter) -> None:
    """Nobody chooses between them for the merchant."""
    text = "receipt,at,amount,card,phone\n1,2026-11-20,2.50,XYZ,418-555-0101\n"
    assert refused(taken(counter, text)) == [BuyerCountError]
