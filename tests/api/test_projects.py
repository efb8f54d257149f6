"""Projects and the money that goes out, told over HTTP after a year of both, and held against the chain."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from sqlmodel import Session

from endogene_token.act_json import word
from endogene_token.chain.currency import Currency
from endogene_token.chain.projects import Projects
from endogene_token.chain.redemptions import Redemptions
from endogene_token.office import retirements
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from endogene_token.store import reading
from tests.lived import lived_site
from tests.node.money import APPROVER
from tests.node.money_history import (
    BENCH,
    CARPENTER,
    CART,
    GREENHOUSE,
    OVEN,
    PLAIN,
    ROOF,
    SHED,
    STRICT,
    TOOLS,
)
from tests.site import Site
from tests.town import ALICE, BAKERY, CHLOE, GROCER, key

PROJECTS = (GREENHOUSE, OVEN, CART, SHED, BENCH, TOOLS, ROOF)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A town with a year of projects behind it, served. Nobody adds to it."""
    with lived_site(tmp_path_factory.mktemp("year")) as opened:
        yield opened


def read_by(site: Site, path: str, account: LocalAccount) -> Any:
    """Return the status and the body of what an account is told at a path that is somebody's own."""
    signer = TillKey(bytes(account.key))
    header = authorization(signer, site.town.ledger.domain, "GET", path, int(time.time()))
    answer = site.client.get(path, headers={"authorization": header})
    return answer.status_code, answer.json()


def test_calls_tell_what_they_ask_for(year: Site) -> None:
    """Page by page, and one by one; an unknown one is told so."""
    told = year.get("/v1/calls")
    assert [one["number"] for one in told["items"]] == [STRICT, PLAIN]
    assert year.get("/v1/calls?after=1")["items"] == [year.get("/v1/calls/2")]
    strict = year.get("/v1/calls/1")
    book = Projects(year.town.ledger)
    assert (strict["budget"], strict["awarded"]) == (str(10**9), str(book.awarded_of(STRICT)))
    assert strict["required"] == [word(one) for one in sorted(book.call(STRICT).criteria)]
    assert (strict["is_open"], strict["attestor"], strict["min_kinds"]) == (True, CHLOE, 2)
    answer = year.client.get("/v1/calls/3", headers={"accept-language": "fr"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-call")
    assert "L’appel" in answer.json()["title"]


def test_projects_are_listed_page_by_page(year: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """By ascending number; a draft has no plan yet."""
    monkeypatch.setattr("api.routes.projects.PAGE", 3)
    found, after = [], 0
    while after is not None:
        page = year.get(f"/v1/projects?after={after}")
        found += page["items"]
        after = page["next"]
    assert [one["number"] for one in found] == list(PROJECTS)
    assert (found[SHED - 1]["state"], found[SHED - 1]["amount"]) == ("draft", None)
    assert year.client.get("/v1/projects/99").json()["code"] == "unknown-project"


def test_projects_are_listed_by_call_by_state_and_by_applicant(
    year: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each filter alone, all together, and page by page; what no project is, none has."""
    every = year.get("/v1/projects")["items"]
    for name in ("call", "state", "applicant"):
        for value in {one[name] for one in every}:
            found = year.get(f"/v1/projects?{name}={value}")["items"]
            assert found == [one for one in every if one[name] == value]
    assert [one["number"] for one in year.get(f"/v1/projects?call={STRICT}")["items"]] == [GREENHOUSE]
    assert [one["number"] for one in year.get("/v1/projects?state=draft")["items"]] == [SHED]
    applicant = every[0]["applicant"]
    together = f"/v1/projects?call={PLAIN}&state=eligible&applicant="
    assert [one["number"] for one in year.get(f"{together}{applicant}")["items"]] == [BENCH]
    assert year.get(f"{together}{applicant + 1}")["items"] == []
    monkeypatch.setattr("api.routes.projects.PAGE", 4)
    first = year.get(f"/v1/projects?call={PLAIN}")
    rest = year.get(f"/v1/projects?call={PLAIN}&after={first['next']}")
    assert [one["number"] for one in first["items"] + rest["items"]] == list(PROJECTS[1:])
    assert rest["next"] is None


@pytest.mark.parametrize(
    "asked_for", ["state=none", "state=gone", "call=x", "applicant=-1", "call=4294967296"]
)
def test_a_filter_that_is_none_is_refused(asked: Site, asked_for: str) -> None:
    """422, and not the whole list."""
    answer = asked.client.get(f"/v1/projects?{asked_for}")
    assert (answer.status_code, answer.json()["code"]) == (422, "request-shape")


@pytest.mark.parametrize("number", PROJECTS)
def test_a_project_is_told_as_the_chain_has_it(year: Site, number: int) -> None:
    """State, criteria, tranches, lines, account, co-financing, and what a loan owes by now."""
    ledger = year.town.ledger
    book, currency = Projects(ledger), Currency(ledger)
    told, chain = year.get(f"/v1/projects/{number}"), book.project(number)
    assert told["state"] == word(chain.state)
    assert told["criteria"]["missing"] == [word(one) for one in sorted(book.missing(number))]
    required = book.call(chain.call).criteria
    assert sorted(told["criteria"]["met"] + told["criteria"]["missing"]) == sorted(map(word, required))
    assert told["balance"] == str(currency.balance_of(number))
    assert [one["kind"] for one in told["partners"]] == [word(one.kind) for one in book.partners(number)]
    assert told["leverage"] == {"received": str(chain.received), "released": str(chain.released)}
    for position, line in enumerate(told["lines"]):
        assert line["spent"] == str(currency.spent_of_line(number, position))
    planned = book.tranches(number)
    assert [one["amount"] for one in told["tranches"]] == [str(one.amount) for one in planned]
    for position, tranche in enumerate(told["tranches"]):
        progress = book.progress(number, position)
        assert tranche["state"] == word(progress.state)
        claim = tranche["claim"] and tranche["claim"]["hash"]
        assert (claim or "0x" + "00" * 32) == "0x" + progress.claim.hex()
    if chain.loan.instalments:
        arrears = book.arrears(number)
        assert (told["loan"]["due"], told["loan"]["late"]) == (str(arrears.due), str(arrears.late))
        assert int(told["loan"]["owed"]) == chain.released - chain.repaid - chain.written_off
    else:
        assert told["loan"] is None


def test_lateness_counts_from_an_award_until_the_money_comes(year: Site) -> None:
    """The second tranche of the tools never came; what was recalled, or never awarded, is not late."""
    tools = year.get(f"/v1/projects/{TOOLS}")["tranches"]
    assert (tools[0]["late_seconds"], tools[1]["state"]) == (0, "claimed")
    due_at = tools[1]["due_at"]
    now = max(int(time.time()), year.town.ledger.time())
    assert abs(tools[1]["late_seconds"] - (now - due_at)) < 60
    assert tools[1]["judged_until"] == tools[1]["since"] + 30 * 86_400
    for number in (CART, BENCH):
        assert {one["late_seconds"] for one in year.get(f"/v1/projects/{number}")["tranches"]} == {0}


def test_pledges_are_told_and_never_counted(year: Site) -> None:
    """Twice all that 64 bits hold, and one cent; received: nothing."""
    told = year.get(f"/v1/projects/{SHED}")["co_financing"]
    assert told == {"sought": "0", "pledged": str(2 * (2**64 - 1) + 1), "received": "0", "in_kind": "0"}
    greenhouse = year.get(f"/v1/projects/{GREENHOUSE}")["co_financing"]
    assert (greenhouse["received"], greenhouse["in_kind"]) == ("210000", "60000")


def test_nothing_of_a_partner_but_its_kind_is_told(year: Site) -> None:
    """Neither its member number nor its commitments."""
    told = year.get(f"/v1/projects/{GREENHOUSE}")
    assert all(set(one) == {"kind", "is_attested"} for one in told["partners"])
    assert len(told["partners"]) == 3


def test_spendings_are_followed_page_by_page(year: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Oldest first; what came back is told with its premium."""
    whole = year.get(f"/v1/projects/{GREENHOUSE}/spendings")
    assert whole["next"] is None
    monkeypatch.setattr("api.routes.projects.PAGE", 2)
    found: list[Any] = []
    after: str | None = "0-0"
    while after is not None:
        page = year.get(f"/v1/projects/{GREENHOUSE}/spendings?after={after}")
        found += page["items"]
        after = page["next"]
    assert found == whole["items"]
    spent = sum(int(one["amount"]) - int(one["returned"]) for one in found)
    lines = year.get(f"/v1/projects/{GREENHOUSE}")["lines"]
    assert spent == sum(int(one["spent"]) for one in lines)
    assert {one["merchant"] for one in found} == {GROCER, CARPENTER}
    assert year.client.get("/v1/projects/99/spendings").status_code == 404
    assert year.client.get(f"/v1/projects/{GREENHOUSE}/spendings?after=x").status_code == 422


def test_spendings_are_followed_by_project_and_by_merchant(
    year: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of all projects, in one order; a project's are those that it tells itself."""
    every = year.get("/v1/spendings")["items"]
    assert {one["project"] for one in every} == {GREENHOUSE, OVEN, TOOLS}
    for one in PROJECTS:
        own = [each for each in every if each["project"] == one]
        assert year.get(f"/v1/spendings?project={one}")["items"] == own
        assert year.get(f"/v1/projects/{one}/spendings")["items"] == own
    for merchant in (GROCER, CARPENTER, BAKERY):
        there = [each for each in every if each["merchant"] == merchant]
        assert year.get(f"/v1/spendings?merchant={merchant}")["items"] == there
        both = [each for each in there if each["project"] == GREENHOUSE]
        assert year.get(f"/v1/spendings?project={GREENHOUSE}&merchant={merchant}")["items"] == both
        assert year.get(f"/v1/projects/{GREENHOUSE}/spendings?merchant={merchant}")["items"] == both
    monkeypatch.setattr("api.routes.projects.PAGE", 1)
    first = year.get(f"/v1/spendings?merchant={CARPENTER}")
    second = year.get(f"/v1/spendings?merchant={CARPENTER}&after={first['next']}")
    carpenter = [each for each in every if each["merchant"] == CARPENTER]
    assert first["items"] + second["items"] == carpenter[:2]
    assert year.get("/v1/spendings?project=99")["items"] == []
    assert year.client.get("/v1/spendings?merchant=x").status_code == 422


def test_every_round_of_the_money_adds_up(year: Site) -> None:
    """What came in a round went on, was netted, was cashed, or is held; nothing else."""
    told = year.get("/v1/rounds")
    for one in told["rounds"]:
        parts = ("paid_on", "netted", "cashed", "held")
        assert int(one["received"]) == sum(int(one[part]) for part in parts), one
    assert [one["round"] for one in told["rounds"]] == ["1", "2", "3", "later"]
    assert all(int(one["received"]) > 0 for one in told["rounds"])
    holdings = Currency(year.town.ledger).holdings([BAKERY, GROCER, CARPENTER])
    assert sum(int(one["held"]) for one in told["rounds"]) == sum(one.total for one in holdings)
    first, second, third, _ = (int(one["received"]) for one in told["rounds"])
    assert told["multiplier"] == {"three_rounds": str(first + second + third), "first_round": str(first)}


@pytest.mark.parametrize("merchant", [BAKERY, GROCER, CARPENTER])
def test_a_merchant_reads_its_own_currency(year: Site, merchant: int) -> None:
    """As the chain has it; another merchant may not."""
    path = f"/v1/merchants/{merchant}/currency"
    own = key(210) if merchant == CARPENTER else key(200 + merchant)
    status, told = read_by(year, path, own)
    currency = Currency(year.town.ledger)
    holding = currency.holding(merchant)
    assert status == 200, told
    assert told["holding"] == {
        **{name: str(getattr(holding, name)) for name in ("first", "second", "third", "later")},
        "total": str(holding.total),
    }
    assert told["requested"] == str(currency.requested_of(merchant))
    assert int(told["free"]) == holding.total - currency.requested_of(merchant)
    assert told["owed"] == str(year.town.ledger.merchant_account(merchant).owed)
    assert sum(int(one["amount"]) for one in told["cash_requests"]) == int(told["requested"])
    assert read_by(year, path, APPROVER)[0] == 200
    assert read_by(year, path, key(999))[0] == 403
    assert year.client.get(path).status_code == 401


def test_redemptions_are_read_by_their_member_and_by_officers(year: Site) -> None:
    """Others do not even learn which numbers exist."""
    desk = Redemptions(year.town.ledger)
    for number in range(1, desk.count() + 1):
        chain, path = desk.redemption(number), f"/v1/redemptions/{number}"
        status, told = read_by(year, path, APPROVER)
        assert (status, told["state"], told["reason"]) == (200, word(chain.state), word(chain.reason))
        assert (told["member"], told["paid"]) == (chain.member, str(chain.paid))
        assert sum(int(one["amount"]) for one in told["payments"]) == chain.paid
        for member in (ALICE, CHLOE):
            expected = 200 if member == chain.member else 403
            assert read_by(year, path, key(200 + member))[0] == expected
    assert read_by(year, "/v1/redemptions/99", APPROVER)[1]["code"] == "unknown-redemption"
    assert read_by(year, "/v1/redemptions/99", key(200 + ALICE))[0] == 403
    assert year.client.get("/v1/redemptions/1").status_code == 401


def test_a_member_lists_its_own_redemptions(year: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, and nobody else's."""
    monkeypatch.setattr("api.routes.redemptions.PAGE", 1)
    path = f"/v1/members/{ALICE}/redemptions"
    status, first = read_by(year, path, key(200 + ALICE))
    assert (status, [one["number"] for one in first["items"]], first["next"]) == (200, [1], 1)
    assert read_by(year, path, key(200 + CHLOE))[0] == 403


def test_solvency_is_told_as_the_gate_computes_it(year: Site) -> None:
    """Liquid, credits, floor, due, and until when the actuary attested it."""
    told, chain = year.get("/v1/solvency"), year.town.ledger.solvency()
    assert (told["liquid"], told["credits"]) == (str(chain.liquid), str(chain.credits))
    assert (told["floor_bps"], told["due"]) == (chain.floor_bps, str(chain.due))
    assert told["attested_until"] == chain.attested_until
    assert told["floor"] == str(-(-chain.credits * chain.floor_bps // 10_000))
    assert told["is_attested"] is True


def test_what_is_owed_by_years_is_every_credit_of_the_chain(year: Site) -> None:
    """To the cent: what is approved is the cash set aside for it, the rest is what the gate counts."""
    chain = year.town.ledger
    with reading(year.engine) as connection, Session(connection) as session:
        owed = retirements.owed_by_year(session)
    later = sum(one.owed for one in owed.years)
    assert later == chain.solvency().credits > 0
    assert later + owed.set_aside == chain.balance_sheet().credits_outstanding
    assert owed.set_aside > 0


def test_before_anything_happened_all_is_nought(asked: Site) -> None:
    """A town without projects: nothing is listed, nothing is attested."""
    assert asked.get("/v1/projects")["items"] == asked.get("/v1/calls")["items"] == []
    assert {one["received"] for one in asked.get("/v1/rounds")["rounds"]} == {"0"}
    told = asked.get("/v1/solvency")
    assert (told["attested_until"], told["is_attested"], told["liquid"]) == (None, False, "0")
