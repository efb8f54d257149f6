"""`endogene project advance`: the steps of a dossier that need nobody's signature, only that somebody asks.

A dossier that misses nothing becomes eligible; an eligible one is put to the vote that awards it; one whose
vote was lost becomes eligible again. The contract checks each of them, whoever asks.
"""

import time
from pathlib import Path
from typing import Final

from endogene_token.bylaws import State
from endogene_token.chain.artifacts import CONTRACTS
from endogene_token.chain.assembly import Assembly
from endogene_token.chain.projects import Project, Projects, award, lose_vote, put_to_vote, qualify
from endogene_token.chain.resolutions import executable
from endogene_token.chain.sender import Sender
from endogene_token.chain.transactions import Call
from endogene_token.cli.calls_file import read_calls
from endogene_token.cli.console import answering, settings, tell
from endogene_token.cli.options import LANG
from endogene_token.errors import UnknownProjectError
from endogene_token.host.ground import FREE_PORT, Ground
from endogene_token.i18n import tr
from endogene_token.outcome import state_at
from endogene_token.projects import ProjectState

ANYONE: Final = "anyone"
"""The account of the data folder that asks: it has no role."""
LOST: Final = frozenset({State.DEFEATED, State.NO_QUORUM, State.ANNULLED, State.EXPIRED})


def run_advance(
    number: int, resolution: int | None, calls: Path | None, *, data: Path | None, as_json: bool
) -> None:
    """Take a dossier one step further, if one waits."""
    with answering(as_json) as answer, Ground(settings(data_dir=data), node_port=FREE_PORT) as ground:
        book = Projects(ground.ledger)
        if not 0 < number <= book.count():
            raise UnknownProjectError(actual=number, limit=book.count())
        step = _step(ground, number, resolution, calls)
        if step is not None:
            Sender(ground.ledger, ground.folder.account(ANYONE)).transact(step)
        state = book.project(number).state.name.lower()
        answer.update({"project": number, "state": state, "is_changed": step is not None})
        if not as_json:
            told = (
                tr("Project {number} is {state} now.", LANG, number=number, state=state)
                if step is not None
                else tr("Project {number} stays {state}: no step waits.", LANG, number=number, state=state)
            )
            tell(told)


def _step(ground: Ground, number: int, resolution: int | None, calls: Path | None) -> Call | None:
    """Return the step that waits, or None. Raises CallsFileError."""
    project, community = Projects(ground.ledger).project(number), ground.community
    if project.state is ProjectState.SUBMITTED:
        return qualify(community, number)
    if project.state is ProjectState.ELIGIBLE and resolution is not None:
        addresses: dict[str, str] = {name: community.address(name) for name in CONTRACTS}
        own = [executable(award(community, number, project.amount))]
        return put_to_vote(community, number, resolution, read_calls(calls, addresses) or own)
    if project.state is ProjectState.BALLOTED and _is_lost(ground, project):
        return lose_vote(community, number)
    return None


def _is_lost(ground: Ground, project: Project) -> bool:
    assembly = Assembly(ground.ledger)
    vote = assembly.resolution(project.resolution).vote(assembly.tally(project.resolution))
    return state_at(vote, max(int(time.time()), ground.ledger.time())) in LOST
