"""What a page looks like, held beside what it looked like when somebody last said: this is right.

A look is kept at half its size and in grey: letters that another Chromium draws a little otherwise change
little there, while what moved, vanished or changed its tone is seen.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page

KEPT: Final = Path(__file__).parent / "looks"
WIDTHS: Final = {"phone": (390, 844), "desk": (1280, 900)}
SHADES: Final = 24
"""Of 256: a point that differs by more has changed."""
SHARE: Final = 0.01
"""Of all points: more of them, and the page looks otherwise."""
UPDATE: Final = "ENDOGENE_UPDATE_LOOKS"


def look(page: Page, name: str, *changing: Locator) -> list[str]:
    """Return how a page differs from its kept looks, at each width; `changing` is covered: days, numbers.

    With ENDOGENE_UPDATE_LOOKS=1 what is seen now is kept.
    """
    found = []
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        page.evaluate("document.fonts.ready.then(() => null)")
        seen = _small(page.screenshot(animations="disabled", mask=list(changing), mask_color="#888888"))
        file = KEPT / f"{name}-{width}.png"
        if os.environ.get(UPDATE):
            KEPT.mkdir(exist_ok=True)
            seen.quantize(16).save(file, optimize=True)
        share = changed(seen.quantize(16).convert("L"), Image.open(file).convert("L"))
        if share > SHARE:
            seen.save(file.with_suffix(".seen.png"))
            found.append(f"{file.name}: {share:.1%} of it changed, at most {SHARE:.0%}; see {UPDATE}")
    return found


def changed(seen: Image.Image, kept: Image.Image) -> float:
    """Return the share of points that differ, 1 for another size."""
    if seen.size != kept.size:
        return 1.0
    apart = ImageChops.difference(seen, kept).histogram()
    return sum(apart[SHADES + 1 :]) / sum(apart)


def _small(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png)) as whole:
        return whole.convert("L").reduce(2)
