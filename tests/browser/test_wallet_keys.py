"""The key by which a member signs: stopped by the one in force when it changes, counted when it votes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update
from sqlmodel import Session

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.ballots import Choice, commitment
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.charter import Kind
from endogene_token.chain.transactions import complete_key_rotation, request_key_rotation
from endogene_token.office.device_keys import Way
from endogene_token.office.staff_models import OfficePasskey
from endogene_token.relay import ballots
from endogene_token.relay.vote_models import RelayBallot, RelayOpening, VoteState
from endogene_token.sealing import SealingKeys, open_
from endogene_token.store import writing
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind as Trouble
from tests.browser.devices import Device, device_of
from tests.browser.wallet_town import Town, wallet_town
from tests.town import ALICE

SCRUTINEERS = SealingKeys.generate()
STRANGER = b"\x77" * 20
STOP, STOPPED = "Stop it with this device", "It is stopped"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with wallet_town(tmp_path_factory.mktemp("keys"), sealing_key=SCRUTINEERS.public.hex()) as opened:
        yield opened


@pytest.fixture(scope="module")
def alice(browser: Browser, town: Town) -> Iterator[Device]:
    """Alice's phone, which signs for her."""
    with device_of(browser, town.address, locale="en-CA") as device:
        join(device.page, town.invited(ALICE))
        town.registrar(town.rotation_call(ALICE))
        town.vote.votes.wait_until(town.standing(ALICE).ready_at)
        town.vote.votes.do(complete_key_rotation(town.vote.site.town.community, ALICE))
        town.vote.site.read()
        assert town.standing(ALICE).way is Way.STANDS
        yield device


def join(page: Page, code: str) -> None:
    page.goto(f"/join#{code}")
    page.get_by_role("button").click()
    page.wait_for_url("**/wallet")


def counted(town: Town, count: int) -> None:
    """Have every passkey be one that has told this count."""
    with writing(town.vote.site.engine) as connection:
        connection.execute(update(OfficePasskey).values(sign_count=count))


def sign(page: Page, choice: str) -> None:
    page.get_by_label(choice, exact=True).check()
    page.get_by_role("button", name="Sign and send").click()


def vote(page: Page, choice: str) -> None:
    """Cast a ballot; the page shows it when it is taken."""
    with page.expect_navigation():
        sign(page, choice)


def newest(town: Town, number: int) -> RelayBallot:
    with town.reading() as connection, Session(connection, expire_on_commit=False) as session:
        row = ballots.newest(session, number, ALICE)
        assert row is not None
        return row


def has_rotation(town: Town) -> bool:
    town.vote.settle()
    return bool(town.vote.site.town.ledger.read([("Membership", "rotation", (ALICE,))])[0][0])


def test_a_ballot_by_a_copy_of_the_device_is_refused(alice: Device, town: Town) -> None:
    """Its counter has gone back. Put right, the same device votes."""
    number = town.vote.opened(Kind.DECISION, "Buy an oven\n")
    page = alice.page
    page.goto(f"/wallet/votes/{number}")
    counted(town, 10**6)
    try:
        sign(page, "Against")
        expect(page.locator("#told")).to_contain_text("what the device signed is not what was asked for")
    finally:
        counted(town, 0)
    vote(page, "Against")
    expect(page.locator("#mine + p")).to_contain_text("Against")


def test_a_secret_ballot_is_sealed_by_the_phone_and_read_by_the_scrutineers_alone(
    alice: Device, town: Town
) -> None:
    """The service has the commitment and a sealed opening; the receipt is whole on the phone that cast it."""
    number, page = town.vote.opened(Kind.ELECTION, "Elect a director\n"), alice.page
    page.goto(f"/wallet/votes/{number}")
    vote(page, "Against")
    expect(page.locator("#mine + p")).to_contain_text("Under seal")
    town.vote.settle()
    row = newest(town, number)
    assert (row.state, row.choice) == (VoteState.DONE, 0)
    opening = open_(row.sealed_opening or b"", SCRUTINEERS.private, number, ALICE)
    assert opening.choice is Choice.AGAINST
    assert commitment(number, ALICE, opening) == row.commitment
    with page.expect_download() as loading:
        page.get_by_role("link", name="Keep the receipt").click()
    assert BallotReceipt.load(loading.value.path()).opening == opening


def test_without_scrutineers_the_phone_opens_its_own_ballot(alice: Device, town: Town) -> None:
    """After the close, by the last one that it cast."""
    town.set(sealing_key=None)
    try:
        number, page = town.vote.opened(Kind.ELECTION, "Elect another\n"), alice.page
        page.goto(f"/wallet/votes/{number}")
        for choice in ("Against", "For"):
            vote(page, choice)
            expect(page.locator("#mine + p")).to_contain_text("Under seal")
            town.vote.settle()
        assert newest(town, number).sealed_opening is None
        town.vote.votes.wait_until(Assembly(town.vote.site.town.ledger).resolution(number).closes_at)
        page.reload()
        page.get_by_role("button", name="Open my ballot").click()
        expect(page.get_by_text("Your ballot is open")).to_be_visible()
        town.vote.settle()
    finally:
        town.set(sealing_key=SCRUTINEERS.public.hex())
    with town.reading() as connection, Session(connection) as session:
        row = session.get_one(RelayOpening, (number, ALICE))
    assert (row.state, row.choice) == (VoteState.DONE, Choice.FOR)


def test_the_key_in_force_stops_another_from_the_wallet(alice: Device, town: Town) -> None:
    """The first page warns, the page of keys stops it; the registrar is told."""
    town.registrar(request_key_rotation(town.vote.site.town.community, ALICE, STRANGER))
    ready_at = town.standing(ALICE).ready_at
    page = alice.page
    page.goto("/wallet")
    page.get_by_role("alert").get_by_role("link", name="Not me").click()
    page.get_by_role("button", name=STOP).click()
    expect(page.get_by_text(STOPPED)).to_be_visible()
    assert not has_rotation(town)
    with town.reading() as connection, Session(connection) as session:
        rows = inbox.reports_of(session, Trouble.KEY, f"member:{ALICE}")
    assert [(one.subject, one.owner) for one in rows] == [
        (f"member:{ALICE}/rotation:{ready_at}", inbox.REGISTRAR)
    ]


def test_who_is_logged_out_by_anothers_code_stops_its_key_all_the_same(
    browser: Browser, alice: Device, town: Town
) -> None:
    """The code ended Alice's passkey and sessions. Her key is in force still; the other device's is not."""
    page = alice.page
    with device_of(browser, town.address, locale="en-CA") as thief:
        join(thief.page, town.again(ALICE))
        town.registrar(town.rotation_call(ALICE))
        for one, told in ((thief.page, "#stop-told"), (page, "#stopped")):
            assert has_rotation(town)
            one.goto("/enter?to=/wallet")
            one.get_by_role("link", name="It was not me").click()
            one.get_by_label("Your member number").fill(str(ALICE))
            one.get_by_role("button", name=STOP).click()
            expect(one.locator(told)).to_be_visible()
    assert not has_rotation(town)
    page.reload()
    page.get_by_label("Your member number").fill(str(ALICE))
    page.get_by_role("button", name=STOP).click()
    expect(page.locator("#stop-told")).to_contain_text("nothing has to be stopped")
