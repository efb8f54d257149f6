"""Places as texts name them, by URIs of RFC 5870."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.places import DEGREE, Place, in_seconds, place_of, without_place

PLACES = st.builds(Place, st.integers(-90 * DEGREE, 90 * DEGREE), st.integers(-180 * DEGREE, 180 * DEGREE))
LIMOILOU = Place(46_830_300, -71_227_600)


@given(PLACES, st.sampled_from(["{}", "Une serre.\n\n{}\n", "Ici ({}), au coin.", "{}, au coin", "Au {}."]))
def test_a_place_is_read_as_it_was_written(place: Place, text: str) -> None:
    """To the last digit, wherever in a text it stands."""
    assert place_of(text.format(place.uri)) == place


@pytest.mark.parametrize(
    "text",
    [
        "geo:46.8303,-71.2276",
        "GEO:46.8303,-71.2276",
        "geo:46.8303,-71.2276,98.5",
        "geo:46.8303,-71.2276;u=35",
        "geo:46.8303,-71.2276;crs=WGS84;u=35",
        "geo:46.83030,-71.227600000001",
        "geo:91,0 geo:46.8303,-71.2276",
    ],
)
def test_every_form_of_the_standard_is_read(text: str) -> None:
    """Altitude, uncertainty and the name of the system do not hide a place, nor does one that is none."""
    assert place_of(text) == LIMOILOU


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rue Géo: 12,4",
        "geo:46.8303",
        "geo:90.1,0",
        "geo:0,180.000001",
        "geo:46.8303,-71.2276;crs=nad27",
        "geo:46.8303,-71.2276123456789",
        "geo:46.8303,-71.2276x",
        "nogeo:46.8303,-71.2276",
        "geo:+46.8303,-71.2276",
        "geo:٤٦,٧١",
    ],
)
def test_what_names_no_place_of_this_system_is_none(text: str) -> None:
    """A number that goes on is not a shorter number; degrees of another system are other places."""
    assert place_of(text) is None


@given(PLACES, st.text(st.characters(exclude_categories=["Zl", "Zp", "Cc", "Cs"])))
def test_a_line_that_is_a_place_is_not_shown_as_words(place: Place, words: str) -> None:
    """Other lines stay as they are, and so does a place within a sentence."""
    assert without_place(f"{words}\n{place.uri}") == words.strip()
    assert place.uri in without_place(f"Au {place.uri}, {words}")


@given(PLACES)
def test_an_angle_in_seconds_is_the_nearest(place: Place) -> None:
    """Degrees, minutes and seconds are within half a second of the angle."""
    degrees, minutes, seconds = in_seconds(place.longitude)
    assert 0 <= minutes < 60
    assert 0 <= seconds < 60
    told = (degrees * 3_600 + minutes * 60 + seconds) * DEGREE
    assert abs(told - abs(place.longitude) * 3_600) * 2 <= DEGREE


def test_degrees_are_told_as_people_write_them() -> None:
    """An angle that is known: 46.8303° is 46° 49′ 49″."""
    assert in_seconds(LIMOILOU.latitude) == (46, 49, 49)
    assert in_seconds(LIMOILOU.longitude) == (71, 13, 39)
    assert LIMOILOU.uri == "geo:46.830300,-71.227600"
