"""A host at work settles what its treasurer confirms, without being told."""

import time
from pathlib import Path

from sqlmodel import Session, select

from endogene_token.host.community import Host
from endogene_token.host.officers import organisation
from endogene_token.store import reading
from endogene_token.treasury.collect.models import BankLine, BankMatch
from tests.commands import PATIENCE, call
from tests.host.test_host import opened
from tests.unit import told_bank

PROFILE = f"""
regime = "sepa"
[sepa]
name = "Coopérative Endogène"
iban = "{told_bank.IBAN}"
creditor_identifier = "FR72ZZZ123456"
"""
AMOUNT, TAX = 12_300, 300


def wait_until_done(host: Host) -> BankMatch:
    """Return the match of the line once it is booked."""
    deadline = time.monotonic() + PATIENCE
    while True:
        host.check()
        with reading(host.engine) as connection, Session(connection, expire_on_commit=False) as session:
            found = session.exec(select(BankMatch)).first()
        if found is not None and found.state == "done":
            return found
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_transfer_that_the_treasurer_confirms_is_settled_by_the_host(tmp_path: Path) -> None:
    """Imported and matched from a terminal beside it; what is not owed is paid ahead."""
    with opened(tmp_path) as host:
        [merchant] = host.officers.admit([organisation()])
        host.officers.enrol_merchant(merchant, 280, 10**9, 10**6)
        host.settle_down()
        host.folder.root.joinpath("bank.toml").write_text(PROFILE, "utf-8")
        entry = told_bank.entry("08", AMOUNT, told_bank.part("08", "", AMOUNT, text="merci"), reference="B1")
        file = tmp_path / "statement.xml"
        file.write_bytes(told_bank.camt("08", told_bank.statement(entry)))
        data = ("--data", host.folder.root, "--json")
        assert call("bank", "import", file, *data).json["new"] == 1
        [line] = call("bank", "queue", *data).json["lines"]
        words = ("--merchant", merchant, "--tax", TAX)
        assert call("bank", "match", line["identity"], *words, *data).code == 0
        match = wait_until_done(host)
        assert host.ledger.reference_used(match.commitment)
        assert host.ledger.merchant_account(merchant).prepaid == AMOUNT - TAX
        with reading(host.engine) as connection, Session(connection) as session:
            assert session.exec(select(BankLine.state)).one() == "settled"
