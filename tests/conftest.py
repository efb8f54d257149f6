"""What any test may ask for: a fresh database of either kind."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.environment import make_plain

make_plain(os.environ)  # before the project is imported: then it asks, once, for its language

from tests import migrated, postgresql  # noqa: E402  # as said above

# A shared machine may be slow for a while; slow is not wrong, and speed is measured by the benchmark.
# The gate draws the same examples each time, as forge's seed does: everyone gets the same verdict.
# `make deep` draws new ones.
settings.register_profile(
    "shared machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("ENDOGENE_EXAMPLES") != "new",
)
settings.load_profile("shared machine")

_ABSENT = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def postgresql_server(pytestconfig: pytest.Config) -> Iterator[postgresql.Server]:
    """A PostgreSQL server of this test session; its tests are skipped, loudly, where there is none."""
    try:
        with postgresql.serving() as server:
            yield server
    except postgresql.Absent as absent:
        pytestconfig.stash[_ABSENT] = str(absent)
        pytest.skip(str(absent))


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database in an empty folder; the first connection creates the file."""
    folder = tmp_path / "database"
    folder.mkdir()
    return f"sqlite:///{folder / 'ledger.sqlite'}"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: postgresql.Server) -> Iterator[str]:
    """The name of a migrated PostgreSQL database, to be copied."""
    with postgresql_server.database() as url:
        migrated.fill(url)
        yield url.rpartition("/")[2]


@pytest.fixture
def migrated_postgresql_url(postgresql_server: postgresql.Server, postgresql_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database without a row."""
    with postgresql_server.database(template=postgresql_template) as url:
        yield url


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str) -> str:
    """A migrated SQLite database without a row."""
    migrated.copy_sqlite(sqlite_url)
    return sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database without a row: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"migrated_{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without a table: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say, even where skips are quiet, that half of the databases went untested."""
    reason = config.stash.get(_ABSENT, None)
    if reason is not None:
        terminalreporter.write_line(f"NOT TESTED ON POSTGRESQL. {reason}", red=True, bold=True)
