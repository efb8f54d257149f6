"""What a first page costs somebody with a poor phone: bytes, requests, time until it is seen, shifts."""

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import BrowserContext, Page

LIGHT: Final = 100_000
"""Bytes, with all that the page needs, as they travel."""
STILL: Final = 0.01
"""Layout shift: a tenth of what is commonly called good."""
SLOW: Final = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
"""Of a network: milliseconds, then bytes a second."""
SLOWER: Final = 4
WATCH: Final = """
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value } of list.getEntries()) {
    window.shifted = (window.shifted ?? 0) + (hadRecentInput ? 0 : value);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(frozen=True)
class Cost:
    """Bytes and requests as they travel, milliseconds until something is seen, layout shift."""

    size: int
    requests: int
    painted: int
    shift: float

    @property
    def is_light(self) -> bool:
        """Whether it keeps to the budget; time is measured, never asserted."""
        return 0 < self.size < LIGHT and self.shift < STILL


def cost(context: BrowserContext, path: str) -> Cost:
    """Open a page with empty caches on a slow device and a slow network; return what it cost."""
    page = context.new_page()
    sizes = _slow(context, page)
    page.add_init_script(WATCH)
    page.goto(path, wait_until="load")
    page.wait_for_timeout(500)  # what comes late shifts late
    shift, painted = float(page.evaluate("window.shifted ?? 0")), round(page.evaluate(PAINTED))
    page.close()
    return Cost(round(sum(sizes)), len(sizes), painted, shift)


def _slow(context: BrowserContext, page: Page) -> list[float]:
    """Make a page's device and network slow, its caches empty; return the list that its bytes go to."""
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.setBypassServiceWorker", {"bypass": True})
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    return sizes
