"""The map of the projects, and the words for a place."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.pages.explorer.drawn_map import WIDTH, Frame, Scale, frame_of, land, pins
from api.pages.words import Words
from endogene_token.i18n import mark
from endogene_token.places import Place, in_seconds
from endogene_token.regions import Region

KILOMETRE: Final = 1_000  # metres
PERCENT: Final = 100
NORTH: Final = (mark("N"), mark("S"))
EAST: Final = (mark("E"), mark("W"))


def where(words: Words, place: Place) -> str:
    """Return a place as people write it, in degrees, minutes and seconds."""
    halves = ((place.latitude, NORTH), (place.longitude, EAST))
    return ", ".join(_angle(words, angle, sides) for angle, sides in halves)


def chart(
    words: Words, region: Region | None, cards: Sequence[Mapping[str, Any]], groups: Sequence[tuple[str, str]]
) -> dict[str, Any] | None:
    """Return the drawing of the projects that have a place, or None while nothing can be drawn.

    `groups`: the names and the words of the groups of states, for the legend.
    """
    placed = [one for one in cards if one["place"] is not None]
    frame = frame_of(region, [one["place"] for one in placed])
    if frame is None:
        return None
    inside = [one for one in placed if frame.holds(one["place"])]
    scale = frame.scale()
    return {
        "width": WIDTH,
        "height": frame.units,
        "land": "" if region is None else land(frame, region.rings),
        "attribution": "" if region is None else region.attribution,
        "pins": _pins(frame, inside),
        "legend": [one for one in groups if one[0] in _drawn(inside)],
        "outside": len(placed) - len(inside),
        "scale": scale.width,
        "length": _length(words, scale),
    }


def _pins(frame: Frame, cards: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the pins, their places in per cent of the drawing: a pin is as large on a phone as on a desk."""
    spots = pins(frame, [one["place"] for one in cards])
    return [
        {**card, "x": _percent(spot.x, WIDTH), "y": _percent(spot.y, frame.units)}
        for card, spot in zip(cards, spots, strict=True)
    ]


def _drawn(cards: Sequence[Mapping[str, Any]]) -> set[str]:
    return {one["group"] for one in cards} | {"late" for one in cards if one["is_late"]}


def _percent(part: int, whole: int) -> str:
    hundredths = part * PERCENT * PERCENT // whole
    return f"{hundredths // PERCENT}.{hundredths % PERCENT:02}%"


def _length(words: Words, scale: Scale) -> str:
    if scale.metres < KILOMETRE:
        return words.tr("{count} m", count=words.number(scale.metres))
    return words.tr("{count} km", count=words.number(scale.metres // KILOMETRE))


def _angle(words: Words, angle: int, sides: tuple[str, str]) -> str:
    degrees, minutes, seconds = in_seconds(angle)
    return f"{degrees}° {minutes:02}′ {seconds:02}″ {words.tr(sides[angle < 0])}"
