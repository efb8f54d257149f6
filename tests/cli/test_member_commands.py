"""`endogene member key`, as the registrar types it: asked for, waited for, completed, and nothing twice.

Nor against the holder of the key from before, who objects on the ledger or at the office.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import cancel_key_rotation
from endogene_token.config import Settings
from endogene_token.hexes import from_hex
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, RULES, FoundingPlan, Ground
from endogene_token.host.officers import person
from endogene_token.member_acts import Act, KeepingKey
from endogene_token.office.models import OfficeTrail
from endogene_token.office.passkeys import Site, answer
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.security_keys import options, register
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.relay.member_acts import SignedMemberAct
from endogene_token.store import open_engine, reading
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding, Kind
from tests.commands import Answer, call, free_port
from tests.passkey_device import ORIGIN, RP_ID, Device

DELAY = 1  # seconds: what the rules of this community have a new key wait
PATIENCE = 120  # seconds
SITE = Site(RP_ID, (ORIGIN,), "Endogène")
KEYED, KEYLESS, STOPPING, REPORTING = range(1, 5)
HOLDER: LocalAccount = Account.create()  # of the key from before, of the member who stops the next one


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community of four members, of whom all but the second registered a key at the desk."""
    folder = tmp_path_factory.mktemp("keys")
    settings = Settings(data_dir=folder, api_port=free_port())
    plan = FoundingPlan("Endogène", rules=replace(RULES, key_rotation_delay=DELAY))
    with Host(settings, plan, node_port=FREE_PORT) as host:
        host.officers.admit([person(), person(), person(from_hex(HOLDER.address)), person()])
        host.settle_down()
        for member in (KEYED, STOPPING, REPORTING):
            with reading(host.engine) as connection, Session(connection) as session:
                asked = options(host.engine, SITE, session, member, f"Member {member}")
            made = {**Device().create(asked), "authenticatorAttachment": "cross-platform"}
            given = answer(host.engine, made)
            with changing(host.engine, COMMAND_LINE) as change:
                register(change, OfficeSecret.load(settings), SITE, member, given)
    return folder


@pytest.fixture
def engine(data: Path) -> Iterator[Engine]:
    opened = open_engine(Settings(data_dir=data).database)
    yield opened
    opened.dispose()


def ask(data: Path, member: int, *more: str) -> Answer:
    return call("member", "key", member, *more, "--data", data, "--json", ENDOGENE_LANG="en")


def stop(data: Path) -> None:
    """The holder of the key from before has the ledger cancel the next one, past the office."""
    with Ground(Settings(data_dir=data), node_port=FREE_PORT) as ground:
        [nonce] = ground.ledger.read([("Membership", "nonce", (STOPPING,))])
        said = SignedMemberAct(Act(STOPPING, 0, KeepingKey(), nonce), b"").digest(ground.community)
        signature = bytes(HOLDER.unsafe_sign_hash(Hash32(said)).signature)
        anyone = Sender(ground.ledger, ground.folder.account("founder"))
        anyone.transact(cancel_key_rotation(ground.community, STOPPING, signature))


def on_ledger(data: Path, member: int) -> tuple[bytes, int]:
    """Return the member's key, and when the next one takes over, or 0."""
    with Ground(Settings(data_dir=data), node_port=FREE_PORT) as ground:
        [rotation] = ground.ledger.read([("Membership", "rotation", (member,))])
        return ground.ledger.member(member).key, int(rotation[0])


def actions(engine: Engine, member: int) -> list[str]:
    with reading(engine) as connection, Session(connection) as session:
        own = select(OfficeTrail.action).where(OfficeTrail.subject == f"member:{member}")
        return list(session.exec(own.order_by(col(OfficeTrail.number))))


def test_a_key_is_asked_for_and_counts_once_its_delay_is_over(data: Path, engine: Engine) -> None:
    """By the same command; run again, it changes nothing. The trail has each step once."""
    first = ask(data, 1)
    assert (first.code, first.json["way"]) == (0, "comes"), first
    end = time.monotonic() + PATIENCE
    while (last := ask(data, 1)).json["way"] == "comes":
        assert time.monotonic() < end
    assert (last.json["way"], ask(data, 1).json["way"]) == ("stands", "stands")
    with reading(engine) as connection, Session(connection) as session:
        rows = session.exec(select(OfficeTrail).where(OfficeTrail.subject == "member:1")).all()
    assert [one.action for one in rows] == ["member.key-asked", "member.key-completed"]
    assert {one.who.partition(":")[0] for one in rows} == {"officer"}
    assert "1" in call("member", "key", 1, "--data", data).out


def test_a_member_who_registered_no_key_is_told_so(data: Path) -> None:
    """Nothing is asked of the ledger."""
    told = ask(data, KEYLESS)
    assert (told.code, told.error) == (1, "no-device-key")


def test_a_key_that_its_holder_stopped_is_not_asked_for_again_by_itself(data: Path, engine: Engine) -> None:
    """The former key goes on, however often the command runs; only the member's own wish asks anew."""
    former = from_hex(HOLDER.address)
    assert ask(data, STOPPING).json["way"] == "comes"
    stop(data)
    for _ in range(2):
        told = ask(data, STOPPING)
        assert (told.code, told.error) == (1, "key-stopped"), told
        assert on_ledger(data, STOPPING) == (former, 0)
    assert actions(engine, STOPPING) == ["member.key-asked"]
    assert ask(data, STOPPING, "--again").json["way"] == "comes"
    assert actions(engine, STOPPING) == ["member.key-asked"] * 2


def test_a_key_is_neither_asked_for_nor_completed_while_its_member_objects(
    data: Path, engine: Engine
) -> None:
    """Until the registrar has answered the report, also when the delay is over."""
    objects = Finding(Kind.KEY, f"member:{REPORTING}/rotation:1", 0)
    for step, before in (("comes", []), ("stands", ["member.key-asked"])):
        with changing(engine, COMMAND_LINE) as change:
            inbox.report(change, objects, int(time.time()))
            [row] = inbox.open_reports_of(change.session, Kind.KEY, f"member:{REPORTING}")
        key, ready_at = on_ledger(data, REPORTING)
        while time.time() <= ready_at:
            time.sleep(0.05)
        told = ask(data, REPORTING)
        assert (told.code, told.error) == (1, "key-contested"), told
        assert (on_ledger(data, REPORTING), actions(engine, REPORTING)) == ((key, ready_at), before)
        with changing(engine, COMMAND_LINE) as change:
            inbox.close(change, row.number or 0, "It is hers.", int(time.time()), inbox.OF_MEMBERS)
        assert ask(data, REPORTING).json["way"] == step
