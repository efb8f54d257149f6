"""What makes the wallet installable: its manifest, its worker, and the page without a connection."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.deps import App
from api.pages import workers
from api.pages.shell import ASSETS, VARIES, page, words_of

router = APIRouter()
NEEDED: Final = (
    *(
        "css/shell.css",
        "css/parts.css",
        "css/wallet.css",
        "js/busy.js",
        "js/wallet-card.js",
        "mark.svg",
        "wallet/signs.svg",
    ),
    *(f"vendor/{font}.woff2" for font in ("fraunces", "atkinson-400", "atkinson-600")),
)
"""What the page without a connection is made of."""


@router.get("/manifest.webmanifest")
def manifest(request: Request, app: App) -> JSONResponse:
    """Tell how the wallet looks among the other programs of a phone."""
    words = words_of(request, app)
    icons = [
        {
            "src": ASSETS.url(f"wallet/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": one,
        }
        for size in (192, 512)
        for one in ("any", "maskable")
    ]
    told: dict[str, Any] = {
        "id": "/wallet",
        "name": f"{app.community.name} · {words.tr('Wallet')}",
        "short_name": app.community.name,
        "lang": words.tag,
        "start_url": "/wallet",
        "scope": "/wallet",
        "display": "standalone",
        "background_color": "#faf7f1",
        "theme_color": "#faf7f1",
        "icons": icons,
        "shortcuts": [{"name": words.tr("My card"), "url": "/wallet/card"}],
    }
    headers = {"Cache-Control": "public, max-age=3600", "Vary": VARIES}
    return JSONResponse(told, headers=headers, media_type="application/manifest+json")


@router.get("/worker.js")
def worker() -> Response:
    """Give the worker that shows the card without a connection; it keeps nothing that is somebody's."""
    return workers.worker("/wallet", "js/wallet-worker.js", NEEDED)


@router.get("/offline", response_class=HTMLResponse)
def offline(request: Request, app: App) -> HTMLResponse:
    """Show the card that this device keeps; nobody's name stands here."""
    return page(request, app, "wallet/offline.html", {"here": "card"}, kept="no-cache")
