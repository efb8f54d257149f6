"""An office with something of everything in it, whose people log in as on the first day."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Browser, BrowserContext
from sqlmodel import Session, SQLModel

from endogene_token.chain.views import Role
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member, Merchant, Pockets, Purchase, RulesVersion
from endogene_token.indexer.money_models import Attestation, OutflowRulesVersion, Redemption
from endogene_token.indexer.project_models import Project, ProjectCall, ProjectFact, ProjectTranche
from endogene_token.indexer.vote_models import (
    CharterVersion,
    Director,
    Governance,
    Resolution,
    ResolutionTally,
)
from endogene_token.office.models import OfficeRetirement
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import Criterion, ProjectState, RedemptionState, TrancheState
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import writing
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMandate, BankMatch, BankRun
from endogene_token.treasury.exceptions.models import DunningProposal, DunningState, TreasuryException
from endogene_token.treasury.statements.models import IssuedStatement
from tests.api.staff_house import Browser as Device
from tests.api.staff_house import House, open_house
from tests.api.test_office import OFFICERS
from tests.town import ALICE, BAKERY, BASILE, FOREVER, GROCER
from tests.unit.statement_sample import statement

DAY: Final = 86_400
TEXT: Final = "Acheter un four à pain commun pour le quartier.\n"
EVIDENCE: Final = "Factures du four et photos du chantier.\n"
ROLES: Final = (
    *(StaffRole.REGISTRAR, StaffRole.TREASURER, StaffRole.APPROVER, StaffRole.GUARDIAN),
    *(StaffRole.ACTUARY, StaffRole.AUDITOR, StaffRole.MENTOR, StaffRole.DIRECTOR),
)
OPEN_RUN, NEXT_RUN, PROPOSAL, LATE_EXCEPTION, EXCEPTION = 1, 2, 1, 1, 2
INSIDE: Final = {
    "/office/runs": f"/office/runs/{OPEN_RUN}",
    "/office/bank": "/office/bank/import",
    "/office/members": f"/office/members/{ALICE}",
    "/office/projects": "/office/projects/1",
    "/office/votes": "/office/votes/1",
}
"""The page that a page leads to, for those who may open that one."""
RETIRED: Final = 101
"""The first of the members who have credits, and whose payout is approved."""
BALANCES: Final = (
    *(35_000, 212_040, 198_000, 341_170, 240_000, 180_500, 305_000, 260_000, 90_000),
    *(410_000, 122_500, 75_000, 310_000, 280_000, 220_000, 190_000, 231_000, 200_000),
)
LINE: Final = bytes([0x7F]) * 32
WRITTEN: Final = b"\x21" * 32  # where the text is kept


def blank(model: type[SQLModel], **values: Any) -> SQLModel:
    """Return a row whose columns are 0 or empty where they are not told."""
    plain: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = str(field.annotation)
        plain[name] = b"" if "bytes" in kind else "" if "str" in kind else 0
    return model(**{**plain, **values})


def this_year(now: int) -> int:
    """Return the year that it is where the community lives."""
    return datetime.fromtimestamp(now, ZoneInfo("America/Toronto")).year


def furnish(house: House) -> None:
    """Fill the office's tables."""
    now = int(time.time())
    with writing(house.bare.engine) as connection, Session(connection) as session:
        for row in chain.from_iterable(rows(now) for rows in FURNITURE):
            session.merge(row)
        session.flush()


def _money(now: int) -> Iterator[SQLModel]:
    sums = {"cash": 4_812_350, "premiums_receivable": 312_040, "credits_outstanding": 3_900_210}
    parts = {
        "reserve": 214_000,
        "operations": 95_000,
        "currency_outstanding": 140_000,
        "commitments": 260_000,
    }
    yield blank(
        Pockets,
        only_row=1,
        **sums,
        **parts,
        free=515_180,
        redemptions_backed=35_000,
        operating_allowed=40_000,
    )


def _retirements(now: int) -> Iterator[SQLModel]:
    """Yield members who have all the credits, but for six who told no year; the first is being paid out."""
    first = this_year(now)
    valid = {"valid_until": FOREVER, "category": 1}
    for place, balance in enumerate(BALANCES):
        yield blank(Member, number=RETIRED + place, balance=balance, **valid)
    for place, after in enumerate((-3, 0, 0, 1, 2, 2, 9, 9, 14, 15, 15, 30)):
        years = {"year": first + after, "consented_day": 20_700}
        yield blank(OfficeRetirement, member=RETIRED + place, **years)


def _rules(now: int) -> Iterator[SQLModel]:
    yield blank(
        RulesVersion,
        version=1,
        purchase_window_days=7,
        reversal_window_days=60,
        operations_bps=500,
        reserve_bps=300,
        rate_notice_days=30,
        key_rotation_delay=3 * DAY,
    )
    yield blank(
        OutflowRulesVersion,
        version=1,
        coverage_floor_bps=6_000,
        cash_delay=3 * DAY,
        cash_limit=500_000,
        judging_time=30 * DAY,
        longest_attestation=366 * DAY,
    )
    yield blank(Attestation, block_number=4, due=310_000, until=now + 20 * DAY, evidence=bytes(32))


def _sales_and_redemptions(now: int) -> Iterator[SQLModel]:
    states = (RedemptionState.REQUESTED, RedemptionState.ATTESTED, RedemptionState.APPROVED)
    for number, state in enumerate(states, 1):
        yield blank(
            Redemption,
            number=number,
            member=RETIRED if state is RedemptionState.APPROVED else ALICE + number - 1,
            state=state,
            amount=35_000,
            block_time=now - DAY,
        )
    yield blank(Merchant, number=BAKERY, status=1, owed=231_000, exposure_limit=250_000, till_cap=100_000)
    yield blank(Merchant, number=GROCER, status=1, owed=81_040, exposure_limit=500_000, till_cap=100_000)
    for sequence in range(1, 4):
        yield blank(
            Purchase,
            till=1,
            sequence=sequence,
            batch=1,
            merchant=BAKERY,
            member=ALICE,
            day=20_000 + sequence,
            amount=4_250 * sequence,
            premium=119 * sequence,
            credit=109 * sequence,
        )


def _late_merchants(now: int) -> Iterator[SQLModel]:
    late = {
        "subject": f"merchant:{BAKERY}",
        "amount": 121_500,
        "owner": "treasurer",
        "opened_at": now - 12 * DAY,
    }
    yield blank(TreasuryException, number=1, kind="arrears", **late, due_at=now - 2 * DAY)
    line = {"subject": f"line:{LINE.hex()}", "amount": 1, "owner": "treasurer", "opened_at": now - DAY}
    yield blank(TreasuryException, number=2, kind="line", **line, due_at=now + 4 * DAY)
    state = {"level": 3, "arrears": 121_500, "since": "2026-10-15", "warned": 1, "changed_at": now}
    yield blank(DunningState, merchant=BAKERY, day="2026-11-22", **state)
    yield blank(
        DunningProposal,
        number=PROPOSAL,
        merchant=BAKERY,
        act="suspend",
        arrears=121_500,
        since="2026-10-15",
        proposed_by="operator",
        proposed_at=now - DAY,
        state="open",
    )


def _bank(now: int) -> Iterator[SQLModel]:
    account = {"scheme": "cpa", "signed": "2026-01-05", "state": "active", "created_at": now - 90 * DAY}
    for number, (merchant, name) in enumerate(((BAKERY, "Boulangerie du Port"), (GROCER, "Épicerie Roy")), 1):
        mandate = {"reference": f"M-{number}", "name": name, "tail": f"41{number}7"}
        yield blank(BankMandate, number=number, merchant=merchant, **mandate, **account)
    run = {
        "direction": "debit",
        "scheme": "cpa",
        "month": "2026-10",
        "day": "2026-11-27",
        "file_kind": "cpa005",
    }
    yield blank(BankRun, number=OPEN_RUN, **run, state="drafted", drafted_by="operator", created_at=now - DAY)
    for number, (merchant, amount) in enumerate(((BAKERY, 28_000), (GROCER, 19_540)), 1):
        item = {"direction": "debit", "kind": "premiums", "party": "merchant", "party_number": merchant}
        sums = {"amount": amount, "premiums": amount - 1_250, "tax": 1_250}
        of_month = {"year": 2026, "serial": number, "merchant": merchant, "month": "2026-10"}
        charged = {"tax": 1_250, "due": amount, "content": statement().canonical()}
        yield blank(IssuedStatement, **of_month, **charged)
        told = {"statement": f"2026-{number:06}", "day": "2026-11-27", "state": "filed", "account": number}
        yield blank(BankItem, reference=f"D2026-00000{number}", run=OPEN_RUN, **item, **sums, **told)
    told = {"booked": "2026-11-20", "amount": 81_040, "currency": "CAD", "name": "EPICERIE ROY INC"}
    yield blank(BankLine, identity=LINE, **told, text="VIREMENT", state="proposed", parts=1, imported_at=now)
    match = {"merchant": GROCER, "amount": 81_040, "premiums": 81_040, "state": "proposed"}
    yield blank(BankMatch, number=1, line=LINE, proposed_by="rule:transfer", **match)


def _project(now: int) -> Iterator[SQLModel]:
    yield RelayText(hash=WRITTEN, text=TEXT)
    yield RelayText(hash=b"\x22" * 32, text=EVIDENCE)
    required = sum(1 << one for one in (Criterion.ISSUE, Criterion.MENTOR, Criterion.GROUPING))
    call = {"budget": 5_000_000, "awarded": 300_000, "closes_at": now + 20 * DAY, "attestor": ALICE}
    yield blank(
        ProjectCall, number=1, **call, required=required, min_partners=3, min_kinds=2, text_hash=WRITTEN
    )
    plan = {"call": 1, "applicant": ALICE, "mentor": BASILE, "is_mentored": 1, "signer": ALICE}
    money = {
        "amount": 300_000,
        "sought": 600_000,
        "released": 100_000,
        "received": 150_000,
        "balance": 40_000,
    }
    yield blank(
        Project,
        number=1,
        state=ProjectState.ACTIVE,
        text_hash=WRITTEN,
        submitted_at=now - 60 * DAY,
        awarded_at=now - 40 * DAY,
        expires_at=now + 300 * DAY,
        tranches=2,
        **plan,
        **money,
    )
    yield blank(
        ProjectFact, project=1, criterion=Criterion.ISSUE, value=4, attestor=ALICE, evidence=bytes(32)
    )


def _tranches(now: int) -> Iterator[SQLModel]:
    yield blank(
        ProjectTranche,
        project=1,
        position=0,
        amount=100_000,
        due_at=now - 20 * DAY,
        milestone=WRITTEN,
        state=TrancheState.ACCOUNTED,
        since=now - 10 * DAY,
        released_at=now - 19 * DAY,
        reviewer=BASILE,
        releaser=ALICE,
    )
    yield blank(
        ProjectTranche,
        project=1,
        position=1,
        amount=200_000,
        due_at=now + 10 * DAY,
        milestone=WRITTEN,
        state=TrancheState.CLAIMED,
        since=now - 2 * DAY,
        attempt=1,
        claim_hash=b"\x23" * 32,
        evidence=b"\x22" * 32,
        payee=ALICE,
    )


def _votes(now: int) -> Iterator[SQLModel]:
    yield blank(Governance, only_row=1, governor=bytes(20))
    yield blank(Director, member=ALICE, category=0, until=now + 300 * DAY, seated=1)
    yield blank(CharterVersion, version=1, content="{}", block_number=2)
    roll = {"roll_user": 40, "roll_worker": 6, "roll_supporting": 3, "record_day": 20_700, "convener": ALICE}
    terms = {"body": 0, "majority": 0, "quorum_bps": 2_000, "contest": 6 * DAY, "validity": 90 * DAY}
    yield blank(
        Resolution,
        number=1,
        proposer=ALICE,
        text_hash=b"\x21" * 32,
        calls_hash=bytes(32),
        calls="[]",
        charter=1,
        opens_at=now - DAY,
        closes_at=now + 4 * DAY,
        **roll,
        **terms,
    )
    for choice, count in ((1, 9), (2, 3), (3, 1)):
        yield ResolutionTally(resolution=1, category=0, choice=choice, count=count)


FURNITURE: Final = (
    *(_money, _retirements, _rules, _sales_and_redemptions, _late_merchants),
    *(_bank, _project, _tranches, _votes),
)


@contextmanager
def furnished(url: str, *, is_empty: bool = False, **settings: Any) -> Iterator[House]:
    """Open the office at `url`, full, as localhost: the one name that browsers make passkeys for untold."""
    with open_house(url) as house:
        address = house.bare.url.replace("127.0.0.1", "localhost")
        services = house.bare.app.state.services
        own = services.settings.model_copy(update={"origins": (address,), **settings})
        house.bare.app.state.services = replace(services, settings=own)
        if not is_empty:
            furnish(house)
        yield replace(house, bare=replace(house.bare, url=address))


def logged_in(house: House, role: StaffRole) -> Device:
    """Return the browser, in software, of somebody who has logged in with a role of the office."""
    return entered(house, role, **_holder(role))


def entered(house: House, role: StaffRole, **of: Any) -> Device:
    """Return the browser, in software, of a person of any door who has logged in; `of`: for whom."""
    device = house.browser()
    device.origin = house.bare.url
    device.device = device.device.but(origin=house.bare.url)
    assert device.register(house.invited(role, **of)[1]).status_code == 201
    answer = device.log_in()
    assert answer.status_code == 201, answer.text
    return device


def _holder(role: StaffRole) -> dict[str, Any]:
    if role is StaffRole.DIRECTOR:
        return {"member": ALICE}
    if role is StaffRole.MENTOR:
        return {"member": BASILE}
    if role is StaffRole.AUDITOR:
        return {}
    return {"officer": from_hex(OFFICERS[Role[role.name]].address)}


def at_desk(browser: Browser, house: House, device: Device, **options: Any) -> BrowserContext:
    """Open a real browser with the session of a device."""
    context = browser.new_context(base_url=house.bare.url, **options)
    cookies = [
        {"name": one.name, "value": one.value or "", "url": house.bare.url}
        for one in device.client.cookies.jar
    ]
    context.add_cookies(cookies)  # type: ignore[arg-type]  # Playwright's own dictionary
    return context


def sent(device: Device, path: str, **values: Any) -> httpx.Response:
    """Send a form as a browser does."""
    headers = {"origin": device.origin, "accept": "text/html"}
    return device.client.post(path, data=values, headers=headers)


def read(device: Device, path: str) -> httpx.Response:
    """Open a page as a browser does."""
    return device.client.get(path, headers={"accept": "text/html"})
