"""A room of the office: a page, who is in it, in which words, and how what is done there is kept and told."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from api.askers import Asker
from api.deps import App, Services
from api.pages.labels import ROLES
from api.pages.office.labels import NOTICES
from api.pages.office.places import Place, sections_of
from api.pages.shell import page, watched, words_of
from api.pages.visitors import Visitor, visitor
from api.pages.words import Words
from endogene_token.office import staff
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.office.trail import Change, changing

SEE_OTHER: Final = 303
NAMES: Final = frozenset({StaffRole.REGISTRAR, StaffRole.AUDITOR})
"""Who reads the names of those who log in; to others an account is its role."""
Done = Annotated[str, Query(pattern="^[a-z-]{1,20}$")]


@dataclass(frozen=True, slots=True)
class Room:
    """A page of the office with its visitor."""

    request: Request
    app: Services
    who: Visitor
    words: Words
    place: Place
    done: str | None

    @property
    def role(self) -> StaffRole:
        """As what the visitor is here."""
        return self.who.key.role

    def show(self, template: str, context: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """Return the page, in the office's frame."""
        notice = NOTICES.get(self.done or "")
        frame: dict[str, object] = {
            "who": self.who.name,
            "role": self.role.value,
            "role_label": self.words.tr(ROLES[self.role]),
            "sections": sections_of(self.role),
            "place": self.place,
            "here": self.request.url.path,
            "is_fresh": self.who.is_fresh,
            "fresh_for": self.who.fresh_for,
            "notice": None if notice is None else self.words.tr(notice),
        }
        return page(self.request, self.app, template, {**frame, **context}, status=status)

    def watched(self, template: str, context: Mapping[str, object]) -> Response:
        """Return a part that its page asks for again and again, or nothing when it shows the same."""
        return watched(self.request, self.app, template, context)

    def back(self, path: str, done: str) -> RedirectResponse:
        """Send on to a page that says what was done."""
        return RedirectResponse(f"{quote(path)}?done={done}", status_code=SEE_OTHER)

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """Open a change by the visitor, who has just shown the passkey. Raises FreshLoginError."""
        self.who.require_fresh()
        with changing(self.app.engine, self.who.actor) as change:
            yield change

    def asker(self) -> Asker:
        """Return the visitor as the services of the API know who asks."""
        actor = self.who.actor
        return Asker(actor.where, actor.request, self.words.lang, key=self.who.key)

    def day(self, iso: str) -> str:
        """Return a day, given as 2026-11-22, in words; nothing for none."""
        return self.words.short_day(date.fromisoformat(iso)) if iso else ""

    def day_of(self, at: int) -> str:
        """Return the community's day of an instant (seconds), in words."""
        return self.words.short_day(self.words.at(at).astimezone(self.words.zone).date())

    def person(self, session: Session, who: str) -> str:
        """Return whom the trail names, in words: a role, a name where the visitor reads names."""
        kind, _, rest = who.partition(":")
        tr = self.words.tr
        if kind == "staff":
            return self._account(session, rest)
        if kind in ROLES:
            return tr(ROLES[StaffRole(kind)])
        told = {
            "operator": tr("who runs the machine"),
            "rule": tr("the rule"),
            "member": tr("member {number}", number=rest),
            "officer": tr("officer {address}", address=f"{rest[:6]}…{rest[-4:]}"),
            "key": tr("a program"),
            "till": tr("till {number}", number=rest),
        }
        return told.get(kind, who)

    def _account(self, session: Session, account: str) -> str:
        row = session.get(OfficeAccount, account)
        if row is None:
            return account
        role = self.words.tr(ROLES[StaffRole(row.role)])
        if account == self.who.key.account:
            return self.words.tr("you")
        if self.role not in NAMES:
            return role
        name = staff.name_of(self.app.secret(), row)
        return f"{name} ({role})" if name else role


def room(place: Place, *acting: StaffRole) -> Callable[..., Room]:
    """Return the dependency that lets a visitor into a place; into an act there: `acting` only."""
    roles: Collection[StaffRole] = acting or place.roles
    seen = visitor(*roles)

    def entered(
        request: Request, app: App, who: Annotated[Visitor, Depends(seen)], done: Done | None = None
    ) -> Room:
        return Room(request, app, who, words_of(request, app), place, done)

    return entered
