"""The desk of a member who has a plastic card and no telephone: the same rights, served by the registrar."""

import json
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, expect
from sqlmodel import Session, col, select, update

from endogene_token.ballots import Choice
from endogene_token.chain.charter import Kind
from endogene_token.chain.transactions import complete_key_rotation
from endogene_token.hexes import from_hex
from endogene_token.office import cards, device_keys, invitations, phones, staff, trail
from endogene_token.office.device_keys import Way
from endogene_token.office.models import OfficePhone, OfficeTrail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeSession
from endogene_token.relay.vote_models import VoteState
from endogene_token.sealing import SealingKeys, open_
from endogene_token.store import writing
from endogene_token.treasury.collect.models import BankPayee
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind as Trouble
from tests.browser.desk_machine import (
    Desk,
    account_of,
    admitted,
    kept_by,
    newest,
    receipt_of,
    refusing_served,
    security_key,
    sign,
    wallet_of,
)
from tests.browser.devices import device_of
from tests.browser.office_house import blank
from tests.browser.wallet_town import Town, wallet_town
from tests.passkey_device import Device as Software
from tests.town import ALICE, BASILE, CHLOE, GROCER

SCRUTINEERS: Final = SealingKeys.generate()
SMALL: Final = {"width": 360, "height": 740}
PAGES: Final = ("", "/votes", "/votes/1", "/missing", "/figures?year=2050", "/key", "/erase")
NAME: Final = "Julien Caron"
MEMBER_NAME: Final = "Basile Côté"
PHONE: Final = "418 555 0199"
WAITS: Final = "endogene member key"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with wallet_town(tmp_path_factory.mktemp("desk"), sealing_key=SCRUTINEERS.public.hex()) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(browser: Browser, town: Town) -> Iterator[Desk]:
    """The registrar, who has logged in on the office's machine."""
    services, officer = town.vote.site.app.state.services, from_hex(town.vote.votes.registrar.address)
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        person = Person(StaffRole.REGISTRAR, NAME, officer=officer)
        made = invitations.invite(change, services.secret(), person)
    with device_of(browser, town.address, locale="en-CA") as device:
        device.page.goto(f"/join?lang=en#{made.code}")
        device.page.get_by_role("button", name="Make it on this device").click()
        device.page.wait_for_url("**/office")
        yield Desk(device, town, made.account.id)


@pytest.fixture(scope="module")
def carded(town: Town) -> int:
    """A member who has a plastic card, no telephone and no key; the vote of before does not know a key."""
    number = admitted(town)
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        cards.issue(change, town.vote.site.app.state.services.secret(), number)
    town.vote.opened(Kind.DECISION, "Buy an oven\n\nThe bakers' hall needs one.\n")
    return number


@pytest.fixture(scope="module")
def keyed(desk: Desk, carded: int) -> Iterator[int]:
    """The same member, whose security key was registered at the desk and is in force on the ledger."""
    town, page = desk.town, desk.open(carded, "/key")
    with security_key(desk.device):
        page.get_by_role("button", name="Register the key").click()
        expect(page.get_by_role("status")).to_contain_text("The security key is registered")
        desk.served("passkey.registered", f"staff:{account_of(town, carded)}")
        expect(page.locator("#state ~ .signed code")).to_have_text(f"{WAITS} {carded}")
        town.registrar(town.rotation_call(carded))
        standing = town.standing(carded)
        assert standing.way is Way.COMES
        page.reload()
        expect(page.get_by_text("Then the same command runs again")).to_be_visible()
        town.vote.votes.wait_until(standing.ready_at)
        page.reload()
        expect(page.get_by_text("the delay is over")).to_be_visible()
        town.vote.votes.do(complete_key_rotation(town.vote.site.town.community, carded))
        town.vote.site.read()
        assert town.standing(carded).way is Way.STANDS
        page.reload()
        expect(page.get_by_text("With it the member votes")).to_be_visible()
        yield carded


def test_a_member_without_a_key_reads_what_is_needed_to_vote(desk: Desk, carded: int) -> None:
    """In plain words, beside what one must know before voting; a button leads there."""
    page = desk.open(carded, "/votes")
    first = page.get_by_role("listitem").filter(has_text="Buy an oven")
    for told in ("One vote, among the users", "of 1 ballot needed", "Free money of the fund"):
        expect(first).to_contain_text(told)
    first.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("The bakers' hall needs one.")
    expect(page.locator("form")).to_have_count(1)  # the one that logs out
    page.get_by_role("link", name="To the security key").click()
    expect(page.get_by_role("heading", name="Security key")).to_be_visible()


def test_a_key_without_its_code_registers_nothing(desk: Desk, carded: int) -> None:
    """Who does not know the code is not its holder."""
    page = desk.open(carded, "/key")
    with security_key(desk.device, knows_code=False):
        page.get_by_role("button", name="Register the key").click()
        expect(page.locator("#told")).to_contain_text("No key confirmed it.")
    assert wallet_of(desk.town, carded) is None


def test_a_change_that_was_stopped_or_is_objected_to_is_not_gone_on_with(desk: Desk) -> None:
    """The page says so instead of the command, or beside the one that asks anew."""
    town, member = desk.town, admitted(desk.town)
    page, community = desk.open(member, "/key"), desk.town.vote.site.town.community
    with security_key(desk.device):
        page.get_by_role("button", name="Register the key").click()
        expect(page.locator("#state ~ .signed code")).to_have_text(f"{WAITS} {member}")
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        device_keys.note_asking(change, community, member)
    expect(desk.open(member, "/key").locator("#state ~ .signed code")).to_have_text(
        f"{WAITS} {member} --again"
    )
    expect(page.get_by_text("change stopped")).to_be_visible()
    with trail.changing(town.vote.site.engine, trail.COMMAND_LINE) as change:
        inbox.report(change, inbox.Finding(Trouble.KEY, f"member:{member}/rotation:1", 0), int(time.time()))
    expect(desk.open(member, "/key").get_by_text("the member objects")).to_be_visible()
    expect(page.locator(".signed")).to_have_count(0)
    page.get_by_role("link", name="To the members’ reports").click()
    expect(page.locator("main")).to_contain_text(f"Member {member}")


def test_a_key_of_the_offices_own_machine_is_refused(desk: Desk, carded: int) -> None:
    """With it the office would sign for the member."""
    for attachment in ("platform", None):
        options = desk.post(carded, "/key/options", "application/json", data={}).json()["options"]
        asked = options["authenticatorSelection"]
        assert (asked["authenticatorAttachment"], asked["userVerification"]) == ("cross-platform", "required")
        made = Software(origin=desk.town.address).create(options)
        sent = {"credential": {**made, "authenticatorAttachment": attachment}}
        answer = desk.post(carded, "/key", "application/json", data=sent)
        assert (answer.status, answer.json()["code"]) == (401, "passkey-refused"), answer.text()
    assert wallet_of(desk.town, carded) is None


def test_a_member_votes_with_a_card_and_a_security_key(desk: Desk, keyed: int) -> None:
    """The chain counts what the key signed; the trail knows who served, and not what was chosen."""
    town, page = desk.town, desk.page
    desk.open(keyed, "/votes/1")
    expect(page.get_by_text("announced before the member’s key was in force")).to_be_visible()
    number = town.vote.opened(Kind.DECISION, "Buy another\n")
    desk.open(keyed, f"/votes/{number}")
    for told in ("One vote, among the users", "of 1 ballot needed", "Free money of the fund"):
        expect(page.locator(".pairs")).to_contain_text(told)
    sign(page, "Against")
    expect(page.get_by_role("heading", name="The ballot is on its way")).to_be_focused()
    assert json.loads(page.locator("#slip").text_content() or "")["choice"] == "against"
    assert receipt_of(page).sequence == 1
    desk.served("ballot.served", f"member:{keyed}/resolution:{number}")
    assert json.loads(desk.entries("ballot.served")[-1].params) == {"sequence": 1}
    town.vote.settle()
    row = newest(town, number, keyed)
    assert row is not None
    assert (row.state, row.choice) == (VoteState.DONE, Choice.AGAINST)
    [college] = [one for one in town.vote.get(f"/v1/resolutions/{number}")["tallies"] if one["against"]]
    assert college["against"] == 1
    page.get_by_role("link", name="Done").click()
    desk.open(keyed, f"/votes/{number}")
    expect(page.locator("#mine")).to_contain_text("A ballot of this member is counted.")
    expect(page.locator("#slip")).to_have_text("")
    assert kept_by(page) == 0


def test_no_ballot_is_taken_without_the_entry_that_it_was_served(desk: Desk, keyed: int) -> None:
    """Both are kept at once, or neither: the member finds every ballot that the desk served."""
    town, page = desk.town, desk.page
    number = town.vote.opened(Kind.DECISION, "Buy a cellar\n")
    about = f"member:{keyed}/resolution:{number}"
    desk.open(keyed, f"/votes/{number}")
    with refusing_served(town):
        sign(page, "For")
        expect(page.locator("#told")).to_be_visible()
        assert newest(town, number, keyed) is None
    desk.open(keyed, f"/votes/{number}")
    sign(page, "For")
    expect(page.get_by_role("heading", name="The ballot is on its way")).to_be_visible()
    assert newest(town, number, keyed) is not None
    assert [one.subject for one in desk.entries("ballot.served")].count(about) == 1


def test_a_secret_ballot_leaves_nothing_on_the_offices_machine(desk: Desk, keyed: int) -> None:
    """The scrutineers read it; the receipt is whole, once."""
    town, page = desk.town, desk.page
    number = town.vote.opened(Kind.ELECTION, "Elect a director\n")
    desk.open(keyed, f"/votes/{number}")
    sign(page, "For")
    expect(page.get_by_role("heading", name="The ballot is on its way")).to_be_visible()
    receipt = receipt_of(page)
    assert kept_by(page) == 0
    town.vote.settle()
    row = newest(town, number, keyed)
    assert row is not None
    assert (row.state, row.choice) == (VoteState.DONE, 0)
    opening = open_(row.sealed_opening or b"", SCRUTINEERS.private, number, keyed)
    assert (opening.choice, receipt.opening) == (Choice.FOR, opening)
    town.set(sealing_key=None)
    try:
        desk.open(keyed, f"/votes/{number}")
        expect(page.get_by_text("has no scrutineers")).to_be_visible()
        expect(page.locator("#ballot")).to_have_count(0)
    finally:
        town.set(sealing_key=SCRUTINEERS.public.hex())


def test_nobody_signs_in_the_members_place(desk: Desk, keyed: int) -> None:
    """Not with the registrar's own passkey, not with a key that nobody registered."""
    town = desk.town
    number = town.vote.opened(Kind.DECISION, "Buy a third\n")
    asked = desk.post(keyed, f"/votes/{number}/paper", "application/json", data={"choice": 1}).json()
    credential = Software(origin=town.address).get(asked["options"])
    sent = {"choice": 1, "sequence": asked["sequence"], "credential": credential}
    answer = desk.post(keyed, f"/votes/{number}/ballots", "application/json", data=sent)
    assert (answer.status, answer.json()["code"]) == (401, "passkey-refused")
    assert newest(town, number, keyed) is None
    assert f"member:{keyed}/resolution:{number}" not in {one.subject for one in desk.entries("ballot.served")}


def test_a_missing_purchase_told_at_the_desk_is_in_the_inbox_of_the_wallets(desk: Desk) -> None:
    """Once; what is wrong is said beside its field; what was told before is shown."""
    page = desk.open(CHLOE, "/missing")
    for amount in ("twelve", "12,50", "12.50"):
        page.get_by_label("At which business?").select_option(str(GROCER))
        page.get_by_label("Amount paid").fill(amount)
        page.get_by_role("button", name="Put it into the inbox").click()
        page.wait_for_load_state()
        expect(page.locator(".wrong")).to_have_count(1 if amount == "twelve" else 0)
    with desk.town.reading() as connection, Session(connection) as session:
        [row] = inbox.reports_of(session, Trouble.MISSING, f"member:{CHLOE}")
    assert (row.owner, row.amount) == (inbox.REGISTRAR, 1_250)
    desk.served("exception.repeated", inbox.subject_of(row))
    expect(page.get_by_text("Being looked at")).to_be_visible()


def test_a_year_is_printed_for_a_member_with_and_without_a_login(desk: Desk) -> None:
    """As a PDF, from the member's page."""
    page = desk.open(ALICE)
    links = page.get_by_role("link", name=re.compile("Statement of"))
    path = links.first.get_attribute("href")
    for address in (path, f"/office/members/{CHLOE}/years/2026"):
        year = page.request.get(address or "")
        assert (year.headers["content-type"], year.body()[:5]) == ("application/pdf", b"%PDF-")


def test_all_that_is_kept_is_handed_out_and_the_trail_says_so(desk: Desk, keyed: int) -> None:
    """Of a member with a login, and of one without; nothing secret is in it."""
    payee: dict[str, Any] = {"name": "Chloé Roy", "tail": "4411", "state": "active", "created_at": 1}
    with writing(desk.town.vote.site.engine) as connection, Session(connection) as session:
        session.add(blank(BankPayee, party="member", party_number=CHLOE, sealed_account=b"\x7f", **payee))
        session.flush()
    number = desk.town.vote.opened(Kind.DECISION, "Buy a fourth\n")
    desk.open(keyed, f"/votes/{number}")
    sign(desk.page, "For")
    expect(desk.page.get_by_role("heading", name="The ballot is on its way")).to_be_visible()
    told: dict[int, Any] = {}
    for member in (CHLOE, keyed):
        answer = desk.post(member, "/data.json")
        assert answer.status == 200, answer.text()
        desk.served("member.data-given", f"member:{member}")
        told[member] = answer.json()
        for word in ("signature", "salt", "public_key", "credential", "sealed", "hash", "\\u007f"):
            assert word not in answer.text(), word
    assert (told[CHLOE]["name"], told[CHLOE]["logins"]) == (None, [])
    assert told[CHLOE]["payout_accounts"] == [payee]
    assert "member.data-given" in {one["action"] for one in told[CHLOE]["trail"]}
    [login] = told[keyed]["logins"]
    assert (login["role"], len(login["devices"])) == ("member", 1)
    assert number in {one["resolution"] for one in told[keyed]["ballots_sent_here"]}
    actions = {one["action"] for one in told[keyed]["trail"]}
    assert {"card.issued", "staff.opened", "passkey.registered", "ballot.served"} <= actions


def test_a_login_is_given_renewed_and_ended_from_the_members_page(desk: Desk) -> None:
    """The code is shown once; the page says where it stands."""
    page = desk.open(BASILE)
    page.get_by_label("Name, as the wallet greets the member").fill(MEMBER_NAME)
    page.get_by_role("button", name="Give a code").click()
    expect(page.get_by_role("heading", name=f"A code for {MEMBER_NAME}")).to_be_visible()
    desk.served("staff.invited", f"staff:{account_of(desk.town, BASILE)}")
    page.get_by_role("link", name="Done").click()
    section = page.get_by_role("region", name="Wallet on a device")
    expect(section).to_contain_text("invited")
    section.get_by_role("button", name="A new code").click()
    expect(page.locator(".code")).to_be_visible()
    desk.served("staff.reinvited", f"staff:{account_of(desk.town, BASILE)}")
    page.get_by_role("link", name="Done").click()
    account = account_of(desk.town, BASILE)
    section.get_by_role("button", name="End the login").click()
    expect(page.get_by_role("region", name="Wallet on a device")).to_contain_text("ended")
    desk.served("staff.ended", f"staff:{account}")


@pytest.mark.parametrize("has_login", [True, False])
def test_erasing_at_the_desk_leaves_nothing_that_names_the_member(desk: Desk, has_login: bool) -> None:
    """With an account (and those that ended before), or with a card and a telephone number alone."""
    member, engine = (BASILE if has_login else CHLOE), desk.town.vote.site.engine
    secret = desk.town.vote.site.app.state.services.secret()
    if has_login:
        desk.town.invited_twice(BASILE, MEMBER_NAME)
    with trail.changing(engine, trail.COMMAND_LINE) as change:
        cards.issue(change, secret, member)
        plain = phones.normal(PHONE if has_login else "418 555 0198", "CA")
        phones.keep(change, secret, member, plain, date(2026, 3, 1))
    page = desk.open(member, "/erase")
    page.get_by_role("button", name="Erase it now").click()
    expect(page.get_by_role("heading", name="It is erased")).to_be_visible()
    desk.served("member.link-erased", f"member:{member}")
    with desk.town.reading() as connection, Session(connection) as session:
        assert all(one.revoked_at for one in cards.cards_of(session, member))
        assert session.get(OfficePhone, member) is None
        names = [staff.name_of(secret, one) for one in staff.wallets(session, member)]
    assert (len(names) > 1, set(names)) == ((True, {""}) if has_login else (False, set()))
    expect(desk.open(member).get_by_role("region", name="Telephone")).to_contain_text("No number is kept.")


def test_an_old_login_reads_the_desk_and_changes_nothing(desk: Desk, keyed: int) -> None:
    """The passkey is asked for where each button was."""
    acts = ("/erase", "/data.json", "/key/options", "/wallet/again", "/wallet/end")
    earlier = col(OfficeSession.confirmed_at) - 3_600
    with writing(desk.town.vote.site.engine) as connection:
        connection.execute(update(OfficeSession).values(confirmed_at=earlier))
    try:
        number = desk.town.vote.opened(Kind.DECISION, "Buy a fourth\n")
        for path in ("", f"/votes/{number}", "/key", "/erase", "/missing"):
            link = desk.open(keyed, path).get_by_role("link", name="Show your passkey first")
            expect(link.first).to_be_visible()
        for act in acts:
            assert desk.post(keyed, act, data={}).status == 403, act
        paper = desk.post(keyed, f"/votes/{number}/paper", "application/json", data={"choice": 1})
        assert (paper.status, paper.json()["code"]) == (403, "fresh-login")
    finally:
        with writing(desk.town.vote.site.engine) as connection:
            connection.execute(
                update(OfficeSession).values(confirmed_at=col(OfficeSession.confirmed_at) + 3_600)
            )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_desks_pages_have_no_violation_of_accessibility(
    desk: Desk, keyed: int, lang: str, scheme: Any
) -> None:
    """axe finds none, and no page of a small phone moves sideways."""
    page = desk.page
    number = desk.town.vote.opened(Kind.DECISION, f"Buy a fifth, {lang} {scheme}\n\nWhy not?\n")
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]  # a width and a height
    page.emulate_media(color_scheme=scheme)
    for member, path in (
        *((keyed, one) for one in (*PAGES, f"/votes/{number}")),
        (ALICE, ""),
        (ALICE, "/figures"),
    ):
        desk.open(member, path, lang)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


def test_nothing_personal_is_in_the_trail(desk: Desk, keyed: int) -> None:
    """Whatever was done above: no name, no telephone number, no choice."""
    with desk.town.reading() as connection, Session(connection) as session:
        rows = session.exec(select(OfficeTrail)).all()
        told = " ".join(f"{one.who} {one.action} {one.subject} {one.params}" for one in rows)
        assert trail.verify(session).broken is None
    assert f"member:{keyed}" in told
    for word in (NAME, MEMBER_NAME, "Côté", "Chloé", "4185550199", "against", "choice"):
        assert word not in told, word
