"""Whatever a stranger sends, the service answers as it is described, and never with a fault of its own.

A minute of generated requests by default; ENDOGENE_SCHEMATHESIS=1000000 makes as many, for a night.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from endogene_token.indexer.models import READ_MODEL
from endogene_token.office.scopes import OfficeRole
from endogene_token.store import reading
from tests.api.bare_site import Bare, bare_site
from tests.api.test_events import awarded, refused, suspended, write
from tests.town import BAKERY, BAKERY_TILL

schemathesis = pytest.importorskip("schemathesis")

WANTED = int(os.environ.get("ENDOGENE_SCHEMATHESIS", "0"))
SECONDS = 60
EACH = 20
AWAY = 503
"""What the service answers while no node does: the chain is away here, the database is not."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    folder = tmp_path_factory.mktemp("schemathesis")
    with bare_site(f"sqlite:///{folder / 'ledger.sqlite'}", data_dir=folder) as opened:
        write(opened, 5, suspended(BAKERY), awarded(1, 5000), refused(BAKERY_TILL, 7))
        yield opened


def counts(site: Bare) -> dict[str, int]:
    """Return how many rows the ledger's own tables have: nothing that a request says changes them."""
    with reading(site.engine) as connection:
        return {
            str(one.__tablename__): connection.exec_driver_sql(
                f'SELECT count(*) FROM "{one.__tablename__}"'  # noqa: S608  # names of our own models
            ).scalar_one()
            for one in READ_MODEL
        }


def test_no_generated_request_meets_a_fault(site: Bare) -> None:
    """Each operation, with data of its own shape and of none, as a stranger, a merchant and an auditor."""
    schema = schemathesis.openapi.from_url(f"{site.url}/v1/openapi.json")
    operations = [one.ok() for one in schema.get_all_operations()]
    callers: list[dict[str, str]] = [
        {},
        {"authorization": f"Bearer {site.key(BAKERY)}"},
        {"authorization": f"Bearer {site.key(role=OfficeRole.AUDITOR)}"},
    ]
    before, faults, sent = counts(site), [], 0
    deadline = time.monotonic() + SECONDS
    each = max(EACH, WANTED // max(1, len(operations) * len(callers)))
    for operation in operations:
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            for case in examples(operation, mode, each):
                if not WANTED and time.monotonic() > deadline:
                    break
                answer = case.call(headers=callers[sent % len(callers)])
                sent += 1
                if answer.status_code >= 500 and answer.status_code != AWAY:
                    faults.append((case.as_curl_command(), answer.status_code, answer.text[:200]))
    assert faults == []
    assert sent >= (WANTED or len(operations))
    assert counts(site) == before


def examples(operation: Any, mode: object, most: int) -> list[Any]:
    """Return generated requests of an operation; none where such a request cannot be made."""
    found: list[Any] = []

    @hypothesis.settings(
        max_examples=most,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: object) -> None:
        found.append(case)

    try:
        collect()
    except (hypothesis.errors.Unsatisfiable, hypothesis.errors.InvalidArgument):
        return found
    return found
