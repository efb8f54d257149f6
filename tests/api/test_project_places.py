"""Where a project is, as the API tells it: by its own text, in whole millionths of a degree, or nowhere."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from endogene_token.indexer.project_models import Project
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import writing
from tests.api.staff_house import House
from tests.browser.office_house import blank, furnished

HERE = {"latitude_e6": "46830300", "longitude_e6": "-71227600"}
TEXTS = {2: "Une serre\n\ngeo:46.8303,-71.2276\n", 3: "Un banc\n", 4: "Trop loin\n\ngeo:91,0\n"}
UNKNOWN = 5  # its text is not kept here


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with furnished(sqlite_url) as opened:
        with writing(opened.bare.engine) as connection, Session(connection) as session:
            for number in (*TEXTS, UNKNOWN):
                session.add(blank(Project, number=number, call=1, state=1, text_hash=number.to_bytes(32)))
            session.add_all(RelayText(hash=one.to_bytes(32), text=text) for one, text in TEXTS.items())
            session.flush()
        yield opened


def test_a_project_tells_the_place_that_its_text_names(house: House) -> None:
    """In the list and by itself; none where the text names none, or is not kept here."""
    client = house.bare.client
    told = {one["number"]: one["place"] for one in client.get("/v1/projects").json()["items"]}
    assert told == {1: None, 2: HERE, 3: None, 4: None, UNKNOWN: None}
    assert {one: client.get(f"/v1/projects/{one}").json()["place"] for one in told} == told
