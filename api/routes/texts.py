"""The texts of resolutions, kept off the chain under their hashes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Request

from api import texts
from api.access import change_proof
from api.askers import body_of, place_of
from api.deps import App, Language, Reading
from api.vote_schemas import TextGiven, TextTold
from endogene_token.errors import UnknownTextError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.office.trail import Actor
from endogene_token.relay.vote_models import RelayText

router = APIRouter(tags=["resolutions"])
Hash = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="The keccak-256 of a text.")]


@router.post("/texts", status_code=201)
def keep(  # noqa: PLR0917  # what a route asks for
    given: Annotated[TextGiven, Body()],
    request: Request,
    app: App,
    session: Reading,
    lang: Language,
    body: Annotated[bytes, Depends(body_of)],
    authorization: Annotated[str, Header()] = "",
) -> TextTold:
    """Keep a text for good, and tell its hash: the one that its proposer and every voter sign.

    Signed with its body, by the key of a member or of an officer. A text may also come with the proposal or
    the dossier that names it, whose signature is then enough.
    """
    # Not spent: kept once more, it is the same text.
    proof = change_proof(request, app, lang, authorization, body)
    actor = Actor(texts.keeper(app, session, proof.key), *place_of(request))
    texts.hash_of(given.text)
    kept = texts.keep(app, actor, given.text)
    return TextTold(hash=to_hex(kept.hash), text=kept.text)


@router.get("/texts/{hash}")
def text(hash: Hash, session: Reading) -> TextTold:  # noqa: A002  the name in the path
    """Tell the text that has a hash; the reader computes the hash again to be sure of it."""
    found = session.get(RelayText, from_hex(hash))
    if found is None:
        raise UnknownTextError(actual=hash)
    return TextTold(hash=to_hex(found.hash), text=found.text)
