"""Who opens which page of the office and does what there: every page, every act, every role."""

import re
import time
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from sqlmodel import Session, func, select

from api.pages.office import router
from api.pages.office.places import (
    DESK,
    EVERYBODY,
    HOME,
    MEMBERS,
    PLACES,
    RUNS,
    TREASURY,
    VOTES,
)
from endogene_token.office.models import OfficeTrail
from endogene_token.office.scopes import StaffRole
from endogene_token.store import reading
from tests.api.staff_house import House
from tests.browser.office_house import INSIDE, OPEN_RUN, ROLES, furnished, logged_in, read, sent, this_year
from tests.town import ALICE, BASILE

REGISTRAR, TREASURER = frozenset({StaffRole.REGISTRAR}), frozenset({StaffRole.TREASURER})
APPROVER: Final = frozenset({StaffRole.APPROVER})
ACTS: Final = {
    "/office/leave": EVERYBODY,
    **dict.fromkeys(("/office/exceptions/take", "/office/exceptions/close"), TREASURER),
    "/office/arrears/propose": TREASURER,
    "/office/arrears/decide": REGISTRAR,
    "/office/runs/draft": TREASURER,
    "/office/runs/{number}/approve": APPROVER,
    **dict.fromkeys(("/office/runs/{number}/hand-in", "/office/runs/{number}/cancel"), TREASURER),
    **dict.fromkeys(("/office/mandates/give", "/office/mandates/end"), TREASURER),
    **dict.fromkeys(("/office/bank/accept", "/office/bank/match"), TREASURER),
    **dict.fromkeys(("/office/bank/aside", "/office/bank/undo", "/office/bank/import"), TREASURER),
    **dict.fromkeys(("/office/reports/take", "/office/reports/close"), REGISTRAR),
    "/office/members/find": MEMBERS,
    **dict.fromkeys(("/office/members/{number}/cards", "/office/members/{number}/replacements"), REGISTRAR),
    **dict.fromkeys(("/office/members/{number}/losses", "/office/members/{number}/phone"), REGISTRAR),
    "/office/members/{number}/silence": REGISTRAR,
    "/office/members/{number}/retirement": REGISTRAR,
    "/office/members/{number}/withdrawal": REGISTRAR,
    **{f"/office/members/{{number}}/wallet/{act}": REGISTRAR for act in ("invite", "again", "end")},
    **dict.fromkeys(("/office/members/{number}/missing", "/office/members/{number}/data.json"), REGISTRAR),
    **dict.fromkeys(("/office/members/{number}/key", "/office/members/{number}/key/options"), REGISTRAR),
    "/office/members/{number}/votes/{resolution}/paper": REGISTRAR,
    "/office/members/{number}/votes/{resolution}/ballots": REGISTRAR,
    "/office/members/{number}/erase": REGISTRAR,
    **dict.fromkeys(("/office/businesses/{number}/name", "/office/businesses/{number}/unname"), REGISTRAR),
    **dict.fromkeys(("/office/staff/invite", "/office/staff/again", "/office/staff/end"), REGISTRAR),
    "/office/annual/pack": TREASURY,
}
"""Who is let into each act; whether it then succeeds depends on what the form says."""
HARMLESS: Final = {"/office/leave", "/office/members/find", "/office/annual/pack"}
"""Acts that change nothing but who is logged in."""
SEARCHED: Final = {"/office/trail", "/office/staff"}  # by a form that only asks
YEAR: Final = this_year(int(time.time()))
AT_DESK: Final = ("votes", "votes/1", "missing", "figures", "key", "erase", f"years/{YEAR}")
"""The pages of one member: the auditor reads them, the registrar acts there."""
PAGES: Final = {
    **{place.path: place.roles for place in PLACES},
    **{inside: place.roles for place in PLACES for path, inside in INSIDE.items() if path == place.path},
    f"{VOTES.path}/1/counts": VOTES.roles,
    **{f"{DESK.path}/{ALICE}/{one}": DESK.roles for one in AT_DESK},
}
LINK: Final = re.compile(r'href="(/office[^"#]*)"')
FORM: Final = re.compile(r'action="(/office[^"]*)"')


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("office")
    with furnished(f"sqlite:///{folder / 'ledger.sqlite'}", data_dir=folder) as opened:
        yield opened


def filled(path: str) -> str:
    path = path.replace("{resolution}", "1")
    return path.replace("{number}", str(OPEN_RUN if path.startswith(RUNS.path) else ALICE))


def pattern_of(path: str) -> str:
    return re.sub(r"/[0-9]+", "/{number}", path)


def is_at_the_door(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/enter?to=/office")


def entries(house: House) -> int:
    with reading(house.bare.engine) as connection, Session(connection) as session:
        return session.exec(select(func.count()).select_from(OfficeTrail)).one()


def test_the_tables_name_every_route_of_the_office() -> None:
    """What is added to the office is added here, or it fails."""
    routes = [(one.path, one.methods or set()) for one in iter_route_contexts(router.routes)]
    assert {path for path, methods in routes if "POST" in methods} == set(ACTS)
    opened = {pattern_of(path) for path in PAGES} | {"/office/runs/{number}/file"}
    assert {re.sub(r"{\w+}", "{number}", str(path)) for path, methods in routes if "GET" in methods} == opened


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_pages_and_is_shown_the_door_at_all_others(house: House, role: StaffRole) -> None:
    """No page of its own shows a link, or a form, that leads to the door."""
    device, shown = logged_in(house, role), set[str]()
    for path, roles in PAGES.items():
        answer = read(device, path)
        if role not in roles:
            assert is_at_the_door(answer), path
            continue
        assert answer.status_code == 200, (path, answer.text)
        shown |= set(LINK.findall(answer.text))
        for act in FORM.findall(answer.text):
            assert role in ACTS.get(pattern_of(act), roles), (path, act)
    assert {place.path for place in PLACES if role in place.roles} <= shown
    for path in {one for one in shown if "lang=" not in one} - set(PAGES):
        assert read(device, path.replace("&amp;", "&")).status_code == 200, path


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_let_into_its_acts_and_into_no_other(house: House, role: StaffRole) -> None:
    """An empty form does nothing anywhere; who may not act there is not even told what is wrong with it."""
    device, before = logged_in(house, role), entries(house)
    for act, roles in sorted(ACTS.items(), key=lambda one: one[0] == "/office/leave"):
        answer = sent(device, filled(act))
        if role in roles:
            assert answer.status_code < 500, (act, answer.text)
            assert not is_at_the_door(answer) or act == "/office/leave", act
        else:
            assert is_at_the_door(answer), act
    if role is StaffRole.AUDITOR:
        assert entries(house) == before + 1  # the logout


def test_the_file_of_a_run_is_the_treasurers(house: House) -> None:
    """It holds whole accounts: who only reads the run is shown the door."""
    path = f"{RUNS.path}/{OPEN_RUN}/file"
    assert is_at_the_door(read(logged_in(house, StaffRole.AUDITOR), path))
    assert not is_at_the_door(read(logged_in(house, StaffRole.TREASURER), path))


def test_the_auditor_reads_all_and_is_offered_no_change(house: House) -> None:
    """Every place is open to the auditor; no page holds a form that would change anything."""
    auditor, offered = logged_in(house, StaffRole.AUDITOR), set[str]()
    for path in PAGES:
        answer = read(auditor, path)
        assert answer.status_code == 200, path
        offered |= set(FORM.findall(answer.text))
    assert offered - SEARCHED <= HARMLESS


def test_nobody_reads_anything_without_a_login(house: House) -> None:
    """Each page sends to where one logs in, and back from there."""
    stranger = house.browser()
    for path in PAGES:
        assert read(stranger, path).headers["location"] == f"/enter?to={path}"


def test_a_member_is_invited_and_listed_apart_from_the_office(house: House) -> None:
    """Members' wallets are many: they never crowd out an officer."""
    registrar = logged_in(house, StaffRole.REGISTRAR)
    invited = sent(registrar, "/office/staff/invite", role="member", name="Basile Roy", number=BASILE)
    assert invited.status_code == 200, invited.text
    before, _, wallets = read(registrar, "/office/staff").text.partition('id="wallets"')
    assert "Basile Roy" in wallets
    assert "Basile Roy" not in before


def test_an_empty_office_shows_each_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    """On the first day nothing is there yet, and every page says so."""
    folder = tmp_path_factory.mktemp("empty")
    with furnished(f"sqlite:///{folder / 'ledger.sqlite'}", is_empty=True) as empty:
        auditor = logged_in(empty, StaffRole.AUDITOR)
        for place in PLACES:
            answer = read(auditor, place.path)
            assert answer.status_code == 200, (place.path, answer.text)
        assert f'href="{HOME.path}"' in read(auditor, HOME.path).text
