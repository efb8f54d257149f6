"""Every endpoint by everybody, about everybody's objects: allowed or refused, as the table says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.access import caller
from api.askers import Asker, changer, reader
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.views import Role
from tests.api.matrix_groups import (
    AUDITOR,
    BAKERY,
    ENDED,
    EVERYBODY,
    GONE,
    GROCER,
    OFFICERS,
    OFFICERS_KEYS,
    OFFICERS_SESSIONS,
    ONE_OF_EACH,
    PUBLIC,
    SESSIONS,
    Line,
)
from tests.api.matrix_people import OFFICERS as OFFICERS_OF
from tests.api.matrix_table import CHANGED, READ, TABLE
from tests.api.matrix_town import Answered, MatrixTown, matrix_town

RECORDED_ELSEWHERE = {
    "POST /v1/purchases": "its till's signature is on the chain",
    "POST /v1/reversals": "its till's signature is on the chain",
    "POST /v1/resolutions": "its member's signature is on the chain",
    "POST /v1/resolutions/{number}/notice": "its member's signature is on the chain",
    "POST /v1/resolutions/{number}/interests": "its member's signature is on the chain",
    "POST /v1/resolutions/{number}/ballots": "its member's signature is on the chain; a ballot is secret",
    "POST /v1/resolutions/{number}/openings": "it is on the chain; a ballot is secret",
    "POST /v1/resolutions/{number}/execute": "the chain carries out what was decided",
    "POST /v1/member-acts": "its member's signature is on the chain",
    "POST /v1/connectors/woocommerce/{merchant}": "entered by the intake, under the shop's signature",
    "POST /v1/bank/lines/{line}/approve": "entered where something is proposed: see test_bank",
    "POST /v1/collect/runs": "entered where something is due: see test_collect",
    **{
        f"POST /v1/collect/runs/{{number}}/{what}": "entered where there is a run: see test_collect"
        for what in ("approve", "hand-in", "cancel", "reject")
    },
    "POST /v1/buyers": "it looks up, and changes nothing",
    "POST /v1/sessions/options": "a challenge, which opens nothing by itself",
    "POST /v1/passkeys/registration/options": "a challenge, which opens nothing by itself",
    "POST /v1/sessions": "a login is entered; here none succeeds",
    "POST /v1/passkeys/registration": "a passkey is entered; here none is made",
}
"""The changing methods that leave no entry in the trail themselves, and why."""


# One worker asks all: the rows are of one town, and a row may need what the row before it has left.
pytestmark = pytest.mark.xdist_group("matrix")


@pytest.fixture(scope="module")
def town(api_rpc: Rpc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixTown]:
    """A served town in which everybody asks."""
    folder: Path = tmp_path_factory.mktemp("matrix")
    with matrix_town(api_rpc, f"sqlite:///{folder / 'ledger.sqlite'}", folder) as opened:
        yield opened


def routes(app: FastAPI) -> set[str]:
    """Return every operation of the application under /v1, as the table names them."""
    found = set()
    for path, operations in app.openapi()["paths"].items():
        found |= {f"{method.upper()} {path}" for method in operations if method != "parameters"}
    return found


FILE = "GET /v1/collect/runs/{number}/file"


def ask_all(town: MatrixTown, row: str, who: frozenset[str] = EVERYBODY) -> list[Answered]:
    """Have everybody ask for each object of a row, in the table's order."""
    method = row.partition(" ")[0]
    return [
        town.ask(name, method, one)
        for one in TABLE[row]
        for name in sorted(who & (ONE_OF_EACH if one.may == PUBLIC else EVERYBODY))
    ]


def wrong(answers: list[Answered]) -> list[str]:
    """Return where the answers are not those of the table."""
    found = []
    for one in answers:
        expected = "allowed" if one.name in one.line.may else "refused"
        if one.told != expected:
            found.append(f"{one.line.path}: {one.name} was {one.told}, not {expected}")
    return found


def refused_entries(answers: list[Answered]) -> list[str]:
    """Return who was refused and left an entry of the trail all the same."""
    return [one.name for one in answers if one.told == "refused" and one.entries]


def test_the_table_has_every_endpoint_and_every_asker(town: MatrixTown) -> None:
    """A new route without a row, a row without its route, an asker that nobody plays: each turns this red."""
    assert set(TABLE) == routes(town.site.app)
    assert set(town.askers) == EVERYBODY
    assert {name for lines in TABLE.values() for one in lines for name in one.may} <= EVERYBODY
    assert {row for row in TABLE if not row.startswith("GET ")} == set(CHANGED)


def test_a_route_without_a_row_is_found(town: MatrixTown) -> None:
    """The comparison above can fail: a route more, and it does."""
    app = FastAPI()
    app.include_router(town.site.app.router)
    app.add_api_route("/v1/planted", lambda: None, methods=["POST"])
    assert routes(app) - set(TABLE) == {"POST /v1/planted"}


@pytest.mark.parametrize("row", TABLE)
def test_each_endpoint_answers_everybody_as_the_table_says(town: MatrixTown, row: str) -> None:
    """Everybody asks for each object: who may is let in, nobody else is; a change leaves its entry.

    Who is refused leaves none. The few that leave none themselves say why.
    """
    answers = ask_all(town, row)
    found = wrong(answers)
    assert not found, "\n".join(found)
    if row in CHANGED:
        assert refused_entries(answers) == []
        has_entry = any(one.entries for one in answers)
        assert has_entry != (row in RECORDED_ELSEWHERE), "each change in the trail, or the reason why not"


SEEN = ("GET /v1/members/{number}", "GET /v1/merchants/{number}", "GET /v1/trail", "GET /v1/keys")
DONE = ("POST /v1/keys", "PUT /v1/members/{number}/phone", "DELETE /v1/keys/{key}")


@pytest.mark.parametrize("row", [*SEEN, *DONE])
def test_a_guard_that_is_missing_is_found(town: MatrixTown, row: str) -> None:
    """Planted: whoever asks is taken for the registrar. The stranger is let in, and the table says so."""
    registrar = Asker("127.0.0.0/24", "planted", "en", address=OFFICERS_OF[Role.REGISTRAR].address.lower())
    overrides = town.site.app.dependency_overrides
    overrides |= {reader: lambda: registrar, changer: lambda: registrar}
    try:
        found = wrong(ask_all(town, row, frozenset({"stranger", "nobody"})))
    finally:
        overrides.clear()
    assert any("stranger was allowed" in one for one in found), found
    assert wrong(ask_all(town, row, frozenset({"stranger"}))) == [], "with its guard it holds"


def test_a_ballot_shown_to_another_is_found(town: MatrixTown) -> None:
    """Planted: whoever signs is taken for alice."""
    row = "GET /v1/resolutions/{number}/ballots/{member}"
    overrides = town.site.app.dependency_overrides
    overrides[caller] = town.site.town.members[1].address.lower
    try:
        found = wrong(ask_all(town, row, frozenset({"treasurer"})))
    finally:
        overrides.clear()
    assert len(found) == 1, found


NOTHING_TOLD = {"GET /v1/sales", "GET /v1/uploads", "GET /v1/events"}
"""What answers a test key, with nothing but what is public."""


def guarded(rows: dict[str, list[Line]]) -> list[tuple[str, Line]]:
    """Return the lines that are not everybody's."""
    return [(row, one) for row, lines in rows.items() for one in lines if one.may != PUBLIC]


SHARED = {
    "GET /v1/events": "each is told what it may read",
    "GET /v1/webhooks": "each is told its own",
    "POST /v1/webhooks": "each makes its own",
    "GET /v1/keys": "without a number, each is told its own",
    "POST /v1/texts": "every member may propose",
    "POST /v1/buyers": "a member may buy anywhere",
    **dict.fromkeys(("GET /v1/staff", "GET /v1/sessions", "GET /v1/sessions/current"), "each its own"),
    **dict.fromkeys(("DELETE /v1/sessions/current", "POST /v1/passkeys/registration"), "each its own"),
    "POST /v1/passkeys/registration/options": "each its own",
}
"""The rows whose path names no merchant: it is about who asks."""


def test_no_merchant_reads_or_changes_what_is_anothers() -> None:
    """No line about an object lets in both the bakery's people, tills or keys and the grocer's."""
    for row, one in guarded(TABLE):
        assert row in SHARED or not (one.may & BAKERY and one.may & GROCER), (row, one.path)


def test_the_auditor_reads_all_and_changes_nothing() -> None:
    """But for the secret ballot, the bank's file with whole accounts, and the sessions of others.

    Of his or her own: sessions and passkeys.
    """
    unread = {row for row, one in guarded(READ) if not one.may & AUDITOR}
    assert unread == {"GET /v1/resolutions/{number}/ballots/{member}", "GET /v1/sessions", FILE}
    changed = {row for row, one in guarded(CHANGED) if one.may & AUDITOR}
    assert changed == {"DELETE /v1/sessions/current", *(row for row in CHANGED if "/passkeys/" in row)}


def test_who_is_no_officer_any_more_and_test_keys_open_nothing_of_the_community() -> None:
    """A former officer, its key, a treasurer's test key: let in only where nothing private is told."""
    for row, one in guarded(TABLE):
        assert not one.may & ({"stranger", *ENDED} - GONE - {"treasurer's test key"}), row
        assert not one.may & GONE or row == "DELETE /v1/sessions/current", row
        assert "treasurer's test key" not in one.may or row in NOTHING_TOLD, row


def test_no_officer_changes_what_is_anothers() -> None:
    """Each change that officers make is one role's alone; the registrar may end any key.

    A text is nobody's own: it says nothing until a member or an officer signs what names it.
    """
    for row, one in guarded(CHANGED):
        theirs = OFFICERS | OFFICERS_KEYS | OFFICERS_SESSIONS
        roles = {name.partition("'")[0] for name in one.may & theirs}
        is_own = one.may >= SESSIONS or row in {"DELETE /v1/keys/{key}", "POST /v1/texts"}
        assert len(roles) <= 1 or is_own, (row, roles)


def test_what_needs_two_officers_is_not_for_one() -> None:
    """Who proposes or drafts is nobody who decides; by whatever name: see test_office_persons."""
    for first, second in (
        ("POST /v1/dunning/proposals", "POST /v1/dunning/proposals/{number}/decide"),
        ("POST /v1/collect/runs", "POST /v1/collect/runs/{number}/approve"),
        ("POST /v1/collect/runs", "POST /v1/collect/runs/{number}/reject"),
    ):
        one, other = (frozenset[str]().union(*(each.may for each in TABLE[row])) for row in (first, second))
        assert min(len(one), len(other)) > 0, (first, second)
        assert not one & other, (first, second)
    assert not TABLE["POST /v1/collect/runs/{number}/approve"][0].may & OFFICERS_KEYS
