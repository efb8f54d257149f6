"""What became of a proposal, a notice, a declaration or an execution."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import Language, Reading
from api.vote_schemas import ActTold
from endogene_token.errors import UnknownActError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.relay import acts

router = APIRouter(tags=["resolutions"])
Digest = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="What the member signed.")]


@router.get("/acts/{digest}")
def act(digest: Digest, session: Reading, lang: Language) -> ActTold:
    """Tell how far an act has come."""
    row = acts.find(session, from_hex(digest))
    if row is None:
        raise UnknownActError(actual=digest)
    trouble = row.trouble
    return ActTold.model_validate(
        {
            "digest": to_hex(row.digest),
            "kind": row.kind,
            "status": row.state,
            "reason": trouble and trouble.code,
            "explanation": trouble and trouble.render(lang),
            "resolution": row.resolution,
            "transaction": None if row.transaction is None else to_hex(row.transaction),
        }
    )
