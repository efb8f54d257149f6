"""The bank's statements: looked at first, then imported. The same file again adds nothing."""

import zlib
from base64 import b64decode, b64encode
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session

from api.bodies import LARGE
from api.deps import Language, Reading
from api.pages.forms import Form, Sent
from api.pages.office.places import BANK
from api.pages.office.room import Room, room
from endogene_token.errors import InputError, RequestShapeError
from endogene_token.i18n import mark
from endogene_token.office.scopes import StaffRole
from endogene_token.treasury.collect.profile import BankProfile
from endogene_token.treasury.confirm import importing
from endogene_token.treasury.confirm.importing import CAMT053, CSV, RETURNS, Imported, Read
from endogene_token.treasury.confirm.standing import standing

router = APIRouter(prefix="/office")
SHOWN: Final = 10
REFUSED: Final = 422
LARGEST: Final = LARGE // 2  # of a file: on its way through the second form, its text is longer
KINDS: Final = {
    CAMT053: mark("Statement (camt.053)"),
    CSV: mark("Table of movements (CSV)"),
    RETURNS: mark("Returned items (CPA-005)"),
}
Reader = Annotated[Room, Depends(room(BANK))]
Treasurer = Annotated[Room, Depends(room(BANK, StaffRole.TREASURER))]


@router.get("/bank/import")
def page(here: Reader, session: Reading) -> Response:
    """Ask for a file."""
    return _asked(here, session)


@router.post("/bank/import")
def send(here: Treasurer, session: Reading, lang: Language, form: Sent) -> Response:
    """Show what a file would add; sent again with `keep`, import it."""
    is_kept = form.text_or_none("keep") == "yes"
    if is_kept:
        here.who.require_fresh()  # told as everywhere, and not as a fault of the file
    try:
        content = _content(form)
        found = _read(here, content)
        if not is_kept:
            foreseen = importing.foresee(here.app.engine, here.who.actor, found)
            context = {**_previewed(here, found), **_told(here, foreseen, lang)}
            return here.show("office/import_seen.html", {**context, "content": _packed(content)})
        with here.changing() as change:
            done = importing.take(change, found)
    except InputError as error:
        return _asked(here, session, error.as_dict(lang))
    return here.show("office/import_done.html", {**_told(here, done, lang), "queue": BANK.path})


def _asked(here: Room, session: Session, error: dict[str, Any] | None = None) -> Response:
    context = {
        "error": error,
        "last_day": here.day(standing(session).last_day),
        "largest": LARGEST // 2**20,
        "kinds": [here.words.tr(label) for label in KINDS.values()],
    }
    return here.show("office/import.html", context, status=REFUSED if error else 200)


def _content(form: Form) -> bytes:
    """Return the file: chosen just now, or brought again by the second form. Raises RequestShapeError."""
    content = form.file("file")
    if content is None:
        unpacking = zlib.decompressobj()
        try:
            content = unpacking.decompress(b64decode(form.packed("content")), LARGEST + 1)
        except (ValueError, zlib.error) as error:
            raise RequestShapeError(field="file", actual="…", limit=", ".join(KINDS)) from error
    if not 0 < len(content) <= LARGEST:
        raise RequestShapeError(field="file", actual=len(content), limit=f"1 – {LARGEST}")
    return content


def _packed(content: bytes) -> str:
    return b64encode(zlib.compress(content)).decode()


def _read(here: Room, content: bytes) -> Read:
    """Return what a file holds. Raises BankSettingsError, and a StatementError for what is not ours."""
    folder = here.app.settings.data_dir.absolute()
    bank = importing.bank_of(BankProfile.load(folder), here.app.settings.currency, folder)
    return importing.read(content, bank)


def _previewed(here: Room, found: Read) -> dict[str, Any]:
    """Return the first movements as they would be kept."""
    words = here.words
    lines = [
        {
            "day": words.short_day(one.booked),
            "what": " · ".join(filter(None, (one.name, one.text))) or one.end_to_end or one.bank_reference,
            "amount": words.money(one.amount),
        }
        for one in found.lines[:SHOWN]
    ]
    return {"lines": lines, "more": max(len(found.lines) - SHOWN, 0)}


def _told(here: Room, done: Imported, lang: str) -> dict[str, Any]:
    return {
        "kind": here.words.tr(KINDS[done.kind]),
        "is_returns": done.kind == RETURNS,
        "done": done,
        "strange": list(done.strange[:SHOWN]),
        "errors": [one.as_dict(lang)["what"] for one in done.errors[:SHOWN]],
        "unread": len(done.errors),
    }
