"""What the load bench measures, each in a uvicorn process of its own: the API, and a bare endpoint."""

import contextlib
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, create_engine

from api.app import create_app
from endogene_token.chain.calls import Ledger
from endogene_token.chain.community import Community
from endogene_token.chain.rpc import Rpc
from endogene_token.config import Settings
from endogene_token.store import open_engine

START_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """The database, the node and the community to serve."""

    database_url: str
    rpc_url: str
    community: Community


class BareRow(SQLModel, table=True):
    """What the bare endpoint inserts."""

    __tablename__ = "bench_row"
    id: int | None = Field(default=None, primary_key=True)
    till: int
    member: int
    day: str
    amount: int
    commitment: str


class RowGiven(BaseModel):
    """A purchase, unsigned."""

    till: int
    member: int
    day: str
    amount: int
    commitment: str


class RowTold(BaseModel):
    """What is answered."""

    id: int


def bare_app(url: str) -> FastAPI:
    """Return an endpoint as FastAPI's and SQLModel's own tutorials write one: a session, a row, a commit."""
    app = FastAPI()
    engine = create_engine(url)
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables["bench_row"]])

    @app.post("/rows", status_code=202)
    def insert(given: RowGiven) -> RowTold:
        row = BareRow(**given.model_dump())
        with Session(engine, expire_on_commit=False) as session:
            session.add(row)
            session.commit()
        return RowTold(id=row.id or 0)

    return app


def _api(place: Place) -> FastAPI:
    engine = open_engine(place.database_url)
    ledger = Ledger(Rpc([place.rpc_url]), place.community)
    return create_app(Settings(office_key="ab" * 32), engine, ledger, place.community)


APPS: Final[dict[str, Callable[[Place], Any]]] = {
    "api": _api,
    "bare": lambda place: bare_app(place.database_url),
}


@contextlib.contextmanager
def running(name: str, place: Place) -> Iterator[int]:
    """Serve one of `APPS` in a process of its own; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(name, place, port))
    process.start()
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.join()


def _serve(name: str, place: Place, port: int) -> None:
    uvicorn.run(APPS[name](place), port=port, log_config=None, access_log=False, lifespan="off")


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
