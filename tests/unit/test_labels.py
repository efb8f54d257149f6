"""The words of the pages: whatever a service can name has some."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from api.pages import labels
from api.pages.office import labels as office
from endogene_token.office.scopes import StaffRole
from endogene_token.projects import Criterion, Instrument, ProjectState, TrancheState
from endogene_token.treasury.collect.states import RunState
from endogene_token.treasury.dunning import proposals
from endogene_token.treasury.exceptions.inbox import Kind


@pytest.mark.parametrize(
    ("told", "all_of"),
    [
        (office.EXCEPTIONS, Kind),
        (office.ACTS, proposals.Act),
        (office.PROPOSALS, proposals.State),
        (office.RUNS, RunState),
        (labels.ROLES, StaffRole),
        (labels.PROJECT, set(ProjectState) - {ProjectState.NONE}),
        (labels.TRANCHE, TrancheState),
        (labels.CRITERION, Criterion),
        (labels.INSTRUMENT, Instrument),
    ],
)
def test_every_state_and_kind_has_its_words(told: Mapping[Any, object], all_of: Iterable[object]) -> None:
    """A page that met one without would fail for everybody who reads it."""
    assert set(told) == set(all_of)
