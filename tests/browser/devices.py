"""A person's device: a browser with an authenticator of its own, on the pages of a service."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, Page

from tests.api.bare_site import Bare, bare_site

AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    **dict.fromkeys(("hasResidentKey", "hasUserVerification", "isUserVerified"), True),
    "automaticPresenceSimulation": True,
}

HIDDEN: Final = """() => {
  scrollTo(0, document.documentElement.scrollHeight);
  const isFixed = (one) => getComputedStyle(one).position === "fixed";
  const places = [...document.querySelectorAll("nav")].find(isFixed);
  const shown = [...document.querySelectorAll("main *, .foot *")].filter((one) => one.checkVisibility());
  const end = Math.max(...shown.map((one) => one.getBoundingClientRect().bottom));
  return places ? Math.max(0, Math.ceil(end - places.getBoundingClientRect().top)) : null;
}"""


@dataclass
class Device:
    """What a test drives."""

    page: Page
    session: CDPSession
    authenticator: str

    def forget_its_holder(self) -> None:
        """Have the device know its holder no more: no finger, no face, no code."""
        self._know(is_its_holder=False)

    def know_its_holder(self) -> None:
        """Have the device know its holder again."""
        self._know(is_its_holder=True)

    def _know(self, *, is_its_holder: bool) -> None:
        told = {"authenticatorId": self.authenticator, "isUserVerified": is_its_holder}
        self.session.send("WebAuthn.setUserVerified", told)


@contextmanager
def localhost_site(url: str, **settings: Any) -> Iterator[Bare]:
    """Serve the database at `url` as localhost, the one name without TLS that browsers make passkeys for."""
    with bare_site(url, **settings) as bare:
        address = bare.url.replace("127.0.0.1", "localhost")
        services = bare.app.state.services
        own = services.settings.model_copy(update={"origins": (address,)})
        bare.app.state.services = replace(services, settings=own)
        yield replace(bare, url=address)


@contextmanager
def device_of(browser: Browser, address: str, **options: Any) -> Iterator[Device]:
    """Open a browser of its own on the pages at `address`, with an authenticator that knows its holder."""
    context = browser.new_context(base_url=address, **options)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield Device(page, session, made["authenticatorId"])
    context.close()


def hidden_at_the_end(page: Page) -> int | None:
    """Return how many pixels of a page's end lie behind its places, or None where these are not fixed."""
    found: int | None = page.evaluate(HIDDEN)
    return found
