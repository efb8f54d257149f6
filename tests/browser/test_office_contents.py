"""What the office reads: each figure and each day beside one worked out here, from rows written by hand."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, SQLModel

from endogene_token.indexer.models import Batch, Event, Merchant, Pockets, RulesVersion
from endogene_token.indexer.money_models import (
    Attestation,
    OutflowRulesVersion,
    Redemption,
    RedemptionPayment,
)
from endogene_token.indexer.project_models import Project, ProjectCall, ProjectFact, ProjectTranche
from endogene_token.indexer.vote_models import Director, Governance, Resolution
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import Criterion, ProjectState, RedemptionState, TrancheState
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import writing
from endogene_token.treasury.exceptions.models import DunningState
from tests.api.staff_house import House
from tests.browser.office_house import DAY, blank, furnished, logged_in, read, sent
from tests.papers import paper, part, said
from tests.town import ALICE, BAKERY, BASILE, CHLOE, GROCER

HOME: Final = ZoneInfo("America/Toronto")
NOW: Final = int(time.time())
PROMISED: Final = "Le four est monté et un boulanger l’a essayé."
SHOWN: Final = "Facture 881 du four; procès-verbal de l’essai."
TEXT: Final = "Un four commun\n\nPour le quartier.\n"
MONEY: Final = {
    "cash": 400_000,
    "premiums_receivable": 21_000,
    "credits_outstanding": 340_000,
    "currency_outstanding": 50_000,
    "commitments": 60_000,
    "redemptions_backed": 40_000,
    "reserve": 10_000,
    "operations": 5_000,
    "operating_allowed": 1_234,
    "free": -44_000,
}
"""Liquid: 4,000 less 500, 600 and 400. Owed: 3,400 less the 400 whose cash is set aside."""


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url, is_empty=True, timezone="America/Toronto", currency="CAD") as opened:
        yield opened


def write(house: House, *rows: SQLModel) -> None:
    with writing(house.bare.engine) as connection, Session(connection) as session:
        for row in rows:
            session.merge(row)
        session.flush()


def shown(house: House, role: StaffRole, path: str, lang: str = "en") -> str:
    answer = read(logged_in(house, role), f"{path}?lang={lang}")
    assert answer.status_code == 200
    return answer.text


def instant(*when: int) -> int:
    """Return an instant of the community's time."""
    return int(datetime(*when, tzinfo=HOME).timestamp())  # type: ignore[misc, arg-type]  # no zone among them


# Dossiers and claims


def dossier(house: House) -> None:
    """A call that asks for an issue, a mentor and outside money; a dossier with the first two."""
    asked = (Criterion.ISSUE, Criterion.MENTOR, Criterion.LEVERAGE)
    call = {"required": sum(1 << one for one in asked), "min_leverage_bps": 20_000, "budget": 500_000}
    of = {"call": 1, "applicant": ALICE, "mentor": BASILE, "is_mentored": 1, "tranches": 2}
    plan = {"amount": 300_000, "sought": 100_000, "released": 100_000, "received": 25_000, "balance": 40_000}
    told = {b"\x41": TEXT, b"\x42": PROMISED, b"\x43": SHOWN}
    claimed = {"project": 1, "position": 1, "amount": 200_000, "milestone": b"\x42" * 32, "payee": ALICE}
    fact = {"project": 1, "criterion": Criterion.ISSUE, "value": 2, "attestor": CHLOE, "evidence": b"\1" * 32}
    write(
        house,
        *(RelayText(hash=one * 32, text=text) for one, text in told.items()),
        blank(ProjectCall, number=1, closes_at=NOW + DAY, awarded=120_000, attestor=CHLOE, **call),
        blank(
            Project, number=1, state=ProjectState.ACTIVE, submitted_at=1, text_hash=b"\x41" * 32, **of, **plan
        ),
        blank(ProjectFact, **fact),
        blank(ProjectTranche, project=1, amount=100_000, state=TrancheState.ACCOUNTED, reviewer=BASILE),
        blank(
            ProjectTranche,
            state=TrancheState.CLAIMED,
            evidence=b"\x43" * 32,
            claim_hash=b"\x44" * 32,
            attempt=2,
            due_at=instant(2026, 9, 30, 12),
            since=NOW - DAY,
            **claimed,
        ),
    )


def test_a_dossier_shows_what_it_meets_and_what_it_misses(house: House) -> None:
    """Two of three; on the list with a count, on its page side by side, in both languages."""
    dossier(house)
    listed = said(shown(house, StaffRole.AUDITOR, "/office/projects"))
    assert "| $1,200.00 awarded of $5,000.00. |" in listed
    assert "| Un four commun | $3,000.00 |" in listed
    assert "| 1 criterion missing | Missing: outside money" in listed
    text = shown(house, StaffRole.AUDITOR, "/office/projects/1")
    criteria = part(text, "criteria")
    assert criteria.endswith("Met | answers an issue of the community | a mentor | Missing | outside money")
    assert "| Released | $1,000.00 | not spent yet: $400.00 |" in said(text)
    assert "| Outside money received | $250.00 | of $1,000.00 sought |" in said(text)
    french = part(shown(house, StaffRole.AUDITOR, "/office/projects/1", "fr"), "criteria")
    assert french.endswith("argent de l’extérieur")


def test_a_claim_stands_beside_its_evidence(house: House) -> None:
    """What was promised, for which day, then what is shown for it; the command names exactly this claim."""
    dossier(house)
    told = said(shown(house, StaffRole.DIRECTOR, "/office/claims"))
    assert f"Promised, for Sep 30, 2026 | {PROMISED} | Shown for it | {SHOWN} |" in told
    assert "| Project 1, tranche 2 | $2,000.00 |" in told
    assert f"· attempt 2 · mentor: member {BASILE} |" in told
    act = "endogene project act review --subject 1 --set tranche=1"
    assert f"| {act} --set claim=0x{'44' * 32} --set is_approved=true --member … --key …" in told
    french = said(shown(house, StaffRole.DIRECTOR, "/office/claims", "fr"))
    assert PROMISED in french
    assert SHOWN in french
    assert "2 000,00 $" in french


def test_a_mentor_reads_the_claims_of_the_own_projects(house: House) -> None:
    """Another's project is not the mentor's to judge."""
    dossier(house)
    assert PROMISED in shown(house, StaffRole.MENTOR, "/office/claims")
    house.ledger.mentors[2] = BASILE
    guided = {"state": ProjectState.ACTIVE, "call": 1, "tranches": 2}
    own, another = ({"number": 2, "mentor": BASILE}, {"number": 1, "mentor": CHLOE})
    write(house, *(blank(Project, **one, **guided) for one in (own, another)))
    assert "No claim waits." in shown(house, StaffRole.MENTOR, "/office/claims")
    assert f"mentor: member {CHLOE}" in said(shown(house, StaffRole.AUDITOR, "/office/claims"))


# What goes out


def paid_back(house: House) -> None:
    """One redemption approved and paid twice, in part; one asked for; one of heirs, paid whole."""
    first = {"member": ALICE, "amount": 90_000, "paid": 30_050, "state": RedemptionState.APPROVED}
    days = {"block_time": (1, 31, 23, 30), "attested_at": (2, 2, 12), "approved_at": (2, 3, 12)}
    ended = {"member": BASILE, "reason": 1, "state": RedemptionState.PAID, "amount": 700, "paid": 700}
    parts = ((1, 10_000, (2, 5, 12)), (1, 20_050, (2, 28, 23, 30)), (3, 700, (3, 4, 12)))
    payments = [
        {"redemption": of, "amount": amount, "block_time": instant(2026, *when)} for of, amount, when in parts
    ]
    write(
        house,
        blank(Redemption, number=1, **first, **{name: instant(2026, *when) for name, when in days.items()}),
        blank(Redemption, number=2, member=CHLOE, amount=5_000, state=RedemptionState.REQUESTED),
        blank(Redemption, number=3, closed_at=instant(2026, 3, 4, 12), **ended),
        *(
            blank(RedemptionPayment, bank_reference=bytes([at]) * 32, **one)
            for at, one in enumerate(payments)
        ),
    )


def test_a_redemption_shows_each_of_its_steps_and_instalments(house: House) -> None:
    """Asked, attested, approved, paid twice, each on its day of the community's time; who is next."""
    paid_back(house)
    text = shown(house, StaffRole.TREASURER, "/office/redemptions")
    under_way, over = part(text, "open"), part(text, "ended")
    assert (
        f"| Member {ALICE}, retirement | $900.00 | to be paid by the treasurer | · paid so far: $300.50 |"
        in under_way
    )
    assert "asked Jan 31, 2026 · attested Feb 2, 2026 · approved Feb 3, 2026" in under_way
    assert "| $100.00 paid on Feb 5, 2026 | $200.50 paid on Feb 28, 2026" in under_way
    assert f"| Member {CHLOE}, retirement | $50.00 | to be attested by the registrar" in under_way
    assert f"Member {BASILE}, heirs | $7.00 | paid | · paid so far: $7.00 |" in over
    assert "closed Mar 4, 2026" in over
    french = said(shown(house, StaffRole.APPROVER, "/office/redemptions", "fr"))
    assert "900,00 $" in french
    assert "31 janv. 2026" in french


def test_cash_stands_against_what_is_owed(house: House) -> None:
    """Liquid 2,500.00 of 4,000.00; owed 3,000.00 of 3,400.00: 83.33 %, above a floor of 60, not of 90."""
    until = instant(2099, 5, 31, 12)
    write(
        house,
        blank(Pockets, only_row=1, **MONEY),
        blank(OutflowRulesVersion, version=1, coverage_floor_bps=6_000),
        blank(Attestation, block_number=4, due=250_000, until=until, evidence=bytes(32)),
    )
    told = said(shown(house, StaffRole.TREASURER, "/office/money"))
    assert "| Cash at the bank | $4,000.00 | of it free of project money, promises and approved" in told
    assert "redemptions: $2,500.00 | Owed to members | $3,400.00 |" in told
    assert "| Coverage | 83.33% | above the floor of 60% |" in told
    assert "| Due within the actuary’s horizon | $2,500.00 | attested until May 31, 2099 |" in told
    assert "nothing may be awarded" not in told
    assert "For operations, the treasurer may still pay $12.34 of what was voted." in told
    write(house, blank(OutflowRulesVersion, version=2, coverage_floor_bps=9_000))
    french = said(shown(house, StaffRole.AUDITOR, "/office/money", "fr"))
    assert "| 83,33 % |" in french
    told = said(shown(house, StaffRole.AUDITOR, "/office/money"))
    assert "| under the floor of 90% |" in told
    assert "nothing may be awarded, released or paid for operations." in told


def test_arrears_are_told_with_their_limit(house: House) -> None:
    """2,310.00 of 2,500.00 is 92.4 %, told as 92; who is suspended is told apart."""
    late = {"level": 2, "arrears": 121_500, "since": "2026-10-15", "warned": 1, "changed_at": NOW}
    write(
        house,
        blank(Merchant, number=BAKERY, status=1, owed=231_000, exposure_limit=250_000),
        blank(Merchant, number=GROCER, status=2, owed=1_000, exposure_limit=0),
        blank(DunningState, merchant=BAKERY, day="2026-11-22", **late),
    )
    told = said(shown(house, StaffRole.TREASURER, "/office/arrears"))
    assert f"| Merchant no. {BAKERY} | $1,215.00 | reminder 2 | near its limit |" in told
    assert "| Late since Oct 15, 2026. $2,310.00 owed in all, of $2,500.00 at most (92%). |" in told
    assert f"| Suspended now | Merchant no. {GROCER} |" in told
    french = said(shown(house, StaffRole.TREASURER, "/office/arrears", "fr"))
    assert "15 oct. 2026" in french
    assert "(92 %)" in french
    assert "1 215,00 $" not in said(shown(house, StaffRole.REGISTRAR, "/office/arrears", "fr"))


# Who decides, by what


def test_the_rules_tell_each_version_and_what_it_changed(house: House) -> None:
    """The one in force first, since its day; beside each value that is another, the one before."""
    first = {"purchase_window_days": 7, "reversal_window_days": 60, "operations_bps": 500, "reserve_bps": 250}
    first |= {"rate_notice_days": 30, "key_rotation_delay": 3 * DAY, "block_number": 11}
    second = {**first, "operations_bps": 750, "reversal_window_days": 1, "block_number": 12}
    write(
        house,
        blank(Event, block_number=11, block_hash=b"\1" * 32, block_time=instant(2026, 1, 31, 23, 30)),
        blank(Event, block_number=12, block_hash=b"\2" * 32, block_time=instant(2026, 5, 1, 0, 30)),
        blank(RulesVersion, version=1, **first),
        blank(RulesVersion, version=2, **second),
        blank(OutflowRulesVersion, version=1, coverage_floor_bps=6_000, cash_limit=500_000, block_number=11),
    )
    told = part(shown(house, StaffRole.AUDITOR, "/office/rules"), "rules-1")
    now, _, before = told.partition("Version 1")
    assert "Version 2 | in force | since May 1, 2026 |" in now
    assert "| Of a premium, for operations | 7.5% | (before: 5%) |" in now
    assert "| A refund may be recorded within | 1 day | (before: 60 days) |" in now
    assert now.count("before:") == 2
    assert "| Of a premium, for the reserve | 2.5% |" in now
    assert before.startswith(" | since Jan 31, 2026 | A purchase may be recorded within | 7 days |")
    assert "before:" not in before
    out = part(shown(house, StaffRole.AUDITOR, "/office/rules"), "rules-2")
    assert "| Floor of the coverage | 60% |" in out
    assert "| Cash asked by one business, at most | $5,000.00 |" in out
    french = part(shown(house, StaffRole.AUDITOR, "/office/rules", "fr"), "rules-1")
    assert "7,5 %" in french
    assert "5 %)" in french
    assert "1er mai 2026" in french


def test_a_delay_of_less_than_a_day_is_told_in_hours(house: House) -> None:
    """Nobody reads that there is no time at all to object."""
    write(house, blank(RulesVersion, version=1, key_rotation_delay=36 * 3_600))
    write(house, blank(OutflowRulesVersion, version=1, cash_delay=3_600, judging_time=90))
    told = said(shown(house, StaffRole.AUDITOR, "/office/rules"))
    assert "| Time to object to another key | 36 hours |" in told
    assert "| A business waits for cash | 1 hour |" in told
    assert "| A claim is judged within | 90 seconds |" in told


def test_officers_and_directors_are_told_with_the_end_of_their_terms(house: House) -> None:
    """Soon, later, over; a seat that was taken away is not told; mentors of what is under way."""
    ends = {ALICE: NOW + 400 * DAY, BASILE: NOW + 30 * DAY, CHLOE: NOW - DAY}
    write(
        house,
        *(blank(Director, member=one, category=1, until=until, seated=1) for one, until in ends.items()),
        blank(Director, member=BAKERY, until=NOW + 400 * DAY, seated=0),
        blank(Project, number=7, state=ProjectState.ACTIVE, mentor=BASILE),
        blank(Project, number=8, state=ProjectState.COMPLETED, mentor=ALICE),
    )
    text = shown(house, StaffRole.TREASURER, "/office/officers")
    told = part(text, "directors")
    assert told.index(f"Member {CHLOE} | ended |") < told.index(f"Member {BASILE} |")
    assert f"Member {BAKERY}" not in told
    day = datetime.fromtimestamp(ends[BASILE], HOME)
    assert f"Member {BASILE} | until {day:%b} {day.day}, {day.year} |" in told
    assert [text.count(f'class="state {tone}">until') for tone in ("warn", "good")] == [2, 1]
    assert f"| Project 7 | : member {BASILE}" in part(text, "mentors")
    assert "Project 8" not in text
    officer = datetime.fromtimestamp(house.until[next(iter(house.until))], HOME)
    assert f"| until {officer:%b} {officer.day}, {officer.year} |" in part(text, "officers")


def test_a_pause_is_told_with_its_end_and_what_to_do(house: House) -> None:
    """Running, the guardian may; paused, until when, and that the guardian has used it."""
    told = said(shown(house, StaffRole.DIRECTOR, "/office/pause"))
    assert "| The fund runs | Nothing is paused. |" in told
    assert "| the guardian may pause |" in told
    assert "| The ledger | does not answer |" in told
    until = instant(2099, 5, 31, 14, 5)
    write(house, blank(Governance, only_row=1, paused_until=until, is_pause_spent=1))
    text = shown(house, StaffRole.DIRECTOR, "/office/pause")
    assert "| Until May 31, 2099, 2:05 p.m., the fund is paused; shops go on selling" in said(text)
    assert "| the guardian’s pause is used up |" in said(text)
    steps = part(text, "incident")
    for one in ("endogene till revoke --help", "endogene audit", "the guardian pauses, the board is told"):
        assert one in steps
    french = said(shown(house, StaffRole.DIRECTOR, "/office/pause", "fr"))
    assert "31 mai 2099, 14 h 05" in french


# On paper


ON_PAPER: Final = {
    "en": (
        "Annual meeting, 2025",
        "As of December 31, 2025",
        "Premiums due from businesses $10.00",
        "Credits of members $8.50",
        "Operations $1.00",
        "Liquid $2,500.00",
        "Floor of the coverage 60.5% · $1,815.00",
        "Project 1 · $10.00",
        "Adopter le budget",
    ),
    "fr": (
        "Assemblée annuelle 2025",
        "Au 31 décembre 2025",
        "Primes dues par les entreprises 10,00 $",
        "Crédits des membres 8,50 $",
        "Fonctionnement 1,00 $",
        "Liquide 2 500,00 $",
        "Plancher de la couverture 60,5 % · 1 815,00 $",
        "Projet 1 · 10,00 $",
        "Adopter le budget",
    ),
}


PREMIUMS: Final = {"premiums": 1_000, "credits": 850, "operations": 100, "reserve": 50}


@pytest.mark.parametrize("lang", ON_PAPER)
def test_the_annual_pack_says_on_paper_what_the_ledger_holds(house: House, lang: str) -> None:
    """The year's last pockets, projects and resolutions and no other year's; read by another reader."""
    submitted = {1: instant(2025, 1, 1), 2: instant(2026, 1, 1), 3: instant(2024, 12, 31)}
    over = {3: {"state": ProjectState.LAPSED, "closed_at": instant(2024, 12, 31, 23)}}
    opened = {1: instant(2025, 12, 31, 23), 2: instant(2026, 1, 1)}
    filed = {"state": ProjectState.SUBMITTED}
    write(
        house,
        blank(Pockets, only_row=1, **MONEY),
        blank(OutflowRulesVersion, version=1, coverage_floor_bps=6_050),
        RelayText(hash=b"\x51" * 32, text="Adopter le budget\n\nLe voici.\n"),
        *(
            blank(Batch, till=1, first_sequence=at, merchant=4, block_time=day, **PREMIUMS)
            for at, day in opened.items()
        ),
        *(
            blank(Project, number=at, amount=1_000 * at, submitted_at=day, **over.get(at, filed))
            for at, day in submitted.items()
        ),
        *(
            blank(
                Resolution,
                number=at,
                text_hash=bytes([0x50 + at]) * 32,
                calls="[]",
                opens_at=day,
                closes_at=day + 9,
            )
            for at, day in opened.items()
        ),
    )
    answer = sent(logged_in(house, StaffRole.DIRECTOR), f"/office/annual/pack?lang={lang}", year="2025")
    told = paper(answer.content)
    for row in ON_PAPER[lang]:
        assert row in told, told
    for other in ("$20.00", "$30.00", "20,00 $", "30,00 $", "Resolution 2", "Résolution 2"):
        assert other not in told
