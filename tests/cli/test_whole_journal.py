"""The whole real journal of a shop, 6,322 invoices, once on each database."""

from pathlib import Path

import pytest

from tests.commands import call
from tests.journals import REAL, Expected, expected

pytestmark = pytest.mark.skipif(not REAL.exists(), reason=f"THE REAL JOURNAL IS NOT IMPORTED: no {REAL}")


@pytest.fixture(scope="module")
def rules() -> Expected:
    """What the rules make of it."""
    return expected(REAL)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_whole_journal_is_imported_to_the_cent(
    request: pytest.FixtureRequest, tmp_path: Path, rules: Expected, database: str
) -> None:
    """Every line recorded or refused with its reason; a second run changes nothing; audit 0.

    Rebuilt from the chain the read model is the same to the byte, and so it is on the other database.
    """
    data = tmp_path.joinpath("data")
    there: dict[str, str] = {}
    if database == "postgresql":
        there["ENDOGENE_DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    options = ("--merchant", 1, "--rate-bps", 280, "--enrol", "--data", data, "--json")
    first = call("import", REAL, *options, **there)
    assert first.code == 0, first
    assert rules.lines == 6_322
    assert {name: first.json[name] for name in rules.report} == rules.report
    check = call("rebuild", "--check", "--data", data, "--json", **there)
    assert check.code == 0
    again = call("import", REAL, *options, **there)
    assert {**again.json, "milliseconds": 0} == {**first.json, "milliseconds": 0}
    audit = call("audit", "--data", data, "--json", **there)
    assert (audit.code, audit.json["differences"]) == (0, 0)
    assert audit.json["compared"] > 8_000
    if there:  # the same chain, read into an empty SQLite
        other = call("rebuild", "--data", data, "--json")
        assert other.json == check.json
