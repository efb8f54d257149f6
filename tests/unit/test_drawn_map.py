"""The map of the projects, as a drawing."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from api.pages.explorer.drawn_map import WIDTH, frame_of, land, pins
from endogene_token.cli.demo import REGION
from endogene_token.places import DEGREE, Place
from endogene_token.regions import Region, load

TOWN = st.builds(Place, st.integers(46_700_000, 46_900_000), st.integers(-71_400_000, -71_100_000))
TOWNS = st.lists(TOWN, min_size=1, max_size=12)
ANYWHERE = st.builds(Place, st.integers(-89 * DEGREE, 89 * DEGREE), st.integers(-179 * DEGREE, 179 * DEGREE))


@given(TOWNS)
def test_without_a_region_all_places_are_within_the_drawing(places: list[Place]) -> None:
    """It is at most as high as wide, and at least half as high."""
    frame = frame_of(None, places)
    assert frame is not None
    assert all(frame.holds(one) for one in places)
    assert WIDTH // 2 - 1 <= frame.units <= WIDTH + 1


@given(ANYWHERE)
def test_one_place_is_drawn_anywhere_on_earth(place: Place) -> None:
    """In the middle, near the poles too."""
    frame = frame_of(None, [place])
    assert frame is not None
    assert frame.holds(place)
    assert abs(frame.spot(place).x - WIDTH // 2) <= 1


@given(TOWN, TOWN)
def test_north_is_above_and_east_to_the_right(one: Place, other: Place) -> None:
    """By as much as they are apart."""
    frame = frame_of(None, [one, other])
    assert frame is not None
    first, second = frame.spot(one), frame.spot(other)
    assert (first.y <= second.y) or one.latitude < other.latitude
    assert (first.x <= second.x) or one.longitude > other.longitude


def test_a_length_is_as_long_to_the_north_as_to_the_east() -> None:
    """A minute of latitude is a sea mile; at 60 degrees, a minute of longitude is half of one."""
    middle = Place(60 * DEGREE, 25 * DEGREE)
    north, east = (
        Place(middle.latitude + 10_000, middle.longitude),
        Place(middle.latitude, middle.longitude + 20_000),
    )
    frame = frame_of(None, [middle])
    assert frame is not None
    here = frame.spot(middle)
    assert abs((here.y - frame.spot(north).y) - (frame.spot(east).x - here.x)) <= 1


@given(TOWNS)
def test_the_scale_is_a_round_length_within_a_quarter_of_the_drawing(places: list[Place]) -> None:
    """Its bar is as long as two places are apart that lie so far apart."""
    frame = frame_of(None, places)
    assert frame is not None
    scale = frame.scale()
    assert str(scale.metres).rstrip("0") in {"1", "2", "5"}
    assert WIDTH // 10 - 1 <= scale.width <= WIDTH // 4
    west = Place(frame.north - frame.height // 2, frame.west)
    east = Place(west.latitude, west.longitude + scale.metres * DEGREE * DEGREE // (111_320 * frame.stretch))
    assert abs(frame.spot(east).x - scale.width) <= 2


@given(TOWN, st.integers(2, 9))
def test_pins_of_one_place_stand_beside_one_another(place: Place, count: int) -> None:
    """None hides another, and the first stands where the place is."""
    frame = frame_of(None, [place])
    assert frame is not None
    found = pins(frame, [place] * count)
    assert found[0] == frame.spot(place)
    for one, other in combinations(found, 2):
        assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= 60**2


def test_a_region_fills_the_drawing() -> None:
    """The demo's: its outermost points are on the edges; what is beyond it is not held."""
    region = load(REGION)
    frame = frame_of(region, [])
    assert frame is not None
    spots = [frame.spot(one) for ring in region.rings for one in ring]
    assert (min(one.x for one in spots), max(one.x for one in spots)) == (0, WIDTH)
    assert abs(max(one.y for one in spots) - frame.units) <= 1
    assert not frame.holds(Place(45_500_000, -73_600_000))
    assert land(frame, region.rings).count("M") == land(frame, region.rings).count("Z") == len(region.rings)


@given(st.lists(ANYWHERE, min_size=4, max_size=9) | ANYWHERE.map(lambda one: [one] * 4))
def test_any_region_can_be_drawn(ring: list[Place]) -> None:
    """Half of the earth, or a point."""
    region = Region((tuple(ring),))
    frame = frame_of(region, [])
    assert frame is not None
    assert 0 < frame.scale().width <= WIDTH
    assert all(frame.holds(one) for one in ring)


def test_where_nothing_has_a_place_there_is_no_map() -> None:
    """But the region is drawn, if there is one."""
    assert frame_of(None, []) is None
    assert frame_of(Region(((Place(0, 0), Place(0, 9), Place(9, 9), Place(0, 0)),)), []) is not None
