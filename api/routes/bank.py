"""The bank's lines: imported and decided about by the treasurer, read by the auditor too."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Body, Path, Query

from api.askers import Changer, Reader, changing_as, require_treasury_reader, treasurer
from api.bank_answers import AsideGiven, BankLineTold, BankStatusTold, ImportTold, LinesTold, MatchGiven
from api.bodies import LARGE
from api.deps import App, Reading
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm import importing, matching, rows
from endogene_token.treasury.confirm.matching import OPEN
from endogene_token.treasury.confirm.standing import standing
from endogene_token.treasury.confirm.states import LineState

router = APIRouter(tags=["treasury"])
PAGE: Final = 100
Identity = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="As it is listed.")]
After = Annotated[str, Query(pattern="^([0-9a-f]{64})?$", description="Only lines after this one.")]
File = Annotated[bytes, Body(media_type="application/octet-stream", max_length=LARGE)]


@router.post("/bank/statements")
def import_(
    content: File,
    asker: Changer,
    app: App,
    *,
    kind: Annotated[
        Literal["camt053", "csv", "cpa005-returns"] | None, Query(description="Left out: as the file shows.")
    ] = None,
) -> ImportTold:
    """Import a statement or a file of returned items. The treasurer may; again, it adds nothing."""
    actor = treasurer(app, asker)
    folder = app.settings.data_dir.absolute()
    bank = importing.bank_of(BankProfile.load(folder), app.settings.currency, folder)
    found = importing.read(content, bank, kind or "")
    with changing_as(app, asker, actor) as change:
        return ImportTold.of(importing.take(change, found))


@router.get("/bank/lines")
def list_(
    asker: Reader,
    *,
    app: App,
    session: Reading,
    state: Annotated[LineState | None, Query(description="Left out: those that wait for a person.")] = None,
    after: After = "",
) -> LinesTold:
    """Tell a hundred lines by their days. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    states = OPEN if state is None else (state,)
    found = matching.queue(session, states, bytes.fromhex(after), PAGE + 1)
    following = found[PAGE - 1].line.identity.hex() if len(found) > PAGE else None
    return LinesTold(items=[BankLineTold.of(one) for one in found[:PAGE]], next=following)


@router.get("/bank/status")
def status(asker: Reader, app: App, session: Reading) -> BankStatusTold:
    """Tell how far the confirmation has come. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    return BankStatusTold.of(standing(session))


@router.get("/bank/lines/{line}")
def show(line: Identity, asker: Reader, app: App, session: Reading) -> BankLineTold:
    """Tell a line and what it confirms. An officer may read, and a key with `treasury:read`."""
    require_treasury_reader(app, asker)
    return BankLineTold.of(matching.queued(session, rows.line_of(session, line)))


@router.post("/bank/lines/{line}/approve")
def approve(line: Identity, asker: Changer, app: App) -> BankLineTold:
    """Let what is proposed of a line stand. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return BankLineTold.of(matching.approve(change, rows.line_of(change.session, line)))


@router.post("/bank/lines/{line}/match")
def match(line: Identity, given: Annotated[MatchGiven, Body()], asker: Changer, app: App) -> BankLineTold:
    """Say by hand what a line confirms. The treasurer may."""
    wishes = [one.wish() for one in given.parts]
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return BankLineTold.of(matching.match(change, rows.line_of(change.session, line), wishes))


@router.post("/bank/lines/{line}/set-aside")
def set_aside(line: Identity, given: Annotated[AsideGiven, Body()], asker: Changer, app: App) -> BankLineTold:
    """Take a line out of the queue, with a reason. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return BankLineTold.of(matching.set_aside(change, rows.line_of(change.session, line), given.why))


@router.post("/bank/lines/{line}/undo")
def undo(line: Identity, asker: Changer, app: App) -> BankLineTold:
    """Take back what was decided about a line, before any of it is sent to the chain. The treasurer may."""
    with changing_as(app, asker, treasurer(app, asker)) as change:
        return BankLineTold.of(matching.undo(change, rows.line_of(change.session, line)))
