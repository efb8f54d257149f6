"""Sales that a till sends later: each told by itself what becomes of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session, select

from endogene_token.office import cards, guesses, trail
from endogene_token.office.card_numbers import new_number
from endogene_token.office.scopes import StaffRole
from endogene_token.sales import HostedSale
from endogene_token.store import writing
from tests.api.staff_house import House, open_house
from tests.browser.till_shop import host
from tests.standing_clock import AT, HOUR, stand
from tests.town import ALICE, BAKERY, BAKERY_TILL


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with open_house(database_url) as opened:
        with writing(opened.bare.engine) as connection, Session(connection) as session:
            session.add(host(BAKERY, BAKERY_TILL))
            session.commit()
        yield opened


def test_a_sale_waits_with_its_member_once_too_many_were_unknown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is neither refused for good nor kept without the member: sent in the next hour, it has its own."""
    stand(monkeypatch, guesses)
    monkeypatch.setattr(guesses, "MOST", 1)
    with trail.changing(house.bare.engine, trail.COMMAND_LINE) as change:
        known = cards.issue(change, house.bare.secret, ALICE).number
    clerk = house.person(StaffRole.OWNER, merchant=BAKERY)

    def send(**cards_of: str | None) -> dict[str, str]:
        sales: list[dict[str, Any]] = [
            {"receipt": receipt, "amount": "100", **({"card": card} if card else {})}
            for receipt, card in cards_of.items()
        ]
        given = {"merchant": BAKERY, "till": BAKERY_TILL, "sales": sales}
        answer = clerk.ask("POST", "/till/sales", given)
        assert answer.status_code == 200, answer.text
        return {one["receipt"]: one["outcome"] for one in answer.json()["sales"]}

    def kept() -> dict[str, int]:
        with house.bare.reading() as session:
            return {one.receipt: one.member for one in session.exec(select(HostedSale))}

    assert send(A=new_number(), B=known, C=None) == {"A": "refused", "B": "later", "C": "kept"}
    assert kept() == {"C": 0}
    stand(monkeypatch, guesses, AT + HOUR)
    assert send(B=known) == {"B": "kept"}
    assert kept() == {"B": ALICE, "C": 0}
