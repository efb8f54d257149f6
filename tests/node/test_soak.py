"""A short soak: every process killed again and again over one database, and every purchase held once."""

from pathlib import Path

import pytest
from sqlalchemy import delete

from endogene_token.indexer.audit import audit
from endogene_token.indexer.models import Purchase, table_of
from endogene_token.store import open_engine, writing
from scripts.soak import prepared
from scripts.soak_tills import FAULTS, Plan, Sold
from scripts.soak_verdict import Verdict, compare, in_read_model

PURCHASES = 2_000


def test_a_soak_ends_with_every_purchase_held_once(postgresql_url: str, tmp_path: Path) -> None:
    """Whatever was killed, lost and doubled meanwhile; and a loss planted afterwards is seen."""
    plan = Plan(PURCHASES, tills=4, members=100, most_at_once=40)
    engine = open_engine(postgresql_url)
    with prepared(tmp_path, postgresql_url, plan, kill_seconds=0.3) as soak:
        result = soak.run(lambda _recorded, _kills: None)
        assert result.is_sound, result
        assert (result.chain, result.read_model) == (Verdict(0, 0, 0), Verdict(0, 0, 0))
        assert (result.purchases, result.audit_differences) == (PURCHASES, 0)
        assert all(result.kills.values()), result
        assert set(result.faults) == set(FAULTS), result
        purchase = table_of(Purchase)
        with writing(engine) as connection:
            connection.execute(delete(purchase).where(purchase.c.till == 2, purchase.c.sequence == 7))
        assert compare(plan, in_read_model(engine)) == Verdict(lost=1, doubled=0, strange=0)
        assert audit(engine, soak.ledger).differences
    engine.dispose()


@pytest.mark.parametrize(
    ("lost", "again", "strange", "verdict"),
    [
        ([], [], [], Verdict(0, 0, 0)),
        ([3], [], [], Verdict(1, 0, 0)),
        ([], [5], [], Verdict(0, 1, 0)),
        ([3], [5, 5], [Sold(9, 0, 1)], Verdict(1, 2, 1)),
    ],
)
def test_a_purchase_lost_doubled_or_of_nobody_s_is_counted(
    lost: list[int], again: list[int], strange: list[Sold], verdict: Verdict
) -> None:
    """Otherwise a soak that ends well would say nothing."""
    plan = list(Plan(20, tills=2, members=5, most_at_once=8))
    held = [one for index, one in enumerate(plan) if index not in lost]
    assert compare(plan, [*held, *(plan[index] for index in again), *strange]) == verdict


def test_a_plan_sells_each_purchase_once_and_shares_them_out() -> None:
    """Each is told from every other by its till and its amount."""
    plan = Plan(101, tills=4, members=5, most_at_once=8)
    assert len({(one.till, one.amount) for one in plan}) == len(list(plan)) == 101
    assert {plan.quota(till) for till in range(1, 5)} == {25, 26}
