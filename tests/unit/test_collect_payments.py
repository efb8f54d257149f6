"""Payments out: what the chain awaits, on the account that it names, once; mandates and payees as kept."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from endogene_token.errors import (
    BankAccountError,
    BankDateError,
    BankFieldError,
    BankSettingsError,
    InstalmentError,
    MandateEndedError,
    MandateHeldError,
    MandateSchemeError,
    MandateTakenError,
    NotAwaitedError,
    OfficeKeyError,
    PayDayError,
    PayeeEndedError,
    PayeeHeldError,
    RunEmptyError,
    SettingError,
    UnknownMandateError,
    UnknownMerchantError,
)
from endogene_token.indexer.money_models import CashRequest, Redemption
from endogene_token.office.secret import OfficeSecret
from endogene_token.treasury.collect import mandates, profile, runs
from endogene_token.treasury.collect.accounts import read_account
from endogene_token.treasury.collect.drafting import Drafted
from endogene_token.treasury.collect.mandates import NewPayee
from endogene_token.treasury.collect.models import BankMandate
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.collect.states import Left
from endogene_token.treasury.collect.told import run_json
from tests.town import ALICE, BAKERY, BASILE, GROCER
from tests.unit.collect_desk import (
    APPROVER,
    CANADA,
    DAY,
    IBAN,
    SEPA,
    CollectDesk,
    cash_request,
    closed,
    instant,
    issued,
    mandate,
    redemption,
)
from tests.unit.office_desk import ACTOR
from tests.unit.test_bank_cpa005 import read

NAMED = bytes(range(32))  # what a redemption names for Alice's account


@pytest.fixture
def desk(database_url: str) -> Iterator[CollectDesk]:
    """A bakery and Alice who are paid on known accounts; a grocer and Basile who are not."""
    found = CollectDesk(database_url)
    found.pay_on("merchant", BAKERY)
    found.pay_on("member", ALICE, NAMED)
    yield found
    found.engine.dispose()


def why(drafted: Drafted) -> dict[int, Left | None]:
    return {getattr(one, "object", 0): one.why for one in drafted.left_out}


def test_what_is_awaited_is_paid_where_the_account_is_known(desk: CollectDesk) -> None:
    """Credits in the file, with the sum of what the run says; the rest is listed with its reason."""
    desk.keep(
        cash_request(1, BAKERY, 5_000, instant(1)),
        cash_request(2, GROCER, 700, instant(1)),
        cash_request(3, BAKERY, 900, instant(1), payable=instant(25)),
        redemption(8, ALICE, 30_000, NAMED, paid=10_000),
        redemption(9, BASILE, 1_000, NAMED),
    )
    drafted = desk.draft_payments()
    assert [(one.reference, one.kind, one.object, one.amount) for one in drafted.items] == [
        ("P2026-000001", "cash-request", 1, 5_000),
        ("P2026-000002", "redemption", 8, 20_000),
    ]
    assert why(drafted) == {2: Left.NO_PAYEE, 3: Left.NOT_YET, 9: Left.NO_PAYEE}
    number = drafted.run.number or 0
    desk.approve(number)
    _, items, trailer = read(desk.content(number))
    assert (trailer["credit value"], trailer["debit value"]) == (25_000, 0)
    assert [(way, one["code"], one["sundry"]) for way, one in items] == [
        ("C", "460", "CASH 1"),
        ("C", "460", "REDEMPTION 8"),
    ]
    with pytest.raises(RunEmptyError):
        desk.draft_payments()


def test_who_approves_sees_whose_account_it_is_and_who_kept_it(desk: CollectDesk) -> None:
    """A payee that was ended and put back under another account is told with its name, digits and day."""
    desk.keep(cash_request(1, BAKERY, 5_000, instant(1)))
    with desk.changing() as change:
        mandates.end_payee(change, 1, "moved")
        given = NewPayee("merchant", BAKERY, "Somebody Else", read_account("54321-815-111222"))
        number = mandates.add_payee(change, desk.office.secret, given).number
    run = desk.draft_payments().run.number or 0
    with desk.reading() as session:
        [item] = run_json(session, runs.run_of(session, run), runs.items_of(session, run))["items"]
    assert (item["account"], item["name"], item["tail"]) == (number, "Somebody Else", "1222")
    assert (item["added_by"], item["added_at"] > 0) == (ACTOR.who, True)


def test_a_mandate_is_signed_by_the_day_of_the_community(desk: CollectDesk) -> None:
    """Today is no day to come, tomorrow is, whatever the machine's own zone says."""
    today = date(2026, 11, 3)
    with desk.tried() as change, pytest.raises(BankDateError):
        mandates.give(change, desk.office.secret, mandate(GROCER, signed=date(2026, 11, 4)), today)
    with desk.changing() as change:
        assert mandates.give(change, desk.office.secret, mandate(GROCER, signed=today), today).number


def test_a_redemption_that_names_another_account_is_not_paid(desk: CollectDesk) -> None:
    """Of heirs, or of an account that changed: the commitment on the chain decides, as above."""
    desk.keep(
        redemption(8, ALICE, 30_000, bytes(32)),
        cash_request(1, BAKERY, 5_000, instant(1)),
    )
    assert why(desk.draft_payments()) == {8: Left.OTHER_PAYEE}


def test_an_instalment_is_a_part_of_what_is_left(desk: CollectDesk) -> None:
    """At least a cent, at most what is left, of a redemption that is awaited."""
    desk.keep(redemption(8, ALICE, 30_000, NAMED))
    for wrong in ({8: 30_001}, {8: 0}, {7: 1}):
        with pytest.raises(InstalmentError):
            desk.draft_payments(instalments=wrong)
    assert [one.amount for one in desk.draft_payments(instalments={8: 1_000}).items] == [1_000]


def test_cash_that_a_statement_set_off_is_not_paid(desk: CollectDesk) -> None:
    """The bakery owed 60.00, awaited 80.00: what fits into the 60.00 was set off; the rest is paid."""
    desk.keep(*closed([issued(1, BAKERY, 6_000, awaiting=8_000)]))
    october = instant(20, month=10)
    desk.keep(
        cash_request(1, BAKERY, 5_000, october),
        cash_request(2, BAKERY, 3_000, october),
        cash_request(3, BAKERY, 500, instant(2)),
    )
    drafted = desk.draft_payments()
    assert ([one.object for one in drafted.items], why(drafted)) == ([2, 3], {1: Left.SET_OFF})


def test_a_payment_that_a_statement_has_set_off_meanwhile_goes_no_further(desk: CollectDesk) -> None:
    """Drafted while the month was being closed, or approved by then: it is cancelled, and left out."""
    desk.keep(cash_request(1, BAKERY, 5_000, instant(20, month=10)))
    number = desk.draft_payments().run.number or 0
    with desk.tried() as change:
        change.session.add_all(closed([issued(1, BAKERY, 6_000, awaiting=5_000)]))
        change.session.flush()
        with pytest.raises(NotAwaitedError):
            runs.approve(change, desk.office, number, APPROVER, instant(3))
    desk.approve(number)
    desk.keep(*closed([issued(1, BAKERY, 6_000, awaiting=5_000)]))
    with pytest.raises(NotAwaitedError):
        desk.hand_in(number)
    desk.cancel(number)
    with pytest.raises(RunEmptyError):
        desk.draft_payments()


def test_a_payment_drafted_before_the_issue_is_not_what_the_statement_set_off(desk: CollectDesk) -> None:
    """The statement left it out, and set off another request; also when its run is cancelled afterwards."""
    october = instant(20, month=10)
    desk.keep(cash_request(1, BAKERY, 3_000, october))
    number = desk.draft_payments(now=instant(1)).run.number or 0
    desk.keep(cash_request(2, BAKERY, 5_000, october))
    desk.keep(*closed([issued(1, BAKERY, 6_000, awaiting=5_000)]))
    assert desk.approve(number).state == "approved"
    desk.cancel(number)
    drafted = desk.draft_payments()
    assert ([one.object for one in drafted.items], why(drafted)) == ([1], {2: Left.SET_OFF})


def test_what_the_chain_does_not_await_any_more_is_not_approved(desk: CollectDesk) -> None:
    """Dropped, or paid by hand, between the draft and the approval."""
    desk.keep(cash_request(1, BAKERY, 5_000, instant(1)), redemption(8, ALICE, 30_000, NAMED))
    number = desk.draft_payments().run.number or 0
    with desk.tried() as change:
        change.session.get_one(CashRequest, 1).state = 3
        change.session.flush()
        with pytest.raises(NotAwaitedError):
            runs.approve(change, desk.office, number, APPROVER, instant(3))
    with desk.tried() as change:
        change.session.get_one(Redemption, 8).paid = 1
        change.session.flush()
        with pytest.raises(NotAwaitedError):
            runs.approve(change, desk.office, number, APPROVER, instant(3))
    assert desk.approve(number).state == "approved"


def test_a_payment_needs_a_day_on_which_banks_pay(desk: CollectDesk) -> None:
    """Two bank days after handing in; the 11th of November is none."""
    desk.keep(cash_request(1, BAKERY, 5_000, instant(1)))
    for day, first in ((date(2026, 11, 4), date(2026, 11, 5)), (date(2026, 11, 11), date(2026, 11, 12))):
        with pytest.raises(PayDayError) as refusal:
            desk.draft_payments(day)
        assert refusal.value.limit == first


def test_a_payee_that_ended_is_not_paid(desk: CollectDesk) -> None:
    """Nor is a second one kept beside the first."""
    desk.keep(cash_request(1, BAKERY, 5_000, instant(1)))
    with pytest.raises(PayeeHeldError):
        desk.pay_on("merchant", BAKERY)
    number = desk.draft_payments().run.number or 0
    with desk.changing() as change:
        mandates.end_payee(change, 1, "account closed")
    with pytest.raises(PayeeEndedError):
        desk.approve(number)
    for party, commitment in (("member", b""), ("merchant", NAMED)):
        with pytest.raises(BankFieldError):
            desk.pay_on(party, GROCER, commitment)


def test_a_mandate_is_given_once_and_ended_once(desk: CollectDesk) -> None:
    """One a merchant; a reference serves for good; a scheme has its own accounts."""
    number = desk.sign(BAKERY)
    with pytest.raises(MandateHeldError):
        desk.sign(BAKERY, reference="M-5")
    with pytest.raises(MandateTakenError):
        desk.sign(GROCER, reference="M-4")
    with pytest.raises(MandateSchemeError):
        desk.sign(GROCER, scheme="core")
    with pytest.raises(UnknownMerchantError):
        desk.sign(ALICE)
    with desk.changing() as change:
        assert mandates.end(change, number, "new bank").ended_why == "new bank"
    with pytest.raises(MandateEndedError), desk.changing() as change:
        mandates.end(change, number, "again")
    with pytest.raises(UnknownMandateError), desk.changing() as change:
        mandates.end(change, 99, "")
    assert desk.sign(BAKERY, reference="M-6") == number + 1


def test_an_account_opens_with_its_own_key_at_its_own_place(desk: CollectDesk) -> None:
    """Another office's key opens nothing, and an account moved to another mandate neither."""
    desk.sign(BAKERY)
    with desk.reading() as session:
        row = session.get_one(BankMandate, 1)
        assert mandates.account_of(desk.secret, row).number == mandate(BAKERY).account.number
        with pytest.raises(OfficeKeyError):
            mandates.account_of(OfficeSecret(bytes(32)), row)
        session.expunge(row)
        row.reference = "M-5"
        with pytest.raises(OfficeKeyError):
            mandates.account_of(desk.secret, row)


@pytest.mark.parametrize("text", ["", "1234-006-1", "12345-006", "FR14 2004 1010 0505 0001 3M02 607", "x"])
def test_what_is_no_account_is_refused_without_being_repeated(text: str) -> None:
    """Its last characters at most: an error may end in a log."""
    with pytest.raises(BankAccountError) as refusal:
        read_account(text)
    assert len(text) <= 4 or text not in str(refusal.value)


def test_an_account_is_read_as_people_write_it() -> None:
    """As on a cheque; an IBAN with its spaces; it never shows itself."""
    assert read_account(" 12345-006-7654321 ").canadian.routing == "000612345"
    iban = read_account("FR14 2004 1010 0505 0001 3M02 606", "agrifrpp")
    assert (iban.number, iban.bic, repr(iban)) == (IBAN, "AGRIFRPP", "HeldAccount(…2606)")


def test_the_bank_s_settings_say_what_is_wrong(tmp_path: Path) -> None:
    """Absent, they make no file; a wrong one is named, without the account."""
    assert BankProfile.load(tmp_path).waiting == 3
    with pytest.raises(BankSettingsError):
        _ = BankProfile.load(tmp_path).in_canada
    path = tmp_path / "bank.toml"
    lines = [f'{name} = "{value}"' for name, value in CANADA.items()]
    for wrong in (["hold_days = 41"], ["[canada]", *lines[1:]], ["arrears_days = [5, 5, 6]"], ["["]):
        path.write_text("\n".join(wrong), "utf-8")
        with pytest.raises(SettingError):
            BankProfile.load(tmp_path)
    path.write_text("\n".join(["[canada]", *lines]).replace("30000-815-0123456", "987654321"), "utf-8")
    with pytest.raises(SettingError) as refusal:
        BankProfile.load(tmp_path)
    assert "987654321" not in str(refusal.value)
    path.write_text("\n".join(["hold_days = 4", 'cut_off = "15:30"', "[canada]", *lines]), "utf-8")
    found = BankProfile.load(tmp_path)
    assert (found.waiting, found.terms.cut_off.hour, found.scheme) == (4, 15, "cpa")


def test_an_example_of_the_settings_is_read() -> None:
    """What the head of the module shows."""
    text = (profile.__doc__ or "").partition("data folder:\n")[2]
    found = BankProfile.model_validate(tomllib.loads(text))
    assert (found.in_canada.debit_code, found.in_sepa.iban) == (718, SEPA["iban"])
    assert found.terms.notice_days == 10
    assert DAY not in found.also_closed
