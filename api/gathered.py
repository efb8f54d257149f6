"""Rows that belong to others, read together: as many queries for thirty of those as for three."""

from collections.abc import Hashable, Iterable
from typing import Any, Final, TypeVar

from sqlmodel import Session, SQLModel, select

from endogene_token.relay.vote_models import RelayText

MOST: Final = 1_000
"""Values that one query names: what each database takes."""
M = TypeVar("M", bound=SQLModel)


def by(session: Session, model: type[M], name: str, values: Iterable[Hashable]) -> dict[Any, list[M]]:
    """Return the rows whose column has one of the values, by that value, each list in the key's order."""
    table: Any = model
    column, order = getattr(table, name), table.__table__.primary_key.columns
    wanted = list(dict.fromkeys(values))
    found: dict[Any, list[M]] = {one: [] for one in wanted}
    for at in range(0, len(wanted), MOST):
        query = select(model).where(column.in_(wanted[at : at + MOST])).order_by(*order)
        for row in session.exec(query):
            found[getattr(row, name)].append(row)
    return found


def texts(session: Session, hashes: Iterable[bytes]) -> dict[bytes, str]:
    """Return the texts that are kept here, by their hashes."""
    return {one: rows[0].text for one, rows in by(session, RelayText, "hash", hashes).items() if rows}
