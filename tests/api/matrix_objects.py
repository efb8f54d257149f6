"""The objects that the paths of the matrix name: of two merchants, of members, of the treasury."""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlmodel import Session

from api import texts
from endogene_token.chain.views import Role
from endogene_token.hexes import to_hex
from endogene_token.indexer.money_models import Redemption
from endogene_token.office import cards, keys, staff, trail
from endogene_token.office.scopes import Holder, Mode, OfficeRole, Scope, StaffRole
from endogene_token.sales import HostedTill, SaleConnector, SaleUpload
from endogene_token.sales.models import TillState
from endogene_token.sdk.keys import TillKey
from endogene_token.store import reading, writing
from endogene_token.treasury.confirm import matching
from endogene_token.treasury.confirm.states import LineState
from endogene_token.treasury.dunning import proposals
from endogene_token.treasury.dunning.rules import Arrears
from endogene_token.treasury.exceptions import inbox
from endogene_token.webhooks import deliveries, endpoints
from tests.api.matrix_people import OFFICERS, new_token, open_account, open_session
from tests.site import Site
from tests.town import (
    ALICE,
    BAKERY,
    BAKERY_TILL,
    BASILE,
    GROCER,
    GROCER_TILL,
)


def objects(site: Site) -> dict[str, Callable[[], str]]:
    """Return what the words in paths stand for; a key or a card to end is made anew for each request."""
    text = texts.keep(site.app.state.services, trail.COMMAND_LINE, "x")
    merchants = {"bakery": BAKERY, "grocer": GROCER}
    known = {f"{name}_hook": _hook(site, one) for name, one in merchants.items()}
    known |= {f"{name}_upload": _shop(site, one) for name, one in merchants.items()}
    known |= {"text": to_hex(text.hash), "delivery": _delivery(site, known["bakery_hook"])}
    _redemption(site)
    made: dict[str, Callable[[], str]] = {word: partial(str, one) for word, one in known.items()}
    made |= {f"new_{name}_key": _key_maker(site, Holder(one)) for name, one in merchants.items()}
    treasurer = Holder(role=OfficeRole.TREASURER)
    made["new_treasurer_key"] = _key_maker(site, treasurer, OFFICERS[Role.TREASURER])
    made |= {"new_card": partial(_card, site), "new_exception": partial(_exception, site)}
    made["bank_line"] = partial(_bank_line, site)
    made["new_proposal"] = partial(_proposal, site)
    for name, one in merchants.items():
        made[f"{name}_account"] = partial(str, open_account(site, StaffRole.STAFF, one))
        made[f"new_{name}_account"] = _account_maker(site, one)
        made[f"new_{name}_session"] = _session_maker(site, one)
    return made


def _key_maker(site: Site, holder: Holder, officer: TillKey | None = None) -> Callable[[], str]:
    """Return what makes a key with the scope to be ended by anyone who may; the one before is ended."""
    scopes = frozenset({Scope.KEYS_WRITE if holder.role is None else Scope.TREASURY_READ})
    before: list[str] = []

    def make() -> str:
        with trail.changing(site.engine, trail.COMMAND_LINE) as change:
            change.note("test.made", "key")
            for one in keys.page(change.session, holder, "", 100):
                if one.id in before and one.revoked_at is None:
                    keys.revoke(change, one.id)
        before.append(new_token(site, holder, scopes, officer=officer).split("_")[2])
        return before[-1]

    return make


def _account_maker(site: Site, merchant: int) -> Callable[[], str]:
    """Return what opens an account to be ended; the one before is ended."""
    before: list[str] = []

    def make() -> str:
        with trail.changing(site.engine, trail.COMMAND_LINE) as change:
            change.note("test.made", "account")
            for one in before[-1:]:
                if staff.find(change.session, one).ended_at is None:
                    staff.end(change, one)
        before.append(open_account(site, StaffRole.STAFF, merchant))
        return before[-1]

    return make


def _session_maker(site: Site, merchant: int) -> Callable[[], str]:
    """Return what opens a session to be ended."""
    own = open_account(site, StaffRole.STAFF, merchant)
    return lambda: open_session(site, own).row.id


def _card(site: Site) -> str:
    secret = site.app.state.services.secret()
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        held = [one for one in cards.cards_of(change.session, BASILE) if one.revoked_at is None]
        made = cards.replace(change, secret, BASILE) if held else cards.issue(change, secret, BASILE)
        return str(made.card)


def _exception(site: Site) -> str:
    """Open an exception, as the daily examination does."""
    found = inbox.Finding(inbox.Kind.BOOKS, "books", time.time_ns() % 1_000_000)
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        inbox.follow(change, [inbox.Kind.BOOKS], [found], int(time.time()))
        change.note("test.made", "exception")
        return str(inbox.page(change.session, 0, 100, among=inbox.OF_MONEY, is_open=True)[-1].number)


def _proposal(site: Site) -> str:
    """Have the treasurer propose to suspend the grocer; the proposal before, if it waits, is refused."""
    treasurer = trail.Actor(f"officer:{OFFICERS[Role.TREASURER].address.lower()}", trail.COMMAND)
    now = int(time.time())
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        waiting = proposals.undecided(change.session, GROCER)
        if waiting is not None:
            proposals.decide(change, waiting.number or 0, is_approved=False, why="Again.", now=now)
        change.note("test.made", "proposal")
    with trail.changing(site.engine, treasurer) as change:
        made = proposals.propose(change, GROCER, proposals.Act.SUSPEND, Arrears(0, None), now)
        return str(made.number)


def _bank_line(site: Site) -> str:
    """Return a line of the bank's, of the statement that the treasurer has sent."""
    with reading(site.engine) as connection, Session(connection) as session_:
        return matching.queue(session_, list(LineState), b"", 1)[0].line.identity.hex()


def _hook(site: Site, merchant: int) -> str:
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        return endpoints.make(change, merchant, Mode.LIVE, "https://x.example/", frozenset()).id


def _delivery(site: Site, hook: str) -> str:
    with trail.changing(site.engine, trail.COMMAND_LINE) as change:
        return str(deliveries.ping(change, endpoints.find(change.session, None, hook), "ping-1").id)


def _shop(site: Site, merchant: int) -> str:
    """Give a merchant a hosted till, and an upload; the bakery has a shop, too."""
    number = {BAKERY: BAKERY_TILL, GROCER: GROCER_TILL}[merchant]
    till: dict[str, Any] = {"merchant": merchant, "number": number, "till": number, "keystore": "{}"}
    upload: dict[str, Any] = dict.fromkeys(("added", "again", "refused"), 0)
    upload |= {"kind": "csv", "digest": bytes(32), "rows": 1}
    kept = SaleUpload(merchant=merchant, till=number, errors="[]", received_at=0, **upload)
    settings = json.dumps({"currency": "CAD"})
    with writing(site.engine) as connection, Session(connection) as session:
        session.add(HostedTill(address=f"0x{merchant:040x}", state=TillState.OPEN, **till))
        if merchant == BAKERY:
            for kind in ("odoo", "woocommerce"):
                session.add(SaleConnector(merchant=merchant, kind=kind, till=number, settings=settings))
        session.add(kept)
        session.flush()
        return str(kept.id)


def _redemption(site: Site) -> None:
    """Have alice ask for her credits: a row of the read model, as its projection writes it."""
    empty = dict.fromkeys(("attestor", "evidence", "approver"), b"")
    zero = ("paid", "attested_at", "approved_at", "closed_at", "block_time", "reason")
    rest: dict[str, Any] = {"payee": bytes(32), "transaction_hash": bytes(32)}
    row = Redemption(
        number=1,
        member=ALICE,
        state=1,
        amount=1,
        block_number=1,
        **{**rest, **empty, **dict.fromkeys(zero, 0)},
    )
    with writing(site.engine) as connection, Session(connection) as session:
        session.add(row)
        session.flush()
