"""A bakery whose till the cooperative keeps, its people, and a member with a card."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from endogene_token.indexer.models import Member, Merchant, MerchantRate, RulesVersion
from endogene_token.office import cards, invitations, trail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.sales import HostedSale, HostedTill
from endogene_token.sales.models import TillState
from endogene_token.store import writing
from tests.api.bare_site import ACTOR, Bare
from tests.browser.devices import Device, device_of, localhost_site
from tests.town import ALICE, BAKERY, BAKERY_TILL, FOREVER

OWED, LIMIT, RATE_BPS = 312_40, 500_000, 280
PATIENCE: Final = 200  # tenths of a second


@dataclass
class Shop:
    """What a test drives: the service, and the number of Alice's card."""

    bare: Bare
    card: str

    def invited(self, role: StaffRole, merchant: int = BAKERY) -> str:
        """Return the code of an invitation."""
        with trail.changing(self.bare.engine, trail.COMMAND_LINE) as change:
            person = Person(role, "Maude Roy", merchant=merchant)
            return invitations.invite(change, self.bare.secret, person).code

    @contextmanager
    def at(
        self, browser: Browser, role: StaffRole = StaffRole.OWNER, merchant: int = BAKERY, **options: Any
    ) -> Iterator[Device]:
        """Open a device on which somebody has logged in."""
        with device_of(browser, self.bare.url, **{"locale": "en-CA", **options}) as device:
            log_in(device.page, self.invited(role, merchant))
            yield device

    def sales(self) -> list[HostedSale]:
        """Return what is kept, in the order in which it came."""
        with self.bare.reading() as session:
            return list(session.exec(select(HostedSale).order_by(HostedSale.id)))  # type: ignore[arg-type]


def log_in(page: Page, code: str) -> None:
    """Make a passkey with an invitation's code, which logs in with it, too."""
    page.goto(f"/join#{code}")
    page.get_by_role("button").click()
    page.wait_for_url("**/till")


def arrive(page: Page, shop: Shop, *amounts: int) -> None:
    """Wait until these sales are kept by the service, each once, and the device has none any more."""
    for _ in range(PATIENCE):
        if len(shop.sales()) >= len(amounts):
            break
        page.wait_for_timeout(100)
    expect(page.locator("#unsent")).to_be_hidden()
    assert [one.amount for one in shop.sales()] == list(amounts)


@contextmanager
def open_shop(url: str, folder: Path, **settings: Any) -> Iterator[Shop]:
    """Serve a bakery with one hosted till, a rate and a limit; nothing is sold yet."""
    with localhost_site(url, data_dir=folder, **settings) as bare:
        with writing(bare.engine) as connection, Session(connection) as session:
            session.add(host(BAKERY, BAKERY_TILL))
            session.add(MerchantRate(merchant=BAKERY, from_day=0, rate_bps=RATE_BPS))
            rules: dict[str, Any] = dict.fromkeys(RulesVersion.model_fields, 1)
            session.add(RulesVersion(**{**rules, "operations_bps": 500, "reserve_bps": 500}))
            valid = {"valid_from": 0, "valid_until": FOREVER, "balance": 0}
            session.add(Member(number=ALICE, kind=0, category=0, key=b"", **valid))
            bakery = session.get(Merchant, BAKERY)
            assert bakery is not None
            bakery.owed, bakery.exposure_limit = OWED, LIMIT
            session.add(bakery)
            session.flush()
        with trail.changing(bare.engine, ACTOR) as change:
            card = cards.issue(change, bare.secret, ALICE).number
        yield Shop(bare, card)


def host(merchant: int, number: int) -> HostedTill:
    """Return a hosted till, whose key nobody opens."""
    address = f"0x{number:040x}"
    own: dict[str, Any] = {"number": number, "till": number, "keystore": "{}", "state": TillState.OPEN}
    return HostedTill(address=address, merchant=merchant, **own)
