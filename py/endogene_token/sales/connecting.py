"""How a merchant's sales of one kind come in, kept with an entry in the trail."""

from endogene_token.office.trail import Change
from endogene_token.sales.models import SaleConnector


def keep(change: Change, row: SaleConnector) -> None:
    """Keep a connector in the place of the merchant's former one of its kind."""
    change.session.merge(row)
    params = {"till": row.till, "generation": row.generation}
    change.note("connector.kept", f"merchant:{row.merchant}/connector:{row.kind}", **params)
