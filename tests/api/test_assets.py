"""The files that pages load: kept for good under a name that changes with them, from nobody else."""

import re
from pathlib import Path

import pytest

from api.pages.assets import Assets
from api.pages.shell import ASSETS, STATIC
from tests.api.bare_site import bare_site

CSS = '@font-face { src: url("../vendor/letters.woff2"); }'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (("css/shell.css", CSS), ("vendor/letters.woff2", "letters")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_a_file_that_changes_has_another_name(folder: Path) -> None:
    """So that a browser may keep it for good; a style sheet changes with the fonts that it names."""
    before = Assets(folder)
    (folder / "vendor" / "letters.woff2").write_text("other letters")
    after = Assets(folder)
    assert before.url("vendor/letters.woff2") != after.url("vendor/letters.woff2")
    assert before.url("css/shell.css") != after.url("css/shell.css")


def test_a_style_sheet_names_fonts_as_they_are_served(folder: Path) -> None:
    """The plain name would be asked for again after an hour."""
    assets = Assets(folder)
    found = assets.find(assets.url("css/shell.css").removeprefix("/static/"))
    assert found is not None
    assert found[0].content.decode() == CSS.replace(
        "../vendor/letters.woff2", assets.url("vendor/letters.woff2")
    )


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No page tells a stranger who reads it: every address in our style sheets is our own."""
    for name in STATIC.rglob("*.css"):
        found = ASSETS.find(ASSETS.url(str(name.relative_to(STATIC))).removeprefix("/static/"))
        assert found is not None
        addresses = re.findall(r"url\(([^)]*)\)", found[0].content.decode())
        assert [one for one in addresses if not one.startswith('"/static/')] == []


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_is_served_packed_to_who_can_read_it(sqlite_url: str, packed: bool) -> None:
    """And kept for a year: its name tells its content."""
    with bare_site(sqlite_url) as bare:
        answer = bare.ask(
            "GET", ASSETS.url("css/shell.css"), headers={"accept-encoding": "gzip" if packed else "identity"}
        )
        plain = ASSETS.find(ASSETS.url("css/shell.css").removeprefix("/static/"))
        assert plain is not None
        assert answer.content == plain[0].content
        assert (answer.headers.get("content-encoding") == "gzip") is packed
        assert "immutable" in answer.headers["cache-control"]


def test_a_plain_name_is_served_for_a_while(sqlite_url: str) -> None:
    """Icons are asked for by it."""
    with bare_site(sqlite_url) as bare:
        assert bare.ask("GET", "/static/mark.svg").headers["cache-control"] == "public, max-age=3600"
