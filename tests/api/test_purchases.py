"""From a till's request to the read model, over HTTP and on a real chain."""

from dataclasses import asdict
from typing import Any

import pytest
from sqlmodel import Session

from api.fund import read_fund
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.transactions import revoke_till, suspend_merchant
from endogene_token.errors import NodeUnavailableError
from endogene_token.ids import day_date
from endogene_token.relay import Relay
from endogene_token.store import reading
from tests.site import Site, open_site
from tests.town import (
    BAKERY,
    BAKERY_TILL,
    GROCER,
    GROCER_TILL,
    TILL_CAP,
    Town,
    today,
)


def test_a_purchase_is_accepted_then_recorded(site: Site) -> None:
    """202 with its ids at once; the premium and the credit once the chain has it."""
    answer = site.post(site.town.purchases(BAKERY_TILL, 1, [1000, 2000]))
    assert (answer.status_code, answer.json()) == (
        202,
        {"id": "1-1", "ids": ["1-1", "1-2"], "status": "accepted"},
    )
    assert site.told("/v1/purchases/1-2")["status"] == "accepted"
    assert site.relay.step()
    assert site.told("/v1/purchases/1-2")["status"] == "recorded"
    site.read()
    told = site.told("/v1/purchases/1-2")
    assert len(told.pop("transaction")) == 66
    assert told == {
        "id": "1-2",
        "status": "recorded",
        "reason": None,
        "explanation": None,
        "merchant": BAKERY,
        "day": day_date(today()).isoformat(),
        "amount": "2000",
        "premium": "56",
        "credit": "51",
        "reversed": "0",
        "batch": 1,
    }


def test_a_refused_item_says_why_in_the_readers_language(site: Site) -> None:
    """A zero amount takes its sequence and moves nothing; its neighbours are recorded."""
    site.record(site.town.purchases(BAKERY_TILL, 1, [1000, 0]))
    told = site.told("/v1/purchases/1-2", **{"accept-language": "en"})
    assert (told["status"], told["reason"], told["premium"]) == ("refused", "zero-amount", "0")
    french = site.told("/v1/purchases/1-2")
    assert french["explanation"] != told["explanation"]
    assert site.told("/v1/purchases/1-1")["status"] == "recorded"


def test_a_reversal_is_accepted_then_recorded(site: Site) -> None:
    """It follows its purchase in the till's sequence and undoes its part of the premium."""
    site.record(site.town.purchases(BAKERY_TILL, 1, [1000]))
    refund = site.town.reversals(BAKERY_TILL, 2, (BAKERY_TILL, 1, 1, 400))
    assert site.post(refund).json()["id"] == "1-2"
    accepted = site.told("/v1/reversals/1-2")
    assert (accepted["status"], accepted["purchase_id"], accepted["premium"]) == ("accepted", "1-1", None)
    site.record(refund)
    recorded = site.told("/v1/reversals/1-2")
    assert (recorded["status"], recorded["premium"], recorded["amount"]) == ("recorded", "11", "400")
    assert site.told("/v1/purchases/1-1")["reversed"] == "400"
    assert site.asked_by_till("/v1/purchases/1-2").status_code == 404
    assert site.asked_by_till("/v1/reversals/1-1").status_code == 404


def test_the_same_batch_again_gives_the_same_answer(site: Site) -> None:
    """Before it is recorded, after, and from a service whose queue has lost it."""
    batch = site.town.purchases(BAKERY_TILL, 1, [1000, 2000])
    first = site.post(batch)
    again = site.post(batch)
    site.record(batch)
    assert first.json() == again.json() == site.post(batch).json()
    with reading(site.engine) as connection, Session(connection) as session:
        assert read_fund(session).purchases == 2


def test_a_batch_that_only_the_chain_knows_is_answered_as_accepted(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A second service with an empty queue neither doubles what is recorded nor refuses it."""
    batch = site.town.purchases(BAKERY_TILL, 1, [1000])
    refund = site.town.reversals(BAKERY_TILL, 2, (BAKERY_TILL, 1, 1, 400))
    site.record(batch, refund)
    folder = tmp_path_factory.mktemp("second")
    with open_site(site.town, f"sqlite:///{folder / 'ledger.sqlite'}") as second:
        assert [second.post(one).status_code for one in (batch, refund)] == [202, 202]
        other = second.post(site.town.purchases(BAKERY_TILL, 1, [1001]))
        assert (other.status_code, other.json()["code"]) == (409, "sequence-taken")
        assert second.post(site.town.purchases(BAKERY_TILL, 3, [5])).status_code == 202


def refusal(site: Site, batch: Any) -> tuple[int, str, str | None, str | None]:
    answer = site.post(batch)
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, told["code"], told["actual"], told["limit"]


def test_what_a_till_may_not_send_is_refused_with_the_value_and_the_limit(site: Site) -> None:
    """And the queue stays as it was: the right batch still fits."""
    town = site.town
    assert refusal(site, town.purchases(BAKERY_TILL, 3, [1])) == (409, "sequence", "3", "1")
    key = town.tills[BAKERY_TILL].address
    forged = town.purchases(BAKERY_TILL, 1, [1], signer=GROCER_TILL)
    assert refusal(site, forged) == (422, "bad-signature", town.tills[GROCER_TILL].address, key)
    wrong = town.purchases(BAKERY_TILL, 1, [1], merchant=GROCER)
    assert refusal(site, wrong) == (422, "wrong-merchant", str(GROCER), str(BAKERY))
    other_chain = Town(town.rpc, town.community.__class__(**{**_fields(town), "chain_id": 1}))
    assert refusal(site, other_chain.purchases(BAKERY_TILL, 1, [1]))[:2] == (422, "bad-signature")
    assert site.get("/v1/health")["queue_depth"] == 0
    assert site.post(town.purchases(BAKERY_TILL, 1, [1, 1])).status_code == 202
    assert refusal(site, town.purchases(BAKERY_TILL, 2, [7])) == (409, "sequence-taken", "2", "3")
    assert refusal(site, town.purchases(BAKERY_TILL, 1, [2, 1])) == (409, "sequence-taken", "1", "3")


def _fields(town: Town) -> dict[str, Any]:
    return {name: getattr(town.community, name) for name in town.community.__struct_fields__}


def test_an_unknown_and_a_revoked_till_are_refused(site: Site) -> None:
    """404 for a number that the register does not hold, 409 for a till that records nothing any more."""
    town = site.town
    assert site.client.get("/v1/tills/99").json()["code"] == "unknown-till"
    town.do(revoke_till(town.community, BAKERY_TILL))
    assert refusal(site, town.purchases(BAKERY_TILL, 1, [1]))[:2] == (409, "till-revoked")
    assert site.get(f"/v1/tills/{BAKERY_TILL}")["revoked"] is True


def test_a_till_is_told_its_next_sequence_after_the_queue(site: Site) -> None:
    """What a till needs to start: merchant, key, sequence, today's rate, cap."""
    site.post(site.town.purchases(BAKERY_TILL, 1, [1, 2, 3]))
    path = f"/v1/tills/{BAKERY_TILL}"
    own = site.signed_get(path, site.town.tills[BAKERY_TILL]).json()
    assert own == {
        "till": BAKERY_TILL,
        "merchant": BAKERY,
        "key": site.town.tills[BAKERY_TILL].address,
        "next_sequence": 4,
        "revoked": False,
        "rate_bps": 280,
        "till_cap": str(TILL_CAP),
    }
    site.read()
    merchant = site.signed_get(path, site.town.members[BAKERY])
    assert merchant.json() == own
    untold = {**own, "next_sequence": None, "till_cap": None}
    assert site.get(path) == untold, "how much a merchant sells is not told"
    competitor = site.signed_get(path, site.town.tills[GROCER_TILL])
    assert (competitor.status_code, competitor.json()) == (200, untold)
    late = site.signed_get(path, site.town.tills[BAKERY_TILL], created=1)
    assert (late.status_code, late.json()["code"]) == (401, "credentials"), (
        "a till learns that its clock is wrong"
    )


def test_a_held_purchase_says_why(site: Site) -> None:
    """The reason is the ledger's own, in a sentence that says what to do."""
    town = site.town
    town.do(suspend_merchant(town.community, BAKERY))
    site.post(town.purchases(BAKERY_TILL, 1, [1]))
    site.relay.step()
    told = site.told("/v1/purchases/1-1")
    assert (told["status"], told["reason"]) == ("held", "merchant-suspended")
    assert str(BAKERY) in told["explanation"]
    assert site.get("/v1/health")["held"] == 1


def test_with_the_chain_down_sales_are_accepted_and_health_is_honest(site: Site) -> None:
    """Tills are then known from the read model; all is recorded when the node is back."""
    site.read()
    with Rpc(["http://127.0.0.1:9"], timeout=1) as nobody:
        cut_off = Town(nobody, site.town.community)
        with open_site(cut_off, site.engine.url.render_as_string(hide_password=False)) as service:
            assert service.post(site.town.purchases(BAKERY_TILL, 1, [1000])).status_code == 202
            with pytest.raises(NodeUnavailableError):
                service.relay.step()
            health = service.get("/v1/health")
            assert (health["ok"], health["chain_head"], health["queue_depth"]) == (False, None, 1)
            assert service.told("/v1/purchases/1-1")["reason"] == "node-unavailable"
            unknown = service.client.get("/v1/tills/99")
            assert (unknown.status_code, unknown.headers["retry-after"]) == (503, "2")
            assert "<html" in service.client.get("/").text
    assert Relay(site.engine, site.town.ledger, site.town.relayer).step()
    assert site.told("/v1/purchases/1-1")["status"] == "recorded"


def test_health_tells_the_head_the_lag_and_the_queue(site: Site) -> None:
    """All well: the read model is at the head of the chain and nothing waits."""
    site.record(site.town.purchases(BAKERY_TILL, 1, [1000]))
    head = site.town.ledger.head()
    assert site.get("/v1/health") == {
        "chain_head": head,
        "indexed_block": head,
        "lag_blocks": 0,
        "queue_depth": 0,
        "sales_waiting": 0,
        "sales_held": 0,
        "lines_waiting": 0,
        "lines_held": 0,
        "ballots_waiting": 0,
        "acts_waiting": 0,
        "held": 0,
        "ok": True,
    }


def test_the_fund_and_the_community_are_told_as_the_chain_has_them(site: Site) -> None:
    """The public balance sheet is the contracts' own, as strings; who and how many is told by fives."""
    site.record(site.town.purchases(BAKERY_TILL, 1, [1000, 50_000, *[100] * 5]))
    sheet = site.town.ledger.balance_sheet()
    fund = site.get("/v1/fund")
    for name, amount in asdict(sheet).items():
        assert fund[name] == str(amount)
    assert (fund["purchases"], fund["members_with_credits"], fund["merchants"]) == (5, 0, 0)
    community = site.get("/v1/community")
    assert (community["fund"], community["chain_id"]) == (
        site.town.community.fund,
        site.town.community.chain_id,
    )
    assert community["rules"]["purchase_window_days"] == 30


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/purchases/1", 422, "purchase-id"),
        ("/v1/purchases/1-0", 422, "purchase-id"),
        ("/v1/purchases/1-18446744073709551615", 404, "unknown-purchase"),
        ("/v1/reversals/1-18446744073709551615", 404, "unknown-purchase"),
    ],
)
def test_a_purchase_that_is_none_is_told_as_such(asked: Site, path: str, status: int, code: str) -> None:
    """To its till; who proves nothing learns nothing of it."""
    answer = asked.asked_by_till(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert asked.client.get(path).status_code == 401


def test_a_till_that_was_revoked_still_learns_what_became_of_its_purchases(site: Site) -> None:
    """Nobody else's till does, revoked or not."""
    site.record(site.town.purchases(BAKERY_TILL, 1, [1000]))
    site.town.do(revoke_till(site.town.community, BAKERY_TILL))
    site.read()
    assert site.told("/v1/purchases/1-1")["status"] == "recorded"
    assert site.signed_get("/v1/purchases/1-1", site.town.tills[2]).status_code == 403
