"""How a merchant's sales of one kind come in, kept with an entry in the trail."""

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session

from endogene_token.errors import ConnectorMissingError
from endogene_token.office.trail import Actor, Change, changing
from endogene_token.sales.csv_upload import KIND, Columns, fitting
from endogene_token.sales.models import SaleConnector
from endogene_token.store import reading


def keep(change: Change, row: SaleConnector) -> None:
    """Keep a connector in the place of the merchant's former one of its kind."""
    change.session.merge(row)
    params = {"till": row.till, "generation": row.generation}
    change.note("connector.kept", f"merchant:{row.merchant}/connector:{row.kind}", **params)


def columns(engine: Engine, merchant: int, content: bytes) -> Columns:
    """Return what a merchant said of its files' columns, as far as it fits this one. Raises as `fitting`."""
    with reading(engine) as connection, Session(connection) as session:
        kept = session.get(SaleConnector, (merchant, KIND))
    return Columns() if kept is None else fitting(content, msgspec.json.decode(kept.settings, type=Columns))


def keep_columns(engine: Engine, actor: Actor, merchant: int, till: int, said: Columns) -> None:
    """Keep what a merchant said of its files' columns, and nothing that was only guessed.

    The bytes of the next file speak for themselves.
    """
    plain = msgspec.structs.replace(said, delimiter=None, encoding=None)
    row = SaleConnector(merchant=merchant, kind=KIND, till=till, settings=msgspec.json.encode(plain).decode())
    with reading(engine) as connection, Session(connection) as session:
        old = session.get(SaleConnector, (merchant, KIND))
    if old is not None and (old.till, old.settings) == (row.till, row.settings):
        return
    with changing(engine, actor) as change:
        keep(change, row)


def close(change: Change, merchant: int, kind: str) -> None:
    """End the secret of a connector; the next one is told to nobody. Raises ConnectorMissingError.

    The row stays: its numbers go on, so that no secret of before is ever worth something again.
    """
    found = change.session.get(SaleConnector, (merchant, kind), with_for_update=True)
    if found is None:
        raise ConnectorMissingError(actual=kind, merchant=merchant)
    found.generation += 1
    change.session.add(found)
    change.note("connector.closed", f"merchant:{merchant}/connector:{kind}", generation=found.generation)
