"""The land that a map draws, read from the cooperative's own file."""

import json
from pathlib import Path
from typing import Any

import pytest

from endogene_token.cli.demo import REGION
from endogene_token.config import Settings
from endogene_token.errors import SettingError
from endogene_token.places import Place
from endogene_token.regions import MOST_POINTS, load

RING = [[-71.3, 46.8], [-71.1, 46.8], [-71.1, 47], [-71.3, 46.8]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
FEATURE = {"type": "Feature", "properties": {"name": "Limoilou"}, "geometry": POLYGON}
FORMS: dict[str, Any] = {
    "polygon": POLYGON,
    "polygons": {"type": "MultiPolygon", "coordinates": [[RING]]},
    "feature": FEATURE,
    "features": {"type": "FeatureCollection", "features": [FEATURE]},
    "geometries": {"type": "GeometryCollection", "geometries": [POLYGON]},
}
REFUSED: dict[str, Any] = {
    "nothing": {"type": "FeatureCollection", "features": []},
    "a list": [RING],
    "a line": {"type": "LineString", "coordinates": RING},
    "too few points": {"type": "Polygon", "coordinates": [RING[:3]]},
    "too many points": {"type": "Polygon", "coordinates": [RING * (MOST_POINTS // 4 + 1)]},
    "no number": {"type": "Polygon", "coordinates": [[["a", "b"], *RING]]},
    "one number": {"type": "Polygon", "coordinates": [[[1], *RING]]},
    "beyond the pole": {"type": "Polygon", "coordinates": [[[0, 91], *RING]]},
    "an attribution that is none": {**POLYGON, "attribution": 1},
    "a polygon without coordinates": {"type": "Polygon"},
}


def written(folder: Path, told: Any) -> Path:
    path = folder / "region.geojson"
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", FORMS)
def test_polygons_are_read_wherever_geojson_holds_them(tmp_path: Path, form: str) -> None:
    """To the millionth of a degree; longitude stands first in the file."""
    found = load(written(tmp_path, FORMS[form]))
    corner = Place(46_800_000, -71_300_000)
    assert found.rings == ((corner, Place(46_800_000, -71_100_000), Place(47_000_000, -71_100_000), corner),)
    assert found.attribution == ""


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_without_polygons_is_refused_with_what_it_has_to_be(tmp_path: Path, what: str) -> None:
    """The service does not start with a region that it could not draw."""
    path = written(tmp_path, REFUSED[what])
    with pytest.raises(SettingError) as caught:
        Settings.load(region=str(path))
    told = caught.value.as_dict("en")
    assert (told["actual"], caught.value.params["field"]) == (str(path), "region")
    assert f"{MOST_POINTS} points at most" in str(told["limit"])


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, "\x00", '{"type": 1e400}', " " * 1_000_001])
def test_a_file_that_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    """Nor with one that is empty, cut off, nested without end, or too large."""
    with pytest.raises(SettingError):
        Settings.load(region=written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Its name is told."""
    with pytest.raises(SettingError, match="absent"):
        Settings.load(region=tmp_path / "absent.geojson")


def test_the_region_of_the_demo_is_read_with_whose_work_it_is() -> None:
    """Data of OpenStreetMap is shown with its name."""
    found = load(REGION)
    assert len(found.rings) == 2
    assert "OpenStreetMap" in found.attribution
