"""`endogene project`, `solvency` and `redemption`, on the community of the demo."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from endogene_token.bylaws import Kind
from endogene_token.chain.currency import Currency
from endogene_token.chain.projects import award
from endogene_token.cli import meeting, motions, people, projects_story, story
from endogene_token.cli.motions import Motion
from endogene_token.cli.proposals import FESTIVAL
from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan
from endogene_token.keyfile import encrypt_key, write_key_file
from endogene_token.reports.masking import LEAST
from tests.chain_clock import pass_time
from tests.commands import Answer, call, run

pytestmark = pytest.mark.xdist_group("projects")  # one worker, one set-up

PASSPHRASE = "une phrase de passe"  # noqa: S105  # of keys that no community knows
INVOICE = "0x" + "1c" * 32
UNHEARD = Motion(Kind.MAJOR_SPENDING, "Une autre fête\n\nPersonne n’est venu voter.\n", {}, meeting.NOTICE)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The demo's community, its story told."""
    settings = Settings.load(data_dir=tmp_path_factory.mktemp("projects").joinpath("data"))
    plan = FoundingPlan("Essais", charter=meeting.brisk_charter())
    with Host(settings, plan, api_port=FREE_PORT, node_port=FREE_PORT) as running:
        list(story.tell(running))
        yield running


@pytest.fixture
def grocer(host: Host, tmp_path: Path) -> Path:
    """The keystore of a merchant that holds project currency."""
    path = tmp_path / "grocer.json"
    secret = bytes(host.folder.account(f"member-{people.GROCER}").key)
    write_key_file(path, encrypt_key(secret, PASSPHRASE))
    return path


def ask(host: Host, *words: object, **variables: str) -> Answer:
    return call(*words, "--data", host.folder.root, **variables)


def act(host: Host, key: Path, *words: object) -> Answer:
    """Have the grocer act."""
    who = ("--member", people.GROCER, "--subject", people.GROCER, "--key", key, "--json")
    return ask(host, "project", "act", *words, *who, ENDOGENE_PASSPHRASE=PASSPHRASE)


def test_projects_are_listed_and_shown_with_what_they_miss(host: Host) -> None:
    """The two awarded are active, the third waits for another vote; no dossier misses anything."""
    listed = ask(host, "project", "list", "--json").json["projects"]
    assert [(one["number"], one["state"]) for one in listed] == [
        (1, "active"),
        (2, "active"),
        (3, "eligible"),
    ]
    shown = ask(host, "project", "show", 1, "--json").json
    assert [one["state"] for one in shown["tranches"]] == ["accounted", "released"]
    missing = run("project", "missing", 1, "--data", host.folder.root)
    assert (missing.code, missing.out) == (0, "The dossier misses nothing.\n")


def advance(host: Host, number: int, *words: object) -> dict[str, object]:
    answer = ask(host, "project", "advance", number, *words, "--json")
    assert answer.code == 0, answer
    return {name: answer.json[name] for name in ("state", "is_changed")}


def test_a_dossier_goes_to_its_vote_and_back_by_the_steps_that_anyone_may_ask_for(host: Host) -> None:
    """Eligible once it misses nothing, put to the vote that awards it, eligible again when nobody came."""
    dossier = replace(FESTIVAL, applicant=people.RETIREE, name="Une autre fête", motion=UNHEARD)
    projects_story.file_dossier(host, people.Acting(host), dossier)
    number = projects_story.number_of(host, dossier) or 0
    assert advance(host, number) == {"state": "eligible", "is_changed": True}
    assert advance(host, number) == {"state": "eligible", "is_changed": False}
    motions.file(host, UNHEARD, lambda: [award(host.community, number, dossier.amount)])
    motions.give_notice(host, [UNHEARD])
    resolution = ("--resolution", motions.found(host, UNHEARD))
    assert advance(host, number, *resolution) == {"state": "balloted", "is_changed": True}
    assert advance(host, number, *resolution) == {"state": "balloted", "is_changed": False}
    pass_time(host, lambda: motions.is_lost(host, UNHEARD))
    assert advance(host, number, *resolution) == {"state": "eligible", "is_changed": True}
    told = ask(host, "project", "advance", number)
    assert {str(number), "eligible"} <= set(told.out.split())


def test_a_project_that_is_not_there_takes_no_step(host: Host) -> None:
    """Nothing is sent."""
    answer = ask(host, "project", "advance", 99, "--json")
    assert (answer.code, answer.error) == (1, "unknown-project")


def test_the_rounds_are_shown_with_leverage_multiplier_and_coverage(host: Host) -> None:
    """For people; for machines, each ratio is two whole numbers."""
    told = ask(host, "project", "rounds", "--json").json
    assert told["leverage"] == {"received": "99000", "released": "23000"}
    assert told["multiplier"] == {"three_rounds": "30000", "first_round": "18000"}
    shown = run("project", "rounds", "--data", host.folder.root)
    assert "Leverage: 4.30" in shown.out
    assert "Local multiplier over three rounds: 1.66" in shown.out


def test_solvency_is_shown(host: Host) -> None:
    """What is liquid stays above the floor and above what is due."""
    told = ask(host, "solvency", "--json").json
    assert int(told["liquid"]) > max(int(told["floor"]), int(told["due"])) > 0
    assert told["is_attested"] is True
    assert ask(host, "solvency").code == 0


def test_when_what_is_owed_falls_due_is_told_to_who_holds_the_data_folder(host: Host) -> None:
    """The demo's members told their years; all credits are in one row or another; no service tells it."""
    told = ask(host, "solvency", "--json").json["maturity"]
    assert len(told["rows"]) > 3
    assert all(one["members"] >= LEAST for one in told["rows"])
    owed = host.ledger.balance_sheet().credits_outstanding
    assert sum(int(one["owed"]) for one in told["rows"]) + int(told["set_aside"]) == owed
    assert (told["rows"][-1]["so_far"], told["credits"]) == (str(owed), str(owed))
    assert (told["rows"][0]["first"], told["rows"][-1]["last"]) == (None, None)
    shown = run("solvency", "--data", host.folder.root).out
    assert "When it falls due" in shown
    assert "Year not known" in shown
    assert "maturity" not in call("solvency", "--api", host.url, "--json").json


def test_redemptions_are_listed_and_shown(host: Host) -> None:
    """The retirement of the story, with its payment."""
    [row] = ask(host, "redemption", "list", "--json").json["redemptions"]
    assert (row["member"], row["state"], row["reason"]) == (people.RETIREE, "paid", "retirement")
    shown = ask(host, "redemption", "show", row["number"], "--json").json
    assert [one["amount"] for one in shown["payments"]] == [row["amount"]] == [row["paid"]]
    assert "paid" in ask(host, "redemption", "list").out
    unknown = ask(host, "redemption", "show", 99, "--json")
    assert (unknown.code, unknown.error) == (1, "unknown-redemption")


def test_a_merchant_pays_another_from_a_terminal(host: Host, grocer: Path, tmp_path: Path) -> None:
    """By options, or from a file; the second payment of one invoice is refused, in a sentence."""
    currency = Currency(host.ledger)
    before = currency.holding(people.BAKER).total
    paid = act(
        host, grocer, "pay", "--set", "merchant=2", "--set", "amount=125", "--set", f"invoice={INVOICE}"
    )
    assert (paid.code, paid.json["status"]) == (0, "done"), paid
    assert currency.holding(people.BAKER).total == before + 125
    file = tmp_path / "act.json"
    file.write_text(json.dumps({"merchant": people.BAKER, "amount": "125", "invoice": INVOICE}), "utf-8")
    again = act(host, grocer, "pay", "--file", file)
    assert again.code == 1
    assert again.json["error"]["what"]
    assert currency.holding(people.BAKER).total == before + 125
    host.settle_down()


@pytest.mark.parametrize(
    "words",
    [
        ("fly",),
        ("pay",),
        ("pay", "--set", "merchant"),
        ("pay", "--file", "/nowhere/act.json"),
        ("pay", "--set", "merchant=2", "--set", "amount=much", "--set", f"invoice={INVOICE}"),
    ],
)
def test_an_act_that_cannot_be_read_is_told_in_a_sentence(
    host: Host, grocer: Path, words: tuple[str, ...]
) -> None:
    """An unknown action, a missing part, a file that is not there: exit 1, no traceback."""
    answer = act(host, grocer, *words)
    assert (answer.code, answer.error) == (1, "act-file")
    assert "Traceback" not in answer.out + answer.err
