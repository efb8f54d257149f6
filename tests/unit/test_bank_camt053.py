"""Bank statements in camt.053: every booked cent once, and no file that harms."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import (
    StatementBalanceError,
    StatementCurrencyError,
    StatementDepthError,
    StatementDoctypeError,
    StatementElementsError,
    StatementError,
    StatementFieldError,
    StatementKindError,
    StatementTooLargeError,
    StatementXmlError,
)
from endogene_token.treasury.bankfiles.returns import ReturnReason, sepa_reason
from endogene_token.treasury.bankstatements import safe_xml
from endogene_token.treasury.bankstatements.camt053 import read_camt053
from endogene_token.treasury.bankstatements.lines import StatementLine
from tests.unit.told_bank import IBAN, balance, camt, entry, part, statement

VERSIONS = ["02", "08"]


def lines(raw: bytes) -> list[StatementLine]:
    return [line for one in read_camt053(raw) for line in one.lines]


def treasurers_day(version: str) -> bytes:
    """A debit collected, another returned with a fee of 2.15, a payment out, and one only announced."""
    collected = part(
        version, "ST-7", mandate="MANDAT-42", debtor="Épicerie", creditor="Nous", text="Prime nov."
    )
    back = part(
        version, "ST-8", mandate="MANDAT-43", debtor="Café", creditor="Nous", reason="AM04", asked=2500
    )
    paid = part(version, "P-1", debtor="Nous", creditor="Garage")
    return camt(
        version,
        statement(
            balance("OPBD", 100_000, "2026-11-22"),
            balance("CLBD", 108_630),
            entry(version, 12_345, collected, reference="B1"),
            entry(version, -2715, back, reference="B2"),
            entry(version, -1000, paid, reference="B3"),
            entry(version, -99_999, part(version, "LATER"), status="PDNG"),
        ),
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_statement_with_a_collection_a_return_and_a_payment_is_read(version: str) -> None:
    """What a treasurer's day looks like, with all that matching needs."""
    (found,) = read_camt053(treasurers_day(version))
    assert (found.account, found.currency, found.identifier) == (IBAN, "EUR", "S1")
    assert (found.opening, found.closing, found.unbooked) == (100_000, 108_630, 1)
    collected, returned, paid = found.lines
    assert (collected.amount, collected.end_to_end, collected.mandate) == (12_345, "ST-7", "MANDAT-42")
    assert (collected.name, collected.text, collected.bank_reference) == ("Épicerie", "Prime nov.", "B1")
    assert (collected.booked, collected.valued) == (date(2026, 11, 23), date(2026, 11, 23))
    assert (returned.amount, returned.instructed, returned.return_code) == (-2715, 2500, "AM04")
    assert returned.name == "Café"  # who owes, though the money left our account
    assert sepa_reason(returned.return_code) is ReturnReason.INSUFFICIENT_FUNDS
    assert (paid.amount, paid.name, paid.instructed) == (-1000, "Garage", None)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_entry_of_several_debits_becomes_a_line_for_each(version: str) -> None:
    """A collection is booked as one amount; its debits are matched one by one."""
    parts = [part(version, f"ST-{at}", 100 * at) for at in (1, 2, 3)]
    found = lines(camt(version, statement(entry(version, 600, *parts, reference="B1", batch=3))))
    assert [(line.end_to_end, line.amount, line.parts) for line in found] == [
        ("ST-1", 100, 1),
        ("ST-2", 200, 1),
        ("ST-3", 300, 1),
    ]
    assert len({line.identity for line in found}) == 3


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("cents", "amounts", "batch"),
    [(601, (100, 200, 300), 3), (600, (None, None), 2), (600, (100, 200, 300), 4), (600, (), 7)],
)
def test_an_entry_that_its_parts_do_not_make_up_stays_one_line_for_a_person(
    version: str, cents: int, amounts: tuple[int | None, ...], batch: int
) -> None:
    """The account's own amount is what moved: nothing is guessed about its parts."""
    parts = [part(version, f"ST-{at}", amount) for at, amount in enumerate(amounts)]
    (line,) = lines(camt(version, statement(entry(version, cents, *parts, batch=batch, text="Remise"))))
    assert (line.amount, line.end_to_end, line.parts, line.text) == (
        cents,
        "",
        max(batch, len(parts)),
        "Remise",
    )


@pytest.mark.parametrize("version", VERSIONS)
@given(
    st.lists(st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=4), max_size=6),
    st.integers(-(10**9), 10**9),
)
def test_every_booked_cent_is_in_one_line(version: str, drawn: list[list[int]], opening: int) -> None:
    """Whatever the entries and their parts, lines lead from the opening to the closing balance."""
    if version == "02":  # there, parts bear no direction of their own
        drawn = [[abs(one) for one in amounts] for amounts in drawn]
    total = sum(map(sum, drawn))
    entries = [
        entry(version, sum(amounts), *(part(version, f"E{at}-{n}", one) for n, one in enumerate(amounts)))
        for at, amounts in enumerate(drawn)
    ]
    raw = camt(version, statement(balance("OPBD", opening), *entries, balance("CLBD", opening + total)))
    found = lines(raw)
    assert sum(line.amount for line in found) == total
    assert len({line.identity for line in found}) == len(found)
    assert [line.identity for line in lines(raw)] == [line.identity for line in found]
    with pytest.raises(StatementBalanceError):
        lines(
            camt(version, statement(balance("OPBD", opening), *entries, balance("CLBD", opening + total + 1)))
        )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_movement_in_another_statement_is_the_same_line(version: str) -> None:
    """A month that repeats a day's entries adds nothing; a statement twice in one file counts once."""
    entries = [
        entry(version, 100, part(version, "NOTPROVIDED", text="Don")),
        entry(version, 100, part(version, "NOTPROVIDED", text="Don")),
    ]
    daily = statement(*entries, identifier="D1")
    monthly = statement(entry(version, 5, day="2026-11-01"), *entries, identifier="M1")
    once = [line.identity for line in lines(camt(version, daily))]
    assert len(set(once)) == 2
    assert [line.identity for line in lines(camt(version, monthly))][1:] == once
    assert [line.identity for line in lines(camt(version, daily, daily))] == once
    assert lines(camt(version, daily))[0].end_to_end == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_statements_that_share_an_identifier_are_both_read(version: str) -> None:
    """Some banks number every statement 1: only what is alike in all is a repetition."""
    first, second = statement(entry(version, 100)), statement(entry(version, 100), entry(version, 100))
    found = lines(camt(version, first, second))
    assert [line.amount for line in found] == [100, 100, 100]
    assert len({line.identity for line in found}) == 3


def test_a_balance_of_a_page_is_not_held_against_a_whole_statement() -> None:
    """Only the last page, if it is the first, has both ends."""
    page = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
    wrong = (balance("OPBD", 0), entry("08", 100), balance("CLBD", 500))
    assert lines(camt("08", statement(*wrong, before=page)))
    second = "<StmtPgntn><PgNb>10</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"
    assert lines(camt("08", statement(*wrong, before=second)))
    only = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"
    with pytest.raises(StatementBalanceError):
        lines(camt("08", statement(*wrong, before=only)))


def test_several_days_are_held_from_the_first_opening_to_the_last_closing() -> None:
    """A month's statement may state the balances of each day."""
    inside = (
        balance("CLBD", 150, "2026-11-02"),
        balance("OPBD", 100, "2026-11-02"),
        balance("OPBD", 0, "2026-11-01"),
        balance("CLBD", 100, "2026-11-01"),
        entry("02", 100, day="2026-11-01"),
        entry("02", 50, day="2026-11-02"),
    )
    (found,) = read_camt053(camt("02", statement(*inside)))
    assert (found.opening, found.closing) == (0, 150)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('<Amt Ccy="EUR">1.00</Amt>', '<Amt Ccy="EUR">1.001</Amt>', StatementFieldError),
        ('<Amt Ccy="EUR">1.00</Amt>', '<Amt Ccy="EUR">-1.00</Amt>', StatementFieldError),
        ('<Amt Ccy="EUR">1.00</Amt>', '<Amt Ccy="EUR">1.00-</Amt>', StatementFieldError),
        ('<Amt Ccy="EUR">1.00</Amt>', '<Amt Ccy="EUR">1e2</Amt>', StatementFieldError),
        ('<Amt Ccy="EUR">1.00</Amt>', '<Amt Ccy="EUR">99999999999999999</Amt>', StatementFieldError),
        ('<Amt Ccy="EUR">1.00</Amt>', "", StatementFieldError),
        ('<Amt Ccy="EUR">1.00', '<Amt Ccy="USD">1.00', StatementCurrencyError),
        ('<Amt Ccy="EUR">1.00', "<Amt>1.00", StatementCurrencyError),
        ("<CdtDbtInd>CRDT", "<CdtDbtInd>BOTH", StatementFieldError),
        ("<BookgDt><Dt>2026-11-23", "<BookgDt><Dt>2026-02-30", StatementFieldError),
        ("<BookgDt><Dt>2026-11-23", "<BookgDt><Dt>23.11.2026", StatementFieldError),
        ("<Sts><Cd>BOOK</Cd>", "<Sts><Cd>DONE</Cd>", StatementFieldError),
        ("<Sts><Cd>BOOK</Cd></Sts>", "", StatementFieldError),
        (f"<IBAN>{IBAN}</IBAN>", "", StatementFieldError),
        ("<Ccy>EUR</Ccy>", "<Ccy>€</Ccy>", StatementFieldError),
        ("<NbOfTxs>1<", "<NbOfTxs>-1<", StatementFieldError),
        ("camt.053.001.08", "camt.053.001.99", StatementKindError),
        ("camt.053", "pain.008", StatementKindError),
        ("BkToCstmrStmt>", "Other>", StatementKindError),
        ("</Ntry>", "", StatementXmlError),
        ("UTF-8", "no-such", StatementXmlError),
        ("UTF-8", "utf-7", StatementXmlError),
        ("NOTE", "\x01", StatementXmlError),
        ("NOTE", "&xxe;", StatementXmlError),
    ],
)
def test_a_value_that_the_message_does_not_allow_is_named(
    old: str, new: str, wrong: type[StatementError]
) -> None:
    """And nothing is read: a half-read statement would balance nothing."""
    raw = camt("08", statement(entry("08", 100, part("08", "E", text="NOTE"), batch=1)))
    assert old.encode() in raw
    assert len(lines(raw)) == 1
    with pytest.raises(wrong):
        read_camt053(raw.replace(old.encode(), new.encode()))


def test_dates_may_be_moments_and_bear_a_zone() -> None:
    """The day is the one of the bank's own clock."""
    raw = camt("02", statement(entry("02", 100)))
    moment = b"<BookgDt><DtTm>2026-11-22T23:59:59-05:00</DtTm></BookgDt>"
    (line,) = lines(raw.replace(b"<BookgDt><Dt>2026-11-23</Dt></BookgDt>", moment))
    assert line.booked == date(2026, 11, 22)
    (line,) = lines(raw.replace(b"<BookgDt><Dt>2026-11-23</Dt></BookgDt>", b""))
    assert line.booked == date(2026, 11, 23)  # the value day, where no other is told
    without = raw.replace(b"<BookgDt><Dt>2026-11-23</Dt></BookgDt>", b"").replace(
        b"<ValDt><Dt>2026-11-23</Dt></ValDt>", b""
    )
    with pytest.raises(StatementFieldError):
        lines(without)


BOMB = b"".join(b'<!ENTITY l%d "%s">' % (at, b"&l%d;" % (at - 1) * 10) for at in range(1, 10))
ATTACKS: list[tuple[bytes, type[StatementError]]] = [
    (b'<!DOCTYPE Document [<!ENTITY l0 "ha">%s]>' % BOMB, StatementDoctypeError),
    (b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>', StatementDoctypeError),
    (b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">', StatementDoctypeError),
    (b'<!DOCTYPE Document PUBLIC "-//X" "http://169.254.169.254/">', StatementDoctypeError),
    (b'<!DOCTYPE Document [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]>', StatementDoctypeError),
    (b'<!DOCTYPE Document [<!ATTLIST Document a CDATA "x">]>', StatementDoctypeError),
]


@pytest.mark.parametrize(("attack", "wrong"), ATTACKS)
@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_no_document_type_is_read_in_any_encoding(
    attack: bytes, wrong: type[StatementError], code: str
) -> None:
    """Without it there is no entity to expand, and nothing to fetch."""
    raw = camt("08", statement(entry("08", 100)))
    start = raw.index(b"<Document")
    text = (attack + raw[start:].replace(b"<Id>S1", b"<Id>&l9;")).decode()
    with pytest.raises(wrong):
        read_camt053(text.encode(code))


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (lambda: b"<a>" * 1_000_000, StatementDepthError),
        (lambda: b"<a>" + b"<b/>" * 600_000, StatementElementsError),
        (lambda: b"<a>" + b"x" * (16 * 2**20), StatementTooLargeError),
        (lambda: b"<a " + b" ".join(b'a%d=""' % at for at in range(300_000)) + b"/>", StatementKindError),
        (lambda: b"", StatementXmlError),
        (lambda: b"\xff\xfe\x00", StatementXmlError),
        (lambda: b"Date;Montant", StatementXmlError),
        (lambda: b"<a/><b/>", StatementXmlError),
    ],
)
def test_a_file_made_to_exhaust_is_refused_in_seconds(
    make: Callable[[], bytes], wrong: type[StatementError]
) -> None:
    """Depth, number of elements and bytes are bounded before the tree is built."""
    raw = make()
    began = time.process_time()
    with pytest.raises(wrong):
        read_camt053(raw)
    assert time.process_time() - began < 20


def test_a_text_of_eight_megabytes_is_cut_in_seconds() -> None:
    """What is kept of a text is bounded, and so is the work."""
    raw = camt("08", statement(entry("08", 100, part("08", "E", text="x y " * 2**21))))
    began = time.process_time()
    (line,) = lines(raw)
    assert len(line.text) <= 500
    assert time.process_time() - began < 20


def test_elements_of_another_namespace_are_not_those_of_the_message() -> None:
    """Supplementary data of a bank cannot pass for an entry."""
    raw = camt("08", statement(entry("08", 100)))
    foreign = b'<Ntry xmlns="urn:bank"><Amt Ccy="EUR">9.00</Amt></Ntry></Stmt>'
    assert len(lines(raw.replace(b"</Stmt>", foreign))) == 1
    _, root = safe_xml.parse_xml(b'<a xmlns="u"><b xmlns="v"/></a>')
    assert [element.tag for element in root] == ["v}b"]


def test_prefixes_and_encodings_of_banks_are_read() -> None:
    """The same message, with a prefix on each element, in the alphabet of Western Europe."""
    raw = camt("02", statement(entry("02", 100, part("02", "E", debtor="Épicerie"))))
    text = raw.decode().replace("UTF-8", "ISO-8859-1")
    assert lines(text.encode("latin-1"))[0].name == "Épicerie"
    prefixed = (
        text.replace("</", "\0")
        .replace("<?", "\1")
        .replace("<", "<c:")
        .replace("\0", "</c:")
        .replace("\1", "<?")
    )
    assert lines(prefixed.replace("xmlns=", "xmlns:c=").encode("latin-1")) == lines(raw)


@given(st.binary(max_size=300))
def test_no_bytes_bring_a_traceback(noise: bytes) -> None:
    """Whatever is uploaded is read, or refused by name."""
    with suppress(StatementError):
        read_camt053(noise)


SAMPLE = camt(
    "08", statement(balance("OPBD", 1), entry("08", 100, part("08", "E", 100)), balance("CLBD", 101))
)


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 60), st.binary(max_size=6))
def test_no_damage_to_a_statement_brings_a_traceback(at: int, cut: int, noise: bytes) -> None:
    """A byte changed anywhere is read or refused; a changed amount never passes the balances."""
    try:
        found = read_camt053(SAMPLE[:at] + noise + SAMPLE[at + cut :])
    except StatementError:
        return
    for one in found:
        if one.opening is not None and one.closing is not None and one.page in {"", "1"}:
            assert one.opening + sum(line.amount for line in one.lines) == one.closing


def test_the_counts_of_an_entry_s_several_parts_add_up() -> None:
    """Two files booked as one amount: as many transactions as both have."""
    raw = camt("08", statement(entry("08", 900, batch=2)))
    counted = b"<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch></NtryDtls>"
    assert raw.count(counted) == 1
    both = raw.replace(counted, counted + counted.replace(b">2<", b">3<"))
    assert [read_camt053(one)[0].lines[0].parts for one in (raw, both)] == [2, 5]
