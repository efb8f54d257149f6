"""A till, as its software needs to know it."""

from fastapi import APIRouter

from api.answers import TillTold
from api.deps import App, Reading
from api.schemas import PathNumber
from endogene_token.relay import queue

router = APIRouter(tags=["tills"])


@router.get("/tills/{till}")
def till(till: PathNumber, app: App, session: Reading) -> TillTold:
    """Tell a till's merchant, key, next sequence and today's rate."""
    view = app.register.till(till)
    return TillTold(
        till=view.number,
        merchant=view.merchant,
        key=view.key,
        next_sequence=queue.next_sequence(session, till, view.next_sequence),
        revoked=view.revoked,
        rate_bps=view.rate_bps,
        till_cap=str(view.till_cap),
    )
