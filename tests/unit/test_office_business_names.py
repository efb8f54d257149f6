"""The names of businesses: kept for members to read, changed, and taken back."""

from collections.abc import Iterator

import pytest

from endogene_token.errors import BusinessNameError, NoBusinessNameError, UnknownMerchantError
from endogene_token.office import business_names
from tests.town import ALICE, BAKERY, GROCER
from tests.unit.office_desk import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(database_url)
    yield desk
    desk.engine.dispose()


def keep(desk: Desk, merchant: int, name: str) -> None:
    with desk.changing() as change:
        business_names.keep(change, merchant, name)


def names(desk: Desk) -> dict[int, str]:
    with desk.reading() as session:
        return business_names.of_all(session)


def test_a_name_is_kept_changed_and_taken_back(desk: Desk) -> None:
    """One name a business; the trail tells each change."""
    keep(desk, BAKERY, "  Boulangerie   du Marché ")
    keep(desk, GROCER, "Épicerie Roy")
    keep(desk, GROCER, "Épicerie Roy et filles")
    assert names(desk) == {BAKERY: "Boulangerie du Marché", GROCER: "Épicerie Roy et filles"}
    with desk.changing() as change:
        business_names.forget(change, BAKERY)
    assert names(desk) == {GROCER: "Épicerie Roy et filles"}
    assert desk.actions()[-4:] == ["business.named"] * 3 + ["business.unnamed"]


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "Roy\x00", "Roy\u202eyoR"])
def test_a_name_that_is_no_line_of_text_is_refused(desk: Desk, name: str) -> None:
    """Nothing that would turn a page's letters around, either."""
    with pytest.raises(BusinessNameError):
        keep(desk, GROCER, name)
    assert names(desk) == {}


def test_a_longest_name_is_kept(desk: Desk) -> None:
    """Sixty characters, whatever their bytes."""
    keep(desk, GROCER, "É" * business_names.LONGEST)
    assert names(desk) == {GROCER: "É" * business_names.LONGEST}


def test_only_a_business_has_a_name(desk: Desk) -> None:
    """A member who sells nothing has none, and what has none loses none."""
    with pytest.raises(UnknownMerchantError):
        keep(desk, ALICE, "Alice")
    with pytest.raises(NoBusinessNameError), desk.changing() as change:
        business_names.forget(change, GROCER)
    assert names(desk) == {}
