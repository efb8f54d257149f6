"""`endogene staff`: accounts of the data folder's office, without its chain."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from sqlmodel import Session

from endogene_token.bounds import address_bytes
from endogene_token.cli.console import answering, out, tell
from endogene_token.cli.opening import opened
from endogene_token.cli.options import LANG
from endogene_token.errors import SettingError
from endogene_token.hexes import to_hex
from endogene_token.i18n import tr
from endogene_token.office import invitations, staff
from endogene_token.office.invitations import NewInvitation
from endogene_token.office.scopes import StaffRole
from endogene_token.office.secret import OfficeSecret
from endogene_token.office.staff import Person
from endogene_token.office.staff_models import OfficeAccount
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.store import reading

_MOST_LISTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class InvitationJob:
    """What `staff invite` was given."""

    role: str
    name: str
    merchant: int | None
    officer: str | None
    member: int | None
    days: int

    def person(self) -> Person:
        """Return whom it is for. Raises SettingError, StaffShapeError, AddressError."""
        if self.role not in set(StaffRole):
            raise SettingError(field="role", actual=self.role, limit=" ".join(StaffRole))
        if not 1 <= len(self.name) <= staff.LONGEST_NAME or not self.name.isprintable():
            raise SettingError(field="--name", actual="…", limit=staff.LONGEST_NAME)
        officer = None if self.officer is None else address_bytes(self.officer)
        return Person(StaffRole(self.role), self.name, self.merchant, officer, self.member)


def run_invite(job: InvitationJob, *, data: Path | None, as_json: bool) -> None:
    """Open an account and invite its person."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        person, secret = job.person(), OfficeSecret.load(found)
        with changing(engine, COMMAND_LINE) as change:
            made = invitations.invite(change, secret, person, job.days)
        _tell(answer, made, as_json)


def run_reinvite(account: str, days: int, *, data: Path | None, as_json: bool) -> None:
    """Invite anew to an account."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with changing(engine, COMMAND_LINE) as change:
            made = invitations.again(change, account, days)
        _tell(answer, made, as_json)


def run_list(merchant: int | None, *, data: Path | None, as_json: bool) -> None:
    """List accounts."""
    with answering(as_json) as answer, opened(data) as (found, engine):
        secret = OfficeSecret.load(found)
        with reading(engine) as connection, Session(connection) as session:
            rows = staff.page(session, merchant, "", _MOST_LISTED)
            answer["staff"] = [_told(secret, one) for one in rows]
        if as_json:
            return
        table = Table("", tr("Name", LANG), tr("Role", LANG), tr("State", LANG), tr("Of", LANG))
        for one in answer["staff"]:
            of = one["merchant"] or one["member"] or one["officer"] or ""
            table.add_row(one["account"], one["name"], one["role"], one["state"], str(of))
        out.print(table)


def run_end(account: str, *, data: Path | None, as_json: bool) -> None:
    """End an account."""
    with answering(as_json) as answer, opened(data) as (_, engine):
        with changing(engine, COMMAND_LINE) as change:
            row = staff.end(change, account)
        answer.update({"account": row.id, "state": staff.state_of(row), "ended_at": row.ended_at})
        if not as_json:
            tell(tr("The account {account} has ended.", LANG, account=account))


def _tell(answer: dict[str, Any], made: NewInvitation, as_json: bool) -> None:
    answer.update({"account": made.account.id, "code": made.code, "expires_at": made.expires_at})
    if as_json:
        return
    until = datetime.fromtimestamp(made.expires_at, UTC).isoformat(" ", "minutes")
    tell(tr("The code, shown this once: {code}", LANG, code=made.code))
    tell(tr("It opens the account {account} until {until}.", LANG, account=made.account.id, until=until))


def _told(secret: OfficeSecret, row: OfficeAccount) -> dict[str, Any]:
    return {
        "account": row.id,
        "role": row.role,
        "state": staff.state_of(row),
        "name": staff.name_of(secret, row),
        "merchant": row.merchant,
        "officer": None if row.officer is None else to_hex(row.officer),
        "member": row.member,
        "created_at": row.created_at,
        "active_at": row.active_at,
        "ended_at": row.ended_at,
    }
