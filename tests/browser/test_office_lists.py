"""Lists of the office that grow for years: every row is found, whatever came after it."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session

from api.pages.office import people, trace
from endogene_token.office import trail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.sealed import seal
from endogene_token.office.secret import Purpose
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.store import reading, writing
from tests.api.staff_house import Browser, House
from tests.browser.office_house import furnished, logged_in, read
from tests.town import BAKERY

ABOUT = "member:77"
FIRST = 5_000  # the number of the first of many members


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        yield opened


def numbers(page: str) -> list[int]:
    """Return the numbers of the entries that a page of the trail shows."""
    return [int(one) for one in re.findall(r'rowheader" data-label="No.">([0-9]+)</th>', page)]


def link(page: str, param: str) -> str | None:
    """Return the address of the link that goes on by a parameter."""
    found = re.search(rf'class="button plain" href="([^"#]*[?;&]{param}=[^"#]*)', page)
    return None if found is None else found[1].replace("&amp;", "&")


def walked(device: Browser, path: str, param: str) -> list[str]:
    """Return the pages from `path` on, as far as its links by `param` lead."""
    pages = [read(device, path).text]
    while following := link(pages[-1], param):
        assert len(pages) < 20
        pages.append(read(device, following).text)
    return pages


@pytest.mark.parametrize("about", ["", ABOUT])
def test_the_trail_is_read_from_the_newest_entry_to_the_first_and_back(house: House, about: str) -> None:
    """About one subject and its parts, or about all, more than two pages of it."""
    auditor = logged_in(house, StaffRole.AUDITOR)
    with trail.changing(house.bare.engine, trail.COMMAND_LINE) as change:
        for number in range(2 * trace.PAGE + 3):
            change.note("card.issued", f"{ABOUT}/card:{number}" if number % 2 else ABOUT)
            change.note("card.issued", "member:770")
    with reading(house.bare.engine) as connection, Session(connection) as session:
        told = [one.number for one in trail.page(session, 0, 10_000, about or None)]
    path = f"/office/trail?about={about}"
    found = walked(auditor, path, "before")
    assert [one for page in found for one in numbers(page)] == told[::-1]
    last = link(walked(auditor, path, "before")[-2], "before")
    back = walked(auditor, last or "", "after")
    assert [numbers(one)[0] for one in back][-1] == told[-1]
    assert sorted(one for page in back for one in numbers(page)) == told
    assert link(found[0], "after") is None


def crowd(house: House, count: int) -> None:
    """Give many members a wallet, and the bakery many of its staff, in no order."""
    with writing(house.bare.engine) as connection, Session(connection) as session:
        for at in range(count):
            _open(house, session, StaffRole.MEMBER, at, member=FIRST + at)
            _open(house, session, StaffRole.STAFF, at, merchant=BAKERY)
        session.flush()


def _open(house: House, session: Session, role: StaffRole, at: int, **of: int) -> None:
    account = f"{at * 7_919 % 99_991:015}{role[0]}"
    name = seal(house.bare.secret, Purpose.NAME, account.encode(), b"Somebody")
    now = int(time.time())
    own: dict[str, Any] = {"id": account, "name": name, "created_at": now - at, "active_at": now, **of}
    session.add(OfficeAccount(role=role, **own))


def test_every_account_is_found_by_going_on_or_by_its_number(house: House) -> None:
    """However many members have a wallet, and however many sell for a business."""
    registrar = logged_in(house, StaffRole.REGISTRAR)
    count = 2 * people.PAGE + 5
    crowd(house, count)
    wallets = walked(registrar, "/office/staff", "wallets")
    listed = [int(one) for page in wallets for one in re.findall(r"· member ([0-9]+)</p>", page)]
    assert [one for one in listed if one >= FIRST] == list(range(FIRST, FIRST + count))
    shops = walked(registrar, "/office/staff", "shops")
    accounts = {one for page in shops for one in re.findall(r'name="account" value="([0-9]{15}s)"', page)}
    assert len(accounts) == count
    one = read(registrar, f"/office/staff?number={FIRST + count - 1}").text
    assert re.findall(r"· member ([0-9]+)</p>", one) == [str(FIRST + count - 1)]
    assert link(one, "wallets") is None
