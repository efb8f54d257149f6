"""People of an office: invited, registered with a device in software, logged in, without the API."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import SQLModel

from endogene_token.office import invitations, passkeys, staff
from endogene_token.office.invitations import NewInvitation
from endogene_token.office.passkeys import Site
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount, OfficePasskey
from endogene_token.store import writing
from tests.passkey_device import ORIGIN, RP_ID, Device
from tests.town import BAKERY
from tests.unit.office_desk import Desk

NAME = "Maude Tremblay-Roy"
OFFICER = bytes.fromhex("ab" * 20)
SITE = Site(RP_ID, (ORIGIN,), "Endogène")
CLERK = Person(StaffRole.STAFF, NAME, merchant=BAKERY)
NO_MEMBER = 77


def invited(desk: Desk, person: Person = CLERK) -> NewInvitation:
    with desk.changing() as change:
        return invitations.invite(change, desk.secret, person)


def registered(desk: Desk, new: NewInvitation, device: Device, code: str | None = None) -> OfficePasskey:
    """Go through a registration, as the API does."""
    options = passkeys.registration_options(desk.engine, SITE, new.account, NAME, is_invited=True)
    answer = passkeys.answer(desk.engine, device.create(options))
    with desk.changing() as change:
        account = invitations.spend(change, code or new.code)
        return passkeys.register(change, SITE, answer, account)


def logged_in(desk: Desk, device: Device, site: Site = SITE) -> OfficeAccount:
    """Go through a login, as the API does."""
    return answered(desk, device.get(passkeys.login_options(desk.engine, site)), site)


def answered(desk: Desk, credential: Mapping[str, Any], site: Site = SITE) -> OfficeAccount:
    """Log in with this answer."""
    answer = passkeys.answer(desk.engine, credential)
    with desk.changing() as change:
        account = passkeys.login(change, site, answer)
        staff.note(change, "session.opened", account)
        return account


def member_of_staff(desk: Desk) -> tuple[NewInvitation, Device]:
    new, device = invited(desk), Device()
    registered(desk, new, device)
    return new, device


def moved(desk: Desk, table: type[SQLModel], **values: Any) -> None:
    """Change all rows of a table, as only a test may."""
    with writing(desk.engine) as connection:
        connection.execute(update(table).values(**values))
