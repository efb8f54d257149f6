"""A login in a real browser, its authenticator one of Chromium's own: what browsers send is what is taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Error, Page

from endogene_token.office import invitations, trail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from tests.api.bare_site import Bare
from tests.browser.devices import device_of, localhost_site
from tests.town import BAKERY

ASK = """async ([method, path, body]) => {
  const sent = {method, headers: {"content-type": "application/json"}};
  const answer = await fetch(path, body === null ? {method} : {...sent, body: JSON.stringify(body)});
  return {status: answer.status, ...await answer.json()};
}"""
CREATE = """async (options) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({publicKey})).toJSON();
}"""
GET = """async (options) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({publicKey})).toJSON();
}"""
FORGE = """async (address) => {
  await fetch(address, {method: "POST", mode: "no-cors", credentials: "include", body: "{}"});
}"""


@dataclass
class Counter:
    """A browser at a merchant's, on a page of the service itself."""

    bare: Bare
    page: Page
    device: CDPSession
    authenticator: str
    address: str

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(ASK, [method, path, body])
        return found

    def register(self, code: str) -> dict[str, Any]:
        options = self.ask("POST", "/v1/passkeys/registration/options", {"code": code})["options"]
        credential = self.page.evaluate(CREATE, options)
        return self.ask("POST", "/v1/passkeys/registration", {"code": code, "credential": credential})

    def log_in(self) -> dict[str, Any]:
        credential = self.page.evaluate(GET, self.ask("POST", "/v1/sessions/options")["options"])
        return self.ask("POST", "/v1/sessions", {"credential": credential})


@pytest.fixture
def counter(browser: Browser, sqlite_url: str) -> Iterator[Counter]:
    # the test's own scripts, which no page of ours has
    with localhost_site(sqlite_url) as bare, device_of(browser, bare.url, bypass_csp=True) as device:
        device.page.goto("/v1/problems/access")
        yield Counter(bare, device.page, device.session, device.authenticator, bare.url)


def invited(bare: Bare) -> str:
    with trail.changing(bare.engine, trail.COMMAND_LINE) as change:
        person = Person(StaffRole.OWNER, "Maude Roy", merchant=BAKERY)
        return invitations.invite(change, bare.secret, person).code


def test_an_owner_registers_logs_in_makes_a_key_and_logs_out(counter: Counter) -> None:
    """All of it as a browser does it; no script sees the cookie."""
    assert counter.register(invited(counter.bare))["status"] == 201
    assert counter.ask("GET", "/v1/sessions/current")["code"] == "credentials"
    assert counter.log_in()["who"]["merchant"] == BAKERY
    assert counter.page.evaluate("document.cookie") == ""
    [cookie] = counter.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    made = counter.ask("POST", "/v1/keys", {"merchant": BAKERY, "scopes": ["sales:read"]})
    assert made["status"] == 201, made
    assert counter.log_in()["status"] == 201, "the device counts on"
    assert counter.ask("DELETE", "/v1/sessions/current")["status"] == 200
    assert counter.page.context.cookies() == []


def test_a_device_that_does_not_know_its_holder_is_not_even_asked_further(counter: Counter) -> None:
    """The browser itself refuses, because the options ask for a holder it verified."""
    counter.register(invited(counter.bare))
    unverified = {"authenticatorId": counter.authenticator, "isUserVerified": False}
    counter.device.send("WebAuthn.setUserVerified", unverified)
    with pytest.raises(Error, match="NotAllowedError"):
        counter.log_in()
    counter.device.send("WebAuthn.setUserVerified", {**unverified, "isUserVerified": True})
    assert counter.log_in()["status"] == 201


def test_a_page_of_another_site_sends_no_cookie_and_changes_nothing(counter: Counter) -> None:
    """127.0.0.1 is another site than localhost: the browser keeps the session back, the service says so."""
    counter.register(invited(counter.bare))
    counter.log_in()
    with counter.bare.reading() as session:
        before = len(trail.page(session, 0, 100))
    page = counter.page.context.new_page()
    page.goto(counter.address.replace("localhost", "127.0.0.1") + "/v1/problems/access")
    with page.expect_response("**/v1/sessions/options") as refused:
        page.evaluate(FORGE, f"{counter.address}/v1/sessions/options")
    assert refused.value.status == 403
    with page.expect_request("**/v1/keys") as sent:
        page.evaluate(FORGE, f"{counter.address}/v1/keys")
    assert "cookie" not in sent.value.all_headers()
    with counter.bare.reading() as session:
        assert len(trail.page(session, 0, 100)) == before
