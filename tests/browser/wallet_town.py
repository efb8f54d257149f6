"""A town that votes, its pages served as localhost, and the phones of its members."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from endogene_token.chain.transactions import Call, settle_premiums
from endogene_token.office import device_keys, invitations, staff, trail
from endogene_token.office.device_keys import Standing
from endogene_token.office.scopes import StaffRole
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.store import reading
from tests.api.vote_site import VoteSite, vote_site
from tests.town import BAKERY, BAKERY_TILL, BASILE, GROCER_TILL

NAME = "Maude Tremblay-Roy"


@dataclass
class Town:
    """What a test drives: a town that votes, served as localhost, and where."""

    vote: VoteSite
    address: str

    def invited(self, member: int, name: str = NAME) -> str:
        """Return the code by which a member has a wallet."""
        services = self.vote.site.app.state.services
        with trail.changing(self.vote.site.engine, trail.COMMAND_LINE) as change:
            person = Person(StaffRole.MEMBER, name, member=member)
            return invitations.invite(change, services.secret(), person).code

    def invited_twice(self, member: int, name: str = NAME) -> str:
        """Return the code by which a member has a second wallet, now that the first has ended."""
        self.invited(member, name)
        with trail.changing(self.vote.site.engine, trail.COMMAND_LINE) as change:
            own = (OfficeAccount.member == member, col(OfficeAccount.ended_at).is_(None))
            staff.end(change, change.session.exec(select(OfficeAccount.id).where(*own)).one())
        return self.invited(member, name)

    def again(self, member: int) -> str:
        """Return the code by which a member's wallet goes over to another device."""
        with trail.changing(self.vote.site.engine, trail.COMMAND_LINE) as change:
            own = (OfficeAccount.member == member, col(OfficeAccount.ended_at).is_(None))
            account = change.session.exec(select(OfficeAccount.id).where(*own)).one()
            return invitations.again(change, account).code

    def set(self, **settings: Any) -> None:
        """Change settings of the service that is running."""
        state = self.vote.site.app.state
        own = state.services.settings.model_copy(update=settings)
        state.services = replace(state.services, settings=own)

    def reading(self) -> Any:
        return reading(self.vote.site.engine)

    def registrar(self, call: Call) -> None:
        """Have the registrar send a call."""
        self.vote.votes.do(call, account=self.vote.votes.registrar)
        self.vote.site.read()

    def rotation_call(self, member: int) -> Call:
        """Return what the registrar sends so that a member's device signs for it."""
        with self.reading() as connection, Session(connection) as session:
            return device_keys.rotation_call(session, self.vote.site.town.community, member)

    def standing(self, member: int) -> Standing:
        with self.reading() as connection, Session(connection) as session:
            return device_keys.standing(session, self.vote.site.town.ledger, member)


@contextmanager
def wallet_town(folder: Path, **settings: Any) -> Iterator[Town]:
    """A bakery that has paid, a grocer that owes; Alice bought at both, Basile at the grocer's."""
    # Its tills count days as UTC does: elsewhere, what they sell at night is of tomorrow.
    with vote_site(folder, currency="CAD", lang="en", timezone="UTC", **settings) as vote:
        site = vote.site
        site.record(
            site.town.purchases(BAKERY_TILL, 1, [123_456]),
            site.town.purchases(GROCER_TILL, 1, [45_000]),
            site.town.purchases(GROCER_TILL, 2, [30_000], member=BASILE),
        )
        owed = site.town.ledger.merchant_account(BAKERY).owed
        site.town.do(settle_premiums(site.town.community, BAKERY, owed, b"\1" * 32))
        site.read()
        address = str(site.client.base_url).replace("127.0.0.1", "localhost").rstrip("/")
        town = Town(vote, address)
        town.set(origins=(address,))
        yield town
