"""The office's menu: each role is shown the pages that it may open."""

from api.pages.office.places import PLACES, TREASURY, sections_of
from endogene_token.office.scopes import SESSION_SCOPES, Scope, StaffRole


def test_the_menu_holds_what_a_role_may_open_and_nothing_else() -> None:
    """A page of the treasury is for those whose sessions read the treasury."""
    for role in StaffRole:
        shown = {place for section in sections_of(role) for place in section.places}
        assert shown == {place for place in PLACES if role in place.roles}
    assert {role for role in TREASURY if Scope.TREASURY_READ not in SESSION_SCOPES[role]} == set()
