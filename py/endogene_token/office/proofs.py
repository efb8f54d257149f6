"""Signed requests that were carried out: the same one is not carried out twice."""

import time
from typing import Final

from sqlmodel import Session, col, delete

from endogene_token.office.models import OfficeProof

KEPT_SECONDS: Final = 3600  # far longer than a signature of a request is valid


def spend(session: Session, digest: bytes) -> bool:
    """Note, in the transaction of the change, that this signed request was carried out; False: it was before.

    Within `trail.changing`, where changes take turns.
    """
    now = int(time.time())
    session.execute(delete(OfficeProof).where(col(OfficeProof.at) < now - KEPT_SECONDS))
    if session.get(OfficeProof, digest) is not None:
        return False
    session.add(OfficeProof(digest=digest, at=now))
    return True
