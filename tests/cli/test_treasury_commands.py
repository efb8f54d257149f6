"""`endogene reconcile`, `exception` and `dunning` on a community into which a till's journal was imported."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, insert

from endogene_token.config import Settings
from endogene_token.host.folder import DataFolder
from endogene_token.indexer.models import table_of
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.sdk import TillKey
from endogene_token.store import open_engine, writing
from endogene_token.treasury.collect.models import BankLine
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Finding, Kind
from tests.cli.conftest import Imported
from tests.commands import Answer, call, run
from tests.unit.test_reconcile_reading import line

LINES = table_of(BankLine)
STRANGE = b"strange".ljust(32)


def ask(imported: Imported, *words: object, **variables: str) -> Answer:
    return call(*words, "--data", imported.data, **variables)


@pytest.fixture
def stated(imported: Imported) -> Iterator[Imported]:
    """The community with one line of the bank that nobody understands."""
    engine = open_engine(Settings(data_dir=imported.data).database)
    with writing(engine) as connection:
        connection.execute(insert(LINES).values(line(STRANGE, date(2026, 1, 5), 1, "unmatched")))
    yield imported
    with writing(engine) as connection:
        connection.execute(delete(LINES))
    engine.dispose()


def test_without_a_bank_there_is_nothing_to_reconcile(imported: Imported) -> None:
    """The command says what to do first."""
    told = ask(imported, "reconcile", "--json")
    assert (told.code, told.error) == (1, "bank-unknown")


def test_a_cent_is_found_taken_and_closed(stated: Imported) -> None:
    """On the command line, as JSON; it opens again while it stands."""
    found = ask(stated, "reconcile", "--json").json
    assert int(found["bank"]) - int(found["chain"]) == int(found["explained"]) + int(found["unexplained"])
    assert {"why": "line", "subject": f"line:{STRANGE.hex()}", "amount": "1"} in found["differences"]
    listed = ask(stated, "exception", "list", "--json").json["exceptions"]
    [one] = [row for row in listed if row["kind"] == "line"]
    keys = DataFolder(stated.data).keys
    refused = ask(stated, "exception", "take", one["number"], "--key", keys / "approver.key", "--json")
    assert (refused.code, refused.error) == (1, "access")
    taken = ask(stated, "exception", "take", one["number"], "--key", keys / "treasurer.key", "--json").json
    officer = f"officer:{TillKey.from_file(keys / 'treasurer.key').address.lower()}"
    assert taken["owner"] == officer
    closed = ask(stated, "exception", "close", one["number"], "--how", "It is nothing", "--json").json
    assert (closed["closed_by"], closed["how"]) == (officer, "It is nothing")
    again = ask(stated, "exception", "close", one["number"], "--how", "again", "--json")
    assert (again.code, again.error) == (1, "exception-closed")
    ask(stated, "reconcile", "--json")
    kept = ask(stated, "exception", "list", "--state", "all", "--json").json["exceptions"]
    assert len([row for row in kept if row["kind"] == "line"]) == 2


def test_what_a_member_reports_is_not_the_treasurers(stated: Imported) -> None:
    """Neither listed nor closed with the treasurer's key: an alarm about a key waits for the registrar."""
    engine = open_engine(Settings(data_dir=stated.data).database)
    with changing(engine, COMMAND_LINE) as change:
        inbox.report(change, Finding(Kind.KEY, "member:1/rotation:1", 0), 1)
        [row] = inbox.open_reports_of(change.session, Kind.KEY, "member:1")
    engine.dispose()
    listed = ask(stated, "exception", "list", "--state", "all", "--json").json["exceptions"]
    assert row.number not in {one["number"] for one in listed}
    for words in (("take", row.number), ("close", row.number, "--how", "It is nothing")):
        told = ask(stated, "exception", *words, "--json")
        assert (told.code, told.error) == (1, "unknown-exception")


def test_an_earlier_day_is_looked_at_and_nothing_is_kept(stated: Imported) -> None:
    """The day before the line."""
    before = ask(stated, "exception", "list", "--state", "all", "--json").json
    found = ask(stated, "reconcile", "--date", "2026-01-04", "--json").json
    assert (found["day"], found["bank"]) == ("2026-01-04", "0")
    assert ask(stated, "exception", "list", "--state", "all", "--json").json == before
    assert ask(stated, "reconcile", "--date", "yesterday", "--json").error == "books-date"


@pytest.mark.parametrize(("lang", "bank"), [("fr", "Banque"), ("en", "Bank")])
def test_people_read_tables(stated: Imported, lang: str, bank: str) -> None:
    """In their language."""
    told = {"ENDOGENE_LANG": lang, "COLUMNS": "160"}
    shown = run("reconcile", "--date", "2026-01-05", "--data", stated.data, **told)
    assert (shown.code, shown.err) == (0, "")
    assert f" {bank} " in shown.out
    for words in (("exception", "list"), ("dunning", "list")):
        assert ask(stated, *words).code == 0


def test_a_suspension_is_proposed_and_refused(imported: Imported) -> None:
    """The registrar decides; refused, nothing reaches the chain."""
    keys = DataFolder(imported.data).keys
    proposed = ("dunning", "propose", 1, "--act", "suspend")
    assert ask(imported, *proposed, "--key", keys / "registrar.key", "--json").error == "access"
    made = ask(imported, *proposed, "--json").json
    treasurer = TillKey.from_file(keys / "treasurer.key").address.lower()
    assert (made["state"], made["proposed_by"]) == ("open", f"officer:{treasurer}")
    told = ask(imported, "dunning", "list", "--json").json
    assert [one["number"] for one in told["proposals"]] == [made["number"]]
    words = ("dunning", "decide", made["number"], "--refuse", "--why", "It has paid")
    assert ask(imported, *words, "--json").json["state"] == "refused"
    assert ask(imported, *words, "--json").error == "proposal-decided"
    assert ask(imported, "dunning", "list", "--json").json["proposals"] == []
