"""`endogene member key`, as the registrar types it: asked for, waited for, completed, and nothing twice."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, select

from endogene_token.config import Settings
from endogene_token.host import FREE_PORT, RULES, FoundingPlan, Host, person
from endogene_token.office.models import OfficeTrail
from endogene_token.office.passkeys import Site, answer
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.security_keys import options, register
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.store import open_engine, reading
from tests.commands import Answer, call, free_port
from tests.passkey_device import ORIGIN, RP_ID, Device

DELAY = 1  # seconds: what the rules of this community have a new key wait
PATIENCE = 120  # seconds
SITE = Site(RP_ID, (ORIGIN,), "Endogène")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community of two members without a key, of whom the first registered one at the desk."""
    folder = tmp_path_factory.mktemp("keys")
    settings = Settings(data_dir=folder, api_port=free_port())
    plan = FoundingPlan("Endogène", rules=replace(RULES, key_rotation_delay=DELAY))
    with Host(settings, plan, node_port=FREE_PORT) as host:
        first, _ = host.officers.admit([person(), person()])
        host.settle_down()
        with reading(host.engine) as connection, Session(connection) as session:
            asked = options(host.engine, SITE, session, first, "Member 1")
        made = {**Device().create(asked), "authenticatorAttachment": "cross-platform"}
        given = answer(host.engine, made)
        with changing(host.engine, COMMAND_LINE) as change:
            register(change, OfficeSecret.load(settings), SITE, first, given)
    return folder


def ask(data: Path, member: int) -> Answer:
    return call("member", "key", member, "--data", data, "--json", ENDOGENE_LANG="en")


def test_a_key_is_asked_for_and_counts_once_its_delay_is_over(data: Path) -> None:
    """By the same command; run again, it changes nothing. The trail has each step once."""
    first = ask(data, 1)
    assert (first.code, first.json["way"]) == (0, "comes"), first
    end = time.monotonic() + PATIENCE
    while (last := ask(data, 1)).json["way"] == "comes":
        assert time.monotonic() < end
    assert (last.json["way"], ask(data, 1).json["way"]) == ("stands", "stands")
    engine = open_engine(Settings(data_dir=data).database)
    with reading(engine) as connection, Session(connection) as session:
        rows = session.exec(select(OfficeTrail).where(OfficeTrail.subject == "member:1")).all()
    assert [one.action for one in rows] == ["member.key-asked", "member.key-completed"]
    assert {one.who.partition(":")[0] for one in rows} == {"officer"}
    assert "1" in call("member", "key", 1, "--data", data).out


def test_a_member_who_registered_no_key_is_told_so(data: Path) -> None:
    """Nothing is asked of the ledger."""
    assert (ask(data, 2).code, ask(data, 2).error) == (1, "no-device-key")
