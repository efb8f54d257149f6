"""The treasury's daily work, in a thread of the host. See {Daily}."""

import threading
import time
from datetime import date
from typing import Final

import structlog
from sqlalchemy import select
from sqlmodel import Session, col, func
from sqlmodel import select as select_rows

from endogene_token.chain.sender import Sender
from endogene_token.errors import BankUnknownError, EndogeneError
from endogene_token.indexer.models import Cursor, Merchant, table_of
from endogene_token.office.trail import Actor
from endogene_token.store import reading
from endogene_token.treasury.desk import Desk
from endogene_token.treasury.dunning import carrying
from endogene_token.treasury.dunning.rules import is_near
from endogene_token.treasury.exceptions.models import DunningState, Reconciliation

ACTOR: Final = Actor("service:daily", "host")
PAUSE_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 300.0
CURSOR: Final = table_of(Cursor)
log = structlog.get_logger()


class Daily:
    """Holds the bank, the books and the chain against one another and examines the merchants, once a day.

    Every few seconds it looks whether a merchant has come near its limit, and carries out what the registrar
    has approved. It judges nobody by a read model that lags: it waits until that has all blocks of the last
    look. A day whose work was done is known from the database, so that a restart does not repeat it.
    """

    def __init__(self, desk: Desk, registrar: Sender) -> None:
        """Work at `desk`; `registrar` signs what was approved."""
        self._desk = desk
        self._registrar = registrar
        self._head: int | None = None
        self._examined: date | None = None
        self._reconciled: date | None = None

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; what stands in the way is logged and tried again."""
        while not stop.is_set():
            try:
                self.step()
                pause_seconds = PAUSE_SECONDS
            except EndogeneError as error:
                log.warning("daily.waits", error=error.code, why=str(error))
                pause_seconds = RETRY_SECONDS
            stop.wait(pause_seconds)

    def step(self, now: int | None = None) -> None:
        """Do what is due at an instant. Raises what the database, the chain and bank.toml raise."""
        self._examine(int(time.time()) if now is None else now)
        # Last: what the chain refuses must not keep the day's work from being done.
        carrying.carry_out(self._desk.engine, self._registrar, ACTOR)

    def _examine(self, instant: int) -> None:
        if not self._has_caught_up():
            return
        today = self._desk.today(instant)
        is_done = self._examined == today or self._was_examined(today)
        if not is_done or self._has_changed():
            self._desk.examine(ACTOR, instant)
        self._examined = today
        if self._reconciled != today:
            self._reconcile(today, instant)
            self._reconciled = today

    def _reconcile(self, today: date, instant: int) -> None:
        rows = col(Reconciliation.day) == today.isoformat()
        with reading(self._desk.engine) as connection, Session(connection) as session:
            if session.exec(select_rows(Reconciliation.number).where(rows)).first() is not None:
                return
        try:
            found = self._desk.reconcile(ACTOR, instant)
        except BankUnknownError:  # this community has no bank here yet
            return
        log.info("daily.reconciled", unexplained=len(found.open))

    def _has_caught_up(self) -> bool:
        """Return whether the read model holds all that the chain held at the last look."""
        wanted, self._head = self._head, self._registrar.ledger.head()
        with reading(self._desk.engine) as connection:
            read = connection.execute(select(CURSOR.c.block_number)).scalar_one_or_none()
        return read is not None and read >= (self._head if wanted is None else wanted)

    def _has_changed(self) -> bool:
        """Return whether a merchant has come near its limit, or has left it, since the last examination."""
        rules = self._desk.rules()
        with reading(self._desk.engine) as connection, Session(connection) as session:
            warned = set(session.exec(select_rows(DunningState.merchant).where(DunningState.warned == 1)))
            rows = session.exec(select_rows(Merchant.number, Merchant.owed, Merchant.exposure_limit))
            return {number for number, owed, limit in rows if is_near(owed, limit, rules)} != warned

    def _was_examined(self, today: date) -> bool:
        with reading(self._desk.engine) as connection, Session(connection) as session:
            return session.exec(select_rows(func.max(DunningState.day))).one() == today.isoformat()
