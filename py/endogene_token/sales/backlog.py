"""What is left to do of long files of sales: how much of which, and what is left for good.

A file stands here for an open till only: `filing.begin` and `HostedTills.close` see to it, each under the
trail's lock.
"""

import time
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, delete, or_, select

from endogene_token.office import trail
from endogene_token.office.trail import Actor, Public
from endogene_token.sales.models import SaleUnfinished, SaleUpload

LATE_SECONDS: Final = 15  # without a word of its worker, another one goes on: a block takes a second
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a file has come: `is_begun` by a worker, which has said nothing for a while when `is_late`.

    `waits_until`: when (seconds UTC) more of its unknown cards are looked up; 0: it does not wait.
    """

    done: int
    total: int
    is_begun: bool
    is_late: bool
    waits_until: int = 0


def standing(session: Session, upload: SaleUpload) -> Standing | None:
    """Return how far a file has come; None when nothing is left to do of it."""
    told = select(SaleUnfinished.done, SaleUnfinished.beat, SaleUnfinished.waits_until)
    found = session.exec(told.where(SaleUnfinished.upload == upload.id)).first()
    if found is None:
        return None
    (done, beat, until), now = found, int(time.time())
    is_late = 0 < beat < now - LATE_SECONDS
    return Standing(done, upload.rows, beat > 0, is_late, until if until > now else 0)


def under_way(session: Session, merchant: int) -> frozenset[int]:
    """Return the numbers of a merchant's files of which something is left to do."""
    own = (SaleUpload.merchant == merchant, SaleUnfinished.upload == SaleUpload.id)
    return frozenset(session.exec(select(SaleUnfinished.upload).where(*own)))


def lines_left(session: Session, till: int) -> int:
    """Return how many lines of files for this till are still to be taken."""
    left = func.sum(col(SaleUpload.rows) - col(SaleUnfinished.done))
    query = select(left).where(SaleUnfinished.upload == SaleUpload.id, SaleUpload.till == till)
    return int(session.exec(query).one() or 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of long files that are not taken yet, held ones included; how many of them are held."""

    lines: int
    held: int


def waiting(session: Session) -> Waiting:
    """Return how the long files stand.

    Held are the lines of those that cannot be taken now: they wait for the hour to turn, or every try fails.
    """
    left = func.sum(col(SaleUpload.rows) - col(SaleUnfinished.done))
    query = select(left).where(SaleUnfinished.upload == SaleUpload.id)
    stuck = or_(SaleUnfinished.waits_until > int(time.time()), SaleUnfinished.failing_since > 0)
    return Waiting(*(int(session.exec(one).one() or 0) for one in (query, query.where(stuck))))


def give_up_all(session: Session, till: int, actor: Actor) -> None:
    """Give up what is left of the files for a till that is hosted no more; `actor` ends it."""
    query = select(SaleUpload).where(SaleUnfinished.upload == SaleUpload.id, SaleUpload.till == till)
    for one in session.exec(query).all():
        give_up(session, one, actor)


def give_up(session: Session, upload: SaleUpload, actor: Actor) -> None:
    """Forget what is left of a file, with the cards in it; the trail and the log tell how much it was."""
    session.exec(delete(SaleUnfinished).where(col(SaleUnfinished.upload) == upload.id))
    note_upload(session, actor, upload)
    log.warning("file of sales given up", upload=upload.id, merchant=upload.merchant, left=upload.left)


def note_upload(session: Session, actor: Actor, upload: SaleUpload) -> None:
    """Note in the trail what became of a file or delivery."""
    told: dict[str, Public] = {
        "kind": upload.kind,
        "sha256": upload.digest.hex(),
        "added": upload.added,
        "refused": upload.refused,
        **({"left": upload.left} if upload.left else {}),
    }
    trail.append(session, actor, "upload.kept", f"merchant:{upload.merchant}/upload:{upload.id}", told)
