"""What the pages on which a member votes have in common: the wallet's, and those of the desk."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from api.ballot_acts import Said
from api.pages.labels import KIND_NAMED, VOTE_NAMED, chip
from api.pages.words import Words
from api.vote_schemas import BallotSequence, Bytes32, SealedOpening
from endogene_token.ballots import Choice
from endogene_token.errors import UnknownResolutionError
from endogene_token.i18n import mark
from endogene_token.indexer.vote_models import Resolution

SHOWN: Final = 50
CHOICES: Final = {Choice.FOR: mark("For"), Choice.AGAINST: mark("Against"), Choice.ABSTAIN: mark("I abstain")}
COLLEGES: Final = (mark("users"), mark("workers"), mark("supporting members"))


class Asked(BaseModel):
    """What a ballot is to say: a choice, or the commitment to one."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice | None = None
    commitment: Bytes32 | None = None


class Cast(Asked):
    """A ballot as the page sends it: what the device signed."""

    sequence: BallotSequence
    credential: dict[str, Any]
    sealed_opening: SealedOpening | None = None

    @property
    def said(self) -> Said:
        """What it says."""
        return Said(self.choice, self.commitment, self.sealed_opening)


def newest(session: Session) -> Sequence[Resolution]:
    """Return the resolutions of the assembly that were announced, the newest first."""
    query = select(Resolution).where(col(Resolution.closes_at) > 0, Resolution.body == 0)
    return session.exec(query.order_by(col(Resolution.number).desc()).limit(SHOWN)).all()


def row_of(session: Session, number: int) -> Resolution:
    """Return a resolution that was announced. Raises UnknownResolutionError."""
    row = session.get(Resolution, number)
    if row is None or row.closes_at == 0:
        raise UnknownResolutionError(actual=number, limit="?")
    return row


def brief(words: Words, told: Any) -> dict[str, Any]:
    """Return what a list shows of a resolution."""
    first, _, _ = (told.text or "").strip().partition("\n")
    title = first or words.tr("Resolution {number}", number=told.number)
    return {
        "number": told.number,
        "title": title,
        "kind": words.tr(KIND_NAMED[told.kind]),
        "state": told.state,
        "chip": chip(words, VOTE_NAMED[told.state]),
        "opens": words.moment(words.at(told.opens_at)),
        "closes": words.moment(words.at(told.closes_at)),
    }
