"""The contracts of the money against the plain model, in an order of acts that chance seldom finds."""

from collections.abc import Iterator

import pytest

from endogene_token.chain.views import Pocket
from endogene_token.projects import ProjectState
from tests.contracts.community_duel import CommunityDuel
from tests.contracts.hall import FORGETFUL
from tests.contracts.test_community_model import CommunityMachine
from tests.node.bare_anvil import bare_anvil

GREAT = 10**9


@pytest.fixture
def duel() -> Iterator[CommunityDuel]:
    """A community that has bought, sold and spent; the reserve bears its losses."""
    with bare_anvil(*FORGETFUL) as rpc:
        machine = type("OnThisChain", (CommunityMachine,), {"rpc": rpc})()
        machine.found(floor_bps=0, limit=GREAT, debt=Pocket.RESERVE, loan=Pocket.RESERVE)
        yield machine.duel
        machine.duel.check()


def complete(duel: CommunityDuel) -> None:
    """Have the first project, whose first tranche is out, account for all."""
    for act in ("file", "accept"):
        duel.step(1, 0, act)
    for act in ("claim", "approve", "release", "file", "accept"):
        duel.step(1, 1, act)
    assert duel.model.works[1].balance > 0
    assert duel.model.works[1].state is ProjectState.COMPLETED


def ends(duel: CommunityDuel, how: str) -> ProjectState:
    """Return the state of the first project after an act that may end it."""
    duel.end(1, how)
    return duel.model.works[1].state


def test_free_money_bears_what_refunds_take_beyond_their_pockets(duel: CommunityDuel) -> None:
    """Operations are paid out, a debt empties the reserve: then goods come back, and a till goes on."""
    model, [*_, shop] = duel.model, duel.model.shops
    duel.allow_operating(model.operations - 10)
    duel.pay_operating(model.allowed, duel.fresh())
    duel.write_off_debt(shop, model.reserve - 20)
    free = model.free
    assert (model.operations, model.reserve) == (10, 20)
    duel.refund(0, 100_000)  # a part of a purchase, by a till that goes on
    duel.refund(0, 400_000)
    borne = 14_000 * 15 // 100 - 30
    assert (model.operations, model.reserve, free - model.free) == (0, 0, borne)
    [invoice] = [one for one, sale in model.invoices.items() if sale.shop == shop]
    duel.return_spending(invoice, model.shops[shop].rounds[0])
    assert model.free < free - borne
    duel.purchase(shop, [(duel.people[0], 300_000)])
    assert model.operations > 0


def test_a_completed_project_is_stopped_like_one_at_work(duel: CommunityDuel) -> None:
    """Suspended, resumed to what it was, terminated with what it had left."""
    complete(duel)
    assert ends(duel, "suspend") is ProjectState.SUSPENDED
    assert ends(duel, "lapse") is ProjectState.SUSPENDED  # too early
    assert ends(duel, "resume") is ProjectState.COMPLETED
    assert ends(duel, "terminate") is ProjectState.TERMINATED
    assert duel.model.works[1].balance == 0


def test_a_completed_project_gives_its_rest_back_once(duel: CommunityDuel) -> None:
    """It stays completed; nobody makes the chain tell of nothing, again and again."""
    complete(duel)
    duel.travel(duel.model.works[1].expires_at)
    assert ends(duel, "lapse") is ProjectState.COMPLETED
    assert duel.model.works[1].balance == 0
    assert ends(duel, "lapse") is ProjectState.COMPLETED  # refused by both
    assert ends(duel, "suspend") is ProjectState.COMPLETED  # too late
    assert ends(duel, "terminate") is ProjectState.TERMINATED
