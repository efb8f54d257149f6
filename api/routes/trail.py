"""The trail of all changes, for officers and the auditor."""

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query

from api.askers import Reader, require_trail_reader
from api.deps import App, Reading
from api.office_schemas import EntryTold, TrailTold
from endogene_token.hexes import to_hex
from endogene_token.office import trail
from endogene_token.office.models import OfficeTrail

router = APIRouter(tags=["trail"])
PAGE: Final = 100
MOST: Final = 2**63 - 1


@router.get("/trail")
def read(
    asker: Reader,
    *,
    app: App,
    session: Reading,
    after: Annotated[int, Query(ge=0, le=MOST, description="Only entries after this number.")] = 0,
    subject: Annotated[str | None, Query(max_length=120, description="As member:1, with its parts.")] = None,
) -> TrailTold:
    """Tell a hundred entries of the trail, in order. An officer may read it, and a key with `trail:read`."""
    require_trail_reader(app, asker)
    rows = trail.page(session, after, PAGE + 1, subject)
    following = rows[PAGE - 1].number if len(rows) > PAGE else None
    return TrailTold(items=[_told(row) for row in rows[:PAGE]], next=following)


def _told(row: OfficeTrail) -> EntryTold:
    return EntryTold(
        number=row.number,
        at=row.at,
        who=row.who,
        action=row.action,
        subject=row.subject,
        params=json.loads(row.params),
        origin=row.origin,
        request=row.request,
        previous=to_hex(row.previous),
        hash=to_hex(row.hash),
    )
