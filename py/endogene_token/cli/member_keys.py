"""`endogene member key`: the registrar has the ledger know the key that a member registered at the desk.

Run it when the key was registered, and again once its delay is over; run too often, it changes nothing.
Between them the holder of a key from before may object. Nothing is asked or completed while such a report
waits for an answer, and a key that was stopped is not asked for again unless that is said: `is_anew`.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import complete_key_rotation
from endogene_token.cli.checks import catch_up
from endogene_token.cli.console import answering, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.errors import KeyContestedError, KeyStoppedError, RotationPendingError
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.i18n import mark, tr
from endogene_token.office import device_keys
from endogene_token.office.device_keys import Standing, Way
from endogene_token.office.trail import COMMAND, Actor, changing
from endogene_token.store import reading
from endogene_token.treasury.exceptions import inbox
from endogene_token.treasury.exceptions.inbox import Kind

TOLD: Final = {
    Way.STANDS: mark("The key of member {member} is in force."),
    Way.COMES: mark("The key of member {member} takes over on {when}; then run this again."),
}


def run_key(member: int, *, is_anew: bool, data: Path | None, as_json: bool) -> None:
    """Ask for a member's key, or complete what was asked for."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        catch_up(ground)
        found = _further(ground, member, is_anew=is_anew)
        answer.update({"member": member, "way": found.way.value, "ready_at": found.ready_at})
        if not as_json:
            when = datetime.fromtimestamp(found.ready_at, UTC).astimezone().isoformat(" ", "minutes")
            tell(tr(TOLD[found.way], LANG, member=member, when=when))


def _further(ground: Ground, member: int, *, is_anew: bool) -> Standing:
    """Take a key one step further, and return where it stands.

    Raises RotationPendingError, KeyContestedError, KeyStoppedError.
    """
    standing = _standing(ground, member)
    if standing.way is Way.STANDS:
        return standing
    if standing.way is Way.OTHER:
        raise RotationPendingError(actual=standing.ready_at)
    _require_uncontested(ground, member)
    if standing.way is Way.COMES:
        if standing.ready_at > max(int(time.time()), ground.ledger.time()):
            return standing
        _complete(ground, member)
    elif standing.way is Way.STOPPED and not is_anew:
        raise KeyStoppedError(actual=member)
    else:
        _ask(ground, member)
    return _standing(ground, member)


def _ask(ground: Ground, member: int) -> None:
    registrar, actor = _registrar(ground)
    with changing(ground.engine, actor) as change:
        call = device_keys.rotation_call(change.session, ground.community, member)
        device_keys.note_asking(change, ground.community, member)
    registrar.transact(call)


def _complete(ground: Ground, member: int) -> None:
    registrar, actor = _registrar(ground)
    registrar.transact(complete_key_rotation(ground.community, member))
    with changing(ground.engine, actor) as change:
        change.note("member.key-completed", f"member:{member}")


def _registrar(ground: Ground) -> tuple[Sender, Actor]:
    sender = Sender(ground.ledger, ground.folder.account("registrar"))
    return sender, Actor(f"officer:{sender.address.lower()}", COMMAND)


def _require_uncontested(ground: Ground, member: int) -> None:
    """Raise KeyContestedError while a member's word against a change of the key waits for an answer."""
    with reading(ground.engine) as connection, Session(connection) as session:
        for row in inbox.open_reports_of(session, Kind.KEY, f"member:{member}"):
            raise KeyContestedError(actual=member, limit=row.number)


def _standing(ground: Ground, member: int) -> Standing:
    with reading(ground.engine) as connection, Session(connection) as session:
        return device_keys.standing(session, ground.ledger, member)
