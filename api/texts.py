"""Texts that the service keeps for good, under their hashes: whose they may be, and how long."""

from typing import Final

from sqlmodel import Session, select

from api.access import require_officer
from api.deps import Services
from endogene_token.ballots import normal_text, text_hash
from endogene_token.errors import TextTooLongError
from endogene_token.hexes import from_hex, to_hex
from endogene_token.indexer.models import Member
from endogene_token.office import trail
from endogene_token.office.trail import Actor
from endogene_token.relay import ballots
from endogene_token.relay.vote_models import RelayText
from endogene_token.store import writing

LONGEST: Final = 200_000  # bytes in UTF-8


def hash_of(text: str) -> str:
    """Return the hash under which a text may be kept. Raises TextError, TextTooLongError."""
    found = text_hash(text)  # first: a text that is no UTF-8 has no length either
    size = len(normal_text(text).encode())
    if size > LONGEST:
        raise TextTooLongError(actual=size, limit=LONGEST)
    return to_hex(found)


def keeper(app: Services, session: Session, key: str) -> str:
    """Return whom the trail names for a text that this key signed: a member, or an officer.

    What is kept is shown to everybody and never deleted: nobody else has it kept. Raises AccessError,
    ChainError.
    """
    member = session.exec(select(Member.number).where(Member.key == from_hex(key))).first()
    if member is not None:
        return f"member:{member}"
    require_officer(app.ledger, key)
    return f"officer:{key}"


def keep(app: Services, actor: Actor, text: str) -> RelayText:
    """Keep a text that was checked, and enter it in the trail; one that is kept already is left as it is."""
    row = RelayText(hash=text_hash(text), text=normal_text(text))
    with writing(app.engine) as connection, Session(connection) as session:
        trail.lock(session)
        if ballots.keep_text(session, text):
            size = len(row.text.encode())
            trail.append(session, actor, "text.kept", f"text:{to_hex(row.hash)}", {"bytes": size})
    return row
