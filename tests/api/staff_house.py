"""An office whose people log in, with browsers and devices in software, and no node."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import update
from sqlmodel import Session, SQLModel

from endogene_token.chain.calls import View
from endogene_token.chain.views import Role
from endogene_token.hexes import from_hex
from endogene_token.indexer.models import Member
from endogene_token.indexer.project_models import Project
from endogene_token.office import invitations, trail
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.projects import ProjectState
from endogene_token.store import writing
from tests.api.bare_site import bare_site
from tests.api.test_office import MEMBERS, OFFICERS, Office, Roles
from tests.passkey_device import ORIGIN, Device
from tests.town import ALICE, BASILE, FOREVER

NAME = "Maude Tremblay-Roy"
OWN_PAGE = {"origin": ORIGIN}
INVITE = "/v1/staff/invitations"
OPTIONS = "/v1/passkeys/registration/options"
NO_SITE = "https://evil.example"


class Seats(Roles):
    """Also knows directors and mentors: member number to the end of a term, project to its mentor."""

    directors: dict[int, int]
    mentors: dict[int, int]

    def read(self, views: Sequence[View]) -> list[Any]:
        contract = views[0][0]
        if contract not in {"Board", "ProjectBook"}:
            return super().read(views)  # there is no node: nobody answers
        number = int(str((views[0][2] or (0,))[0]))
        if contract == "Board":
            return [(0, self.directors.get(number, 0))]
        values: list[Any] = [ProjectState.ACTIVE, 0, 0, *[0] * 14, (0,) * 3, b""]
        values[5] = self.mentors.get(number, 0)
        return [values]


@dataclass
class Browser:
    """A browser of one person, with a device; it sends the Origin of its page with every request."""

    client: httpx.Client
    device: Device = field(default_factory=Device)
    origin: str = ORIGIN

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"origin": self.origin, **headers}
        return self.client.request(method, path, json=body, headers={k: v for k, v in sent.items() if v})

    def register(self, code_: str | None, device: Device | None = None) -> httpx.Response:
        """Register a passkey: with an invitation, or beside the one that logged in."""
        given = {} if code_ is None else {"code": code_}
        asked = self.ask("POST", OPTIONS, given)
        if asked.status_code != 200:
            return asked
        made = (device or self.device).create(asked.json()["options"])
        return self.ask("POST", "/v1/passkeys/registration", {**given, "credential": made})

    def log_in(self, **changes: Any) -> httpx.Response:
        """Log in, with a device that counts on, one thing of it changed."""
        self.device = self.device.but(count=self.device.count + 1)
        options = self.ask("POST", "/v1/sessions/options").json()["options"]
        return self.ask("POST", "/v1/sessions", {"credential": self.device.but(**changes).get(options)})


@dataclass
class House(Office):
    """An office whose people log in."""

    ledger: Seats = field(kw_only=True)
    closing: ExitStack = field(kw_only=True)

    def browser(self) -> Browser:
        client = httpx.Client(base_url=self.bare.url, trust_env=False, timeout=60)
        return Browser(self.closing.enter_context(client))

    def invited(self, role: StaffRole, **of: Any) -> tuple[str, str]:
        """Return the account and the code of an invitation, made at the terminal."""
        with trail.changing(self.bare.engine, trail.COMMAND_LINE) as change:
            new = invitations.invite(change, self.bare.secret, Person(role, NAME, **of))
            return new.account.id, new.code

    def person(self, role: StaffRole, **of: Any) -> Browser:
        """Return the browser of somebody who has logged in."""
        browser = self.browser()
        assert browser.register(self.invited(role, **of)[1]).status_code == 201
        answer = browser.log_in()
        assert answer.status_code == 201, answer.text
        return browser

    def officer(self, role: Role) -> Browser:
        return self.person(StaffRole[role.name], officer=from_hex(OFFICERS[role].address))

    def moved(self, table: type[SQLModel], **values: Any) -> None:
        with writing(self.bare.engine) as connection:
            connection.execute(update(table).values(**values))


@contextmanager
def open_house(database_url: str) -> Iterator[House]:
    """An office with one officer a role, five members of whom two are merchants, and no node."""
    later = int(time.time()) + 86_400
    until = {(role, one.address.lower()): later for role, one in OFFICERS.items()}
    known: list[Seats] = []

    def staffed(app: FastAPI) -> None:
        services = app.state.services
        seats = Seats(services.ledger, until)
        seats.directors, seats.mentors = {ALICE: later}, {1: BASILE}
        known.append(seats)
        app.state.services = replace(services, ledger=seats)

    with bare_site(database_url, staffed) as bare:
        with writing(bare.engine) as connection, Session(connection) as session:
            for number, own in MEMBERS.items():
                valid = {"valid_from": 0, "valid_until": FOREVER, "balance": 0}
                session.add(Member(number=number, kind=0, category=0, key=from_hex(own.address), **valid))
            raw = {"text_hash": bytes(32), "report": b"", "transaction_hash": bytes(32)}
            plain: dict[str, Any] = dict.fromkeys(Project.model_fields, 0) | raw
            session.add(
                Project(**{**plain, "number": 1, "state": int(ProjectState.ACTIVE), "mentor": BASILE})
            )
            session.flush()
        with ExitStack() as closing:
            yield House(bare, until, ledger=known[0], closing=closing)
