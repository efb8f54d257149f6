"""An import beside a running service; and what the ledger cannot take yet, which waits and is not lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import reinstate_merchant, suspend_merchant
from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan
from endogene_token.host.officers import organisation
from endogene_token.host.service import running_service
from tests.commands import Answer, call
from tests.journals import COLUMNS

pytestmark = pytest.mark.xdist_group("waiting")  # one worker, one set-up

SALES, AMOUNT = 20, 10_000  # a premium of 280 each
PREMIUMS = SALES * 280


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A community that serves, with three merchants: members 1 to 3."""
    settings = Settings.load(data_dir=tmp_path_factory.mktemp("waiting").joinpath("data"))
    with Host(settings, FoundingPlan("Essais"), api_port=FREE_PORT, node_port=FREE_PORT) as running:
        running.officers.admit([organisation()] * 3)
        yield running


def imported(host: Host, folder: Path, merchant: int, receipts: str = "A") -> Answer:
    """Import a journal of `SALES` sales, whose invoices begin with `receipts`."""
    journal = folder.joinpath("journal.csv")
    lines = [f"{receipts}{n},2011-03-01 08:{n:02}:00,,{AMOUNT},sale," for n in range(SALES)]
    journal.write_text("\n".join([COLUMNS, *lines, ""]), "utf-8")
    return call("import", journal, "--merchant", merchant, "--data", host.folder.root, "--json")


def figures(answer: Answer) -> tuple[int, int, str]:
    return answer.json["sales"], answer.json["waiting"], answer.json["premiums"]


def test_an_import_joins_the_service_that_runs_on_its_folder(host: Host, tmp_path: Path) -> None:
    """One relay, one indexer, one chain: the import sends to the API that is there, and leaves it at work."""
    assert running_service(host.folder) == host.url
    answer = imported(host, tmp_path, 1)
    assert answer.code == 0, answer
    assert figures(answer) == (SALES, 0, str(PREMIUMS))
    assert answer.err == ""  # nothing had to be started
    assert running_service(host.folder) == host.url
    host.check()


def test_the_address_of_another_community_is_not_taken_for_this_one(host: Host, tmp_path: Path) -> None:
    """A killed service leaves its address behind; whoever answers there now may be somebody else."""
    other = tmp_path.joinpath("other")
    other.mkdir()
    document = json.loads(host.folder.community.read_bytes())
    other.joinpath("api.json").write_text(json.dumps({"url": host.url, "pid": 1}), "utf-8")
    folder = type(host.folder)(other)
    other.joinpath("community.json").write_text(json.dumps(document), "utf-8")
    assert running_service(folder) == host.url
    document["fund"] = "0x" + "11" * 20
    other.joinpath("community.json").write_text(json.dumps(document), "utf-8")
    assert running_service(folder) is None
    other.joinpath("community.json").unlink()
    assert running_service(folder) is None


def test_over_the_exposure_limit_the_rest_waits_for_a_settlement(host: Host, tmp_path: Path) -> None:
    """Nothing is lost. The command exits 1 and says what waits; paid, the same run finishes."""
    host.officers.enrol_merchant(2, 280, PREMIUMS, 10**9)
    assert figures(imported(host, tmp_path, 2)) == (SALES, 0, str(PREMIUMS))  # to the limit, not beyond
    for _ in range(2):
        held = imported(host, tmp_path, 2, "B")
        assert (held.code, held.error) == (1, "still-waiting")
        assert figures(held) == (0, SALES, "0")
    host.officers.settle(2, PREMIUMS, b"p" * 32)
    paid = imported(host, tmp_path, 2, "B")
    assert paid.code == 0, paid
    assert figures(paid) == (SALES, 0, str(PREMIUMS))


def test_a_suspended_merchant_waits_for_its_reinstatement(host: Host, tmp_path: Path) -> None:
    """Likewise: the till's queue is kept, and leaves at the first run after the reinstatement."""
    assert imported(host, tmp_path, 3).code == 0
    registrar = Sender(host.ledger, host.folder.account("registrar"))
    registrar.transact(suspend_merchant(host.community, 3))
    held = imported(host, tmp_path, 3, "B")
    assert (held.code, held.error) == (1, "still-waiting")
    assert figures(held) == (0, SALES, "0")
    registrar.transact(reinstate_merchant(host.community, 3))
    again = imported(host, tmp_path, 3, "B")
    assert again.code == 0, again
    assert figures(again) == (SALES, 0, str(PREMIUMS))
    assert call("audit", "--data", host.folder.root, "--json").json["differences"] == 0
