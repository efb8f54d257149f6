"""What a page asks for by itself: told as such, and sent only when it changed."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "api" / "templates"


def test_every_part_that_asks_by_itself_says_so() -> None:
    """Written by the one macro, whose header keeps an idle session from going on for ever."""
    asking = [
        path.relative_to(TEMPLATES).as_posix()
        for path in sorted(TEMPLATES.rglob("*.html"))
        if re.search(r"hx-trigger=.?\"?[^\"]*\b(every|load)\b", path.read_text())
    ]
    assert asking == ["live.html"]
    assert '"Endogene-Unasked"' in (TEMPLATES / "live.html").read_text()
