"""What a device needs to keep a door among its programs: a manifest, its pictures, and a worker."""

import struct
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page

from endogene_token.indexer.models import Member
from endogene_token.office import invitations, trail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from tests.browser.devices import device_of
from tests.browser.till_shop import Shop
from tests.town import ALICE

PNG = b"\x89PNG\r\n\x1a\n"
SCOPE = "navigator.serviceWorker.ready.then((one) => [one.scope, one.active.scriptURL])"


def member_code(shop: Shop) -> str:
    """Return the code by which Alice has a wallet."""
    with trail.changing(shop.bare.engine, trail.COMMAND_LINE) as change:
        assert change.session.get(Member, ALICE) is not None
        person = Person(StaffRole.MEMBER, "Alice Roy", member=ALICE)
        return invitations.invite(change, shop.bare.secret, person).code


@pytest.mark.parametrize("door", ["till", "wallet"])
def test_a_door_can_be_kept_among_a_devices_programs(browser: Browser, shop: Shop, door: str) -> None:
    """Its manifest is linked, begins within its own scope, its pictures are what it says, its worker runs."""
    code = shop.invited(StaffRole.OWNER) if door == "till" else member_code(shop)
    with device_of(browser, shop.bare.url, locale="fr-CA") as device:
        page = device.page
        page.goto(f"/join#{code}")
        page.get_by_role("button").click()
        page.wait_for_url(f"**/{door}")
        linked = str(page.locator("link[rel=manifest]").get_attribute("href"))
        answer = page.request.get(linked)
        assert answer.headers["content-type"].startswith("application/manifest+json")
        told = answer.json()
        assert (told["display"], told["lang"]) == ("standalone", "fr-CA")
        assert told["name"]
        assert told["short_name"]
        assert told["start_url"].startswith(told["scope"])
        assert page.request.get(told["start_url"]).ok
        pictures_are_as_told(page, told["icons"])
        scope, worker = page.evaluate(SCOPE)
        assert scope == urljoin(shop.bare.url, told["scope"])
        assert worker == urljoin(shop.bare.url, f"/{door}/worker.js")
        errors = device.session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


def pictures_are_as_told(page: Page, icons: list[dict[str, Any]]) -> None:
    """See that each picture is there and as large as it is told, for every purpose of a phone."""
    assert {(one["sizes"], one["purpose"]) for one in icons} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for one in icons:
        picture = page.request.get(one["src"])
        body = picture.body()
        assert (picture.headers["content-type"], body[:8]) == (one["type"], PNG)
        width, height = struct.unpack(">II", body[16:24])
        assert f"{width}x{height}" == one["sizes"]
