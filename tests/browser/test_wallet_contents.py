"""What a wallet tells its member: each figure beside one worked out here, from rows written by hand."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, SQLModel

from endogene_token.indexer.models import Member, Merchant, Pockets, Purchase, Reversal
from endogene_token.indexer.money_models import Redemption, RedemptionPayment
from endogene_token.indexer.project_models import Project
from endogene_token.office import business_names, trail
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import RedemptionState
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import writing
from tests.api.staff_house import Browser, House
from tests.browser.office_house import blank, entered, furnished, read, this_year
from tests.papers import paper, part, said
from tests.town import ALICE, BAKERY, BASILE, FOREVER, GROCER

HOME: Final = ZoneInfo("America/Toronto")
YEAR: Final = 2025
EPOCH: Final = date(1970, 1, 1)
TITLE: Final = "Four à pain du quartier"
SHOE_SHOP: Final = 6
BALANCE: Final = 12_345
WORDS: Final = {
    "en": (
        "This is no promise and no pension",
        "They bear no interest. When prices rise, they buy less.",
        "They cannot be paid out before retirement, sold or given away.",
        "a payout may come in parts, or wait.",
        "$2,500.00 in cash that is promised to nobody else, for $9,000.00 of credits owed to all members.",
        "The assembly may change the rules.",
    ),
    "fr": (
        "Ce n’est ni une promesse ni une rente",
        "Ils ne portent pas intérêt. Quand les prix montent, ils achètent moins.",
        "Ils ne peuvent être ni versés avant la retraite, ni vendus, ni donnés.",
        "un versement peut venir en plusieurs fois, ou attendre.",
        "il a 2 500,00 $ en caisse qui ne sont promis à personne d’autre, pour 9 000,00 $ de crédits dus",
        "L’assemblée peut changer les règles.",
    ),
}
"""What is not guaranteed, word by word."""


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """A community of Toronto's time, nothing in it yet."""
    with furnished(sqlite_url, is_empty=True, timezone="America/Toronto", currency="CAD") as opened:
        yield opened


@pytest.fixture
def alice(house: House) -> Browser:
    return entered(house, StaffRole.MEMBER, member=ALICE)


def write(house: House, *rows: SQLModel) -> None:
    with writing(house.bare.engine) as connection, Session(connection) as session:
        for row in rows:
            session.merge(row)
        session.flush()


def bought(sequence: int, day: date, premium: int, credit: int, **other: Any) -> SQLModel:
    """Return a purchase of Alice's at the bakery, or what `other` says."""
    usual = {"till": 1, "batch": 1, "merchant": BAKERY, "member": ALICE, "amount": 100 * premium}
    told = {**usual, "sequence": sequence, "day": (day - EPOCH).days, "premium": premium, "credit": credit}
    return blank(Purchase, **{**told, **other})


def refunded(sequence: int, of: int, premium: int, credit: int, **other: Any) -> SQLModel:
    """Return a refund of a purchase of Alice's at the bakery, or what `other` says."""
    usual = {"till": 1, "purchase_till": 1, "purchase_batch": 1, "merchant": BAKERY, "member": ALICE}
    told = {**usual, "sequence": sequence, "purchase_sequence": of, "premium": premium, "credit": credit}
    return blank(Reversal, **{**told, **other})


def at_home(*when: int) -> int:
    """Return an instant of the community's time."""
    return int(datetime(*when, tzinfo=HOME).timestamp())  # type: ignore[misc, arg-type]  # no zone among them


# Where my premiums went


def spread(house: House) -> None:
    """Alice's premiums: 13.00 of the bakery, 3.33 of the grocer; everybody's 150.07; two funded projects."""
    day = date(YEAR, 5, 4)
    text_hash = b"\x31" * 32
    write(
        house,
        bought(1, day, 1_000, 900),
        bought(2, day, 500, 450, reversed=20_000),
        refunded(3, 2, 200, 180),
        refunded(4, 1, 300, 270, reason=7),  # refused: it undid nothing
        bought(1, day, 333, 300, till=2, merchant=GROCER),
        bought(1, day, 77, 70, till=3, merchant=SHOE_SHOP),
        refunded(2, 1, 77, 70, till=3, purchase_till=3, merchant=SHOE_SHOP),
        bought(3, day, 9_999, 8_999, till=2, merchant=GROCER, member=BASILE),
        *(
            blank(Merchant, number=number, status=1, premiums=premiums)
            for number, premiums in ((BAKERY, 10_000), (GROCER, 5_007), (SHOE_SHOP, 0))
        ),
        RelayText(hash=text_hash, text=f"{TITLE}\n\nAu coin de la rue.\n"),
        blank(Project, number=1, text_hash=text_hash, released=9_000, unspent=1_000),
        blank(Project, number=2, text_hash=b"\x32" * 32, released=3_001),
        blank(Project, number=3, text_hash=b"\x33" * 32, released=500, unspent=500),
    )


def test_premiums_are_told_by_project_in_proportion_and_never_more(house: House, alice: Browser) -> None:
    """Of 16.33 of 150.07: of 80.00 8.70(52), of 30.01 3.26(55), rounded down; 4.37 is still in the fund."""
    spread(house)
    told = part(read(alice, "/wallet/where?lang=en").text, "projects")
    assert f"{TITLE} | $8.70 | of $80.00 that the fund has released to it" in told
    assert "Project 2 | $3.26 | of $30.01 that the fund has released to it" in told
    assert "Still in the fund | $4.37 |" in told
    assert told.index(TITLE) < told.index("Project 2")
    assert "Project 3" not in told  # all of it came back
    french = part(read(alice, "/wallet/where?lang=fr").text, "projects")
    for one in (f"{TITLE} | 8,70 $ |", "Projet 2 | 3,26 $ |", "4,37 $"):
        assert one in french


def test_premiums_are_told_by_merchant_to_the_cent(house: House, alice: Browser) -> None:
    """1,300 and 333 of 1,633 are 79.6 and 20.4 %; what was refunded is off, what was not is not."""
    spread(house)
    business = "Boulangerie du Port"
    with trail.changing(house.bare.engine, trail.COMMAND_LINE) as change:
        business_names.keep(change, BAKERY, business)
    text = read(alice, "/wallet/where?lang=en").text
    assert "| $16.33 | is what merchants owe the fund for your purchases so far. |" in said(text)
    told = part(text, "merchants")
    assert told.endswith(f"{business} | $13.00 | 79% | Merchant no. {GROCER} | $3.33 | 20%")
    french = part(read(alice, "/wallet/where?lang=fr").text, "merchants")
    assert f"{business} | 13,00 $ | 79 % |" in french
    assert french.endswith("| 3,33 $ | 20 %")


def test_a_member_is_told_no_more_than_his_or_her_own(house: House, alice: Browser) -> None:
    """Where projects had more than all premiums ever brought, the member's part is the member's premiums."""
    spread(house)
    write(house, blank(Project, number=1, text_hash=b"\x31" * 32, released=10**6))
    told = part(read(alice, "/wallet/where?lang=en").text, "projects")
    assert f"{TITLE} | $16.33 |" in told
    assert "Still in the fund | $0.00 |" in told


# At retirement


def test_the_figure_at_retirement_is_the_balance_and_the_last_year_carried_on(
    house: House, alice: Browser
) -> None:
    """Twelve months brought 12.00: not what is a year old, nor what was refunded, nor another's."""
    today = datetime.fromtimestamp(time.time(), UTC).astimezone(HOME).date()
    write(
        house,
        bought(1, today, 1_000, 900),
        bought(2, today - timedelta(days=364), 500, 450),
        bought(3, today - timedelta(days=365), 700, 630),
        refunded(4, 2, 167, 150),
        bought(5, today, 9_999, 8_999, member=BASILE),
        blank(Member, number=ALICE, balance=BALANCE, valid_until=FOREVER),
        blank(
            Pockets,
            only_row=1,
            cash=400_000,
            currency_outstanding=50_000,
            commitments=60_000,
            redemptions_backed=40_000,
            credits_outstanding=940_000,
        ),
    )
    retires = today.year + 7
    told = said(read(alice, f"/wallet/retirement?year={retires}&lang=en").text)
    assert f"In {retires}, if you go on as you did this last year | $207.45 |" in told
    assert "$123.45 today, and $84.00 more at $12.00 a year." in told
    french = said(read(alice, f"/wallet/retirement?year={retires}&lang=fr").text)
    assert "| 207,45 $ |" in french
    assert "84,00 $" in french
    assert "12,00 $" in french


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_is_not_guaranteed_is_said_beside_the_figure(house: House, alice: Browser, lang: str) -> None:
    """Of cash 4,000.00 less 500.00, 600.00 and 400.00 is promised to nobody; the 400.00 are owed no more."""
    money = {"currency_outstanding": 50_000, "commitments": 60_000, "redemptions_backed": 40_000}
    write(house, blank(Pockets, only_row=1, cash=400_000, credits_outstanding=940_000, **money))
    told = said(read(alice, f"/wallet/retirement?year={this_year(int(time.time())) + 7}&lang={lang}").text)
    for sentence in WORDS[lang]:
        assert sentence in told, told


# The statement of a year


def lived(house: House) -> None:
    """March: two purchases, one refunded whole, one refused; December: one. Two payouts of the year."""
    asked = {"member": ALICE, "amount": 60_000, "state": RedemptionState.APPROVED}
    write(
        house,
        blank(Member, number=ALICE, balance=BALANCE, valid_until=FOREVER),
        bought(1, date(YEAR, 3, 1), 1_000, 900),
        bought(2, date(YEAR, 3, 31), 500, 450, reversed=20_000),
        bought(3, date(YEAR, 3, 5), 77, 70, reversed=7_700),
        bought(4, date(YEAR, 3, 6), 0, 0, reason=3),
        bought(5, date(YEAR, 12, 31), 2_223, 2_001),
        bought(6, date(YEAR - 1, 12, 31), 4_444, 4_000),
        bought(7, date(YEAR + 1, 1, 1), 5_555, 5_000),
        bought(8, date(YEAR, 3, 7), 9_999, 8_999, member=BASILE),
        refunded(9, 2, 200, 180),
        refunded(10, 3, 77, 70),
        blank(Redemption, number=1, **asked),
        blank(Redemption, number=2, **{**asked, "member": BASILE}),
        *(
            blank(
                RedemptionPayment,
                bank_reference=bytes([at]) * 32,
                redemption=of,
                amount=amount,
                block_time=when,
            )
            for at, (of, amount, when) in enumerate(
                (
                    (1, 10_000, at_home(YEAR, 1, 1, 0, 0)),
                    (1, 2_550, at_home(YEAR, 12, 31, 23, 59)),
                    (1, 700, at_home(YEAR - 1, 12, 31, 23, 59)),
                    (1, 800, at_home(YEAR + 1, 1, 1, 0, 0)),
                    (2, 9_000, at_home(YEAR, 6, 1, 12, 0)),
                ),
                start=1,
            )
        ),
    )


def test_the_statement_of_a_year_says_what_the_year_was(house: House, alice: Browser) -> None:
    """Brought 900 + 270 + 0 + 2,001; paid out 10,000 + 2,550, by the community's midnight."""
    lived(house)
    told = paper(read(alice, f"/wallet/years/{YEAR}?lang=en").content)
    assert f"Statement of {YEAR}" in told
    assert f"Maude Tremblay-Roy · member no. {ALICE}" in told
    assert f"Brought by your purchases of {YEAR} $31.71" in told
    assert f"Paid out to you in {YEAR} $125.50" in told
    assert "$123.45" in told
    assert "March 2025 3 $11.70" in told
    assert "December 2025 1 $20.01" in told
    assert told.count(" 2025 ") >= 2
    for month in ("January 2025", "February 2025", "April 2025"):
        assert f"{month} " not in told.partition("Month by month")[2]
    assert "Credits are no deposit and bear no interest." in told


def test_the_statement_of_a_year_is_in_the_members_language(house: House, alice: Browser) -> None:
    """Words, months and amounts; the document says which language it is in, to who has it read aloud."""
    lived(house)
    answer = read(alice, f"/wallet/years/{YEAR}?lang=fr")
    told = paper(answer.content)
    for one in ("31,71 $", "125,50 $", "123,45 $", "mars 2025 3 11,70 $", "décembre 2025 1 20,01 $"):
        assert one in told, told
    assert "Les crédits ne sont pas un dépôt" in told
    assert b"fr-CA" in answer.content


def test_a_year_without_anything_says_so(alice: Browser) -> None:
    """No month, and nothing brought or paid."""
    told = paper(read(alice, "/wallet/years/2021?lang=en").content)
    assert "Brought by your purchases of 2021 $0.00" in told
    assert "Paid out to you in 2021 $0.00" in told
    assert "— 0 $0.00" in told


def test_nobody_else_reads_the_statement(house: House, alice: Browser) -> None:
    """There is no link to another's; a stranger is shown the door; nobody between keeps a copy."""
    lived(house)
    answer = read(alice, f"/wallet/years/{YEAR}")
    assert answer.headers["cache-control"] == "no-store"
    assert f'filename="endogene-{ALICE}-{YEAR}.pdf"' in answer.headers["content-disposition"]
    basile = paper(
        read(entered(house, StaffRole.MEMBER, member=BASILE), f"/wallet/years/{YEAR}?lang=en").content
    )
    assert f"Brought by your purchases of {YEAR} $89.99" in basile
    assert f"Paid out to you in {YEAR} $90.00" in basile
    assert "$31.71" not in basile
    for stranger in (house.browser(), entered(house, StaffRole.OWNER, merchant=BAKERY)):
        assert not read(stranger, f"/wallet/years/{YEAR}").content.startswith(b"%PDF")
