"""The land that a community's map draws, read from a GeoJSON file (RFC 7946) of the cooperative's own.

Any outline does: the shore, the municipality. A member `attribution` beside it is shown under the map: most
sources ask for it. A region does not reach over the 180th meridian.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from endogene_token.places import DEGREE, Place

MOST_POINTS: Final = 3_000
"""Each page with the map holds them all."""
LARGEST: Final = 1_000_000  # bytes of the file
WANTED: Final = f"a GeoJSON file of polygons, of {MOST_POINTS} points at most"
_CLOSED: Final = 4  # points: a triangle, and its first point again
_PARTS: Final = ("features", "geometries", "geometry")

Ring = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """The rings of its polygons, islands and holes alike, and whose work the outline is."""

    rings: tuple[Ring, ...]
    attribution: str = ""


def load(path: Path) -> Region:
    """Return the region that a file holds. Raises ValueError, which tells what a file has to be."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(WANTED)
        told = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        rings = tuple(tuple(_point(*one[:2]) for one in ring) for ring in _rings(told))
        attribution = told.get("attribution", "")
    except (OSError, RecursionError, TypeError, ArithmeticError, AttributeError, KeyError) as error:
        raise ValueError(WANTED) from error
    is_sound = all(len(one) >= _CLOSED for one in rings) and isinstance(attribution, str)
    if not rings or not is_sound or sum(map(len, rings)) > MOST_POINTS:
        raise ValueError(WANTED)
    return Region(rings, attribution)


def _rings(told: Any) -> Iterator[Any]:
    """Yield the rings of all polygons in a GeoJSON object, however deep."""
    kind = told.get("type")
    if kind == "Polygon":
        yield from told["coordinates"]
    elif kind == "MultiPolygon":
        for one in told["coordinates"]:
            yield from one
    for name in _PARTS:
        inside = told.get(name) or ()
        for one in [inside] if isinstance(inside, dict) else inside:
            yield from _rings(one)


def _point(longitude: Decimal | int, latitude: Decimal | int) -> Place:
    found = Place(round(latitude * DEGREE), round(longitude * DEGREE))
    if abs(found.latitude) > 90 * DEGREE or abs(found.longitude) > 180 * DEGREE:
        raise ValueError(WANTED)
    return found
