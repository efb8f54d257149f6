"""Tills whose keys merchants hold: one command to enrol, to rotate, to revoke, whoever interrupts it."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.errors import (
    AddressError,
    KeyTakenError,
    TillBusyError,
    TillRevokedError,
    UnknownTillError,
)
from endogene_token.host.ground import FREE_PORT, FoundingPlan, Ground
from endogene_token.host.hosting import Hosting
from endogene_token.host.officers import Officers, organisation
from endogene_token.host.own_tills import OwnTills, till_with_key
from endogene_token.office import trail
from endogene_token.office.buyers import OfficeBuyers
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.trail import COMMAND_LINE
from endogene_token.sales import HostedSale, HostedTills, SaleState, SaleUpload, backlog, filing
from endogene_token.sales.csv_upload import KIND, Columns
from endogene_token.sales.deliveries import Desk
from endogene_token.sdk import TillKey
from endogene_token.store import reading, writing
from tests.commands import call

FIRST, SECOND = 1, 2  # merchants
PASSPHRASE = "a passphrase"  # noqa: S105 - of a key that opens nothing


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The chain of a community with two merchants."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("tills") / "data")
    with Ground(settings, FoundingPlan("Limoilou"), node_port=FREE_PORT) as opened:
        officers = Officers(opened.ledger, opened.folder)
        officers.take_office()
        officers.admit([organisation(), organisation()])
        for merchant in (FIRST, SECOND):
            officers.enrol_merchant(merchant, 280, 10**9, 10**7)
        yield opened


@pytest.fixture
def tills(ground: Ground) -> OwnTills:
    return OwnTills(ground.ledger, Officers(ground.ledger, ground.folder), ground.engine)


def noted(ground: Ground, subject: str) -> list[str]:
    with reading(ground.engine) as connection, Session(connection) as session:
        return [one.action for one in trail.page(session, 0, 100, subject)]


def test_a_till_is_enrolled_once_rotated_in_one_step_and_revoked(ground: Ground, tills: OwnTills) -> None:
    """The new key takes over as the old one ends; each step is in the trail."""
    old, new = TillKey.generate().address, TillKey.generate().address
    till = tills.enrol(FIRST, old)
    assert tills.enrol(FIRST, old.lower()) == till
    successor = tills.rotate(till, new)
    assert ground.ledger.till(till).revoked
    assert (ground.ledger.till(successor).key, ground.ledger.till(successor).merchant) == (new, FIRST)
    tills.revoke(successor)
    assert ground.ledger.till(successor).revoked
    assert noted(ground, f"merchant:{FIRST}/till:{till}") == ["till.enrolled"] * 2 + ["till.revoked"]
    assert noted(ground, f"merchant:{FIRST}/till:{successor}") == ["till.enrolled", "till.revoked"]


def test_a_rotation_that_was_interrupted_is_finished_by_the_same_command(
    ground: Ground, tills: OwnTills
) -> None:
    """Killed after the new key was enrolled, or after the old one was revoked: no third till is made."""
    old, new = TillKey.generate().address, TillKey.generate().address
    till = tills.enrol(FIRST, old)
    begun = tills.enrol(FIRST, new)  # as far as it came
    count = ground.ledger.till_count()
    assert [tills.rotate(till, new) for _ in range(2)] == [begun, begun]
    assert ground.ledger.till_count() == count
    assert ground.ledger.till(till).revoked
    assert till_with_key(ground.ledger, old) is None


def test_what_cannot_be_done_changes_nothing(ground: Ground, tills: OwnTills) -> None:
    """Another merchant's key, an address that is none, a till that is none or gone."""
    taken = TillKey.generate().address
    till = tills.enrol(FIRST, taken)
    count = ground.ledger.till_count()
    with pytest.raises(KeyTakenError):
        tills.enrol(SECOND, taken)
    with pytest.raises(AddressError):
        tills.enrol(SECOND, "0x12")
    with pytest.raises(UnknownTillError):
        tills.revoke(999)
    tills.revoke(till)
    with pytest.raises(TillRevokedError):
        tills.rotate(till, TillKey.generate().address)
    assert ground.ledger.till_count() == count


def test_from_a_terminal_a_key_is_made_enrolled_rotated_and_revoked(ground: Ground, tmp_path: Path) -> None:
    """The key stays in its file, encrypted with the passphrase; only its address travels."""
    data = ("--data", ground.folder.root, "--json")
    made = call("till", "key", tmp_path / "a.key", "--json", ENDOGENE_PASSPHRASE=PASSPHRASE).json
    assert TillKey.from_file(tmp_path / "a.key", PASSPHRASE).address == made["address"]
    assert call("till", "key", tmp_path / "a.key", "--json").error == "key-exists"
    till = call("till", "enrol", "--merchant", SECOND, "--address", made["address"], *data).json["till"]
    other = call("till", "key", tmp_path / "b.key", "--json").json["address"]
    successor = call("till", "rotate", till, "--address", other, *data).json["ledger_till"]
    assert ground.ledger.till(till).revoked
    assert call("till", "revoke", successor, *data).code == 0
    assert ground.ledger.till(successor).revoked
    assert call("till", "revoke", 999, *data).error == "unknown-till"


def test_from_a_terminal_a_hosted_till_is_revoked_by_either_number_and_hosted_no_more(ground: Ground) -> None:
    """After a rotation its number is not the ledger's: what is revoked is the key that signs."""
    data = ("--data", ground.folder.root, "--json")
    for by_own_number in (True, False):
        number = call("till", "host", "--merchant", FIRST, *data).json["till"]
        present = call("till", "rotate", number, *data).json["ledger_till"]
        assert call("till", "revoke", number if by_own_number else present, *data).json["left"] == 0
        assert ground.ledger.till(present).revoked
        assert call("till", "unhost", number, *data).error == "not-hosted"


def test_a_hand_over_refused_has_changed_nothing_and_an_interrupted_one_is_finished_by_the_same_command(
    ground: Ground, tills: OwnTills
) -> None:
    """With sales on their way, to a key that is kept here; killed between the two keys."""
    hosting = Hosting(ground.ledger, tills.officers, HostedTills(ground.engine, PASSPHRASE))
    number, other = hosting.host(FIRST), hosting.host(FIRST)
    own, count = TillKey.generate().address, ground.ledger.till_count()
    for kept in (number, other):
        with pytest.raises(KeyTakenError):
            hosting.hand_over(number, ground.ledger.till(kept).key.lower(), tills)
    with writing(ground.engine) as connection:
        sale = {"till": number, "receipt": "1", "kind": "purchase", "amount": 1, "member": 0, "source": "api"}
        when = {"at": "2026-11-02", "day": 20_759, "commitment": bytes(16), "received_at": 1}
        connection.execute(insert(HostedSale).values(merchant=FIRST, **sale, **when))
    with pytest.raises(TillBusyError):
        hosting.hand_over(number, own, tills)
    assert (ground.ledger.till_count(), ground.ledger.till(number).revoked) == (count, False)
    with writing(ground.engine) as connection:
        connection.execute(update(HostedSale).values(state=SaleState.RECORDED))
    begun = tills.enrol(FIRST, own)  # as far as it came
    data = ("--data", ground.folder.root, "--json")
    found = [call("till", "rotate", number, "--address", own, *data).json["ledger_till"] for _ in range(2)]
    assert found == [begun, begun]
    assert (ground.ledger.till_count(), ground.ledger.till(number).revoked) == (count + 1, True)
    assert hosting.known(number) is None


def test_a_till_for_which_a_long_file_waits_is_neither_given_up_nor_handed_over_by_mistake(
    ground: Ground, tills: OwnTills
) -> None:
    """Its lines are sales on their way; asked for at once, it tells how many were not reached."""
    hosting = Hosting(ground.ledger, tills.officers, HostedTills(ground.engine, PASSPHRASE))
    number, secret = hosting.host(SECOND), OfficeSecret(bytes(32))
    buyers = OfficeBuyers(lambda: secret, "CA")
    desk = Desk(ground.engine, SECOND, number, ZoneInfo("America/Toronto"), KIND, buyers, COMMAND_LINE)
    content = b"receipt;date;amount\nA-1;2026-11-20;500\nA-2;2026-11-20;500"
    upload = filing.begin(desk, secret, content, Columns(), 2)
    with pytest.raises(TillBusyError):
        hosting.hand_over(number, TillKey.generate().address, tills)
    with pytest.raises(TillBusyError) as busy:
        hosting.unhost(number)
    assert (busy.value.limit, ground.ledger.till(number).revoked) == (2, False)
    assert hosting.unhost(number, at_once=True) == 2
    with reading(ground.engine) as connection, Session(connection) as session:
        kept = session.get(SaleUpload, upload)
        assert kept is not None
        assert (kept.left, backlog.under_way(session, SECOND)) == (2, frozenset())


def test_from_a_terminal_a_hosted_till_is_handed_over_to_its_merchants_key(ground: Ground) -> None:
    """The key that was hosted signs nothing more, and nobody's sales wait for it."""
    data = ("--data", ground.folder.root, "--json")
    number = call("till", "host", "--merchant", FIRST, *data).json["till"]
    present = call("till", "rotate", number, *data).json["ledger_till"]
    own = TillKey.generate().address
    successor = call("till", "rotate", number, "--address", own, *data).json["ledger_till"]
    assert (ground.ledger.till(successor).key, ground.ledger.till(present).revoked) == (own, True)
    assert call("till", "unhost", number, *data).error == "not-hosted"
