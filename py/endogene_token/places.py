"""Where something is: a point of the earth, as a text names it. Pure.

A text names its place by a URI of RFC 5870, such as geo:46.8303,-71.2276: what members
vote on says where it is. Angles are whole millionths of a degree (WGS 84).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

DEGREE: Final = 1_000_000
_MINUTES: Final = 60
_SECONDS: Final = 3_600
_POLE: Final = 90 * DEGREE
_BACK: Final = 180 * DEGREE
_ANGLE: Final = r"(-?[0-9]{1,3}+(?:\.[0-9]{1,12}+)?+)"
_URI: Final = re.compile(
    rf"(?<![\w.+-])geo:{_ANGLE},{_ANGLE}(?:,-?[0-9]++(?:\.[0-9]++)?)?+((?:;[a-z0-9-]++(?:=[\w%+-]++)?+)*+)(?!\w)",
    re.IGNORECASE,
)
"""Possessive: what goes on where a number or a parameter ends is another text, never a shorter number."""
_SYSTEM: Final = "crs"


@dataclass(frozen=True, slots=True)
class Place:
    """A point: `latitude` north and `longitude` east of zero, in millionths of a degree."""

    latitude: int
    longitude: int

    @property
    def uri(self) -> str:
        """The point as RFC 5870 writes it."""
        return f"geo:{_degrees(self.latitude)},{_degrees(self.longitude)}"


def place_of(text: str) -> Place | None:
    """Return the first place that a text names, or None. Other systems than WGS 84 are not read."""
    for latitude, longitude, parameters in _URI.findall(text):
        named = dict(one.lower().partition("=")[::2] for one in parameters.split(";")[1:])
        found = Place(_millionths(latitude), _millionths(longitude))
        is_there = abs(found.latitude) <= _POLE and abs(found.longitude) <= _BACK
        if is_there and named.get(_SYSTEM, "wgs84") == "wgs84":
            return found
    return None


def without_place(text: str) -> str:
    """Return a text without the lines that hold a place and nothing else, for who reads words."""
    lines = (one for one in text.splitlines() if not _URI.fullmatch(one.strip()))
    return "\n".join(lines).strip()


def in_seconds(angle: int) -> tuple[int, int, int]:
    """Return the size of an angle in degrees, minutes and seconds, rounded half up."""
    seconds = (2 * abs(angle) * _SECONDS + DEGREE) // (2 * DEGREE)
    return seconds // _SECONDS, seconds // _MINUTES % _MINUTES, seconds % _MINUTES


def _millionths(degrees: str) -> int:
    return round(Decimal(degrees) * DEGREE)


def _degrees(angle: int) -> str:
    whole, rest = divmod(abs(angle), DEGREE)
    return f"{'-' if angle < 0 else ''}{whole}.{rest:06}"
