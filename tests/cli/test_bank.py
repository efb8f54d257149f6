"""`endogene bank`, as the treasurer types it, without a node: import, queue, decide, status."""

import os
from pathlib import Path

import pytest
from sqlmodel import Session

from endogene_token.config import Settings
from endogene_token.host.folder import DataFolder
from endogene_token.office import trail
from endogene_token.store import open_engine, reading
from tests.api.bare_site import community
from tests.commands import Answer, call
from tests.settler_work import keep
from tests.town import GROCER
from tests.unit import told_bank
from tests.unit.confirm_desk import item, mandate, run
from tests.unit.office_desk import Desk

PROFILE = f"""
regime = "sepa"
[sepa]
name = "Coopérative Endogène"
iban = "{told_bank.IBAN}"
creditor_identifier = "FR72ZZZ123456"
"""
D1 = "D2026-000001"


class Terminal:
    """A treasurer before the data folder of a community, and a statement of three lines."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder, office_key=None)
        DataFolder(folder).make()
        community().save(DataFolder(folder).community)
        Desk(self.settings.database).engine.dispose()
        engine = open_engine(self.settings.database)
        keep(engine, run(1), mandate(), item(D1))
        engine.dispose()
        folder.joinpath("bank.toml").write_text(PROFILE, "utf-8")
        entries = [
            told_bank.entry("08", 10_500, told_bank.part("08", D1, 10_500), reference="B1"),
            told_bank.entry("08", 3_100, told_bank.part("08", "", 3_100, text="merci"), reference="B2"),
            told_bank.entry("08", -250, reference="B3", text="Frais"),
        ]
        self.file = folder / "statement.xml"
        self.file.write_bytes(told_bank.camt("08", told_bank.statement(*entries)))

    def types(self, *words: object, lang: str = "en") -> Answer:
        return call(*words, "--data", self.settings.data_dir, "--json", ENDOGENE_LANG=lang)

    def reads(self, *words: object) -> Answer:
        return call(*words, "--data", self.settings.data_dir, ENDOGENE_LANG="fr", COLUMNS="200")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in [one for one in os.environ if one.startswith("ENDOGENE_")]:
        monkeypatch.delenv(name)
    return Terminal(tmp_path / "data")


def test_a_statement_is_imported_decided_about_and_told(terminal: Terminal) -> None:
    """One line stands by itself, one is a merchant's, one is set aside; each change is in the trail."""
    first, again = (terminal.types("bank", "import", terminal.file) for _ in range(2))
    assert (first.code, first.json["new"], first.json["matched"]) == (0, 3, 1), first
    assert (again.json["new"], again.json["known"]) == (0, 3)
    waiting = terminal.types("bank", "queue").json["lines"]
    [transfer] = [one["identity"] for one in waiting if one["amount"] == "3100"]
    [fee] = [one["identity"] for one in waiting if one["amount"] == "-250"]
    matched = terminal.types(
        "bank", "match", transfer[:10], "--merchant", GROCER, "--tax", 400, "--aside", 100
    )
    assert matched.code == 0, matched
    told = [(one["merchant"], one["premiums"], one["tax"]) for one in matched.json["matches"]]
    assert sorted(told) == [(0, "0", "0"), (GROCER, "2600", "400")]
    aside = terminal.types("bank", "set-aside", fee[:10], "--why", "Frais bancaires")
    assert (aside.code, aside.json["state"]) == (0, "set-aside")
    status = terminal.types("bank", "status").json
    assert (status["lines"]["matched"], status["in_transit"], status["debts"]) == (2, "13500", "0")
    engine = open_engine(terminal.settings.database)
    with reading(engine) as connection, Session(connection) as session:
        actions = [one.action for one in trail.page(session, 0, 100)]
        assert trail.verify(session).broken is None
    engine.dispose()
    assert actions[-2:] == ["bank.matched", "bank.set-aside"]


def test_a_decision_is_undone_and_approved_lines_are_listed(terminal: Terminal) -> None:
    """By the first digits of the line."""
    terminal.types("bank", "import", terminal.file)
    [matched] = terminal.types("bank", "queue", "--state", "matched").json["lines"]
    undone = terminal.types("bank", "undo", matched["identity"][:8])
    assert undone.json["state"] == "unmatched"
    named = terminal.types("bank", "match", matched["identity"][:8], "--item", D1)
    assert named.json["matches"][0]["state"] == "approved"
    assert terminal.types("bank", "approve", matched["identity"][:8]).error == "line-state"


def test_a_person_reads_tables_in_french(terminal: Terminal) -> None:
    """Without --json: sentences and tables, no traceback."""
    told = terminal.reads("bank", "import", terminal.file)
    assert "Appariées\u00a0: 1" in told.out, told
    queue = terminal.reads("bank", "queue")
    assert "non appariée" in queue.out
    assert "31,00" in queue.out
    status = terminal.reads("bank", "status")
    assert "En route vers la chaîne" in status.out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("queue", "--state", "lost"), "setting"),
        (("approve", "7f3a91c2"), "unknown-bank-line"),
        (("match", "7f3a91c2"), "setting"),
        (("match", "7f3a91c2", "--item", "D1=x"), "setting"),
        (("match", "7f3a91c2", "--merchant", "bakery"), "setting"),
        (("match", "7f3a91c2", "--item", "D1", "--tax", "5"), "setting"),
        (("import", "absent.xml"), "setting"),
    ],
)
def test_what_is_mistyped_is_told(terminal: Terminal, words: tuple[object, ...], error: str) -> None:
    """With the code of its error, and exit 1."""
    if "7f3a91c2" in words and error == "setting":
        terminal.types("bank", "import", terminal.file)
        [first, *_] = terminal.types("bank", "queue").json["lines"]
        words = tuple(first["identity"] if one == "7f3a91c2" else one for one in words)
    answer = terminal.types("bank", *words)
    assert (answer.code, answer.error) == (1, error), answer
