"""What a device keeps of the till: its worker, its name among the apps, a page for when nobody answers."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.deps import App
from api.pages import workers
from api.pages.shell import ASSETS, page, words_of

router = APIRouter(prefix="/till")
FILES: Final = (
    *("vendor/fraunces.woff2", "vendor/atkinson-400.woff2", "vendor/atkinson-600.woff2", "mark.svg"),
    *("css/shell.css", "css/parts.css", "css/till.css", "css/till-lists.css"),
    *("js/busy.js", "js/till-queue.js", "js/till-sale.js", "js/till-scan.js"),
)
WORKER: Final = "js/till-worker.js"
READER: Final = "vendor/jsqr.js"
ICONS: Final = (("till/icon-192.png", "192x192"), ("till/icon-512.png", "512x512"))
PAPER: Final = "#faf7f1"


@router.get("/worker.js")
def worker() -> Response:
    """Give the worker that keeps the sale's page and its files."""
    return workers.worker("/till", WORKER, FILES, READER)


@router.get("/offline")
def offline(request: Request, app: App) -> HTMLResponse:
    """Say which page of the till needs no network; the worker keeps this one."""
    return page(request, app, "till/offline.html", {"is_owner": False, "merchant": None})


@router.get("/manifest.webmanifest")
def manifest(request: Request, app: App) -> Response:
    """Tell the device what the till is called and looks like."""
    words = words_of(request, app)
    told = {
        "id": "/till",
        "name": words.tr("Till · {name}", name=app.community.name),
        "short_name": words.tr("Till"),
        "lang": words.tag,
        "start_url": "/till",
        "scope": "/till",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": ASSETS.url(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes in ICONS
            for purpose in ("any", "maskable")
        ],
    }
    return Response(msgspec.json.encode(told), media_type="application/manifest+json")
