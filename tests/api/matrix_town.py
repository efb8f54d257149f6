"""Everybody who may ask the API, and the objects of two merchants, on a served town with its own chain."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import Session, func, select

from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import admit_members, grant_role, revoke_role
from endogene_token.chain.views import Admission, Category, MemberKind, Role
from endogene_token.hexes import from_hex
from endogene_token.office.models import OfficeTrail
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from endogene_token.sdk.messages import batch_body
from endogene_token.store import reading
from tests.api.matrix_bodies import CONTENT, FIRST_BANK, WRONG_SIGNATURE
from tests.api.matrix_groups import Line, line
from tests.api.matrix_objects import objects
from tests.api.matrix_people import DIRECTOR, FORMER, LATER, OFFICERS, Asker, Visit, askers
from tests.api.test_bank import PROFILE
from tests.site import Site, open_site
from tests.town import (
    BAKERY_TILL,
    FOREVER,
    GROCER,
    GROCER_TILL,
    settle_down,
)
from tests.unit import told_bank

DATA = Path(__file__).parents[1] / "data"

REFUSALS = {
    *("credentials", "access", "key-refused", "scope-missing", "session-refused"),
    # Of another's object nobody learns that it is there; who has not logged in has no session.
    *("unknown-webhook", "unknown-path", "unknown-session", "unknown-staff", "unknown-upload"),
}


@dataclass(frozen=True)
class Answered:
    """What somebody was answered, and how many entries of the trail it left."""

    name: str
    line: Line
    answer: httpx.Response
    entries: int

    @property
    def told(self) -> str:
        """``allowed``, ``refused``, or what the answer was when it is neither."""
        code = "" if self.answer.is_success else str(self.answer.json()["code"])
        is_in = code == self.line.forged if self.line.forged else self.answer.is_success
        if is_in or code in self.line.told:
            return "allowed"
        return "refused" if code in REFUSALS else f"{self.answer.status_code} {self.answer.text[:300]}"


@dataclass
class MatrixTown:
    """What the matrix asks: a site, its askers by name, and the objects that paths name."""

    site: Site
    askers: dict[str, Asker]
    objects: dict[str, Callable[[], str]]
    examples: dict[str, Any] = field(default_factory=dict)
    created: int = field(default_factory=lambda: int(time.time()) + 290)

    def ask(self, name: str, method: str, line: Line) -> "Answered":
        """Send a request as this asker."""
        path = line.path
        for word, make in self.objects.items():
            if f"{{{word}}}" in path:
                path = path.replace(f"{{{word}}}", make())
        body = self._body(method, line)
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = "application/json" if not isinstance(line.body, bytes) else CONTENT[line.body]
        headers = {"content-type": kind} if content else {}
        request = self.site.client.build_request(method, path, content=content, headers=headers)
        asker = self.askers[name]
        if isinstance(asker, TillKey):
            request.headers["authorization"] = self._signed(asker, method, request)
        elif isinstance(asker, Visit):
            request.headers["cookie"] = f"{asker.cookie}={asker.begin()}"
        elif asker is not None:
            request.headers["authorization"] = f"Bearer {asker}"
        request.headers["origin"] = self.site.app.state.services.settings.pages[0]
        before = self.entries()
        answer = self.site.client.send(request)
        return Answered(name, line, answer, self.entries() - before)

    def entries(self) -> int:
        """Return how long the trail is."""
        with reading(self.site.engine) as connection, Session(connection) as session:
            return int(session.exec(select(func.count()).select_from(OfficeTrail)).one())

    def _signed(self, key: TillKey, method: str, request: httpx.Request) -> str:
        # Each proof has a second of its own within the ten minutes in which it is valid: it opens once.
        self.created = self.created - 1 if self.created > time.time() - 250 else int(time.time()) + 290
        domain, path = self.site.town.ledger.domain, request.url.path
        body = None if method == "GET" else request.content
        return authorization(key, domain, method, path, self.created, body=body)

    def _body(self, method: str, line: Line) -> Any:
        if line.body == WRONG_SIGNATURE:
            return self._example(method, line)
        if line.body == "odoo":
            return (DATA / "odoo_orders.json").read_bytes()
        if line.body == "treasurer":
            officer = OFFICERS[Role.TREASURER].address
            return {"role": "treasurer", "name": "Ida", "officer": officer}
        if line.body in ("purchases", "reversals"):  # a body may be no member of a set
            town = self.site.town
            wrong = town.purchases(GROCER_TILL, 9, [100], signer=BAKERY_TILL, merchant=GROCER)
            if line.body == "reversals":
                right = town.reversals(GROCER_TILL, 9, (GROCER_TILL, 1, 1, 1))
                return batch_body(right.batch, wrong.signature)
            return batch_body(wrong.batch, wrong.signature)
        return line.body

    def _example(self, method: str, line: Line) -> Any:
        """Return the example of the description for the body of this operation."""
        if not self.examples:
            self.examples.update(self.site.get("/v1/openapi.json"))
        templates = (one for one in self.examples["paths"] if _fits(one, line.path))
        operation = self.examples["paths"][next(templates)][method.lower()]
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = self.examples["components"]["schemas"][reference.rpartition("/")[2]]
        example = schema["examples"][0] if "examples" in schema else schema["example"]
        known = {"text_hash": self.objects["text"]()}  # so that the signature is what is wrong
        return {name: known.get(name, value) for name, value in example.items()}


def _fits(template: str, path: str) -> bool:
    ours, theirs = path.split("/"), template.split("/")
    return len(ours) == len(theirs) and all(
        b.startswith("{") or a == b for a, b in zip(ours, theirs, strict=True)
    )


@contextmanager
def matrix_town(rpc: Rpc, url: str, folder: Path) -> Iterator[MatrixTown]:
    """Serve the town; each officer has one role, and one had one."""
    town = settle_down(rpc)
    settings = {"hosting_passphrase": "a passphrase of the tests", "data_dir": folder, "lang": "en"}
    director = TillKey((200 + DIRECTOR).to_bytes(32, "big"))
    person = Admission(MemberKind.PERSON, Category.USER, 0, FOREVER, from_hex(director.address))
    town.do(
        admit_members(town.community, [person]),
        *(grant_role(town.community, role, one.address, LATER) for role, one in OFFICERS.items()),
        grant_role(town.community, Role.REGISTRAR, FORMER.address, LATER),
    )
    (folder / "bank.toml").write_text(PROFILE.format(iban=told_bank.IBAN), "utf-8")
    with open_site(town, url, **settings) as site:
        site.record(
            town.purchases(BAKERY_TILL, 1, [1000]),
            town.reversals(BAKERY_TILL, 2, (BAKERY_TILL, 1, 1, 100)),
            town.purchases(GROCER_TILL, 1, [1000]),
        )
        asking = askers(site, director)
        town.do(revoke_role(town.community, Role.REGISTRAR, FORMER.address))
        opened = MatrixTown(site, asking, objects(site))
        opened.ask("treasurer", "POST", line("/v1/bank/statements", body=FIRST_BANK))
        yield opened
