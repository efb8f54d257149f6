"""The map of the projects as a drawing: where land, pins and scale stand. Pure; whole numbers of units.

A region is small: it is drawn as if flat, north above, its degrees of longitude as wide as at its middle.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from endogene_token.places import DEGREE, Place
from endogene_token.regions import Region, Ring

WIDTH: Final = 1_000  # units of the drawing
_METRES: Final = 111_320  # of a degree on a great circle
_NARROWEST: Final = 30_000  # millionths of a degree, some three kilometres
_MARGIN: Final = 6  # a sixth of what there is, on each side
_STEPS: Final = (1, 2, 5)
_BAR: Final = 4  # the scale is at most a quarter of the drawing
_APART: Final = 70  # units between two pins, so that neither hides the other
_RINGS: Final = 3
_AROUND: Final = ((0, -10), (10, 0), (0, 10), (-10, 0), (7, -7), (7, 7), (-7, 7), (-7, -7))
"""Eight directions, in tenths."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the drawing, in units from its upper left corner."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A bar of so many units, and the metres that it stands for."""

    width: int
    metres: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the earth is drawn, in millionths of a degree; `stretch` in millionths: a cosine."""

    north: int
    west: int
    width: int
    height: int
    stretch: int

    @property
    def units(self) -> int:
        """How high the drawing is."""
        return self._down(self.height)

    def spot(self, place: Place) -> Spot:
        """Return where a place is drawn, which may be outside."""
        return Spot(
            (place.longitude - self.west) * WIDTH // self.width, self._down(self.north - place.latitude)
        )

    def holds(self, place: Place) -> bool:
        """Return whether a place is inside."""
        spot = self.spot(place)
        return 0 <= spot.x <= WIDTH and 0 <= spot.y <= self.units

    def scale(self) -> Scale:
        """Return the longest round length that a quarter of the drawing holds."""
        metres = max(1, self.width * self.stretch // DEGREE * _METRES // DEGREE)
        longest = max(one for one in _lengths(metres // _BAR))
        return Scale(longest * WIDTH // metres, longest)

    def _down(self, angle: int) -> int:
        return angle * WIDTH * DEGREE // (self.width * self.stretch)


def frame_of(region: Region | None, places: Sequence[Place]) -> Frame | None:
    """Return what is drawn: the region; without one what holds all places, or nothing where there is none."""
    if region is not None:
        return _framed([one for ring in region.rings for one in ring], room=False)
    return _framed(places, room=True) if places else None


def land(frame: Frame, rings: Sequence[Ring]) -> str:
    """Return the rings as the path of an SVG."""
    return "".join(f"M{' '.join(f'{spot.x},{spot.y}' for spot in map(frame.spot, one))}Z" for one in rings)


def pins(frame: Frame, places: Sequence[Place]) -> list[Spot]:
    """Return where each place's pin is drawn: there, or beside the pins before it that it would hide."""
    found: list[Spot] = []
    for spot in map(frame.spot, places):
        free = (one for one in _near(spot) if all(_is_apart(one, other) for other in found))
        found.append(next(free, spot))
    return found


def _framed(places: Sequence[Place], *, room: bool) -> Frame:
    south, north = min(one.latitude for one in places), max(one.latitude for one in places)
    west, east = min(one.longitude for one in places), max(one.longitude for one in places)
    middle = math.cos(math.radians(Fraction(south + north, 2 * DEGREE)))
    stretch = max(1, round(middle * DEGREE))
    if room:
        # As high as wide at most, and half as high at least.
        height = max(north - south, _NARROWEST)
        height += 2 * height // _MARGIN
        width = max(east - west + 2 * (east - west) // _MARGIN, height * DEGREE // stretch)
        height = max(height, width * stretch // DEGREE // 2)
    else:
        height, width = max(north - south, 1), max(east - west, 1)
    top, left = (south + north + height) // 2, (west + east - width) // 2
    return Frame(top, left, width, height, stretch)


def _lengths(longest: int) -> Iterator[int]:
    """Yield 1, 2, 5, 10, 20 … metres up to `longest`, and 1 in any case."""
    yield 1
    power = 1
    while power <= longest:
        yield from (one * power for one in _STEPS if one * power <= longest)
        power *= 10


def _near(spot: Spot) -> Iterator[Spot]:
    yield spot
    for ring in range(1, _RINGS + 1):
        for x, y in _AROUND:
            yield Spot(spot.x + x * ring * _APART // 10, spot.y + y * ring * _APART // 10)


def _is_apart(one: Spot, other: Spot) -> bool:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= (_APART * 9 // 10) ** 2
