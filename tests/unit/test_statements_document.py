"""What a statement says: taxes, the one amount, canonical bytes, and who issues it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from endogene_token.errors import SettingError
from endogene_token.treasury.statements.document import (
    EXAMPLE,
    Account,
    Balance,
    StatementDocument,
    TaxAccount,
    net_of,
    read_document,
    tax_half_up,
)
from endogene_token.treasury.statements.issuer import (
    LARGEST_LOGO,
    WHITE_CONTRAST,
    Issuer,
    contrast_on_white,
)
from endogene_token.treasury.statements.issuing import tax_account
from tests.unit.statement_sample import LOGO, TAXES, statement

CENTS = st.integers(-(2**70), 2**70)


@pytest.mark.parametrize(
    ("base", "rate", "tax"),
    [
        (10_000, 5_000, 500),
        (10_000, 9_975, 998),  # 997.5: halves go up
        (9_999, 9_975, 997),
        (10, 5_000, 1),  # 0.5
        (9, 5_000, 0),
        (-10_000, 9_975, -998),
        (0, 20_000, 0),
        (2**63, 20_000, 1_844_674_407_370_955_162),
    ],
)
def test_a_tax_is_rounded_half_up(base: int, rate: int, tax: int) -> None:
    """On the month's sum, in whole cents, a refund as a sale."""
    assert tax_half_up(base, rate) == tax


@given(CENTS, st.integers(0, 100_000))
def test_a_tax_is_never_half_a_cent_off_and_is_given_back_whole(base: int, rate: int) -> None:
    """Against the exact product; what a month of sales is charged, a month of their refunds gives back."""
    tax = tax_half_up(base, rate)
    assert 2 * abs(base * rate - tax * 100_000) <= 100_000
    assert tax_half_up(-base, rate) == -tax


@given(CENTS, CENTS, st.integers(0, 2**70))
def test_the_one_amount_is_all_that_stands_open(balance: int, taxes: int, awaiting: int) -> None:
    """Owed - prepaid + taxes - awaiting = due - payable - carried; nothing is both due and payable."""
    account = Account(closing=Balance.of(balance))
    net = net_of(account, TaxAccount(closing=taxes), awaiting)
    assert balance + taxes - awaiting == net.due - net.payable - net.carried
    assert min(net.due, net.payable, net.carried) == 0 == net.due * net.payable
    assert net.payable <= awaiting, "what was paid ahead is not paid back"


def test_taxes_that_were_not_paid_are_carried_on() -> None:
    """Opening + charged - received = closing."""
    account = tax_account(Issuer(taxes=TAXES), 10_000, opening=300, received=200)
    assert [line.amount for line in account.lines] == [500, 998]
    assert (account.opening, account.charged, account.received, account.closing) == (300, 1_498, 200, 1_598)
    assert tax_account(Issuer(), 10_000, 0, 0) == TaxAccount(), "the default is none"


def test_a_statement_is_the_same_bytes_after_every_reading() -> None:
    """Canonical JSON: sorted, no spaces, UTF-8, every amount a string."""
    content = statement().canonical()
    assert read_document(content) == statement()
    assert read_document(content).canonical() == content
    assert json.loads(content)["figures"]["account"]["premiums"] == "3457035"
    assert "Coopérative".encode() in content
    assert b'": ' not in content


def test_an_amount_is_never_a_number_in_json() -> None:
    """Other languages read numbers of JSON as floating-point."""

    def amounts(part: object) -> list[object]:
        if isinstance(part, dict):
            own = [part["amount"]] if "amount" in part else []
            return own + [one for inner in part.values() for one in amounts(inner)]
        return [one for inner in part for one in amounts(inner)] if isinstance(part, list) else []

    found = amounts(json.loads(statement().canonical()))
    assert found
    assert all(isinstance(one, str) for one in found)


def test_a_field_that_this_version_does_not_know_is_refused() -> None:
    """A statement of a newer program is not drawn without what it adds."""
    told = json.loads(statement().canonical()) | {"surprise": 1}
    with pytest.raises(ValidationError):
        read_document(json.dumps(told).encode())


def test_the_example_of_the_description_is_a_statement_that_adds_up() -> None:
    """Who reads it can follow the figures."""
    example = StatementDocument.model_validate(EXAMPLE)
    account, held = example.figures.account, example.figures.project_currency
    assert account.closing.value == account.opening.value + account.movement
    assert held.closing == held.opening + held.movement
    assert sum(day.premiums for day in example.figures.days) == account.premiums
    assert example.net == net_of(account, example.taxes, held.awaiting.amount)


def write(folder: Path, text: str) -> Path:
    path = folder / "statements.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_the_issuer_is_the_community_without_taxes(tmp_path: Path) -> None:
    """Nothing needs to be set."""
    issuer = Issuer.load(tmp_path / "statements.toml", "Endogène")
    assert (issuer.name, issuer.taxes, issuer.logo_svg, issuer.region) == ("Endogène", (), b"", "CA")
    assert issuer.addressee(4).name == ""


def test_the_file_says_who_issues(tmp_path: Path) -> None:
    """Name, address, taxes, logo, merchants."""
    (tmp_path / "logo.svg").write_bytes(LOGO)
    path = write(
        tmp_path,
        'name = "Coop"\nlogo = "logo.svg"\nregion = "FR"\n[[taxes]]\nname_fr = "TVA"\nname_en = "VAT"\n'
        'rate = 20000\n[merchants.4]\nname = "Boulangerie"\naddress = ["45, rue des Pins"]\n',
    )
    issuer = Issuer.load(path, "Endogène")
    assert (issuer.name, issuer.region, issuer.taxes[0].rate, issuer.logo_svg) == ("Coop", "FR", 20_000, LOGO)
    assert issuer.addressee(4).address == ("45, rue des Pins",)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name = ", "statements.toml"),
        ("nme = 'x'", "nme"),
        ("region = 'BE'", "region"),
        ("accent = 'green'", "accent"),
        ("accent = '#86b8aa'", "accent"),
        ("terms_days = -1", "terms_days"),
        ("[[taxes]]\nname_fr='a'\nname_en='b'\nrate=0.05", "taxes.0.rate"),
        ("[[taxes]]\nname_fr='a'\nname_en='b'\nrate=100001", "taxes.0.rate"),
        ("logo = '../logo.svg'", "logo"),
        ("logo = 'logo.png'", "logo"),
        ("logo = 'absent.svg'", "logo"),
        ('name = "a\\u0000b"', "name"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, field: str) -> None:
    """Before any number is spent."""
    with pytest.raises(SettingError) as refusal:
        Issuer.load(write(tmp_path, text), "Endogène")
    assert refusal.value.params["field"] == field


def test_a_logo_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """It would be in every statement."""
    (tmp_path / "logo.svg").write_bytes(b" " * (LARGEST_LOGO + 1))
    with pytest.raises(SettingError):
        Issuer.load(write(tmp_path, "logo = 'logo.svg'"), "Endogène")


@pytest.mark.parametrize(
    ("colour", "is_dark"),
    [
        ("#000000", True),
        ("#1b5f54", True),
        ("#6a6a6a", True),
        ("#7a7a7a", False),
        ("#86b8aa", False),
        ("#ffffff", False),
    ],
)
def test_a_colour_of_text_is_dark_enough_to_be_read(colour: str, is_dark: bool) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 on white; black has 21."""
    assert (contrast_on_white(colour) >= WHITE_CONTRAST) is is_dark
    assert contrast_on_white("#000000") == 21_000
    assert contrast_on_white("#ffffff") == 1_000
