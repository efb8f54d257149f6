"""The page of the treasurer is run: a month is closed as it stands there, on a chain with its officers."""

import hashlib
import re
import time
import tomllib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from endogene_token.cli import collect_commands
from endogene_token.office.models import OfficeTrail
from endogene_token.store import reading, writing
from endogene_token.treasury.bankfiles.notice import CANADA, earliest_collection
from endogene_token.treasury.collect.models import BankItem, BankRun
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.statements.issuing import CLOCK_MARGIN
from endogene_token.treasury.statements.months import Month, local_day
from tests.docs.shop import CSV_SHOP, Shell, blocks, page, yesterday
from tests.unit import told_bank
from tests.unit.collect_desk import issued
from tests.unit.source_tree import ROOT

PAGE = page("treasury.md")
MARK = "run by tests/docs/test_treasury.py"
SETTINGS = "read by tests/docs/test_treasury.py: bank.toml"
ACCOUNT = "300008150123456"
ZONE = ZoneInfo("America/Toronto")
pytestmark = pytest.mark.xdist_group("pages of hosted sales")


def last_month() -> Month:
    """Return the last month that has ended in the community, by every clock of its validators."""
    today = local_day(int(time.time()) - CLOCK_MARGIN, ZONE)
    return Month(today.year - (today.month == 1), (today.month - 2) % 12 + 1)


def snippet(part: str) -> str:
    """Return a snippet; its days grow old, and so they are those of this month."""
    [text] = blocks(PAGE, f"{MARK}: {part}")
    now = datetime.now(UTC)
    day = earliest_collection(CANADA, now.date(), now).isoformat()
    text = text.replace("--day 2026-11-20", f"--day {day}").replace("2026-10-05", yesterday())
    return re.sub(r"\b2026-10\b(?!-)", str(last_month()), text)


def owe(shell: Shell) -> None:
    """Let the shop have sold in the month that was issued: on this chain, it did not exist then."""
    with writing(shell.host.engine) as connection, Session(connection) as session:
        at = int(time.time()) - 86_400
        session.add(issued(1, CSV_SHOP, 100_000, 14_975, month=last_month(), at=at))
        session.flush()


def stated(reference: str) -> bytes:
    """Return the bank's statement of that debit."""
    line = told_bank.entry("08", 114_975, told_bank.part("08", reference, 114_975), reference="B1")
    return told_bank.camt("08", told_bank.statement(line, account=ACCOUNT)).replace(b"EUR", b"CAD")


def test_the_page_closes_a_month(shell: Shell) -> None:
    """Debited, approved by another, handed in, confirmed: what the page says is what happens."""
    [settings] = blocks(PAGE, SETTINGS)
    shell.write(".endogene/bank.toml", settings)
    assert "M-0004" in shell.types(snippet("mandate"))
    shell.types(snippet("issue"))
    owe(shell)
    drafted = shell.types(snippet("draft"))
    reference = re.findall(r"D20[0-9]{2}-000001", drafted)[-1]
    assert "1,149.75" in drafted
    assert "approved" in shell.types(snippet("approve"))
    shell.types(snippet("hand in"))
    shell.folder.joinpath("2026-11-20.xml").write_bytes(stated(reference))
    assert "Matched: 1" in shell.types(snippet("confirm"))
    with reading(shell.host.engine) as connection, Session(connection) as session:
        item = session.get_one(BankItem, reference)
        assert (item.state, item.premiums, item.tax) == ("collected", 100_000, 14_975)
        run = session.get_one(BankRun, 1)
        assert run.drafted_by != run.approved_by
        actions = session.exec(select(OfficeTrail.action)).all()
        assert {"mandate.given", "run.drafted", "run.approved", "run.handed-in"} <= set(actions)
        assert len(run.sha256) == hashlib.sha256().digest_size
    assert "Boulangerie du Port" in shell.types(snippet("payee"))


def test_the_page_s_settings_are_read() -> None:
    """As they stand there."""
    [text] = blocks(PAGE, SETTINGS)
    found = BankProfile.model_validate(tomllib.loads(text))
    assert (found.waiting, found.terms.notice_days, found.in_canada.identifier) == (3, 10, "0000000610")


def test_every_command_that_the_page_tells_exists() -> None:
    """Under `endogene collect`."""
    known = {
        one.name or one.callback.__name__
        for one in collect_commands.collect.registered_commands
        if one.callback
    }
    known |= {str(one.name) for one in collect_commands.collect.registered_groups}
    told = set(re.findall(r"endogene collect ([a-z-]+)", PAGE))
    assert told - known == set()


def test_each_link_of_the_page_leads_somewhere() -> None:
    """Beside the page."""
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
