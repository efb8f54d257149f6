"""Whether a debit that came back has been paid since. The confirmation and the next run ask it alike."""

from typing import Final

from sqlalchemy import Connection, select

from endogene_token.indexer.models import table_of
from endogene_token.treasury.collect.models import BankItem, BankLine, BankMatch, ReturnedDebt
from endogene_token.treasury.collect.states import ItemState, Kind

ITEMS, MATCHES, LINES = table_of(BankItem), table_of(BankMatch), table_of(BankLine)
OPEN: Final = "open"
STANDING: Final = ("approved", "sent", "done")  # of a match: its money counts


def is_paid(connection: Connection, debt: ReturnedDebt, *, but: str = "") -> bool:
    """Return whether a debt is paid, or something that stands will pay it; `but`: a debit not counted.

    A transfer pays it under the reference that came back, with nothing for the chain; what confirmed that
    reference before had premiums or taxes, what took it back was negative.
    """
    confirmed = MATCHES.join(LINES, LINES.c.identity == MATCHES.c.line)
    transfers = (
        select(MATCHES.c.item)
        .select_from(confirmed)
        .where(MATCHES.c.item == debt.item, MATCHES.c.state.in_(STANDING), LINES.c.amount > 0)
        .where(MATCHES.c.premiums == 0, MATCHES.c.tax == 0)
    )
    debits = select(ITEMS.c.reference).where(
        ITEMS.c.kind == Kind.DEBT,
        ITEMS.c.statement == debt.item,
        ITEMS.c.state == ItemState.COLLECTED,
        ITEMS.c.reference != but,
    )
    found = (connection.execute(one.limit(1)).first() for one in (transfers, debits))
    return debt.state != OPEN or any(one is not None for one in found)
