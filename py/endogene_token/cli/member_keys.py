"""`endogene member key`: the registrar has the ledger know the key that a member registered at the desk.

Run it when the key was registered, and again once its delay is over. Between them the holder of a key from
before may object; run too often, it changes nothing.
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
from endogene_token.errors import RotationPendingError
from endogene_token.host import FREE_PORT, Ground
from endogene_token.i18n import mark, tr
from endogene_token.office import device_keys
from endogene_token.office.device_keys import Standing, Way
from endogene_token.office.trail import COMMAND, Actor, changing
from endogene_token.store import reading

TOLD: Final = {
    Way.STANDS: mark("The key of member {member} is in force."),
    Way.COMES: mark("The key of member {member} takes over on {when}; then run this again."),
}


def run_key(member: int, *, data: Path | None, as_json: bool) -> None:
    """Ask for a member's key, or complete what was asked for."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        catch_up(ground)
        found = _further(ground, member)
        answer.update({"member": member, "way": found.way.value, "ready_at": found.ready_at})
        if not as_json:
            when = datetime.fromtimestamp(found.ready_at, UTC).astimezone().isoformat(" ", "minutes")
            tell(tr(TOLD[found.way], LANG, member=member, when=when))


def _further(ground: Ground, member: int) -> Standing:
    """Take a key one step further, and return where it stands. Raises RotationPendingError."""
    standing = _standing(ground, member)
    if standing.way is Way.OTHER:
        raise RotationPendingError(actual=standing.ready_at)
    registrar = Sender(ground.ledger, ground.folder.account("registrar"))
    if standing.way is Way.WAITS:
        with reading(ground.engine) as connection, Session(connection) as session:
            call, action = device_keys.rotation_call(session, ground.community, member), "member.key-asked"
    elif standing.way is Way.COMES and standing.ready_at <= max(int(time.time()), ground.ledger.time()):
        call, action = complete_key_rotation(ground.community, member), "member.key-completed"
    else:
        return standing
    registrar.transact(call)
    actor = Actor(f"officer:{registrar.address.lower()}", COMMAND)
    with changing(ground.engine, actor) as change:
        change.note(action, f"member:{member}")
    if standing.way is Way.COMES:  # a service that runs reads it in a moment
        return Standing(Way.STANDS, 0, signs=True)
    return _standing(ground, member)


def _standing(ground: Ground, member: int) -> Standing:
    with reading(ground.engine) as connection, Session(connection) as session:
        return device_keys.standing(session, ground.ledger, member)
