"""The texts of resolutions, kept off the chain under their hashes."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Path

from api.deps import App, Reading
from api.vote_schemas import TextGiven, TextTold
from endogene_token.ballots import normal_text, text_hash
from endogene_token.errors import TextTooLongError, UnknownTextError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.relay import ballots
from endogene_token.relay.vote_models import RelayText

router = APIRouter(tags=["resolutions"])
LONGEST: Final = 200_000  # bytes in UTF-8
Hash = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="The keccak-256 of a text.")]


@router.post("/texts", status_code=201)
def keep(given: Annotated[TextGiven, Body()], app: App) -> TextTold:
    """Keep a text, and tell its hash: the one that its proposer and every voter sign."""
    text_hash(given.text)  # first: a text that is no UTF-8 has no length either
    size = len(normal_text(given.text).encode())
    if size > LONGEST:
        raise TextTooLongError(actual=size, limit=LONGEST)
    kept = ballots.keep_text(app.engine, given.text)
    return TextTold(hash=to_hex(kept.hash), text=kept.text)


@router.get("/texts/{hash}")
def text(hash: Hash, session: Reading) -> TextTold:  # noqa: A002  the name in the path
    """Tell the text that has a hash; the reader computes the hash again to be sure of it."""
    found = session.get(RelayText, from_hex(hash))
    if found is None:
        raise UnknownTextError(actual=hash)
    return TextTold(hash=to_hex(found.hash), text=found.text)
