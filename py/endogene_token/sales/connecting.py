"""How a merchant's sales of one kind come in, kept with an entry in the trail."""

from endogene_token.errors import ConnectorMissingError
from endogene_token.office.trail import Change
from endogene_token.sales.models import SaleConnector


def keep(change: Change, row: SaleConnector) -> None:
    """Keep a connector in the place of the merchant's former one of its kind."""
    change.session.merge(row)
    params = {"till": row.till, "generation": row.generation}
    change.note("connector.kept", f"merchant:{row.merchant}/connector:{row.kind}", **params)


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
