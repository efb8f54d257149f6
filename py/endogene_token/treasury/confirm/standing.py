"""How far the confirmation has come: what the bank holds, and where each of its cents stands."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from endogene_token.treasury.collect.models import BankLine, BankMatch, ReturnedDebt
from endogene_token.treasury.confirm.states import PENDING, DebtState, LineState


@dataclass(frozen=True, slots=True)
class Standing:
    """Lines and their sums (minor units, what went out is negative) by state.

    `in_transit` is what is decided and not yet booked, `held` how many lines wait since the chain refuses
    them, `debts` what came back after it was booked and is not paid; `last_day` that of the newest line.
    """

    counts: Mapping[str, int]
    sums: Mapping[str, int]
    in_transit: int
    held: int
    debts: int
    last_day: str


def standing(session: Session) -> Standing:
    """Return how things stand now."""
    grouped = select(BankLine.state, func.count(), func.sum(BankLine.amount)).group_by(BankLine.state)
    rows = {state: (int(count), int(total or 0)) for state, count, total in session.exec(grouped)}
    transit: Counter[bool] = Counter()
    pairs = (
        select(BankMatch.amount, BankLine.amount)
        .join(BankLine, col(BankLine.identity) == col(BankMatch.line))
        .where(col(BankMatch.state).in_(PENDING))
    )
    for amount, moved in session.exec(pairs):
        transit[moved > 0] += amount
    held = select(func.count()).where(BankLine.state == LineState.MATCHED, BankLine.why != "")
    debts = select(func.sum(ReturnedDebt.amount)).where(ReturnedDebt.state == DebtState.OPEN)
    return Standing(
        counts={one.value: rows.get(one, (0, 0))[0] for one in LineState},
        sums={one.value: rows.get(one, (0, 0))[1] for one in LineState},
        in_transit=transit[True] - transit[False],
        held=int(session.exec(held).one()),
        debts=int(session.exec(debts).one() or 0),
        last_day=session.exec(select(func.max(BankLine.booked))).one() or "",
    )
