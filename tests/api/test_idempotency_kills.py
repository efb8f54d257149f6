"""A service killed in the midst of a request with a key: the work and its answer both stand, or neither."""

import os
import signal
import subprocess
import sys

import httpx
import pytest
from sqlmodel import Session, func, select

from api.idempotency import REPLAYED
from endogene_token.crash import VARIABLE
from endogene_token.office.answers import Idempotency
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import reading
from tests.api.test_idempotency import KEY
from tests.town import database

SERVICE = """
import sys
from tests.api.bare_site import community, NOBODY, OFFICE_KEY
from tests.site import served
from api.app import create_app
from tests.api.test_idempotency import planted
from endogene_token.chain.calls import Ledger
from endogene_token.chain.rpc import Rpc
from endogene_token.config import Settings
from endogene_token.store import open_engine
engine = open_engine(sys.argv[1])
with Rpc([NOBODY], timeout=1) as nobody:
    app = create_app(Settings(office_key=OFFICE_KEY), engine, Ledger(nobody, community()), community())
    planted(app)
    with served(app) as address:
        print(address, flush=True)
        sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("point", "stands"), [("texts.kept", 0), ("answers.kept", 0), ("answers.committed", 1), (None, 1)]
)
def test_killed_anywhere_both_stand_or_neither(database_url: str, point: str | None, stands: int) -> None:
    """SIGKILL after the work, after its answer is written, after the commit: then the request is repeated."""
    engine = database(database_url)
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    key = {KEY: "k"}
    for at, expected in ((point, stands), (None, 1)):
        process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, database_url],
            env={**environment, **({VARIABLE: at} if at else {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        answer = None
        try:
            answer = httpx.post(
                f"{address}/planted/texts", json={"text": "x"}, headers=key, trust_env=False, timeout=60
            )
        except httpx.HTTPError:
            assert process.wait(60) == -signal.SIGKILL
        with reading(engine) as connection, Session(connection) as session:
            queries = [select(func.count()).select_from(one) for one in (RelayText, Idempotency)]
            rows = [session.exec(query).one() for query in queries]
        assert rows == [expected, expected]
        process.kill()
        process.communicate()
    assert answer is not None
    assert (answer.status_code, answer.headers.get(REPLAYED)) == (201, "true" if stands else None)
    engine.dispose()
