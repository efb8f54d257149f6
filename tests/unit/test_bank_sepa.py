"""SEPA debits and payments, read back by a reader that knows only the messages' elements."""

import string
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schwifty import IBAN

from endogene_token.errors import (
    BankAccountError,
    BankAmountError,
    BankDateError,
    BankFieldError,
    BankFileEmptyError,
    BankReferenceTwiceError,
    BankSchemaError,
    BankTextError,
)
from endogene_token.treasury.bankfiles import latin
from endogene_token.treasury.bankfiles.latin import CANADIAN, SEPA, plain
from endogene_token.treasury.bankfiles.pain001 import PAIN_001, PAIN_001_OLD, write_pain001
from endogene_token.treasury.bankfiles.pain008 import PAIN_008, PAIN_008_OLD, Creditor, write_pain008
from endogene_token.treasury.bankfiles.sepa import (
    Debit,
    Mandate,
    Payment,
    SepaAccount,
    SequenceType,
    check_creditor_identifier,
    finish,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = date(2026, 12, 8)
OURS = SepaAccount("Coopérative Endogène & Cie", "FR1420041010050500013M02606", "PSSTFRPPXXX")
CREDITOR = Creditor(OURS, "FR72ZZZ123456")
MERCHANT = SepaAccount("Épicerie du Cœur", "DE89370400440532013000")
DEBIT = Debit(
    Mandate("MANDAT-000042", date(2026, 1, 15)),
    MERCHANT,
    12_345,
    DAY,
    SequenceType.RECURRENT,
    "ST-2026-11-7",
    "Nov.",
)
PAYMENT = Payment(MERCHANT, 1, DAY, "P-1", "Conversion de novembre")


def document(raw: bytes, schema: str) -> ET.Element:
    """Return the body of a message, its elements without their namespace; all are in that of `schema`."""
    root = ET.fromstring(raw)  # noqa: S314 - our own bytes
    for element in root.iter():
        space, _, element.tag = element.tag[1:].partition("}")
        assert space == f"urn:iso:std:iso:20022:tech:xsd:{schema}"
    return root[0]


def text(element: ET.Element, path: str) -> str:
    """Return the text of the only element at `path`."""
    (found,) = element.findall(path)
    return found.text or ""


def cents(amount: str) -> int:
    whole, point, part = amount.partition(".")
    assert (point, len(part)) == (".", 2)
    return int(whole + part)


def groups(body: ET.Element, transaction: str) -> list[tuple[ET.Element, list[ET.Element]]]:
    """Return each group and its transactions; counts and sums agree at both levels, or this fails."""
    head, told = body.find("GrpHdr"), []
    assert head is not None
    for group in body.findall("PmtInf"):
        inside = group.findall(transaction)
        sums = [cents(text(one, ".//InstdAmt")) for one in inside]
        assert {one.get("Ccy") for one in group.findall(".//InstdAmt")} == {"EUR"}
        assert (int(text(group, "NbOfTxs")), cents(text(group, "CtrlSum"))) == (len(inside), sum(sums))
        told.append((group, inside))
    assert int(text(head, "NbOfTxs")) == sum(len(inside) for _, inside in told)
    assert cents(text(head, "CtrlSum")) == sum(cents(text(group, "CtrlSum")) for group, _ in told)
    names = [text(group, "PmtInfId") for group, _ in told]
    assert names == [f"{text(head, 'MsgId')}-{at}" for at in range(1, len(told) + 1)]
    return told


references = st.from_regex(r"[A-Z0-9]([A-Z0-9 ?:().,'+-]{0,33}[A-Z0-9])?", fullmatch=True)
accounts = st.builds(
    SepaAccount,
    name=st.text(min_size=1, max_size=90).map(lambda name: "N" + name),
    iban=st.from_regex("[0-9]{18}", fullmatch=True).map(
        lambda bban: str(IBAN.generate("DE", bban[:8], bban[8:]))
    ),
    bic=st.sampled_from([None, "DEUTDEFF", "PSSTFRPPXXX"]),
)
amounts = st.integers(1, 99_999_999_999)
days = st.dates(DAY, DAY + timedelta(days=3))
mandates = st.builds(Mandate, references, st.dates(date(2010, 1, 1), DAY))
debits = st.builds(
    Debit, mandates, accounts, amounts, days, st.sampled_from(SequenceType), references, st.just("Prime")
)
payments = st.builds(Payment, accounts, amounts, days, references, st.just("Conversion"))


@settings(max_examples=40)
@given(
    st.lists(debits, min_size=1, max_size=6, unique_by=lambda debit: debit.reference),
    st.sampled_from([PAIN_008, PAIN_008_OLD]),
)
def test_any_set_of_debits_comes_back_from_an_independent_reader(drawn: list[Debit], schema: str) -> None:
    """Amount, account, mandate, day and sequence of each debit reach the bank, and every sum agrees."""
    body = document(write_pain008(CREDITOR, "ENDO-2026-11", NOW, drawn, schema), schema)
    found = set()
    for group, inside in groups(body, "DrctDbtTxInf"):
        assert text(group, "PmtMtd") == "DD"
        assert text(group, "CdtrAcct/Id/IBAN") == OURS.iban
        assert text(group, "CdtrSchmeId/Id/PrvtId/Othr/Id") == "FR72ZZZ123456"
        assert text(group, "CdtrSchmeId/Id/PrvtId/Othr/SchmeNm/Prtry") == "SEPA"
        assert (text(group, "PmtTpInf/SvcLvl/Cd"), text(group, "PmtTpInf/LclInstrm/Cd")) == ("SEPA", "CORE")
        for one in inside:
            agent = one.find("DbtrAgt/FinInstnId")
            assert agent is not None
            bic = agent.findtext("BICFI" if schema == PAIN_008 else "BIC")
            assert bic is not None or agent.findtext("Othr/Id") == "NOTPROVIDED"
            found.add(
                (
                    text(one, "PmtId/EndToEndId"),
                    cents(text(one, "InstdAmt")),
                    text(one, "DbtrAcct/Id/IBAN"),
                    bic,
                    text(one, "DrctDbtTx/MndtRltdInf/MndtId"),
                    text(one, "DrctDbtTx/MndtRltdInf/DtOfSgntr"),
                    text(group, "PmtTpInf/SeqTp"),
                    text(group, "ReqdColltnDt"),
                )
            )
    assert found == {
        (
            debit.reference,
            debit.amount,
            debit.debtor.iban,
            debit.debtor.bic,
            debit.mandate.reference,
            str(debit.mandate.signed),
            debit.sequence.value,
            str(debit.day),
        )
        for debit in drawn
    }


@settings(max_examples=40)
@given(
    st.lists(payments, min_size=1, max_size=6, unique_by=lambda payment: payment.reference),
    st.sampled_from([PAIN_001, PAIN_001_OLD]),
)
def test_any_set_of_payments_comes_back_from_an_independent_reader(drawn: list[Payment], schema: str) -> None:
    """Amount, account and day of each payment reach the bank, and every sum agrees."""
    body = document(write_pain001(OURS, "ENDO-P-1", NOW, drawn, schema), schema)
    found = set()
    for group, inside in groups(body, "CdtTrfTxInf"):
        assert (text(group, "PmtMtd"), text(group, "DbtrAcct/Id/IBAN")) == ("TRF", OURS.iban)
        day = text(group, "ReqdExctnDt" if schema == PAIN_001_OLD else "ReqdExctnDt/Dt")
        for one in inside:
            paid = cents(text(one, "Amt/InstdAmt"))
            found.add((text(one, "PmtId/EndToEndId"), paid, text(one, "CdtrAcct/Id/IBAN"), day))
    assert found == {(one.reference, one.amount, one.creditor.iban, str(one.day)) for one in drawn}


def test_names_and_texts_are_written_in_the_letters_of_sepa() -> None:
    """The schemes' banks carry basic Latin only; an ampersand becomes a plus."""
    body = document(write_pain008(CREDITOR, "M", NOW, [replace(DEBIT, text="Prime <nov.> — dû")]), PAIN_008)
    assert text(body, "GrpHdr/InitgPty/Nm") == "Cooperative Endogene + Cie"
    assert text(body, ".//Dbtr/Nm") == "Epicerie du Coeur"
    assert text(body, ".//RmtInf/Ustrd") == "Prime nov. - du"


def write_debits(created: datetime = NOW, message: str = "ENDO-2026-11") -> bytes:
    return write_pain008(
        CREDITOR, message, created, [DEBIT, replace(DEBIT, reference="X", day=DAY + timedelta(1))]
    )


def write_payments(created: datetime = NOW, message: str = "ENDO-2026-11") -> bytes:
    return write_pain001(OURS, message, created, [PAYMENT, replace(PAYMENT, reference="X")])


@pytest.mark.parametrize("write", [write_debits, write_payments])
def test_the_same_values_give_the_same_bytes(write: Callable[..., bytes]) -> None:
    """No clock and no chance is in the file: made again, it is the one that was sent."""
    assert write() == write()
    body = ET.fromstring(write())  # noqa: S314 - our own bytes
    assert [one.text for one in body.iter() if one.tag.endswith("}CreDtTm")] == ["2026-11-23T09:30:00+00:00"]
    assert write(message="OTHER") != write() != write(created=NOW + timedelta(1))


@pytest.mark.parametrize(
    "iban", ["FR1420041010050500013M02607", "FR14", "", "XX00123", "fr1420041010050500013m02606"]
)
def test_an_iban_with_a_wrong_digit_is_refused(iban: str) -> None:
    """A slip of the pen collects from nobody."""
    with pytest.raises(BankAccountError):
        SepaAccount("N", iban)


def test_an_iban_with_spaces_is_refused_and_a_bic_is_checked() -> None:
    """One account is written in one way."""
    with pytest.raises(BankAccountError):
        SepaAccount("N", "FR14 2004 1010 0505 0001 3M02 606")
    for bic in ("PSST", "psstfrpp", "PSSTQQPP", ""):
        with pytest.raises(BankAccountError):
            SepaAccount("N", OURS.iban, bic)


@pytest.mark.parametrize("identifier", ["FR72ZZZ123456", "DE98ZZZ09999999999", "FR72ABC123456"])
def test_a_creditor_identifier_with_right_check_digits_is_taken(identifier: str) -> None:
    """The published examples pass, whatever their business code."""
    check_creditor_identifier(identifier)


@pytest.mark.parametrize("identifier", ["FR73ZZZ123456", "FR72ZZZ123457", "DE98ZZZ", "", "FR72ZZZ12345é"])
def test_a_creditor_identifier_with_a_wrong_digit_is_refused(identifier: str) -> None:
    """The bank would refuse the whole file."""
    with pytest.raises(BankAccountError):
        Creditor(OURS, identifier)


@pytest.mark.parametrize("reference", ["", "/A", "A/", "A//B", " A", "A ", "É", "A_B", "A" * 36, "A\n"])
def test_a_reference_that_a_bank_would_change_is_refused(reference: str) -> None:
    """What recognises a payment comes back as it went."""
    for make in (
        lambda: replace(DEBIT, reference=reference),
        lambda: replace(PAYMENT, reference=reference),
        lambda: Mandate(reference, DAY),
        lambda: write_pain008(CREDITOR, reference, NOW, [DEBIT]),
    ):
        with pytest.raises(BankFieldError):
            make()


@pytest.mark.parametrize("amount", [0, -1, True, 10**11])
def test_an_amount_that_sepa_does_not_carry_is_refused(amount: int) -> None:
    """From one cent to 999,999,999.99 euros."""
    with pytest.raises(BankAmountError):
        replace(DEBIT, amount=amount)
    with pytest.raises(BankAmountError):
        replace(PAYMENT, amount=amount)


def test_a_debit_before_its_mandate_is_refused() -> None:
    """Nothing is collected without a signature."""
    with pytest.raises(BankDateError):
        replace(DEBIT, day=date(2026, 1, 14))


def wrong_files() -> list[tuple[type[Exception], Callable[[], bytes]]]:
    no_bic = replace(OURS, bic=None)
    return [
        (BankFileEmptyError, lambda: write_pain008(CREDITOR, "M", NOW, [])),
        (BankFileEmptyError, lambda: write_pain001(OURS, "M", NOW, [])),
        (BankReferenceTwiceError, lambda: write_pain008(CREDITOR, "M", NOW, [DEBIT, DEBIT])),
        (BankReferenceTwiceError, lambda: write_pain001(OURS, "M", NOW, [PAYMENT, PAYMENT])),
        (BankFieldError, lambda: write_pain008(CREDITOR, "M" * 31, NOW, [DEBIT])),
        (BankFieldError, lambda: write_pain008(CREDITOR, "M", NOW, [DEBIT], "pain.008.001.99")),
        (BankFieldError, lambda: write_pain001(OURS, "M", NOW, [PAYMENT], "pain.001.001.99")),
        (BankFieldError, lambda: write_pain001(no_bic, "M", NOW, [PAYMENT])),
        (
            BankFieldError,
            lambda: write_pain008(replace(CREDITOR, account=no_bic), "M", NOW, [DEBIT], PAIN_008_OLD),
        ),
        (BankFieldError, lambda: write_pain008(replace(CREDITOR, instrument="COR1"), "M", NOW, [DEBIT])),
        (BankTextError, lambda: write_pain008(CREDITOR, "M", NOW, [replace(DEBIT, text="→ ☂")])),
    ]


@pytest.mark.parametrize(("wrong", "write"), wrong_files())
def test_a_file_that_the_bank_would_refuse_is_not_made(
    wrong: type[Exception], write: Callable[[], bytes]
) -> None:
    """Each refusal has its name, before anything is sent."""
    with pytest.raises(wrong):
        write()


def test_a_file_that_breaks_its_schema_is_noticed() -> None:
    """The check against the schema can fail."""
    broken = write_debits().replace(b"<SeqTp>RCUR", b"<SeqTp>EVER")
    with pytest.raises(BankSchemaError) as caught:
        finish(broken, PAIN_008, "M", NOW)
    assert "SeqTp" in str(caught.value)


@pytest.mark.parametrize("letters", [CANADIAN, SEPA])
@given(name=st.text(), longest=st.integers(1, 70))
def test_a_written_name_holds_only_the_letters_of_the_bank(name: str, longest: int, letters: Any) -> None:
    """Whatever a name holds, the file stays within its letters and width; written again it is the same."""
    try:
        written = plain(name, "name", letters, longest)
    except BankTextError:
        assert not (set(name) & set(string.ascii_letters + string.digits) and longest > len(name))
        return
    assert set(written) <= letters
    assert 1 <= len(written) <= longest
    assert written == written.strip()
    assert plain(written, "name", letters, longest) == written


@pytest.mark.parametrize(
    ("name", "canadian", "sepa"),
    [
        ("Café Le Bœuf", "CAFE LE BOEUF", "Cafe Le Boeuf"),
        ("L’Œuvre — S.E.N.C.", "L OEUVRE - S.E.N.C.", "L'OEuvre - S.E.N.C."),
        ("Straße & Sønn", "STRASSE & SONN", "Strasse + Sonn"),
        ("  a\tb  ", "A B", "a b"),
        ("Ｆｕｌｌ ﬁn", "FULL FIN", "Full fin"),
    ],
)
def test_a_name_keeps_its_sound(name: str, canadian: str, sepa: str) -> None:
    """The documented transliteration, word by word."""
    assert (plain(name, "name", CANADIAN, 30), plain(name, "name", latin.SEPA, 30)) == (canadian, sepa)
