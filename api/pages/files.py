"""The files that pages load, served from memory."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import Response

from api.pages.shell import ASSETS

router = APIRouter(include_in_schema=False)
LONGEST_HEADER: Final = 200  # characters


@router.get("/static/{path:path}")
async def file(path: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Give a file; packed, if it shrinks by it and the browser can read it so."""
    found = ASSETS.find(path)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    asset, kept = found
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if asset.packed is None or "gzip" not in accept_encoding[:LONGEST_HEADER]:
        return Response(asset.content, headers=headers, media_type=asset.kind)
    headers["Content-Encoding"] = "gzip"
    return Response(asset.packed, headers=headers, media_type=asset.kind)
