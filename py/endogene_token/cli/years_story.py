"""The demo's members tell in which year they think to retire: most of them, once."""

from datetime import UTC, datetime
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from endogene_token.cli.people import NEIGHBOURS, PERSONS, RETIREE
from endogene_token.host.community import Host
from endogene_token.office import retirements
from endogene_token.office.models import OfficeTrail
from endogene_token.office.trail import COMMAND_LINE, changing
from endogene_token.store import reading

SILENT: Final = 6  # one member in so many tells no year
LONGEST: Final = 38  # years until the youngest member retires
KEPT: Final = "retirement.kept"


def tell_years(host: Host) -> None:
    """Have the office keep the years; who opens the wallet's door has still to tell one."""
    with reading(host.engine) as connection, Session(connection) as session:
        if session.exec(select(OfficeTrail.number).where(OfficeTrail.action == KEPT)).first() is not None:
            return
    today = datetime.now(UTC).astimezone(ZoneInfo(host.settings.timezone)).date()
    with changing(host.engine, COMMAND_LINE) as change:
        for member in PERSONS:
            chance = Random(member)  # noqa: S311 - a story, not a secret
            year = today.year + chance.randrange(LONGEST)
            if member not in {RETIREE, *NEIGHBOURS} and chance.randrange(SILENT):
                retirements.keep(change, member, year, today)
