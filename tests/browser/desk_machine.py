"""The office's machine at the desk, the registrar before it, and a member's security key in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import APIResponse, Page
from sqlmodel import Session, select

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.chain.transactions import admit_members
from endogene_token.chain.views import Admission, Category, MemberKind
from endogene_token.office import staff
from endogene_token.office.models import OfficeTrail
from endogene_token.relay import ballots
from endogene_token.relay.vote_models import RelayBallot
from endogene_token.store import writing
from tests.browser.devices import Device
from tests.browser.wallet_town import Town
from tests.town import FOREVER

REFUSING: Final = """CREATE TRIGGER refusing BEFORE INSERT ON office_trail WHEN NEW.action = 'ballot.served'
BEGIN INSERT INTO nowhere VALUES (1); END"""


@dataclass
class Desk:
    """The registrar's machine, who sits there, and the town."""

    device: Device
    town: Town
    account: str

    @property
    def page(self) -> Page:
        return self.device.page

    def open(self, member: int, path: str = "", lang: str = "en") -> Page:
        sep = "&" if "?" in path else "?"
        self.page.goto(f"/office/members/{member}{path}{sep}lang={lang}")
        return self.page

    def post(self, member: int, path: str, accept: str = "text/html", **sent: Any) -> APIResponse:
        """Send what a page of the desk would."""
        headers = {"accept": accept, "origin": self.town.address}
        address = f"{self.town.address}/office/members/{member}{path}"
        return self.page.request.post(address, headers=headers, max_redirects=0, **sent)

    def entries(self, action: str) -> list[OfficeTrail]:
        with self.town.reading() as connection, Session(connection) as session:
            return list(session.exec(select(OfficeTrail).where(OfficeTrail.action == action)))

    def served(self, action: str, subject: str) -> None:
        """The last entry of this kind is the registrar's, about this."""
        last = self.entries(action)[-1]
        assert (last.who, last.subject) == (f"staff:{self.account}", subject)


@contextmanager
def security_key(device: Device, *, knows_code: bool = True) -> Iterator[None]:
    """Put a member's security key into the machine, whose own authenticator nobody touches meanwhile."""
    own = {"authenticatorId": device.authenticator}
    device.session.send("WebAuthn.setAutomaticPresenceSimulation", {**own, "enabled": False})
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "isUserVerified": knows_code,
        **dict.fromkeys(("hasResidentKey", "hasUserVerification", "automaticPresenceSimulation"), True),
    }
    made = device.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    device.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})
    device.session.send("WebAuthn.setAutomaticPresenceSimulation", {**own, "enabled": True})


@contextmanager
def refusing_served(town: Town) -> Iterator[None]:
    """Have the database fail at the entry of the trail that a ballot was served."""
    with writing(town.vote.site.engine) as connection:
        connection.exec_driver_sql(REFUSING)
    yield
    with writing(town.vote.site.engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER refusing")


def admitted(town: Town) -> int:
    """Return the number of a new member, who has no key."""
    row = Admission(MemberKind.PERSON, Category.USER, 0, FOREVER, b"")
    town.registrar(admit_members(town.vote.site.town.community, [row]))
    return town.vote.site.town.ledger.member_count()


def wallet_of(town: Town, member: int) -> str | None:
    with town.reading() as connection, Session(connection) as session:
        row = staff.wallet(session, member)
        return None if row is None else row.id


def account_of(town: Town, member: int) -> str:
    found = wallet_of(town, member)
    assert found is not None
    return found


def newest(town: Town, number: int, member: int) -> RelayBallot | None:
    with town.reading() as connection, Session(connection, expire_on_commit=False) as session:
        return ballots.newest(session, number, member)


def sign(page: Page, choice: str) -> None:
    page.get_by_label(choice, exact=True).check()
    page.get_by_role("button", name="Sign with the key, and send").click()


def receipt_of(page: Page) -> BallotReceipt:
    """Save the receipt as the member does, and read it."""
    with page.expect_download() as loading:
        page.get_by_role("link", name="Save it to the member’s own stick").click()
    return BallotReceipt.load(loading.value.path())


def kept_by(page: Page) -> int:
    return int(page.evaluate("localStorage.length"))
